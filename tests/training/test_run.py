"""`Run`: exact rewinding, branching and replay, bounded history, divergence in words."""

import json
import math
import sys
import threading

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from gentutor.errors import CheckpointError, KnobError, RunStateError, TrainingDivergedError
from gentutor.knobs import Knob, KnobSet
from gentutor.seeding import generator, seeded
from gentutor.training import Batches, Run, background, replay, set_lr
from gentutor.training.state import Snapshot, same

KNOBS = KnobSet(
    Knob("lr", 0.01, 1e-6, 1e6, help="h", effect="e", scale="log"),
    Knob("batch_size", 16, 1, 64, help="h", effect="e"),
    Knob("noise", 0.1, 0.0, 1.0, help="h", effect="e"),
    Knob("width", 8, 1, 64, help="h", effect="e", live=False),
)


def update(model, optimiser, x, settings, generator):
    """Denoise: a loss that depends on the batch, the generator and every live knob."""
    set_lr(optimiser, settings.lr * (1 - settings.progress))
    noisy = x + settings.noise * torch.randn(x.shape, generator=generator)
    loss = F.mse_loss(model(noisy), x)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return {"loss": loss.item(), "batch": float(len(x))}


def make_run(steps=60, seed=0, **options):
    with seeded(seed, "weights"):
        model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 4))
    optimiser = torch.optim.Adam(model.parameters())
    x = torch.randn(100, 4, generator=generator(seed, "data"))
    settings = options.pop("settings", {})
    return Run(
        update, {"model": model, "optimiser": optimiser}, Batches(x, seed=seed), settings,
        knobs=KNOBS, steps=steps, seed=seed, **options,
    )  # fmt: skip


def state(run):
    return Snapshot.of(run.parts, run.position, 0).states


def test_training_lowers_the_loss_and_records_every_step():
    run = make_run().finish()
    steps, loss = run.curve("loss")
    assert steps.tolist() == list(range(1, 61))
    assert loss[-10:].mean() < 0.9 * loss[:10].mean()
    assert run.position == run.end == run.steps == 60
    assert run.seconds > 0


def test_same_seed_same_bits_and_another_seed_another_run():
    one, two, other = make_run().finish(), make_run().finish(), make_run(seed=1).finish()
    assert same(state(one), state(two))
    assert not same(state(one), state(other))


@pytest.mark.parametrize("step", [0, 1, 17, 59, 60])
def test_rewinding_restores_weights_and_moments_to_the_bit(step):
    reference = make_run()
    for _ in range(step):
        reference.step()
    run = make_run(memory_limit_mb=0.01)  # few snapshots: most rewinds must replay
    run.finish()
    assert len(run.snapshot_steps) < 20
    run.rewind(step)
    assert run.position == step
    assert same(state(run), state(reference))


def test_going_on_after_a_rewind_repeats_history_with_the_moved_knobs():
    run = make_run()
    for i in range(60):
        if i == 20:
            run.set(lr=0.05, batch_size=32)
        run.step()
    final, curve = state(run), run.curve("loss")
    run.rewind(5)
    assert run.settings["lr"] == 0.01
    run.finish()
    assert run.settings["lr"] == 0.05
    assert same(state(run), final)
    np.testing.assert_array_equal(run.curve("loss")[1], curve[1])


def test_a_moved_knob_acts_from_the_next_update_on():
    run = make_run()
    run.step()
    run.set(batch_size=7)
    assert run.step()["batch"] == 7
    assert [(c.step, c.name, c.value) for c in run.changes] == [(1, "batch_size", 7)]


def test_moving_a_knob_twice_at_one_step_keeps_the_last():
    run = make_run()
    run.set(lr=0.5)
    run.set(lr=0.25)
    assert [c.value for c in run.changes] == [0.25]


def test_replay_from_json_gives_the_same_bits_for_run_and_branch():
    run = make_run()
    for i in range(40):
        if i in (3, 11):
            run.set(noise=i / 20)
        run.step()
    run.rewind(25)
    twig = run.branch(lr=0.1, batch_size=5).finish()
    for original in (run, twig):
        original.rewind(original.end)
        copy = replay(json.loads(json.dumps(original.recording())), make_run())
        assert same(state(copy), state(original))


def test_replay_refuses_a_run_that_is_not_fresh_or_has_another_seed():
    recording = make_run().finish().recording()
    with pytest.raises(RunStateError, match="fresh run with seed 0"):
        replay(recording, make_run(seed=1))
    with pytest.raises(RunStateError, match="trained to step 60"):
        replay(recording, make_run().finish())


def test_a_branch_goes_its_own_way_and_leaves_the_run_alone():
    run = make_run().finish()
    before = state(run)
    run.rewind(30)
    twig = run.branch("hot", lr=0.2)
    assert (twig.parent, twig.branched_at, twig.name) == (run, 30, "hot")
    assert same(state(twig), state(run))
    twig.finish()
    run.finish()
    assert same(state(run), before)
    assert not same(state(twig), before)
    assert twig.curve("loss")[0][0] == 31
    assert run.family() == twig.family() == [run, twig]


def test_a_branch_without_changes_has_the_same_future():
    run = make_run().finish()
    final = state(run)
    run.rewind(30)
    assert same(state(run.branch().finish()), final)


def test_history_stays_below_its_memory_limit():
    run = make_run(steps=200, memory_limit_mb=0.02)
    for _ in range(200):
        run.step()
        assert run.history_mb <= 0.02
    assert run.snapshot_steps[0] == 0
    assert run.snapshot_steps[-1] == 200
    gaps = np.diff(run.snapshot_steps)
    assert len(run.snapshot_steps) > 4
    assert len(set(gaps[:-1])) == 1  # evenly spaced


def test_a_limit_that_cannot_hold_two_snapshots_is_refused_in_words():
    with pytest.raises(RunStateError, match="memory_limit_mb"):
        make_run(memory_limit_mb=0.0001)


def test_set_and_branch_refuse_bad_knobs_and_change_nothing():
    run = make_run()
    run.step()
    for ask in (run.set, run.branch):
        with pytest.raises(KnobError, match="outside its range"):
            ask(lr=1e9)
        with pytest.raises(KnobError, match="no knob 'learning_rate'"):
            ask(learning_rate=0.1)
        with pytest.raises(KnobError, match="width is fixed"):
            ask(width=16)
    assert run.changes == []
    assert run.family() == [run]


def test_set_in_the_past_points_to_branch():
    run = make_run().finish()
    run.rewind(10)
    with pytest.raises(RunStateError, match=r"run\.branch\(lr=0\.5\)"):
        run.set(lr=0.5)


@pytest.mark.parametrize("step", [-1, 61, 1000])
def test_rewinding_out_of_history_names_the_range(step):
    with pytest.raises(RunStateError, match="steps 0 to 60"):
        make_run().finish().rewind(step)


def test_a_complete_run_refuses_another_step():
    with pytest.raises(RunStateError, match="complete"):
        make_run(steps=1).finish().step()


def test_an_unknown_curve_names_the_known_ones():
    run = make_run(steps=2).finish()
    with pytest.raises(RunStateError, match="loss, batch"):
        run.curve("accuracy")


def test_a_run_needs_a_step():
    with pytest.raises(RunStateError, match="at least 1 step"):
        make_run(steps=0)


def test_divergence_is_explained_and_can_be_cured():
    run = make_run(settings={"lr": 0.01})
    for _ in range(20):
        run.step()
    run.set(lr=1e6)
    with pytest.raises(TrainingDivergedError, match=r"run\.rewind\(\d+\)") as caught:
        run.finish()
    assert run.trouble == str(caught.value)
    assert "learning rate was 1e+06" in run.trouble
    with pytest.raises(TrainingDivergedError):
        run.step()
    with pytest.raises(RunStateError, match="rewind it"):
        run.branch()
    run.rewind(20)
    cured = run.branch(lr=0.01).finish()
    assert math.isfinite(cured.curve("loss")[1][-1])


def test_nan_from_the_update_stops_the_run():
    def broken(model, optimiser, x, settings, generator):
        return {"loss": 1.0, "kl": float("nan")}

    run = make_run()
    run._update = broken
    with pytest.raises(TrainingDivergedError, match="kl became nan"):
        run.step()
    assert run.position == 0


def test_evaluation_is_recorded_every_so_often_and_at_the_end():
    seen = []
    run = make_run(steps=50, evaluate=lambda model, optimiser: seen.append(1) or {"test": 2.0}, evaluate_every=20)
    run.finish()
    assert run.curve("test")[0].tolist() == [20, 40, 50]
    assert len(seen) == 3


def test_background_training_gives_the_same_bits_as_the_main_thread():
    run = make_run()
    background.start(run)
    run.finish()
    assert background.running() is None
    assert same(state(run), state(make_run().finish()))


def test_one_trainer_at_most():
    first, second = make_run(steps=10**6), make_run(steps=10**6)
    background.start(first)
    background.start(second)
    try:
        assert background.running() is second
        names = [t.name for t in threading.enumerate()]
        assert names.count(background.THREAD_NAME) == 1
    finally:
        background.stop()
    assert background.running() is None
    stopped_at = second.position
    assert second.position == stopped_at
    assert background.THREAD_NAME not in [t.name for t in threading.enumerate()]


def test_knobs_and_rewinds_reach_a_run_while_it_trains():
    run = make_run(steps=10**6)
    moved = threading.Event()
    background.start(run, on_step=lambda r: moved.set() if r.settings["lr"] == 0.5 else None)
    try:
        run.set(lr=0.5)
        assert moved.wait(20)
    finally:
        background.stop()
    assert run.changes[0].name == "lr"


def test_callbacks_tell_the_end_but_not_after_a_stop():
    ends = []
    run = make_run()
    background.start(run, on_end=lambda r, reason: ends.append(reason))
    background.wait_for(run)
    run = make_run(settings={"lr": 1e6})
    background.start(run, on_end=lambda r, reason: ends.append(reason))
    background.wait_for(run)
    run = make_run(steps=10**6)
    background.start(run, on_end=lambda r, reason: ends.append(reason))
    background.stop()
    assert ends == ["done", "diverged"]


def test_a_mistake_in_the_update_is_raised_where_the_result_is_read():
    run = make_run()
    run._update = lambda **_: {}["loss"]
    background.start(run)
    with pytest.raises(KeyError, match="loss"):
        run.finish()


def test_checkpoint_round_trip_goes_on_with_the_same_bits(tmp_path):
    run = make_run()
    for i in range(30):
        if i == 10:
            run.set(lr=0.03)
        run.step()
    path = run.save(tmp_path / "deep" / "run.safetensors")
    loaded = make_run(settings={"lr": 0.7})
    loaded.load(path)
    assert loaded.position == 30
    assert loaded.settings["lr"] == 0.03
    np.testing.assert_array_equal(loaded.curve("loss")[1], run.curve("loss")[1])
    assert same(state(loaded.finish()), state(run.finish()))
    loaded.rewind(40)


def test_checkpoints_that_cannot_be_used_are_refused_in_words(tmp_path):
    run = make_run(steps=5)
    with pytest.raises(CheckpointError, match="no checkpoint"):
        run.load(tmp_path / "none.safetensors")
    damaged = tmp_path / "damaged.safetensors"
    damaged.write_bytes(make_run().finish().save(tmp_path / "good.safetensors").read_bytes()[:-100])
    with pytest.raises(CheckpointError, match="damaged"):
        run.load(damaged)
    run.parts["model"] = nn.Sequential(nn.Linear(4, 9), nn.Tanh(), nn.Linear(9, 4))
    with pytest.raises(CheckpointError, match="does not fit"):
        run.load(tmp_path / "good.safetensors")


def test_a_failed_save_keeps_the_older_file(tmp_path, monkeypatch):
    run = make_run(steps=5).finish()
    path = run.save(tmp_path / "run.safetensors")
    old = path.read_bytes()

    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("gentutor.training.checkpoints.save_file", full)
    with pytest.raises(CheckpointError, match="No space left"):
        run.save(path)
    assert path.read_bytes() == old
    assert [p.name for p in tmp_path.iterdir()] == ["run.safetensors"]


def test_a_branch_that_finds_no_room_leaves_its_run_as_it_was():
    one = make_run(steps=40).finish(progress=False)
    size = Snapshot.of(one.parts, 40, 0).n_bytes / 1e6
    run = make_run(steps=40, memory_limit_mb=2.2 * size)
    for _ in range(5):
        run.step()
    before = run.history_mb
    with pytest.raises(RunStateError, match="memory"):
        run.branch()
    assert run.history_mb <= before  # some older snapshots may have made room
    assert same(state(run.finish(progress=False)), state(one))


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
def test_an_update_that_was_cut_off_counts_once(error):
    whole, cut = make_run().finish(progress=False), make_run()
    cut_at = [20]

    def interrupted(**arguments):
        metrics = update(**arguments)
        if cut_at and cut.position == cut_at[0]:
            cut_at.clear()
            raise error
        return metrics

    cut._update = interrupted
    with pytest.raises(error):
        cut.finish(progress=False)
    assert cut.position == 20
    assert same(state(cut.branch().finish(progress=False)), state(whole))
    assert same(state(cut.finish(progress=False)), state(whole))
    assert cut.curve("loss")[1].tolist() == whole.curve("loss")[1].tolist()


def test_a_diverged_run_is_not_saved_as_a_healthy_one(tmp_path):
    run = make_run()
    run.step()
    run.set(lr=1e6)
    with pytest.raises(TrainingDivergedError):
        run.finish(progress=False)
    with pytest.raises(CheckpointError, match="rewind it"):
        run.save(tmp_path / "run.safetensors")
    assert not list(tmp_path.iterdir())
    run.rewind(1)
    run.save(tmp_path / "run.safetensors")


@pytest.mark.parametrize("what", ["a part more", "a part less", "a layer more", "a layer less"])
def test_a_checkpoint_of_another_run_is_refused_and_changes_nothing(tmp_path, what):
    other, run = make_run(seed=1), make_run()
    if what == "a part less":
        del other.parts["optimiser"]
    elif what == "a part more":
        other.parts["judge"] = nn.Linear(2, 2)
    elif what == "a layer more":
        other.parts["model"].append(nn.Linear(4, 4))
    else:
        del other.parts["model"][2]
    before = state(run)
    with pytest.raises(CheckpointError, match="does not fit this run"):
        run.load(other.save(tmp_path / "other.safetensors"))
    assert same(state(run), before)
    run.finish(progress=False)


def test_branches_in_two_threads_share_their_batches_safely():
    batches = Batches(torch.arange(50), seed=0)
    expected = [batches.at(seen, 7).tolist() for seen in range(0, 400, 7)]
    wrong = []

    def read():
        for _ in range(40):
            wrong.extend(seen for i, seen in enumerate(range(0, 400, 7)) if batches.at(seen, 7).tolist() != expected[i])

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=read) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    assert not wrong


def test_numbers_of_numpy_are_numbers_and_huge_ones_are_refused_in_words():
    run = make_run(settings={"batch_size": np.int64(8), "lr": np.float32(0.5)})
    assert run.settings["batch_size"] == 8
    assert type(run.settings["batch_size"]) is int
    assert type(run.settings["lr"]) is float
    for wrong in (10**400, float("inf"), float("nan"), True, np.True_, "8", 1 + 2j):
        with pytest.raises(KnobError, match="must be a number"):
            run.set(batch_size=wrong)
