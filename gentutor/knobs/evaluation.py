"""Knobs of lesson 09_evaluation."""

from gentutor.knobs.common import BATCH_SIZE, SEED
from gentutor.knobs.knob import Knob, KnobSet

KNOBS = KnobSet(
    SEED,
    BATCH_SIZE.but(default=64),
    Knob(
        "n_samples",
        1000,
        50,
        2000,
        scale="log",
        unit="samples",
        quick=500,
        help="Sample size: how many generated pictures are measured.",
        effect="higher: the Fréchet distance of a perfect generator falls towards 0, and coverage rises.",
    ),
    Knob(
        "blur",
        0.0,
        0.0,
        2.0,
        unit="pixels",
        help="Width of the blur laid over generated pictures.",
        effect="higher: a larger Fréchet distance, and lower precision and coverage.",
    ),
    Knob(
        "copies",
        0.0,
        0.0,
        1.0,
        help="Share of the generated pictures that are copied from the training data.",
        effect="higher: the memorised share rises with it, and the Fréchet distance does not get worse.",
    ),
    Knob(
        "k",
        5,
        1,
        20,
        help="Which neighbour the ball around each real item reaches to.",
        effect="higher: larger balls, so that precision and coverage rise for good and bad generators alike.",
    ),
    Knob(
        "budget",
        12.0,
        1.0,
        120.0,
        scale="log",
        unit="GFLOP",
        quick=4.0,
        live=False,
        help="Compute that each family may spend on training, in billions of operations.",
        effect="higher: points nearer to the ring's spots, with diminishing return.",
    ),
    Knob(
        "family",
        0,
        0,
        4,
        help="Whose points are shown: 0 GAN, 1 VAE, 2 autoregressive, 3 flow, 4 diffusion.",
        effect="another family: another way to miss the ring.",
    ),
    Knob(
        "broken",
        1,
        0,
        1,
        help="Whether the family's failure is switched on.",
        effect="higher: the failure, which lowers coverage in each family.",
    ),
)
