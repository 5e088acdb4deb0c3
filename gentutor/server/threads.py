"""How torch's threads wait for each other on a machine that does other things too, such as showing a browser."""

from __future__ import annotations

import os

_SPIN = {"GOMP_SPINCOUNT": "1000"}
"""Turns that a waiting OpenMP thread spins before it sleeps. The usual setting spins so long that training beside one
busy program takes four to five times as long on two cores; this one takes twice as long there, and one part in ten
longer on an idle machine (docs/log.md has the figures)."""


def patient_threads() -> dict[str, str]:
    """Return the environment variables to add for kernels; empty where the user has decided.

    Examples
    --------
    >>> set(patient_threads()) <= {"GOMP_SPINCOUNT"}
    True
    """
    decided = {"GOMP_SPINCOUNT", "OMP_WAIT_POLICY", "OMP_NUM_THREADS"} & set(os.environ)
    return {} if decided else dict(_SPIN)
