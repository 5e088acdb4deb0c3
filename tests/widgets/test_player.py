"""The player: roll, button, line and MIDI file in plain HTML, and a sentence where nothing plays."""

import base64
import io
import re
import wave
from html.parser import HTMLParser

import numpy as np
import pytest

from gentutor.errors import GentutorError
from gentutor.sound import RATE, midi_bytes
from gentutor.widgets import play

ROLL = np.array([[67, 64, 60, 48]] * 8)


class Elements(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = {}

    def handle_starttag(self, tag, attrs):
        self.found.setdefault(tag, dict(attrs))


@pytest.fixture(scope="module")
def bundle():
    return play(ROLL, title="C major & friends", alt='Four voices hold "one" chord')._repr_mimebundle_()


@pytest.fixture(scope="module")
def elements(bundle):
    parser = Elements()
    parser.feed(bundle["text/html"])
    return parser.found


def test_the_sound_is_inside_the_page(elements):
    assert "controls" in elements["audio"]
    data = re.search(r"base64,([^\"]+)", elements["source"]["src"])[1]
    with wave.open(io.BytesIO(base64.b64decode(data))) as file:
        assert file.getframerate() == RATE
        assert file.getnframes() / RATE > 3


def test_whoever_hears_or_sees_nothing_gets_a_sentence(bundle, elements):
    assert elements["img"]["alt"] == 'Four voices hold "one" chord'
    assert 'Four voices hold "one" chord' in elements["audio"]["aria-label"]
    assert bundle["text/plain"] == 'Four voices hold "one" chord'
    assert bundle["image/png"]


def test_the_midi_file_can_be_taken_away(elements):
    assert elements["a"]["download"] == "C_major___friends.mid"
    assert base64.b64decode(elements["a"]["href"].split(",")[1]) == midi_bytes(ROLL)


def test_nothing_is_fetched(bundle):
    assert not re.search(r"https?://", bundle["text/html"])


def test_the_line_runs_between_the_ends_of_the_roll(bundle):
    left, right = (float(re.search(rf"{name} = ([\d.]+)", bundle["text/html"])[1]) for name in ("left", "right"))
    assert 0 < left < 0.2
    assert 0.7 < right <= 1


def test_a_long_piece_is_refused():
    with pytest.raises(GentutorError, match="at most 45 s"):
        play(np.full((400, 4), 60))
