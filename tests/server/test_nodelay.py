"""The server's kernel connection with TCP_NODELAY, on a real WebSocket."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from typing import Any

import pytest
import tornado.httpserver
import tornado.testing
import tornado.web
import tornado.websocket
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from jupyter_server.services.kernels.websocket import KernelWebsocketHandler
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader
from traitlets.utils.importstring import import_item

from gentutor.server.nodelay import CONFIG_FILE, OPTION, PromptConnection


class KernellessConnection(PromptConnection):
    """Takes any handler and knows no kernel, which plays no part here."""

    websocket_handler: Any = None


def connection_for(handler: Any) -> PromptConnection:
    made = KernellessConnection.__new__(KernellessConnection)
    made.websocket_handler = handler
    return made


def nodelay_of(handler: tornado.websocket.WebSocketHandler) -> int:
    stream: Any = handler.ws_connection.stream  # type: ignore[union-attr]
    return int(stream.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))


async def _options_of_a_new_websocket() -> list[int]:
    seen: list[int] = []

    class Handler(tornado.websocket.WebSocketHandler):
        def open(self, *_: str, **__: str) -> None:
            seen.append(nodelay_of(self))
            connection_for(self).connect()
            seen.append(nodelay_of(self))
            self.close()

    server = tornado.httpserver.HTTPServer(tornado.web.Application([("/", Handler)]))
    listening, port = tornado.testing.bind_unused_port()
    server.add_socket(listening)
    page = await tornado.websocket.websocket_connect(f"ws://127.0.0.1:{port}/")
    assert await page.read_message() is None
    page.close()
    server.stop()
    await server.close_all_connections()
    return seen


def test_socket_sends_at_once_after_connect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ZMQChannelsWebsocketConnection, "connect", lambda _: None)
    assert asyncio.run(_options_of_a_new_websocket()) == [0, 1]


@pytest.mark.parametrize("problem", [AttributeError("no such method"), AssertionError(), OSError("bad descriptor")])
def test_socket_out_of_reach_changes_nothing(problem: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    class Handler:
        def set_nodelay(self, value: bool) -> None:
            raise problem

    monkeypatch.setattr(ZMQChannelsWebsocketConnection, "connect", lambda _: "connected")
    assert connection_for(Handler()).connect() == "connected"


def test_option_and_file_name_the_class() -> None:
    name = OPTION.split("=")[1]
    assert import_item(name) is PromptConnection
    config: Config = PyFileConfigLoader(CONFIG_FILE.name, str(CONFIG_FILE.parent)).load_config()
    assert config.ServerApp.kernel_websocket_connection_class == name


def test_upstream_still_offers_what_is_overridden() -> None:
    assert callable(ZMQChannelsWebsocketConnection.connect)
    assert callable(KernelWebsocketHandler.set_nodelay)


def test_server_does_not_load_torch() -> None:
    code = "import sys, gentutor.server.nodelay; print('torch' in sys.modules, 'ipywidgets' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
