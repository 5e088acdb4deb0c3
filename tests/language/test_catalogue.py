"""What is looked up at run time: sentences with numbers, lists, strangers; and which language a process speaks."""

from pathlib import Path

import pytest

from gentutor.exercises import claim, hint, predict
from gentutor.exercises.cards import Card, in_language
from gentutor.knobs import lesson_knobs
from gentutor.language import VARIABLE, language, languages, remember, remembered, translate
from gentutor.plots import show_curves
from gentutor.widgets.frames import Frame, as_frame


@pytest.fixture
def german(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "de")


def test_english_is_the_rule_and_says_what_it_is_given() -> None:
    assert languages() == ["en", "de"]
    assert language() == "en"
    assert translate("Every check passed.") == "Every check passed."


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize(
    ("english", "said"),
    [
        ("Every check passed.", "Alle Prüfungen bestanden."),
        ("agreement 99.6%; with 8 points 93.0%", "Übereinstimmung 99.6%; mit 8 Punkten 93.0%"),
        ("Right: encode · 2 of 2 points", "Richtig: encode · Punkte: 2 von 2"),
        ("Tried on a small network, a larger one. The lesson goes on with your function.",
         "Ausprobiert mit einem kleinen Netz, einem größeren. Die Lektion geht mit deiner Funktion weiter."),
        ("Nobody has ever said this.", "Nobody has ever said this."),
        ("The letters of other lessons are of no concern, and 3 of 4 stay.",
         "The letters of other lessons are of no concern, and 3 of 4 stay."),
        ("What it returned is 3; wanted is 4.", "Was sie zurückgegeben hat, ist 3; verlangt: 4."),
        ("", ""),
        ("  Every value is 0. ", "  Jeder Wert ist 0. "),
        ("It is not so. Every value is 0.", "It is not so. Jeder Wert ist 0."),
        ('"a", "b" or "c"', '"a", "b" oder "c"'),
    ],
)  # fmt: skip
def test_a_sentence_is_translated_with_its_numbers_or_left_alone(english: str, said: str) -> None:
    assert translate(english) == said


@pytest.mark.usefixtures("german")
def test_what_a_student_sees_is_german(capsys: pytest.CaptureFixture[str]) -> None:
    claim("A longer memory copies more", True, "2 letters 0%, 4 letters 19%")
    hint("training_flops")
    predict("years", "How many years would one core of your computer train GPT-3?", low=1, high=1e7, unit="years")
    said = capsys.readouterr().out
    assert "✓ Ein längeres Gedächtnis schreibt mehr ab (2 Buchstaben 0%, 4 Buchstaben 19%)" in said
    assert "Hinweis 1 von 3: training_flops" in said
    assert "Beginne mit einem Gewicht" in said
    assert "○ Was glaubst du? Wie viele Jahre" in said
    knob = lesson_knobs("01_data")["noise"].describe()
    assert (knob["name"], knob["unit"]) == ("noise", "der vollen Helligkeit")
    frame = as_frame(Frame(curves={"the page": [1, 2]}, x_name="merges", y_name="tokens", caption="2 tokens: a|b"))
    assert (list(frame.lines()), frame.x_name, frame.caption) == (["die Seite"], "Verbindungen", "2 Token: a|b")
    picture = show_curves({"copied": ([1], [2])}, x_label="merges", y_label="tokens", alt="Nobody knows")
    assert (picture.figure.axes[0].get_xlabel(), picture.alt) == ("Verbindungen", "Nobody knows")


@pytest.mark.usefixtures("german")
def test_programs_still_read_english() -> None:
    payload = {"application/x": {"verdict": "right", "message": "Every check passed."}}
    card = in_language(Card("good", "Right: f · 1 of 1 point", ["Every check passed."], payload=payload))
    assert card.payload == payload
    assert card.lines == ["Alle Prüfungen bestanden."]


def test_a_workspace_remembers_its_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".gentutor").mkdir()
    (tmp_path / "deep").mkdir()
    monkeypatch.chdir(tmp_path / "deep")
    assert language() == remembered() == "en"
    remember(tmp_path, "de")
    assert language() == "de"
    monkeypatch.setenv(VARIABLE, "en")
    assert language() == "en"
    monkeypatch.setenv(VARIABLE, "kl")
    assert language() == "de", "one that gentutor does not have counts for nothing"
    (tmp_path / ".gentutor" / "language").write_text("klingon")
    assert language() == "en"
