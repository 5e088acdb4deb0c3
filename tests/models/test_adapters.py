"""Low-rank adapters: silent when new, equal to one plain matrix, merged, stored, and equal to those of peft."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from gentutor.datasets import load_prose, load_scripture
from gentutor.datasets.tokens import encode_tensor, vocabulary_of
from gentutor.errors import DataDamagedError, GentutorError
from gentutor.metrics import token_log_probs
from gentutor.models import Transformer, load_bundled, peft_twin
from gentutor.models.adapters import (
    ADAPTED,
    LoRALinear,
    adapters_of,
    add_adapters,
    load_adapters,
    lora_linear,
    merge,
    merge_adapters,
    save_adapters,
    set_strength,
    trainable_share,
)
from gentutor.seeding import generator


@pytest.fixture
def base() -> Transformer:
    model = Transformer(11, 12, width=16, n_layers=2, n_heads=2, seed=3)
    with torch.no_grad():  # a new head says nothing at all
        model.head.weight.copy_(torch.randn(11, 16, generator=generator(0, "head")))
    return model


@pytest.fixture
def adapted(base: Transformer) -> Transformer:
    """A model whose adapters have learnt something: no way up is zero."""
    model = add_adapters(base, rank=3, alpha=5.0, seed=1)
    dice = generator(0, "learnt")
    with torch.no_grad():
        for _, layer in adapters_of(model):
            layer.up.copy_(0.1 * torch.randn(layer.up.shape, generator=dice))
    return model


TOKENS = torch.arange(22).view(2, 11) % 11


@pytest.mark.parametrize("rank", [1, 4])
def test_the_layer_answers_as_one_plain_matrix(rank: int) -> None:
    dice = generator(rank, "layer")
    x, weight, down, up = (torch.randn(*shape, generator=dice) for shape in ((2, 5, 7), (6, 7), (rank, 7), (6, rank)))
    plain = weight.clone()
    for row in range(6):
        for column in range(7):
            for r in range(rank):
                plain[row, column] += 3.0 / rank * up[row, r] * down[r, column]
    torch.testing.assert_close(merge(weight, down, up, 3.0), plain)
    torch.testing.assert_close(lora_linear(x, weight, down, up, 3.0), x @ plain.T, rtol=1e-4, atol=1e-5)


def test_new_adapters_change_nothing_and_only_they_learn(base: Transformer) -> None:
    before = {name: weight.clone() for name, weight in base.state_dict().items()}
    model = add_adapters(base, rank=2)
    assert torch.equal(model(TOKENS), base(TOKENS))
    model(TOKENS).square().sum().backward()
    learning = {name.rsplit(".", 1)[1] for name, weight in model.named_parameters() if weight.grad is not None}
    assert learning == {"down", "up"}
    assert len(list(adapters_of(model))) == len(ADAPTED) * base.n_layers
    assert all(torch.equal(weight, before[name]) for name, weight in base.state_dict().items())
    assert all(weight.requires_grad for weight in base.parameters()), "the model that was given was changed"


def test_the_share_is_counted(base: Transformer) -> None:
    model = add_adapters(base, rank=2)
    ours = sum(layer.down.numel() + layer.up.numel() for _, layer in adapters_of(model))
    assert trainable_share(model) == ours / (ours + sum(weight.numel() for weight in base.parameters()))
    assert trainable_share(base) == 1


def test_merged_equals_unmerged_at_every_strength(adapted: Transformer, base: Transformer) -> None:
    answers = {}
    for strength in (0.0, 0.5, 1.0):
        merged = merge_adapters(set_strength(adapted, strength))
        assert not list(adapters_of(merged))
        assert {name: weight.shape for name, weight in merged.state_dict().items()} == {
            name: weight.shape for name, weight in base.state_dict().items()
        }
        answers[strength] = merged(TOKENS)
        torch.testing.assert_close(answers[strength], adapted(TOKENS), rtol=1e-4, atol=1e-5)
    assert torch.equal(answers[0.0], base(TOKENS))
    assert not torch.allclose(answers[0.5], answers[1.0], atol=1e-4)


def test_adapters_are_stored_alone_and_come_back(
    adapted: Transformer, base: Transformer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_adapters(adapted, tmp_path / "mine.safetensors")
    assert (tmp_path / "mine.safetensors").stat().st_size < 20_000
    monkeypatch.setattr("gentutor.datasets.data_file", lambda name: tmp_path / Path(name).name)
    again = load_adapters(base, "mine")
    torch.testing.assert_close(again(TOKENS), adapted(TOKENS), rtol=1e-2, atol=1e-2)  # 16 bits
    wider = Transformer(11, 12, width=32, n_layers=2, n_heads=2)
    with pytest.raises(DataDamagedError, match="another model"):
        load_adapters(wider, "mine")
    save_file({"a": torch.zeros(1)}, tmp_path / "empty.safetensors")
    with pytest.raises(DataDamagedError, match="holds no adapters"):
        load_adapters(base, "empty")


def test_the_bundled_adapters_turn_the_writer_to_the_bible_and_back() -> None:
    base = load_bundled("text_austen")
    assert isinstance(base, Transformer)
    writer = load_adapters(base, "adapters_scripture")
    page = encode_tensor(load_scripture().test[:6000], vocabulary_of(load_prose().train))
    bits = [-token_log_probs(model, page, 64).mean().item() for model in (base, writer)]
    bits.append(-token_log_probs(set_strength(writer, 0.0), page, 64).mean().item())
    assert bits[1] < bits[0] - 0.4
    assert bits[2] == bits[0]


def test_peft_absent_is_a_sentence(monkeypatch: pytest.MonkeyPatch, adapted: Transformer, base: Transformer) -> None:
    monkeypatch.setattr(peft_twin, "has_peft", lambda: False)
    with pytest.raises(GentutorError, match=r"pip install 'gentutor\[finetuning\]'"):
        peft_twin.peft_twin(base, adapted)


@pytest.mark.skipif(not peft_twin.has_peft(), reason="peft is optional: pip install 'gentutor[finetuning]'")
def test_pefts_adapters_are_the_same(adapted: Transformer, base: Transformer) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # peft's own
        twin = peft_twin.peft_twin(base, adapted)
        torch.testing.assert_close(twin(TOKENS), adapted(TOKENS), rtol=1e-4, atol=1e-5)
        loss = twin(TOKENS).square().mean()
        loss.backward()
    adapted(TOKENS).square().mean().backward()
    ours = dict(adapters_of(adapted))
    for name, layer in twin.base_model.model.named_modules():
        if name in ours:
            torch.testing.assert_close(layer.lora_A["default"].weight.grad, ours[name].down.grad, rtol=1e-3, atol=1e-5)
    with pytest.raises(GentutorError, match="no adapters to copy"):
        peft_twin.peft_twin(base, base)


def test_a_layer_with_bias_is_not_taken_silently() -> None:
    layer = LoRALinear(nn.Linear(4, 3, bias=False), rank=2, alpha=1.0)
    assert layer(torch.ones(1, 4)).shape == (1, 3)
    with pytest.raises(ValueError, match="bias"):
        LoRALinear(nn.Linear(4, 3), rank=2, alpha=1.0)
