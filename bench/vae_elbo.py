"""How long does a VAE need for the test ELBO that the usual recipe reaches in ten epochs?

    python bench/vae_elbo.py --json vae.json             # all 60,000 images where they are, about 5 minutes
    python bench/vae_elbo.py --quick --json vae.json     # bundled images, one seed, about 1 minute

The reference is ``vae/main.py`` of pytorch/examples on Fashion-MNIST, written below as published: 784-400-20-400-784,
ReLU, Bernoulli pixels, Adam 1e-3, batches of 128 from a DataLoader, 10 epochs. Ours is `gentutor.models.recipe.FAST`
with the update that lesson 04 teaches: same latent size, same likelihood. Each runs in a process of its own, in
turns, once for each seed.

The seconds are those of the training loop, its data loading included, without imports and without tests;
`whole process` counts everything from starting Python to the trained model. Both end before their test ELBO is
measured, with one code for each image.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

DEBIAN = Path("/usr/share/datasets/fashion-mnist")
REFERENCE_EPOCHS = 10
LATENT_DIM = 20
BUNDLED_EPOCHS = 2.5  # of ours, on the 20,000 bundled images
SIDES = ("reference", "bfloat16", "float32")


def reference(folder: Path, seed: int) -> dict[str, float]:
    """Train pytorch/examples' VAE as published."""
    import torch
    from torch import nn, optim
    from torch.nn import functional as F
    from torch.utils.data import DataLoader
    from torchvision import datasets, transforms  # type: ignore[import-untyped]

    class ReferenceVAE(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc1 = nn.Linear(784, 400)
            self.fc21 = nn.Linear(400, LATENT_DIM)
            self.fc22 = nn.Linear(400, LATENT_DIM)
            self.fc3 = nn.Linear(LATENT_DIM, 400)
            self.fc4 = nn.Linear(400, 784)

        def encode(self, x: Any) -> Any:
            h1 = F.relu(self.fc1(x))
            return self.fc21(h1), self.fc22(h1)

        def reparameterize(self, mu: Any, logvar: Any) -> Any:
            std = torch.exp(0.5 * logvar)
            eps = torch.randn_like(std)
            return mu + eps * std

        def decode(self, z: Any) -> Any:
            h3 = F.relu(self.fc3(z))
            return torch.sigmoid(self.fc4(h3))

        def forward(self, x: Any) -> Any:
            mu, logvar = self.encode(x.view(-1, 784))
            z = self.reparameterize(mu, logvar)
            return self.decode(z), mu, logvar

    def loss_function(recon_x: Any, x: Any, mu: Any, logvar: Any) -> Any:
        bce = F.binary_cross_entropy(recon_x, x.view(-1, 784), reduction="sum")
        kld = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
        return bce + kld

    torch.manual_seed(seed)
    images = datasets.FashionMNIST(str(folder), train=True, transform=transforms.ToTensor())
    train_loader = DataLoader(images, batch_size=128, shuffle=True)
    model = ReferenceVAE()
    optimizer = optim.Adam(model.parameters(), lr=1e-3)
    started = time.perf_counter()
    for _epoch in range(REFERENCE_EPOCHS):
        model.train()
        train_loss = 0.0
        for data, _ in train_loader:
            optimizer.zero_grad()
            recon_batch, mu, logvar = model(data)
            loss = loss_function(recon_batch, data, mu, logvar)
            loss.backward()
            train_loss += loss.item()
            optimizer.step()
    seconds = time.perf_counter() - started
    ended = time.time()
    x = datasets.FashionMNIST(str(folder), train=False).data.unsqueeze(1) / 255
    with torch.no_grad():
        elbo = -sum(loss_function(p, b, m, v).item() for b in x.split(1000) for p, m, v in [model(b)]) / len(x)
    return {"seconds": seconds, "ended": ended, "elbo": elbo}


def ours(folder: Path, seed: int, *, bfloat16: bool, bundled: bool) -> dict[str, float]:
    """Train gentutor's recipe."""
    import torch

    from gentutor.datasets import load_fashion, load_full_fashion
    from gentutor.metrics import test_elbo
    from gentutor.models.recipe import FAST, BFloat16VAE, adam, update
    from gentutor.models.vae import VAE, start_at_mean
    from gentutor.seeding import generator
    from gentutor.training import Batches

    x = load_fashion("train").x if bundled else load_full_fashion(folder).x
    batch_size = FAST["batch_size"]
    model = (BFloat16VAE if bfloat16 else VAE)(LATENT_DIM, FAST["width"], FAST["n_layers"], seed=seed)
    started = time.perf_counter()
    start_at_mean(model, x)
    optimiser, batches, noise = adam(model), Batches(x, seed=seed), generator(seed, "noise")
    steps = batches.steps_for(BUNDLED_EPOCHS if bundled else FAST["epochs"], batch_size)
    for step in range(steps):
        settings = SimpleNamespace(lr=FAST["lr"], beta=1.0, warm_up=0.0, free_bits=0.0, progress=step / steps)
        batch = batches.at(step * batch_size, batch_size)
        assert isinstance(batch, torch.Tensor)  # one tensor of examples gives batches that are a tensor
        update(model, optimiser, batch, settings, noise)
    seconds = time.perf_counter() - started
    ended = time.time()
    test = load_fashion("test").x if bundled else load_full_fashion(folder, split="test").x
    return {"seconds": seconds, "ended": ended, "elbo": test_elbo(model, test, generator(seed, "elbo"))}


def write_idx(folder: Path, source: Path | None) -> None:
    """Put the images where torchvision looks for them: from `source`, else the bundled ones."""
    import numpy as np

    from gentutor.datasets import load_fashion

    raw = folder / "FashionMNIST" / "raw"
    raw.mkdir(parents=True)
    for split, prefix in (("train", "train"), ("test", "t10k")):
        for kind in ("images-idx3-ubyte", "labels-idx1-ubyte"):
            if source:
                content = gzip.decompress((source / f"{prefix}-{kind}.gz").read_bytes())
            else:
                images = load_fashion(split)  # type: ignore[arg-type]
                data = images.x[:, 0].mul(255).round() if "images" in kind else images.y
                array = data.numpy().astype(np.uint8)
                sizes = b"".join(n.to_bytes(4, "big") for n in array.shape)
                content = bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes()
            (raw / f"{prefix}-{kind}").write_bytes(content)


def run_side(side: str, seed: int, folder: Path, bundled: bool) -> dict[str, float]:
    """Train one side in a fresh process; add the seconds from its start to the trained model."""
    command = [sys.executable, __file__, "--side", side, "--seed", str(seed), "--data", str(folder)]
    started = time.time()
    done = subprocess.run(command + ["--bundled"] * bundled, check=True, stdout=subprocess.PIPE, text=True)
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    result["process"] = result["ended"] - started
    print(
        f"  {side:<9} seed {seed}: {result['seconds']:6.1f} s, whole process {result['process']:6.1f} s, "
        f"test ELBO {result['elbo']:.2f}",
        flush=True,
    )
    return result


def spread(results: list[dict[str, float]], key: str) -> str:
    """Return lowest to highest value, in words."""
    values = [result[key] for result in results]
    return f"{min(values):.2f}" if len(values) == 1 else f"{min(values):.2f} to {max(values):.2f}"


def rows(results: dict[str, list[dict[str, float]]], data: str) -> list[dict[str, Any]]:
    """Turn the measured runs into the rows of the table."""
    table = []
    theirs = results["reference"]
    goal = statistics.mean(run["elbo"] for run in theirs)
    for side in [side for side in SIDES[1:] if results.get(side)]:
        runs = results[side]
        reached = statistics.mean(run["elbo"] for run in runs) >= goal
        note = (
            f"{side}; {data}; {len(runs)} seed(s), medians; test ELBO reference {spread(theirs, 'elbo')}, "
            f"ours {spread(runs, 'elbo')}: {'reached' if reached else 'NOT reached'}"
        )
        for what, key in (("training loop", "seconds"), ("whole process", "process")):
            slow = statistics.median(run[key] for run in theirs)
            fast = statistics.median(run[key] for run in runs)
            table.append(
                {
                    "what": f"VAE: time to the reference's test ELBO, {what}, {side}",
                    "reference": f"{slow:.1f} s",
                    "ours": f"{fast:.1f} s",
                    "ratio": round(slow / fast, 2) if reached else None,
                    "reach": "at least 6x, aim 10x" if what == "training loop" else "",
                    "note": note,
                }
            )
    return table


def measure(source: Path | None, data: str, seeds: int, sides: tuple[str, ...]) -> list[dict[str, Any]]:
    """Run every side for every seed, in turns, and return the rows."""
    print(f"VAE to the reference's test ELBO, {data}, {os.cpu_count()} cores", flush=True)
    results: dict[str, list[dict[str, float]]] = {side: [] for side in sides}
    with tempfile.TemporaryDirectory() as name:
        write_idx(Path(name), source)
        for seed in range(seeds):
            for side in sides:
                results[side].append(run_side(side, seed, Path(name), bundled=source is None))
    return rows(results, data)


def main() -> None:
    """Measure and print; or, in a child process, train one side."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=DEBIAN, help="folder of the four Fashion-MNIST .gz files")
    parser.add_argument("--quick", action="store_true", help="bundled images and one seed")
    parser.add_argument("--seeds", type=int, default=3, help="repetitions of each side")
    parser.add_argument("--json", type=Path, help="write the rows here")
    parser.add_argument("--side", choices=SIDES, help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--bundled", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side == "reference":
        print(json.dumps(reference(options.data, options.seed)))
    elif options.side:
        bfloat16 = options.side == "bfloat16"
        print(json.dumps(ours(options.data, options.seed, bfloat16=bfloat16, bundled=options.bundled)))
    else:
        from gentutor.models.recipe import bfloat16_pays

        there = (options.data / "train-images-idx3-ubyte.gz").is_file()
        complete = there and not options.quick
        data = "all 60,000 images" if complete else "the 20,000 bundled images"
        data += "" if there else " (the full set is not here)"
        sides = SIDES if bfloat16_pays() else ("reference", "float32")
        table = measure(options.data if complete else None, data, 1 if options.quick else options.seeds, sides)
        for row in table:
            ratio = f"{row['ratio']:.1f}x" if row["ratio"] else "not reached"
            print(f"{row['what']:<70} {row['reference']:>8} {row['ours']:>8}  {ratio}\n    {row['note']}")
        if options.json:
            options.json.write_text(json.dumps(table, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
