"""A study on a `LocalCluster`: the same trials as here, early ends, a killed worker, the command."""

import pytest
from distributed import Client, LocalCluster
from typer.testing import CliRunner

from gentutor import cli
from gentutor.tuning.dask_workers import run_on_dask
from gentutor.workspace.cluster import connect
from tests.tuning.bowls import bowl, deadly_bowl, diverging, slow_bowl, study_of

pytestmark = [
    pytest.mark.timeout(300),
    # Dask's sockets and event loops of workers that were killed are collected late.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def mark(tmp_path_factory):
    return tmp_path_factory.mktemp("dask") / "mark"


@pytest.fixture(scope="module")
def cluster(mark):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GENTUTOR_TEST_MARK", str(mark))
        with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0") as made:
            yield made


@pytest.fixture
def client(cluster):
    with Client(cluster) as waiting:
        waiting.wait_for_workers(2, timeout=60)
    made = connect(str(cluster.scheduler_address))
    yield made
    made.close()


def test_every_trial_is_trained_there_and_kept_here(client, tmp_path):
    study = study_of(slow_bowl, trials=10, path=tmp_path / "a.study")
    study.by_hand(lr=0.01, width=40)
    seen = []
    run_on_dask(study, client, on_trial=lambda study: seen.append(study.n_made), progress=False)
    assert study.n_made == 10
    assert {one.state for one in study.made} == {"done"}
    assert seen == sorted(seen)
    assert seen[-1] == 10
    for one in study.made:
        assert one.reports == tuple(bowl(dict(one.values)))
    again = study_of(slow_bowl, trials=12, path=tmp_path / "a.study")  # resumed from the file here
    assert run_on_dask(again, client, progress=False).n_made == 12


def test_bad_trainings_are_ended_on_the_cluster_too(client):
    study = run_on_dask(study_of(slow_bowl, trials=18, pruner="halving"), client, progress=False)
    stopped = [one for one in study.made if one.state == "stopped"]
    assert study.n_made == 18
    assert len(stopped) >= 5
    assert all(len(one.reports) < 9 for one in stopped)


def test_a_diverging_training_fails_alone(client):
    study = run_on_dask(study_of(diverging, trials=16), client, progress=False)
    assert {one.state for one in study.made if one.values["lr"] > 0.1} == {"failed"}
    assert {one.state for one in study.made if one.values["lr"] <= 0.1} == {"done"}


def test_it_stops_when_asked(client):
    study = study_of(slow_bowl, trials=100)
    run_on_dask(study, client, should_stop=lambda: study.n_made >= 2, progress=False)
    assert 2 <= study.n_made < 50
    assert "running" not in {one.state for one in study.all_trials}


def test_the_command_sends_its_trials_to_the_cluster(client, cluster, tmp_path):
    options = ["--trials", "3", "--budget", "900", "--file", str(tmp_path / "c.study")]
    done = CliRunner().invoke(cli.app, ["study", "names", *options, "--scheduler", str(cluster.scheduler_address)])
    assert done.exit_code == 0, done.output
    assert "Best of 3 trials" in done.output


def test_a_trial_whose_worker_is_killed_is_trained_by_another(client, mark):
    study = run_on_dask(study_of(deadly_bowl, trials=6), client, progress=False)
    assert mark.exists()  # a worker has died
    assert [one.state for one in study.made] == ["done"] * 6
    for one in study.made:
        assert one.reports == tuple(bowl(dict(one.values)))
