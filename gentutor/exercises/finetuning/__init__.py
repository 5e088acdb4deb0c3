"""The exercises of lesson 10: an adapter's answer, its merging, what is forgotten; and three questions."""

from gentutor.exercises.finetuning.forgetting import FORGETTING
from gentutor.exercises.finetuning.lora_linear import LORA_LINEAR
from gentutor.exercises.finetuning.merge import MERGE
from gentutor.exercises.finetuning.questions import A_POOR_ADAPTER, WHAT_REPLAY_BUYS, WHICH_REPAIR

EXERCISES = (
    LORA_LINEAR,
    MERGE,
    FORGETTING,
    A_POOR_ADAPTER,
    WHAT_REPLAY_BUYS,
    WHICH_REPAIR,
)
