"""The page of a class that shared how the lessons went, and the same numbers as tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from gentutor.exercises.contract import Choice
from gentutor.grading.class_drawing import STYLE, bar, distribution, errors, off_by, told
from gentutor.grading.class_sharing import HELD, MISSED, NEAR, SOLVED, ExerciseView, LessonView, PredictionView
from gentutor.grading.page import REPORT_STYLE, number, page, plain, rich
from gentutor.grading.shared_files import Gathered
from gentutor.grading.small_groups import K
from gentutor.workspace.files import make_folder, write_text
from gentutor.workspace.summary import CODES, known_misconceptions

FILE = "class.html"
_HEADLINES = 5
_WORDS = (("Exercise", ""), ("How far", ""), ("Students", ""))

RULE = (
    f"No number on this page stands for fewer than {K} students: smaller groups are shown together with their "
    f"neighbours, or not at all. Averages and medians are of at least {K}, quartiles of at least {4 * K}."
)


def write_class(out: Path, gathered: Gathered, lessons: Sequence[LessonView]) -> None:
    """Write ``class.html`` whole or not at all.

    Parameters
    ----------
    out : pathlib.Path
        The folder; made where it does not exist.
    gathered : Gathered
        What was read.
    lessons : sequence of LessonView
        The numbers.

    Raises
    ------
    WorkspaceError
        When it could not be written.
    """
    make_folder(out)
    body = [
        '<header><p class="soft">What the class shared</p><h1>How the lessons went</h1></header><main>',
        _overview(gathered, lessons),
        _misunderstood(lessons),
        _calibration(lessons),
        *(_lesson(lesson) for lesson in lessons),
        _left_out(gathered),
        "</main><footer><p>Made by gentutor from files that students agreed to share. It holds no code, and numbers "
        "only of groups.</p></footer>",
    ]
    write_text(out / FILE, page("How the lessons went", "\n".join(body), style=REPORT_STYLE + STYLE))


def label_of(view: ExerciseView, label: str) -> tuple[str, str]:
    """Return what a message is called, and the sentence that a student reads, without its numbers.

    Parameters
    ----------
    view : ExerciseView
        The exercise.
    label : str
        A misconception, a wrong option, or the code of a general diagnosis.
    """
    sentence = known_misconceptions(view.contract).get(label)
    if sentence is None:
        return CODES.get(label, label), ""
    sentence = re.sub(r"\{(\w+)\}", lambda found: "…" if found[1] == "factor" else found[1], sentence)
    return (f"chose “{label}”" if isinstance(view.contract, Choice) else label), sentence


def _overview(gathered: Gathered, lessons: Sequence[LessonView]) -> str:
    n = len(gathered.students)
    tiles = f'<div><dt>students shared</dt><dd class="big">{n if n >= K else f"fewer than {K}"}</dd></div>'
    tiles += f'<div><dt>lessons</dt><dd class="big">{len(lessons)}</dd></div>'
    rows = "".join(
        f"<tr><th scope='row'>{plain(one.steps.lesson[:2])} · {plain(one.steps.title)}</th>"
        f"<td class='num'>{one.n if one.n >= K else f'fewer than {K}'}</td>"
        f"<td class='num'>{'' if one.minutes is None else number(one.minutes)}</td></tr>"
        for one in lessons
    )
    head = "<tr><th scope='col'>Lesson</th><th scope='col' class='num'>Students</th>"
    head += "<th scope='col' class='num'>Minutes, median</th></tr>"
    named = sorted(shared.name for shared in gathered.students if shared.name)
    listed = ", ".join(plain(name, 80) for name in named)
    names = f"<p>With their name, by their own wish: {listed}.</p>" if named else ""
    return (
        f'<section><h2>In numbers</h2><dl class="tiles">{tiles}</dl><table><thead>{head}</thead><tbody>{rows}</tbody>'
        f"</table>{names}<p class='note'>{RULE} Whoever shared may differ from whoever did not.</p></section>"
    )


def _misunderstood(lessons: Sequence[LessonView]) -> str:
    met = [(n, rest, one, view, label) for one in lessons for view in one.exercises for label, n, rest in view.met]
    if not met:
        return f"<section><h2>What was misunderstood</h2><p>No mistake was met by {K} students or more.</p></section>"
    met.sort(key=lambda found: (-found[0] / found[2].n, found[2].steps.lesson, found[4]))
    items = []
    for n, rest, one, view, label in met[:_HEADLINES]:
        name, sentence = label_of(view, label)
        items.append(
            f'<li><p class="headline"><strong>{_of(n, one.n, rest)}</strong> {plain(name)} '
            f"<code>{plain(view.contract.name)}</code></p>{f'<p>{rich(sentence, 1500)}</p>' if sentence else ''}"
            f"<p class='soft'>{plain(one.steps.lesson[:2])} · {plain(one.steps.title)}</p></li>"
        )
    title = "<h2>What was misunderstood most</h2>"
    return f'<section class="open">{title}<ol class="headlines">{"".join(items)}</ol></section>'


def _calibration(lessons: Sequence[LessonView]) -> str:
    views = [view for one in lessons for view in one.predictions if view.error is not None]
    if not views:
        return f"<section><h2>How well the class predicts</h2><p>No prediction was made by {K} or more.</p></section>"
    high = sum((view.error or 0) > NEAR for view in views)
    low = sum((view.error or 0) < -NEAR for view in views)
    scores = [view.score for view in views if view.score is not None]
    said = f"{len(views)} prediction{'s' if len(views) > 1 else ''}: the middle of the class guessed too high in "
    said += f"{high}, too low in {low}, and within {NEAR:.0%} of the range in {len(views) - high - low}. "
    said = said.replace("%", " %") + f"On average {sum(scores) / len(scores):.1f} of 10 points for closeness."
    key = "The dot is the middle guess, the bar holds the middle half of the class (from 20 students on)."
    picture = f"{errors(views)}<p class='soft'>{key}</p>"
    return f"<section><h2>How well the class predicts</h2><p>{said}</p>{_coverage(views)}{picture}</section>"


def _coverage(views: Sequence[PredictionView]) -> str:
    """How many ranges held the result, of those predictions in which both groups are large enough to be told."""
    counts = [dict(view.ranges) for view in views if {label for label, _ in view.ranges} <= {HELD, MISSED}]
    held, missed = (sum(count.get(label, 0) for count in counts) for label in (HELD, MISSED))
    if not held + missed:
        return ""
    share = held / (held + missed)
    meaning = "more sure than it may be" if share < 0.7 else "as sure as it may be"
    meaning = "less sure than it may be" if share > 0.9 else meaning
    told_ = f"{held} of {held + missed} ranges of which students were 80 % sure held the result"
    return f"<p>{told_} ({share:.0%}): ".replace("%)", " %)") + f"the class is {meaning}.</p>"


def _lesson(one: LessonView) -> str:
    title = f"<h2>{plain(one.steps.lesson[:2])} · {plain(one.steps.title)}</h2>"
    if one.n < K:
        return f"<section>{title}<p>Shared by fewer than {K} students: nothing is shown.</p></section>"
    rows = "".join(_exercise_row(view) for view in one.exercises)
    head = "".join(
        f"<th scope='col'{kind}>{text}</th>"
        for text, kind in (*_WORDS, *((text, " class='num'") for text in ("Tries", "Hints", "Minutes")))
    )
    how = "<p class='soft'>Tries, hints and minutes: medians of those who tried. Minutes are estimated from the times "
    how += "between checks; pauses above 20 minutes are left out.</p>"
    table = f"<table class='steps'><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{how}" if rows else ""
    met = "".join(_met(one, view) for view in one.exercises)
    return f"<section>{title}{table}{met}{''.join(map(_prediction, one.predictions))}</section>"


def _exercise_row(view: ExerciseView) -> str:
    numbers = "".join(
        f"<td class='num'>{'' if value is None else number(value)}</td>"
        for value in (view.attempts, view.hints, view.minutes)
    )
    name = f"<th scope='row'><code>{plain(view.contract.name)}</code></th>"
    return f"<tr>{name}<td>{bar(view.groups, SOLVED)}</td><td>{plain(told(view.groups))}</td>{numbers}</tr>"


def _met(one: LessonView, view: ExerciseView) -> str:
    if not view.met and not view.n_rare:
        return ""
    items = ""
    for label, n, rest in view.met:
        name, sentence = label_of(view, label)
        why = f"<p class='soft'>{rich(sentence, 1500)}</p>" if sentence else ""
        items += f"<li><strong>{_of(n, one.n, rest)}</strong> {plain(name)}{why}</li>"
    if view.n_rare:
        items += f"<li class='soft'>Other messages were met by fewer than {K} students each.</li>"
    return f"<h3>Met in <code>{plain(view.contract.name)}</code></h3><ul class='plain'>{items}</ul>"


def _prediction(view: PredictionView) -> str:
    title = f"<h3>Predicted: {plain(view.question.text)}</h3>"
    if not view.n:
        return f"{title}<p class='soft'>Guessed by fewer than {K} students: nothing is shown.</p>"
    axis = view.question.axis
    said = [f"{view.n} guessed, in the middle {axis.text(view.median or 0.0)}"]
    if view.error is not None and view.score is not None:
        said.append(f"that is {off_by(view.error)}; {view.score:.1f} of 10 points for closeness")
    if view.groups:
        said.append(told(view.groups))
    sentences = f"<p>{plain('; '.join(said))}.</p>"
    if view.ranges:
        asked = "Of those who gave a range of which they were 80 % sure: "
        sentences += f"<p>{asked}{plain(told(view.ranges))}. Well-calibrated ranges hold the result 8 times in 10.</p>"
    return f"{title}{distribution(view)}{sentences}"


def _left_out(gathered: Gathered) -> str:
    reasons = Counter(re.sub(r"'[^']*'", "…", reason) for _, reason in gathered.troubles)
    items = [f"{n} file{'s' if n > 1 else ''}: {reason}." for reason, n in reasons.most_common()]
    if gathered.older:
        items.append(f"{gathered.older} older file{'s' if gathered.older > 1 else ''} of the same students.")
    if gathered.unknown:
        items.append(f"{gathered.unknown} entries about what this version of gentutor does not have.")
    if not items:
        return ""
    listed = "".join(f"<li>{plain(item)}</li>" for item in items)
    return f"<section class='bad'><h2>Left out</h2><ul>{listed}</ul></section>"


def _of(n: int, of: int, rest: bool) -> str:
    return f"all but fewer than {K} of {of}" if rest else f"{n} of {of}"
