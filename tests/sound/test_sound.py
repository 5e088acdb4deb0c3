"""Sound: every note at its time and pitch, nothing clips, nothing clicks, and a MIDI file that says the same."""

import io
import wave

import mido
import numpy as np
import pytest

from gentutor.datasets.chorales import load_chorales
from gentutor.errors import FrameError
from gentutor.sound import RATE, Note, midi_bytes, notes_of, step_times, synthesise, synthesiser, wav_bytes
from gentutor.sound.synthesiser import HIGHEST_HARMONIC, PEAK, RELEASE, envelope, tone

CHORALE = next(chorale for chorale in load_chorales("test", 2) if chorale.name == "BWV 66.6")


def share_above(samples, frequency):
    power = np.abs(np.fft.rfft(samples.astype(np.float64) * np.hanning(len(samples)))) ** 2
    return power[np.fft.rfftfreq(len(samples), 1 / RATE) > frequency].sum() / power.sum()


def worst_click(samples):
    """The loudest short stretch of what lies above all harmonics, against the loudest of all."""
    spectrum = np.fft.rfft(samples.astype(np.float64))
    spectrum[np.fft.rfftfreq(len(samples), 1 / RATE) < 1.05 * HIGHEST_HARMONIC] = 0
    return np.abs(np.fft.irfft(spectrum, len(samples))).max() / np.abs(samples).max()


@pytest.fixture(scope="module")
def sound():
    return synthesise(CHORALE.roll[:48], CHORALE.onset[:48], fermata=CHORALE.fermata[:48])


def test_nothing_clips(sound):
    assert sound.dtype == np.float32
    assert np.abs(sound).max() == pytest.approx(PEAK, abs=1e-5)
    loud = synthesise([[60, 60, 60, 60]] * 4)
    assert np.abs(loud).max() <= PEAK + 1e-6


def test_nothing_clicks(sound):
    assert worst_click(sound) < 1e-4
    assert np.abs(sound[[0, -1]]).max() < 1e-9
    assert np.abs(sound[:20]).max() < 0.02
    assert np.abs(sound[-20:]).max() < 1e-4


def test_the_test_of_clicks_hears_a_note_that_breaks_off(monkeypatch):
    monkeypatch.setattr(synthesiser, "RELEASE", 0.0)
    assert worst_click(synthesise(CHORALE.roll[:16], CHORALE.onset[:16])) > 1e-3
    monkeypatch.undo()
    monkeypatch.setattr(synthesiser, "ATTACK", 0.0)
    assert worst_click(synthesise(CHORALE.roll[:16], CHORALE.onset[:16])) > 3e-4


@pytest.mark.parametrize("pitch", [36, 57, 69, 81])
def test_a_tone_has_its_frequency_and_no_harmonic_beyond_what_the_rate_can_hold(pitch):
    samples = tone(pitch, 1.0)
    power = np.abs(np.fft.rfft(samples))
    found = np.fft.rfftfreq(len(samples), 1 / RATE)[power.argmax()]
    assert found == pytest.approx(440 * 2 ** ((pitch - 69) / 12), rel=0.01)
    assert share_above(samples, HIGHEST_HARMONIC + 150) < 1e-6


def test_an_envelope_begins_and_ends_at_nothing_however_short():
    for n in (2, 10, 5000):
        factors = envelope(n, 400, 1500)
        assert factors[0] == 0
        assert factors[-1] == pytest.approx(0, abs=1e-6)
        assert 0 <= factors.min() <= factors.max() <= 1


def test_notes_join_steps_and_part_at_onsets_and_rests():
    roll = [[60, 0], [60, 50], [60, 50], [0, 50]]
    assert notes_of(roll) == [Note(0, 0, 3, 60), Note(1, 1, 4, 50)]
    onset = [[1, 0], [0, 1], [1, 0], [0, 0]]
    assert notes_of(roll, onset)[:2] == [Note(0, 0, 2, 60), Note(0, 2, 3, 60)]


def test_singers_take_their_time_under_a_fermata():
    plain, held = step_times(4, tempo=60), step_times(4, tempo=60, fermata=[0, 0, 1, 0])
    assert plain.tolist() == [0, 0.5, 1, 1.5, 2]
    assert held[3] - held[2] > 0.7
    assert held[2] == plain[2]


def test_the_sound_lasts_as_long_as_the_music():
    samples = synthesise([[60]] * 8, tempo=120)
    assert len(samples) / RATE == pytest.approx(2 + RELEASE + 0.6, abs=0.01)
    assert not synthesise(np.zeros((4, 4), int)).any()


def test_a_wav_file_holds_the_samples(sound):
    with wave.open(io.BytesIO(wav_bytes(sound))) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2)
        stored = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32767
    np.testing.assert_allclose(stored, sound, atol=1e-4)


def test_what_would_be_cut_off_is_refused():
    with pytest.raises(FrameError, match="within ±1"):
        wav_bytes(np.array([0.0, 1.5], np.float32))


@pytest.mark.parametrize("roll", [[60, 61], [[-1]], [[128]], np.zeros((0, 4))])
def test_what_is_no_roll_is_refused(roll):
    with pytest.raises(FrameError, match="MIDI pitches"):
        notes_of(roll)


def test_the_midi_file_says_the_same():
    file = mido.MidiFile(file=io.BytesIO(midi_bytes(CHORALE.roll, CHORALE.onset, tempo=60)))
    assert len(file.tracks) == 4
    found = []
    for voice, track in enumerate(file.tracks):
        now, sounding = 0, {}
        for message in track:
            now += message.time
            if message.type == "note_on":
                sounding[message.note] = now
            elif message.type == "note_off":
                found.append(Note(voice, sounding.pop(message.note) // 240, now // 240, message.note))
        assert not sounding
    assert sorted(found) == sorted(notes_of(CHORALE.roll, CHORALE.onset))
    assert file.length == pytest.approx(len(CHORALE.roll) / 2, abs=0.5)
