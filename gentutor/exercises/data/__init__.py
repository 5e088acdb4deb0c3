"""The exercises of lesson 01: scale pixels, split without leaks, text as numbers, byte pairs; three questions."""

from gentutor.exercises.data.byte_pairs import MOST_FREQUENT_PAIR
from gentutor.exercises.data.characters import DECODE, ENCODE
from gentutor.exercises.data.merging import MERGE_PAIR
from gentutor.exercises.data.normalise import NORMALISE
from gentutor.exercises.data.questions import SPEND_THE_BUDGET, TOO_GOOD_TO_BE_TRUE, WHERE_STOP_WORDS_GO
from gentutor.exercises.data.splitting import SPLIT_WITHOUT_LEAKAGE

EXERCISES = (
    NORMALISE, SPLIT_WITHOUT_LEAKAGE, ENCODE, DECODE, MOST_FREQUENT_PAIR, MERGE_PAIR, TOO_GOOD_TO_BE_TRUE,
    WHERE_STOP_WORDS_GO, SPEND_THE_BUDGET,
)  # fmt: skip
