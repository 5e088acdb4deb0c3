"""Exercise `density_coverage`: how good, and how much of the real data."""

from __future__ import annotations

import torch
from torch import Tensor

from gentutor.exercises.contract import Check, Exercise, Misconception
from gentutor.exercises.evaluation.inputs import LESSON, neighbours

Two = tuple[float, float]


def _oracle(x: Tensor, reference: Tensor, k: int) -> Two:
    real, made = reference.double(), x.double()
    hits = []
    for i, one in enumerate(real):
        others = torch.cat([real[:i], real[i + 1 :]])
        radius = (others - one).norm(dim=1).sort().values[k - 1]
        hits.append(int(((made - one).norm(dim=1) <= radius).sum()))
    return sum(hits) / (k * len(made)), sum(hit > 0 for hit in hits) / len(real)


def _inside(x: Tensor, reference: Tensor, k: int) -> Tensor:
    """Return which generated item (column) lies in which real one's ball (row), (M, N); k = 1 is the item itself."""
    radius = torch.cdist(reference, reference).sort(1).values[:, k]
    return torch.cdist(reference, x) <= radius[:, None]


def _two(inside: Tensor, k: float) -> Two:
    return float(inside.sum() / (k * inside.shape[1])), float(inside.any(1).float().mean())


def _coverage_of_generated(x: Tensor, reference: Tensor, k: int) -> Two:
    inside = _inside(x, reference, k)
    return _two(inside, k)[0], float(inside.any(0).float().mean())


def _precision_for_density(x: Tensor, reference: Tensor, k: int) -> Two:
    inside = _inside(x, reference, k)
    return float(inside.any(0).float().mean()), _two(inside, k)[1]


def _balls_of_generated(x: Tensor, reference: Tensor, k: int) -> Two:
    inside = _inside(reference, x, k).T
    return _two(inside, k)


def _by_topk(x: Tensor, reference: Tensor, k: int) -> Two:
    radius = torch.cdist(reference, reference).topk(k + 1, largest=False).values[:, -1]
    inside = torch.cdist(x, reference) <= radius
    return inside.sum(1).double().mean().item() / k, inside.any(0).double().mean().item()


def _by_kthvalue(x: Tensor, reference: Tensor, k: int) -> Two:
    between = torch.cdist(reference, reference).fill_diagonal_(float("inf"))
    radius, away = between.kthvalue(k, dim=1).values, torch.cdist(reference, x)
    return float((away <= radius[:, None]).sum(0).float().mean() / k), float(
        (away.min(1).values <= radius).float().mean()
    )


DENSITY_COVERAGE = Exercise(
    name="density_coverage",
    lesson=LESSON,
    task="Draw a ball around each real item that reaches to its k-th nearest other real item. Return density, the mean "
    "number of balls that a generated item lies in divided by k, and coverage, the share of balls that hold any "
    "generated item.",
    arguments={"x": "N D", "reference": "M D", "k": "int"},
    returns="tuple of two floats",
    points=4,
    oracle=_oracle,
    taught="gentutor.metrics.coverage:density_coverage",
    hints=(
        "`torch.cdist(a, b)` is the table of all distances, a row for each item of a. Which table gives the radii, and "
        "which says who lies in which ball? Every item is its own nearest neighbour, at distance 0.",
        "Sort each row of cdist(reference, reference): place 0 is the item itself, place k its k-th other neighbour. "
        "Then compare cdist(reference, x), (M, N), with the radii, (M, 1): a table of yes and no.",
        "inside = torch.cdist(reference, x) <= radius[:, None]. Density is inside.sum() / (k * len(x)), coverage "
        "inside.any(1).float().mean(); make both plain numbers with float(...).",
    ),
    checks=(
        Check("three neighbours", lambda g: neighbours(g, 3), share=0.5),
        Check("five neighbours", lambda g: neighbours(g, 5), share=0.5),
    ),
    misconceptions=(
        Misconception(
            "the item counted as its neighbour",
            lambda x, reference, k: _two(_inside(x, reference, k - 1), k),
            "Your balls are too small: every item is its own nearest neighbour, at distance 0. In a sorted row the "
            "k-th *other* neighbour stands at place k, counted from 0.",
        ),
        Misconception(
            "density not divided by k",
            lambda x, reference, k: _two(_inside(x, reference, k), 1),
            "Coverage is right, density k times too large: divide by k as well. A real item lies in about k balls, and "
            "is to have density 1.",
        ),
        Misconception(
            "density by real items",
            lambda x, reference, k: (
                float(_inside(x, reference, k).sum() / (k * len(reference))),
                _two(_inside(x, reference, k), k)[1],
            ),
            "Coverage is right. Density is a mean over the *generated* items: divide by their number, not by that of "
            "the real ones.",
        ),
        Misconception(
            "precision in place of density",
            _precision_for_density,
            "Coverage is right. Your first number is precision: it asks whether an item lies in *any* ball. Density "
            "counts in how many, so that one stray real item with a huge ball cannot vouch for everything in it.",
        ),
        Misconception(
            "coverage of generated items",
            _coverage_of_generated,
            "Density is right. Your second number is the share of generated items in any ball, which is precision. "
            "Coverage is the share of *real* items whose ball holds something.",
        ),
        Misconception(
            "balls around generated items",
            _balls_of_generated,
            "You draw the balls around the generated items, as recall does. One wild item would then cover half the "
            "world. Draw them around the real ones.",
        ),
        Misconception(
            "exchanged",
            lambda x, reference, k: _oracle(x, reference, k)[::-1],
            "The two numbers are exchanged: density first, then coverage.",
        ),
        Misconception(
            "counts, not shares",
            lambda x, reference, k: tuple(
                float(n) for n in (_inside(x, reference, k).sum(), _inside(x, reference, k).any(1).sum())
            ),
            "You return counts. Divide the first by k times the number of generated items, the second by the number of "
            "real ones.",
        ),
    ),
    alternatives=(_by_topk, _by_kthvalue, lambda x, reference, k: _two(_inside(x, reference, k), k)),
)
