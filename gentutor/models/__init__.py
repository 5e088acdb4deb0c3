"""The models that the lessons build, one idea per file."""

from gentutor.models.classifier import Classifier
from gentutor.models.conditional import ConditionalVAE
from gentutor.models.diffusion import PictureVelocity, PointVelocity
from gentutor.models.diffusion_recipe import DIFFUSION_FAST, diffusion_adam, diffusion_update, wished
from gentutor.models.gan import Averaged, Discriminator, Generator
from gentutor.models.gan_recipe import GAN_FAST, gan_adam, gan_update
from gentutor.models.linear import LinearVAE, principal_components
from gentutor.models.masked_painter import MaskedPainter, Painters
from gentutor.models.muon import Muon
from gentutor.models.painter_training import TrainedPainter, train_painter
from gentutor.models.random_features import HalfPainter
from gentutor.models.transformer import Cache, Transformer, attention_weights, causal_attention
from gentutor.models.transformer_recipe import (
    TRANSFORMER_FAST,
    TRANSFORMER_LONG,
    transformer_optimisers,
    transformer_update,
)
from gentutor.models.vae import VAE, AutoEncoder, BetaVAE, start_at_mean
from gentutor.models.weights import load_bundled, load_weights, save_weights

__all__ = [
    "DIFFUSION_FAST",
    "GAN_FAST",
    "TRANSFORMER_FAST",
    "TRANSFORMER_LONG",
    "VAE",
    "AutoEncoder",
    "Averaged",
    "BetaVAE",
    "Cache",
    "Classifier",
    "ConditionalVAE",
    "Discriminator",
    "Generator",
    "HalfPainter",
    "LinearVAE",
    "MaskedPainter",
    "Muon",
    "Painters",
    "PictureVelocity",
    "PointVelocity",
    "TrainedPainter",
    "Transformer",
    "attention_weights",
    "causal_attention",
    "diffusion_adam",
    "diffusion_update",
    "gan_adam",
    "gan_update",
    "load_bundled",
    "load_weights",
    "principal_components",
    "save_weights",
    "start_at_mean",
    "train_painter",
    "transformer_optimisers",
    "transformer_update",
    "wished",
]
