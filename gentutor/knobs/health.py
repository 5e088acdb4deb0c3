"""Knobs of lesson 13_health."""

from gentutor.knobs.common import SEED
from gentutor.knobs.knob import Knob, KnobSet

KNOBS = KnobSet(
    SEED,
    Knob(
        "updates",
        1000,
        50,
        10000,
        scale="log",
        unit="updates",
        quick=800,
        help="How often the overfitted generator's weights are moved.",
        effect="higher: synthetic patients nearer to the real ones they were learnt from, and a stronger attack.",
    ),
    Knob(
        "n_train",
        60,
        50,
        400,
        scale="log",
        unit="patients",
        help="How many real patients the generator sees.",
        effect="higher: each is remembered less, so that the attack gets weaker.",
    ),
    Knob(
        "noise",
        8.0,
        0.0,
        64.0,
        help="Noise on each private update, as a multiple of the clip norm.",
        effect="higher: a smaller epsilon, a weaker attack, and less useful patients.",
    ),
    Knob(
        "clip_norm",
        1.0,
        0.01,
        100.0,
        scale="log",
        help="The greatest length of one patient's gradient.",
        effect="higher: longer gradients survive unclipped, and the noise grows along.",
    ),
)
