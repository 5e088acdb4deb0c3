"""Exercise `tstr_gap`: what is lost by training on synthetic patients."""

from __future__ import annotations

import torch
from torch import Tensor

from gentutor.exercises.contract import Check, Exercise, Misconception
from gentutor.exercises.health.inputs import LESSON, answers


def _right(said: Tensor, outcome: Tensor) -> float:
    return float((said == outcome).double().mean())


def _oracle(real: Tensor, synthetic: Tensor, outcome: Tensor) -> float:
    by_real: int = sum(a == b for a, b in zip(real.tolist(), outcome.tolist(), strict=True))
    by_synthetic: int = sum(a == b for a, b in zip(synthetic.tolist(), outcome.tolist(), strict=True))
    return float((by_real - by_synthetic) / len(outcome))


def _by_errors(real: Tensor, synthetic: Tensor, outcome: Tensor) -> float:
    return ((synthetic != outcome).float().mean() - (real != outcome).float().mean()).item()


def _by_sums(real: Tensor, synthetic: Tensor, outcome: Tensor) -> float:
    return (torch.sum(real == outcome) - torch.sum(synthetic == outcome)).item() / outcome.numel()


TSTR_GAP = Exercise(
    name="tstr_gap",
    lesson=LESSON,
    task="Return the accuracy of the model trained on real patients, less that of the model trained on synthetic ones; "
    "both are judged on the same real patients.",
    arguments={"real": "N", "synthetic": "N", "outcome": "N"},
    returns="float",
    points=2,
    oracle=_oracle,
    taught="gentutor.metrics.tables:tstr_gap",
    hints=(
        "Both models answered for the same test patients. How often is each of them right?",
        "`(real == outcome).float().mean()` is the accuracy of the model that was trained on real patients.",
        "Take the accuracy of `synthetic` away from that of `real`, and turn the rest into a plain number with "
        "`.item()`.",
    ),
    checks=(
        Check("synthetic patients that teach less", answers, share=0.6),
        Check("synthetic patients that teach more", lambda g: answers(g, worse=False), share=0.4),
    ),
    misconceptions=(
        Misconception(
            "never negative",
            lambda real, synthetic, outcome: abs(_oracle(real, synthetic, outcome)),
            "You take the sign away. By luck synthetic patients may teach more, and the gap must be able to say so.",
        ),
        Misconception(
            "the wrong way round",
            lambda real, synthetic, outcome: -_oracle(real, synthetic, outcome),
            "The sign is turned round: a gap above 0 means that the *real* patients taught more.",
        ),
        Misconception(
            "disagreement of the models",
            lambda real, synthetic, outcome: 1 - _right(real, synthetic),
            "You count where both models differ. Whether they agree is another question: compare each with `outcome`.",
        ),
        Misconception(
            "number, not share",
            lambda real, synthetic, outcome: _oracle(real, synthetic, outcome) * len(outcome),
            "You count patients. Divide by the number of test patients, {N}.",
        ),
        Misconception(
            "accuracy of the synthetic model",
            lambda real, synthetic, outcome: _right(synthetic, outcome),
            "That is the accuracy after training on synthetic patients alone. It says little without its reference: "
            "take it away from the accuracy of `real`.",
        ),
    ),
    alternatives=(_by_errors, _by_sums),
)
