"""`live`: a panel on a training run, to play, pause, step, rewind, branch and steer it while it trains."""

from __future__ import annotations

import contextvars
import time
from collections.abc import Sequence
from typing import Any

import anywidget
import numpy as np
import traitlets
from numpy.typing import NDArray

from gentutor.errors import GentutorError, KnobError
from gentutor.training import Run
from gentutor.training.interrupts import on_interrupt
from gentutor.widgets.cells import replace_in_cell
from gentutor.widgets.live_feed import Feed, View
from gentutor.widgets.live_player import MOVES, Player
from gentutor.widgets.live_still import StillDisplay
from gentutor.widgets.pages import page
from gentutor.widgets.steering import Steering


class LivePanel(anywidget.AnyWidget):
    """The widget that `live` returns: page on one side, `Steering` and the background trainer on the other.

    Both directions use custom messages, never synchronised traits: those wait behind a busy cell. Frames are sent
    from the trainer's own thread, so they come while another cell runs.
    """

    _esm = page("controls.js", "picture.js", "curves.js", "transport.js", "live.js")
    _css = page("controls.css", "live.css")
    setup = traitlets.Dict().tag(sync=True)
    _closed = True  # until it is built

    def __init__(
        self, steering: Steering, view: View | None, *, curves: Sequence[str], title: str, alt: str, autoplay: bool
    ) -> None:
        run = steering.run
        self.steering = steering
        self.names = list(curves)
        self._feed = Feed(self.steering, view, self.names, alt)
        self.player = Player(self.steering, self._feed, self.update)
        self._autoplay = autoplay
        self.seen = False
        self._views: set[str] = set()
        self._context: contextvars.Context | None = None
        picture = self.picture()
        super().__init__(
            setup={
                "title": title,
                "knobs": [knob.describe() for knob in self.steering.knobs.values()],
                "values": {name: run.settings[name] for name in self.steering.knobs},
                "curves": self.names,
                "picture": None if picture is None else list(picture.shape),
                "steps": run.steps,
            }
        )
        # ipykernel 7 answers a page's message in the thread that sent last; forgotten here, so that the page's first
        # message is heard in its own subshell, even while "Run All" keeps the main thread busy.
        self.comm.__dict__.pop("_reply_subshell_id", None)
        self.on_msg(self._receive)
        self._forget_interrupt = on_interrupt(self._interrupted)
        self._still = StillDisplay(self)
        replace_in_cell(self.close)
        self._closed = False

    # What the page asks for

    def _receive(self, _: object, content: dict[str, Any], buffers: object) -> None:
        move = getattr(self, f"_do_{content.get('kind')}", None)
        if move is None:
            return
        with MOVES:
            if self._closed:
                return
            self._context = contextvars.copy_context()
            try:
                picture = move(content) is not False  # a move that leaves the weights alone says so
            except Exception as error:  # the page is told; here it would end in the kernel's log, where nobody looks
                ours = isinstance(error, GentutorError)
                self.steering.words = str(error) if ours else f"{type(error).__name__}: {error}"
                picture = ours
            if "n" in content:
                answer = {"kind": "ack", "move": content["kind"], "n": content["n"], "time": time.time()}
                self._post(answer | {"step": self.steering.run.position})
            # While it trains, the trainer's next frame shows the change.
            if not self.player.training or content["kind"] == "ready":
                self.update(picture)

    def _do_ready(self, content: dict[str, Any]) -> None:
        self.seen = True
        self._views.add(str(content.get("view")))
        self._feed.restart()
        run = self.steering.run
        if self._autoplay and not run.trouble and run.position == run.end < run.steps:
            self._autoplay = False
            self.player.play()

    def _do_gone(self, content: dict[str, Any]) -> bool:
        self._views.discard(str(content.get("view")))
        if not self._views and self.player.training:
            self.player.pause("Paused, because the panel was closed.")
        return False

    def _do_play(self, content: dict[str, Any]) -> None:
        self.player.play()

    def _do_pause(self, content: dict[str, Any]) -> None:
        self.player.pause()

    def _do_stop(self, content: dict[str, Any]) -> None:
        self.player.pause()
        run = self.steering.run
        self.steering.words = f"Stopped at step {run.position:,} of {run.steps:,}. The weights stay as they are."

    def _do_step(self, content: dict[str, Any]) -> None:
        self.player.pause()
        self.steering.step()

    def _do_rewind(self, content: dict[str, Any]) -> None:
        self.player.pause()
        self.steering.rewind(int(content["step"]))

    def _do_set(self, content: dict[str, Any]) -> bool:
        before = self.steering.run
        self.steering.set(content["name"], content["value"])
        if self.steering.run is not before and self.player.training:
            self.player.play()  # the branch is trained now
        return self.steering.run is not before

    def _do_branch(self, content: dict[str, Any]) -> None:
        self.player.pause()
        self.steering.branch()

    def _do_choose(self, content: dict[str, Any]) -> None:
        self.player.pause()
        self.steering.choose(int(content["run"]))

    def _do_heal(self, content: dict[str, Any]) -> None:
        self.player.pause()
        self.steering.heal()
        self.player.play()

    # For the cells that follow

    def finish(self, progress: bool = True) -> Run:
        """Train the branch that is active on the panel to its end and return it; for the cell after the panel.

        A branch that has diverged is taken back to a healthy step and goes on with a lower learning rate, and a
        sentence says so: a student who has wrecked the run on purpose goes on with the lesson.

        Parameters
        ----------
        progress : bool
            Whether to show steps done and time left.

        Raises
        ------
        TrainingDivergedError
            When the run diverges even then.
        """
        return self.player.finish(progress)

    # Changes that come from elsewhere

    def _interrupted(self) -> None:
        with MOVES:
            if self.player.training and not self._closed:
                self.player.pause("Interrupted. Play goes on from here.")
                self.update()

    def refresh(self) -> None:
        """Show the run as it is now, after a cell has changed or trained it."""
        with MOVES:
            self.player.check()
            if not self.player.training:
                self.update()

    # What the page is sent

    def picture(self) -> NDArray[np.uint8] | None:
        """The view of the active run's weights as they are, (H, W) or (H, W, 3); None without a view."""
        return self._feed.picture(self.steering.run)

    def update(self, picture: bool = True) -> None:
        """Send the page everything that may have changed since the last time."""
        if self._views and not self._closed:
            self._post(*self._feed.update(self.player.state, picture))

    def _post(self, content: dict[str, Any], buffers: Sequence[NDArray[Any]] = ()) -> None:
        views = [memoryview(buffer.data).cast("B") for buffer in buffers]
        if self._context is None:
            self.send(content, views)
        else:  # as an answer to the page's last message: so the kernel hears the next one where it heard that
            self._context.run(self.send, content, views)

    # Display and end

    def _ipython_display_(self) -> None:
        self._still.show()

    def close(self) -> None:
        """Stop training and forget the page; done by itself when the cell is run again."""
        with MOVES:
            if self._closed:
                return
            self.player.pause()
            self._closed = True
            self._forget_interrupt()
            self._still.end()
            super().close()

    def __del__(self) -> None:
        # The garbage collector calls this in whatever thread it happens to run, even in a trainer that is just being
        # started by a thread that holds the lock: waiting here would stop both for good.
        if not self._closed and MOVES.acquire(blocking=False):
            try:
                self.close()
            finally:
                MOVES.release()


def live(
    run: Run,
    *,
    knobs: Sequence[str] = ("lr",),
    view: View | None = None,
    curves: Sequence[str] = ("loss",),
    title: str = "",
    alt: str = "",
    autoplay: bool = True,
) -> LivePanel:
    """Put a training run on a panel that steers it while it trains.

    Training starts when the panel appears on a page. Without a page (papermill, nbconvert) nothing is trained here:
    the panel's `finish`, called in a later cell, trains to the end with the same bits, and the still picture of the
    panel then shows it.

    Parameters
    ----------
    run : Run
        What is trained. Branches made on the panel are in ``run.family()``.
    knobs : sequence of str
        Names of the knobs that get a slider; each must be allowed to change while a run trains.
    view : callable, optional
        ``view(parts) -> picture``: pixels of shape (H, W) or (H, W, 3), bytes or in [0, 1], drawn from the parts of
        the run, such as a grid of samples decoded from fixed noise. It is called about ten times a second between
        two steps, so it should take a few milliseconds; it must draw nothing from the global random stream.
    curves : sequence of str
        Recorded series to draw over the steps, one above the other.
    title : str
        Heading of the panel.
    alt : str
        One sentence that says what the picture shows.
    autoplay : bool
        Whether training starts when the panel appears.

    Returns
    -------
    LivePanel
        A widget; its ``steering.run`` is the branch that is active on the panel.

    Raises
    ------
    KnobError
        When a knob is unknown, or fixed once a run is built.
    GentutorError
        When `view` returns something that is no picture.
    """
    fixed = [name for name in knobs if not run.knobs[name].live]
    if fixed:
        raise KnobError(f"{fixed[0]} is fixed once a run is built, so it gets no slider here. Choose other knobs.")
    steering = Steering(run, run.knobs.only(*knobs))
    alt = alt or f"Samples of {run.name}."
    return LivePanel(steering, view, curves=curves, title=title, alt=alt, autoplay=autoplay)
