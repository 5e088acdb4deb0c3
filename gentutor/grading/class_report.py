"""The class report: what was misunderstood, by how many and by whom, so that the next lesson can begin there."""

from __future__ import annotations

import html
import re
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gentutor.errors import GradingError
from gentutor.exercises import verdict as kinds
from gentutor.exercises.verdict import Verdict
from gentutor.grading.class_counts import Misread, check_rows, misread, students_with, verdicts_on
from gentutor.grading.forms import CHOICE, EXERCISE, form_of
from gentutor.grading.page import REPORT_STYLE, badge, file_name, number, page, plain, rich, write_page
from gentutor.grading.records import FAULT, GRADED, UNREADABLE, Result
from gentutor.grading.report_picture import draw, picture_html
from gentutor.workspace.files import write_failure
from gentutor.workspace.lessons import Lesson

FILE, PICTURE = "report.html", "report.png"
_HEADLINES = 3

_WALLS = {
    "bubblewrap": "bubblewrap: each submission shut in, without a network, files of others or a way out",
    "namespaces": "namespaces with Landlock: each submission shut in, without a network or files of others",
    "none": "none: the code of the submissions ran with your rights, because --trust was given",
}


def write_report(
    out: Path,
    lesson: Lesson,
    exercises: Sequence[Any],
    results: Sequence[Result],
    *,
    wall: str,
    limits: Mapping[str, Any],
    seconds: float,
    notes: Sequence[str] = (),
) -> None:
    """Write ``report.html`` and ``report.png``.

    Parameters
    ----------
    out : pathlib.Path
        The folder of the results.
    lesson : Lesson
        The lesson.
    exercises : sequence of Exercise, Choice or Written
        The contracts, in the lesson's order.
    results : sequence of Result
        What became of each submission.
    wall : str
        Behind which wall the code ran.
    limits : mapping
        Limits under which it ran, as words and values.
    seconds : float
        How long grading took.
    notes : sequence of str
        What else the teacher should know.

    Raises
    ------
    GradingError
        When it could not be written.
    """
    graded = [result for result in results if result.kind == GRADED]
    picture = ""
    if graded:
        rows, points = check_rows(graded, exercises), [result.points for result in graded]
        of = float(sum(exercise.points for exercise in exercises))
        png = draw(rows, points, of)
        try:
            (out / PICTURE).write_bytes(png)
        except OSError as error:
            raise GradingError(f"{write_failure(out / PICTURE, error)} The marks are safe.") from error
        picture = f"<section><h2>The class at a glance</h2>{picture_html(rows, points, of, png)}</section>"
    body = [
        f'<header><p class="soft">Class report</p><h1>{lesson.number:02d} · {plain(lesson.title)}</h1></header><main>',
        _misread_section(misread(graded), len(graded)),
        _numbers(results, graded),
        picture,
        *(_exercise(exercise, graded) for exercise in exercises),
        _troubles(results, notes),
        _students(results),
        _how(wall, limits, seconds, len(results)),
        "</main><footer><p>Made by gentutor. The marks are in grades.csv, a page for each student in feedback.</p>"
        "</footer>",
    ]
    write_page(out / FILE, page(f"Class report: {lesson.title}", "\n".join(body), style=REPORT_STYLE))


def _misread_section(found: Sequence[Misread], n: int) -> str:
    """What a teacher wants to know first."""
    if not found:
        return "<section><h2>What was misunderstood</h2><p>No misconception was recognised.</p></section>"
    items = "".join(
        f'<li><p class="headline"><strong>{len(one.students)} of {n}</strong> {plain(one.name)} '
        f"<code>{html.escape(one.exercise)}</code></p>{_share(len(one.students), n)}"
        f"<p>{rich(one.message, 1500)}</p>{_who(one.students)}</li>"
        for one in found[:_HEADLINES]
    )
    return f'<section class="open"><h2>What was misunderstood most</h2><ol class="headlines">{items}</ol></section>'


def _numbers(results: Sequence[Result], graded: Sequence[Result]) -> str:
    """The counts and averages of the class."""
    points, of = [result.points for result in graded], max((result.of for result in graded), default=0.0)
    waiting = sum(verdict.kind == kinds.BY_HAND for result in results for verdict in result.verdicts)
    tiles = [("handed in", str(len(results))), ("graded", str(len(graded)))]
    if points:
        tiles.append((f"mean points, of {number(of)}", f"{statistics.fmean(points):.1f}"))
        tiles.append(("median", f"{statistics.median(points):.1f}"))
    tiles.append(("answers wait for your mark", str(waiting)))
    for kind, words in ((UNREADABLE, "unreadable"), (FAULT, "without a mark (fault)")):
        count = sum(result.kind == kind for result in results)
        if count:
            tiles.append((words, str(count)))
    shown = "".join(f'<div><dt>{html.escape(words)}</dt><dd class="big">{value}</dd></div>' for words, value in tiles)
    hint = ""
    if waiting:
        hint = "<p>Put your marks into <code>written.csv</code>, then run the command again with "
        hint += "<code>--resume</code>. Until then the points above are those without them.</p>"
    return f'<section><h2>In numbers</h2><dl class="tiles">{shown}</dl>{hint}</section>'


def _exercise(exercise: Any, graded: Sequence[Result]) -> str:
    """One exercise: shares, misconceptions with who, choices by letter."""
    verdicts = verdicts_on(graded, exercise.name)
    counts = Counter(verdict.kind for verdict in verdicts)
    n, right = len(verdicts), counts[kinds.RIGHT]
    shares = "".join(
        f"<tr><th scope='row'>{badge(kind)}</th><td class='num'>{counts[kind]}</td><td>{_share(counts[kind], n)}</td>"
        f"<td>{_who(students_with(graded, exercise.name, kind)) if kind != kinds.RIGHT else ''}</td></tr>"
        for kind in kinds.KINDS
        if counts[kind]
    )
    head = "<tr><th scope='col'>Verdict</th><th scope='col' class='num'>Students</th><th scope='col'>Share</th>"
    parts = [
        f"<section><div class='head'><h2>{plain(exercise.name)}</h2><p>{right} of {n} right · "
        f"{number(exercise.points)} point{'' if exercise.points == 1 else 's'}</p></div>",
        f"<table class='shares'><thead>{head}<th scope='col'>Who</th></tr></thead><tbody>{shares}</tbody></table>",
    ]
    if form_of(exercise) == CHOICE:
        parts.append(_choices(exercise, graded))
    found = [one for one in misread(graded) if one.exercise == exercise.name]
    if found and form_of(exercise) == EXERCISE:
        items = "".join(
            f"<li><strong>{len(one.students)}</strong> {plain(one.name)}"
            f"<p class='soft'>{rich(one.message, 1500)}</p>{_who(one.students)}</li>"
            for one in found
        )
        parts.append(f"<h3>Misconceptions</h3><ul class='plain'>{items}</ul>")
    others = Counter(_kind_of_message(verdict) for verdict in verdicts if _unexplained(verdict))
    if others:
        items = "".join(f"<li><strong>{count}</strong> {rich(text, 300)}</li>" for text, count in others.most_common(8))
        parts.append(f"<h3>Other messages</h3><ul class='plain'>{items}</ul>")
    return "".join([*parts, "</section>"])


def _unexplained(verdict: Verdict) -> bool:
    wrong = (kinds.DIFFERS, kinds.RAISED, kinds.DIED)
    return verdict.kind in wrong and not verdict.misconception and not verdict.answer and bool(verdict.message)


def _kind_of_message(verdict: Verdict) -> str:
    """The message without its numbers, so that equal mistakes are counted together."""
    return re.sub(r"\d+(?:\.\d+)?(?:e-?\d+)?", "…", verdict.message[:300])


def _choices(choice: Any, graded: Sequence[Result]) -> str:
    """How many chose which option."""
    chosen = Counter(verdict.answer.strip().lower() for verdict in verdicts_on(graded, choice.name))
    n = sum(chosen.values())
    rows = []
    for letter, (text, _) in choice.options.items():
        mark = ' <span class="good"><span aria-hidden="true">✓</span> right</span>' if letter == choice.right else ""
        rows.append(
            f"<tr><th scope='row'>{html.escape(letter)}. {rich(text)}{mark}</th>"
            f"<td class='num'>{chosen[letter]}</td><td>{_share(chosen[letter], n)}</td></tr>"
        )
    head = "<tr><th scope='col'>Option</th><th scope='col' class='num'>Students</th><th scope='col'>Share</th></tr>"
    table = f"<table class='shares'><thead>{head}</thead><tbody>{''.join(rows)}</tbody></table>"
    return f"<h3>What was chosen</h3><p>{rich(choice.question)}</p>{table}"


def _troubles(results: Sequence[Result], notes: Sequence[str]) -> str:
    """What could not be read or graded, and why; and what the teacher should know."""
    rows = [(result, result.message) for result in results if result.kind != GRADED]
    rows += [(result, note) for result in results for note in result.notes]
    if not rows and not notes:
        return ""
    general = "".join(f"<li>{rich(note, 2000)}</li>" for note in notes)
    words = {UNREADABLE: "unreadable, no points: ", FAULT: "fault of the grader, no mark: "}
    items = "".join(
        f"<li><strong>{plain(result.student)}</strong> "
        f"{words.get(result.kind, '') if text == result.message else ''}{rich(text, 1000)}</li>"
        for result, text in rows
    )
    return f"<section class='bad'><h2>Worth a look</h2><ul>{general}{items}</ul></section>"


def _students(results: Sequence[Result]) -> str:
    """The list of students with their pages."""
    rows = []
    for result in sorted(results, key=lambda result: result.student):
        mark = "no mark" if result.kind == FAULT else f"{number(result.points)} of {number(result.of)}"
        waits = f" (+ {number(result.waiting)} waiting)" if result.waiting else ""
        link = html.escape("feedback/" + _quoted(file_name(result.student)))
        rows.append(
            f"<tr><th scope='row'><a href='{link}'>{plain(result.student)}</a></th><td>{html.escape(result.kind)}</td>"
            f"<td>{mark}{waits}</td></tr>"
        )
    head = "<tr><th scope='col'>Student</th><th scope='col'>Result</th><th scope='col'>Points</th></tr>"
    return (
        f"<section><h2>Students</h2><details><summary>{len(rows)} students, with their feedback pages</summary>"
        f"<table><thead>{head}</thead><tbody>{''.join(rows)}</tbody></table></details></section>"
    )


def _how(wall: str, limits: Mapping[str, Any], seconds: float, n: int) -> str:
    """Wall, limits, time."""
    each = f", {seconds / n:.2f} s each" if n else ""
    pairs = [
        ("Wall", "; ".join(_WALLS.get(one, one) for one in wall.split(", "))),
        *((str(key), str(value)) for key, value in limits.items()),
    ]
    pairs.append(("Time", f"{seconds:.1f} s for {n} submissions{each}"))
    listed = "".join(f"<div><dt>{plain(key)}</dt><dd>{plain(value)}</dd></div>" for key, value in pairs)
    return f"<section><h2>How it was graded</h2><dl class='pairs'>{listed}</dl></section>"


def _share(count: int, n: int) -> str:
    width = 100 * count / n if n else 0
    return f'<div class="track" aria-hidden="true"><div class="fill" style="width:{width:.1f}%"></div></div>'


def _who(students: Sequence[str]) -> str:
    return f"<details><summary>who</summary><p>{', '.join(plain(name) for name in students)}</p></details>"


def _quoted(name: str) -> str:
    from urllib.parse import quote

    return quote(name)
