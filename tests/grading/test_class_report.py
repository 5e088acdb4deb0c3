"""The class report: it counts what was misunderstood, and says it where a teacher looks first."""

import io

from PIL import Image

from gentutor.grading.class_report import write_report
from gentutor.grading.report_picture import alt_text, draw
from tests.grading.class_of_fakes import CHOICE, CONTRACTS, LESSON, class_of, result, verdict
from tests.grading.test_class_counts import averaged
from tests.grading.test_feedback import HOSTILE, Page


def report(out, results, **values):
    values = {"wall": "bubblewrap", "limits": {"Memory": "1 GB"}, "seconds": 9.6, **values}
    write_report(out, LESSON, CONTRACTS, results, **values)
    return Page((out / "report.html").read_text(encoding="utf-8"))


def test_the_first_thing_said_is_how_many_had_which_misconception(tmp_path):
    page = report(tmp_path, averaged(18, 12))
    assert "18 of 30 mean over latent units kl_divergence" in page.words
    assert page.words.index("18 of 30") < page.words.index("In numbers")
    assert "s00, s01" in page.words


def test_choices_faults_unreadable_waiting_wall_and_time_are_told(tmp_path):
    results = class_of(40)
    page = report(tmp_path, results, wall="none", notes=["The lesson changed."])
    chosen = sum(v.answer == "b" for one in results for v in one.verdicts if v.exercise == CHOICE.name)
    assert f"✓ right {chosen}" in page.words
    for words in (
        "40 handed in", "1 unreadable", "1 without a mark (fault)", "The zygote ended twice", "its JSON ends",
        "The lesson changed.", "because --trust was given", "9.6 s for 40 submissions, 0.24 s each", "Memory 1 GB",
    ):  # fmt: skip
        number, _, rest = words.partition(" ")
        assert words in page.words or f"{rest} {number}" in page.words, words
    assert page.tags.count("main") == page.tags.count("h1") == 1
    assert all(after - before <= 1 for before, after in zip(page.headings, page.headings[1:], strict=False))


def test_the_picture_is_told_in_words_and_drawn_in_four_ways(tmp_path):
    page = report(tmp_path, averaged(3, 2))
    (alt,) = [value for name, value in page.attributes if name == "alt"]
    assert "kl_divergence: a batch of four codes: 2 right, 3 differs." in alt
    sources = [value for name, value in page.attributes if name in ("src", "srcset")]
    assert len(set(sources)) == 4
    assert all(value.startswith("data:image/png;base64,") for value in sources)
    assert Image.open(io.BytesIO((tmp_path / "report.png").read_bytes())).width > 800


def test_pictures_of_odd_classes_are_drawn():
    for rows, points in (
        ([(r"$a_b$ \frac $", {"right": 1})], [0.0]),
        ([(f"check {i}", {"died": i}) for i in range(1, 30)], [3.0, 3.0]),
    ):
        assert Image.open(io.BytesIO(draw(rows, points, 3.0, narrow=True))).height > 100
        assert alt_text(rows, points, 3.0)


def test_a_class_without_a_mark_still_has_a_report(tmp_path):
    assert "No misconception was recognised." in report(tmp_path, []).words
    page = report(tmp_path, [result("a", kind="fault", message="Boom.")])
    assert "fault of the grader, no mark: Boom." in page.words


def test_hostile_text_stays_text(tmp_path):
    wrong = verdict(CONTRACTS[1], "raised", HOSTILE)
    known = verdict(CONTRACTS[1], "differs", HOSTILE, "sign")
    results = [
        result(HOSTILE, wrong, notes=(HOSTILE,)),
        result("b", known),
        result("c", kind="unreadable", message=HOSTILE),
        result("d", verdict(CHOICE, "differs", HOSTILE, answer=HOSTILE)),
    ]
    page = report(tmp_path, results, notes=[HOSTILE])
    assert not {"script", "b"} & set(page.tags)
    assert page.tags.count("img") == 1
    assert not [name for name, _ in page.attributes if name.startswith("on")]
