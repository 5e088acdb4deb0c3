"""Muon and the update of the transformer: directions, schedule, and a run that can be rewound."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor

from gentutor.knobs import Knob, KnobSet
from gentutor.models import Muon, Transformer, transformer_optimisers, transformer_update
from gentutor.models.muon import orthogonalised
from gentutor.training import Run, Windows
from gentutor.training.state import Snapshot, same


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def small(**changes: int) -> Transformer:
    return Transformer(**({"n_tokens": 7, "context": 8, "width": 16, "n_layers": 2} | changes))


def parts(**changes: int) -> dict[str, Any]:
    model = small(**changes)
    return {"model": model, **transformer_optimisers(model)}


def settings(**changes: Any) -> SimpleNamespace:
    return SimpleNamespace(**({"lr": 0.03, "progress": 0.0, "short_share": 0.0, "in_16_bits": False} | changes))


def counting(n: int = 400) -> Tensor:
    """A text that can be foreseen: 0 1 2 ... 6 0 1 2 ..."""
    return torch.arange(n) % 7


def test_a_stack_is_made_orthogonal_as_each_matrix_alone() -> None:
    matrices = torch.randn(3, 8, 20, generator=rng())
    together = orthogonalised(matrices)
    for matrix, step in zip(matrices, together, strict=True):
        torch.testing.assert_close(step, orthogonalised(matrix), atol=1e-4, rtol=1e-3)
    values = torch.linalg.svdvals(together)
    assert values.min() > 0.5
    assert values.max() < 1.4


@pytest.mark.skipif(not hasattr(torch.optim, "Muon"), reason="this torch has no Muon")
@pytest.mark.parametrize("shape", [(16, 16), (32, 16), (16, 48)])
def test_steps_are_those_of_torch(shape: tuple[int, int]) -> None:
    start = torch.randn(shape, generator=rng())
    ours, theirs = torch.nn.Parameter(start.clone()), torch.nn.Parameter(start.clone())
    one = Muon([ours], lr=0.1, in_16_bits=True)
    other = torch.optim.Muon([theirs], lr=0.1, weight_decay=0.0, momentum=0.95, nesterov=True)
    for step in range(4):
        for weight, optimiser in ((ours, one), (theirs, other)):
            weight.grad = torch.randn(shape, generator=rng(step))
            optimiser.step()
    moved = (theirs - start).norm()
    assert (ours - theirs).norm() < 0.03 * moved  # theirs runs in 16 bits


def test_standing_and_lying_matrices_move_alike() -> None:
    lying, standing = (torch.nn.Parameter(torch.zeros(shape)) for shape in ((8, 24), (24, 8)))
    grad = torch.randn(8, 24, generator=rng())
    lying.grad, standing.grad = grad, grad.T.clone()
    Muon([lying, standing], lr=1.0).step()
    torch.testing.assert_close(standing, 3**0.5 * lying.T, atol=1e-5, rtol=1e-4)


def test_every_weight_has_exactly_one_optimiser() -> None:
    found = parts()
    held = [p for name in ("muon", "adam") for group in found[name].param_groups for p in group["params"]]
    assert {id(p) for p in held} == {id(p) for p in found["model"].parameters()}
    assert len(held) == len(list(found["model"].parameters()))
    assert all(p.ndim == 2 for p in found["model"].blocks.parameters())


@pytest.mark.parametrize("in_16_bits", [False, True])
def test_it_learns_to_count(in_16_bits: bool) -> None:
    found, windows, steps = parts(), Windows(counting(), context=8), 60
    losses = []
    for step in range(steps):
        now = settings(progress=step / steps, in_16_bits=in_16_bits, short_share=0.5)
        losses.append(transformer_update(**found, x=windows.at(8 * step, 8), settings=now)["loss"])
    assert losses[0] == pytest.approx(torch.tensor(7.0).log().item())
    assert losses[-1] < 0.1


def test_the_rate_falls_linearly_and_scales_each_group() -> None:
    found, x = parts(), Windows(counting(), context=8).at(0, 4)
    transformer_update(**found, x=x, settings=settings(lr=0.4, progress=0.75))
    assert found["muon"].param_groups[0]["lr"] == pytest.approx(0.1)
    for group in found["adam"].param_groups:
        assert group["lr"] == pytest.approx(0.1 * group["lr_scale"])


def test_half_the_context_is_read_at_first() -> None:
    found, x = parts(), Windows(counting(), context=8).at(0, 4)
    lengths: list[int] = []
    found["model"].register_forward_hook(lambda _module, inputs, _out: lengths.append(inputs[0].shape[1]))
    for progress in (0.0, 0.69, 0.7, 0.99):
        transformer_update(**found, x=x, settings=settings(progress=progress, short_share=0.7))
    assert lengths == [4, 4, 8, 8]


def test_an_update_is_a_function_of_its_inputs() -> None:
    first, again, x = parts(), parts(), Windows(counting(), context=8).at(0, 4)
    torch.manual_seed(0)
    before = torch.get_rng_state()
    for found in (first, again):
        for progress in (0.0, 0.5):
            transformer_update(**found, x=x, settings=settings(progress=progress), generator=rng())
    assert torch.equal(torch.get_rng_state(), before)
    assert same(first["model"].state_dict(), again["model"].state_dict())


def test_a_run_can_be_rewound_and_branched_to_the_bit() -> None:
    knobs = KnobSet(
        Knob("lr", 0.03, 1e-3, 0.3, scale="log", help="Step.", effect="Higher: faster."),
        Knob("batch_size", 4, 1, 64, help="Windows.", effect="Higher: smoother."),
    )
    windows = Windows(counting(), context=8)
    run = Run(transformer_update, parts(), windows, {}, knobs=knobs, steps=12).finish(progress=False)
    end = Snapshot.of(run.parts, 12, 0).states
    run.rewind(5)
    twig = run.branch(lr=0.01)
    run.rewind(12)
    assert same(Snapshot.of(run.parts, 12, 0).states, end)
    twig.finish(progress=False)
    assert not same(Snapshot.of(twig.parts, 12, 0).states, end)
