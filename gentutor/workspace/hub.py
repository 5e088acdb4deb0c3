"""One user's server on a JupyterHub: makes or updates the workspace in their home, then becomes their JupyterLab.

JupyterHub starts ``python -m gentutor.workspace.hub`` in the user's home and with the user's rights, where its
configuration says so (docs/examples/jupyterhub_config.py). Options are passed on to JupyterLab.
"""

from __future__ import annotations

import sys
from pathlib import Path

from gentutor.errors import GentutorError
from gentutor.language import remembered
from gentutor.server.nodelay import OPTION
from gentutor.workspace.lab import serve
from gentutor.workspace.student_folder import make_workspace

FOLDER = "gentutor-workspace"
"""The workspace, below the user's home."""


def main() -> int:
    """Bring the workspace up to date and serve; a workspace that cannot be written is said, and served as it is."""
    folder = Path(FOLDER)
    try:
        make_workspace(folder, chosen=remembered(folder))
    except GentutorError as problem:
        print(problem, file=sys.stderr)
    return serve([sys.executable, "-m", "jupyterhub.singleuser", OPTION, *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
