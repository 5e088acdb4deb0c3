"""Exercise `frechet_distance`: how far apart two clouds of features are."""

from __future__ import annotations

import torch
from torch import Tensor

from gentutor.exercises.contract import Check, Exercise, Misconception
from gentutor.exercises.evaluation.inputs import LESSON, two_sets


def _parts(x: Tensor, reference: Tensor, unbiased: bool = True) -> tuple[Tensor, Tensor, Tensor]:
    """Return the squared gap of the means, and both covariances."""
    a, b = x.double(), reference.double()
    gap = (a.mean(0) - b.mean(0)).square().sum()
    return gap, a.T.cov(correction=int(unbiased)), b.T.cov(correction=int(unbiased))


def _cross(c1: Tensor, c2: Tensor) -> Tensor:
    """Trace of the root of C1 C2: its eigenvalues are real and not negative."""
    root: Tensor = torch.linalg.eigvals(c1 @ c2).real.clamp(min=0).sqrt().sum()
    return root


def _oracle(x: Tensor, reference: Tensor) -> float:
    gap, c1, c2 = _parts(x, reference)
    return float(gap + c1.trace() + c2.trace() - 2 * _cross(c1, c2))


def _by_singular_values(x: Tensor, reference: Tensor) -> float:
    """tr (C1 C2)^½ is the sum of the singular values of A Bᵀ, for any A and B with C1 = AᵀA and C2 = BᵀB."""
    gap, c1, c2 = _parts(x, reference)
    a, b = (((t.double() - t.double().mean(0)) / (len(t) - 1) ** 0.5) for t in (x, reference))
    shared: Tensor = torch.linalg.svdvals(a @ b.T).sum()
    return float(gap + c1.trace() + c2.trace() - 2 * shared)


def _by_roots(x: Tensor, reference: Tensor) -> float:
    gap, c1, c2 = _parts(x, reference)
    values, vectors = torch.linalg.eigh(c1)
    root = vectors @ values.clamp(min=0).sqrt().diag() @ vectors.T
    shared: Tensor = torch.linalg.eigvalsh(root @ c2 @ root).clamp(min=0).sqrt().sum()
    return (gap + (c1 + c2).trace() - 2 * shared).item()


def _no_square(x: Tensor, reference: Tensor) -> float:
    gap, _, _ = _parts(x, reference)
    return _oracle(x, reference) - float(gap) + float(gap.sqrt())


def _no_two(x: Tensor, reference: Tensor) -> float:
    return _oracle(x, reference) + float(_cross(*_parts(x, reference)[1:]))


def _no_cross(x: Tensor, reference: Tensor) -> float:
    return _oracle(x, reference) + 2 * float(_cross(*_parts(x, reference)[1:]))


def _element_roots(x: Tensor, reference: Tensor) -> float:
    gap, c1, c2 = _parts(x, reference)
    return float(gap + (c1 + c2 - 2 * (c1 @ c2).clamp(min=0).sqrt()).trace())


def _no_root(x: Tensor, reference: Tensor) -> float:
    gap, c1, c2 = _parts(x, reference)
    return float(gap + (c1 + c2 - 2 * c1 @ c2).trace())


def _variances_only(x: Tensor, reference: Tensor) -> float:
    gap, c1, c2 = _parts(x, reference)
    return float(gap + (c1.diagonal().sqrt() - c2.diagonal().sqrt()).square().sum())


def _uncorrected(x: Tensor, reference: Tensor) -> float:
    gap, c1, c2 = _parts(x, reference, unbiased=False)
    return float(gap + c1.trace() + c2.trace() - 2 * _cross(c1, c2))


FRECHET_DISTANCE = Exercise(
    name="frechet_distance",
    lesson=LESSON,
    task="Return the Fréchet distance between Gaussians fitted to two sets of features: "
    "|m1 − m2|² + trace(C1 + C2 − 2 (C1 C2)^½).",
    arguments={"x": "N D", "reference": "M D"},
    returns="float",
    points=5,
    oracle=_oracle,
    taught="gentutor.metrics.distance:frechet_distance",
    hints=(
        "Three pieces: the squared distance of the two means, the two traces, and the trace of a root. Write them one "
        "after another and look at each. Two equal sets must give 0.",
        "`x.T.cov()` is the covariance (D, D). The trace of a matrix is the sum of its eigenvalues, so that of "
        "(C1 C2)^½ is the sum of the *roots* of the eigenvalues of C1 @ C2. No matrix root is needed.",
        "roots = torch.linalg.eigvals(c1 @ c2).real.clamp(min=0).sqrt(); then gap + c1.trace() + c2.trace() − "
        "2 * roots.sum(), as a plain number with float(...). Work in .double().",
    ),
    checks=(
        Check("two clouds of three features", two_sets, share=0.5, rtol=1e-3, atol=1e-3),
        Check("two clouds round one middle", lambda g: two_sets(g, shift=0.0), share=0.5, rtol=1e-3, atol=1e-3),
    ),
    misconceptions=(
        Misconception(
            "gap not squared",
            _no_square,
            "The covariances are right. The first term is the *squared* length of the difference of the means: leave "
            "out the root, or the `.norm()`.",
        ),
        Misconception(
            "gap left out",
            lambda x, reference: _oracle(x, reference) - float(_parts(x, reference)[0]),
            "The covariances are right, but the means are missing: two clouds of one shape at two places would be "
            "equal.",
        ),
        Misconception(
            "means only",
            lambda x, reference: float(_parts(x, reference)[0]),
            "You compare only the means. A generator that paints the same mean picture each time would be perfect: the "
            "covariances must agree too.",
        ),
        Misconception(
            "two forgotten",
            _no_two,
            "The cross term is subtracted once; the formula takes it twice. Equal sets would not be 0 apart.",
        ),
        Misconception(
            "no cross term",
            _no_cross,
            "The term −2 (C1 C2)^½ is missing, so that equal sets are far apart. It is what the two covariances have "
            "in common.",
        ),
        Misconception(
            "no root",
            _no_root,
            "You subtract 2 C1 C2 without the root. Variances times variances have another unit than variances: take "
            "the roots of the eigenvalues of C1 @ C2.",
        ),
        Misconception(
            "root of each element",
            _element_roots,
            "You take the root of each *element* of C1 @ C2. The root of a matrix is another thing: a matrix whose "
            "square it is. Its trace is the sum of the roots of the eigenvalues.",
        ),
        Misconception(
            "variances only",
            _variances_only,
            "You use only the variance of each feature. How features go together counts as well: the whole covariance, "
            "(D, D).",
        ),
        Misconception(
            "divided by N",
            _uncorrected,
            "Nearly: your covariances are divided by N, here by N − 1 as torch's `.cov()` and torchmetrics do it.",
        ),
        Misconception(
            "root of the distance",
            lambda x, reference: _oracle(x, reference) ** 0.5,
            "You take the root at the end. The number that everyone calls FID is the squared distance: leave it as it "
            "is.",
        ),
    ),
    alternatives=(_by_roots, _by_singular_values),
)
