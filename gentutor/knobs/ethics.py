"""Knobs of lesson 12_ethics."""

from gentutor.knobs.common import SEED
from gentutor.knobs.knob import Knob, KnobSet

KNOBS = KnobSet(
    SEED,
    Knob(
        "strength",
        3.0,
        0.0,
        8.0,
        help="What is added to the logits of green characters.",
        effect="higher: a larger z score of marked text, and text that surprises an unmarked model more.",
    ),
    Knob(
        "green_share",
        0.25,
        0.1,
        0.75,
        help="Share of the characters that is green after each run of four.",
        effect="higher: more characters are green by chance, so that the largest possible z falls.",
    ),
    Knob(
        "quality",
        30,
        5,
        95,
        help="JPEG quality with which pictures are compressed before they are judged.",
        effect="lower: a smaller area under the detector's ROC curve, and a fainter picture watermark.",
    ),
    Knob(
        "threshold",
        0.0,
        -1.0,
        1.0,
        help="Score from which on the detector raises an alarm.",
        effect="higher: fewer hits and fewer false alarms.",
    ),
    Knob(
        "imbalance",
        0.8,
        0.6,
        0.95,
        help="Share of the avatars to learn from that wear no glasses.",
        effect="higher: fewer glasses among the avatars that are made.",
    ),
    Knob(
        "n_fakes",
        400,
        100,
        1000,
        scale="log",
        unit="pictures",
        quick=300,
        help="How many generated pictures the detector learns from, and on how many it is judged.",
        effect="higher: a narrower interval around the area under the ROC curve.",
    ),
)
