"""Measures of models and of what they generate: tensors in, numbers out."""

from gentutor.metrics.coverage import coverage
from gentutor.metrics.distance import frechet_distance, nearest_distances
from gentutor.metrics.latent import active_units, log_likelihood, test_elbo, unit_activity

__all__ = [
    "active_units",
    "coverage",
    "frechet_distance",
    "log_likelihood",
    "nearest_distances",
    "test_elbo",
    "unit_activity",
]
