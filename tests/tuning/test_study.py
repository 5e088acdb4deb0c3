"""`Study`: search space, samplers, pruners, stop and resume, tries by hand, failures, refusals."""

import math
import subprocess
import sys

import optuna
import pytest
import torch

from gentutor.errors import KnobError, TuningError
from gentutor.knobs import lesson_knobs, lessons_with_knobs
from gentutor.tuning import Study, grid, space, train_names
from gentutor.tuning.objectives import PARTS, find_objective
from tests.tuning.bowls import KNOBS, bowl, diverging, facts, study_of

each_sampler = pytest.mark.parametrize("sampler", ["grid", "random", "tpe"])
each_pruner = pytest.mark.parametrize("pruner", ["none", "halving", "hyperband"])


@pytest.mark.parametrize("lesson", lessons_with_knobs())
def test_every_knob_of_every_lesson_makes_a_search_space(lesson):
    knobs = lesson_knobs(lesson)
    for name, found in space(knobs).items():
        knob = knobs[name]
        assert (found.low, found.high) == (knob.low, knob.high)
        assert found.log == (knob.scale == "log")
        assert isinstance(found, optuna.distributions.IntDistribution) == knob.whole


@each_sampler
def test_what_is_proposed_is_within_the_knobs(sampler):
    for one in study_of(sampler=sampler, trials=20).run(progress=False).made:
        assert KNOBS.check(**one.values) == dict(one.values)


def test_draws_of_a_logarithmic_knob_are_even_in_powers_of_ten():
    rates = torch.tensor([one.values["lr"] for one in study_of(trials=200).run(progress=False).made]).log10()
    counts = torch.histc(rates, 5, -5, 0)
    assert counts.min() > 20  # 40 are expected; one in ten thousand tries has fewer than 20


def test_a_grid_is_regular_complete_and_no_larger_than_asked():
    points = grid(KNOBS, 12)
    assert len(points) == 8
    assert len({tuple(point.values()) for point in points}) == 8
    assert all(len({point[name] for point in points}) == 2 for name in KNOBS)
    study = study_of(sampler="grid", trials=8).run(progress=False)
    key = sorted(tuple(one.values.values()) for one in study.made)
    assert key == sorted(tuple(point.values()) for point in points)


@each_sampler
@each_pruner
def test_a_study_resumed_from_disk_makes_the_trials_of_one_go(tmp_path, sampler, pruner):
    options = {"sampler": sampler, "pruner": pruner, "trials": 14, "seed": 3}
    whole = study_of(**options).run(progress=False)
    for until in (5, 11, 14):  # each time a new object, as in a new process
        resumed = study_of(path=tmp_path / "a.study", **options).run(until=until, progress=False)
        assert resumed.n_made == until
    assert facts(resumed) == facts(whole)


def test_a_study_outlives_its_process(tmp_path):
    script = (
        "import os, signal\nfrom tests.tuning.bowls import study_of\n"
        f"study = study_of(path={str(tmp_path / 'b.study')!r})\n"
        "study.run(until=4, progress=False)\nstudy.ask()\nos.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", script], check=False)
    assert done.returncode == -9
    study = study_of(path=tmp_path / "b.study")
    assert [one.state for one in study.made] == ["done"] * 4 + ["failed"]  # what was open is closed
    assert study.run(progress=False).n_made == 12


def test_half_a_line_at_the_end_of_the_file_costs_one_trial_at_most(tmp_path):
    path = tmp_path / "d.study"
    study_of(path=path).run(until=5, progress=False)
    path.write_bytes(path.read_bytes()[:-9])  # the power failed while the last result was written
    assert study_of(path=path).run(until=7, progress=False).n_made == 7
    study = study_of(path=path).run(progress=False)
    assert [one.state for one in study.made].count("done") >= 11


def test_it_stops_when_asked_and_goes_on():
    study, stop = study_of(), []
    study.run(on_trial=lambda study: stop.append(1) if study.n_made == 3 else None, should_stop=lambda: bool(stop),
              progress=False)  # fmt: skip
    assert study.n_made == 3
    assert facts(study.run(progress=False)) == facts(study_of().run(progress=False))


def test_an_interrupted_trial_is_closed_and_the_study_goes_on():
    def interrupted(values, seed):
        yield 1.0
        if study.n_made == 2 and not again:
            again.append(1)
            raise KeyboardInterrupt
        yield 0.5

    again = []
    study = Study(interrupted, KNOBS, trials=5, sampler="random")
    with pytest.raises(KeyboardInterrupt):
        study.run(progress=False)
    assert [one.state for one in study.made] == ["done", "done", "failed"]
    assert study.run(progress=False).n_made == 5


@pytest.mark.parametrize("pruner", ["halving", "hyperband"])
def test_pruners_save_and_keep_the_best_near(pruner):
    whole, cut = (study_of(pruner=name, trials=27).run(progress=False) for name in ("none", pruner))
    assert cut.parts_spent < 0.75 * whole.parts_spent
    assert cut.best.result - whole.best.result < 0.2
    assert {one.state for one in cut.made} == {"done", "stopped"}
    assert all(1 <= len(one.reports) < PARTS for one in cut.made if one.state == "stopped")


def test_tpe_comes_nearer_than_random_search():
    means = [
        sum(study_of(sampler=sampler, trials=30, seed=seed).run(progress=False).best.result for seed in range(5)) / 5
        for sampler in ("tpe", "random")
    ]
    assert means[0] < means[1]


def test_tries_by_hand_stand_in_the_study_and_do_not_count():
    study = study_of()
    mine = study.by_hand(lr=0.01, width=40, idle=0.1)
    assert (mine.by, mine.state, mine.result) == ("hand", "done", pytest.approx(1 / 9))
    assert study.by_hand(lr=0.01, width=40, idle=0.1).number == mine.number  # run again: not trained again
    assert study.n_made == 0
    study.run(progress=False)
    assert (study.n_made, len(study.made)) == (12, 13)
    assert study.best.by == "hand"
    with pytest.raises(KnobError, match="width"):
        study.by_hand(lr=0.01, width=4000)


def test_a_training_that_diverges_fails_and_nothing_else_does():
    study = study_of(diverging, trials=30).run(progress=False)
    assert {one.state for one in study.made if one.values["lr"] > 0.1} == {"failed"}
    assert {one.state for one in study.made if one.values["lr"] <= 0.1} == {"done"}
    assert all(math.isfinite(loss) for one in study.made for loss in one.reports)
    assert study.by_hand(lr=0.5).state == "failed"


def test_importance_finds_the_idle_knob_and_says_nothing_of_few_trials():
    assert study_of(trials=5).run(progress=False).importance() == {}
    shares = study_of(trials=60).run(progress=False).importance()
    assert sum(shares.values()) == pytest.approx(1)
    assert shares["lr"] > shares["idle"]
    assert list(shares) == list(KNOBS)


def test_refusals_are_sentences(tmp_path):
    for options, word in (({"sampler": "luck"}, "grid, random, tpe"), ({"pruner": 7}, "none, halving, hyperband")):
        with pytest.raises(TuningError, match=word):
            study_of(**options)
    with pytest.raises(TuningError, match="no best one"):
        _ = study_of().best
    study_of(path=tmp_path / "c.study").run(until=1, progress=False)
    for other in ({"seed": 1}, {"sampler": "tpe"}, {"pruner": "halving"}):
        with pytest.raises(TuningError, match="holds another study"):
            study_of(path=tmp_path / "c.study", **other)
    (tmp_path / "text.study").write_text("Dear diary\n", encoding="utf-8")
    with pytest.raises(TuningError, match="Choose another"):
        study_of(path=tmp_path / "text.study")
    with pytest.raises(TuningError, match="there is: names"):
        find_objective("cats")
    with pytest.raises(KnobError, match="budget"):
        find_objective("names", budget=3)


def test_names_are_judged_nine_times_by_the_budget_and_repeatably():
    values = {"lr": 0.01, "batch_size": 32, "width": 16, "weight_decay": 1e-4}
    one, two = (list(train_names(values, 3, budget=1800)) for _ in range(2))
    assert one == two
    assert len(one) == PARTS
    assert one[-1] < one[0] < 3.5
    assert list(train_names(values, 4, budget=1800)) != one
    assert list(train_names(values, 3, budget=1800, split="test")) != one


def test_gentutor_and_its_studies_load_no_optuna_until_one_is_made():
    script = (
        "import sys, gentutor, gentutor.cli, gentutor.tuning, gentutor.tuning.study, gentutor.widgets\n"
        "from gentutor.tuning import Study, train_names, run_in_processes\nprint('optuna' in sys.modules)"
    )
    assert subprocess.check_output([sys.executable, "-c", script], text=True).strip() == "False"


def test_bowl_is_the_objective_that_it_says():
    assert min(bowl({"lr": 0.01, "width": 40, "idle": 0})) == pytest.approx(1 / 9)
