"""Read IDX, the format in which MNIST and its descendants are published.

An IDX file is a big-endian header (two zero bytes, a type code, the number of dimensions, then each
dimension as four bytes) followed by the values. The files come gzipped.
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gentutor.errors import DataDamagedError, DataMissingError

SPLIT_FILES: dict[str, tuple[str, str]] = {
    "train": ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"),
    "test": ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"),
}
UNSIGNED_BYTES = 0x08


def read_idx(path: Path) -> NDArray[np.uint8]:
    """Read one IDX file of unsigned bytes, gzipped or not.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    ndarray
        uint8, in the shape that the header states: (N, H, W) for images, (N,) for labels.

    Raises
    ------
    DataMissingError
        When there is no such file.
    DataDamagedError
        When it does not unpack, is no IDX file of unsigned bytes, or is too short or too long.
    """
    try:
        raw = path.read_bytes()
        content = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
    except FileNotFoundError as error:
        raise DataMissingError(f"There is no {path.name} in {path.parent}.") from error
    except (OSError, EOFError, zlib.error) as error:
        raise DataDamagedError(f"{path} cannot be unpacked ({error}). Delete it and fetch it again.") from error
    if len(content) < 4 or content[:3] != bytes([0, 0, UNSIGNED_BYTES]):
        raise DataDamagedError(
            f"{path} is not an IDX file of bytes: it starts with '{content[:4].hex(' ')}', not with '00 00 08'. "
            "Delete it and fetch it again."
        )
    n_dims = content[3]
    start = 4 + 4 * n_dims
    if len(content) < start:
        raise DataDamagedError(
            f"{path} ends within its header, after {len(content)} bytes. Delete it and fetch it again."
        )
    shape = struct.unpack(f">{n_dims}I", content[4:start])
    if len(content) - start != math.prod(shape):
        raise DataDamagedError(
            f"{path} states {shape} values, but holds {len(content) - start:,} of them. Delete it and fetch it again."
        )
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)
