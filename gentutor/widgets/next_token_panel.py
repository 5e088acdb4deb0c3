"""`next_token_bars`: the chances of the next character as bars that reshape under temperature, top-k and top-p.

The model's logits after every character of a text travel with the page, and the page does the rest: no kernel is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch

from gentutor.errors import GentutorError
from gentutor.knobs import KnobSet, lesson_knobs
from gentutor.models.transformer import Transformer
from gentutor.plots.pictures import to_array
from gentutor.samplers.sequences import next_token_probs
from gentutor.widgets.in_page import pack_array, self_contained
from gentutor.widgets.page_picture import PagePicture
from gentutor.widgets.page_text import tokens_of, visible
from gentutor.widgets.pages import page
from gentutor.widgets.text_still import draw_bars

_KNOBS = ("temperature", "top_k", "top_p")


def next_token_bars(
    model: Transformer,
    text: str,
    vocabulary: Sequence[str],
    *,
    place: int | None = None,
    values: Mapping[str, float] | None = None,
    title: str = "What comes next?",
) -> PagePicture:
    """Show how likely `model` holds each character to come next, at every place of `text`.

    Parameters
    ----------
    model : Transformer
        Any module with ``n_tokens`` and ``context`` that returns logits (1, T, n_tokens) for tokens (1, T).
    text : str
        3 to 200 characters; each but the first is foreseen by those before it, as far back as the model looks.
    vocabulary : sequence of str
        The characters that the model knows, in its order; the first stands for all others.
    place : int, optional
        How many characters are read at first; about half where not given.
    values : mapping, optional
        Starting values of `temperature`, `top_k` and `top_p`: 1, 0 and 1 where not given, which change nothing.
    title : str
        Heading.

    Raises
    ------
    GentutorError
        When the text is too short or too long, the vocabulary is not the model's, or `place` is not in the text.
    KnobError
        When a starting value is out of range.
    """
    ids = tokens_of(text, tuple(vocabulary), model.n_tokens, least=3)
    place = len(text) // 2 if place is None else place
    if not 1 <= place < len(text):
        raise GentutorError(f"place must be 1 to {len(text) - 1}, the characters read; got {place}.")
    knobs: KnobSet = lesson_knobs("transformers").only(*_KNOBS)
    now = {**{"temperature": 1.0, "top_k": 0, "top_p": 1.0}, **(values or {})}
    now = {name: value for name, value in knobs.check(**now).items() if name in _KNOBS}
    logits = _logits(model, ids)  # (T - 1, n_tokens)
    here = torch.from_numpy(logits[place - 1])
    probs = to_array(next_token_probs(here, now["temperature"], int(now["top_k"]), now["top_p"]))
    plain = to_array(next_token_probs(here))
    names = [visible(character) for character in vocabulary]
    best = ", ".join(f"{names[i]} {probs[i]:.0%}" for i in np.argsort(-probs, kind="stable")[:3])
    alt = f"Bars of how likely each character is to come after {text[:place][-40:]!r}: {best}. It was {text[place]!r}."
    (light, size), (still, _) = (
        draw_bars(text[:place], names, probs, plain, ids[place], scale=scale) for scale in (1, 2)
    )
    settings: dict[str, Any] = {
        "title": title,
        "tokens": list(text),
        "names": list(vocabulary),
        "next": ids[1:],
        "logits": pack_array(logits.astype(np.float16)),
        "knobs": [knobs[name].describe() for name in _KNOBS],
        "values": now,
        "place": place - 1,
        "style": page("controls.css", "attention.css", "next_token.css"),
    }
    script = page("controls.js", "mlp.js", "in_page.js", "next_token.js")
    html = self_contained(script, "nextTokenBars", settings, still=light, size=size, alt=alt)
    return PagePicture(html, still, alt, size)


@torch.no_grad()
def _logits(model: Transformer, ids: Sequence[int]) -> Any:
    """Logits after each character but the last; a row may be shifted freely, so its highest is set to 0."""
    device = next(model.parameters()).device
    rows = []
    for end in range(1, len(ids)):
        if end <= model.context:
            continue  # all of these are read off one pass, below
        rows.append(model(torch.tensor([ids[end - model.context : end]], device=device))[0, -1])
    first = model(torch.tensor([ids[: min(len(ids) - 1, model.context)]], device=device))[0]  # (T, n_tokens)
    logits = torch.cat([first, torch.stack(rows)]) if rows else first
    return to_array(logits - logits.max(-1, keepdim=True).values)
