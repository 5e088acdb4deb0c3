"""The exercises of lesson 00: turn densities into a verdict, count what training costs; and three questions."""

from gentutor.exercises.welcome.bayes_posterior import BAYES_POSTERIOR
from gentutor.exercises.welcome.questions import TEN_TIMES_LARGER, WHEN_IS_IT_NEW, WHICH_CAN_INVENT
from gentutor.exercises.welcome.training_flops import TRAINING_FLOPS

EXERCISES = (BAYES_POSTERIOR, TRAINING_FLOPS, WHICH_CAN_INVENT, TEN_TIMES_LARGER, WHEN_IS_IT_NEW)
