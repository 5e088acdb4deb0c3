"""Exercise `clip_and_noise`: no patient may pull too hard, and nobody can tell who pulled."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from gentutor.exercises.contract import Check, Exercise, Misconception
from gentutor.exercises.health.inputs import LESSON, gradients


def _clipped(grads: Tensor, clip_norm: float) -> Tensor:
    scale: Tensor = (clip_norm / grads.norm(dim=1, keepdim=True)).clamp(max=1.0)
    return grads * scale


def _oracle(grads: Tensor, clip_norm: float, noise: float, draw: Tensor) -> Tensor:
    total: Tensor = noise * clip_norm * draw
    for one in grads:
        length = float(one.norm())
        total = total + (one if length <= clip_norm else one * clip_norm / length)
    return total


def _sum_clipped(grads: Tensor, clip_norm: float, noise: float, draw: Tensor) -> Tensor:
    return _clipped(grads.sum(0, keepdim=True), clip_norm)[0] + noise * clip_norm * draw


def _all_made_equal(grads: Tensor, clip_norm: float, noise: float, draw: Tensor) -> Tensor:
    total: Tensor = F.normalize(grads, dim=1).sum(0) * clip_norm + noise * clip_norm * draw
    return total


def _numbers_clipped(grads: Tensor, clip_norm: float, noise: float, draw: Tensor) -> Tensor:
    return grads.clamp(-clip_norm, clip_norm).sum(0) + noise * clip_norm * draw


def _not_clipped(grads: Tensor, clip_norm: float, noise: float, draw: Tensor) -> Tensor:
    return grads.sum(0) + noise * clip_norm * draw


def _noise_without_clip(grads: Tensor, clip_norm: float, noise: float, draw: Tensor) -> Tensor:
    return _clipped(grads, clip_norm).sum(0) + noise * draw


def _noise_for_each(grads: Tensor, clip_norm: float, noise: float, draw: Tensor) -> Tensor:
    return (_clipped(grads, clip_norm) + noise * clip_norm * draw).sum(0)


def _mean(grads: Tensor, clip_norm: float, noise: float, draw: Tensor) -> Tensor:
    return _clipped(grads, clip_norm).mean(0) + noise * clip_norm * draw


def _by_divisor(grads: Tensor, clip_norm: float, noise: float, draw: Tensor) -> Tensor:
    shorter = grads / (grads.norm(dim=1, keepdim=True) / clip_norm).clamp(min=1)
    total: Tensor = shorter.sum(0) + clip_norm * noise * draw
    return total


def _by_renorm(grads: Tensor, clip_norm: float, noise: float, draw: Tensor) -> Tensor:
    total: Tensor = torch.renorm(grads, 2, 0, clip_norm).sum(0) + clip_norm * noise * draw
    return total


CLIP_AND_NOISE = Exercise(
    name="clip_and_noise",
    lesson=LESSON,
    task="Return the sum of the patients' gradients, each shortened to at most `clip_norm`, plus `draw` times `noise` "
    "times `clip_norm`.",
    arguments={"grads": "B P", "clip_norm": "float", "noise": "float", "draw": "P"},
    returns="P",
    points=4,
    oracle=_oracle,
    taught="gentutor.models.private:clip_and_noise",
    hints=(
        "Each row of `grads` is what one patient wants. Shorten the rows that are too long, and only those; then add "
        "them up, and add noise once.",
        "`grads.norm(dim=1, keepdim=True)` has each patient's length. The factor is clip_norm / length, but at most 1.",
        "scale = (clip_norm / grads.norm(dim=1, keepdim=True)).clamp(max=1); return (grads * scale).sum(0) + noise * "
        "clip_norm * draw.",
    ),
    checks=(
        Check("without noise", lambda g: gradients(g, 0.0), share=0.4),
        Check("with noise", lambda g: gradients(g, 1.3), share=0.6),
    ),
    misconceptions=(
        Misconception(
            "the sum clipped",
            _sum_clipped,
            "You clip the sum. Then one patient may still decide its direction alone: clip each row before you add.",
        ),
        Misconception(
            "all made equally long",
            _all_made_equal,
            "You stretch the short gradients too. Only those longer than `clip_norm` are changed: the factor is at "
            "most 1.",
        ),
        Misconception(
            "numbers clipped",
            _numbers_clipped,
            "You cut each number by itself, which turns a gradient and lets it be longer than `clip_norm`. Shorten the "
            "row as a whole, by its length.",
        ),
        Misconception(
            "not clipped",
            _not_clipped,
            "Nobody is clipped. Without a bound on one patient's pull, no noise is sure to hide it.",
        ),
        Misconception(
            "noise without the clip norm",
            _noise_without_clip,
            "The noise must grow with the pull that it hides: multiply it by `clip_norm` too.",
        ),
        Misconception(
            "noise for each patient",
            _noise_for_each,
            "You add the noise {B} times. Add it once, to the sum.",
        ),
        Misconception(
            "mean in place of sum",
            _mean,
            "You average the gradients before the noise, which makes the noise {B} times too large. Take their sum.",
        ),
    ),
    alternatives=(_by_divisor, _by_renorm),
)
