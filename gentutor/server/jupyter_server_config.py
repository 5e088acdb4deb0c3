"""Server settings of `gentutor lab`: small messages to and from the kernel are sent at once (see nodelay.py)."""

c = get_config()  # type: ignore[name-defined]  # noqa: F821
c.ServerApp.kernel_websocket_connection_class = "gentutor.server.nodelay.PromptConnection"
