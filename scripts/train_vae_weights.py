"""Train the small models that lesson 04 opens with, and write them to `data/weights`, each with its card.

    python scripts/train_vae_weights.py              # all: a few minutes on 2 cores
    python scripts/train_vae_weights.py vae_fashion_2d

Everything is seeded; another processor or torch version gives other last digits, so other checksums.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import torch
from torch import Tensor
from update_manifest import DATA, update_manifest

from gentutor.datasets import load_fashion
from gentutor.losses import kl_per_unit, reconstruction_loss
from gentutor.metrics import active_units, test_elbo
from gentutor.models import VAE, BetaVAE, load_weights, save_weights, start_at_mean
from gentutor.models.recipe import adam, update
from gentutor.seeding import generator
from gentutor.training import Batches

BATCH_SIZE = 128
BETA_RANGE = (0.05, 50.0)  # of the knob `beta`
SEED = 0


class Plan(NamedTuple):
    """What one file of weights holds and how it is trained."""

    kind: type[VAE] | type[BetaVAE]
    latent_dim: int
    width: int
    n_layers: int
    epochs: int
    lr: float
    purpose: str


PLANS = {
    "vae_fashion_2d": Plan(VAE, 2, 128, 3, 80, 2e-3, "the latent plane that a student walks on: a code is a point"),
    "vae_fashion_beta": Plan(
        BetaVAE, 20, 192, 2, 60, 2e-3, "one model for every beta from 0.05 to 50: the slider that opens the lesson"
    ),
}


def update_for_every_beta(
    model: BetaVAE, optimiser: torch.optim.Optimizer, x: Tensor, settings: SimpleNamespace, rng: torch.Generator
) -> dict[str, float]:
    """One step in which each image is trained for a beta of its own, drawn evenly on a logarithmic scale."""
    for group in optimiser.param_groups:
        group["lr"] = settings.lr * (1 - settings.progress)
    low, high = torch.tensor(BETA_RANGE).log()
    beta = (low + (high - low) * torch.rand(len(x), generator=rng)).exp()  # (B,)
    logits, mu, logvar = model(x, beta, rng)
    losses = reconstruction_loss(logits, x) + beta * kl_per_unit(mu, logvar).sum(1)
    loss = (losses / beta.clamp_min(1.0)).mean()  # each beta keeps its optimum, and large ones do not shout
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return {"loss": loss.item()}


def train(plan: Plan, x: Tensor) -> tuple[VAE | BetaVAE, float]:
    """Return the trained model and the seconds it took."""
    model = plan.kind(plan.latent_dim, plan.width, plan.n_layers, seed=SEED)
    start_at_mean(model, x)
    optimiser, batches = adam(model), Batches(x, seed=SEED)
    steps = batches.steps_for(plan.epochs, BATCH_SIZE)
    take_step: Callable[..., dict[str, float]] = update if plan.kind is VAE else update_for_every_beta
    started = time.perf_counter()
    for step in range(steps):
        settings = SimpleNamespace(lr=plan.lr, beta=1.0, warm_up=0.0, free_bits=0.0, progress=step / steps)
        batch = batches.at(step * BATCH_SIZE, BATCH_SIZE)
        metrics = take_step(model, optimiser, batch, settings, generator(SEED, "step", step))
        if step % 1000 == 0:
            print(f"  step {step:>6} of {steps}  loss {metrics['loss']:.1f}  {time.perf_counter() - started:.0f} s")
    return model.eval(), time.perf_counter() - started


class AtBeta:
    """A `BetaVAE` held at one beta, so that it can be measured as a plain VAE."""

    def __init__(self, model: BetaVAE, beta: float) -> None:
        self.model, self.beta = model, beta

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance at this beta."""
        return self.model.encode(x, torch.full((len(x),), self.beta))

    def decode(self, z: Tensor) -> Tensor:
        """Logits at this beta."""
        return self.model.decode(z, torch.full((len(z),), self.beta))


@torch.no_grad()
def measure(model: VAE | AtBeta, x: Tensor) -> str:
    """Return one row of the card's table: ELBO and its terms in nats for one image, and active units."""
    mu, logvar = model.encode(x)
    elbo = test_elbo(model, x, generator(SEED, "elbo"))
    kl = float(kl_per_unit(mu, logvar).sum(1).mean())
    return f"{elbo:.2f} | {-elbo - kl:.2f} | {kl:.2f} | {active_units(mu)} of {mu.shape[1]} |"


def table(model: VAE | BetaVAE, x: Tensor) -> str:
    """Return the measured table of the card."""
    head = "ELBO (nats) | reconstruction | KL | active units |\n"
    if isinstance(model, VAE):
        return f"| {head}|---|---|---|---|\n| {measure(model, x)}\n"
    rows = [f"| {beta:g} | {measure(AtBeta(model, beta), x)}\n" for beta in (0.05, 0.2, 1.0, 4.0, 15.0, 50.0)]
    return f"| beta | {head}|---|---|---|---|---|\n" + "".join(rows)


CARD = """# {name}

{purpose_sentence}

| | |
|---|---|
| file | `{name}.safetensors`, {size:,} bytes, 16-bit floats |
| model | `gentutor.models.{kind}(latent_dim={plan.latent_dim}, width={plan.width}, n_layers={plan.n_layers})`, \
{n_weights:,} weights |
| data | bundled Fashion-MNIST training images, 20,000 (MIT licence, see `../fashion_mnist.md`) |
| settings | {plan.epochs} epochs, batches of {batch_size}, Adam, lr {plan.lr:g} falling linearly to 0, seed {seed} |
| cost | {seconds:.0f} s with {threads} thread(s), torch {torch} |
| made by | `python scripts/train_vae_weights.py {name}` |
| sha256 | `{sha256}` |

Measured on the 4,000 bundled test images, with the 16-bit weights:

{table}
## Limits

It has seen 28 by 28 pictures of ten kinds of clothes and nothing else: any other picture is drawn as clothes.
Small prints and straps are lost{limits}. For teaching; nothing else was tested.
"""

LIMITS = {
    2: ", and with two numbers for a picture several classes overlap (shirts, coats and pullovers most)",
    20: ", more so as beta grows",
}


def write(name: str) -> None:
    """Train one model, write weights, card and manifest entry."""
    plan = PLANS[name]
    print(name, flush=True)
    model, seconds = train(plan, load_fashion("train").x)
    path = DATA / "weights" / f"{name}.safetensors"
    path.parent.mkdir(parents=True, exist_ok=True)
    save_weights(model, path, latent_dim=plan.latent_dim, width=plan.width, n_layers=plan.n_layers)
    stored = load_weights(path)
    assert isinstance(stored, (VAE, BetaVAE))
    card = CARD.format(
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        name=name, plan=plan, kind=plan.kind.__name__, batch_size=BATCH_SIZE, seed=SEED, seconds=seconds,
        purpose_sentence=plan.purpose[0].upper() + plan.purpose[1:] + ".", size=path.stat().st_size,
        n_weights=sum(weight.numel() for weight in model.parameters()), threads=torch.get_num_threads(),
        torch=torch.__version__.split("+")[0], table=table(stored, load_fashion("test").x),
        limits=LIMITS[plan.latent_dim],
    )  # fmt: skip
    Path(path.with_suffix(".md")).write_text(card, encoding="utf-8", newline="\n")
    entry = update_manifest(f"weights/{name}.safetensors", f"weights/{name}.md")
    print(card.split("weights:\n\n")[1].split("## Limits")[0], entry["bytes"], "bytes")


def main() -> None:
    """Train the models named on the command line, or all."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", help=f"some of: {', '.join(PLANS)}; all when none is given")
    names = parser.parse_args().names or list(PLANS)
    unknown = sorted(set(names) - set(PLANS))
    if unknown:
        parser.error(f"there is no {', '.join(unknown)}; choose from {', '.join(PLANS)}.")
    for name in names:
        write(name)


if __name__ == "__main__":
    main()
