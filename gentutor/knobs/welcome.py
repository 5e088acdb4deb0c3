"""Knobs of lesson 00_welcome."""

from gentutor.knobs.common import BATCH_SIZE, SEED
from gentutor.knobs.knob import Knob, KnobSet

KNOBS = KnobSet(
    SEED,
    Knob(
        "overlap",
        0.8,
        0.2,
        3.0,
        scale="log",
        help="How far each group of points spreads; their centres lie 2 apart.",
        effect="higher: nobody can tell the groups apart so well, and both classifiers make more mistakes.",
    ),
    Knob(
        "n_points",
        12,
        4,
        2000,
        scale="log",
        unit="points",
        help="How many points there are to learn from.",
        effect="higher: both classifiers make fewer mistakes and draw nearly the same border.",
    ),
    Knob(
        "blend",
        0.5,
        0.0,
        1.0,
        help="Where between two garments the VAE draws.",
        effect="higher: the picture turns from the first garment into the second.",
    ),
    Knob(
        "rounds",
        500,
        0,
        4000,
        unit="rounds",
        help="How many rounds forger and detective have played.",
        effect="higher: the forger's points come closer to the real ones.",
    ),
    Knob(
        "context",
        4,
        0,
        8,
        unit="letters",
        help="How many letters the writer looks back before it chooses the next.",
        effect="higher: the text reads better, and more of it is copied word for word.",
    ),
    Knob(
        "moment",
        0.8,
        0.0,
        1.0,
        help="How far the way from noise to people has been walked.",
        effect="higher: noise turns into people.",
    ),
    Knob(
        "width",
        200,
        16,
        1024,
        scale="log",
        unit="units",
        quick=96,
        live=False,
        help="Units in each hidden layer of the model that you train.",
        effect="higher: more weights, more seconds, more memory, and better pictures for the same number of steps.",
    ),
    Knob(
        "steps",
        800,
        20,
        4000,
        scale="log",
        unit="steps",
        quick=150,
        live=False,
        help="How often the weights are moved.",
        effect="higher: more seconds, and better pictures, with diminishing return.",
    ),
    BATCH_SIZE.but(
        effect="higher: more seconds and more memory for each step, and better pictures for the same number of steps."
    ),
)
