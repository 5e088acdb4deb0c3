"""Whatever form honest work is handed in, it gets exactly the points that it has earned."""

from __future__ import annotations

import pytest

from gentutor.exercises.contract import Choice, Exercise
from gentutor.grading.records import GRADED, UNREADABLE
from tests.grading.conftest import Bench
from tests.grading.honest import HONEST, Odd
from tests.grading.submissions import as_bytes, names_of_functions, points_of


@pytest.mark.parametrize("odd", HONEST, ids=lambda odd: odd.name)
def test_honest_work_gets_exactly_its_points(best_bench: Bench, odd: Odd) -> None:
    made = odd.make()

    result = best_bench.mark(made if isinstance(made, bytes) else as_bytes(made), odd.extras)

    assert result.kind == (GRADED if odd.readable else UNREADABLE), result
    earned = {v.exercise: v.points for v in result.verdicts if v.exercise in names_of_functions()}
    wanted = {name: float(name in odd.right) + odd.share.get(name, 0.0) for name in names_of_functions()}
    assert earned == pytest.approx({n: s * points_of(Exercise, n) for n, s in wanted.items()}), result.verdicts
    wrong = next((verdict for verdict in result.verdicts if not verdict.right), None)
    assert odd.says in (result.message or (wrong.message if wrong else "")), result


def test_answers_of_every_kind_are_kept(best_bench: Bench) -> None:
    """The solved copy gets all points that need no teacher, and its written answers wait."""
    from tests.grading.submissions import solved

    result = best_bench.mark(as_bytes(solved()))

    assert result.points == points_of(Exercise) + points_of(Choice)
    assert result.waiting == result.of - result.points
