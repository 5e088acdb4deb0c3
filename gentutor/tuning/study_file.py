"""The file that a study is kept in: opened, mended, and refused where it holds another study."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gentutor.errors import TuningError
from gentutor.tuning.choosing import make_pruner

if TYPE_CHECKING:
    import optuna

_NAME = "gentutor"  # one study in each file
_SETUP = "setup"


def _cut_half_a_line(path: Path) -> None:
    """Take off what a power cut left half-written at the end: Optuna would write on behind it, and read no more."""
    if not path.is_file():
        return
    written = path.read_bytes()
    if written and not written.endswith(b"\n"):
        os.truncate(path, written.rfind(b"\n") + 1)


def open_study(path: Path | None, pruner: str, mend: bool) -> optuna.Study:
    """Return Optuna's study, from its file where there is one.

    Parameters
    ----------
    path : pathlib.Path or None
        The file; made where it is missing. In memory where it is None.
    pruner : str
        Name of the pruner.
    mend : bool
        Whether to take off half a line at the end; not while other processes write.

    Raises
    ------
    TuningError
        When Optuna is not installed, or the file cannot be used.
    """
    try:
        import optuna
        from optuna.storages import InMemoryStorage, JournalStorage
        from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock
    except ImportError as error:
        raise TuningError(f"A study needs Optuna, which cannot be imported ({error}): pip install optuna.") from error
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        storage: Any = InMemoryStorage()
        if path is not None:
            if mend:
                _cut_half_a_line(path)
            path.parent.mkdir(parents=True, exist_ok=True)
            # A lock that works on Windows and on shared disks alike.
            storage = JournalStorage(JournalFileBackend(str(path), JournalFileOpenLock(str(path))))
        return optuna.create_study(
            storage=storage, study_name=_NAME, load_if_exists=True, direction="minimize", pruner=make_pruner(pruner)
        )
    except (OSError, ValueError, KeyError) as error:
        raise TuningError(f"{path} cannot be used as a study's file ({error}). Choose another one.") from error


def agree(kept: optuna.Study, setup: dict[str, Any], path: Path | None) -> bool:
    """Write down what a study is, where nothing is written yet.

    Parameters
    ----------
    kept : optuna.Study
        What `open_study` returned.
    setup : dict
        Plain values that decide what the study does.
    path : pathlib.Path or None
        Its file, named in the error.

    Returns
    -------
    bool
        Whether the study is new.

    Raises
    ------
    TuningError
        When the file holds a study with another setup.
    """
    mine, known = json.dumps(setup), kept.user_attrs.get(_SETUP)
    if known is None:
        kept.set_user_attr(_SETUP, mine)
    elif known != mine:
        raise TuningError(
            f"{path} holds another study: {known}. Asked for was {mine}. Choose another file, or the same "
            "knobs, sampler, pruner and seed."
        )
    return known is None


def close_open_trials(kept: optuna.Study) -> None:
    """Close the trials that a process left open when it ended; they count as failed."""
    from optuna.trial import TrialState

    for one in kept.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
        kept.tell(one.number, state=TrialState.FAIL)
