"""The two terms of the ELBO and their sum, taught in lesson 04. All values are in nats for one image."""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import softplus


def kl_per_unit(mu: Tensor, logvar: Tensor) -> Tensor:
    """Return KL(N(mu, exp(logvar)) || N(0, 1)) of every latent unit: (B, Z).

    Kingma and Welling (2014), appendix B.
    """
    return 0.5 * (mu.square() + logvar.exp() - 1 - logvar)


def kl_divergence(mu: Tensor, logvar: Tensor) -> Tensor:
    """Return KL(q(z|x) || N(0, I)), summed over latent units: (B,).

    Parameters
    ----------
    mu, logvar : Tensor
        Mean and log-variance of q(z|x), (B, Z).

    Examples
    --------
    >>> import torch
    >>> kl_divergence(torch.tensor([[0.0, 0.0], [1.0, 2.0]]), torch.zeros(2, 2))
    tensor([0.0000, 2.5000])
    """
    return kl_per_unit(mu, logvar).sum(1)


def reconstruction_loss(logits: Tensor, x: Tensor) -> Tensor:
    """Return -log p(x|z) of Bernoulli pixels, summed over an image's pixels: (B,).

    With p = sigmoid(logits) this is -x log p - (1 - x) log(1 - p), written so that it cannot overflow.

    Parameters
    ----------
    logits, x : Tensor
        Decoder output and pixels in [0, 1], both (B, C, H, W).

    Examples
    --------
    >>> import torch
    >>> reconstruction_loss(torch.zeros(1, 1, 1, 2), torch.ones(1, 1, 1, 2))  # two coin flips, log 2 each
    tensor([1.3863])
    """
    return (softplus(logits) - x * logits).flatten(1).sum(1)


def negative_elbo(
    logits: Tensor, x: Tensor, mu: Tensor, logvar: Tensor, beta: float = 1.0, *, free_bits: float = 0.0
) -> tuple[Tensor, dict[str, float]]:
    """Return the loss of a (beta-)VAE, averaged over the batch, and its parts as plain numbers.

    Parameters
    ----------
    logits, x : Tensor
        Decoder output and pixels in [0, 1], both (B, C, H, W).
    mu, logvar : Tensor
        Mean and log-variance of q(z|x), (B, Z).
    beta : float
        Weight of the KL term (Higgins and others 2017); 1 gives the ELBO.
    free_bits : float
        Nats of KL that each latent unit may spend, on average over the batch, without being charged
        (Kingma and others 2016, appendix C8).

    Returns
    -------
    loss : Tensor
        A scalar to call ``backward`` on.
    metrics : dict of float
        ``loss``, ``reconstruction`` and ``kl``; the last two are the plain terms, without beta or free bits.
    """
    reconstruction = reconstruction_loss(logits, x).mean()
    kl = kl_per_unit(mu, logvar).mean(0)  # (B, Z) -> (Z,)
    loss = reconstruction + beta * kl.clamp_min(free_bits).sum()
    return loss, {"loss": loss.item(), "reconstruction": reconstruction.item(), "kl": kl.sum().item()}
