"""Measures of music: which pitches and harmonies, how often outside the key, how often again. Taught in lesson 06."""

from __future__ import annotations

import torch
from torch import Tensor

from gentutor.datasets.chorales import MAJOR


def out_of_scale_rate(roll: Tensor, tonic: int) -> float:
    """Return the share of the sounding pitches that are not in the major scale on `tonic`.

    Parameters
    ----------
    roll : Tensor
        MIDI pitches (T, V); 0 is a rest.
    tonic : int
        Pitch class of the tonic: 0 for C, 7 for G. The natural minor scale on A has the notes of C major.

    Examples
    --------
    >>> out_of_scale_rate(torch.tensor([[60, 0], [61, 64], [62, 0]]), 0)
    0.25
    """
    notes = roll[roll > 0]
    inside = torch.isin((notes - tonic) % 12, torch.tensor(MAJOR))
    return 1 - inside.double().mean().item()


def pitch_histogram(roll: Tensor, tonic: int = 0) -> Tensor:
    """Return how often each pitch class sounds, counted from `tonic`: shares (12,) that add up to 1.

    Examples
    --------
    >>> pitch_histogram(torch.tensor([[67, 0], [71, 67]]), tonic=7)[[0, 4]].tolist()
    [0.6666666865348816, 0.3333333432674408]
    """
    counts = torch.bincount((roll[roll > 0] - tonic) % 12, minlength=12).float()
    return counts / counts.sum().clamp(min=1)


def interval_histogram(roll: Tensor) -> Tensor:
    """Return how often two voices sound together at each distance, in semitones within an octave: shares (12,).

    Unlike `pitch_histogram` it hears what sounds *together*: thirds (3, 4), fifths (7) and sixths (8, 9) are many in
    Bach, seconds (1, 2) and the tritone (6) few.

    Examples
    --------
    >>> interval_histogram(torch.tensor([[67, 64, 60]]))[[3, 4, 7]].tolist()
    [0.3333333432674408, 0.3333333432674408, 0.3333333432674408]
    """
    counts = torch.zeros(12)
    for i in range(roll.shape[1]):
        for j in range(i + 1, roll.shape[1]):
            both = (roll[:, i] > 0) & (roll[:, j] > 0)
            counts += torch.bincount((roll[both, i] - roll[both, j]).abs() % 12, minlength=12)
    return counts / counts.sum().clamp(min=1)


def histogram_distance(p: Tensor, q: Tensor) -> float:
    """Return the total variation distance of two histograms: 0 for equal ones, 1 where they share nothing.

    Examples
    --------
    >>> histogram_distance(torch.tensor([0.5, 0.5]), torch.tensor([1.0, 0.0]))
    0.5
    """
    return float((p - q).abs().sum() / 2)


def repetition(roll: Tensor, n: int = 2) -> float:
    """Return the share of stretches of `n` steps that have sounded before in the same roll, in all voices.

    Parameters
    ----------
    roll : Tensor
        MIDI pitches (T, V).
    n : int
        Steps in a stretch.

    Examples
    --------
    >>> repetition(torch.tensor([[60], [62], [60], [62], [60]]), n=2)
    0.5
    """
    stretches = [tuple(stretch.flatten().tolist()) for stretch in roll.unfold(0, n, 1)] if len(roll) >= n else []
    return 1 - len(set(stretches)) / len(stretches) if stretches else 0.0
