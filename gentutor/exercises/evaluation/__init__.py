"""The exercises of lesson 09: four measures and how they are fooled; and three questions."""

from gentutor.exercises.evaluation.density_coverage import DENSITY_COVERAGE
from gentutor.exercises.evaluation.frechet_distance import FRECHET_DISTANCE
from gentutor.exercises.evaluation.memorised_share import MEMORISED_SHARE
from gentutor.exercises.evaluation.precision_recall_f1 import PRECISION_RECALL_F1
from gentutor.exercises.evaluation.questions import LOWER_DISTANCE, PERFECT_SCORES, WHICH_FAMILY

EXERCISES = (
    PRECISION_RECALL_F1,
    FRECHET_DISTANCE,
    DENSITY_COVERAGE,
    MEMORISED_SHARE,
    LOWER_DISTANCE,
    PERFECT_SCORES,
    WHICH_FAMILY,
)
