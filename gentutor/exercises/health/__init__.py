"""The exercises of lesson 13: usefulness, leaks and noise; and three questions."""

from gentutor.exercises.health.clip_and_noise import CLIP_AND_NOISE
from gentutor.exercises.health.membership_advantage import MEMBERSHIP_ADVANTAGE
from gentutor.exercises.health.questions import MAY_IT_BE_USED, NO_NAMES, SMALLER_EPSILON
from gentutor.exercises.health.tstr_gap import TSTR_GAP

EXERCISES = (
    TSTR_GAP,
    MEMBERSHIP_ADVANTAGE,
    CLIP_AND_NOISE,
    NO_NAMES,
    SMALLER_EPSILON,
    MAY_IT_BE_USED,
)
