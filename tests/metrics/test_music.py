"""Measures of music: what each hears, and what it is deaf to."""

import pytest
import torch

from gentutor.datasets.chorales import load_chorales
from gentutor.metrics.music import (
    histogram_distance,
    interval_histogram,
    out_of_scale_rate,
    pitch_histogram,
    repetition,
)

CHORALES = load_chorales("test", 2)
ROLL = torch.cat([chorale.roll for chorale in CHORALES[:10]])


def test_bach_stays_mostly_in_his_key():
    rates = [out_of_scale_rate(chorale.roll, chorale.tonic) for chorale in CHORALES]
    others = [out_of_scale_rate(chorale.roll, chorale.tonic + 6) for chorale in CHORALES]
    assert max(rates) < 0.3 < min(others)


def test_a_scale_is_inside_and_its_gaps_are_outside():
    scale = torch.tensor([[60, 62, 64, 65, 67, 69, 71]])
    assert out_of_scale_rate(scale + 7, 7) == 0
    assert out_of_scale_rate(torch.tensor([[61, 63, 66, 68, 70]]), 0) == 1


def test_the_pitch_histogram_is_deaf_to_order_and_the_interval_histogram_is_not():
    dice = torch.Generator().manual_seed(0)
    in_any_order = ROLL[torch.randperm(len(ROLL), generator=dice)]
    each_voice_apart = torch.stack([v[torch.randperm(len(v), generator=dice)] for v in ROLL.T], 1)
    for shuffled in (in_any_order, each_voice_apart):
        assert histogram_distance(pitch_histogram(shuffled), pitch_histogram(ROLL)) == pytest.approx(0, abs=1e-6)
    assert histogram_distance(interval_histogram(each_voice_apart), interval_histogram(ROLL)) > 0.15
    assert histogram_distance(interval_histogram(in_any_order), interval_histogram(ROLL)) == pytest.approx(0, abs=1e-6)


def test_histograms_add_up_and_stay_finite():
    for histogram in (pitch_histogram(ROLL), interval_histogram(ROLL)):
        assert histogram.shape == (12,)
        assert float(histogram.sum()) == pytest.approx(1, abs=1e-5)
    silence = torch.zeros(4, 4, dtype=torch.int64)
    assert not pitch_histogram(silence).any()
    assert not interval_histogram(silence).any()


def test_repetition_counts_stretches_that_come_back():
    once = torch.arange(16)[:, None]
    assert repetition(once) == 0 == repetition(once, 8)
    assert repetition(torch.cat([once, once]), 8) == pytest.approx(9 / 25)
    assert repetition(torch.full((20, 4), 60), 8) == pytest.approx(1 - 1 / 13)
    assert repetition(once[:3], 8) == 0
