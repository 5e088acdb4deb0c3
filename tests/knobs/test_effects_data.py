"""Every knob of lesson 01 keeps the promise of its `effect` sentence, over three seeds."""

from functools import cache
from itertools import pairwise

import pytest
import torch
from torch.nn.functional import avg_pool2d

from gentutor.datasets import clean_text, load_fashion, load_prose, spoil, words
from gentutor.datasets.tokens import apply_merges, learn_merges
from gentutor.knobs import lesson_knobs
from gentutor.models.ngrams import count_followers, write_on
from gentutor.seeding import generator
from gentutor.training import Laboratory

SEEDS = (0, 1, 2)
KNOBS = lesson_knobs("data")
over_seeds = pytest.mark.parametrize("seed", SEEDS)


@cache
def laboratory(steps=120):
    train, test = load_fashion("train"), load_fashion("test")
    pictures = (avg_pool2d(train.x, 2), train.y), (avg_pool2d(test.x, 2), test.y)
    return Laboratory(*pictures, spoil, n_seeds=len(SEEDS), steps=steps)


def measured(seed, measure, steps=120, **settings):
    KNOBS.check(**settings)
    return laboratory(steps).trained(seed, **settings).measures[measure]


def test_data_seed():
    """Another seed: another run of the same quality."""
    values = [measured(seed, "elbo") for seed in SEEDS]
    assert len(set(values)) == 3
    assert max(values) - min(values) < 3


def test_data_n_seeds():
    """Higher: the mean over the seeds wavers less."""
    values = torch.tensor([measured(seed, "elbo", steps=20) for seed in range(24)])
    means = {n: values.unflatten(0, (-1, n)).mean(1) for n in (2, 6)}
    assert means[6].std() < means[2].std()


@over_seeds
def test_data_updates(seed):
    """Higher: a better test ELBO."""
    assert measured(seed, "elbo", steps=50) + 2 < measured(seed, "elbo", steps=120)


@over_seeds
def test_data_n_train(seed):
    """Higher: a better test ELBO, with diminishing return."""
    few, some, many = (measured(seed, "elbo", n_train=n) for n in (50, 500, 5000))
    assert some - few > 2
    assert some - few > many - some


@over_seeds
def test_data_noise(seed):
    """Higher: grey mist, the Frechet distance rises and coverage falls."""
    for low, high in pairwise((0.0, 0.2, 0.6)):
        assert measured(seed, "frechet", noise=low) < measured(seed, "frechet", noise=high)
        assert measured(seed, "coverage", noise=low) > measured(seed, "coverage", noise=high)
    orders = torch.arange(10)
    background = [laboratory().trained(seed, noise=n).draw(orders)[:, :, :2, :2].mean() for n in (0.0, 0.6)]
    assert background[1] > background[0] + 0.1


@over_seeds
def test_data_wrong_labels(seed):
    """Higher: the generator draws less often what was ordered."""
    values = [measured(seed, "obedience", wrong_labels=share) for share in (0.0, 0.1, 0.5)]
    assert values[0] > values[1] + 0.05 > values[2] + 0.1


@over_seeds
def test_data_classes_kept(seed):
    """Higher: coverage of the real garments rises."""
    one, five, ten = (measured(seed, "coverage", classes_kept=n) for n in (1, 5, 10))
    assert one < five < ten


@over_seeds
def test_data_imbalance(seed):
    """Higher: rare classes are hardly drawn, the Frechet distance rises and coverage falls."""
    assert measured(seed, "frechet", imbalance=100.0) > measured(seed, "frechet") + 0.5
    assert measured(seed, "coverage", imbalance=100.0) < measured(seed, "coverage") - 0.05
    counts = laboratory().trained(seed, imbalance=100.0).y.bincount(minlength=10)
    assert counts.max() > 20 * counts.min()


@over_seeds
def test_data_duplicates(seed):
    """Higher: fewer different pictures, so a worse test ELBO; up to one half it hardly shows."""
    none, half, nearly_all = (measured(seed, "elbo", duplicates=share) for share in (0.0, 0.5, 0.99))
    assert nearly_all < none - 2
    assert abs(half - none) < abs(nearly_all - none) / 2


@over_seeds
def test_data_n_merges(seed):
    """Higher: fewer and longer tokens for the same text, with diminishing return."""
    start = 20_000 * seed
    page = clean_text(load_prose(["Emma"]).train[start : start + 5000])
    merges = learn_merges(page, 120)
    n_tokens = [len(apply_merges(page, merges[:n])) for n in (0, 40, 80, 120)]
    gains = [before - after for before, after in pairwise(n_tokens)]
    assert gains[0] > gains[1] > gains[2] > 0


@over_seeds
def test_data_context(seed):
    """Higher: smoother sentences, and more of them copied from the book word for word."""
    emma = words(load_prose(["Emma"]).train)
    pairs, runs = ({tuple(emma[i : i + n]) for i in range(len(emma))} for n in (2, 6))

    def share(context, known, n):
        text = write_on(count_followers(emma, context), 1000, generator(seed, "text"))
        return sum(tuple(text[i : i + n]) in known for i in range(1000 - n)) / (1000 - n)

    copied = [share(context, runs, 6) for context in (1, 2, 3)]
    assert copied[0] < copied[1] < copied[2]
    assert share(2, pairs, 2) > 0.99
