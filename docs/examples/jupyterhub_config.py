"""gentutor on a JupyterHub: everybody has a workspace of their own, made in their home before their JupyterLab starts.

    jupyterhub --config docs/examples/jupyterhub_config.py

JupyterHub and gentutor stand in one environment: ``pip install 'gentutor[anywhere]'``. Authenticator and spawner are
JupyterHub's usual ones; add your own choices below. tests/anywhere/test_jupyterhub.py starts this very file.
"""

import sys
from pathlib import Path

c = get_config()  # noqa: F821  (JupyterHub's)

c.Spawner.cmd = [sys.executable, "-m", "gentutor.workspace.hub"]
c.Spawner.notebook_dir = "~/gentutor-workspace"
c.Spawner.default_url = "/lab/tree/00_welcome.ipynb"

# A proxy written in Python, where there is no Node.js; leave this out to have JupyterHub's usual one.
c.ConfigurableHTTPProxy.command = [str(Path(sys.executable).with_name("configurable-http-proxy"))]
