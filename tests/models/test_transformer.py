"""The transformer: no position sees the future, heads and positions do as promised, cached and uncached agree."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from gentutor.models import Transformer, attention_weights, causal_attention, load_weights, save_weights
from gentutor.models.transformer import N_BEFORE, norm, rotate, rotations
from gentutor.samplers import continue_tokens


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def stirred(seed: int = 0, **changes: int) -> Transformer:
    """A small model whose zeros have become random numbers, so that every part has its say."""
    model = Transformer(**({"n_tokens": 11, "context": 16, "width": 32, "n_layers": 3} | changes), seed=seed)
    dice = rng(seed)
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(0.3 * torch.randn(weight.shape, generator=dice))
    return model


def tokens(*shape: int, n: int = 11) -> Tensor:
    return torch.randint(n, shape, generator=rng(1))


@pytest.mark.parametrize("shape", [(2, 3, 7, 4), (1, 1, 1, 8), (5, 2, 33, 16)])
def test_attention_is_that_of_torch(shape: tuple[int, ...]) -> None:
    q, k, v = torch.randn(3, *shape, generator=rng())
    torch.testing.assert_close(causal_attention(q, k, v), F.scaled_dot_product_attention(q, k, v, is_causal=True))


def test_with_fewer_queries_these_are_the_last_positions() -> None:
    q, k, v = torch.randn(3, 2, 2, 9, 4, generator=rng())
    torch.testing.assert_close(causal_attention(q[:, :, -3:], k, v), causal_attention(q, k, v)[:, :, -3:])


def test_weights_are_means_over_the_past() -> None:
    weights = attention_weights(*torch.randn(2, 2, 2, 6, 4, generator=rng()))
    torch.testing.assert_close(weights.sum(-1), torch.ones(2, 2, 6))
    assert (weights.triu(1) == 0).all()


@pytest.mark.parametrize("start", [0, 5])
def test_no_position_sees_the_future(start: int) -> None:
    model, row = stirred(), tokens(2, 12)
    seen: list[Tensor] = []
    model.embed.register_forward_hook(lambda _module, _inputs, out: seen.append(out.requires_grad_()) or None)
    logits = model(row)
    for t in range(start, 12):
        (slope,) = torch.autograd.grad(logits[:, t].square().sum(), seen[0], retain_graph=True)
        reached = slope.abs().sum((0, 2)) > 0  # (T,)
        assert reached.tolist() == [True] * (t + 1) + [False] * (11 - t)


def test_what_comes_later_changes_nothing_before() -> None:
    model, row = stirred(), tokens(1, 12)
    other = row.clone()
    other[:, 7:] = (other[:, 7:] + 1) % 11
    a, b = model(row), model(other)
    torch.testing.assert_close(a[:, :7], b[:, :7])
    assert not torch.allclose(a[:, 7:], b[:, 7:])


def test_turning_keeps_lengths_and_depends_on_the_distance_alone() -> None:
    x = torch.randn(1, 1, 8, 6, generator=rng())
    torch.testing.assert_close(rotate(x, rotations(3, 8, 6)).norm(dim=-1), x.norm(dim=-1))
    torch.testing.assert_close(rotate(x, rotations(0, 8, 6))[:, :, 0], x[:, :, 0])
    q, k = torch.randn(2, 1, 1, 1, 6, generator=rng(2))

    def product(at: int, other: int) -> float:
        return float((rotate(q, rotations(at, 1, 6)) * rotate(k, rotations(other, 1, 6))).sum())

    assert product(3, 1) == pytest.approx(product(9, 7), abs=1e-5)
    assert product(3, 1) != pytest.approx(product(3, 2), abs=1e-3)


def test_turning_by_hand() -> None:
    cos, sin = rotations(0, 3, 4)
    assert cos[0].tolist() == [1, 1]
    assert sin[0].tolist() == [0, 0]
    assert cos[2].tolist() == pytest.approx([math.cos(2), math.cos(0.002)])
    turned = rotate(torch.tensor([[[[1.0, 0, 0, 0]]]]), rotations(1, 1, 4)).flatten().tolist()
    assert turned == pytest.approx([math.cos(1), 0, math.sin(1), 0])


def test_order_matters_and_the_three_tokens_before_too() -> None:
    model = stirred()
    assert not torch.allclose(model(torch.tensor([[1, 2, 3]]))[:, -1], model(torch.tensor([[2, 1, 3]]))[:, -1])
    alone, row = stirred(n_layers=0), torch.tensor([[1, 2, 3, 4, 5, 6]])
    for place in range(5):
        other = row.clone()
        other[:, place] = 9
        assert torch.allclose(alone(row)[:, -1], alone(other)[:, -1]) == (place < 5 - N_BEFORE)


def test_it_begins_by_finding_all_tokens_equally_likely() -> None:
    model = Transformer(n_tokens=11, context=8, width=32)
    assert (model(tokens(2, 8)) == 0).all()


def test_weights_follow_the_seed_and_leave_the_global_stream_alone() -> None:
    before = torch.get_rng_state()
    first, again, other = (Transformer(5, 4, width=8, n_layers=1, seed=seed) for seed in (3, 3, 4))
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(first.embed.weight, again.embed.weight)
    assert not torch.equal(first.embed.weight, other.embed.weight)


def test_attention_maps_are_what_forward_uses() -> None:
    model, row = stirred(), tokens(2, 9)
    maps = model.attention_maps(row)
    assert maps.shape == (3, 2, 2, 9, 9)
    torch.testing.assert_close(maps.sum(-1), torch.ones(3, 2, 2, 9))
    assert (maps.triu(1) == 0).all()
    longer = model.attention_maps(torch.cat([row, row], 1))
    torch.testing.assert_close(longer[..., :9, :9], maps)
    block = model.blocks[0]
    x, turns = model._enter(row)
    _, _, v = block.attention.heads(norm(x), turns)
    gathered = block.attention.mix((maps[0] @ v).transpose(1, 2).flatten(2))
    torch.testing.assert_close(block.attention(norm(x), turns), gathered)


@pytest.mark.parametrize("pieces", [(12,), (1,) * 12, (5, 1, 1, 5), (3, 9)])
def test_reading_in_pieces_gives_the_same_logits(pieces: tuple[int, ...]) -> None:
    model, row = stirred(), tokens(3, 12)
    cache = model.new_cache()
    parts = [model(piece, cache) for piece in row.split(list(pieces), dim=1)]
    torch.testing.assert_close(torch.cat(parts, 1), model(row), atol=1e-4, rtol=1e-4)
    assert cache.length == cache.seen == 12
    assert cache.keys[0].shape == (3, 2, 12, 16)


def test_a_full_cache_drops_the_oldest_and_goes_on_as_a_sliding_window() -> None:
    model = stirred(n_layers=1)  # with one layer, what is cached of a token tells of the tokens just before it alone
    row, cache = tokens(1, 40), model.new_cache()
    parts = [model(piece, cache) for piece in row.split(1, dim=1)]
    assert (cache.length, cache.seen) == (16, 40)
    assert cache.keys[0].shape == cache.values[0].shape == (1, 2, 16, 16)
    # The last 16 tokens as they are in the whole row, each turned by where it stands there.
    x, turns = model._enter(row)
    q, k, v = (part[:, :, -16:] for part in model.blocks[0].attention.heads(norm(x), turns))
    torch.testing.assert_close(cache.keys[0], k, atol=1e-4, rtol=1e-4)
    gathered = causal_attention(q, k, v)[:, :, -1:].transpose(1, 2).flatten(2)
    x = x[:, -1:] + model.blocks[0].attention.mix(gathered)
    x = x + model.blocks[0].narrow(model.blocks[0].widen(norm(x)).relu().square())
    torch.testing.assert_close(parts[-1], model.head(norm(x)), atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"temperature": 0.0},
        {"temperature": 0.7, "top_k": 3},
        {"top_p": 0.8},
        {"temperature": 1.5, "top_k": 6, "top_p": 0.9},
    ],
)
@pytest.mark.parametrize("batch_size", [1, 5])
def test_cached_and_uncached_write_the_same_tokens(how: dict[str, float], batch_size: int) -> None:
    model, prompt = stirred(context=40), tokens(batch_size, 4)
    one, other = (continue_tokens(model, prompt, 36, generator=rng(3), cached=c, **how) for c in (True, False))
    assert one.shape == (batch_size, 40)
    assert torch.equal(one, other)
    assert torch.equal(one[:, :4], prompt)
    assert len(one.unique()) > 2


def test_weights_come_back_and_write_the_same(tmp_path: Path) -> None:
    model = stirred()
    for weight in model.parameters():
        weight.data = weight.data.half().float()
    save_weights(model, tmp_path / "t.safetensors", n_tokens=11, context=16, width=32, n_layers=3, n_heads=2)
    back = load_weights(tmp_path / "t.safetensors")
    assert isinstance(back, Transformer)
    assert (back.context, back.n_heads) == (16, 2)
    assert torch.equal(back(tokens(2, 16)), model(tokens(2, 16)))
