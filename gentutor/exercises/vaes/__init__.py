"""The exercises of lesson 04: draw a code, price it, add up the ELBO; and three questions."""

from gentutor.exercises.vaes.elbo import ELBO
from gentutor.exercises.vaes.kl_divergence import KL_DIVERGENCE
from gentutor.exercises.vaes.questions import SAMPLES_ALL_ALIKE, WHY_DICE_FAIL, WHY_LOG_VARIANCE
from gentutor.exercises.vaes.reparameterise import REPARAMETERISE

EXERCISES = (REPARAMETERISE, KL_DIVERGENCE, ELBO, WHY_LOG_VARIANCE, SAMPLES_ALL_ALIKE, WHY_DICE_FAIL)
