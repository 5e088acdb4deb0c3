"""`hint`, which helps one step at a time, and `score`, which sums up."""

from __future__ import annotations

from gentutor.exercises.cards import Card, show
from gentutor.exercises.contract import N_HINTS, Exercise, Written
from gentutor.exercises.progress import Entry, entries, lessons_of_this_process, record
from gentutor.exercises.registry import exercises, find_exercise

MEDIA_TYPE = "application/vnd.gentutor.score+json"
HINT_MEDIA_TYPE = "application/vnd.gentutor.hint+json"


def hint(name: str) -> None:
    """Show the next hint of an exercise: a nudge, then the idea, then nearly the answer. Hints cost no points.

    Parameters
    ----------
    name : str
        Name of the exercise's function, such as ``"kl_divergence"``. Questions to answer have no hints.

    Raises
    ------
    ExerciseError
        When there is no such exercise.
    """
    exercise = find_exercise(name)
    name = exercise.name
    if not isinstance(exercise, Exercise):
        sentence = "It is a question to answer, and has no hints: read the section that it is about once more."
        show(Card("note", f"No hints: {name}", [sentence]))
        return
    number = min(hints_used(name) + 1, N_HINTS)
    record("hint", exercise.lesson, exercise=name, number=number)
    more = "Call it again for the next." if number < N_HINTS else "That was the last one."
    payload = {"exercise": name, "number": number, "of": N_HINTS}
    lines = [exercise.hints[number - 1], more]
    show(Card("note", f"Hint {number} of {N_HINTS}: {name}", lines, payload={HINT_MEDIA_TYPE: payload}))


def hints_used(name: str) -> int:
    """Return how many different hints of an exercise were seen in this workspace."""
    return max((int(entry["number"]) for entry in entries("hint") if entry.get("exercise") == name), default=0)


def score(lesson: str | None = None) -> None:
    """Show the points of a lesson so far, with attempts, hints and predictions.

    The last run of each check counts, also where the function was emptied again: so does the grader see it.

    Parameters
    ----------
    lesson : str, optional
        Name of the lesson, such as ``"04_vaes"``; left out, the lesson that runs in this kernel, or all where none
        was checked yet.

    Raises
    ------
    ExerciseError
        When the lesson has no exercises.
    """
    here = lessons_of_this_process()
    lesson = here.pop() if lesson is None and len(here) == 1 else lesson
    attempts: dict[str, list[Entry]] = {}
    for entry in entries("check"):
        attempts.setdefault(str(entry.get("exercise")), []).append(entry)
    rows = [("exercise", "points", "verdict", "attempts", "hints")]
    points, of, by_hand = 0.0, 0, 0
    for exercise in exercises(lesson):
        tries = attempts.get(exercise.name, [])
        of += exercise.points
        if isinstance(exercise, Written):
            by_hand += exercise.points
            rows.append((exercise.name, f"of {exercise.points}", "your teacher marks it", "", ""))
            continue
        earned = float(tries[-1]["points"]) if tries else 0.0
        verdict = str(tries[-1]["verdict"]) if tries else "not attempted"
        # Running the cell of an empty function is no attempt.
        n_tries = sum(entry["verdict"] != "not attempted" for entry in tries)
        n_hints = str(hints_used(exercise.name)) if isinstance(exercise, Exercise) else ""
        rows.append((exercise.name, f"{earned:g} of {exercise.points}", verdict, str(n_tries), n_hints))
        points += earned
    mark = "good" if points + by_hand == of else "open"
    payload = {"lesson": lesson or "", "points": points, "of": of, "by_hand": by_hand}
    headline = f"{points:g} of {of:g} points"
    waiting = [f"{by_hand} of them are for what you write in words, and your teacher gives them."] if by_hand else []
    show(Card(mark, headline, [*waiting, *_predictions(lesson)], rows, {MEDIA_TYPE: payload}))


def _predictions(lesson: str | None) -> list[str]:
    revealed: dict[str, Entry] = {}
    for entry in entries("reveal"):
        if lesson is None or entry["lesson"] in (lesson, ""):  # outside JupyterLab the lesson is not known
            revealed.setdefault(str(entry.get("name")), entry)
    scored = [float(entry["score"]) for entry in revealed.values() if entry.get("score") is not None]
    if not scored:
        return []
    n = len(scored)
    return [f"{n} prediction{'s' if n > 1 else ''} made, on average {sum(scored) / n:.1f} of 10 points for closeness."]
