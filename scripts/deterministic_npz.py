"""Write a `.npz` whose bytes depend on the arrays alone, so that a rebuild can be compared by sha256."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip entry can carry


def write_npz(path: Path, arrays: Mapping[str, np.ndarray[Any, Any]]) -> None:
    """Write `arrays` to `path`, compressed, with fixed timestamps and the given order.

    `numpy.savez_compressed` stamps the wall clock into every entry. The remaining freedom is the
    zlib library itself: another implementation (zlib-ng) packs the same arrays into other bytes.

    Parameters
    ----------
    path : Path
        Target; replaced when it exists.
    arrays : mapping of str to ndarray
        Name of each member and its values. No object arrays.
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, values in arrays.items():
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, np.ascontiguousarray(values), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # the same byte on Windows as on Unix
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, buffer.getvalue(), compresslevel=9)
