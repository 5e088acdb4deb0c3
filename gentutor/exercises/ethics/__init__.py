"""The exercises of lesson 12: four measures of what goes wrong; and three questions."""

from gentutor.exercises.ethics.bias_amplification import BIAS_AMPLIFICATION
from gentutor.exercises.ethics.green_z_score import GREEN_Z_SCORE
from gentutor.exercises.ethics.questions import NO_WATERMARK, RARE_LIES, SCHOOL_POLICY
from gentutor.exercises.ethics.roc_auc import ROC_AUC
from gentutor.exercises.ethics.verify_manifest import VERIFY_MANIFEST

EXERCISES = (
    ROC_AUC,
    GREEN_Z_SCORE,
    VERIFY_MANIFEST,
    BIAS_AMPLIFICATION,
    RARE_LIES,
    NO_WATERMARK,
    SCHOOL_POLICY,
)
