import re

import pytest
import torch

from gentutor.errors import ExerciseError
from gentutor.exercises import predict, reveal, score
from gentutor.exercises import progress as stored
from gentutor.exercises.number_line import Axis, number_line
from gentutor.exercises.predictions import closeness

KIND = "application/vnd.gentutor.prediction+json"


def ask(guess=None, **changes):
    predict("kl", "How large is the KL?", **({"low": 0, "high": 50, "unit": "nats", "guess": guess} | changes))


def test_guess_then_measurement(shown):
    ask(20)
    reveal("kl", torch.tensor(25.0))
    assert shown[0].payload[KIND] == {"name": "kl", "stage": "predicted", "guess": 20.0}
    assert shown[1].payload[KIND] == {"name": "kl", "stage": "revealed", "guess": 20.0, "measured": 25.0, "score": 8.0}
    assert "close" in shown[1].lines[1]
    assert "8 of 10 points" in shown[1].lines[1]
    assert [entry["kind"] for entry in stored.entries()] == ["prediction", "reveal"]


def test_no_guess_is_friendly(shown):
    ask()
    reveal("kl", 25.0)
    assert "`guess=25`" in shown[0].lines[-1]
    assert shown[1].payload[KIND]["score"] is None
    assert "your guess" not in shown[1].picture


def test_one_of_two_things_is_asked_for_as_such(shown):
    ask(low=1, high=2, unit="")
    assert shown[0].lines[-1] == "Write `guess=1` or `guess=2` in this cell, and run it again."


@pytest.mark.parametrize(
    ("guess", "words"),
    [("many", "'many' is not"), (51, "outside"), (-1, "outside"), (float("nan"), "outside"), ([1], "must be a number")],
)
def test_a_useless_guess_costs_a_sentence(shown, guess, words):
    ask(guess)
    assert words in shown[0].lines[0]
    assert stored.entries("prediction") == []


def test_a_text_that_is_a_number_is_taken(shown):
    ask("7.5")
    assert stored.entries("prediction")[0]["guess"] == 7.5


def test_the_last_guess_before_the_result_counts_and_later_ones_do_not(shown):
    ask(10)
    ask(20)
    reveal("kl", 25.0)
    ask(25)
    assert "already" in shown[-1].lines[0]
    reveal("kl", 30.0)
    assert shown[-1].payload[KIND]["guess"] == 20.0


def test_the_guess_survives_a_new_kernel(shown, workspace):
    ask(20)
    stored.forget()
    ask()
    reveal("kl", 25.0)
    assert shown[-1].payload[KIND]["guess"] == 20.0


def test_unknown_names_empty_ranges_and_infinite_results(shown):
    with pytest.raises(ExerciseError, match="Run the cell with predict"):
        reveal("nothing", 1.0)
    with pytest.raises(ExerciseError, match="low below high"):
        ask(low=5, high=5)
    ask(1)
    with pytest.raises(ExerciseError, match="There are: kl"):
        reveal("lk", 1.0)
    with pytest.raises(ExerciseError, match="finite"):
        reveal("kl", float("inf"))


@pytest.mark.parametrize(
    ("axis", "guess", "measured", "expected"),
    [
        (Axis(0, 100), 50, 50, 10.0),
        (Axis(0, 100), 25, 50, 5.0),
        (Axis(0, 100), 0, 50, 0.0),
        (Axis(0, 100), 0, 500, 0.0),
        (Axis(1, 10000), 10, 100, 5.0),
        (Axis(1, 10000), 100, 10, 5.0),
        (Axis(1, 10000), 1, -3, 0.0),
    ],
)
def test_the_rule_of_the_score(axis, guess, measured, expected):
    assert closeness(axis, guess, measured) == expected


def test_the_picture_tells_in_words_and_stays_inside():
    svg = number_line(Axis(0, 50, "<nats>"), -5, 80)
    assert 'role="img"' in svg
    assert "measured 80 &lt;nats&gt;, your guess -5 &lt;nats&gt;" in svg
    xs = [float(x) for x in re.findall(r'\bx="([\d.]+)"', svg)]
    assert min(xs) == 41  # the end of the low end's number, left of the line
    assert max(xs) == 519


def test_the_drawing_puts_values_where_they_belong():
    assert Axis(1, 100).position(10) == pytest.approx(0.5)
    assert Axis(0, 100).position(10) == pytest.approx(0.1)
    assert "M280.0 " in number_line(Axis(0, 10), None, 5)


def test_score_tells_of_predictions(shown):
    ask(20)
    reveal("kl", 25.0)
    score("04_vaes")
    assert shown[-1].lines[-1] == "1 prediction made, on average 8.0 of 10 points for closeness."


@pytest.mark.parametrize(("measured", "words"), [(25.0, "20 to 40 nats, holds it"), (41.0, "does not hold it")])
def test_a_range_is_a_guess_with_a_promise(shown, measured, words):
    ask((40, 20))
    reveal("kl", measured)
    (entry,) = stored.entries("prediction")
    assert (entry["guess"], entry["range"]) == (30.0, [20.0, 40.0])
    assert "20 to 40 nats, its middle 30 nats" in shown[0].headline
    assert words in shown[1].lines[-1]
