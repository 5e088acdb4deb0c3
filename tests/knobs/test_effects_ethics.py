"""Every knob of lesson 12 keeps the promise of its `effect` sentence, over three seeds."""

from functools import cache

import pytest
import torch

from gentutor.datasets import load_avatars, load_fashion, load_prose
from gentutor.datasets.tokens import encode, vocabulary_of
from gentutor.ethics import (
    Detector,
    auc_interval,
    compressed,
    in_bytes,
    mark_pictures,
    mark_z,
    paint_avatars,
    picture_z,
    roc_auc,
    train_tiny_painter,
    uneven_avatars,
    write_marked,
)  # fmt: skip
from gentutor.metrics import read_attributes, token_log_probs
from gentutor.models import load_bundled
from gentutor.seeding import generator

SEEDS = (0, 1, 2)
over_seeds = pytest.mark.parametrize("seed", SEEDS)


@cache
def written(seed, strength=3.0, share=0.25):
    signs = vocabulary_of(load_prose().train)
    begun = torch.tensor([encode("It is a truth universally acknowledged, that", signs)] * 8)
    model = load_bundled("text_austen")
    text = write_marked(model, begun, 200, strength=strength, share=share, key=7, generator=generator(seed, "text"))
    text = text[:, begun.shape[1] - 4 :]
    z = [mark_z(row, len(signs), share, 7) for row in text]
    return sum(z) / len(z), -token_log_probs(model, text.flatten(), 128).mean().item()


@cache
def trial(seed, n_fakes=500):
    """Detector, unseen real garments, unseen fakes of the generator that it learnt from."""
    gan = load_bundled("gan_fashion")
    with torch.no_grad():
        z = torch.randn(4 * n_fakes, gan.z_dim, generator=generator(seed, "forged"))
        fakes = in_bytes(gan(z, torch.arange(4 * n_fakes) % 10))
    detect = Detector(load_fashion("train", n=2 * n_fakes, seed=seed).x, fakes[: 3 * n_fakes])
    return detect, load_fashion("test", n=2 * n_fakes, seed=seed).x, fakes[3 * n_fakes :]


def judged(seed, n_fakes=500, quality=None):
    detect, real, fake = trial(seed, n_fakes)
    if quality:
        real, fake = compressed(real, quality), compressed(fake, quality)
    scores = torch.cat([detect(real), detect(fake)])
    return scores, torch.arange(len(scores)) >= len(real)


def test_ethics_seed():
    """Another seed: another run of the same quality."""
    areas = [float(roc_auc(*judged(seed))) for seed in SEEDS]
    assert len(set(areas)) == 3
    assert max(areas) - min(areas) < 0.1


@over_seeds
def test_ethics_strength(seed):
    """Higher: a larger z score of marked text, and text that surprises an unmarked model more."""
    z, nats = zip(*(written(seed, strength) for strength in (0.0, 3.0, 6.0)), strict=True)
    assert z[0] < z[1] < z[2]
    assert nats[0] < nats[1] < nats[2]


@over_seeds
def test_ethics_green_share(seed):
    """Higher: more characters are green by chance, so that the largest possible z falls."""
    assert written(seed, 8.0, 0.1)[0] > written(seed, 8.0, 0.25)[0] > written(seed, 8.0, 0.75)[0]


@over_seeds
def test_ethics_quality(seed):
    """Lower: a smaller area under the detector's ROC curve, and a fainter picture watermark."""
    areas = [float(roc_auc(*judged(seed, quality=quality))) for quality in (95, 50, 10)]
    assert areas[0] > areas[1] > areas[2]
    marked = mark_pictures(load_avatars("train", n=100, seed=seed).x, 12 / 255, seed)
    faint = [picture_z(compressed(marked, quality), seed).mean() for quality in (95, 50, 10)]
    assert faint[0] > faint[1] > faint[2]


@over_seeds
def test_ethics_threshold(seed):
    """Higher: fewer hits and fewer false alarms."""
    scores, is_fake = judged(seed)
    for items in (is_fake, ~is_fake):
        called = [(scores[items] >= threshold).float().mean() for threshold in (-0.5, 0.0, 0.5)]
        assert called[0] > called[1] > called[2]


@over_seeds
def test_ethics_imbalance(seed):
    """Higher: fewer glasses among the avatars that are made."""
    worn = []
    for imbalance in (0.6, 0.75, 0.95):
        x, y = uneven_avatars("glasses", (0, 1), imbalance, seed)
        made = paint_avatars(train_tiny_painter(x, y, seed=seed), torch.zeros(500, dtype=torch.int64), seed=seed)
        worn.append((read_attributes(made)["glasses"] > 0).float().mean())
    assert worn[0] > worn[2]
    assert worn[1] > worn[2]


@over_seeds
def test_ethics_n_fakes(seed):
    """Higher: a narrower interval around the area under the ROC curve."""
    few, many = (auc_interval(*judged(seed, n_fakes)) for n_fakes in (100, 500))
    assert many[1] - many[0] < few[1] - few[0]
