"""How long do the measures of lesson 09 take on 10,000 samples, against scikit-learn and torchmetrics?

    python bench/metrics.py --json metrics.json
    python bench/metrics.py --quick --json metrics.json     # 2,000 samples, 3 repetitions

Both sides get the same tensors, 64 features of each sample, and take turns; given is the median. That the results are
equal is asserted here too, and to more digits in tests/metrics/test_evaluation.py. Before the clock starts each side
has run once, on 500 samples.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

N_SAMPLES, N_FEATURES, N_CLASSES, K = 10_000, 64, 10, 5

Measure = Callable[..., Any]


def sides() -> dict[str, tuple[str, Measure, Measure, float]]:
    """Return for each measure: its reference's name, the reference, ours, and how far the two may differ."""
    import torch
    from sklearn.metrics import precision_recall_fscore_support
    from sklearn.neighbors import NearestNeighbors
    from torch import Tensor, nn
    from torchmetrics.functional.classification import multiclass_f1_score, multiclass_precision, multiclass_recall
    from torchmetrics.image.fid import FrechetInceptionDistance

    from gentutor.metrics import (
        confusion_matrix,
        density_coverage,
        frechet_distance,
        memorised_share,
        precision_recall_f1,
    )  # fmt: skip

    class AsItIs(nn.Module):
        """Hands features through, so that torchmetrics measures the same numbers as we do."""

        num_features = N_FEATURES

        def forward(self, x: Tensor) -> Tensor:
            return x

    def by_class(data: dict[str, Any]) -> Any:
        return precision_recall_f1(confusion_matrix(data["predicted"], data["truth"], N_CLASSES))

    def sklearn_by_class(data: dict[str, Any]) -> Any:
        found = precision_recall_fscore_support(
            data["truth"], data["predicted"], labels=range(N_CLASSES), zero_division=0
        )
        return torch.stack([torch.as_tensor(measure) for measure in found[:3]])

    def torchmetrics_by_class(data: dict[str, Any]) -> Any:
        verdicts = (data["predicted"], data["truth"], N_CLASSES)
        measures = (multiclass_precision, multiclass_recall, multiclass_f1_score)
        return torch.stack([measure(*verdicts, average=None) for measure in measures])

    def torchmetrics_distance(data: dict[str, Any]) -> Any:
        distance = FrechetInceptionDistance(feature=AsItIs(), input_img_size=(N_FEATURES,)).set_dtype(torch.float64)
        distance.update(data["real"].double(), real=True)
        distance.update(data["made"].double(), real=False)
        return distance.compute()

    def sklearn_neighbours(data: dict[str, Any]) -> Any:
        """As a user of scikit-learn would write it: radii by neighbours, then who lies in which ball."""
        real, made = data["real"].numpy(), data["made"].numpy()
        radius = NearestNeighbors(n_neighbors=K, algorithm="brute").fit(real).kneighbors()[0][:, -1]
        n_inside, n_covered = 0, 0
        from sklearn.metrics import pairwise_distances_chunked

        start = 0
        for away in pairwise_distances_chunked(real, made):
            inside = away <= radius[start : start + len(away), None]
            n_inside, n_covered, start = n_inside + inside.sum(), n_covered + inside.any(1).sum(), start + len(away)
        return torch.tensor([n_inside / (K * len(made)), n_covered / len(real)])

    def sklearn_memorised(data: dict[str, Any]) -> Any:
        model = NearestNeighbors(n_neighbors=2, algorithm="brute").fit(data["real"].numpy())
        nearest = model.kneighbors(data["made"].numpy())[0]
        return torch.tensor((nearest[:, 0] < nearest[:, 1] / 3).mean())

    return {
        "precision, recall, F1": ("scikit-learn", sklearn_by_class, by_class, 1e-6),
        "precision, recall, F1 ": ("torchmetrics", torchmetrics_by_class, by_class, 1e-6),
        "Fréchet distance": (
            "torchmetrics", torchmetrics_distance, lambda data: frechet_distance(data["made"], data["real"]), 1e-4,
        ),
        "density and coverage": (
            "scikit-learn", sklearn_neighbours, lambda data: density_coverage(data["made"], data["real"], K), 1e-3,
        ),
        "memorised share": (
            "scikit-learn", sklearn_memorised, lambda data: memorised_share(data["made"], data["real"]), 1e-3,
        ),
    }  # fmt: skip


def samples(n: int) -> dict[str, Any]:
    """Return features of real and of made samples, some of them copies, and verdicts on classes."""
    import torch

    from gentutor.seeding import generator

    draws = generator(0, "samples")
    mixing = torch.randn(N_FEATURES, N_FEATURES, generator=draws) / N_FEATURES**0.5
    real, made = torch.randn(2, n, N_FEATURES, generator=draws) @ mixing
    made = torch.cat([real[: n // 10], 1.1 * made[n // 10 :] + 0.05])
    truth = torch.randint(N_CLASSES, (n,), generator=draws)
    guessed = torch.randint(N_CLASSES, (n,), generator=draws)
    predicted = torch.where(torch.rand(n, generator=draws) < 0.2, guessed, truth)
    return {"real": real, "made": made, "truth": truth, "predicted": predicted}


def measure(n: int, repetitions: int) -> list[dict[str, Any]]:
    """Let both sides take turns at each measure, and return the rows of the table."""
    import torch

    data, small, table = samples(n), samples(500), []
    for what, (name, reference, ours, tolerance) in sides().items():
        seconds: dict[str, list[float]] = {"reference": [], "ours": []}
        results = {}
        for side, function in (("reference", reference), ("ours", ours)):
            function(small)
            results[side] = torch.as_tensor(function(data)).double()
        torch.testing.assert_close(results["ours"], results["reference"], rtol=tolerance, atol=tolerance)
        for _ in range(repetitions):
            for side, function in (("reference", reference), ("ours", ours)):
                started = time.perf_counter()
                function(data)
                seconds[side].append(time.perf_counter() - started)
        slow, fast = (statistics.median(seconds[side]) for side in ("reference", "ours"))
        table.append(
            {
                "what": f"metrics: {what.strip()} of {n:,} samples, against {name}",
                "reference": f"{1000 * slow:.1f} ms",
                "ours": f"{1000 * fast:.1f} ms",
                "ratio": round(slow / fast, 2),
                "reach": "not slower",
                "note": f"{N_FEATURES} features, {N_CLASSES} classes, medians of {repetitions}, {os.cpu_count()} cores "
                f"(results equal to {tolerance:g})",
            }
        )
    return table


def main() -> None:
    """Measure, print, and write the rows."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="2,000 samples and 3 repetitions")
    parser.add_argument("--json", type=Path, help="write the rows here")
    options = parser.parse_args()
    table = measure(2000 if options.quick else N_SAMPLES, 3 if options.quick else 7)
    for row in table:
        print(f"{row['what']:<75} {row['reference']:>10} {row['ours']:>10}  {row['ratio']:.2f}x\n    {row['note']}")
    if options.json:
        options.json.write_text(json.dumps(table, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
