"""All 70,000 pictures of Fashion-MNIST: from files placed by hand, or fetched once through torchvision.

No lesson needs them; the bundled part is enough. torchvision is imported only when a download is asked for, since
importing it costs more than a second.
"""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from gentutor.datasets.idx import SPLIT_FILES, read_idx
from gentutor.datasets.images import FASHION_CLASSES, Images, Split, check_split, to_float
from gentutor.errors import DataDamagedError, DataMissingError, DownloadError

COUNTS = {"train": 60_000, "test": 10_000}
TOTAL_MB = 31  # the four files together, gzipped
PATIENCE = 20.0  # seconds without a new byte after which a download is given up
ALL_FILES = tuple(name for names in SPLIT_FILES.values() for name in names)
BY_HAND = (
    "Without a network: copy the four files {files} into {folder} (they are at "
    "https://github.com/zalandoresearch/fashion-mnist, and in Debian's package dataset-fashion-mnist, which puts them "
    "into /usr/share/datasets/fashion-mnist) and call this again. Or go on with the bundled 20,000 pictures: "
    "load_fashion()."
)


def load_full_fashion(folder: Path | str, download: bool = False, split: Split = "train") -> Images:
    """Load the whole of Fashion-MNIST from `folder`.

    The files are looked for in `folder` itself and in ``FashionMNIST/raw`` below it, where torchvision puts them;
    gzipped or unpacked. The training part takes 190 MB of memory as float32.

    Parameters
    ----------
    folder : Path or str
        Where the IDX files are, or where they should go.
    download : bool
        Fetch the files (31 MB) when they are not there. Nothing is fetched otherwise.
    split : {"train", "test"}
        60,000 training pictures or 10,000 test pictures, in the published order.

    Returns
    -------
    Images
        x float32 (N, 1, 28, 28) in [0, 1], y int64 (N,), and the ten class names.

    Raises
    ------
    DataError
        When the split is unknown.
    DataMissingError
        When the files are not there and no download was asked for.
    DownloadError
        When the download fails, or stalls for 20 seconds.
    DataDamagedError
        When a file is not what it should be.
    """
    check_split(split)
    folder = Path(folder).expanduser().absolute()
    paths = [_find(folder, name) for name in SPLIT_FILES[split]]
    if download and None in paths:
        _download(folder)
        paths = [_find(folder, name) for name in SPLIT_FILES[split]]
    found = [path for path in paths if path is not None]
    if len(found) < len(paths):
        missing = [name for name, path in zip(SPLIT_FILES[split], paths, strict=True) if path is None]
        raise DataMissingError(
            f"{folder} has no {' and no '.join(missing)}. Call load_full_fashion({str(folder)!r}, download=True) to "
            f"fetch them ({TOTAL_MB} MB). {_by_hand(folder)}"
        )
    pictures, labels = (read_idx(path) for path in found)
    _check(pictures, labels, split, found)
    x = to_float(pictures).unsqueeze(1)  # (N, H, W) -> (N, 1, H, W)
    return Images(x, torch.from_numpy(labels.astype(np.int64)), FASHION_CLASSES)


def _by_hand(folder: Path) -> str:
    return BY_HAND.format(files=", ".join(ALL_FILES), folder=folder)


def _find(folder: Path, name: str) -> Path | None:
    """Return where the file is, gzipped or unpacked, or None."""
    for place in (folder, folder / "FashionMNIST" / "raw"):
        for candidate in (place / name, place / name.removesuffix(".gz")):
            if candidate.is_file():
                return candidate
    return None


def _check(pictures: NDArray[np.uint8], labels: NDArray[np.uint8], split: Split, paths: list[Path]) -> None:
    """Refuse arrays that are not this split of Fashion-MNIST."""
    expected = (COUNTS[split], 28, 28)
    for path, shape, wanted in zip(paths, (pictures.shape, labels.shape), (expected, expected[:1]), strict=True):
        if shape != wanted:
            raise DataDamagedError(
                f"{path} holds an array of shape {shape}; the {split} part of Fashion-MNIST is {wanted}. "
                "Delete the file and fetch it again."
            )
    if labels.max() >= len(FASHION_CLASSES):
        raise DataDamagedError(
            f"{paths[1]} holds the class {labels.max()}; Fashion-MNIST has the classes 0 to 9. "
            "Delete the file and fetch it again."
        )


def _download(folder: Path) -> None:
    """Let torchvision fetch the four files in a thread, and give up when no byte arrives for a while.

    torchvision waits for ever on a network that swallows packets, so the growth of the files is watched.
    """
    failure: list[BaseException] = []

    def fetch() -> None:
        try:
            from torchvision.datasets import FashionMNIST  # type: ignore[import-untyped]

            FashionMNIST(str(folder), train=True, download=True)
        except Exception as error:  # whatever torchvision or the network raised is told to the reader below
            failure.append(error)

    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(PATIENCE)
    thread = threading.Thread(target=fetch, name="fashion-mnist-download", daemon=True)
    thread.start()
    try:
        _watch(thread, folder)
    finally:
        socket.setdefaulttimeout(before)
    if failure:
        reason = " ".join(str(failure[0]).split()).rstrip(".")  # torchvision's text has several lines
        raise DownloadError(
            f"Fashion-MNIST could not be downloaded into {folder}: {reason}. {_by_hand(folder)}"
        ) from failure[0]


def _watch(thread: threading.Thread, folder: Path) -> None:
    """Wait for the thread (torchvision shows the progress), as long as bytes arrive."""
    raw = folder / "FashionMNIST" / "raw"
    size, last_news = -1, time.monotonic()
    while thread.is_alive():
        thread.join(0.2)
        now = sum(path.stat().st_size for path in raw.glob("*.gz"))
        if now != size:
            size, last_news = now, time.monotonic()
        elif time.monotonic() - last_news > PATIENCE:
            raise DownloadError(
                f"The download of Fashion-MNIST into {folder} stalled: no byte came for {PATIENCE:g} seconds. "
                f"{_by_hand(folder)}"
            )
