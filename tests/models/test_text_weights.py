"""The bundled text models: as good as their cards say, small, and what they write looks like their text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch

from gentutor.datasets import NAME_CHARACTERS, load_names, load_prose
from gentutor.datasets.tokens import decode, encode, vocabulary_of
from gentutor.metrics import bits_per_character, token_log_probs
from gentutor.models import Transformer, load_bundled
from gentutor.samplers import continue_tokens

WEIGHTS = Path(__file__).parents[2] / "data" / "weights"


def stated_bits(name: str) -> float:
    found = re.search(r"^\| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|$", (WEIGHTS / f"{name}.md").read_text("utf-8"), re.M)
    assert found
    return float(found[3])


def model_of(name: str) -> Transformer:
    model = load_bundled(name)
    assert isinstance(model, Transformer)
    return model


@pytest.mark.parametrize(("name", "limit"), [("names", 0.3e6), ("text_austen", 1.5e6)])
def test_it_is_small(name: str, limit: float) -> None:
    assert (WEIGHTS / f"{name}.safetensors").stat().st_size < limit


def test_names_are_foreseen_as_the_card_says_and_new_ones_made_up() -> None:
    model = model_of("names")
    text = "\n" + "".join(f"{name}\n" for name in load_names("test"))
    log_probs = token_log_probs(model, torch.tensor(encode(text, NAME_CHARACTERS)), model.context)
    assert bits_per_character(log_probs, log_probs.numel()) == pytest.approx(stated_bits("names"), abs=0.01)
    prompt = torch.zeros(50, 1, dtype=torch.int64)
    rows = continue_tokens(model, prompt, 16, temperature=0.8, generator=torch.Generator().manual_seed(0))
    written = {decode(row[1:].tolist(), NAME_CHARACTERS).split("\n")[0] for row in rows}
    assert len(written) > 45
    assert sum(3 <= len(name) <= 10 for name in written) > 40
    known = {*load_names(), *load_names("validation"), *load_names("test")}
    assert 5 < len(written & known) < 45


def test_prose_is_foreseen_as_the_card_says_and_words_are_spelt_right() -> None:
    prose, model = load_prose(), model_of("text_austen")
    vocabulary = vocabulary_of(prose.train)
    assert model.n_tokens == len(vocabulary)
    part = torch.tensor(encode(prose.test[:60_000], vocabulary))
    log_probs = token_log_probs(model, part, model.context)
    assert bits_per_character(log_probs, log_probs.numel()) == pytest.approx(stated_bits("text_austen"), abs=0.1)
    prompt = torch.tensor([encode("She was ", vocabulary)])
    row = continue_tokens(model, prompt, 300, temperature=0.7, generator=torch.Generator().manual_seed(0))
    words = re.findall(r"[a-z]+", decode(row[0].tolist(), vocabulary).lower())
    known = set(re.findall(r"[a-z]+", prose.train.lower()))
    assert sum(word in known for word in words) > 0.85 * len(words)
