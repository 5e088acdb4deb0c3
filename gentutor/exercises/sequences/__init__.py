"""The exercises of lesson 06: pixels to tokens and back, tokens to a piano roll, notes outside a key; and questions."""

from gentutor.exercises.sequences.dequantise import DEQUANTISE
from gentutor.exercises.sequences.out_of_scale_rate import OUT_OF_SCALE_RATE
from gentutor.exercises.sequences.quantise import QUANTISE
from gentutor.exercises.sequences.questions import WHICH_MEASURE_IS_DEAF, WHY_SEVERAL_COMPLETIONS, WHY_SOPRANO_FIRST
from gentutor.exercises.sequences.tokens_to_roll import TOKENS_TO_ROLL

EXERCISES = (
    QUANTISE,
    DEQUANTISE,
    TOKENS_TO_ROLL,
    OUT_OF_SCALE_RATE,
    WHY_SOPRANO_FIRST,
    WHICH_MEASURE_IS_DEAF,
    WHY_SEVERAL_COMPLETIONS,
)
