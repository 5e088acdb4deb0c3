"""The data of the lessons: bundled, verified, and handed out as seeded tensors."""

from gentutor.datasets.bundle import data_file, data_root
from gentutor.datasets.fables import load_fables
from gentutor.datasets.full import load_full_fashion
from gentutor.datasets.images import FASHION_CLASSES, Avatars, Images, load_avatars, load_fashion

__all__ = [
    "FASHION_CLASSES",
    "Avatars",
    "Images",
    "data_file",
    "data_root",
    "load_avatars",
    "load_fables",
    "load_fashion",
    "load_full_fashion",
]
