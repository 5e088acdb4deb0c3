"""Exercise `bayes_posterior`: from how well each class explains an example to how probable each class is."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.distributions import Categorical

from gentutor.exercises.contract import Check, Exercise, Misconception
from gentutor.exercises.welcome.inputs import LESSON, densities


def _oracle(log_likelihoods: Tensor, log_priors: Tensor) -> Tensor:
    joint = log_likelihoods.double() + log_priors.double()
    posterior: Tensor = Categorical(logits=joint).probs
    return posterior


def _joint(log_likelihoods: Tensor, log_priors: Tensor) -> Tensor:
    """Return likelihood times prior, (B, K): what the planted answers go wrong with."""
    return (log_likelihoods + log_priors).exp()


def _naive(log_likelihoods: Tensor, log_priors: Tensor) -> Tensor:
    joint = _joint(log_likelihoods, log_priors)
    return joint / joint.sum(1, keepdim=True)


def _shifted(log_likelihoods: Tensor, log_priors: Tensor) -> Tensor:
    joint = log_likelihoods + log_priors
    relative = (joint - joint.amax(1, keepdim=True)).exp()
    return relative / relative.sum(1, keepdim=True)


def _row_by_row(log_likelihoods: Tensor, log_priors: Tensor) -> Tensor:
    rows = [row + log_priors for row in log_likelihoods]
    return torch.stack([(row - torch.logsumexp(row, 0)).exp() for row in rows])


BAYES_POSTERIOR = Exercise(
    name="bayes_posterior",
    lesson=LESSON,
    task="Return for each example the probability of every class, by Bayes' rule: likelihood times prior, divided by "
    "the sum over the classes.",
    arguments={"log_likelihoods": "B K", "log_priors": "K"},
    returns="B K",
    points=3,
    oracle=_oracle,
    taught="gentutor.models.classifiers:bayes_posterior",
    hints=(
        "Do it by hand for one point. Cloud A explains it with density 0.2, cloud B with 0.1, and A is "
        "half as common as "
        "B. How would you bet?",
        "A product of numbers is a sum of their logarithms: add `log_priors` to `log_likelihoods` first. "
        "Then go back with "
        "exp, and divide each row by its sum, so that it adds up to 1.",
        "exp and division by the row's sum have one name together, which does not break where exp alone would become "
        "0: `torch.softmax(log_likelihoods + log_priors, dim=1)`.",
    ),
    checks=(
        Check("five points and three classes", densities, share=2 / 3),
        Check("points far away from every cloud", lambda g: densities(g, far=300.0), share=1 / 3, rtol=1e-3),
        Check("a single point", lambda g: densities(g, 1), share=0.0),
    ),
    misconceptions=(
        Misconception(
            "prior forgotten",
            lambda log_likelihoods, log_priors: torch.softmax(log_likelihoods, dim=1),
            "You use how well each class explains the point, but not how common the class is: add `log_priors`.",
        ),
        Misconception(
            "likelihood forgotten",
            lambda log_likelihoods, log_priors: log_priors.exp().expand(log_likelihoods.shape).clone(),
            "Every point gets the same answer, how common each class is: what was seen, "
            "`log_likelihoods`, is not used.",
        ),
        Misconception(
            "normalised over the points",
            lambda log_likelihoods, log_priors: torch.softmax(log_likelihoods + log_priors, dim=0),
            "Your columns add up to 1, over the {B} points. It is each point's classes that compete: "
            "each row must add up "
            "to 1 (dim=1).",
        ),
        Misconception(
            "logarithm returned",
            lambda log_likelihoods, log_priors: torch.log_softmax(log_likelihoods + log_priors, dim=1),
            "Right, but as logarithms: a probability lies between 0 and 1. Take exp, or softmax instead "
            "of log_softmax.",
        ),
        Misconception(
            "logarithms not added up right: subtracted",
            lambda log_likelihoods, log_priors: torch.softmax(log_likelihoods - log_priors, dim=1),
            "You subtract the log-priors, which divides by the prior: rare classes win. Add them.",
        ),
        Misconception(
            "prior not a logarithm",
            lambda log_likelihoods, log_priors: torch.softmax(log_likelihoods + log_priors.exp(), dim=1),
            "You add the prior itself to a logarithm. `log_priors` is the logarithm already: add it as it is.",
        ),
        Misconception(
            "logarithms multiplied",
            lambda log_likelihoods, log_priors: torch.softmax(log_likelihoods * log_priors, dim=1),
            "You multiply the logarithms. Likelihood times prior means that their logarithms are added.",
        ),
        Misconception(
            "not normalised",
            _joint,
            "Likelihood times prior is right, but your rows do not add up to 1 yet: divide each row by its sum.",
        ),
        Misconception(
            "log of the joint",
            lambda log_likelihoods, log_priors: log_likelihoods + log_priors,
            "That is the logarithm of likelihood times prior. Two steps are missing: exp, and dividing "
            "each row by its sum.",
        ),
        Misconception(
            "winner takes all",
            lambda log_likelihoods, log_priors: torch.nn.functional.one_hot(
                (log_likelihoods + log_priors).argmax(1), len(log_priors)
            ).float(),
            "You give the likeliest class everything. Bayes' rule keeps the doubt: probabilities between 0 and 1.",
        ),
        Misconception(
            "exp underflows",
            _naive,
            "Right for near points, but far away from every cloud exp gives 0, and 0 / 0 is NaN. "
            "Subtract each row's largest "
            "value before exp, or let `torch.softmax` do both.",
        ),
    ),
    alternatives=(
        _shifted,
        _row_by_row,
        lambda log_likelihoods, log_priors: (
            (log_likelihoods + log_priors) - torch.logsumexp(log_likelihoods + log_priors, 1, keepdim=True)
        ).exp(),
    ),
)
