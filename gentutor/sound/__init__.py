"""Sound: a grid of pitches goes in; notes, samples or a MIDI file come out."""

from gentutor.sound.midi import midi_bytes
from gentutor.sound.notes import Note, notes_of
from gentutor.sound.synthesiser import RATE, step_times, synthesise, wav_bytes

__all__ = ["RATE", "Note", "midi_bytes", "notes_of", "step_times", "synthesise", "wav_bytes"]
