"""The exercises of lesson 05: a measure of surprise, attention without a look ahead, and the next token's chances."""

from gentutor.exercises.transformers.causal_attention import CAUSAL_ATTENTION
from gentutor.exercises.transformers.next_token_probs import NEXT_TOKEN_PROBS
from gentutor.exercises.transformers.perplexity import PERPLEXITY
from gentutor.exercises.transformers.questions import A_FORGOTTEN_MASK, HOW_TO_DECODE, WHICH_MODEL_IS_BETTER

EXERCISES = (
    PERPLEXITY,
    CAUSAL_ATTENTION,
    NEXT_TOKEN_PROBS,
    A_FORGOTTEN_MASK,
    WHICH_MODEL_IS_BETTER,
    HOW_TO_DECODE,
)
