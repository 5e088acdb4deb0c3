"""Bach's four-voice chorales as grids of notes, and as tokens for a transformer. Taught in lesson 06."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gentutor.datasets.bundle import Stamp, data_file, stamp
from gentutor.errors import DataDamagedError, DataError

VOICES = ("soprano", "alto", "tenor", "bass")
SPLITS = ("train", "validation", "test")
LOWEST, HIGHEST = 36, 81  # MIDI pitches: Bach's basses go down to C2, his sopranos up to A5
RANGES = ((57, 81), (53, 74), (48, 69), (36, 64))  # what each of the voices sings in the 361 chorales
MAJOR = (0, 2, 4, 5, 7, 9, 11)  # semitones of a major scale above its tonic
SIXTEENTHS = 4  # rows of the bundled grid for a quarter note


@dataclass(frozen=True)
class Chorale:
    """One setting of a hymn tune for four voices, as a grid in time.

    Attributes
    ----------
    name : str
        Number in the catalogue of Bach's works, such as ``"BWV 66.6"``.
    roll : Tensor
        MIDI pitch of each voice in each step, (T, 4) int64, soprano first; 0 is a rest. Middle C is 60.
    onset : Tensor
        Where a note begins, (T, 4) bool: without it two equal notes and one long note look alike.
    fermata : Tensor
        Where the soprano holds the last note of a line of the hymn, (T,) bool.
    bar : Tensor
        Where a whole bar begins, (T,) bool.
    fifths : int
        Key signature: number of sharps, or minus the number of flats.
    per_quarter : int
        Steps in a quarter note.
    """

    name: str
    roll: Tensor
    onset: Tensor
    fermata: Tensor
    bar: Tensor
    fifths: int
    per_quarter: int = SIXTEENTHS

    @property
    def tonic(self) -> int:
        """Pitch class of the major scale of the key signature: 0 for C, 7 for G. A minor has that of C."""
        return 7 * self.fifths % 12

    def coarser(self, per_quarter: int) -> Chorale:
        """Return the same on a grid of fewer steps; notes that lie between its steps are lost.

        Raises
        ------
        DataError
            When the present grid is no multiple of it.
        """
        if per_quarter < 1 or self.per_quarter % per_quarter:
            raise DataError(f"A grid of {self.per_quarter} steps in a quarter cannot be cut into {per_quarter}.")
        every = self.per_quarter // per_quarter
        roll, onset = self.roll[::every], self.onset[::every].clone()
        onset[1:] |= roll[1:].ne(roll[:-1]) & roll[1:].gt(0)  # it began between two steps
        return Chorale(self.name, roll, onset, self.fermata[::every], self.bar[::every], self.fifths, per_quarter)

    def transposed(self, semitones: int) -> Chorale:
        """Return the same music so many semitones higher; negative numbers go down.

        Raises
        ------
        DataError
            When a note would leave the range of its voice.
        """
        if not self.fits(semitones):
            raise DataError(f"{self.name} leaves a voice's range when it is moved by {semitones} semitones.")
        roll = torch.where(self.roll > 0, self.roll + semitones, 0)
        fifths = (self.fifths + 7 * semitones + 5) % 12 - 5  # from five flats to six sharps
        return Chorale(self.name, roll, self.onset, self.fermata, self.bar, fifths, self.per_quarter)

    def fits(self, semitones: int) -> bool:
        """Whether every note stays within the range of its voice when moved by so many semitones."""
        low, high = (torch.tensor(ends) for ends in zip(*RANGES, strict=True))
        moved = self.roll + semitones
        return bool(((self.roll == 0) | ((moved >= low) & (moved <= high))).all())


def load_chorales(split: str = "train", per_quarter: int = SIXTEENTHS) -> list[Chorale]:
    """Load Bach's four-voice chorales; all settings of one tune are in the same part.

    Parameters
    ----------
    split : {"train", "validation", "test"}
        Which part.
    per_quarter : {4, 2, 1}
        Steps in a quarter note: sixteenths, eighths, quarters. On the grid of eighths 1.3 % of the notes are lost.

    Raises
    ------
    DataError
        When `split` or `per_quarter` is none of these.
    DataMissingError, DataDamagedError
        When the bundled file is not there or not intact.

    Examples
    --------
    >>> chorale = load_chorales("test")[0]
    >>> chorale.roll.shape[1], len(chorale.onset) == len(chorale.roll)
    (4, True)
    """
    if split not in SPLITS:
        raise DataError(f"split must be one of {', '.join(SPLITS)}; got {split!r}.")
    chorales = _chorales(stamp(data_file("chorales.npz")))[split]
    return [chorale.coarser(per_quarter) for chorale in chorales] if per_quarter != SIXTEENTHS else list(chorales)


@lru_cache(maxsize=1)
def _chorales(source: Stamp) -> dict[str, list[Chorale]]:
    """Read the verified bundle; kept for the next call."""
    try:
        with np.load(source.path, allow_pickle=False) as file:
            arrays: dict[str, NDArray[Any]] = {name: file[name] for name in file.files}
        made = [_chorale(arrays, i) for i in range(len(arrays["bwv"]))]
        counts = arrays["n_train_validation_test"].tolist()
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise DataDamagedError(f"{source.path} cannot be read ({error}).") from error
    parts = iter(made)
    return {split: [next(parts) for _ in range(n)] for split, n in zip(SPLITS, counts, strict=True)}


def _chorale(arrays: dict[str, NDArray[Any]], i: int) -> Chorale:
    rows = slice(int(arrays["start"][i]), int(arrays["start"][i + 1]))
    onset, fermata, bar = (torch.from_numpy(arrays[name][rows] > 0) for name in ("onset", "fermata", "bar"))
    roll = torch.from_numpy(arrays["pitch"][rows].astype(np.int64))
    return Chorale(f"BWV {arrays['bwv'][i]}", roll, onset, fermata, bar, int(arrays["fifths"][i]))
