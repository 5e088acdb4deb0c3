"""Feedback pages: they help, they are pages by the book, and nothing of a student's gets out of its place."""

import re
import time
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from gentutor.exercises.verdict import Finding
from gentutor.grading.feedback import feedback_page, write_feedback
from gentutor.grading.page import clean, file_name, rich
from tests.grading.class_of_fakes import CHOICE, CONTRACTS, LESSON, WRITTEN, class_of, result, verdict

HOSTILE = (
    '<script>alert(1)</script>"onmouseover=alert(1) \x00\x1b[31m\u202egnp.exe\u2066 \ud800 '
    "<img src=x onerror=1> `</code><b>`"
)
VOID = {"meta", "br", "img", "source", "hr"}


class Page(HTMLParser):
    """The elements of a page, with a protest where they are not nested properly."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.text, self.attributes, self.headings = [], [], [], [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.text.append(data)

    @property
    def words(self):
        return " ".join(" ".join(self.text).split())


def shown(one, **values):
    return Page(feedback_page(one, LESSON, CONTRACTS, **values))


def test_a_page_says_what_was_right_what_differs_and_by_how_much():
    kl = CONTRACTS[1]
    wrong = verdict(kl, "differs", "Your `KL` is 16 times too small.")
    page = shown(result("Anna", wrong, verdict(CONTRACTS[2])))
    for words in ("Feedback for Anna", "≠ differs", "✓ right", "3.14", "a batch of four codes", "16 times too small"):
        assert words in page.words
    assert f"{wrong.points + 5:g} of 8 points" in page.words
    assert "Hint 1 of 3. Try it by hand" in page.words
    assert kl.hints[1] not in page.words


def test_a_recognised_misconception_needs_no_hint():
    assert "Hint" not in shown(result("Anna", verdict(CONTRACTS[1], "differs", "Sum.", "mean over latent units"))).words


def test_checks_that_were_not_tried_any_more_are_named():
    page = shown(result("Anna", verdict(CONTRACTS[1], "timed out", "Not finished.")))
    assert "∞ did not finish in time" in page.words
    assert page.words.count("not tried any more") == 2


def test_choices_and_written_answers_have_their_reason_and_rubric():
    wrong = verdict(CHOICE, "differs", "m", answer="a")
    page = shown(result("Anna", wrong, verdict(WRITTEN, "by hand", answer="Two\nlines")))
    assert "They get sharper. (your choice)" in page.words
    assert "leaves less room for detail" in page.words
    assert "Codes must stay near" not in page.words, "the right answer is not given away"
    assert "2 more points wait for your teacher's mark" in page.words
    assert "1: names the pixel-wise loss" in page.words
    marked = replace(verdict(WRITTEN, answer="x"), kind="differs", points=1.0, message="Say why.")
    assert "Say why." in shown(result("Anna", marked)).words


def test_what_was_not_graded_is_said_in_a_sentence():
    fault = shown(result("Anna", kind="fault", message="secret path /home/teacher"))
    assert "this is no mark, and costs no points" in fault.words
    assert "teacher/" not in fault.words
    assert "/home" not in fault.words
    assert "At line 3" in shown(result("Anna", kind="unreadable", message="At line 3 its JSON ends.")).words


@pytest.mark.parametrize("field", ["student", "source", "message", "answer", "finding", "note", "unreadable"])
def test_hostile_text_stays_text(field):
    kl = replace(
        verdict(CONTRACTS[1], "raised", HOSTILE if field == "message" else "m"),
        findings=(Finding("a batch of four codes", "raised", "raised", HOSTILE if field == "finding" else "m"),),
    )
    written = verdict(WRITTEN, "by hand", answer=HOSTILE if field == "answer" else "a")
    one = replace(result("Anna", kl, written), notes=(HOSTILE if field == "note" else "n",))
    if field in ("student", "source"):
        one = replace(one, **{field: HOSTILE})
    if field == "unreadable":
        one = result("Anna", kind="unreadable", message=HOSTILE)
    text = feedback_page(one, LESSON, CONTRACTS)
    page = Page(text)
    assert not {"script", "img", "b"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert "<script>alert(1)</script>" in "".join(page.text)
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", text)
    text.encode("utf-8")


def test_a_megabyte_is_cut_with_a_sentence():
    started = time.perf_counter()
    long = result("Anna", verdict(WRITTEN, "by hand", answer="<" * 1_000_000))
    text = feedback_page(long, LESSON, CONTRACTS)
    assert len(text) < 150_000
    assert "the first 20,000 of 1,000,000 characters are shown" in text
    assert time.perf_counter() - started < 5


def test_the_page_is_made_by_the_book():
    for one in class_of(30):
        text = feedback_page(one, LESSON, CONTRACTS)
        page = Page(text)
        assert text.startswith('<!DOCTYPE html>\n<html lang="en">')
        assert "default-src 'none'" in text
        assert page.tags.count("main") == page.tags.count("h1") == page.tags.count("header") == 1
        assert page.headings[0] == 1
        assert all(after - before <= 1 for before, after in zip(page.headings, page.headings[1:], strict=False))
        ids = [value for name, value in page.attributes if name == "id"]
        assert len(ids) == len(set(ids))
        targets = {value[1:] for name, value in page.attributes if name == "href"}
        assert targets <= set(ids)
        assert not [value for name, value in page.attributes if name in ("src", "srcset")]


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_every_ink_has_enough_contrast_in_light_and_dark():
    text = feedback_page(result("Anna"), LESSON, CONTRACTS)
    for block in re.findall(r":root \{(.*?)\}", text, re.DOTALL):
        colours = {
            name: value if len(value) == 7 else "#" + "".join(2 * c for c in value[1:])
            for name, value in re.findall(r"--(\w+): (#[0-9a-f]{3,6})", block)
        }
        for ink in ("ink", "soft", "good", "bad", "open"):
            for ground in ("back", "card"):
                one, two = sorted((luminance(colours[ink]), luminance(colours[ground])))
                assert (two + 0.05) / (one + 0.05) >= 4.5, (ink, ground, colours)


def test_hidden_inputs_are_shown_only_when_asked():
    wrong = result("Anna", verdict(CONTRACTS[1], "differs", "It differs."))
    assert "On what it was tried" not in shown(wrong).words
    page = shown(wrong, seed=7)
    assert "On what it was tried: a batch of four codes" in page.words
    assert "mu = tensor(" in page.words
    assert page.words != shown(wrong, seed=8).words
    big = shown(result("Anna", verdict(CONTRACTS[2], "differs", "It differs.")), seed=7)
    assert "too large to show" in big.words
    assert "On what" not in shown(result("Anna"), seed=7).words


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a/b", "..", "", ".hidden", "x" * 500, "é" * 150, "a\x00b", "con\n"]
)
def test_no_name_leaves_the_folder(name, tmp_path):
    path = write_feedback(tmp_path, replace(result(), student=name), LESSON, CONTRACTS)
    assert path.parent == tmp_path
    assert path.is_file()
    assert file_name(name) != file_name(name + "_")


def test_plain_names_keep_their_name():
    assert file_name("Anna Öberg") == "Anna Öberg.html"


def test_backquotes_become_code_after_escaping():
    assert rich("use `a<b` now") == "use <code>a&lt;b</code> now"
    assert clean("a\tb\r\nc\rd\x7f") == "a\tb\nc\nd"
