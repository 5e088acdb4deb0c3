"""A grid of pitches as a MIDI file, for a notation program or a synthesiser. Written by the library mido."""

from __future__ import annotations

import io
from typing import Any

from gentutor.sound.notes import as_grid, notes_of

TICKS = 480  # in a quarter note: the usual resolution, which all our grids divide
CHOIR = 52  # "Choir Aahs" of General MIDI, counted from 0
LOUDNESS = 80


def midi_bytes(roll: Any, onset: Any = None, *, tempo: float = 76.0, per_quarter: int = 2) -> bytes:
    """Return a MIDI file with one track for each voice.

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

    Raises
    ------
    FrameError
        When `roll` is no table of MIDI pitches.

    Examples
    --------
    >>> midi_bytes([[67, 64, 60, 48]] * 2)[:4]
    b'MThd'
    """
    import mido

    file = mido.MidiFile(ticks_per_beat=TICKS)
    notes = notes_of(roll, onset)
    for voice in range(as_grid(roll).shape[1]):
        track = mido.MidiTrack()
        if voice == 0:
            track.append(mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(tempo)))
        track.append(mido.Message("program_change", channel=voice, program=CHOIR))
        events = [(note.first, 1, note.pitch) for note in notes if note.voice == voice]
        events += [(note.after, 0, note.pitch) for note in notes if note.voice == voice]
        now = 0
        for step, on, pitch in sorted(events):  # at one step, what ends comes before what begins
            delta = (step - now) * TICKS // per_quarter
            name = "note_on" if on else "note_off"
            track.append(mido.Message(name, channel=voice, note=pitch, velocity=LOUDNESS * on, time=delta))
            now = step
        file.tracks.append(track)
    buffer = io.BytesIO()
    file.save(file=buffer)
    return buffer.getvalue()
