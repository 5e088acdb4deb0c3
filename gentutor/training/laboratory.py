"""`Laboratory`: train a small generator on data that were prepared in some way, and measure what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot

from gentutor.losses import negative_elbo
from gentutor.metrics import frechet_distance
from gentutor.metrics.coverage import coverage
from gentutor.models import principal_components
from gentutor.models.conditional import ConditionalVAE
from gentutor.models.vae import Shape
from gentutor.seeding import generator
from gentutor.training.loop import set_lr
from gentutor.training.progress import Progress

Prepare = Callable[..., tuple[Tensor, Tensor]]

N_FEATURES = 32  # principal components in which pictures are compared
N_REAL = 1000  # real pictures that generated ones are compared with, and as many generated
BATCH_SIZE, LR, BETA = 128, 5e-3, 1.5  # found by trying: see docs/log.md

MEASURES = ("coverage", "frechet", "obedience", "elbo")


@dataclass(frozen=True, eq=False)
class Trained:
    """One generator that was trained, and its measures.

    Attributes
    ----------
    model : ConditionalVAE
        The generator.
    x, y : Tensor
        What it was trained on.
    losses : list of float
        Loss of every update, in nats.
    measures : dict of str to float
        ``coverage`` from 0 to 1; ``frechet`` distance, the lower the better; ``obedience``, the share of pictures that
        a judge takes for what was ordered; ``elbo`` of test pictures in nats, the higher the better.
    """

    model: ConditionalVAE
    x: Tensor
    y: Tensor
    losses: list[float]
    measures: dict[str, float]

    @torch.no_grad()
    def draw(self, y: Tensor, seed: int = 0) -> Tensor:
        """Return a picture (N, C, H, W) for each ordered class of `y` (N,)."""
        z = torch.randn(len(y), self.model.latent_dim, generator=generator(seed, "draw"))
        return self.model.decode(z, y).sigmoid()


class Laboratory:
    """Trains a generator in about a second for each setting of the data, and remembers the settings that it has seen.

    Parameters
    ----------
    train, test : (Tensor, Tensor)
        Clean pictures (N, C, H, W) in [0, 1] and their classes (N,).
    prepare : callable
        ``prepare(x, y, generator, **settings)`` makes the training set, such as `gentutor.datasets.preparing.spoil`.
    seed : int
        First seed.
    n_seeds : int
        How often each setting is repeated.
    steps : int
        Updates of one training.

    Examples
    --------
    >>> from gentutor.datasets import load_fashion
    >>> from gentutor.datasets.preparing import spoil
    >>> images = load_fashion("test")
    >>> lab = Laboratory((images.x, images.y), (images.x, images.y), spoil, n_seeds=2, steps=3)
    >>> lab.measure(n_train=200)["coverage"].shape
    torch.Size([2])
    """

    def __init__(
        self,
        train: tuple[Tensor, Tensor],
        test: tuple[Tensor, Tensor],
        prepare: Prepare,
        *,
        seed: int = 0,
        n_seeds: int = 3,
        steps: int = 200,
    ) -> None:
        self.train, self.prepare, self.steps = train, prepare, steps
        self.seeds = tuple(range(seed, seed + n_seeds))
        shape = train[0].shape[1:]
        self.shape: Shape = (int(shape[0]), int(shape[1]), int(shape[2]))
        self._mean, self._directions, _ = principal_components(train[0], N_FEATURES)
        chosen = torch.randperm(len(test[0]), generator=generator(0, "reference"))[:N_REAL]
        self.real_x, self.real_y = test[0][chosen], test[1][chosen]
        self._real = self.features(self.real_x)
        self._judge = torch.linalg.lstsq(_with_one(self.features(train[0])), one_hot(train[1]).float()).solution
        self._known: dict[tuple[Any, ...], Trained] = {}

    def features(self, x: Tensor) -> Tensor:
        """Return the principal components (N, D) in which pictures `x` are compared."""
        components: Tensor = (x.flatten(1) - self._mean) @ self._directions.T
        return components

    def judge(self, x: Tensor) -> Tensor:
        """Return the class (N,) for which a linear classifier, taught on clean pictures, takes each of `x`."""
        votes: Tensor = _with_one(self.features(x)) @ self._judge  # (N, K)
        return votes.argmax(1)

    def trained(self, seed: int | None = None, **settings: float) -> Trained:
        """Return the generator for one seed (the first where not given); settings seen before cost nothing.

        ``lo`` and ``hi`` set the range in which the network sees its pixels; all others go to `prepare`.
        """
        seed = self.seeds[0] if seed is None else seed
        faults = dict(settings)
        lo, hi = faults.pop("lo", -1.0), faults.pop("hi", 1.0)
        key = (seed, lo, hi, *sorted(faults.items()))
        if key not in self._known:
            x, y = self.prepare(*self.train, generator(seed, "prepare"), **faults)
            self._known[key] = self.train_on(x, y, seed, lo, hi)
        return self._known[key]

    def train_on(self, x: Tensor, y: Tensor, seed: int, lo: float = -1.0, hi: float = 1.0) -> Trained:
        """Train a generator on these pictures and labels, and measure it; nothing is remembered."""
        model = ConditionalVAE(shape=self.shape, lo=lo, hi=hi, seed=seed)
        first_guess = x.flatten(1).mean(0).clamp(0.001, 0.999).logit()
        last = model.decoder[-1]
        assert isinstance(last, nn.Linear)
        last.bias.data.copy_(first_guess)
        optimiser = torch.optim.Adam(model.parameters(), betas=(0.9, 0.95), fused=True)
        chance = generator(seed, "training")
        losses = []
        for step in range(self.steps):
            set_lr(optimiser, LR * (1 - step / self.steps))
            batch = torch.randint(len(x), (BATCH_SIZE,), generator=chance)
            logits, mu, logvar = model(x[batch], y[batch], chance)
            loss, _ = negative_elbo(logits, x[batch], mu, logvar, BETA)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            losses.append(float(loss.detach()))
        return Trained(model, x, y, losses, self._measures(model, y, seed))

    @torch.no_grad()
    def _measures(self, model: ConditionalVAE, y: Tensor, seed: int) -> dict[str, float]:
        chance = generator(seed, "samples")
        ordered = y[torch.randint(len(y), (N_REAL,), generator=chance)]  # classes as often as in the training set
        z = torch.randn(N_REAL, model.latent_dim, generator=chance)
        x = model.decode(z, ordered).sigmoid()
        features = self.features(x)
        logits, mu, logvar = model(self.real_x, self.real_y, chance)
        loss, _ = negative_elbo(logits, self.real_x, mu, logvar)
        values = (
            coverage(features, self._real),
            frechet_distance(features, self._real),
            float((self.judge(x) == ordered).float().mean()),
            -float(loss),
        )
        return dict(zip(MEASURES, values, strict=True))

    def measure(self, **settings: float) -> dict[str, Tensor]:
        """Return each measure for every seed, (n_seeds,) each."""
        return self.compare({"": settings})[""]

    def compare(self, treatments: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, Tensor]]:
        """Measure several settings, each under its name, and show how long it will take.

        Parameters
        ----------
        treatments : mapping of str to mapping
            Settings by name, such as ``{"usual": {}, "noisy": {"noise": 0.3}}``.

        Returns
        -------
        dict of str to dict of str to Tensor
            For each name each measure, (n_seeds,).
        """
        found: dict[str, list[dict[str, float]]] = {name: [] for name in treatments}
        total = len(treatments) * len(self.seeds)
        with Progress(total, unit="trainings", label="Data laboratory") as bar:
            for n_done, (seed, name) in enumerate((s, t) for s in self.seeds for t in treatments):
                found[name].append(self.trained(seed, **treatments[name]).measures)
                bar.update(n_done + 1)
        return {name: gather(measures) for name, measures in found.items()}


def gather(measures: Sequence[Mapping[str, float]]) -> dict[str, Tensor]:
    """Return the measures of several seeds as one tensor (n_seeds,) for each measure."""
    return {name: torch.tensor([each[name] for each in measures]) for name in MEASURES}


def _with_one(features: Tensor) -> Tensor:
    return torch.cat([features, torch.ones(len(features), 1)], dim=1)  # (N, D) -> (N, D + 1)
