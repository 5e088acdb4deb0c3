"""Five families of generators of points in the plane, each as small as can be: the failure laboratory of lesson 09.

All have the same two verbs, `update` and `sample`, and a well-known failure that ``broken=True`` switches on. Equal
compute for all is the business of `gentutor.models.ring_budget`.
"""

from __future__ import annotations

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import cross_entropy, one_hot, softplus

from gentutor.models.layers import mlp
from gentutor.seeding import seeded

EXTENT, N_BINS = 1.5, 60  # the square of the ring, and in how many steps the autoregressive family cuts its sides


class Family:
    """What the five have in common: weights, an optimiser, and one step down the loss.

    Parameters
    ----------
    broken : bool
        Whether the family's failure is switched on.
    seed : int
        Start of the random stream of the weights.
    """

    lr, batch = 0.02, 256

    def __init__(self, broken: bool = False, seed: int = 0) -> None:
        self.broken = broken
        with seeded(seed, type(self).__name__):
            self.net = self.build()
        self.optimiser = torch.optim.Adam(self.net.parameters(), betas=(0.9, 0.99), fused=True)

    def build(self) -> nn.Module:
        """Return the networks."""
        raise NotImplementedError

    def loss(self, x: Tensor, generator: Generator) -> Tensor:
        """Return what is minimised on the points x (B, 2): a scalar."""
        raise NotImplementedError

    def sample(self, n: int, generator: Generator) -> Tensor:
        """Return `n` points (n, 2)."""
        raise NotImplementedError

    def update(self, x: Tensor, generator: Generator, rest: float = 1.0) -> None:
        """Take one step on the points x (B, 2); `rest` is the share of the learning rate that is left."""
        descend(self.optimiser, self.loss(x, generator), self.lr * rest)


def descend(optimiser: torch.optim.Optimizer, loss: Tensor, lr: float) -> None:
    """Take one step down a loss."""
    for group in optimiser.param_groups:
        group["lr"] = lr
    optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    optimiser.step()


class GAN(Family):
    """Two players. Broken, the judge outruns the forger: mode collapse. Cured by balance, pairs and R1 (lesson 03)."""

    lr, batch = 0.008, 64

    def build(self) -> nn.Module:
        """Return generator and discriminator."""
        self.judge = mlp(2, 64, 64, 1)
        self.judge_optimiser = torch.optim.Adam(self.judge.parameters(), betas=(0.0, 0.9), fused=True)
        return mlp(2, 64, 64, 2)

    def __init__(self, broken: bool = False, seed: int = 0) -> None:
        super().__init__(broken, seed)
        self.optimiser = torch.optim.Adam(self.net.parameters(), betas=(0.0, 0.9), fused=True)

    def update(self, x: Tensor, generator: Generator, rest: float = 1.0) -> None:
        """Let the discriminator take its steps, then the generator."""
        for _ in range(3 if self.broken else 1):
            real, fake = self.judge(torch.cat([x, self.sample(len(x), generator)])).chunk(2)
            if self.broken:
                loss = softplus(-real).mean() + softplus(fake).mean()
            else:
                inputs = x.detach().requires_grad_(True).view_as(x)  # no leaf: torch cannot count with one
                (slope,) = torch.autograd.grad(self.judge(inputs).sum(), inputs, create_graph=True)
                loss = softplus(fake - real).mean() + 0.5 * slope.square().sum(1).mean()
            descend(self.judge_optimiser, loss, self.lr * rest)
        real, fake = self.judge(x).detach(), self.judge(self.net(torch.randn(x.shape, generator=generator)))
        loss = softplus(-fake).mean() if self.broken else softplus(real - fake).mean()
        descend(self.optimiser, loss, (self.lr / 32 if self.broken else self.lr) * rest)

    @torch.no_grad()
    def sample(self, n: int, generator: Generator) -> Tensor:
        """Return what the generator makes of noise."""
        return self.net(torch.randn(n, 2, generator=generator))  # type: ignore[no-any-return]


class VAE(Family):
    """Encoder and decoder. Broken, the decoder may err by 1 everywhere: its code collapses. Cured by 0.05."""

    def build(self) -> nn.Module:
        """Return encoder and decoder."""
        return nn.ModuleDict({"encoder": mlp(2, 64, 64, 4), "decoder": mlp(2, 64, 64, 2)})

    def loss(self, x: Tensor, generator: Generator) -> Tensor:
        """Return the negative ELBO up to a constant."""
        mu, logvar = self.net["encoder"](x).chunk(2, dim=1)  # type: ignore[index]
        z = mu + (0.5 * logvar).exp() * torch.randn(mu.shape, generator=generator)
        error = (x - self.net["decoder"](z)).square().sum(1) / (2 * self.spread**2)  # type: ignore[index]
        kl = 0.5 * (mu.square() + logvar.exp() - 1 - logvar).sum(1)
        return (error + kl).mean()  # type: ignore[no-any-return]

    @property
    def spread(self) -> float:
        """Standard deviation of the decoder's error."""
        return 1.0 if self.broken else 0.05

    @torch.no_grad()
    def sample(self, n: int, generator: Generator) -> Tensor:
        """Return what the decoder makes of codes."""
        return self.net["decoder"](torch.randn(n, 2, generator=generator))  # type: ignore[index, no-any-return]


class Autoregressive(Family):
    """First x, then y given x, in steps. Broken, y does not look at x: false crossings. Cured by looking."""

    def build(self) -> nn.Module:
        """Return the networks of x and of y."""
        return nn.ModuleDict({"x": mlp(1, 64, N_BINS), "y": mlp(N_BINS, 64, 64, N_BINS)})

    def logits(self, past: Tensor) -> tuple[Tensor, Tensor]:
        """Return logits of x, and of y after x = `past` (B,): (B, bins) each."""
        seen = one_hot(past, N_BINS).float() * (not self.broken)
        return self.net["x"](torch.ones(len(past), 1)), self.net["y"](seen)  # type: ignore[index]

    def loss(self, x: Tensor, generator: Generator) -> Tensor:
        """Return the surprise of both coordinates, in nats."""
        first, second = ((x + EXTENT) / (2 * EXTENT) * N_BINS).long().clamp(0, N_BINS - 1).unbind(1)
        of_x, of_y = self.logits(first)
        return cross_entropy(of_x, first) + cross_entropy(of_y, second)

    @torch.no_grad()
    def sample(self, n: int, generator: Generator) -> Tensor:
        """Draw x, then y, then a place within the step."""
        nothing = torch.zeros(n, dtype=torch.long)
        first = self.logits(nothing)[0].softmax(1).multinomial(1, generator=generator)
        second = self.logits(first.squeeze(1))[1].softmax(1).multinomial(1, generator=generator)
        steps = torch.cat([first, second], dim=1) + torch.rand(n, 2, generator=generator)
        return steps / N_BINS * 2 * EXTENT - EXTENT


class Flow(Family):
    """Six invertible bends of noise (Dinh and others 2017). Broken, only y is ever bent. Cured by taking turns."""

    def build(self) -> nn.Module:
        """Return the network of each bend: from the kept coordinate to scale and shift of the other."""
        return nn.ModuleList(mlp(1, 32, 32, 2) for _ in range(6))

    def bend(self, number: int, kept: Tensor) -> tuple[Tensor, Tensor]:
        """Return log-scale and shift (B, 1) each, from the kept coordinate (B, 1)."""
        scale, shift = self.net[number](kept).chunk(2, dim=1)  # type: ignore[index]
        return scale.tanh(), shift

    def turn(self, number: int) -> int:
        """Return which coordinate a bend changes."""
        return 1 if self.broken else number % 2

    def loss(self, x: Tensor, generator: Generator) -> Tensor:
        """Return -log p(x) up to a constant: change of variables, with the volume that each bend takes."""
        points, volume = list(torch.split(x, 1, dim=1)), torch.zeros(len(x), 1)
        for number in reversed(range(6)):
            i = self.turn(number)
            scale, shift = self.bend(number, points[1 - i])
            points[i] = (points[i] - shift) * (-scale).exp()
            volume = volume - scale
        return (0.5 * torch.cat(points, dim=1).square().sum(1) - volume.squeeze(1)).mean()

    @torch.no_grad()
    def sample(self, n: int, generator: Generator) -> Tensor:
        """Return bent noise."""
        points = list(torch.split(torch.randn(n, 2, generator=generator), 1, dim=1))
        for number in range(6):
            i = self.turn(number)
            scale, shift = self.bend(number, points[1 - i])
            points[i] = points[i] * scale.exp() + shift
        return torch.cat(points, dim=1)


class Diffusion(Family):
    """A velocity at every place and time. Broken, one step to the end: a blur. Cured by 25 steps (lesson 07)."""

    def build(self) -> nn.Module:
        """Return the network of the velocity."""
        return mlp(2 + 6, 64, 64, 64, 2)

    def velocity(self, x: Tensor, t: Tensor) -> Tensor:
        """Return velocities (B, 2) at points (B, 2) and times (B, 1)."""
        turns = t * torch.tensor([1.0, 2.0, 4.0]) * torch.pi
        return self.net(torch.cat([x, turns.sin(), turns.cos()], dim=1))  # type: ignore[no-any-return]

    def loss(self, x: Tensor, generator: Generator) -> Tensor:
        """Return the squared error of the velocity on the straight way from noise to data."""
        t, eps = torch.rand(len(x), 1, generator=generator), torch.randn(x.shape, generator=generator)
        return (self.velocity(t * x + (1 - t) * eps, t) - (x - eps)).square().sum(1).mean()

    @torch.no_grad()
    def sample(self, n: int, generator: Generator) -> Tensor:
        """Walk from noise to data."""
        x, n_steps = torch.randn(n, 2, generator=generator), 1 if self.broken else 25
        for step in range(n_steps):
            x = x + self.velocity(x, torch.full((n, 1), step / n_steps)) / n_steps
        return x


FAMILIES: tuple[type[Family], ...] = (GAN, VAE, Autoregressive, Flow, Diffusion)
"""In the order of the lesson's slider."""
