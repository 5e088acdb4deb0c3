"""The exercises of lesson 02: first weights, gradients by hand, a step of Adam; and three questions."""

from gentutor.exercises.training.adam_step import ADAM_STEP
from gentutor.exercises.training.backward import BACKWARD
from gentutor.exercises.training.init_std import INIT_STD
from gentutor.exercises.training.questions import FIRST_WEIGHTS_OR_LR, LOSS_BEFORE_TRAINING, SILENT_BUG

EXERCISES = (BACKWARD, INIT_STD, ADAM_STEP, SILENT_BUG, LOSS_BEFORE_TRAINING, FIRST_WEIGHTS_OR_LR)
