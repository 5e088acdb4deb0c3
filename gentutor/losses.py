"""What is minimised: the ELBO's terms (lesson 04, in nats for one image), and the losses of a GAN (lesson 03)."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor
from torch.nn.functional import relu, softplus

from gentutor.errors import KnobError

GanKind = Literal["non-saturating", "relativistic", "hinge"]
GAN_KINDS: tuple[GanKind, ...] = ("non-saturating", "relativistic", "hinge")


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


def gan_discriminator_loss(real: Tensor, fake: Tensor, kind: GanKind = "non-saturating") -> Tensor:
    """Return the discriminator's loss, averaged over the batch: a scalar.

    ``"non-saturating"`` is binary cross-entropy with real = 1 and fake = 0 (Goodfellow and others 2014).
    ``"relativistic"`` asks only that a real image scores above a fake one (Jolicoeur-Martineau 2019); image i is
    paired with image i. ``"hinge"`` stops pushing scores beyond +1 and -1 (Lim and Ye 2017).

    Parameters
    ----------
    real, fake : Tensor
        The discriminator's logits (B,) for real and for generated images.
    kind : {"non-saturating", "relativistic", "hinge"}
        Which loss.

    Raises
    ------
    KnobError
        When there is no such kind.

    Examples
    --------
    >>> import torch
    >>> undecided = torch.zeros(4)
    >>> gan_discriminator_loss(undecided, undecided)  # log 2 for each of the two batches
    tensor(1.3863)
    """
    _check_kind(kind)
    if kind == "relativistic":
        return softplus(fake - real).mean()
    if kind == "hinge":
        return relu(1 - real).mean() + relu(1 + fake).mean()
    return softplus(-real).mean() + softplus(fake).mean()  # -log sigmoid(real) - log(1 - sigmoid(fake))


def gan_generator_loss(fake: Tensor, real: Tensor | None = None, kind: GanKind = "non-saturating") -> Tensor:
    """Return the generator's loss, averaged over the batch: a scalar.

    It is small when fakes score high; ``"relativistic"`` compares them with real images, the other two do not.

    Parameters
    ----------
    fake, real : Tensor
        The discriminator's logits (B,) for generated and for real images; `real` only for ``"relativistic"``.
    kind : {"non-saturating", "relativistic", "hinge"}
        Which loss, that of the discriminator.

    Raises
    ------
    KnobError
        When there is no such kind, or the relativistic loss is asked for without `real`.

    Examples
    --------
    >>> import torch
    >>> gan_generator_loss(torch.zeros(4))
    tensor(0.6931)
    """
    _check_kind(kind)
    if kind == "relativistic":
        if real is None:
            raise KnobError("The relativistic loss compares fakes with real images: hand in the logits of both.")
        return softplus(real - fake).mean()
    return -fake.mean() if kind == "hinge" else softplus(-fake).mean()


def gradient_penalty(logits: Tensor, x: Tensor) -> Tensor:
    """Return the mean squared length of the logits' gradient with respect to each image: a scalar.

    On real images it is R1, on generated ones R2 (Mescheder and others 2018); both are weighted with half of a
    coefficient gamma. The discriminator may then not become steep where the images are.

    Parameters
    ----------
    logits : Tensor
        The discriminator's logits (B,), computed from `x`; each must depend on its own image only.
    x : Tensor
        The images (B, ...), with ``x.requires_grad`` set before the logits were computed.

    Examples
    --------
    >>> import torch
    >>> x = torch.zeros(5, 2, requires_grad=True)
    >>> gradient_penalty(3 * x[:, 0] + 4 * x[:, 1], x).detach()  # slope (3, 4) everywhere
    tensor(25.)
    """
    (slope,) = torch.autograd.grad(logits.sum(), x, create_graph=True)
    return slope.flatten(1).square().sum(1).mean()


def _check_kind(kind: str) -> None:
    if kind not in GAN_KINDS:
        raise KnobError(f"There is no GAN loss {kind!r}; choose one of {', '.join(GAN_KINDS)}.")
