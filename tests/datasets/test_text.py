"""The bundled prose: complete, cut between paragraphs, rebuilt alike; text cleaning and stop words."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gentutor.datasets import STOP_WORDS, clean_text, load_prose, text, without_stop_words, words
from gentutor.errors import DataDamagedError, DataError

ROOT = Path(__file__).parents[2]
TITLES = (
    "Sense and Sensibility", "Pride and Prejudice", "Mansfield Park", "Emma", "Northanger Abbey", "Persuasion",
)  # fmt: skip
UNPACKED = Path("/usr/lib/R/site-library/janeaustenr")


def test_all_six_novels_are_there_in_three_parts() -> None:
    prose = load_prose()
    assert prose.titles == TITLES
    parts = (prose.train, prose.validation, prose.test)
    assert sum(map(len, parts)) == 4_005_430 - sum(len(title) + 2 for title in TITLES)
    assert len(set("".join(parts))) < 100
    for part, share in zip(parts, (0.90, 0.05, 0.05), strict=True):
        assert len(part) == pytest.approx(share * sum(map(len, parts)), rel=0.1)
        assert part.endswith("\n")
        assert "\f" not in part


def test_no_paragraph_of_any_length_stands_in_two_parts() -> None:
    prose = load_prose()
    kept = [
        {line for line in part.splitlines() if len(line) > 60} for part in (prose.train, prose.validation, prose.test)
    ]
    assert not kept[0] & kept[1]
    assert not kept[0] & kept[2]
    assert not kept[1] & kept[2]


@pytest.mark.parametrize(
    ("title", "begins"),
    [("Pride and Prejudice", "It is a truth universally acknowledged"), ("Emma", "Emma Woodhouse, handsome, clever")],
)
def test_one_novel_begins_as_it_should(title: str, begins: str) -> None:
    prose = load_prose([title])
    assert prose.titles == (title,)
    assert prose.train.splitlines()[1].startswith(begins) or begins in prose.train[:200]
    assert prose.train in load_prose().train


@pytest.mark.parametrize("titles", [["Ulysses"], [], "Emma", ["Emma", "emma"]])
def test_an_unknown_title_is_refused_with_the_known_ones(titles: list[str]) -> None:
    with pytest.raises(DataError, match="Pride and Prejudice"):
        load_prose(titles)


def test_a_file_that_is_no_xz_is_named(tmp_path: Path) -> None:
    path = tmp_path / "prose.txt.xz"
    path.write_bytes(b"no xz at all")
    with pytest.raises(DataDamagedError, match=r"prose\.txt\.xz cannot be unpacked"):
        text._books(text.stamp(path))
    text._books.cache_clear()


def test_the_card_states_each_book_s_length() -> None:
    card = (ROOT / "data" / "prose.md").read_text(encoding="utf-8")
    for title in TITLES:
        book = load_prose([title])
        n = len(book.train + book.validation + book.test)
        assert f"| {title} | 181" in card
        assert f"| {n:,} |" in card
    assert "## Known problems" in card
    assert "## Licence" in card
    assert "prose.md" in (ROOT / "data" / "README.md").read_text(encoding="utf-8")


@pytest.mark.skipif(not UNPACKED.is_dir(), reason="Debian's package r-cran-janeaustenr is not installed")
def test_the_text_is_rebuilt_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("rdata", reason="rdata is not installed")
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    script = importlib.import_module("build_prose")
    manifest = json.loads((ROOT / "data" / "MANIFEST.json").read_text(encoding="utf-8"))
    assert len(script.pack(script.build(Path("/")))) == manifest["prose.txt.xz"]["bytes"]


def test_paragraphs_are_joined_and_editors_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    paragraphs = importlib.import_module("build_prose").paragraphs
    lines = [
        "EMMA",
        "By",
        "Chapter I",
        "",
        "Emma was",
        "clever.",
        "",
        "[End volume one]",
        "",
        "[To her.]",
        "FINIS",
        "Notes",
    ]
    assert paragraphs(lines) == ["Chapter I", "Emma was clever.", "[To her.]"]


@settings(deadline=None)
@given(st.text())
def test_cleaning_twice_is_cleaning_once(raw: str) -> None:
    once = clean_text(raw, lower=True)
    assert clean_text(once, lower=True) == once or "İ" in raw  # one letter whose small form is two characters
    assert "\n" not in once
    assert "  " not in once


def test_stop_words_are_words_and_go() -> None:
    assert all(words(word) == [word] for word in STOP_WORDS)
    kept = without_stop_words(words(load_prose(["Emma"]).validation))
    assert kept
    assert not set(kept) & STOP_WORDS
