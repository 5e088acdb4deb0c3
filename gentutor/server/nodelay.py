"""A kernel connection of the Jupyter server that does not hold small messages back.

The server leaves Nagle's algorithm on: a small message waits until the page has acknowledged the one before, some 40 ms
later. A slider's picture follows a small message, so that wait is most of what a student would feel: 46 ms for a
round trip, 7 without it. Tornado's WebSocket can switch the wait off; the server offers an option, but no switch.

`gentutor lab` starts JupyterLab with the option set. To have it in any other server, pass either of ::

    jupyter lab --ServerApp.kernel_websocket_connection_class=gentutor.server.nodelay.PromptConnection
    jupyter lab --config="$(python -c 'import gentutor.server.nodelay as n; print(n.CONFIG_FILE)')"

A ``--config`` replaces a reader's own configuration file of that name; the option does not.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from tornado.iostream import StreamClosedError
from tornado.websocket import WebSocketClosedError

CONFIG_FILE = Path(__file__).with_name("jupyter_server_config.py")
OPTION = f"--ServerApp.kernel_websocket_connection_class={__name__}.PromptConnection"


class PromptConnection(ZMQChannelsWebsocketConnection):
    """The server's own connection between page and kernel, with TCP_NODELAY set; otherwise unchanged."""

    def connect(self) -> Any:
        """Set TCP_NODELAY on the page's socket, then connect to the kernel as ever."""
        try:
            self.websocket_handler.set_nodelay(True)
        except (AttributeError, AssertionError, OSError, StreamClosedError, WebSocketClosedError) as problem:
            # Pictures come a little later, and nothing else changes: no reason to refuse the connection.
            self.log.info("Small messages may be sent late: TCP_NODELAY could not be set (%r).", problem)
        return super().connect()
