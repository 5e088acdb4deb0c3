"""Every knob of lesson 08 keeps the promise of its `effect` sentence, over three seeds."""

from functools import cache
from itertools import pairwise
from statistics import fmean, stdev

import pytest
import torch

from gentutor.exercises.tuning.pick_best import pick_best
from gentutor.knobs import lesson_knobs
from gentutor.seeding import generator
from gentutor.tuning import Study, run_in_processes, train_names
from tests.tuning.bowls import KNOBS as BOWL_KNOBS
from tests.tuning.bowls import bowl, slow_bowl, study_of

SEEDS = (0, 1, 2)
KNOBS = lesson_knobs("tuning")
GOOD = {"lr": 0.01, "batch_size": 32, "width": 64, "weight_decay": 1e-4}
over_seeds = pytest.mark.parametrize("seed", SEEDS)


@cache
def losses(seed, budget=6300, **changed):
    return tuple(train_names(GOOD | changed, seed, budget=budget))


@cache
def searched(seed, sampler="random", pruner="none", trials=27, objective=bowl):
    return Study(objective, BOWL_KNOBS, trials=trials, sampler=sampler, pruner=pruner, seed=seed).run(progress=False)


def test_tuning_seed():
    """Another seed: another run of the same quality."""
    ends = [losses(seed)[-1] for seed in SEEDS]
    assert len(set(ends)) == 3
    assert max(ends) - min(ends) < 0.1


@over_seeds
def test_tuning_budget(seed):
    """Higher: a lower loss for the same settings, with diminishing return."""
    ends = [losses(seed, budget)[-1] for budget in (900, 6300, 44100)]
    gains = [before - after for before, after in pairwise(ends)]
    assert gains[0] > gains[1] > 0


@over_seeds
def test_tuning_trials(seed):
    """Higher: a best result that is as good or better, with diminishing return."""
    study = searched(seed, trials=243)
    best = [min(one.result for one in study.done[:n]) for n in (3, 27, 243)]
    assert best[0] >= best[1] >= best[2]


def test_trials_have_a_diminishing_return():
    best = [fmean(min(one.result for one in searched(s, trials=243).done[:n]) for s in range(9)) for n in (3, 27, 243)]
    assert best[0] - best[1] > best[1] - best[2] > 0


@over_seeds
def test_tuning_sampler(seed):
    """Higher: 1 tries as many values of each knob as there are trials; 2 proposes more and more near what was good."""
    rates = [{one.values["lr"] for one in searched(seed, sampler).made} for sampler in (0, 1)]
    assert len(rates[0]) < 27  # 27 trials of three knobs: three values of each, and no more
    assert (len(rates[0]), len(rates[1])) == (3, 27)
    distances = [torch.tensor(one.values["lr"]).log10().add(2).abs() for one in searched(seed, 2, trials=60).made]
    assert torch.stack(distances[40:]).mean() < 0.7 * torch.stack(distances[:20]).mean()


@over_seeds
def test_tuning_pruner(seed):
    """Higher: 1 and 2 end most trainings before their budget is spent; 2 gives some of them more time."""
    spent = [searched(seed, pruner=pruner, trials=81) for pruner in (0, 1, 2)]
    assert all(one.state == "done" for one in spent[0].made)
    for study in spent[1:]:
        assert sum(one.state == "stopped" for one in study.made) > 81 / 2
    lengths = [fmean(len(one.reports) for one in study.made if one.state == "stopped") for study in spent[1:]]
    assert lengths[1] > lengths[0]


@over_seeds
def test_tuning_n_seeds(seed):
    """Higher: a smaller error of their mean, by one over the square root."""
    draws = torch.randn(2000, 2, 20, generator=generator(seed))
    means = [draws[:, :, :n].mean(2).std().item() for n in (5, 20)]
    assert means[0] / means[1] == pytest.approx(2, rel=0.1)
    told = [fmean(pick_best(row[:, :n])[2] for row in draws[:500]) for n in (5, 20)]
    assert told[0] / told[1] == pytest.approx(2, rel=0.15)


def test_tuning_workers(tmp_path):
    """Higher: each process makes fewer of the trials; the number of trials stays."""
    study = study_of(slow_bowl, path=tmp_path / "a.study", trials=12)
    made = run_in_processes(study, 3, progress=False)
    shares = [sum(one.worker == name for one in made.made) for name in ("1", "2", "3")]
    assert sum(shares) == 12
    assert max(shares) < 12


@over_seeds
def test_tuning_lr(seed):
    """Higher: the loss falls faster at first; too high, it jumps or the run diverges."""
    first = [losses(seed, lr=lr)[0] for lr in (1e-4, 1e-3, 1e-2)]
    assert first[0] > first[1] > first[2]
    assert losses(seed, lr=1.0)[-1] > losses(seed, lr=1e-2)[-1] + 1


@over_seeds
def test_tuning_batch_size(seed):
    """Higher: fewer updates within the same budget; they want a higher learning rate."""
    rates = (1e-3, 3e-3, 1e-2, 3e-2)
    best = [min(rates, key=lambda lr: losses(seed, 3600, batch_size=size, lr=lr)[-1]) for size in (8, 256)]
    assert best[0] < best[1]


@over_seeds
def test_tuning_width(seed):
    """Higher: a lower loss where the budget is large enough to train them."""
    assert losses(seed, 44100, width=8)[-1] > losses(seed, 44100)[-1]


@over_seeds
def test_tuning_weight_decay(seed):
    """Higher: hardly any difference in so short a training: an idle knob."""
    ends = [losses(seed, weight_decay=decay)[-1] for decay in (1e-6, 1e-4, 1e-2)]
    assert max(ends) - min(ends) < 0.01
    assert stdev(ends) < 0.1 * abs(losses(seed, lr=1e-3)[-1] - ends[0])
