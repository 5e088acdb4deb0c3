"""Every knob of lesson 10 keeps the promise of its `effect` sentence, over three seeds."""

import math
from functools import cache
from types import SimpleNamespace

import pytest
import torch

from gentutor.datasets import load_prose, load_scripture
from gentutor.datasets.tokens import encode_tensor, vocabulary_of
from gentutor.metrics import token_log_probs
from gentutor.models import load_bundled
from gentutor.models.adapters import add_adapters, load_adapters, set_strength, trainable_share
from gentutor.models.finetuning import FULL_SHARE, finetune_update, finetuning_adam, last_layers
from gentutor.seeding import generator
from gentutor.training import Windows

SEEDS = (0, 1, 2)
over_seeds = pytest.mark.parametrize("seed", SEEDS)


@cache
def texts():
    novels, scripture = load_prose(), load_scripture()
    known = vocabulary_of(novels.train)
    return {
        "old": encode_tensor(novels.train[:200_000], known),
        "new": encode_tensor(scripture.train, known),
        "old exam": encode_tensor(novels.test[:5120], known),
        "new exam": encode_tensor(scripture.test[:5120], known),
    }


def bits(model, exam):
    return -token_log_probs(model, texts()[exam], 64).mean().item() / math.log(2)


@cache
def exams(seed, *, rank=8, updates=20, lr=0.008, batch_size=8, replay=0.0, layers_kept=None):
    """Fine-tune; return the bits for each character of the old and of the new text, and the share that was trained."""
    base = load_bundled("text_austen")
    model = add_adapters(base, rank, seed=seed) if layers_kept is None else last_layers(base, layers_kept)
    adam, dice, windows = finetuning_adam(model), generator(seed, "tuning"), Windows(texts()["new"], 64, seed=seed)
    rate = lr if layers_kept is None else FULL_SHARE * lr
    for step in range(updates):
        settings = SimpleNamespace(lr=rate, replay=replay, progress=step / updates)
        x = windows.at(step * batch_size, batch_size)
        finetune_update(model, adam, x=x, settings=settings, generator=dice, old=texts()["old"])
    return bits(model, "old exam"), bits(model, "new exam"), trainable_share(model)


def test_finetuning_seed():
    """Another seed: another run of the same quality."""
    learnt = [exams(seed)[1] for seed in SEEDS]
    assert len(set(learnt)) == 3
    assert max(learnt) - min(learnt) < 0.15


@over_seeds
def test_finetuning_updates(seed):
    """Higher: the new text is foreseen better, with diminishing return."""
    few, some, many = (exams(seed, updates=n)[1] for n in (5, 20, 40))
    assert few > some + 0.1
    assert some > many
    assert (few - some) / 15 > (some - many) / 20


@over_seeds
def test_finetuning_lr(seed):
    """Too low does not arrive, too high ruins both texts."""
    low, right, high = (exams(seed, lr=lr) for lr in (0.0002, 0.008, 0.3))
    assert right[1] < low[1] - 0.1
    assert right[1] < high[1] - 0.3
    assert high[0] > right[0] + 0.3


@over_seeds
def test_finetuning_batch_size(seed):
    """Higher: the loss curve is smoother, and there are fewer updates in an epoch."""
    model, windows = last_layers(load_bundled("text_austen"), 3), Windows(texts()["new"], 64, seed=seed)
    still = SimpleNamespace(lr=0.0, replay=0.0, progress=0.0)
    spread = {}
    for size in (2, 16):
        losses = [
            finetune_update(model, finetuning_adam(model), x=windows.at(step * size, size), settings=still)["loss"]
            for step in range(12)
        ]
        spread[size] = torch.tensor(losses).std()
    assert spread[16] < spread[2]
    assert len(texts()["new"]) // (16 * 64) < len(texts()["new"]) // (2 * 64)


@over_seeds
def test_finetuning_rank(seed):
    """Higher: more trained weights in proportion, and a new text that is foreseen better."""
    narrow, wide = exams(seed, rank=1), exams(seed, rank=16)
    ratio = [share / (1 - share) for *_, share in (narrow, wide)]  # to the frozen weights
    assert ratio[1] == pytest.approx(16 * ratio[0])
    assert wide[1] < narrow[1]


@over_seeds
def test_finetuning_replay(seed):
    """Higher: less is forgotten, and the new text is learnt more slowly."""
    runs = [exams(seed, replay=replay) for replay in (0.0, 0.5, 0.9)]
    assert runs[0][0] > runs[1][0] > runs[2][0]
    assert runs[0][1] < runs[2][1]


@over_seeds
def test_finetuning_layers_kept(seed):
    """Higher: fewer trained weights, and less is learnt of the new text."""
    runs = [exams(seed, layers_kept=kept) for kept in (0, 2, 3)]
    assert runs[0][2] > runs[1][2] > runs[2][2]
    assert runs[0][1] < runs[1][1] < runs[2][1]


def test_finetuning_strength():
    """Higher, up to 1: the new text is foreseen better and the old one worse; at 0 the old model answers."""
    base = load_bundled("text_austen")
    writer = load_adapters(base, "adapters_scripture")
    measured = [
        (bits(set_strength(writer, strength), "old exam"), bits(writer, "new exam")) for strength in (0.0, 0.5, 1.0)
    ]
    assert measured[0] == (bits(base, "old exam"), bits(base, "new exam"))
    assert measured[0][0] < measured[1][0] < measured[2][0]
    assert measured[0][1] > measured[1][1] > measured[2][1]
