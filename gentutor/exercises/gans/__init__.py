"""The exercises of lesson 03: both players' losses, and the penalty that calms their game; and three questions."""

from gentutor.exercises.gans.discriminator_loss import DISCRIMINATOR_LOSS
from gentutor.exercises.gans.generator_loss import GENERATOR_LOSS
from gentutor.exercises.gans.gradient_penalty import GRADIENT_PENALTY
from gentutor.exercises.gans.questions import LOSSES_STAND_STILL, WHY_IT_COLLAPSED, WHY_NON_SATURATING

EXERCISES = (
    DISCRIMINATOR_LOSS,
    GENERATOR_LOSS,
    GRADIENT_PENALTY,
    WHY_NON_SATURATING,
    LOSSES_STAND_STILL,
    WHY_IT_COLLAPSED,
)
