"""Knobs that most lessons share; a lesson takes them with its own default through `Knob.but`."""

from gentutor.knobs.knob import Knob

LR = Knob(
    "lr",
    2e-3,
    1e-5,
    1.0,
    scale="log",
    help="Learning rate: how far one update moves the weights.",
    effect="higher: the loss falls faster at first; too high, it jumps or the run diverges.",
)
BATCH_SIZE = Knob(
    "batch_size",
    128,
    8,
    1024,
    scale="log",
    unit="examples",
    help="How many examples share one update.",
    effect="higher: the loss curve is smoother, and there are fewer updates in an epoch.",
)
EPOCHS = Knob(
    "epochs",
    5,
    1,
    50,
    scale="log",
    unit="passes",
    live=False,
    help="How often training goes through the whole training set.",
    effect="higher: a lower loss, with diminishing return.",
)
SEED = Knob(
    "seed",
    0,
    0,
    9999,
    live=False,
    help="Start of every random stream: same seed, same run.",
    effect="another seed: another run of the same quality.",
)
