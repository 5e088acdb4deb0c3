"""The exercises of lesson 07: add noise, foretell its way back, walk it, and exaggerate; and three questions."""

from gentutor.exercises.diffusion.add_noise import ADD_NOISE
from gentutor.exercises.diffusion.euler_sample import EULER_SAMPLE
from gentutor.exercises.diffusion.guided_velocity import GUIDED_VELOCITY
from gentutor.exercises.diffusion.questions import WHAT_GUIDANCE_COSTS, WHY_MANY_STEPS, WHY_ONE_STEP_BLURS
from gentutor.exercises.diffusion.velocity_target import VELOCITY_TARGET

EXERCISES = (
    ADD_NOISE,
    VELOCITY_TARGET,
    EULER_SAMPLE,
    GUIDED_VELOCITY,
    WHY_ONE_STEP_BLURS,
    WHAT_GUIDANCE_COSTS,
    WHY_MANY_STEPS,
)
