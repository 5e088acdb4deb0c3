"""The models that the lessons build, one idea per file."""

from gentutor.models.adapters import (
    LoRALinear,
    add_adapters,
    load_adapters,
    lora_linear,
    merge,
    merge_adapters,
    set_strength,
    trainable_share,
)
from gentutor.models.classifier import Classifier
from gentutor.models.conditional import ConditionalVAE
from gentutor.models.diffusion import PictureVelocity, PointVelocity
from gentutor.models.diffusion_recipe import DIFFUSION_FAST, diffusion_optimiser, diffusion_update, wished
from gentutor.models.finetuning import finetune_update, finetuning_adam, last_layers
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
    "LoRALinear",
    "MaskedPainter",
    "Muon",
    "Painters",
    "PictureVelocity",
    "PointVelocity",
    "TrainedPainter",
    "Transformer",
    "add_adapters",
    "attention_weights",
    "causal_attention",
    "diffusion_optimiser",
    "diffusion_update",
    "finetune_update",
    "finetuning_adam",
    "gan_adam",
    "gan_update",
    "last_layers",
    "load_adapters",
    "load_bundled",
    "load_weights",
    "lora_linear",
    "merge",
    "merge_adapters",
    "principal_components",
    "save_weights",
    "set_strength",
    "start_at_mean",
    "train_painter",
    "trainable_share",
    "transformer_optimisers",
    "transformer_update",
    "wished",
]
