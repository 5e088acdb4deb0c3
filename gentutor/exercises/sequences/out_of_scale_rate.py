"""Exercise `out_of_scale_rate`: how many of the notes that sound lie outside the key."""

from __future__ import annotations

import torch
from torch import Tensor

from gentutor.datasets.chorales import MAJOR
from gentutor.exercises.contract import Check, Exercise, Misconception
from gentutor.exercises.sequences.inputs import LESSON, melody

MINOR = (0, 2, 3, 5, 7, 8, 10)


def _outside(roll: Tensor, tonic: int, scale: tuple[int, ...] = MAJOR) -> Tensor:
    return ~torch.isin((roll - tonic) % 12, torch.tensor(scale))


def _oracle(roll: Tensor, tonic: int) -> float:
    notes = [pitch for pitch in roll.flatten().tolist() if pitch]
    return sum((pitch - tonic) % 12 in {1, 3, 6, 8, 10} for pitch in notes) / len(notes)


def _by_table(roll: Tensor, tonic: int) -> float:
    inside = torch.zeros(12, dtype=torch.bool)
    inside[[(tonic + step) % 12 for step in MAJOR]] = True
    counts = torch.bincount(roll[roll > 0] % 12, minlength=12).double()
    return float(counts[~inside].sum() / counts.sum())


def _share(wrong: Tensor) -> float:
    return float(wrong.double().mean())


OUT_OF_SCALE_RATE = Exercise(
    name="out_of_scale_rate",
    lesson=LESSON,
    task="Return the share of the sounding pitches that are not in the major scale that starts on `tonic`.",
    arguments={"roll": "T V", "tonic": "int"},
    returns="float",
    points=3,
    oracle=_oracle,
    taught="gentutor.metrics.music:out_of_scale_rate",
    hints=(
        "Which pitches sound at all? And what do all the Cs have in common, as MIDI numbers 48, 60, 72?",
        "Take only pitches above 0. (pitch − tonic) % 12 says how many semitones a note is above a tonic; the scale is "
        "0, 2, 4, 5, 7, 9, 11.",
        "notes = roll[roll > 0]; then 1 minus the mean of torch.isin((notes - tonic) % 12, "
        "torch.tensor([0, 2, 4, 5, 7, 9, 11])).float(), as a plain number with .item().",
    ),
    checks=(
        Check("a tune in G, with rests", lambda g: melody(g, 7), share=0.4),
        Check("a tune in D, with many rests", lambda g: melody(g, 2, 0.4), share=0.4),
        Check("a tune in E without rests", lambda g: melody(g, 4, 0.0), share=0.2),
    ),
    misconceptions=(
        Misconception(
            "rests counted as notes",
            lambda roll, tonic: _share(_outside(roll, tonic)),
            "You count rests as notes. A 0 in the roll is silence, no very low C: look only at `roll[roll > 0]`.",
        ),
        Misconception(
            "divided by every cell",
            lambda roll, tonic: float((_outside(roll, tonic) & (roll > 0)).sum() / roll.numel()),
            "You divide by all cells of the roll, rests among them. Divide by the number of pitches that sound.",
        ),
        Misconception(
            "tonic ignored",
            lambda roll, tonic: _share(_outside(roll[roll > 0], 0)),
            "You always take C major. The scale starts on `tonic`: subtract it before `% 12`.",
        ),
        Misconception(
            "tonic added",
            lambda roll, tonic: _share(_outside(roll[roll > 0], -tonic)),
            "You add the tonic. To know how far a note is *above* it, subtract.",
        ),
        Misconception(
            "share inside",
            lambda roll, tonic: 1 - _share(_outside(roll[roll > 0], tonic)),
            "That is the share of notes *inside* the scale. Asked for are those outside.",
        ),
        Misconception(
            "minor scale",
            lambda roll, tonic: _share(_outside(roll[roll > 0], tonic, MINOR)),
            "You took the minor scale. Major is 0, 2, 4, 5, 7, 9, 11.",
        ),
        Misconception(
            "seventh lowered",
            lambda roll, tonic: _share(_outside(roll[roll > 0], tonic, (0, 2, 4, 5, 7, 9, 10))),
            "Your scale ends with 10. The leading note of a major scale lies one semitone below the tonic: 11.",
        ),
        Misconception(
            "number, not share",
            lambda roll, tonic: float(_outside(roll[roll > 0], tonic).sum()),
            "You return how many notes there are outside. Divide by the number of notes that sound.",
        ),
        Misconception(
            "per cent",
            lambda roll, tonic: 100 * _share(_outside(roll[roll > 0], tonic)),
            "That is per cent, a hundred times too large: return a share between 0 and 1.",
        ),
        Misconception(
            "steps, not notes",
            lambda roll, tonic: _share((_outside(roll, tonic) & (roll > 0)).any(1)),
            "You count the steps in which any voice is outside. Count the notes.",
        ),
    ),
    alternatives=(
        _by_table,
        lambda roll, tonic: 1 - torch.isin((roll[roll > 0] - tonic) % 12, torch.tensor(MAJOR)).double().mean().item(),
        lambda roll, tonic: _share(_outside(roll[roll > 0], tonic)),
    ),
)
