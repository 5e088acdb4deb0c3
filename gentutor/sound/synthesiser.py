"""A small synthesiser: each note a few harmonics under a soft envelope, all of it in a little room. For lesson 06.

Nothing clips, because the sum is scaled by its own peak. Nothing clicks, because every note starts and ends at zero on
a rounded slope, and no harmonic lies above `HIGHEST_HARMONIC`.
"""

from __future__ import annotations

import io
import wave
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gentutor.errors import FrameError
from gentutor.plots.pictures import to_array
from gentutor.sound.notes import as_grid, notes_of

Samples = NDArray[np.float32]

RATE = 11025  # samples a second: keeps all up to 5.5 kHz, which is enough for four voices, and clips stay small
HIGHEST_HARMONIC = 4800.0  # Hz; below RATE / 2, with room for the rounded slopes
HARMONICS = (1.0, 0.42, 0.3, 0.14, 0.09, 0.05, 0.03, 0.02)  # warm, between a small organ and voices
ATTACK, RELEASE = 0.035, 0.14  # seconds
PEAK = 0.9
FERMATA = 1.6  # how much longer a step under a fermata lasts
ROOM = 0.16  # share of the echo
LOUDNESS = (1.0, 0.75, 0.75, 1.0)  # the outer voices stand out


def step_times(n_steps: int, tempo: float = 76.0, per_quarter: int = 2, fermata: Any = None) -> NDArray[np.float64]:
    """Return when each step begins, and when the last one ends, in seconds: (T + 1,).

    Parameters
    ----------
    n_steps : int
        Steps of the grid.
    tempo : float
        Quarter notes in a minute.
    per_quarter : int
        Steps in a quarter note.
    fermata : array (T,), optional
        Where singers take their time.

    Examples
    --------
    >>> step_times(2, tempo=60).tolist()
    [0.0, 0.5, 1.0]
    """
    lengths = np.full(n_steps, 60.0 / tempo / per_quarter)
    if fermata is not None:
        lengths[to_array(fermata) != 0] *= FERMATA
    return np.concatenate([[0.0], np.cumsum(lengths)])


def envelope(n: int, attack: int, release: int) -> NDArray[np.float64]:
    """Return a rounded slope up from 0, a slow decay, and a rounded slope down to 0, as `n` factors."""
    decay = 0.72 + 0.28 * np.exp(-np.arange(n) / (0.5 * RATE))
    up, down = min(attack, n // 2), min(release, n // 2)
    if up:
        decay[:up] *= 0.5 - 0.5 * np.cos(np.pi * np.arange(up) / up)
    if down:
        decay[-down:] *= 0.5 + 0.5 * np.cos(np.pi * np.arange(1, down + 1) / down)
    return decay


def tone(pitch: int, seconds: float, voice: int = 0) -> NDArray[np.float64]:
    """Return one note, its release included, with a peak near 1.

    Parameters
    ----------
    pitch : int
        MIDI pitch; its frequency is 440 * 2 ** ((pitch - 69) / 12) Hz.
    seconds : float
        How long it is held; it fades `RELEASE` seconds longer.
    voice : int
        Each voice trembles a little in its own way.
    """
    n = max(2, round((seconds + RELEASE) * RATE))
    time = np.arange(n) / RATE
    frequency = 440.0 * 2.0 ** ((pitch - 69) / 12)
    vibrato = 0.0025 * np.minimum(time / 0.4, 1.0) * np.sin(2 * np.pi * (4.7 + 0.3 * voice) * time)
    phase = 2 * np.pi * frequency * (time + np.cumsum(vibrato) / RATE)
    wave = np.zeros(n)
    for number, strength in enumerate(HARMONICS, start=1):
        if number * frequency < HIGHEST_HARMONIC:
            wave += strength * np.sin(number * phase)
    return wave * envelope(n, round(ATTACK * RATE), round(RELEASE * RATE)) / sum(HARMONICS)


def synthesise(
    roll: Any, onset: Any = None, *, tempo: float = 76.0, per_quarter: int = 2, fermata: Any = None
) -> Samples:
    """Return the sound of a grid of pitches: float32 (N,) within ±0.9, `RATE` samples a second.

    Parameters
    ----------
    roll : array or tensor (T, V)
        MIDI pitch of each voice in each step; 0 is a rest.
    onset : array or tensor (T, V), optional
        Where notes begin; only where the pitch changes when not given.
    tempo : float
        Quarter notes in a minute.
    per_quarter : int
        Steps in a quarter note.
    fermata : array or tensor (T,), optional
        Where singers take their time.

    Raises
    ------
    FrameError
        When `roll` is no table of MIDI pitches.

    Examples
    --------
    >>> sound = synthesise([[67, 64, 60, 48]] * 4, tempo=120)
    >>> bool(abs(sound).max() <= PEAK), bool(abs(sound[[0, -1]]).max() < 1e-9)
    (True, True)
    """
    times = step_times(len(as_grid(roll)), tempo, per_quarter, fermata)
    dry = np.zeros(round((times[-1] + RELEASE + 0.6) * RATE))
    for note in notes_of(roll, onset):
        start = round(times[note.first] * RATE)
        sound = LOUDNESS[note.voice % 4] * tone(note.pitch, float(times[note.after] - times[note.first]), note.voice)
        dry[start : start + len(sound)] += sound[: len(dry) - start]
    wet = in_a_room(dry)
    fade = round(0.25 * RATE)
    wet[-fade:] *= 0.5 + 0.5 * np.cos(np.pi * np.arange(1, fade + 1) / fade)  # the echo's end is a slope too
    loudest = np.abs(wet).max()
    return (wet * (PEAK / loudest if loudest > 0 else 0.0)).astype(np.float32)


def in_a_room(dry: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sound with the echo of a small church: a decaying, softened noise, the same every time."""
    n = round(0.9 * RATE)
    noise = np.random.default_rng(0).standard_normal(n)
    noise = np.convolve(noise, np.hanning(9) / 4, mode="same")  # walls swallow the high notes
    echo = noise * np.exp(-np.arange(n) / (0.22 * RATE)) * np.minimum(np.arange(n) / (0.02 * RATE), 1.0)
    echo /= np.sqrt(np.square(echo).sum())
    size = 1 << (len(dry) + n).bit_length()
    wet = np.fft.irfft(np.fft.rfft(dry, size) * np.fft.rfft(echo, size), size)[: len(dry)]
    mixed: NDArray[np.float64] = (1 - ROOM) * dry + ROOM * wet
    return mixed


def wav_bytes(samples: Samples, rate: int = RATE) -> bytes:
    """Return a WAV file of 16-bit samples, which every browser plays.

    Raises
    ------
    FrameError
        When a sample is beyond ±1: it would be cut off, and heard as a crackle.
    """
    if np.abs(samples).max(initial=0.0) > 1.0:
        raise FrameError(f"Samples must stay within ±1; the largest is {np.abs(samples).max():.2f}. Scale them down.")
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((samples * 32767).round().astype("<i2").tobytes())
    return buffer.getvalue()
