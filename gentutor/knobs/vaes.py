"""Knobs of lesson 04_vaes."""

from gentutor.knobs.common import BATCH_SIZE, EPOCHS, LR, SEED
from gentutor.knobs.knob import Knob, KnobSet

KNOBS = KnobSet(
    SEED,
    EPOCHS.but(default=6, quick=2),
    LR.but(default=4e-3, high=0.1),
    BATCH_SIZE,
    Knob(
        "latent_dim",
        20,
        1,
        64,
        scale="log",
        unit="numbers",
        live=False,
        help="Length of the code z that stands for one picture.",
        effect="higher: sharper reconstructions up to a point; beyond it the extra numbers stay unused.",
    ),
    Knob(
        "width",
        400,
        16,
        1024,
        scale="log",
        unit="units",
        quick=128,
        live=False,
        help="Units in each hidden layer of encoder and decoder.",
        effect="higher: a better ELBO for the same number of updates, at more seconds per update.",
    ),
    Knob(
        "beta",
        1.0,
        0.05,
        50.0,
        scale="log",
        help="Weight of the KL term in the loss; 1 gives the ELBO itself.",
        effect="higher: KL falls, reconstructions get worse, samples get smoother.",
    ),
    Knob(
        "warm_up",
        0.0,
        0.0,
        1.0,
        unit="of the run",
        live=False,
        help="Share of the run during which beta climbs from 0 to its value.",
        effect="higher: more latent units stay active where a large beta would switch them off.",
    ),
    Knob(
        "free_bits",
        0.0,
        0.0,
        2.0,
        unit="nats per latent unit",
        help="KL that each latent unit may spend without being charged for it.",
        effect="higher: more latent units stay active.",
    ),
)
