"""Knobs of lesson 02_training."""

from gentutor.knobs.common import BATCH_SIZE, EPOCHS, LR, SEED
from gentutor.knobs.knob import Knob, KnobSet

KNOBS = KnobSet(
    SEED,
    Knob(
        "scheme",
        3,
        0,
        4,
        live=False,
        help="First weights: 0 a fixed spread of 0.01, 1 torch's default, 2 Xavier, 3 He, 4 orthogonal.",
        effect="0 and 1: the signal of a deep ReLU net dies out; 2: it fades; 3 and 4: it stays level.",
    ),
    Knob(
        "gain",
        1.0,
        0.25,
        4.0,
        scale="log",
        live=False,
        help="Factor for all first weights; 1 is the scheme itself.",
        effect="higher: the spread grows by this factor in every layer; lower: it shrinks by it.",
    ),
    Knob(
        "depth",
        20,
        2,
        40,
        unit="layers",
        live=False,
        help="Layers of the network in section 3.",
        effect="higher: a wrong gain does more harm, because its factor counts once for each layer.",
    ),
    EPOCHS.but(default=20, quick=1),
    LR.but(default=0.02, low=1e-4),
    Knob(
        "momentum",
        0.9,
        0.0,
        0.99,
        help="Share of the old velocity that each step keeps.",
        effect="higher: faster along a valley and less zigzag across it; near 1 it overshoots.",
    ),
    BATCH_SIZE.but(default=64),
    Knob(
        "weight_decay",
        1e-4,
        1e-6,
        1.0,
        scale="log",
        help="Share of each weight, times the learning rate, that every update takes away.",
        effect="higher: smaller weights; far too high, and the network forgets faster than it learns.",
    ),
)
