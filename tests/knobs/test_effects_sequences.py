"""Every knob of lesson 06 keeps the promise of its `effect` sentence."""

import contextlib
from functools import cache
from itertools import pairwise

import pytest
import torch
from torch.nn.functional import cross_entropy

from gentutor.datasets import load_fashion
from gentutor.datasets.chorale_tokens import onsets_of, tokens_of, tokens_to_roll, training_tokens
from gentutor.datasets.chorales import load_chorales
from gentutor.datasets.quantising import dequantise, quantise, shrink
from gentutor.errors import TrainingDivergedError
from gentutor.knobs import lesson_knobs
from gentutor.metrics.music import out_of_scale_rate, repetition
from gentutor.models import Transformer, load_bundled, transformer_optimisers, transformer_update
from gentutor.models.composing import complete, compose, image_tokens, music_rules
from gentutor.seeding import generator
from gentutor.sound import midi_bytes, step_times
from gentutor.training import Run, Windows

SEEDS = (0, 1, 2)
KNOBS = lesson_knobs("sequences")
TEST = [chorale for chorale in load_chorales("test", 2) if len(chorale.roll) >= 64][:6]
HYMN = tokens_of(TEST[0]).reshape(-1, 5)[:40]
over_seeds = pytest.mark.parametrize("seed", SEEDS)


@cache
def row():
    return training_tokens(load_chorales("train")[:60], transposed=False)


@cache
def unknown():
    return training_tokens(load_chorales("validation")[:8], transposed=False).unfold(0, 41, 40)


@cache
def trained(seed, **settings):
    """A short run on short windows."""
    values = {"updates": 40, "width": 32, "batch_size": 16} | settings
    model = Transformer(64, 40, width=values["width"], n_layers=1, n_heads=2, seed=seed)
    parts = {"model": model, **transformer_optimisers(model)}
    run = Run(
        transformer_update,
        parts,
        Windows(row(), 40, seed=seed),
        values,
        knobs=KNOBS,
        steps=values["updates"],
        seed=seed,
    )
    return run.finish(progress=False)


@torch.no_grad()
def loss_of(run):
    rows = unknown()
    return float(cross_entropy(run.parts["model"](rows[:, :-1]).flatten(0, 1), rows[:, 1:].flatten()))


@cache
def written(seed=0, temperature=0.9, n=4, tonic=None, **rules):
    return compose(
        load_bundled("music_chorales"), HYMN, 8, music_rules(HYMN, tonic=tonic, **rules), temperature=temperature, n=n,
        generator=generator(seed, "test"),
    )  # fmt: skip


def outside(pieces):
    return sum(out_of_scale_rate(tokens_to_roll(piece)[12:], TEST[0].tonic) for piece in pieces) / len(pieces)


def apart(pieces):
    """Share of tokens in which two pieces of a batch differ, after what was given."""
    return float((pieces[0::2] != pieces[1::2])[:, 40:].float().mean())


def test_sequences_seed():
    """Another seed: another run of the same quality."""
    assert not torch.equal(written(0), written(1))
    assert all(outside(written(seed)) < 0.4 for seed in SEEDS)
    losses = [loss_of(trained(seed)) for seed in SEEDS]
    assert len(set(losses)) == 3
    assert max(losses) < 1.1 * min(losses)


@over_seeds
def test_sequences_updates(seed):
    """Higher: a lower loss on chorales that it never saw, with diminishing return."""
    few, usual, many = (loss_of(trained(seed, updates=n)) for n in (10, 40, 70))
    assert few > usual > many
    assert few - usual > usual - many


def test_sequences_batch_size():
    """Higher: the loss curve is smoother, and each update reads more music."""

    def roughness(run):
        return float(torch.tensor(run.curve("loss")[1][20:]).diff().abs().mean())

    assert all(roughness(trained(seed, batch_size=64)) < roughness(trained(seed, batch_size=4)) for seed in SEEDS[:2])
    windows = Windows(row(), 40, seed=0)
    assert windows.at(0, 64).numel() == 16 * windows.at(0, 4).numel()


@over_seeds
def test_sequences_lr(seed):
    """Higher: the loss falls faster at first; too high, it jumps or the run diverges."""
    assert loss_of(trained(seed, lr=0.1)) < loss_of(trained(seed, lr=0.005))

    def largest_jump(lr):
        return float(torch.tensor(trained(seed, lr=lr).curve("loss")[1]).diff().max())

    with contextlib.suppress(TrainingDivergedError):
        assert largest_jump(1.0) > 1.0 > largest_jump(0.1)


@over_seeds
def test_sequences_width(seed):
    """Higher: a lower loss after as many updates."""
    assert loss_of(trained(seed, width=64)) < loss_of(trained(seed, width=16))


@torch.no_grad()
def test_sequences_context():
    """Higher: notes are foreseen better, with diminishing return."""
    model = load_bundled("music_chorales")

    def surprise(steps):
        ends = range(33, 64, 2)
        rows = torch.stack([tokens_of(c)[5 * (end - steps) : 5 * (end + 1)] for c in TEST for end in ends])
        return float(cross_entropy(model(rows[:, :-1])[:, -4:].transpose(1, 2), rows[:, -4:]))

    losses = [surprise(steps) for steps in (1, 4, 16)]
    assert losses[0] > losses[1] > losses[2]
    assert losses[0] - losses[1] > losses[1] - losses[2]


@cache
def garments():
    test = load_fashion("test", n=24)
    return shrink(test.x), test.y


def test_sequences_levels():
    """Higher: pictures nearer to the original, and more surprise for the model at each pixel."""
    small, _ = garments()

    def measured(levels):
        tokens = quantise(small, levels)
        shares = torch.bincount(tokens.flatten()).float() / tokens.numel()
        error = float((dequantise(tokens, levels) - small).abs().mean())
        return error, -float((shares * shares.clamp_min(1e-9).log()).sum())

    values = [measured(levels) for levels in (2, 4, 8, 16)]
    for (worse, fewer), (better, more) in pairwise(values):
        assert worse > better
        assert fewer < more


def test_sequences_rows_given():
    """Higher: completions that are more alike, and nearer to the true picture."""
    model, (small, y) = load_bundled("pixels_fashion"), garments()
    tokens = image_tokens(small, y, 8)
    measured = []
    for rows in (2, 7, 11):
        one, two = (complete(model, tokens, rows, 8, 0.9, generator(seed, "test")) for seed in (0, 1))
        measured.append((float((one - two).abs().mean()), float((one - small).abs().mean())))
    assert measured[0] > measured[1] > measured[2]
    assert measured[0][1] > measured[1][1] > measured[2][1]


def test_sequences_temperature():
    """Higher: what is made differs more, repeats less, and leaves the key more often."""
    greedy, usual, wild = (written(temperature=t, n=8) for t in (0.0, 0.7, 1.8))
    assert 0 == apart(greedy) < apart(usual) < apart(wild)
    assert outside(usual) < outside(wild)
    repeated = [sum(repetition(tokens_to_roll(piece)[8:]) for piece in pieces) for pieces in (usual, wild)]
    assert repeated[0] > repeated[1]


@pytest.mark.parametrize("voices", [0, 1, 2, 3])
def test_sequences_voices_given(voices):
    """Higher: more of the voices are Bach's own, to the note."""
    columns = (0, 3, 1, 2)
    bach = TEST[0].roll[:40]
    for piece in written(voices_given=voices):
        roll = tokens_to_roll(piece)
        own = [torch.equal(roll[:, column], bach[:, column]) for column in columns]
        assert own == [True] * voices + [False] * (4 - voices)


@over_seeds
def test_sequences_key_held(seed):
    """1: no note outside the scale."""
    assert outside(written(seed, tonic=TEST[0].tonic)) == 0 < outside(written(seed, temperature=1.2))


def test_sequences_shortest():
    """Higher: fewer notes, a calmer rhythm."""
    notes = [int(sum(onsets_of(piece)[8:].sum() for piece in written(shortest=n))) for n in (1, 2, 4)]
    assert notes[0] > notes[1] > notes[2]


def test_sequences_tempo():
    """Higher: the same notes in less time."""
    assert step_times(8, tempo=120)[-1] == pytest.approx(step_times(8, tempo=60)[-1] / 2)
    assert midi_bytes(TEST[0].roll, tempo=120) != midi_bytes(TEST[0].roll, tempo=60)
