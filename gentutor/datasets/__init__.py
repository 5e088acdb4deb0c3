"""The data of the lessons: bundled, verified, and handed out as seeded tensors."""

from gentutor.datasets.bundle import data_file, data_root
from gentutor.datasets.fables import load_fables
from gentutor.datasets.full import load_full_fashion
from gentutor.datasets.images import FASHION_CLASSES, Avatars, Images, load_avatars, load_fashion
from gentutor.datasets.names import NAME_CHARACTERS, load_names
from gentutor.datasets.preparing import groups_of_copies, normalise, split_without_leakage, spoil
from gentutor.datasets.text import STOP_WORDS, Prose, clean_text, load_prose, load_scripture, without_stop_words, words

__all__ = [
    "FASHION_CLASSES",
    "NAME_CHARACTERS",
    "STOP_WORDS",
    "Avatars",
    "Images",
    "Prose",
    "clean_text",
    "data_file",
    "data_root",
    "groups_of_copies",
    "load_avatars",
    "load_fables",
    "load_fashion",
    "load_full_fashion",
    "load_names",
    "load_prose",
    "load_scripture",
    "normalise",
    "split_without_leakage",
    "spoil",
    "without_stop_words",
    "words",
]
