"""Every knob of lesson 05 keeps the promise of its `effect` sentence, over three seeds."""

from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from gentutor.datasets import load_prose
from gentutor.datasets.tokens import encode, vocabulary_of
from gentutor.knobs import lesson_knobs
from gentutor.metrics import token_log_probs
from gentutor.models import Transformer
from gentutor.models.transformer_recipe import transformer_optimisers, transformer_update
from gentutor.samplers import next_token_probs
from gentutor.seeding import generator
from gentutor.training import Windows

SEEDS = (0, 1, 2)
KNOBS = lesson_knobs("transformers")
over_seeds = pytest.mark.parametrize("seed", SEEDS)


@cache
def text():
    prose = load_prose(["Persuasion"])
    vocabulary = vocabulary_of(prose.train)
    parts = (prose.train[:200_000], prose.validation[:10_000])
    return [torch.tensor(encode(part, vocabulary)) for part in parts], len(vocabulary)


@cache
def trained(seed, *, updates=60, lr=0.03, batch_size=16, context=16, width=32, depth=1, n_heads=2):
    """Losses of training, and the surprise on other text, in nats for a character."""
    (train, other), n_tokens = text()
    model = Transformer(n_tokens, context, width=width, n_layers=depth, n_heads=n_heads, seed=seed)
    parts, windows, losses = {"model": model, **transformer_optimisers(model)}, Windows(train, context, seed), []
    for step in range(updates):
        now = SimpleNamespace(lr=lr, progress=step / updates)
        losses.append(transformer_update(**parts, x=windows.at(batch_size * step, batch_size), settings=now)["loss"])
    return np.array(losses), -float(token_log_probs(model, other, context).mean()), model


def surprise(seed, **settings):
    return trained(seed, **settings)[1]


def test_transformers_seed():
    """Another seed: another run of the same quality."""
    values = [surprise(seed) for seed in SEEDS]
    assert len(set(values)) == 3
    assert max(values) - min(values) < 0.1 * np.mean(values)


@over_seeds
def test_transformers_updates(seed):
    """Higher: text that is foreseen better, with diminishing return."""
    few, usual, many = (surprise(seed, updates=n) for n in (20, 60, 100))
    assert few - usual > usual - many > 0


@over_seeds
def test_transformers_lr(seed):
    """Higher: the loss falls faster at first; too high, it jumps."""
    slow, usual, wild = (trained(seed, lr=lr)[0] for lr in (1e-3, 3e-2, 0.5))
    assert usual[15:25].mean() < slow[15:25].mean() - 0.2
    assert wild[-20:].mean() > usual[-20:].mean() + 0.2


@over_seeds
def test_transformers_batch_size(seed):
    """Higher: a smoother loss curve, and fewer updates in an epoch."""
    rough, smooth = (np.diff(trained(seed, batch_size=n)[0][30:]).std() for n in (4, 64))
    assert smooth < 0.6 * rough
    windows = Windows(text()[0][0], 16)
    assert windows.steps_for(1, 64) < windows.steps_for(1, 4)


@over_seeds
def test_transformers_context(seed):
    """Higher: text that is foreseen better, at more work for each update."""
    assert surprise(seed, context=32) < surprise(seed, context=4) - 0.05


@over_seeds
def test_transformers_width(seed):
    """Higher: a lower loss after the same number of updates, at more work for each."""
    assert surprise(seed, width=64) < surprise(seed, width=16) - 0.05
    narrow, wide = (sum(p.numel() for p in trained(seed, width=n)[2].parameters()) for n in (16, 64))
    assert wide > 8 * narrow


@over_seeds
def test_transformers_depth(seed):
    """Higher: a lower loss after the same number of updates, at more work for each."""
    runs = [trained(seed, depth=n, updates=100, context=32) for n in (1, 3)]
    assert runs[1][1] < runs[0][1]
    one, three = (sum(p.numel() for p in run[2].blocks.parameters()) for run in runs)
    assert three == 3 * one


@over_seeds
def test_transformers_n_heads(seed):
    """Higher: more ways of looking back side by side; the number of weights stays."""
    one, four = (trained(seed, n_heads=n, updates=20)[2] for n in (1, 4))
    tokens = text()[0][1][:16][None]
    assert (one.attention_maps(tokens).shape[2], four.attention_maps(tokens).shape[2]) == (1, 4)
    assert not torch.allclose(*four.attention_maps(tokens)[0, 0, :2], atol=1e-3)
    assert sum(p.numel() for p in one.parameters()) == sum(p.numel() for p in four.parameters())


def chances(seed, **how):
    return next_token_probs(2 * torch.randn(50, 30, generator=generator(seed)), **how)


@over_seeds
def test_transformers_temperature(seed):
    """Higher: chances more alike, so more variety."""
    entropies = []
    for temperature in (0.0, 0.5, 1.0, 3.0):
        probs = chances(seed, temperature=temperature)
        entropies.append(float(-(probs * probs.clamp(min=1e-30).log()).sum(-1).mean()))
    assert entropies == sorted(set(entropies))
    assert entropies[0] == 0


@over_seeds
def test_transformers_top_k(seed):
    """Higher: more tokens may be drawn; 0 lifts the limit."""
    kept = [set(chances(seed, top_k=k).gt(0).sum(-1).tolist()) for k in (1, 3, 10, 0)]
    assert kept == [{1}, {3}, {10}, {30}]


@over_seeds
def test_transformers_top_p(seed):
    """Higher: more tokens may be drawn, most of all where the model is unsure."""
    few, many = (chances(seed, top_p=p).gt(0).sum(-1) for p in (0.5, 0.9))
    assert (few < many).float().mean() > 0.95
    sure = chances(seed).max(-1).values
    gain = (many - few).float()
    assert gain[sure < sure.median()].mean() > gain[sure >= sure.median()].mean()
