"""One feedback page per student: what was right, what differs and by how much, and what helps next.

A page carries all it needs, runs no script and works from a folder without a network. Everything in it that came from a
student is cleaned and escaped in `gentutor.grading.page`.
"""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gentutor.exercises import verdict as kinds
from gentutor.exercises.verdict import Finding, Verdict
from gentutor.grading.forms import CHOICE, EXERCISE, WRITTEN, form_of
from gentutor.grading.page import badge, clean, file_name, number, page, plain, rich, write_page
from gentutor.grading.records import FAULT, GRADED, Result
from gentutor.workspace.lessons import Lesson

_SMALL = 64  # values of an array that are shown
_WALLS = {
    "bubblewrap": "Your code ran shut in (bubblewrap), without a network.",
    "namespaces": "Your code ran shut in (namespaces), without a network.",
    "none": "Your code ran without a wall, as your teacher decided.",
}


def write_feedback(
    folder: Path, result: Result, lesson: Lesson, exercises: Sequence[Any], *, seed: int | None = None
) -> Path:
    """Write the page of one student and return its path.

    Parameters
    ----------
    folder : pathlib.Path
        Where the pages are; it must be there.
    result : Result
        What became of the submission.
    lesson : Lesson
        The lesson.
    exercises : sequence of Exercise, Choice or Written
        The contracts, in the lesson's order.
    seed : int, optional
        The run's secret seed; given, the page shows the inputs on which a check failed.

    Raises
    ------
    GradingError
        When it could not be written.
    """
    path = folder / file_name(result.student)
    write_page(path, feedback_page(result, lesson, exercises, seed=seed))
    return path


def feedback_page(result: Result, lesson: Lesson, exercises: Sequence[Any], *, seed: int | None = None) -> str:
    """Return the page of one student as HTML.

    Parameters
    ----------
    result : Result
        What became of the submission.
    lesson : Lesson
        The lesson.
    exercises : sequence of Exercise, Choice or Written
        The contracts, in the lesson's order.
    seed : int, optional
        The run's secret seed; given, the page shows the inputs on which a check failed.
    """
    contracts = {exercise.name: exercise for exercise in exercises}
    title = f"{lesson.number:02d} · {lesson.title}"
    body = [
        f'<header><p class="soft">{plain(title)}</p><h1>Feedback for {plain(result.student)}</h1></header>',
        f"<main>{_summary(result)}",
        *(_section(verdict, contracts.get(verdict.exercise), seed) for verdict in _to_show(result)),
        f"</main>{_footer(result)}",
    ]
    return page(f"{result.student}: {title}", "\n".join(body))


def _to_show(result: Result) -> tuple[Verdict, ...]:
    return result.verdicts if result.kind == GRADED else ()


def _summary(result: Result) -> str:
    """The first section: points, or why there are none."""
    notes = "".join(f'<p class="note">{rich(note, 1000)}</p>' for note in result.notes)
    if result.kind == FAULT:
        return (
            '<section class="open"><h2>Not graded yet</h2><p>The grader had a fault of its own, which is not yours: '
            f"this is no mark, and costs no points. Your teacher will grade it again.</p>{notes}</section>"
        )
    if result.kind != GRADED:
        return (
            '<section class="bad"><h2><span aria-hidden="true">?</span> Your notebook could not be read</h2>'
            f"<p>{rich(result.message, 2000)}</p><p>Open it in JupyterLab, save it there, and ask your teacher whether "
            f"you may hand it in again.</p><p>{number(result.points)} of {number(result.of)} points.</p>{notes}"
            "</section>"
        )
    share = 100 * result.points / result.of if result.of else 0.0
    waits = ""
    if result.waiting:
        waits = f"<p>{number(result.waiting)} more points wait for your teacher's mark of what you wrote.</p>"
    rows = "".join(
        f'<tr><th scope="row"><a href="#{_anchor(verdict)}">{plain(verdict.exercise)}</a></th>'
        f"<td>{badge(verdict.kind)}</td><td>{_points(verdict)}</td></tr>"
        for verdict in result.verdicts
    )
    return (
        f'<section><h2>Points</h2><p><span class="big">{number(result.points)}</span> of {number(result.of)} points</p>'
        f'<div class="track" aria-hidden="true"><div class="fill" style="width:{share:.1f}%"></div></div>{waits}'
        '<table><thead><tr><th scope="col">Exercise</th><th scope="col">Verdict</th><th scope="col">Points</th></tr>'
        f"</thead><tbody>{rows}</tbody></table>{notes}</section>"
    )


def _section(verdict: Verdict, contract: Any, seed: int | None) -> str:
    """One exercise: verdict, message, what was right, what helps."""
    form = form_of(contract) if contract is not None else EXERCISE
    colour = {kinds.RIGHT: "good", kinds.BY_HAND: "open", kinds.NOT_ATTEMPTED: "open"}.get(verdict.kind, "bad")
    parts = [
        f'<section class="{colour}" id="{_anchor(verdict)}"><div class="head"><h2>{plain(verdict.exercise)}</h2>'
        f"<p>{badge(verdict.kind)} · {_points(verdict)} points</p></div>"
    ]
    if form == CHOICE:
        parts.append(_choice(verdict, contract))
    elif form == WRITTEN:
        parts.append(_written(verdict, contract))
    else:
        if contract is not None:
            parts.append(f'<p class="soft">{rich(contract.task)}</p>')
        if verdict.message:
            parts.append(f"<p>{rich(verdict.message, 4000)}</p>")
        parts += [_checks(verdict, contract), _hint(verdict, contract)]
        if seed is not None and contract is not None:
            parts.append(_inputs(verdict, contract, seed))
    return "".join([*parts, "</section>"])


def _checks(verdict: Verdict, contract: Any) -> str:
    """The table of checks: which were right, which differ and by how much."""
    found = {finding.check: finding for finding in verdict.findings}
    names = [check.name for check in contract.checks] if contract is not None else list(found)
    if not found or verdict.kind == kinds.NOT_ATTEMPTED:
        return ""
    measured = any(finding.kind == kinds.DIFFERS and finding.by is not None for finding in found.values())
    rows = "".join(_check_row(name, found.get(name), verdict, measured) for name in names)
    last = "<th scope='col'>Largest difference</th>" if measured else ""
    return (
        "<h3>What was tried</h3><table><thead><tr><th scope='col'>Tried on</th><th scope='col'>Outcome</th>"
        f"{last}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _check_row(name: str, finding: Finding | None, verdict: Verdict, measured: bool) -> str:
    outcome, message, by = "<span class='soft'>not tried any more</span>", "", ""
    if finding is not None:
        outcome = badge(finding.kind)
        by = _difference(finding.by) if finding.kind == kinds.DIFFERS else ""
        # The message of the exercise says it already, unless this check failed in another way.
        if finding.message and not verdict.misconception and finding.message not in verdict.message:
            message = f"<br><span class='soft'>{rich(finding.message, 1500)}</span>"
    last = f"<td>{by}</td>" if measured else ""
    return f"<tr><th scope='row'>{plain(name)}</th><td>{outcome}{message}</td>{last}</tr>"


def _difference(by: float | None) -> str:
    if by is None:
        return ""
    return f"{by:.3g}" if math.isfinite(by) else "not a finite number"


def _hint(verdict: Verdict, contract: Any) -> str:
    """The first hint, where the message alone may not help."""
    hints = getattr(contract, "hints", ())
    if verdict.right or not hints or verdict.misconception:
        return ""
    name = html.escape(verdict.exercise)
    return (
        f"<h3>What helps next</h3><p><strong>Hint 1 of {len(hints)}.</strong> {rich(hints[0])}</p>"
        f'<p class="soft">In the notebook, <code>hint("{name}")</code> shows this hint, and called again the next.</p>'
    )


def _choice(verdict: Verdict, contract: Any) -> str:
    """A question with its options, the chosen one marked, and the reason that belongs to it."""
    chosen = verdict.answer.strip().lower()
    options = "".join(
        f"<li>{html.escape(letter)}. {rich(text)}{' <strong>(your choice)</strong>' if letter == chosen else ''}</li>"
        for letter, (text, _) in contract.options.items()
    )
    reason = contract.options[chosen][1] if chosen in contract.options else verdict.message
    return f'<p>{rich(contract.question)}</p><ul style="list-style:none">{options}</ul><p>{rich(reason)}</p>'


def _written(verdict: Verdict, contract: Any) -> str:
    """A question, what the student wrote, the rubric, and the teacher's words once they are there."""
    answer = f'<pre dir="auto">{html.escape(clean(verdict.answer))}</pre>' if verdict.answer.strip() else ""
    rubric = "".join(f"<li>{number(points)}: {rich(sentence)}</li>" for points, sentence in contract.rubric)
    said = f"<p>{rich(verdict.message, 4000)}</p>" if verdict.message else ""
    written = f"<h3>What you wrote</h3>{answer}" if answer else "<p>There is no answer.</p>"
    return f"<p>{rich(contract.question)}</p>{written}{said}<h3>What points are given for</h3><ul>{rubric}</ul>"


def _inputs(verdict: Verdict, contract: Any, seed: int) -> str:
    """The arguments of the first check that failed; of large arrays only the shape."""
    failed = {finding.check for finding in verdict.findings if finding.kind != kinds.RIGHT}
    check = next((check for check in contract.checks if check.name in failed), None)
    if check is None or verdict.kind == kinds.NOT_ATTEMPTED:
        return ""
    from gentutor.seeding import generator

    values = check.inputs(generator(seed, contract.name, check.name))
    lines = [f"{name} = {_value(value)}" for name, value in zip(contract.arguments, values, strict=False)]
    shown = html.escape("\n".join(lines))
    return f"<h3>On what it was tried: {plain(check.name)}</h3><pre>{shown}</pre>"


def _value(value: Any) -> str:
    shape = tuple(getattr(value, "shape", ()))
    if math.prod(shape) > _SMALL:
        return f"an array of shape {shape}, too large to show"
    return clean(repr(value), 4000)


def _points(verdict: Verdict) -> str:
    earned = "waiting" if verdict.kind == kinds.BY_HAND else number(verdict.points)
    return f"{earned} of {number(verdict.of)}" if earned != "waiting" else f"waiting, of {number(verdict.of)}"


def _anchor(verdict: Verdict) -> str:
    return html.escape(f"exercise-{verdict.exercise}")


def _footer(result: Result) -> str:
    wall = _WALLS.get(result.wall, "") if result.kind == GRADED else ""
    return f"<footer><p>Handed in as {plain(result.source)}. {wall} Made by gentutor.</p></footer>"
