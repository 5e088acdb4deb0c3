"""Scaling, splitting and spoiling of pictures."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gentutor.datasets import groups_of_copies, normalise, split_without_leakage, spoil
from gentutor.seeding import generator

X = torch.rand(3000, 1, 4, 4, generator=generator(0, "x"))
Y = torch.arange(3000) % 10


@settings(deadline=None)  # torch's first call may take its time
@given(st.floats(-5, 5), st.floats(-5, 5))
def test_normalise_meets_both_ends(lo: float, hi: float) -> None:
    ends = normalise(torch.tensor([0, 255], dtype=torch.uint8), lo, hi)
    torch.testing.assert_close(ends, torch.tensor([lo, hi]), rtol=1e-5, atol=1e-5)


@settings(deadline=None)  # torch's first call may take its time
@given(st.lists(st.integers(0, 4), min_size=1, max_size=30), st.integers(0, 40), st.integers(0, 99))
def test_no_copy_is_parted_and_nothing_lost(rows: list[int], n: int, seed: int) -> None:
    x = torch.tensor(rows).unsqueeze(1)
    order = torch.randperm(len(x), generator=generator(seed, "order"))
    train, validation = split_without_leakage(x, order, n)
    assert sorted(train + validation) == list(range(len(x)))
    assert not {rows[i] for i in train} & {rows[i] for i in validation}
    assert len(validation) >= min(n, len(x))
    if n:
        assert int(order[0]) in validation


def test_clean_settings_change_nothing_but_the_choice() -> None:
    x, y = spoil(X, Y, generator(0, "a"), n_train=500)
    assert len(groups_of_copies(x)) == 500
    position = {tuple(row.flatten().tolist()): i for i, row in enumerate(X)}
    assert all(int(Y[position[tuple(row.flatten().tolist())]]) == int(label) for row, label in zip(x, y, strict=True))


def test_same_stream_same_set() -> None:
    one, other = (
        spoil(X, Y, generator(3, "a"), n_train=400, noise=0.2, wrong_labels=0.3, duplicates=0.2) for _ in "ab"
    )
    assert torch.equal(one[0], other[0])
    assert torch.equal(one[1], other[1])


@pytest.mark.parametrize("seed", range(3))
def test_every_fault_has_its_size(seed: int) -> None:
    def spoilt(**faults: float) -> tuple[torch.Tensor, torch.Tensor]:
        return spoil(X, Y, generator(seed, "b"), n_train=1000, **faults)  # type: ignore[arg-type]

    clean_x, clean_y = spoilt()
    assert spoilt(classes_kept=4)[1].unique().numel() == 4
    assert len(groups_of_copies(spoilt(duplicates=0.6)[0])) == 400
    noisy = spoilt(noise=0.1)[0]
    assert (noisy - clean_x).std() == pytest.approx(0.1, rel=0.25)
    assert 0 <= noisy.min() <= noisy.max() <= 1
    assert (spoilt(wrong_labels=0.2)[1] != clean_y).float().mean() == pytest.approx(0.2, abs=0.05)
    counts = spoilt(imbalance=20.0)[1].bincount(minlength=10).sort().values
    assert counts[-1] > 8 * counts[0]


def test_no_more_than_there_is_is_drawn() -> None:
    assert len(spoil(X, Y, generator(0, "c"), n_train=1000, classes_kept=2)[0]) == 600
