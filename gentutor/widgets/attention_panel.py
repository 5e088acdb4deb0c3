"""`attention_explorer`: point at a token of a text and see where each head of a transformer looks.

The maps travel with the page as bytes, so that it works in an exported notebook too. A text of one's own takes another
call, because the model itself stays in the kernel.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gentutor.errors import GentutorError
from gentutor.models.transformer import Transformer
from gentutor.plots.pictures import to_array
from gentutor.widgets.in_page import pack_array, self_contained
from gentutor.widgets.page_picture import PagePicture
from gentutor.widgets.page_text import MOST_TOKENS, tokens_of, visible
from gentutor.widgets.pages import page
from gentutor.widgets.text_still import draw_attention


def attention_explorer(
    model: Transformer, text: str, vocabulary: Sequence[str], *, title: str = "Who looks at whom?", alt: str = ""
) -> PagePicture:
    """Show what each character of `text` attends to, in every layer and head of `model`.

    Parameters
    ----------
    model : Transformer
        Any module with ``n_tokens`` and ``attention_maps(tokens (1, T))``, which returns (L, 1, H, T, T).
    text : str
        2 to 200 characters. Where it is longer than the model's context, the later ones are beyond its experience.
    vocabulary : sequence of str
        The characters that the model knows, in its order; the first stands for all others.
    title : str
        Heading.
    alt : str
        What there is to see, in words; written from the maps where not given.

    Raises
    ------
    GentutorError
        When the text is too short or too long, or the vocabulary is not the model's.
    """
    ids = tokens_of(text, tuple(vocabulary), model.n_tokens)
    device = next(model.parameters()).device
    maps = model.attention_maps(torch.tensor([ids], device=device))[:, 0]  # (L, H, T, T)
    return attention_view(maps, list(text), title=title, alt=alt)


def attention_view(
    maps: Tensor, tokens: Sequence[str], *, title: str = "Who looks at whom?", alt: str = "", place: int | None = None
) -> PagePicture:
    """Show attention that is there already, such as one made by hand.

    Parameters
    ----------
    maps : Tensor
        Who attends to whom, (L, H, T, T) for L layers of H heads, or (T, T) for one: row t is what token t gives to
        each token.
    tokens : sequence of str
        The T tokens, at most 200.
    title, alt : str
        As for `attention_explorer`.
    place : int, optional
        The token that is chosen at first, counted from 0; one that looks sharply at another where not given.

    Raises
    ------
    GentutorError
        When the maps have another shape, or are no shares between 0 and 1.
    """
    shares: NDArray[Any] = to_array(maps)
    shares = shares[None, None] if shares.ndim == 2 else shares
    n = len(tokens)
    if shares.ndim != 4 or shares.shape[2:] != (n, n) or not 0 < n <= MOST_TOKENS:
        raise GentutorError(
            f"For {n} tokens the maps must have shape (L, H, {n}, {n}) or ({n}, {n}), and at most {MOST_TOKENS} tokens "
            f"can be shown; got {tuple(to_array(maps).shape)}."
        )
    if not (shares.min() >= 0 and shares.max() <= 1 + 1e-5):  # this also refuses NaN
        raise GentutorError("The maps must hold shares between 0 and 1: take them after the softmax.")
    layer, head, sharp = _most_telling(shares)
    place = sharp if place is None else place
    visibly = [visible(token) for token in tokens]
    alt = alt or _describe(shares, visibly, layer, head, place)
    (light, size), (still, _) = (draw_attention(visibly, shares, layer, head, place, scale=scale) for scale in (1, 2))
    settings = {
        "title": title,
        "tokens": list(tokens),
        "maps": pack_array(np.rint(255 * shares).astype(np.uint8)),
        "start": {"layer": layer, "head": head, "place": place},
        "style": page("controls.css", "attention.css"),
    }
    script = page("controls.js", "mlp.js", "in_page.js", "attention.js")
    html = self_contained(script, "attentionExplorer", settings, still=light, size=size, alt=alt)
    return PagePicture(html, still, alt, size)


def _most_telling(shares: NDArray[Any]) -> tuple[int, int, int]:
    """Layer, head and token that look most sharply at something two or more places back."""
    n = shares.shape[-1]
    far = np.where(np.tri(n, k=-2, dtype=bool), shares, 0.0)
    sharpness = far.max(-1)  # (L, H, T)
    layer, head = np.unravel_index(sharpness.mean(-1).argmax(), sharpness.shape[:2])
    later = sharpness[layer, head, n // 2 :]
    return int(layer), int(head), n // 2 + int(later.argmax())


def _describe(shares: NDArray[Any], tokens: Sequence[str], layer: int, head: int, place: int) -> str:
    best = int(shares[layer, head, place].argmax())
    text = ("" if max(map(len, tokens)) == 1 else " ").join(tokens)  # words need their spaces to be read out
    layers, heads = (f"{n} {name}{'s' * (n > 1)}" for n, name in zip(shares.shape, ("layer", "head"), strict=False))
    return (
        f"Attention to the text {text!r} in {layers} of {heads}. In layer "
        f"{layer + 1}, head {head + 1}, token {place + 1}, {tokens[place]!r}, looks most at token {best + 1}, "
        f"{tokens[best]!r}, with {shares[layer, head, place, best]:.0%}. No token looks at a later one."
    )
