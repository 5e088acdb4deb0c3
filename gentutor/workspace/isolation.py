"""The environment variables of a lesson's processes: offline, leaving nothing behind, no personal settings."""

from __future__ import annotations

import os
from pathlib import Path

from gentutor.server.threads import patient_threads

WALLS = Path(__file__).parent / "walls"


def lesson_environment(scratch: Path, notebooks: Path, threads: int | None = None) -> dict[str, str]:
    """The environment for executing one lesson.

    Parameters
    ----------
    scratch : pathlib.Path
        Temporary folder for what Jupyter and IPython write.
    notebooks : pathlib.Path
        The folder of the masters, in which nothing may be written.
    threads : int, optional
        How many threads numerical libraries may use; all cores where it is not given.
    """
    environment = dict(os.environ) | patient_threads()
    before = environment.get("PYTHONPATH")
    environment |= {
        "PYTHONPATH": os.pathsep.join([str(WALLS), *([before] if before else [])]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONFAULTHANDLER": "1",  # a crash in C leaves a trace in the log
        "GENTUTOR_OFFLINE": "1",
        "GENTUTOR_READ_ONLY": str(notebooks.resolve()),
        "HF_HUB_OFFLINE": "1",
        "PIP_NO_INDEX": "1",
        "IPYTHONDIR": str(scratch / "ipython"),
        "JUPYTER_CONFIG_DIR": str(scratch / "jupyter_config"),
        "JUPYTER_DATA_DIR": str(scratch / "jupyter_data"),  # no kernel of the same name from the user's home
        "JUPYTER_RUNTIME_DIR": str(scratch / "jupyter_runtime"),
        "JUPYTER_PREFER_ENV_PATH": "1",
    }
    if threads is not None:
        environment |= {name: str(threads) for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS")}
    return environment
