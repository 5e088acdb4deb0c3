"""`run_in_processes`: every trial made and made once, also when a process dies; refusals."""

import pytest

from gentutor.errors import TuningError
from gentutor.tuning import run_in_processes
from tests.tuning.bowls import bowl, deadly_bowl, slow_bowl, study_of

pytestmark = pytest.mark.timeout(120)


def test_every_trial_is_made_once_and_two_processes_take_part(tmp_path):
    study = study_of(slow_bowl, path=tmp_path / "a.study", trials=16, pruner="halving")
    study.by_hand(lr=0.01, width=40)
    looks = []
    made = run_in_processes(study, 2, on_look=lambda study: looks.append(study.n_made), progress=False)
    assert [one.number for one in made.made] == list(range(17))
    assert made.n_made == 16
    assert {one.worker for one in made.made if one.by != "hand"} == {"1", "2"}
    assert len({one.values["lr"] for one in made.made}) == 17  # nobody proposed the same twice
    assert looks == sorted(looks)
    for one in made.made:
        assert one.reports == pytest.approx(tuple(bowl(dict(one.values)))[: len(one.reports)])


def test_what_a_dead_process_left_undone_is_done(tmp_path, monkeypatch):
    monkeypatch.setenv("GENTUTOR_TEST_MARK", str(tmp_path / "mark"))
    study = study_of(deadly_bowl, path=tmp_path / "a.study", trials=8)
    made = run_in_processes(study, 2, progress=False)
    states = [one.state for one in made.made]
    assert states.count("failed") == 1
    assert states.count("done") == 7
    assert "running" not in {one.state for one in made.all_trials}


def test_stopped_processes_leave_a_study_that_goes_on(tmp_path):
    study = study_of(slow_bowl, path=tmp_path / "a.study", trials=400)
    half = run_in_processes(study, 2, should_stop=lambda: study.n_made >= 3, progress=False)
    n_made = half.n_made
    assert 3 <= n_made < 100
    assert "running" not in {one.state for one in half.all_trials}
    assert study_of(slow_bowl, path=tmp_path / "a.study", trials=400).run(until=n_made + 1, progress=False).n_made == (
        n_made + 1
    )


def test_refusals_are_sentences(tmp_path, monkeypatch):
    with pytest.raises(TuningError, match="need a file"):
        run_in_processes(study_of(), 2)
    with pytest.raises(TuningError, match="cannot be sent"):
        run_in_processes(study_of(lambda values, seed: iter([1.0]), path=tmp_path / "a.study"), 2)
    monkeypatch.setattr(bowl, "__module__", "__main__")
    with pytest.raises(TuningError, match="defined in this notebook"):
        run_in_processes(study_of(bowl, path=tmp_path / "b.study"), 2)


def test_one_process_needs_no_file():
    assert run_in_processes(study_of(), 1, progress=False).n_made == 12
