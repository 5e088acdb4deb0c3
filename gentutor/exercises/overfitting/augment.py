"""Exercise `augment`: pictures mirrored and shifted, each in its own way."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from gentutor.exercises.contract import Check, Exercise, Misconception
from gentutor.exercises.overfitting.inputs import LESSON, one_change, pictures


def _moved(picture: Tensor, down: int, right: int) -> Tensor:
    """Move one picture (C, H, W); black comes in."""
    out = torch.zeros_like(picture)
    h, w = picture.shape[1:]
    for i in range(h):
        for j in range(w):
            if 0 <= i - down < h and 0 <= j - right < w:
                out[:, i, j] = picture[:, i - down, j - right]
    return out


def _each(x: Tensor, flip: Tensor, shift: Tensor, axis: int = 2) -> Tensor:
    pairs = zip(x, flip.tolist(), shift.tolist(), strict=True)
    return torch.stack([_moved(p.flip(axis) if mirrored else p, *move) for p, mirrored, move in pairs])


def _oracle(x: Tensor, flip: Tensor, shift: Tensor) -> Tensor:
    return _each(x, flip, shift)


def _rolled(x: Tensor, flip: Tensor, shift: Tensor) -> Tensor:
    pairs = zip(x, flip.tolist(), shift.tolist(), strict=True)
    return torch.stack([(p.flip(2) if f else p).roll((d, r), (1, 2)) for p, f, (d, r) in pairs])


def _shift_first(x: Tensor, flip: Tensor, shift: Tensor) -> Tensor:
    moved = _each(x, torch.zeros_like(flip), shift)
    return torch.where(flip[:, None, None, None], moved.flip(3), moved)


def _edge_repeated(x: Tensor, flip: Tensor, shift: Tensor) -> Tensor:
    done = []
    for picture, mirrored, (down, right) in zip(x, flip.tolist(), shift.tolist(), strict=True):
        turned = picture.flip(2) if mirrored else picture
        wide = F.pad(turned[None], (2, 2, 2, 2), mode="replicate")[0]
        done.append(wide[:, 2 - down : 2 - down + x.shape[2], 2 - right : 2 - right + x.shape[3]])
    return torch.stack(done)


def _by_padding(x: Tensor, flip: Tensor, shift: Tensor) -> Tensor:
    most = int(shift.abs().max()) if len(shift) else 0
    done = []
    for picture, mirrored, (down, right) in zip(x, flip, shift.tolist(), strict=True):
        wide = F.pad(picture.flip(-1) if mirrored else picture, (most,) * 4)
        done.append(wide[:, most - down : most - down + x.shape[2], most - right : most - right + x.shape[3]])
    return torch.stack(done)


def _by_rolling(x: Tensor, flip: Tensor, shift: Tensor) -> Tensor:
    out = torch.where(flip[:, None, None, None], x.flip(-1), x)
    for i, (down, right) in enumerate(shift.tolist()):
        out[i] = out[i].roll((down, right), (1, 2))
        out[i, :, : max(0, down)] = 0
        out[i, :, x.shape[2] + min(0, down) :] = 0
        out[i, :, :, : max(0, right)] = 0
        out[i, :, :, x.shape[3] + min(0, right) :] = 0
    return out


AUGMENT = Exercise(
    name="augment",
    lesson=LESSON,
    task="Return the pictures, each mirrored left to right where its `flip` is True, and then moved down by shift[i, "
    "0] and to the right by shift[i, 1] pixels; 0 (black) comes in.",
    arguments={"x": "B C H W", "flip": "B", "shift": "B 2"},
    returns="B C H W",
    points=4,
    oracle=_oracle,
    taught="gentutor.datasets.augmenting:augment",
    hints=(
        "Do it for one picture first: a loop over the batch is fine. Mirror it if its `flip` says so. Then think of "
        "the picture as lying on a larger black sheet.",
        "`picture.flip(-1)` mirrors. `picture.roll((down, right), (1, 2))` moves, but what leaves on one side comes "
        "back on the other: overwrite those rows and columns with 0. Moving down by 2 leaves the first 2 rows empty.",
        "With m the largest shift: sheet = F.pad(picture, (m, m, m, m)), and the result is "
        "sheet[:, m - down : m - down + H, m - right : m - right + W]. Collect them and torch.stack.",
    ),
    checks=(
        Check("four pictures, each changed in its own way", pictures, share=0.5),
        Check("pictures moved down by one and right by two", lambda g: one_change(g, False, 1, 2), share=0.2),
        Check("pictures mirrored and moved up by one", lambda g: one_change(g, True, -1, 0), share=0.2),
        Check("pictures that stay as they are", lambda g: one_change(g, False, 0, 0), share=0.1),
    ),
    misconceptions=(
        Misconception(
            "upside down",
            lambda x, flip, shift: _each(x, flip, shift, axis=1),
            "You mirror top to bottom: your shoes stand on their heads. Left to right is the last axis, flip(-1).",
        ),
        Misconception(
            "shifted before mirrored",
            _shift_first,
            "You shift first and mirror then, which turns a move to the right into one to the left. First mirror, then "
            "shift.",
        ),
        Misconception(
            "wrapped around",
            _rolled,
            "What leaves on one side comes in again on the other: a sleeve on the wrong shoulder. Overwrite what came "
            "back with 0.",
        ),
        Misconception(
            "edge repeated",
            _edge_repeated,
            "What comes in repeats the picture's edge, so borders are smeared. Here black comes in: 0.",
        ),
        Misconception(
            "rows and columns swapped",
            lambda x, flip, shift: _each(x, flip, shift.flip(1)),
            "You take shift[i, 0] for the move to the right. The first number moves down, as rows come before columns "
            "in (B, C, H, W).",
        ),
        Misconception(
            "the other way",
            lambda x, flip, shift: _each(x, flip, -shift),
            "Your pictures move up and to the left where they should move down and to the right. A row that moves down "
            "by 2 is found 2 *above* its new place in the old picture.",
        ),
        Misconception(
            "one shift for all",
            lambda x, flip, shift: _each(x, flip, shift[:1].expand_as(shift)),
            "All {B} pictures are moved as the first one is. Each has a shift of its own, shift[i].",
        ),
        Misconception(
            "all mirrored",
            lambda x, flip, shift: _each(x, torch.ones_like(flip), shift),
            "You mirror every picture. Mirror only those whose `flip` is True.",
        ),
        Misconception(
            "never mirrored",
            lambda x, flip, shift: _each(x, torch.zeros_like(flip), shift),
            "No picture is mirrored. Where `flip` is True, the picture is turned left to right before it is moved.",
        ),
        Misconception(
            "never moved",
            lambda x, flip, shift: _each(x, flip, torch.zeros_like(shift)),
            "Your pictures are mirrored, but none of them moves.",
        ),
        Misconception(
            "added to the originals",
            lambda x, flip, shift: torch.cat([x, _each(x, flip, shift)]),
            "You return the old pictures and the new ones, so that the batch grows. Return the changed ones alone: in "
            "the next update they will be changed in another way.",
        ),
    ),
    alternatives=(_by_padding, _by_rolling),
)
