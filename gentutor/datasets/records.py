"""Two clinical tables that come with scikit-learn, as seeded tensors: no network, no new patients.

Both were collected for research long ago and are public. The breast cancer table (Wolberg, Mangasarian and Street,
Wisconsin, 1995) has 569 biopsies with thirty measures; the diabetes table (Efron and others, 2004) has
442 patients with ten measures. Used in lesson 13, "Health".
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from gentutor.errors import DataError
from gentutor.seeding import generator


@dataclass(frozen=True)
class Records:
    """A table of patients: rows in three parts, measured alike.

    Parameters
    ----------
    train, test, holdout : Tensor
        Standardised rows (N, D), the last column being the outcome, +1 or -1. A generator is trained on `train`; a
        model is judged on `test`; `holdout` stands in for strangers in a membership attack.
    columns : tuple of str
        The names of the D columns.
    mean, std : Tensor
        What was taken off and divided by (D), computed on `train` only, and not for the outcome.
    """

    train: Tensor
    test: Tensor
    holdout: Tensor
    columns: tuple[str, ...]
    mean: Tensor
    std: Tensor


def load_records(name: str = "breast_cancer", n_train: int = 200, seed: int = 0) -> Records:
    """Return a clinical table, shuffled by the seed.

    Parameters
    ----------
    name : {"breast_cancer", "diabetes"}
        Which table. The outcome is "malignant", or "progression above the median".
    n_train : int
        How many patients the generator may see; half of the others are for tests, half are strangers.
    seed : int
        Decides who is in which part.

    Returns
    -------
    Records
        Three parts that share no patient.

    Raises
    ------
    DataError
        When the table is unknown, or leaves fewer than twenty patients for tests and strangers.
    """
    rows, columns = _table(name)
    if not 2 <= n_train <= len(rows) - 20:
        raise DataError(f"n_train must lie between 2 and {len(rows) - 20} in the table {name!r}; got {n_train}.")
    rows = rows[torch.randperm(len(rows), generator=generator(seed, f"records/{name}"))]
    mean, std = rows[:n_train].mean(0), rows[:n_train].std(0).clamp_min(1e-6)
    mean[-1], std[-1] = 0.0, 1.0  # the outcome stays +1 or -1
    rows = (rows - mean) / std
    half = n_train + (len(rows) - n_train) // 2
    return Records(rows[:n_train], rows[n_train:half], rows[half:], columns, mean, std)


def _table(name: str) -> tuple[Tensor, tuple[str, ...]]:
    from sklearn import datasets  # slow to import, and only needed here

    if name == "breast_cancer":
        table = datasets.load_breast_cancer()
        features, outcome = table.data, 1 - table.target  # scikit-learn's 1 is benign
        columns = (*(str(column).removeprefix("mean ") for column in table.feature_names), "malignant")
    elif name == "diabetes":
        table = datasets.load_diabetes(scaled=False)
        features, outcome = table.data, table.target > sorted(table.target)[len(table.target) // 2]
        columns = (*map(str, table.feature_names), "progression")
    else:
        raise DataError(f"There is no table {name!r}: choose 'breast_cancer' or 'diabetes'.")
    x = torch.tensor(features, dtype=torch.float32)
    y = 2 * torch.tensor(outcome, dtype=torch.float32)[:, None] - 1
    return torch.cat([x, y], 1), columns
