"""Exercise `pick_best`: the setting with the best mean over seeds, and how sure that mean is."""

from __future__ import annotations

import statistics

import torch
from torch import Tensor

from gentutor.exercises.contract import Check, Exercise, Misconception
from gentutor.exercises.tuning.inputs import LESSON, losses_over_seeds, two_settings


def pick_best(losses: Tensor) -> tuple[int, float, float]:
    """Return which setting has the lowest mean loss over its seeds, that mean, and its standard error.

    Parameters
    ----------
    losses : Tensor
        Loss of each setting with each seed, (C, S).

    Returns
    -------
    (int, float, float)
        Place of the setting; its mean; the standard deviation over its seeds (of a sample) divided by √S.
    """
    means = losses.mean(1)  # (C, S) -> (C,)
    best = int(means.argmin())
    return best, means[best].item(), (losses[best].std() / losses.shape[1] ** 0.5).item()


def _oracle(losses: Tensor) -> tuple[int, float, float]:
    rows = losses.double().tolist()
    means = [statistics.fmean(row) for row in rows]
    best = means.index(min(means))
    return best, means[best], statistics.stdev(rows[best]) / len(rows[best]) ** 0.5


def _with(losses: Tensor, place: int, spread: float | None = None) -> tuple[int, float, float]:
    row = losses[place]
    error = row.std().item() / len(row) ** 0.5 if spread is None else spread
    return place, row.mean().item(), error


def _best(losses: Tensor) -> int:
    return int(losses.mean(1).argmin())


def _luckiest(losses: Tensor) -> tuple[int, float, float]:
    place = int(losses.min(1).values.argmin())
    return place, losses.min().item(), losses[place].std().item() / losses.shape[1] ** 0.5


def _over_settings(losses: Tensor) -> tuple[int, float, float]:
    return pick_best(losses.T)


PICK_BEST = Exercise(
    name="pick_best",
    lesson=LESSON,
    task="Return three plain numbers: the place of the setting with the lowest mean loss over its seeds, that mean, "
    "and its standard error (the standard deviation over the seeds divided by the square root of their number).",
    arguments={"losses": "C S"},
    returns="tuple of int, float, float",
    points=4,
    oracle=_oracle,
    taught="gentutor.exercises.tuning.pick_best:pick_best",
    hints=(
        "Each row is one setting, each column one seed. If a setting was lucky once, should it win?",
        "Average each row first: losses.mean(1). Of the best row take the standard deviation, `.std()`. Four times as "
        "many seeds make the mean twice as sure: what do you divide by?",
        "best = int(losses.mean(1).argmin()); return best, losses[best].mean().item(), "
        "(losses[best].std() / losses.shape[1] ** 0.5).item()",
    ),
    checks=(
        Check("five settings with four seeds each", losses_over_seeds, share=0.6, rtol=1e-3),
        Check("seven settings with six seeds each", lambda g: losses_over_seeds(g, 7, 6), share=0.4, rtol=1e-3),
        Check("two settings with three seeds each", two_settings, share=0.0, rtol=1e-3),
    ),
    misconceptions=(
        Misconception(
            "luckiest seed",
            _luckiest,
            "You pick the setting with the lowest single loss: the luckiest seed wins. Average over the seeds first.",
        ),
        Misconception(
            "luckiest setting, its mean",
            lambda losses: _with(losses, int(losses.min(1).values.argmin())),
            "Your mean and error are right, but of the setting that was luckiest *once*. Choose by the mean too.",
        ),
        Misconception(
            "by the median",
            lambda losses: _with(losses, int(losses.median(1).values.argmin())),
            "You choose by the median, which does not see that one seed of this setting fails. Choose by the mean.",
        ),
        Misconception(
            "highest mean",
            lambda losses: _with(losses, int(losses.mean(1).argmax())),
            "You pick the highest mean. These are losses: low is good, argmin.",
        ),
        Misconception(
            "mean over settings",
            _over_settings,
            "You average over the settings and pick a *seed*. Rows are settings: mean(1), over the columns.",
        ),
        Misconception(
            "steadiest",
            lambda losses: _with(losses, int(losses.std(1).argmin())),
            "You pick the setting that differs least between seeds. Steady may be steadily bad: choose by the mean.",
        ),
        Misconception(
            "deviation, not error",
            lambda losses: _with(losses, _best(losses), losses[_best(losses)].std().item()),
            "Your third number is the standard deviation: how far one seed strays. The *mean* of S seeds is surer: "
            "divide by √S.",
        ),
        Misconception(
            "divided by S",
            lambda losses: _with(losses, _best(losses), losses[_best(losses)].std().item() / losses.shape[1]),
            "You divide the deviation by S, which promises too much. Errors shrink with the square root: divide by √S.",
        ),
        Misconception(
            "variance",
            lambda losses: _with(losses, _best(losses), losses[_best(losses)].var().item() / losses.shape[1]),
            "Your third number is the variance of the mean. Take the square root of it, to have nats again.",
        ),
        Misconception(
            "population",
            lambda losses: _with(
                losses,
                _best(losses),
                losses[_best(losses)].std(correction=0).item() / losses.shape[1] ** 0.5,
            ),
            "You divide by S inside the deviation (correction=0). The mean itself was taken from these seeds, which "
            "makes them look closer than they are: divide by S − 1, as `.std()` does by itself.",
        ),
        Misconception(
            "spread of all",
            lambda losses: _with(losses, _best(losses), losses.std().item() / losses.shape[1] ** 0.5),
            "You take the deviation of *all* losses, which holds the differences between settings. Only the seeds of "
            "the best setting count.",
        ),
        Misconception(
            "by the number of settings",
            lambda losses: _with(
                losses, _best(losses), losses[_best(losses)].std().item() / losses.shape[0] ** 0.5
            ),
            "You divide by the root of the number of *settings*. A setting's mean rests on its S seeds: √S.",
        ),
        Misconception(
            "counted from 1",
            lambda losses: (_best(losses) + 1, *_with(losses, _best(losses))[1:]),
            "Your setting is one too many: places count from 0, as Python's do.",
        ),
    ),
    alternatives=(
        _oracle,
        lambda losses: (
            int(torch.argmin(losses.sum(1))),
            float(losses.mean(1).min()),
            float((losses[losses.mean(1).argmin()].var() / losses.shape[1]) ** 0.5),
        ),
        lambda losses: _with(losses, _best(losses)),
    ),
)
