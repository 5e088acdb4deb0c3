"""How long does a GAN need for the Frechet distance that a DCGAN has after five minutes?

    python bench/gan_frechet.py --json gan.json             # about 12 minutes
    python bench/gan_frechet.py --quick --json gan.json     # one minute a side, about 3 minutes

The reference is ``dcgan/main.py`` of pytorch/examples as published, with its networks' shape at 32 pixels (one
doubling fewer, pictures padded from 28): ngf = ndf = 64, 100 numbers of noise, batch normalisation, binary
cross-entropy, Adam 2e-4 with beta1 0.5, batches of 128. Ours is `gentutor.models.GAN_FAST` with the update that lesson
03 teaches. Both train on the 20,000 bundled Fashion-MNIST images, with the same threads, each in a process of its own.

Distances are those of 4,000 drawn pictures to the 4,000 bundled test images, in the features of the bundled
classifier. The clock counts training only: it stands still while a distance is measured. Our learning rate falls to 0
at the end of a run, so each of our rows is a run of its own, begun afresh; the reference's rows are one run. So the
time to the reference's distance is that of whole runs: the shortest that got there, with every seed.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

MARKS = (15, 30, 60, 120)
LENGTHS = (15, 30, 50, 60, 120)  # of our runs, in seconds: 50 is a sixth of the reference's, 30 a tenth
GOAL = 300  # seconds of the reference, whose distance is to be reached
N_DRAWN = 4000


def distance(draw: Callable[[int], Any]) -> float:
    """Return the Frechet distance of drawn pictures to the test images; `draw` makes that many."""
    import torch

    from gentutor.datasets import load_fashion
    from gentutor.metrics import feature_distance

    with torch.no_grad():
        drawn = torch.cat([draw(500) for _ in range(N_DRAWN // 500)])
    return feature_distance(drawn, load_fashion("test").x)


def reference(seed: int, marks: list[float]) -> dict[str, float]:
    """Train pytorch/examples' DCGAN as published, with the shape for 32 pixels, and measure it at the marks."""
    import torch
    from torch import nn, optim
    from torch.utils.data import DataLoader, TensorDataset

    from gentutor.datasets import load_fashion

    nz, ngf, ndf, nc, batch_size = 100, 64, 64, 1, 128

    def weights_init(m: nn.Module) -> None:
        if isinstance(m, (nn.Conv2d, nn.ConvTranspose2d)):
            torch.nn.init.normal_(m.weight, 0.0, 0.02)
        elif isinstance(m, nn.BatchNorm2d):
            torch.nn.init.normal_(m.weight, 1.0, 0.02)
            torch.nn.init.zeros_(m.bias)

    torch.manual_seed(seed)
    net_g = nn.Sequential(
        nn.ConvTranspose2d(nz, ngf * 4, 4, 1, 0, bias=False), nn.BatchNorm2d(ngf * 4), nn.ReLU(True),
        nn.ConvTranspose2d(ngf * 4, ngf * 2, 4, 2, 1, bias=False), nn.BatchNorm2d(ngf * 2), nn.ReLU(True),
        nn.ConvTranspose2d(ngf * 2, ngf, 4, 2, 1, bias=False), nn.BatchNorm2d(ngf), nn.ReLU(True),
        nn.ConvTranspose2d(ngf, nc, 4, 2, 1, bias=False), nn.Tanh(),
    )  # fmt: skip
    net_d = nn.Sequential(
        nn.Conv2d(nc, ndf, 4, 2, 1, bias=False), nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(ndf, ndf * 2, 4, 2, 1, bias=False), nn.BatchNorm2d(ndf * 2), nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(ndf * 2, ndf * 4, 4, 2, 1, bias=False), nn.BatchNorm2d(ndf * 4), nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(ndf * 4, 1, 4, 1, 0, bias=False), nn.Sigmoid(),
    )  # fmt: skip
    net_g.apply(weights_init)
    net_d.apply(weights_init)
    criterion = nn.BCELoss()
    optimizer_d = optim.Adam(net_d.parameters(), lr=0.0002, betas=(0.5, 0.999))
    optimizer_g = optim.Adam(net_g.parameters(), lr=0.0002, betas=(0.5, 0.999))
    padded = nn.functional.pad(load_fashion("train").x, (2, 2, 2, 2)) * 2 - 1
    loader = DataLoader(TensorDataset(padded), batch_size=batch_size, shuffle=True)

    def draw(n: int) -> torch.Tensor:
        pictures: torch.Tensor = (net_g(torch.randn(n, nz, 1, 1))[:, :, 2:30, 2:30] + 1) / 2
        return pictures

    result: dict[str, float] = {}
    marks = sorted(marks)
    seconds, steps = 0.0, 0
    while True:
        for (data,) in loader:
            started = time.perf_counter()
            net_d.zero_grad()
            label = torch.full((len(data),), 1.0)
            err_real = criterion(net_d(data).view(-1), label)
            err_real.backward()
            fake = net_g(torch.randn(len(data), nz, 1, 1))
            label.fill_(0.0)
            err_fake = criterion(net_d(fake.detach()).view(-1), label)
            err_fake.backward()
            optimizer_d.step()
            net_g.zero_grad()
            label.fill_(1.0)
            err_g = criterion(net_d(fake).view(-1), label)
            err_g.backward()
            optimizer_g.step()
            seconds += time.perf_counter() - started
            steps += 1
            while marks and seconds >= marks[0]:
                result[f"{marks.pop(0):g}"] = distance(draw)  # normalised by the batch, as the published script draws
                if not marks:
                    return result | {"steps": steps, "ms": 1e3 * seconds / steps}


def ours(seed: int, length: float) -> dict[str, float]:
    """Train gentutor's recipe for `length` seconds and measure the averaged generator at the end."""
    import torch

    from gentutor.datasets import load_fashion
    from gentutor.models import GAN_FAST, Averaged, Discriminator, Generator, gan_adam, gan_update
    from gentutor.models.recipe import bfloat16_pays
    from gentutor.seeding import generator
    from gentutor.training import Batches

    images = load_fashion("train")
    started = time.perf_counter()
    short = bfloat16_pays()
    g, d = Generator(seed=seed, in_16_bits=short), Discriminator(seed=seed, in_16_bits=short)
    average = Averaged(g)
    parts: dict[str, Any] = {"g": g, "d": d, "average": average}
    parts |= {"g_optimiser": gan_adam(g), "d_optimiser": gan_adam(d)}
    batches, noise = Batches(images.x, images.y, seed=seed), generator(seed, "noise")
    size, steps = GAN_FAST["batch_size"], 0
    while (progress := (time.perf_counter() - started) / length) < 1:
        batch = batches.at(steps * size, size)
        assert isinstance(batch, tuple)
        settings = SimpleNamespace(**GAN_FAST, progress=progress)
        gan_update(**parts, x=(batch[0], batch[1]), settings=settings, generator=noise)
        steps += 1
    seconds = time.perf_counter() - started
    dice, classes = generator(seed, "drawn"), torch.arange(500) % 10

    def draw(n: int) -> torch.Tensor:
        pictures: torch.Tensor = average(torch.randn(n, g.z_dim, generator=dice), classes[:n])
        return pictures

    return {f"{length:g}": distance(draw), "steps": steps, "ms": 1e3 * seconds / steps, "bfloat16": float(short)}


def run_side(side: str, seed: int, lengths: list[float]) -> dict[str, float]:
    """Train one side in a fresh process and return its distances, by seconds of training."""
    command = [sys.executable, __file__, "--side", side, "--seed", str(seed), "--lengths", *map(str, lengths)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    distances = ", ".join(f"{key} s {value:.2f}" for key, value in result.items() if key[0].isdigit())
    print(f"  {side:<9} seed {seed}: {distances}; {result['steps']} updates of {result['ms']:.1f} ms", flush=True)
    return result


def rows(theirs: dict[str, float], mine: dict[float, list[float]], goal: float, note: str) -> list[dict[str, Any]]:
    """Turn distances by seconds into rows: the time to the reference's last distance, then distances at equal times."""
    wanted = theirs[f"{goal:g}"]
    there = [length for length, distances in sorted(mine.items()) if max(distances) <= wanted]
    table: list[dict[str, Any]] = [
        {
            "what": f"GAN: time to the Frechet distance of the reference after {goal:g} s",
            "reference": f"{goal:g} s",
            "ours": f"{there[0]:g} s" if there else "not reached",
            "ratio": round(goal / there[0], 2) if there else None,
            "reach": "at least 6x, aim 10x" if goal == GOAL else "",
            "note": f"{note}; distance of the reference {wanted:.2f}",
        }
    ]
    for mark in [mark for mark in mine if f"{mark:g}" in theirs]:
        row = {"what": f"GAN: Frechet distance after {mark:g} s", "reference": f"{theirs[f'{mark:g}']:.2f}"}
        seeds = ", ".join(f"{value:.2f}" for value in mine[mark])
        row |= {"ours": f"{statistics.median(mine[mark]):.2f}", "reach": "", "note": f"ours, by seed: {seeds}"}
        table.append(row | {"ratio": None})
    return table


def measure(lengths: list[float], goal: float, seeds: int) -> list[dict[str, Any]]:
    """Run the reference once and ours once for each length and seed, and return the rows."""
    threads = os.environ.get("OMP_NUM_THREADS", str(os.cpu_count()))
    print(f"GAN to the reference's Frechet distance, bundled Fashion-MNIST, {threads} thread(s)", flush=True)
    theirs = run_side("reference", 0, sorted({*[mark for mark in MARKS if mark <= goal], goal}))
    # The short runs decide the ratio: they are done with every seed; the long ones once.
    results = {n: [run_side("ours", seed, [n]) for seed in range(seeds if n <= goal / 5 else 1)] for n in lengths}
    mine = {length: [run[f"{length:g}"] for run in runs] for length, runs in results.items()}
    last = results[lengths[-1]][0]
    note = (
        f"bundled Fashion-MNIST, {threads} thread(s); updates of {theirs['ms']:.0f} ms (128 images) and "
        f"{last['ms']:.0f} ms ({'bfloat16' if last['bfloat16'] else 'float32'}); every seed reached it"
    )
    return rows(theirs, mine, goal, note)


def main() -> None:
    """Measure and print; or, in a child process, train one side."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", type=Path, help="write the rows there")
    parser.add_argument("--quick", action="store_true", help="the reference for one minute, ours for 6, 10 and 60 s")
    parser.add_argument("--seeds", type=int, default=2, help="seeds of our short runs")
    parser.add_argument("--side", choices=("reference", "ours"), help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--lengths", type=float, nargs="*", default=[], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        lengths = options.lengths
        result = reference(options.seed, lengths) if options.side == "reference" else ours(options.seed, lengths[0])
        print(json.dumps(result))
        return
    if options.quick:
        table = measure([6, 10, 15, 30, 60], goal=60, seeds=1)
    else:
        table = measure(list(LENGTHS), goal=GOAL, seeds=options.seeds)
    for row in table:
        print(row["what"], row["reference"], row["ours"], row["ratio"], row["note"], sep=" | ")
    if options.json:
        options.json.write_text(json.dumps(table, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
