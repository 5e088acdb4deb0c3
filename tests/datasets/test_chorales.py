"""Bach's chorales: four voices in their ranges, no tune in two parts, and tokens that give the music back."""

import pytest
import torch

from gentutor.datasets.chorale_tokens import (
    FIRST_CLOCK,
    MOST_BEATS,
    N_TOKENS,
    clock_of,
    onsets_of,
    tokens_of,
    tokens_to_roll,
    training_tokens,
)
from gentutor.datasets.chorales import RANGES, SPLITS, VOICES, Chorale, load_chorales
from gentutor.datasets.quantising import dequantise, quantise, shrink
from gentutor.errors import DataError

ALL = {split: load_chorales(split) for split in SPLITS}


def test_every_chorale_is_in_one_part():
    names = [chorale.name for chorales in ALL.values() for chorale in chorales]
    assert [len(chorales) for chorales in ALL.values()] == [285, 31, 45]
    assert len(set(names)) == len(names) == 361


def test_no_tune_is_in_two_parts():
    tunes = [{tuple(melody(chorale)[:12]) for chorale in chorales} for chorales in ALL.values()]
    assert not tunes[0] & tunes[1]
    assert not tunes[0] & tunes[2]
    assert not tunes[1] & tunes[2]


def melody(chorale):
    return chorale.roll[chorale.onset[:, 0], 0].diff().tolist()


def test_grids_hold_together():
    for chorales in ALL.values():
        for chorale in chorales:
            assert chorale.roll.shape == chorale.onset.shape == (len(chorale.fermata), len(VOICES))
            assert chorale.fits(0)
            assert not (chorale.onset & (chorale.roll == 0)).any()
            begins = chorale.roll[1:].ne(chorale.roll[:-1]) & chorale.roll[1:].gt(0)
            assert (chorale.onset[1:] | ~begins).all()  # a new pitch is a new note


def test_voices_use_their_whole_ranges():
    roll = torch.cat([chorale.roll for chorales in ALL.values() for chorale in chorales])
    for voice, (low, high) in enumerate(RANGES):
        sung = roll[roll[:, voice] > 0, voice]
        assert (int(sung.min()), int(sung.max())) == (low, high)


def test_the_grid_of_eighths_loses_hardly_a_note():
    notes = {n: sum(int(c.onset.sum()) for c in load_chorales("train", n)) for n in (4, 2)}
    assert 0.98 < notes[2] / notes[4] < 1


def test_transposing_moves_notes_and_key_and_comes_back():
    chorale = next(c for c in ALL["test"] if c.fits(2))
    higher = chorale.transposed(2)
    assert torch.equal(higher.roll[chorale.roll > 0] - 2, chorale.roll[chorale.roll > 0])
    assert higher.tonic == (chorale.tonic + 2) % 12
    assert torch.equal(higher.transposed(-2).roll, chorale.roll)
    with pytest.raises(DataError, match="range"):
        chorale.transposed(24)


@pytest.mark.parametrize("arguments", [("all",), ("train", 3)])
def test_an_unknown_part_or_grid_is_refused(arguments):
    with pytest.raises(DataError):
        load_chorales(*arguments)


def test_tokens_give_the_music_back():
    for chorale in load_chorales("validation", 2):
        tokens = tokens_of(chorale)
        assert tokens.shape == (5 * len(chorale.roll),)
        assert 0 <= int(tokens.min()) <= int(tokens.max()) < N_TOKENS
        assert torch.equal(tokens_to_roll(tokens), chorale.roll)
        assert torch.equal(onsets_of(tokens), chorale.onset)
        assert torch.equal(tokens_of(chorale)[::5], clock_of(chorale))


def test_the_clock_counts_down_to_the_fermata():
    chorale = load_chorales("test", 2)[0]
    beats = (clock_of(chorale) - FIRST_CLOCK) // 2
    assert torch.equal(beats == 0, chorale.fermata)
    assert int(beats.max()) <= MOST_BEATS


def test_training_tokens_stand_in_every_key_that_fits():
    chorales = ALL["validation"][:3]
    own, all_keys = training_tokens(chorales, transposed=False), training_tokens(chorales)
    assert torch.equal(own, torch.cat([tokens_of(chorale) for chorale in chorales]))
    keys = [sum(chorale.fits(k) for k in range(-5, 7)) for chorale in chorales]
    wanted = sum(k * len(tokens_of(chorale)) for k, chorale in zip(keys, chorales, strict=True))
    assert abs(len(all_keys) - wanted) <= 5 * 60 * sum(keys)  # a grid of eighths may fit where sixteenths do not


def test_a_coarser_grid_must_divide():
    with pytest.raises(DataError, match="cannot be cut"):
        ALL["test"][0].coarser(3)
    assert isinstance(ALL["test"][0].coarser(1), Chorale)


def test_pixels_become_tokens_and_come_back_within_half_a_step():
    x = torch.rand(5, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    small = shrink(x)
    assert small.shape == (5, 14, 14)
    for levels in (2, 4, 8):
        tokens = quantise(small, levels)
        assert int(tokens.max()) <= levels - 1
        assert (dequantise(tokens, levels) - small).abs().max() <= 0.5 / (levels - 1) + 1e-6
        assert torch.equal(quantise(dequantise(tokens, levels), levels), tokens)
