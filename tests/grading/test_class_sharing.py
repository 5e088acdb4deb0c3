"""The page of a class: right numbers, no group below five, no harm from hostile files, no name but a wished one."""

import csv
import io
import json
import os
import random
import re
import zipfile
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from gentutor import cli
from gentutor.errors import SubmissionsError
from gentutor.grading.class_page import RULE, write_class
from gentutor.grading.class_sharing import view
from gentutor.grading.class_tables import write_tables
from gentutor.grading.collecting import collect
from gentutor.grading.shared_files import Gathered, gather
from gentutor.grading.small_groups import K, bars_of, grouped
from gentutor.workspace.shared import Shared, SharedExercise, SharedLesson, SharedPrediction
from gentutor.workspace.steps import all_steps
from gentutor.workspace.summary import known_misconceptions

LESSON, EXERCISE, GUESS = "04_vaes", "kl_divergence", "kl-at-beta-8"
HOSTILE = "</p><script>alert(1)</script>=cmd()\u202e"


@pytest.fixture(scope="module")
def steps():
    return all_steps()


def student(i: int, lessons: dict[str, SharedLesson] | None = None, **more: str) -> Shared:
    way = SharedExercise(3, True, 1, 10, {"half forgotten": 2})
    plain = {LESSON: SharedLesson(40, {EXERCISE: way}, {GUESS: SharedPrediction(20.0, (18.0, 25.0), 10.0)})}
    when = more.pop("made", "2026-11-20T10:00:00+00:00")
    return Shared(f"{i:016x}", when, plain if lessons is None else lessons, more.get("name", ""))


def put(folder: Path, *students: Shared) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for one in students:
        (folder / f"gentutor-share-{one.pseudonym}.json").write_text(one.to_text())
    return folder


def read(folder: Path, steps) -> Gathered:
    return gather(folder, steps, folder.parent / "scratch")


def vae(students, steps):
    return next(one for one in view(students, steps) if one.steps.lesson == LESSON)


def tried(n: int, attempts: int, right: bool, label: str = "") -> list[Shared]:
    way = SharedExercise(attempts, right, 0, 5, {label: 1} if label else {})
    return [student(i, {LESSON: SharedLesson(5, {EXERCISE: way})}) for i in range(n)]


def of_kl(students, steps):
    return next(one for one in vae(students, steps).exercises if one.contract.name == EXERCISE)


def test_numbers_of_a_class(steps) -> None:
    idle = [student(99, {LESSON: SharedLesson(9)})] * 5
    students = [*tried(12, 2, True), *tried(8, 4, False, "half forgotten"), *idle]
    found = of_kl(students, steps)
    assert found.groups == (("right", 12), ("not right yet", 8), ("not tried", 5))
    assert found.met == (("half forgotten", 8, False),)
    assert (found.attempts, found.hints, found.minutes, found.n_rare) == (2.0, 0.0, 5.0, 0)


def test_calibration_says_how_far_and_which_way(steps) -> None:
    (guess, _) = vae([student(i) for i in range(25)], steps).predictions
    assert (guess.n, guess.median, guess.result) == (25, 20.0, 10.0)
    assert guess.error == pytest.approx(1 / 3)  # of the range 0 to 30
    assert guess.score == pytest.approx(3.3)
    assert guess.groups == (("too high", 25),)
    assert guess.ranges == (("missed it", 25),)
    assert guess.quartiles is not None
    assert vae([student(i) for i in range(19)], steps).predictions[0].quartiles is None


@given(st.lists(st.integers(0, 30), min_size=1, max_size=5))
def test_no_group_is_smaller_than_five_nor_can_be_reckoned(counts: list[int]) -> None:
    groups = grouped([(f"g{i}", n) for i, n in enumerate(counts)])
    assert all(n >= K for _, n in groups)
    assert sum(n for _, n in groups) == (sum(counts) if sum(counts) >= K else 0)
    if all(n == 0 or n >= K for n in counts):
        assert groups == tuple((f"g{i}", n) for i, n in enumerate(counts) if n)


@given(st.lists(st.floats(0, 1), min_size=K, max_size=60))
def test_every_bar_of_a_distribution_stands_for_five(positions: list[float]) -> None:
    bars = bars_of(positions)
    assert all(n >= K for *_, n in bars)
    assert sum(n for *_, n in bars) == len(positions)
    assert all(0 <= start < end <= 1 for start, end, _ in bars)
    assert all(before[1] <= after[0] for before, after in pairwise(bars))


@pytest.mark.parametrize("n", [2, K - 1])
def test_a_class_below_five_shows_nothing(n: int, steps, tmp_path: Path) -> None:
    students = [student(i) for i in range(n)]
    page, tables = written(tmp_path, Gathered(tuple(students)), steps)
    assert "fewer than 5 students: nothing is shown" in page
    assert "half forgotten" not in page
    assert f">{n}<" not in page
    assert all(rows == [] for rows in tables)


def test_messages_and_medians_of_fewer_than_five_are_not_shown(steps) -> None:
    lessons = {LESSON: SharedLesson(5)}
    rare = [*tried(4, 7, False, "half forgotten"), *[student(50 + i, lessons) for i in range(16)]]
    found = of_kl(rare, steps)
    assert (found.met, found.n_rare, found.attempts) == ((), 1, None)
    assert found.groups == (("not tried, all but fewer than 5", 20),)
    nearly = of_kl([*tried(18, 7, False, "half forgotten"), *[student(50 + i, lessons) for i in range(2)]], steps)
    assert nearly.met == (("half forgotten", 18, True),)


class Page(HTMLParser):
    """Collects tags, and what stands in alt texts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def written(out: Path, gathered: Gathered, steps) -> tuple[str, list[list[dict[str, str]]]]:
    lessons = view(gathered.students, steps)
    write_class(out, gathered, lessons)
    write_tables(out, lessons)
    tables = [
        list(csv.DictReader(io.StringIO((out / name).read_text(encoding="utf-8-sig"))))
        for name in ("class_exercises.csv", "class_predictions.csv")
    ]
    return (out / "class.html").read_text(), tables


def test_the_page_is_one_offline_file_whose_pictures_have_words(steps, tmp_path: Path) -> None:
    page, (exercises, predictions) = written(tmp_path, Gathered(tuple(student(i) for i in range(25))), steps)
    assert RULE in page
    tags = Page(page).tags
    assert not {tag for tag, _ in tags} & {"script", "link", "iframe", "object"}
    assert not re.search(r"https?://|url\(", page)
    pictures = [about for tag, about in tags if tag == "svg"]
    assert len(pictures) == 2
    assert all(about["role"] == "img" and len(about["aria-label"] or "") > 40 for about in pictures)
    assert "20 nats" in page
    assert "33 % of the range too high" in page
    assert "prefers-color-scheme: dark" in page
    (row,) = [row for row in exercises if row["exercise"] == EXERCISE]
    assert (row["how_far"], row["met_most"], row["met_by"]) == ("25 right", "half forgotten", "25")
    assert [row["error_median_of_range"] for row in predictions if row["prediction"] == GUESS] == ["0.3333"]


def test_names_stand_there_only_by_wish_and_escaped_and_no_file_name_does(steps, tmp_path: Path) -> None:
    box = tmp_path / "box"
    put(box / "Jane Doe_1234567_assignsubmission_file_", student(1, name=HOSTILE[:80]))
    put(box / "Joe Public_1234568_assignsubmission_file_", *(student(i) for i in range(2, 9)))
    (box / "gentutor-share-Secret Student.json").write_text("{")
    page, _ = written(tmp_path / "out", read(box, steps), steps)
    for name in ("Jane", "Joe", "Secret", "<script", "\u202e", *(f"{i:016x}" for i in range(9))):
        assert name not in page, name
    assert "&lt;script&gt;" in page
    assert "1 file: it is damaged" in page


HOSTILE_FILES = {
    "cut": b'{"kind": "gentutor share", "v": 1,',
    "deep": b"[" * 100_000,
    "huge": b" " * 1_000_000,
    "other": b"{}",
    "old": b'{"kind": "gentutor share", "v": 0}',
    "forged": student(500).to_text().replace('"guess": 20.0', '"guess": 99.0').encode(),
    "binary": os.urandom(999),
}


def test_hostile_files_cost_a_sentence_each_and_nobody_else(steps, tmp_path: Path) -> None:
    box = put(tmp_path / "box", *(student(i) for i in range(6)))
    for name, data in HOSTILE_FILES.items():
        (box / f"gentutor-share-{name}.json").write_bytes(data)
    (box / "notes.json").write_text("[1]")  # none of ours, so no word about it
    (box / "gentutor-share-link.json").symlink_to("/etc/hostname")
    os.mkfifo(box / "gentutor-share-pipe.json")
    (box / "bomb.zip").write_bytes(b"PK\x05\x06")
    found = read(box, steps)
    assert len(found.students) == 6
    told = dict(found.troubles)
    assert told.keys() == {*(f"gentutor-share-{name}.json" for name in HOSTILE_FILES), "bomb.zip",
                           "gentutor-share-link.json", "gentutor-share-pipe.json"}  # fmt: skip
    assert "outside of 0 to 30" in told["gentutor-share-forged.json"]
    assert "256 kB" in told["gentutor-share-huge.json"]
    assert "links are never followed" in told["gentutor-share-link.json"]


def test_unknown_lessons_exercises_and_messages_are_counted_not_shown(steps) -> None:
    way = SharedExercise(1, False, 0, 0, {HOSTILE[:20]: 1})
    lessons = {"99_future": SharedLesson(), LESSON: SharedLesson(1, {EXERCISE: way, "new": way})}
    from gentutor.grading.shared_files import _checked

    known, n = _checked(student(1, lessons), steps)
    assert n == 3
    assert known.lessons == {LESSON: SharedLesson(1, {EXERCISE: replace(way, met={})})}


def test_the_newest_file_counts_lesson_by_lesson(steps, tmp_path: Path) -> None:
    old = student(1, {LESSON: SharedLesson(1), "00_welcome": SharedLesson(2)})
    new = student(1, {LESSON: SharedLesson(9)}, made="2026-11-21T09:00:00+02:00")
    put(tmp_path / "box" / "b", old)
    put(tmp_path / "box" / "a", new)
    found = read(tmp_path / "box", steps)
    (one,) = found.students
    assert (one.lessons[LESSON].minutes, one.lessons["00_welcome"].minutes, found.older) == (9, 2, 1)


def packed(path: Path, members: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize(
    "place",
    [
        "doejane_LATE_1{i}_6789_gentutor-share-{p}-1.json",
        "Jane Doe_12{i}_assignsubmission_file_/gentutor-share-{p}.json",
        "class/s{i}/gentutor-share-{p}.json",
    ],
)
def test_zips_of_canvas_and_moodle_are_read(place: str, steps, tmp_path: Path) -> None:
    texts = {place.format(i=i, p=student(i).pseudonym): student(i).to_text() for i in range(7)}
    assert len(gather(packed(tmp_path / "all.zip", texts), steps, tmp_path / "s").students) == 7
    own = packed(tmp_path / "own.zip", {"gentutor-share-x.json": student(40).to_text()})
    both = packed(tmp_path / "both.zip", {**texts, "s9/mine.zip": own.read_bytes()})
    assert len(gather(both, steps, tmp_path / "t").students) == 8


def test_beside_a_notebook_it_is_no_word_in_grading(tmp_path: Path) -> None:
    put(tmp_path / "box" / "jane", student(1))
    (tmp_path / "box" / "jane" / "04_vaes.ipynb").write_text('{"cells": [], "nbformat": 4}')
    (jane,) = collect(tmp_path / "box", LESSON, scratch=tmp_path / "s")
    assert (jane.notes, jane.extras, jane.trouble) == ((), {}, "")


def test_nothing_shared_is_a_sentence_with_the_next_step(steps, tmp_path: Path) -> None:
    (tmp_path / "box").mkdir()
    with pytest.raises(SubmissionsError, match="with gentutor share"):
        read(tmp_path / "box", steps)
    with pytest.raises(SubmissionsError, match="There is no"):
        read(tmp_path / "none", steps)


def a_class(n: int, steps) -> list[Shared]:
    rng, students = random.Random(0), []
    for i in range(n):
        lessons = {}
        for name, one in steps.items():
            ways = {
                key: SharedExercise(4, rng.random() < 0.7, rng.randint(0, 3), rng.randint(0, 9), {label: 1})
                for key, contract in one.exercises.items()
                for label in [rng.choice([*known_misconceptions(contract), "shape"])]
            }
            guesses = {
                key: SharedPrediction(rng.uniform(asked.axis.low, asked.axis.high), None, asked.axis.high)
                for key, asked in one.predictions.items()
            }
            lessons[name] = SharedLesson(rng.randint(0, 90), ways, guesses)
        students.append(student(i, lessons))
    return students


def test_three_hundred_students_by_the_command(steps, tmp_path: Path) -> None:
    box = put(tmp_path / "box", *a_class(300, steps))
    largest = max(path.stat().st_size for path in box.iterdir())
    assert largest < 40_000
    (box / "gentutor-share-cut.json").write_text("{")
    outcome = CliRunner().invoke(cli.app, ["class", str(box), "--out", str(tmp_path / "out")])
    assert outcome.exit_code == 0, outcome.output
    assert "300 students shared" in outcome.output
    assert "Left out: gentutor-share-cut.json: it is damaged" in outcome.output
    assert json.dumps(sorted(path.name for path in (tmp_path / "out").iterdir())) == (
        '["class.html", "class_exercises.csv", "class_predictions.csv"]'
    )
    page = (tmp_path / "out" / "class.html").read_text()
    counts = [int(n) for n in re.findall(r"<strong>(\d+) of \d+</strong>", page)]
    assert counts
    assert min(counts) >= K
