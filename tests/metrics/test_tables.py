"""Synthetic tables: alike, useful, and what they give away."""

import pytest
import torch

from gentutor.datasets.records import load_records
from gentutor.errors import DataError
from gentutor.metrics.privacy import attack, membership_advantage, nearest_record
from gentutor.metrics.tables import fit_outcome, marginal_distance, pair_distance


@pytest.fixture(scope="module")
def patients():
    return load_records(n_train=200, seed=1)


@pytest.mark.parametrize(("name", "n_columns", "n_rows"), [("breast_cancer", 31, 569), ("diabetes", 11, 442)])
def test_the_three_parts_share_no_patient(name, n_columns, n_rows):
    table = load_records(name, n_train=100, seed=2)
    assert len(table.train) == 100
    assert table.train.shape[1] == len(table.columns) == n_columns
    assert sum(map(len, (table.train, table.test, table.holdout))) == n_rows
    assert set(table.test[:, -1].tolist()) == {-1.0, 1.0}
    assert nearest_record(table.test, table.train).min() > 0
    assert not torch.equal(load_records(name, 100, seed=3).train, table.train)


def test_a_table_or_size_that_is_not_there_is_named():
    with pytest.raises(DataError, match="no table"):
        load_records("hearts")
    with pytest.raises(DataError, match="n_train"):
        load_records(n_train=5000)


def test_marginal_distance_is_that_of_scipy(patients):
    stats = pytest.importorskip("scipy.stats")
    found = marginal_distance(patients.train, patients.test)
    for a, b, gap in zip(patients.train.T, patients.test.T, found, strict=True):
        assert float(gap) == pytest.approx(stats.ks_2samp(a.numpy(), b.numpy()).statistic, abs=1e-6)


def test_a_table_is_like_itself(patients):
    rows = patients.train
    assert marginal_distance(rows, rows).max() == 0
    assert pair_distance(rows, rows) == 0


def outcome_accuracy(weights, rows):
    x = torch.cat([rows[:, :-1], torch.ones(len(rows), 1)], 1).double()
    return float(((x @ weights > 0) == (rows[:, -1] > 0)).double().mean())


def test_outcomes_turned_round_teach_the_contrary(patients):
    wrong = torch.cat([patients.train[:, :-1], -patients.train[:, -1:]], 1)
    right, turned = (outcome_accuracy(fit_outcome(rows), patients.test) for rows in (patients.train, wrong))
    assert right > turned + 0.5


def test_copies_are_found_and_strangers_are_not(patients):
    advantage, low, _ = attack(patients.train, patients.train, patients.test).tolist()
    assert advantage > 0.8
    assert low > 0
    _, low, high = attack(torch.randn(500, 31), patients.test, patients.holdout).tolist()
    assert low < 0.05
    assert high > -0.05


def test_the_interval_holds_chance_as_often_as_it_says():
    dice = torch.Generator().manual_seed(0)
    held = 0
    for _ in range(400):
        _, low, high = membership_advantage(
            torch.rand(90, generator=dice), torch.rand(120, generator=dice), 0.4
        ).tolist()
        held += low <= 0 <= high
    assert 0.92 < held / 400 < 0.98
