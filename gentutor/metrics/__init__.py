"""Measures of models and of what they generate: tensors in, numbers out."""

from gentutor.metrics.distance import frechet_distance, nearest_distances
from gentutor.metrics.features import class_features, feature_distance, predicted_class
from gentutor.metrics.latent import active_units, log_likelihood, test_elbo, unit_activity
from gentutor.metrics.samples import mode_coverage, precision_recall

__all__ = [
    "active_units",
    "class_features",
    "feature_distance",
    "frechet_distance",
    "log_likelihood",
    "mode_coverage",
    "nearest_distances",
    "precision_recall",
    "predicted_class",
    "test_elbo",
    "unit_activity",
]
