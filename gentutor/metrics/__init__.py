"""Measures of models and of what they generate: tensors in, numbers out."""

from gentutor.metrics.attributes import READABLE, obeyed, read_attributes
from gentutor.metrics.classification import accuracy, confusion_matrix, precision_recall_f1
from gentutor.metrics.cost import Pace, fit_pace, time_steps, training_flops, training_memory
from gentutor.metrics.coverage import coverage, density_coverage
from gentutor.metrics.distance import frechet_distance, nearest_distances
from gentutor.metrics.features import class_features, feature_distance, predicted_class
from gentutor.metrics.forgetting import forgetting
from gentutor.metrics.judging import judge_area, judge_curve
from gentutor.metrics.latent import active_units, log_likelihood, test_elbo, unit_activity
from gentutor.metrics.memorising import memorised_share
from gentutor.metrics.perplexity import bits_per_character, perplexity, token_log_probs
from gentutor.metrics.reciting import longest_copy, nearness, recited_share
from gentutor.metrics.samples import mode_coverage, precision_recall

__all__ = [
    "READABLE",
    "Pace",
    "accuracy",
    "active_units",
    "bits_per_character",
    "class_features",
    "confusion_matrix",
    "coverage",
    "density_coverage",
    "feature_distance",
    "fit_pace",
    "forgetting",
    "frechet_distance",
    "judge_area",
    "judge_curve",
    "log_likelihood",
    "longest_copy",
    "memorised_share",
    "mode_coverage",
    "nearest_distances",
    "nearness",
    "obeyed",
    "perplexity",
    "precision_recall",
    "precision_recall_f1",
    "predicted_class",
    "read_attributes",
    "recited_share",
    "test_elbo",
    "time_steps",
    "token_log_probs",
    "training_flops",
    "training_memory",
    "unit_activity",
]
