"""The three exercises of lesson 04: draw a code, price it, and add up the ELBO."""

from gentutor.exercises.vaes.elbo import ELBO
from gentutor.exercises.vaes.kl_divergence import KL_DIVERGENCE
from gentutor.exercises.vaes.reparameterise import REPARAMETERISE

EXERCISES = (REPARAMETERISE, KL_DIVERGENCE, ELBO)
