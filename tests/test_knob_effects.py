"""Every knob keeps the promise of its `effect` sentence, over three seeds.

Small networks and few images: what is tested is the direction, which the lesson shows at full size.
"""

import re
import sys
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch

from gentutor.datasets import load_fashion
from gentutor.errors import TrainingDivergedError
from gentutor.knobs import lesson_knobs, lessons_with_knobs
from gentutor.losses import kl_per_unit, reconstruction_loss
from gentutor.metrics import test_elbo as elbo_of
from gentutor.models.recipe import adam, update
from gentutor.models.vae import VAE, start_at_mean
from gentutor.seeding import generator
from gentutor.training import Batches, Run

SEEDS = (0, 1, 2)
KNOBS = lesson_knobs("vaes")
over_seeds = pytest.mark.parametrize("seed", SEEDS)


@cache
def images(split, n):
    return load_fashion(split, n=n, seed=0).x


@cache
def trained(seed, steps=150, latent_dim=10, width=64, **settings):
    model = VAE(latent_dim, width, seed=seed)
    start_at_mean(model, images("train", 4000))
    parts = {"model": model, "optimiser": adam(model)}
    batches = Batches(images("train", 4000), seed=seed)
    run = Run(update, parts, batches, settings, knobs=KNOBS, steps=steps, seed=seed)
    return run.finish(progress=False)


@cache
def terms(seed, **settings):
    """Reconstruction and KL of each unit in nats, on test images."""
    model = trained(seed, **settings).parts["model"]
    x = images("test", 1000)
    with torch.no_grad():
        mu, logvar = model.encode(x)
        eps = torch.randn(mu.shape, generator=generator(seed, "eps"))
        logits = model.decode(mu + (logvar / 2).exp() * eps)
        return float(reconstruction_loss(logits, x).mean()), kl_per_unit(mu, logvar).mean(0)


def elbo(seed, **settings):
    return elbo_of(trained(seed, **settings).parts["model"], images("test", 1000), generator(seed, "elbo"))


def in_use(seed, **settings):
    return int((terms(seed, **settings)[1] > 0.1).sum())


def test_every_knob_has_a_test_of_its_effect():
    here = set(vars(sys.modules[__name__]))
    for path in (Path(__file__).parent / "knobs").glob("test_effects_*.py"):  # one file for each later lesson
        here |= set(re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), flags=re.MULTILINE))
    for lesson in lessons_with_knobs():
        missing = [knob for knob in lesson_knobs(lesson) if f"test_{lesson}_{knob}" not in here]
        assert not missing, f"{lesson}: no test of the promised effect of {missing}"


def test_vaes_seed():
    """Another seed: another run of the same quality."""
    values = [elbo(seed) for seed in SEEDS]
    assert len(set(values)) == 3
    assert max(values) - min(values) < 0.03 * abs(np.mean(values))


@over_seeds
def test_vaes_epochs(seed):
    """Higher: a lower loss, with diminishing return."""
    steps = [trained(seed).batches.steps_for(epochs, 128) for epochs in (1, 3, 9)]
    losses = [trained(seed, steps=n).curve("loss")[1][-10:].mean() for n in steps]
    gains = [before - after for before, after in pairwise(losses)]
    assert gains[0] > gains[1] > 0


@over_seeds
def test_vaes_lr(seed):
    """Higher: the loss falls faster at first; too high, it jumps or the run diverges."""
    slow, usual = (trained(seed, lr=lr).curve("loss")[1][30:40].mean() for lr in (1e-4, 4e-3))
    assert usual < slow - 10
    try:
        too_high = trained(seed, lr=0.1).curve("loss")[1]
    except TrainingDivergedError:
        return
    assert np.diff(too_high).max() > 3 * np.diff(trained(seed, lr=4e-3).curve("loss")[1]).max()


@over_seeds
def test_vaes_batch_size(seed):
    """Higher: a smoother loss curve, and fewer updates in an epoch."""

    def jitter(batch_size):
        return np.diff(trained(seed, batch_size=batch_size, lr=1e-3).curve("loss")[1][50:]).std()

    assert jitter(256) < 0.6 * jitter(16)
    batches = trained(seed).batches
    assert batches.steps_for(1, 256) < batches.steps_for(1, 16)


@over_seeds
def test_vaes_latent_dim(seed):
    """Higher: sharper reconstructions up to a point; beyond it the extra numbers stay unused."""
    (two, _), (ten, kl_ten), (many, kl_many) = (terms(seed, latent_dim=n, steps=300) for n in (2, 10, 64))
    assert ten < two - 5
    assert many > ten - 5  # six times the numbers hardly sharpen anything
    assert kl_many.sum() < 1.5 * kl_ten.sum()


@over_seeds
def test_vaes_width(seed):
    """Higher: a better ELBO for the same number of updates, at more seconds per update."""
    assert elbo(seed, width=16) < elbo(seed, width=64) < elbo(seed, width=256)
    narrow, wide = (sum(p.numel() for p in VAE(10, width).parameters()) for width in (16, 256))
    assert wide > 10 * narrow  # multiplications in an update, which cost the seconds


@over_seeds
def test_vaes_beta(seed):
    """Higher: KL falls, reconstructions get worse, samples get smoother."""
    low, usual, high = (terms(seed, beta=beta) for beta in (0.1, 1.0, 10.0))
    assert low[1].sum() > usual[1].sum() > high[1].sum()
    assert low[0] < usual[0] < high[0]

    def roughness(beta):
        z = torch.randn(200, 10, generator=generator(seed, "samples"))
        with torch.no_grad():
            pictures = trained(seed, beta=beta).parts["model"].decode(z).sigmoid()
        return float(pictures.diff(dim=3).abs().mean() / pictures.std())

    assert roughness(10.0) < roughness(0.1)


@over_seeds
def test_vaes_warm_up(seed):
    """Higher: more latent units stay active where a large beta would switch them off."""
    assert in_use(seed, beta=4.0, warm_up=1.0) > in_use(seed, beta=4.0)


@over_seeds
def test_vaes_free_bits(seed):
    """Higher: more latent units stay active."""
    assert in_use(seed, beta=4.0, free_bits=0.25) == 10 > in_use(seed, beta=4.0)
