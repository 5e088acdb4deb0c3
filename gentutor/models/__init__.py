"""The models that the lessons build, one idea per file."""

from gentutor.models.conditional import ConditionalVAE
from gentutor.models.linear import LinearVAE, principal_components
from gentutor.models.vae import VAE, AutoEncoder, BetaVAE, start_at_mean
from gentutor.models.weights import load_bundled, load_weights, save_weights

__all__ = [
    "VAE",
    "AutoEncoder",
    "BetaVAE",
    "ConditionalVAE",
    "LinearVAE",
    "load_bundled",
    "load_weights",
    "principal_components",
    "save_weights",
    "start_at_mean",
]
