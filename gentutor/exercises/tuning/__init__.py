"""The exercises of lesson 08: draws on a logarithmic scale, who goes on, and which setting is best; and questions."""

from gentutor.exercises.tuning.log_uniform import LOG_UNIFORM
from gentutor.exercises.tuning.pick_best import PICK_BEST
from gentutor.exercises.tuning.questions import BETTER_OR_LUCKY, WHAT_HALVING_RISKS, WHY_RANDOM_BEATS_GRID
from gentutor.exercises.tuning.survivors import SURVIVORS

EXERCISES = (
    LOG_UNIFORM,
    SURVIVORS,
    PICK_BEST,
    WHY_RANDOM_BEATS_GRID,
    WHAT_HALVING_RISKS,
    BETTER_OR_LUCKY,
)
