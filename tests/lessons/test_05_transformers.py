"""Lesson 05: what it shows in view is what the package holds; nothing sees the future; the cache changes no token."""

from types import SimpleNamespace

import pytest
import torch

from gentutor.metrics.perplexity import perplexity
from gentutor.models import Transformer, causal_attention
from gentutor.models.transformer_recipe import transformer_optimisers, transformer_update
from gentutor.samplers import continue_tokens, next_token_probs
from gentutor.seeding import generator
from gentutor.training import Windows
from gentutor.workspace.files import cell_source, read_notebook
from tests.lessons.conftest import LESSONS

LESSON = LESSONS["05_transformers"]
IN_VIEW = (
    "imports", "bigram-table", "perplexity", "causal-attention", "rotary", "block", "transformer", "cache", "update",
    "next-token-probs", "write",
)  # fmt: skip
CELLS = {cell["id"]: cell_source(cell) for cell in read_notebook(LESSON.path)["cells"]}
SIZE = {"width": 32, "n_layers": 2, "n_heads": 2, "seed": 3}


@pytest.fixture(scope="module")
def shown():
    """The definitions of the notebook's cells, with the names that earlier cells give them."""
    names = {"seed": 3, "names": ["anna", "emma"]}
    for cell in IN_VIEW:
        source = CELLS[cell].split("\nshow_table(")[0]
        exec(compile(source, cell, "exec"), names)
    return names


@pytest.fixture(scope="module")
def windows():
    return Windows(torch.randint(11, (5000,), generator=generator(0, "text")), context=12, seed=0)


def trained(network, optimisers, update, windows, steps=8):
    model = network(11, 12, **SIZE)
    parts = {"model": model, **optimisers(model)}
    for step in range(steps):
        now = SimpleNamespace(lr=0.03, progress=step / steps, short_share=0.7, in_16_bits=False)
        update(**parts, x=windows.at(8 * step, 8), settings=now, generator=None)
    return model.eval()


@pytest.fixture(scope="module")
def both(shown, windows):
    """The lesson's network and the package's, each after eight updates of its own."""
    ours = trained(shown["Transformer"], shown["new_optimisers"], shown["update"], windows)
    return ours, trained(Transformer, transformer_optimisers, transformer_update, windows)


def test_network_and_update_in_view_and_in_the_package_give_equal_weights(both):
    ours, theirs = (model.state_dict() for model in both)
    assert list(ours) == list(theirs)
    torch.testing.assert_close(ours, theirs, rtol=0, atol=0)
    fresh = Transformer(11, 12, **SIZE).state_dict()
    assert not any(torch.equal(fresh[name], weight) for name, weight in ours.items())


def test_the_functions_in_view_equal_those_of_the_package(shown):
    q, k, v = torch.randn(3, 2, 3, 6, 4, generator=generator(0))
    for n in (6, 2):
        torch.testing.assert_close(shown["causal_attention"](q[:, :, -n:], k, v), causal_attention(q[:, :, -n:], k, v))
    logits = 3 * torch.randn(7, 20, generator=generator(1))
    for how in ({}, {"temperature": 0}, {"temperature": 0.6, "top_k": 5}, {"top_p": 0.7}, {"top_k": 9, "top_p": 0.9}):
        torch.testing.assert_close(shown["next_token_probs"](logits, **how), next_token_probs(logits, **how))
    assert shown["perplexity"](logits.log_softmax(-1)) == pytest.approx(perplexity(logits.log_softmax(-1)))


@pytest.mark.parametrize("how", [{"temperature": 0.0}, {"temperature": 0.7, "top_k": 4}, {"top_p": 0.8}])
def test_writing_in_view_and_in_the_package_gives_equal_tokens_with_and_without_cache(shown, both, how):
    ours, theirs = both
    start = torch.randint(11, (3, 4), generator=generator(2))
    wanted = continue_tokens(theirs, start, 8, generator=generator(5), **how)
    for cache in (None, ours.new_cache()):
        assert torch.equal(shown["write"](ours, start, 8, cache, dice=generator(5), **how), wanted)


def test_nothing_in_view_feels_the_future(both):
    model = both[0]
    tokens = torch.randint(11, (1, 12), generator=generator(1))
    felt = []
    hook = model.embed.register_forward_hook(lambda _, __, output: felt.append(output) or output.retain_grad())
    model(tokens)[0, 6].square().sum().backward()
    hook.remove()
    slope = felt[0].grad[0].abs().sum(-1)
    assert (slope[:7] > 0).all()
    assert (slope[7:] == 0).all()
