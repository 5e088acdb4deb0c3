"""Ways to draw from a model: codes of a latent space, token after token (lesson 05), paths from noise (lesson 07)."""

from gentutor.samplers.latents import (
    attribute_direction,
    interpolate,
    reparameterise,
    sample_prior,
    truncated_noise,
)
from gentutor.samplers.sequences import continue_tokens, next_token_probs

__all__ = [
    "attribute_direction",
    "continue_tokens",
    "interpolate",
    "next_token_probs",
    "reparameterise",
    "sample_prior",
    "truncated_noise",
]
