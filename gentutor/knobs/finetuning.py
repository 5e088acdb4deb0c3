"""Knobs of lesson 10_finetuning."""

from gentutor.knobs.common import BATCH_SIZE, LR, SEED
from gentutor.knobs.knob import Knob, KnobSet

KNOBS = KnobSet(
    SEED,
    Knob(
        "updates",
        120,
        10,
        5000,
        scale="log",
        unit="updates",
        quick=24,
        live=False,
        help="How often each fine-tuning moves the weights.",
        effect="higher: the new text is foreseen better, with diminishing return.",
    ),
    LR.but(default=0.008, high=0.5),
    BATCH_SIZE.but(
        default=16, low=2, high=256, unit="windows", quick=6, help="How many windows of text share one update."
    ),
    Knob(
        "rank",
        8,
        1,
        64,
        scale="log",
        unit="numbers",
        live=False,
        help="Through how many numbers each adapter leads: its rank.",
        effect="higher: more trained weights in proportion, and a new text that is foreseen better.",
    ),
    Knob(
        "replay",
        0.0,
        0.0,
        0.9,
        unit="of the windows",
        help="Share of each batch that is old text, shown again beside the new one.",
        effect="higher: less is forgotten, and the new text is learnt more slowly.",
    ),
    Knob(
        "layers_kept",
        2,
        0,
        3,
        unit="layers",
        live=False,
        help="Layers from below that stay as they are when only the last ones are trained; 0 trains everything.",
        effect="higher: fewer trained weights, and less is learnt of the new text.",
    ),
    Knob(
        "strength",
        1.0,
        0.0,
        2.0,
        help="Which share of the adapters is used: 0 is the old model, 1 the new one, more exaggerates.",
        effect="higher, up to 1: the new text is foreseen better and the old one worse; at 0 the old model answers.",
    ),
)
