"""What share of this machine's matrix arithmetic do the training loops reach?

    python bench/matrix_peak.py --json peak.json             # about half a minute
    python bench/matrix_peak.py --quick --json peak.json     # fewer updates

The peak is measured, not read from a data sheet: the best of many products of two 1024 by 1024 matrices, with the
same threads and in the number format in which the loop multiplies. The operations of an update are those of its matrix
products and convolutions, of the optimiser too, and nothing else. So the share says how much of the time goes into what
cannot be left out.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

_SIDE = 1024  # of the large matrices; larger ones are not faster here


class Loop(NamedTuple):
    """A training loop: its name, one update of it, and the number format of its products."""

    name: str
    update: Callable[[], object]
    dtype: torch.dtype


def matrix_peak(dtype: torch.dtype, n: int = 20) -> float:
    """Return the operations a second of a large matrix product in `dtype`, the best of `n`."""
    a, b = torch.ones(_SIDE, _SIDE, dtype=dtype), torch.ones(_SIDE, _SIDE, dtype=dtype)
    best = math.inf
    for _ in range(n):
        started = time.perf_counter()
        a @ b
        best = min(best, time.perf_counter() - started)
    return 2 * _SIDE**3 / best


class _Counter(TorchDispatchMode):
    """Adds up the operations of matrix products and convolutions, by torch's own formulas.

    torch's `FlopCounterMode` does that too, but its hooks on modules fail where an update differentiates twice.
    """

    def __init__(self) -> None:
        super().__init__()
        self.total = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        if func.overloadpacket in flop_registry:
            self.total += flop_registry[func.overloadpacket](*args, **(kwargs or {}), out_val=out)
        return out


def matrix_operations(update: Callable[[], object]) -> int:
    """Return how many operations one update spends on matrix products and convolutions."""
    with _Counter() as counter:
        update()
    return counter.total


def share_of_peak(loop: Loop, n: int) -> tuple[float, float, float]:
    """Return a loop's share of the peak, its milliseconds an update, and the peak, measured before and after."""
    for _ in range(3):
        loop.update()
    before, laps = matrix_peak(loop.dtype), []
    for _ in range(n):
        started = time.perf_counter()
        loop.update()
        laps.append(time.perf_counter() - started)
    peak, seconds = max(before, matrix_peak(loop.dtype)), statistics.median(laps)
    return matrix_operations(loop.update) / seconds / peak, 1e3 * seconds, peak


def vae_loop() -> Loop:
    """The VAE of lesson 04 on clothes."""
    from gentutor.datasets import load_fashion
    from gentutor.models.recipe import FAST, BFloat16VAE, adam, bfloat16_pays, update
    from gentutor.models.vae import VAE
    from gentutor.seeding import generator

    short = bfloat16_pays()
    model = (BFloat16VAE if short else VAE)(20, FAST["width"], FAST["n_layers"])
    optimiser, noise, x = adam(model), generator(0, "noise"), load_fashion("train", n=FAST["batch_size"]).x
    settings = SimpleNamespace(lr=FAST["lr"], beta=1.0, warm_up=0.0, free_bits=0.0, progress=0.0)
    step = lambda: update(model, optimiser, x, settings, noise)  # noqa: E731
    return Loop("VAE", step, torch.bfloat16 if short else torch.float32)


def gan_loop() -> Loop:
    """The GAN of lesson 03 on clothes."""
    from gentutor.datasets import load_fashion
    from gentutor.models import GAN_FAST, Averaged, Discriminator, Generator, gan_adam, gan_update
    from gentutor.models.recipe import bfloat16_pays
    from gentutor.seeding import generator

    short = bfloat16_pays()
    g, d = Generator(in_16_bits=short), Discriminator(in_16_bits=short)
    parts: dict[str, Any] = {"g": g, "d": d, "average": Averaged(g)}
    parts |= {"g_optimiser": gan_adam(g), "d_optimiser": gan_adam(d)}
    images, noise = load_fashion("train", n=40), generator(0, "noise")
    x, settings = (images.x[:32], images.y[:32]), SimpleNamespace(**GAN_FAST, progress=0.0)
    step = lambda: gan_update(**parts, x=x, settings=settings, generator=noise)  # noqa: E731
    return Loop("GAN", step, torch.bfloat16 if short else torch.float32)


def transformer_loop() -> Loop:
    """The transformer of lesson 05 on prose, with the full context."""
    from bench.characters import SIZE, prose
    from gentutor.models import TRANSFORMER_FAST, Transformer, transformer_optimisers, transformer_update
    from gentutor.models.recipe import bfloat16_pays
    from gentutor.training import Windows

    short, (n_tokens, train, _) = bfloat16_pays(), prose()
    model = Transformer(n_tokens, SIZE, n_layers=TRANSFORMER_FAST["n_layers"])
    optimisers = transformer_optimisers(model, in_16_bits=short)
    settings = SimpleNamespace(**TRANSFORMER_FAST | {"in_16_bits": short}, progress=0.9)
    x = Windows(train, SIZE).at(0, TRANSFORMER_FAST["batch_size"])
    step = lambda: transformer_update(model, **optimisers, x=x, settings=settings)  # noqa: E731
    return Loop("transformer", step, torch.bfloat16 if short else torch.float32)


def diffusion_loop() -> Loop:
    """The velocity network of lesson 07 on clothes."""
    from gentutor.datasets import load_fashion
    from gentutor.models import DIFFUSION_FAST, Averaged, PictureVelocity, diffusion_optimiser, diffusion_update
    from gentutor.models.recipe import bfloat16_pays
    from gentutor.seeding import generator

    short, size = bfloat16_pays(), int(DIFFUSION_FAST["batch_size"])
    network = PictureVelocity((1, 28, 28), (10,), in_16_bits=short)
    optimiser = diffusion_optimiser(network)
    parts: dict[str, Any] = {"network": network, "average": Averaged(network), "optimiser": optimiser}
    images, noise = load_fashion("train", n=10 * size), generator(0, "noise")
    x, settings = (2 * images.x[:size] - 1, images.y[:size, None]), SimpleNamespace(**DIFFUSION_FAST, progress=0.5)
    step = lambda: diffusion_update(**parts, x=x, settings=settings, generator=noise)  # noqa: E731
    return Loop("diffusion", step, torch.bfloat16 if short else torch.float32)


LOOPS: tuple[Callable[[], Loop], ...] = (vae_loop, gan_loop, transformer_loop, diffusion_loop)


def main() -> None:
    """Measure every loop and write the rows."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", type=Path, help="write the rows there")
    parser.add_argument("--quick", action="store_true", help="20 updates of each loop in place of 100")
    options = parser.parse_args()
    table: list[dict[str, Any]] = []
    for make in LOOPS:
        loop = make()
        share, ms, peak = share_of_peak(loop, 20 if options.quick else 100)
        row = {"what": f"share of the measured matrix peak, {loop.name} training loop", "ours": f"{share:.0%}"}
        kind = str(loop.dtype).removeprefix("torch.")
        row |= {"reference": f"{peak / 1e9:.0f} billion operations/s", "ratio": None, "reach": ""}
        row |= {"note": f"{kind}, {torch.get_num_threads()} of {os.cpu_count()} cores; median update {ms:.1f} ms"}
        print(row["what"], row["ours"], row["note"], sep=" | ", flush=True)
        table.append(row)
    if options.json:
        options.json.write_text(json.dumps(table, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
