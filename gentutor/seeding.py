"""Determinism: every random stream has a name and starts from the lesson's one seed.

Streams are independent of each other and of the order in which they are made, so that adding a picture to a
lesson does not change the training run below it. Nothing in gentutor draws from torch's global generator while
a run trains: it is shared by all threads of the process.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def stream_seed(seed: int, *names: str | int) -> int:
    """Return the seed of the stream `names` below `seed`: a whole number in [0, 2**63).

    Examples
    --------
    >>> stream_seed(0, "order", 3) == stream_seed(0, "order", 3)
    True
    >>> stream_seed(0, "order", 3) == stream_seed(0, "order", 4)
    False
    """
    text = "/".join(str(part) for part in (seed, *names))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


def generator(seed: int, *names: str | int) -> torch.Generator:
    """Return a fresh torch generator for the stream `names` below `seed`.

    Examples
    --------
    >>> import torch
    >>> a, b = (torch.randn(3, generator=generator(0, "noise")) for _ in range(2))
    >>> bool((a == b).all())
    True
    """
    import torch  # keeps `import gentutor.seeding` free of torch

    return torch.Generator().manual_seed(stream_seed(seed, *names))


@contextmanager
def seeded(seed: int, *names: str | int) -> Iterator[None]:
    """Make random draws inside the block repeatable, and leave the global generator as it was.

    For building networks, whose layers draw their first weights from the global generator.

    Examples
    --------
    >>> import torch
    >>> with seeded(0, "weights"):
    ...     layer = torch.nn.Linear(4, 2)
    """
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(stream_seed(seed, *names))
        yield
