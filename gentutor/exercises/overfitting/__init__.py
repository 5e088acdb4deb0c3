"""The exercises of lesson 11: units that fall silent, pictures that move, and when to stop."""

from gentutor.exercises.overfitting.augment import AUGMENT
from gentutor.exercises.overfitting.dropout import DROPOUT
from gentutor.exercises.overfitting.questions import BOTH_LOSSES_HIGH, PATIENTS_BY_HEART, THE_BEST_LOOKING_SAMPLES
from gentutor.exercises.overfitting.should_stop import SHOULD_STOP

EXERCISES = (
    DROPOUT,
    AUGMENT,
    SHOULD_STOP,
    BOTH_LOSSES_HIGH,
    THE_BEST_LOOKING_SAMPLES,
    PATIENTS_BY_HEART,
)
