"""Five updates of which one is wrong and none crashes: the line-up of lesson 02."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from gentutor.training.loop import set_lr
from gentutor.training.run import Update

BUGS = ("divided twice", "gradients kept", "softmax twice", "layer left out")
"""The mistakes that `suspects` can hide, in the order of its `case`."""

_HIDES_IN = (2, 3, 1, 4)  # which of the five, A to E, is the culprit of each case
# How the five differ honestly: learning rate as a share of the knob, and how much they smooth their labels.
_HABITS = ((1.0, 0.0), (0.5, 0.0), (0.7, 0.05), (0.4, 0.0), (0.8, 0.0))


def suspects(case: int = 1) -> Mapping[str, Update]:
    """Return five updates of a classifier, ``"A"`` to ``"E"``: different in harmless ways, and one of them wrong.

    Each takes ``(model, optimiser, x, settings, generator)``, like any update of a `Run`, where `x` is a pair of
    pictures and labels.

    Parameters
    ----------
    case : int
        Place in `BUGS` of the mistake that one of them makes.

    Examples
    --------
    >>> list(suspects())
    ['A', 'B', 'C', 'D', 'E']
    """
    culprit = _HIDES_IN[case]
    return {
        "ABCDE"[index]: _suspect(share, smoothing, BUGS[case] if index == culprit else "")
        for index, (share, smoothing) in enumerate(_HABITS)
    }


def _suspect(share: float, smoothing: float, bug: str) -> Update:
    def update(
        model: nn.Module,
        optimiser: torch.optim.Optimizer,
        x: tuple[Tensor, Tensor],
        settings: SimpleNamespace,
        generator: torch.Generator,
    ) -> dict[str, float]:
        pictures, labels = x
        set_lr(optimiser, share * settings.lr)
        logits = model(pictures)
        if bug == "softmax twice":
            logits = logits.softmax(1)
        loss = cross_entropy(logits, labels, label_smoothing=smoothing)
        if bug != "gradients kept":
            optimiser.zero_grad()
        (loss / len(labels) if bug == "divided twice" else loss).backward()  # type: ignore[no-untyped-call]
        if bug == "layer left out":
            next(model.parameters()).grad = None
        optimiser.step()
        return {"loss": loss.item()}

    return update
