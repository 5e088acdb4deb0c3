"""No attack gains a point, costs one that was earned, harms a neighbour, or leaves anything behind."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from gentutor.exercises.contract import Exercise, Written
from gentutor.grading.records import GRADED, Result
from gentutor.workspace.lessons import find_lesson
from tests.grading.attacks import ATTACKS, LATE, Attack
from tests.grading.conftest import Bench
from tests.grading.submissions import LESSON, as_bytes, filled, points_of

_REPOSITORY = Path(__file__).parents[2]
_OWN_DEADLINE = 2.5  # seconds of the one check that runs into it, and what ending the child may take
_OTHERWISE = 6.0  # everything else that an attack makes the grader do, on a busy machine
_ALL_BUT_KL = points_of(object) - points_of(Written) - points_of(Exercise, "kl_divergence")


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_attack_gains_nothing_and_harms_nobody(bench: Bench, attack: Attack) -> None:
    neighbour = as_bytes(filled())
    bench.write(neighbour, student="neighbour")

    started = time.monotonic()
    result = bench.mark(_content(bench, attack, attack.code), _extras(attack), student="mallory")
    seconds = time.monotonic() - started

    assert result.kind == GRADED, result.message
    verdicts = {verdict.exercise: verdict for verdict in result.verdicts}
    assert (verdicts["kl_divergence"].points, verdicts["kl_divergence"].right) == (0, False), verdicts["kl_divergence"]
    assert verdicts["kl_divergence"].kind in attack.kinds, verdicts["kl_divergence"]
    _assert_nothing_leaked(result)
    earned = {name: verdict.points for name, verdict in verdicts.items()}
    assert result.points == _ALL_BUT_KL, f"points that were earned are lost: {earned}, {verdicts}"
    assert seconds < (_OWN_DEADLINE if LATE in attack.kinds else 0) + _OTHERWISE

    if attack.after:
        _assert_nothing_leaked(bench.mark(_content(bench, attack, attack.after), student="friend"))
    assert (bench.folder / "neighbour" / f"{LESSON}.ipynb").read_bytes() == neighbour
    assert bench.mark(neighbour, student="neighbour").points == _ALL_BUT_KL + points_of(Exercise, "kl_divergence")
    assert not bench.left_over(), "a process was left behind"


def _content(bench: Bench, attack: Attack, code: str | None) -> bytes:
    """The notebook of an attack, with the paths of this machine filled in."""
    if code is not None:
        places = {
            "@REPO@": str(_REPOSITORY), "@HOME@": str(Path.home()), "@MASTER@": str(find_lesson(LESSON).path),
            "@NEIGHBOUR@": str(bench.folder / "neighbour" / f"{LESSON}.ipynb"), "@OUTSIDE@": str(bench.folder),
        }  # fmt: skip
        for name, path in places.items():
            code = code.replace(name, path)
    notebook = filled(kl_divergence=code)
    if attack.change:
        attack.change(notebook)
    return as_bytes(notebook)


def _extras(attack: Attack) -> dict[str, bytes]:
    return {name: text.encode() for name, text in attack.extras.items()}


def _assert_nothing_leaked(result: Result) -> None:
    for verdict in result.verdicts:
        said = " ".join([verdict.message, verdict.answer, *(finding.message for finding in verdict.findings)])
        assert "LOOT" not in said, said
        assert len(said) < 8_000, len(said)
        assert all(c.isprintable() or c == "\n" for c in said), ascii(said)
