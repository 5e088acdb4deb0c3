"""Build `data/chorales.npz`: Bach's four-voice chorales as grids of sixteenths, from the scores in PyPI's music21.

    python -m pip download --no-deps music21==10.5.1
    python scripts/build_chorales.py music21-10.5.1-py3-none-any.whl

Only what Bach wrote is taken: which note sounds when, bars, fermatas, key signature. No layout, words, titles or
analyses of the scores, and nothing from music21's other collections. The script reads MusicXML by itself, so music21
need not be installed. `--only-unmarked` takes only scores that carry no notice of rights at all (see the card).
"""

from __future__ import annotations

import argparse
import hashlib
import io
import re
import xml.etree.ElementTree as ET
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
from deterministic_npz import write_npz
from numpy.typing import NDArray
from update_manifest import DATA, update_manifest

NAME = "chorales.npz"
FOLDER = "music21/corpus/bach/"
VOICES = ("Soprano", "Alto", "Tenor", "Bass")
STEPS = 4  # steps in a quarter note: sixteenths
REST = 0
SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
NOTICE = re.compile(r"copyright|©|\(c\)|permission|all rights|reserved", re.IGNORECASE)
OPENING = 12  # first intervals of the soprano by which a tune is known again
SHARES = (("train", 0.85), ("validation", 0.075), ("test", 0.075))

Notes = list[tuple[int, int, int, bool]]  # first step, step after the last, pitch, fermata
Arrays = dict[str, NDArray[np.generic]]


def scores(wheel: Path) -> Iterator[tuple[str, str]]:
    """Yield name and MusicXML text of each of Bach's scores in the wheel."""
    with zipfile.ZipFile(wheel) as package:
        for path in sorted(package.namelist()):
            if path.startswith(FOLDER) and path.endswith(".mxl"):
                with zipfile.ZipFile(io.BytesIO(package.read(path))) as score:
                    inside = [name for name in score.namelist() if name.endswith("xml") and "META-INF" not in name]
                    yield Path(path).stem, score.read(inside[0]).decode("utf-8")


def step_of(quarters: Fraction) -> int:
    """Return the sixteenth at this time."""
    return round(quarters * STEPS)


def midi_pitch(pitch: ET.Element) -> int:
    """Return the MIDI number of a MusicXML pitch; middle C is 60."""
    alter = round(float(pitch.findtext("alter") or 0))
    return 12 * (int(pitch.findtext("octave") or 0) + 1) + SEMITONES[pitch.findtext("step") or "C"] + alter


def read_part(part: ET.Element) -> tuple[Notes, list[int], int]:
    """Return the notes of one voice with ties joined, the steps at which whole bars begin, and the length."""
    notes: Notes = []
    bars, now, divisions, bar_length = [], Fraction(0), 1, Fraction(4)
    for measure in part.findall("measure"):
        start = now
        for item in measure:
            if item.tag == "attributes":
                divisions = int(item.findtext("divisions") or divisions)
                if (time := item.find("time")) is not None:
                    bar_length = Fraction(4 * int(time.findtext("beats") or 4), int(time.findtext("beat-type") or 4))
            elif item.tag == "note" and item.find("grace") is None:
                length = Fraction(int(item.findtext("duration") or 0), divisions)
                pitch, ties = item.find("pitch"), {tie.get("type") for tie in item.findall("tie")}
                if pitch is not None:
                    note = (step_of(now), step_of(now + length), midi_pitch(pitch), item.find(".//fermata") is not None)
                    if "stop" in ties and notes and notes[-1][1:3] == (note[0], note[2]):
                        note = (notes.pop()[0], *note[1:])
                    notes.append(note)
                now += length
        if now - start == bar_length:  # no upbeat, no bar cut in two by a repeat
            bars.append(step_of(start))
    return notes, bars, step_of(now)


def grid(score: str) -> Arrays | None:
    """Return the arrays of one chorale, or None where it is not for exactly soprano, alto, tenor and bass."""
    root = ET.fromstring(score)
    names = tuple(part.findtext("part-name") for part in root.findall("part-list/score-part"))
    if names != VOICES:
        return None
    parts = [read_part(part) for part in root.findall("part")]
    if len({length for *_, length in parts}) != 1:
        return None
    n = parts[0][2]
    pitch, onset = np.zeros((n, 4), np.uint8), np.zeros((n, 4), np.uint8)
    fermata, bar = np.zeros(n, np.uint8), np.zeros(n, np.uint8)
    for voice, (notes, _, _) in enumerate(parts):
        for first, after, number, held in notes:
            if after > first:  # what is shorter than a sixteenth is an ornament
                pitch[first:after, voice], onset[first, voice] = number, 1
                if voice == 0:
                    fermata[first:after] |= held
    bar[parts[0][1]] = 1
    fifths = int(root.findtext(".//key/fifths") or 0)
    return {"pitch": pitch, "onset": onset, "fermata": fermata, "bar": bar, "fifths": np.array([fifths], np.int8)}


def tune(chorale: Arrays) -> tuple[int, ...]:
    """Return the first intervals of the soprano: equal for settings of one tune, in any key and rhythm."""
    melody = chorale["pitch"][chorale["onset"][:, 0] == 1, 0].astype(int)
    return tuple(np.diff(melody)[:OPENING].tolist())


def split_of(tune: tuple[int, ...]) -> str:
    """Return the part that all settings of this tune belong to, by a number that depends on the tune alone."""
    number = int(hashlib.sha256(repr(tune).encode()).hexdigest()[:8], 16) / 16**8
    for name, share in SHARES:
        if number < share:
            return name
        number -= share
    return SHARES[-1][0]


def build(wheel: Path, only_unmarked: bool = False) -> Arrays:
    """Return the arrays of the bundle."""
    kept: dict[str, Arrays] = {}
    seen: set[bytes] = set()
    for name, text in scores(wheel):
        if only_unmarked and NOTICE.search(text):
            continue
        chorale = grid(text)
        if chorale is None or len(chorale["pitch"]) < 8 * STEPS:
            continue
        pitch = chorale["pitch"].astype(int)
        relative = np.where(pitch > REST, pitch - pitch[0].max(), -99).astype(np.int8).tobytes()
        if relative in seen:  # the same setting again, perhaps in another key
            continue
        seen.add(relative)
        kept[name] = chorale
    parts: dict[str, list[str]] = defaultdict(list)
    for name, chorale in kept.items():
        parts[split_of(tune(chorale))].append(name)
    order = [name for part, _ in SHARES for name in parts[part]]
    lengths = [len(kept[name]["pitch"]) for name in order]
    return {
        **{key: np.concatenate([kept[name][key] for name in order]) for key in ("pitch", "onset", "fermata", "bar")},
        "start": np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32),
        "fifths": np.concatenate([kept[name]["fifths"] for name in order]),
        "bwv": np.array([name.removeprefix("bwv") for name in order]),
        "n_train_validation_test": np.array([len(parts[part]) for part, _ in SHARES], np.int32),
    }


def main() -> None:
    """Write the bundle and its manifest entry."""
    parser = argparse.ArgumentParser(description="Build data/chorales.npz from the wheel of music21.")
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--only-unmarked", action="store_true", help="only scores without any notice of rights")
    parser.add_argument("--out", type=Path, default=DATA / NAME)
    arguments = parser.parse_args()
    arrays = build(arguments.wheel, arguments.only_unmarked)
    write_npz(arguments.out, arrays)
    print(f"{arguments.out}: {arguments.out.stat().st_size:,} bytes")
    for name, values in arrays.items():
        print(f"  {name} {values.shape} {values.dtype}")
    print("  chorales", arrays["n_train_validation_test"].tolist())
    if arguments.out.resolve() == (DATA / NAME).resolve():
        print(update_manifest(NAME, card="chorales.md"))


if __name__ == "__main__":
    main()
