"""A hundred wild moves on a live panel: every one is taken or refused in words, and the run can always go on."""

import math
import random

import pytest

from gentutor.training import background
from gentutor.training.state import same
from tests.widgets.test_live import Page, make_run, open_panel, trainers, view  # noqa: F401  (a fixture)

N_MOVES = 100
WILD = (0, -1, 1e-6, 1e6, 1e300, math.nan, math.inf, -math.inf, None, "fast", [], {}, True, 1e-400, "0.01")


def wild_move(rng: random.Random) -> tuple[str, dict[str, object]]:
    kind = rng.choices(
        ("set", "rewind", "branch", "choose", "step", "play", "pause", "stop", "heal", "nonsense"),
        weights=(60, 10, 5, 5, 5, 5, 3, 2, 5, 1),
    )[0]
    if kind == "set":
        name = rng.choice(("lr", "lr", "batch_size", "width", "beta"))
        value = rng.choice(WILD) if rng.random() < 0.5 else 10 ** rng.uniform(-6, 6)
        return kind, {"name": name, "value": value, "n": rng.randint(0, 9)}
    if kind == "rewind":
        return kind, {"step": rng.choice((-5, 0, 3, 10**9))}
    return kind, {"run": rng.choice((-1, 0, 1, 99))} if kind == "choose" else {}


@pytest.mark.parametrize("seed", range(4))
def test_a_hundred_wild_moves_leave_a_run_that_can_be_finished(open_panel, seed: int, capsys) -> None:  # noqa: F811
    rng = random.Random(seed)
    run = make_run(400)
    page: Page = open_panel(run, knobs=("lr", "batch_size"), view=view)
    page.move("play")
    page.wait(lambda: run.position > 5)
    for _ in range(N_MOVES):
        kind, content = wild_move(rng)
        page.move(kind, **content)
        assert len(trainers()) <= 1
        settings = page.panel.steering.run.settings
        assert 1e-6 <= settings["lr"] <= 1e6
        assert settings["batch_size"] in range(1, 65)
    page.move("pause")
    answers = [content for content, _ in page.got if content["kind"] == "ack"]
    assert answers, "moves with a number are answered"
    assert all(isinstance(content["words"], str) and content["words"] for content, _ in page.frames())
    assert trainers() == []
    first = make_run(400)
    for _ in range(3):
        first.step()
    run.rewind(0)
    for _ in range(3):
        run.step()
    assert same(first.parts["model"].state_dict(), run.parts["model"].state_dict()), "its history is what it was"
    finished = page.panel.finish(progress=False)
    assert finished.position == finished.steps
    assert not finished.trouble
    assert all(map(math.isfinite, finished.curve("loss")[1].tolist()[-5:]))
    background.stop()
