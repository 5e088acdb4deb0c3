"""Play and pause: the one background trainer in the hands of a panel, and frames at a pace the trainer can afford."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import ClassVar

from gentutor.errors import RunStateError, TrainingDivergedError
from gentutor.training import Run, background
from gentutor.widgets.live_feed import Feed
from gentutor.widgets.steering import Steering

_FRAME_S = 0.097  # ten pictures a second, where steps end off the beat too; more would slow the training further
_MOST_REPAIRS = 3  # each lowers the learning rate tenfold, or to where it was healthy
_SHARE = 0.08  # and frames take at most this share of the trainer's time, however slow the pictures are

# Moves come from the kernel's main thread or from its subshells; this lock lets one be made at a time. The trainer
# never waits for it without an end: a move that stops the trainer holds it while it waits for the trainer.
MOVES = threading.RLock()


class Player:
    """Trains the active run of a panel in the background and has frames shown while it does.

    All methods but `finish` are called with `MOVES` held.

    Parameters
    ----------
    steering : Steering
        Whose active run is trained; its `words` say what happens.
    feed : Feed
        Told when the speed is to be measured anew.
    show : callable
        Sends a frame; called in the trainer's thread.
    """

    _owner: ClassVar[Player | None] = None  # whose run the background thread trains, or trained last

    def __init__(self, steering: Steering, feed: Feed, show: Callable[[], None]) -> None:
        self.training = False
        self._steering, self._feed, self._show = steering, feed, show
        self._stopping = False
        self._due = 0.0

    @property
    def state(self) -> str:
        """``"training"``, ``"paused"``, ``"done"`` or ``"diverged"``."""
        run = self._steering.run
        if run.trouble:
            return "diverged"
        if self.training:
            return "training"
        return "done" if run.position >= run.steps else "paused"

    def play(self) -> None:
        """Train the active run, in place of whatever is trained now.

        Raises
        ------
        RunStateError
            When the run has diverged or is complete.
        """
        run = self._steering.run
        if run.trouble:
            raise RunStateError("The run has diverged. Rewind it, or take the offer to lower the learning rate.")
        if run.position >= run.steps:
            raise RunStateError(f"All {run.steps:,} steps are trained. Rewind to try another future from there.")
        if Player._owner not in (None, self):
            Player._owner.pause("Paused, because another panel trains now.")
            Player._owner._show()
        self._stop()
        repeats = run.position < run.end
        self._steering.words = (
            f"Repeating the recorded steps up to {run.end:,}, then training on."
            if repeats
            else f"Training {self._steering.label(run)}."
        )
        self._feed.new_pace()
        Player._owner, self.training = self, True
        background.start(run, self._on_step, self._on_end)

    def pause(self, words: str = "") -> None:
        """Stop training after the present step; nothing happens when this panel does not train."""
        if not self.training:
            return
        self._stop()
        self.training = False
        self._steering.words = words or f"Paused at step {self._steering.run.position:,}. Play goes on from here."

    def check(self) -> None:
        """Notice that the trainer was stopped by somebody else, such as a cell."""
        if self.training and background.running() is not self._steering.run:
            self.training = False
            self._steering.words = f"At step {self._steering.run.position:,}."

    def finish(self, progress: bool) -> Run:
        """Train the active run to its end; called without `MOVES`, so that the page is heard meanwhile.

        Raises
        ------
        TrainingDivergedError
            When the run diverges again after `_MOST_REPAIRS` repairs.
        """
        repairs = 0
        while True:
            run = self._steering.run
            try:
                run.finish(progress)
            except TrainingDivergedError:
                repairs += 1
                if repairs > _MOST_REPAIRS:
                    raise
                with MOVES:
                    self.pause()
                    self._steering.heal()
                print(f"The run had diverged. {self._steering.words}")
            else:
                if run is self._steering.run:  # else another branch was chosen meanwhile
                    return run

    def _stop(self) -> None:
        self._stopping = True  # so that the trainer gives up waiting for the lock that is held here
        background.stop()
        self._stopping = False

    def _on_step(self, run: Run) -> None:
        now = time.monotonic()
        if now < self._due or not MOVES.acquire(blocking=False):
            return
        began = time.thread_time()
        try:
            if self.training and run is self._steering.run:
                self._show()
            # Processor time, not the clock's: where other programs are busy too, pictures go on ten times a second.
            pause = max(_FRAME_S, (time.thread_time() - began) / _SHARE)
            # A step that ends a little after the beat does not delay all later pictures.
            self._due = now + pause - min(now - self._due, pause / 10)
        finally:
            MOVES.release()

    def _on_end(self, run: Run, reason: str) -> None:
        while not MOVES.acquire(timeout=0.02):
            if self._stopping:
                return
        try:
            if not self.training or run is not self._steering.run:
                return
            self.training = False
            if reason == "done":
                self._steering.words = f"Finished: all {run.steps:,} steps are trained."
            elif reason == "failed":
                self._steering.words = (
                    f"The update raised {background.last_error()!r} at step {run.position:,}. "
                    "run.finish() in a cell shows where."
                )
            self._show()
        finally:
            MOVES.release()
