"""Every knob of lesson 00 keeps the promise of its `effect` sentence, over three seeds."""

import random
from functools import cache

import numpy as np
import pytest
import torch

from gentutor.datasets import data_file, load_avatars, load_fables, load_fashion
from gentutor.knobs import lesson_knobs
from gentutor.losses import negative_elbo
from gentutor.metrics import nearest_distances, training_flops, training_memory
from gentutor.models import VAE, load_bundled, start_at_mean, wished
from gentutor.models.classifiers import fit_border, fit_groups, two_groups
from gentutor.models.counting import copied_share, count_letters, write_line
from gentutor.models.heart_game import heart
from gentutor.models.recipe import adam, update
from gentutor.samplers import interpolate
from gentutor.samplers.paths import euler_sample
from gentutor.seeding import generator
from gentutor.training import Batches, Run

SEEDS = (0, 1, 2)
over_seeds = pytest.mark.parametrize("seed", SEEDS)


@cache
def mistakes(seed, n, overlap, n_sets=40):
    """Share of mistakes of the border and of the clouds, and how often they agree, on average over data sets."""
    test_x, test_y = two_groups(2000, overlap, generator(seed, "test"))
    rows = []
    for i in range(n_sets):
        x, y = two_groups(n, overlap, generator(seed, "points", i))
        border, clouds = (way.posterior(test_x).argmax(1) for way in (fit_border(x, y), fit_groups(x, y)))
        shares = (border != test_y, clouds != test_y, border == clouds)
        rows.append([float(share.float().mean()) for share in shares])
    return np.mean(rows, axis=0)


@over_seeds
def test_welcome_overlap(seed):
    """Higher: nobody can tell the groups apart so well, and both classifiers make more mistakes."""
    border, clouds, _ = np.transpose([mistakes(seed, 40, overlap, 5) for overlap in (0.3, 0.8, 2.0)])
    assert border[0] < border[1] < border[2]
    assert clouds[0] < clouds[1] < clouds[2]


@over_seeds
def test_welcome_n_points(seed):
    """Higher: both classifiers make fewer mistakes and draw nearly the same border."""
    few, many = mistakes(seed, 6, 0.8), mistakes(seed, 2000, 0.8, 3)
    assert many[0] < few[0]
    assert many[1] < few[1]
    assert many[2] > 0.97 > few[2]


@over_seeds
def test_welcome_blend(seed):
    """Higher: the picture turns from the first garment into the second."""
    model, test = load_bundled("vae_fashion_beta"), load_fashion("test", n=500, seed=seed)
    ends = torch.stack([test.x[test.y == k][0] for k in (7, 9)])
    with torch.no_grad():
        start, end = model.encode(ends, torch.ones(2))[0]
        way = model.decode(interpolate(start, end, 5), torch.ones(5)).sigmoid()
    to_first, to_second = ((way - picture).square().mean((1, 2, 3)) for picture in ends)
    assert to_first[0] < to_first[2] < to_first[4]
    assert to_second[0] > to_second[2] > to_second[4]


@cache
def stops(seed):
    """Mean distance to the heart of a third of the forger's points, from stop to stop."""
    points = torch.from_numpy(np.load(data_file("heart_game.npz"))["forger"].astype(np.float32))
    real = heart(2000, generator(seed, "heart"))
    return [float(nearest_distances(stop, real).mean()) for stop in points[:, seed::3]]


@over_seeds
def test_welcome_rounds(seed):
    """Higher: the forger's points come closer to the real ones."""
    distances = stops(seed)
    assert distances[0] > 2 * np.mean(distances[8:12]) > 2 * np.mean(distances[-4:])


@over_seeds
def test_welcome_moment(seed):
    """Higher: noise turns into people."""
    faces, network = load_avatars("test", n=300, seed=seed).x.flatten(1), load_bundled("diffusion_avatars")
    noise, anybody = torch.randn(20, 3, 16, 16, generator=generator(seed, "noise")), torch.full((20, 10), -1)
    with torch.no_grad():
        way = (euler_sample(noise, 12, wished(network, anybody)) + 1) / 2
    distances = [float(nearest_distances(stop.flatten(1), faces).mean()) for stop in way]
    assert distances[0] > distances[6] > distances[12]
    assert distances[12] < 0.4 * distances[0]


@over_seeds
def test_welcome_context(seed):
    """Higher: the text reads better, and more of it is copied word for word."""
    fables, rng = load_fables(), random.Random(seed)
    words = {word.strip(".") for line in fables for word in line.split()}
    known, copied = [], []
    for context in (0, 2, 4, 8):
        table = count_letters(fables, context)
        lines = [write_line(table, context, rng) for _ in range(60)]
        copied.append(np.mean([copied_share(line, fables) for line in lines]))
        written = [word.strip(".") for line in lines for word in line.split()]
        known.append(np.mean([word in words for word in written]))
    assert known == sorted(known)
    assert copied == sorted(copied)
    assert known[3] > known[0] + 0.5
    assert copied[3] > copied[0] + 0.5


@cache
def loss_after(seed, width=64, steps=80, batch_size=64):
    """The loss of a VAE on test images after a short run."""
    x = load_fashion("train", n=4000, seed=0).x
    model = VAE(latent_dim=10, width=width, seed=seed)
    start_at_mean(model, x)
    knobs, parts = lesson_knobs("vaes"), {"model": model, "optimiser": adam(model)}
    batches = Batches(x, seed=seed)
    Run(update, parts, batches, {"batch_size": batch_size}, knobs=knobs, steps=steps, seed=seed).finish(progress=False)
    test = load_fashion("test", n=500, seed=0).x
    with torch.no_grad():
        return float(negative_elbo(*order(model(test, generator(seed, "eps")), test))[0])


def order(outputs, x):
    """``(logits, mu, logvar)`` of a VAE as `negative_elbo` wants them."""
    logits, mu, logvar = outputs
    return logits, x, mu, logvar


def weights(width):
    return sum(p.numel() for p in VAE(10, width).parameters())


@over_seeds
def test_welcome_width(seed):
    """Higher: more weights, more seconds, more memory, and better pictures for the same number of steps."""
    assert loss_after(seed, width=16) > loss_after(seed, width=64) > loss_after(seed, width=256)
    small, large = weights(64), weights(256)
    assert training_flops(large, 64, 80) > 3 * training_flops(small, 64, 80)  # operations, which cost the seconds
    assert training_memory(large, 2000, 64) > training_memory(small, 2000, 64)


@over_seeds
def test_welcome_steps(seed):
    """Higher: more seconds, and better pictures, with diminishing return."""
    losses = [loss_after(seed, steps=steps) for steps in (20, 80, 320)]
    assert losses[0] - losses[1] > losses[1] - losses[2] > 0
    assert training_flops(1000, 64, 320) == 4 * training_flops(1000, 64, 80)


@over_seeds
def test_welcome_batch_size(seed):
    """Higher: more seconds and memory for each step, and better pictures for the same number of steps."""
    assert loss_after(seed, batch_size=16) > loss_after(seed, batch_size=256)
    assert training_flops(1000, 256, 80) == 16 * training_flops(1000, 16, 80)
    assert training_memory(1000, 2000, 256) > training_memory(1000, 2000, 16)


def test_welcome_seed():
    """Another seed: another run of the same quality."""
    losses = [loss_after(seed) for seed in SEEDS]
    assert len(set(losses)) == 3
    assert max(losses) - min(losses) < 0.05 * np.mean(losses)
