"""Training runs that can be steered, rewound, branched and replayed, without any widget in them.

`Run` is one training run with its history; `train` is the loop; `background` trains in a thread so that a
notebook stays free; `Batches` feeds examples, `Windows` stretches of a text. ``gentutor.widgets.live`` puts controls
on a run.
"""

from gentutor.training.batches import Batches
from gentutor.training.laboratory import Laboratory
from gentutor.training.loop import set_lr, train
from gentutor.training.record import Change
from gentutor.training.replaying import replay
from gentutor.training.run import Run
from gentutor.training.windows import Windows

__all__ = ["Batches", "Change", "Laboratory", "Run", "Windows", "replay", "set_lr", "train"]
