"""What the transformer of lesson 05 may write where: half a picture, voices, a key held. Taught in lesson 06."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from gentutor.datasets.chorale_tokens import FIRST_CLOCK, FIRST_PITCH, HOLD, N_TOKENS, ORDER, PER_STEP, REST
from gentutor.datasets.chorales import LOWEST, MAJOR, RANGES
from gentutor.datasets.quantising import dequantise, quantise
from gentutor.models.transformer import Transformer
from gentutor.samplers import continue_tokens

SIDE = 14


def image_tokens(small: Tensor, y: Tensor, levels: int) -> Tensor:
    """Return pictures as rows of tokens: first the class, then the pixels row by row.

    Parameters
    ----------
    small : Tensor
        Brightness (B, 14, 14) in [0, 1].
    y : Tensor
        Classes (B,); class 3 becomes token ``levels + 3``.
    levels : int
        Number of greys.

    Returns
    -------
    Tensor
        int64 (B, 197).
    """
    return torch.cat([levels + y[:, None], quantise(small, levels).flatten(1)], 1)  # (B, 1 + 196)


def complete(  # noqa: PLR0917  (as the lesson shows it)
    model: Transformer, tokens: Tensor, rows_given: int, levels: int, temperature: float, generator: torch.Generator
) -> Tensor:
    """Return pictures (B, 14, 14) whose first rows are those of `tokens`, the others drawn pixel by pixel.

    Parameters
    ----------
    model : Transformer
        Trained on rows of `image_tokens`.
    tokens : Tensor
        Pictures (B, 197); what stands after the given rows is not looked at.
    rows_given : int
        Rows that are kept, 0 to 14.
    levels : int
        Number of greys.
    temperature : float
        0 takes the likeliest pixel each time, 1 draws as often as the model expects.
    generator : torch.Generator
        Source of every chance.
    """
    greys = torch.arange(model.n_tokens) < levels  # a pixel may not become a class
    n_given = 1 + SIDE * rows_given
    drawn = continue_tokens(
        model, tokens[:, :n_given], 1 + SIDE * SIDE - n_given,
        temperature=temperature, generator=generator, allowed=lambda place: greys,
    )  # fmt: skip
    return dequantise(drawn[:, 1:], levels).view(-1, SIDE, SIDE)


def music_rules(
    plan: Tensor, *, voices_given: int = 0, tonic: int | None = None, shortest: int = 1
) -> Callable[[int], Tensor]:
    """Return which tokens may stand at each place of a chorale, for `continue_tokens`.

    Parameters
    ----------
    plan : Tensor
        A table (T, 5) of tokens: the clock of each step, which is always given, and the voices that are.
    voices_given : int
        How many voices are taken from the plan, in the order of the tokens: 1 the soprano, 2 also the bass, 3 also the
        alto.
    tonic : int, optional
        Only notes of the major scale on this pitch class; all notes where not given.
    shortest : int
        Steps between two places where a voice may move: 1 an eighth, 2 a beat, 4 two beats.
    """
    pitch = torch.arange(N_TOKENS) - FIRST_PITCH + LOWEST
    is_note = (torch.arange(N_TOKENS) >= FIRST_PITCH) & (torch.arange(N_TOKENS) < FIRST_CLOCK)
    if tonic is not None:
        is_note &= torch.isin((pitch - tonic) % 12, torch.tensor(MAJOR))
    kept = torch.isin(torch.arange(N_TOKENS), torch.tensor([HOLD, REST]))
    voices = [(is_note & (pitch >= low) & (pitch <= high)) | kept for low, high in RANGES]
    hold = torch.arange(N_TOKENS) == HOLD
    first_beat = int(plan[0, 0] - FIRST_CLOCK) % 2  # 1 after an upbeat of an eighth

    def allowed(place: int) -> Tensor:
        step, slot = divmod(place, PER_STEP)
        if slot <= voices_given:
            return torch.arange(N_TOKENS) == plan[step, slot]
        if step and (step - first_beat) % shortest:
            return hold
        return voices[ORDER[slot - 1]]

    return allowed


def compose(
    model: Transformer,
    plan: Tensor,
    steps_given: int,
    rules: Callable[[int], Tensor],
    *,
    temperature: float = 1.0,
    n: int = 1,
    generator: torch.Generator,
) -> Tensor:
    """Return `n` chorales as tokens (n, 5 T): the first steps of the plan, and what the model makes of the rest.

    Parameters
    ----------
    model : Transformer
        Trained on rows of `gentutor.datasets.chorale_tokens.tokens_of`.
    plan : Tensor
        A table (T, 5) of tokens: clock, and what is given.
    steps_given : int
        Steps that are taken from the plan in all voices; with 0 only its first clock is.
    rules : callable
        From `music_rules`.
    temperature : float
        As for `gentutor.samplers.next_token_probs`.
    n : int
        How many different ones.
    generator : torch.Generator
        Source of every chance.
    """
    n_given = max(1, PER_STEP * steps_given)
    prompt = plan.flatten()[:n_given].expand(n, -1)
    rest = plan.numel() - n_given
    return continue_tokens(model, prompt, rest, temperature=temperature, generator=generator, allowed=rules)
