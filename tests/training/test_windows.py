"""Windows of a text: a function of the position, and nothing else."""

import pytest
import torch

from gentutor.errors import RunStateError
from gentutor.training import Windows


def test_windows_are_stretches_of_the_text() -> None:
    windows = Windows(torch.arange(1000) * 3, context=16, seed=1)
    batch = windows.at(0, 32)
    assert batch.shape == (32, 17)
    assert (batch.diff() == 3).all()
    assert len(batch[:, 0].unique()) > 28


@pytest.mark.parametrize("seen", [0, 7, 4090])
def test_cut_in_other_batches_they_are_the_same(seen: int) -> None:
    windows = Windows(torch.arange(500), context=8)
    whole = windows.at(seen, 12)
    assert torch.equal(whole, torch.cat([windows.at(seen, 5), windows.at(seen + 5, 1), windows.at(seen + 6, 6)]))
    assert torch.equal(whole, Windows(torch.arange(500), context=8).at(seen, 12))
    assert torch.equal(windows.at(seen, 12, context=4), whole[:, :5])
    assert not torch.equal(whole, Windows(torch.arange(500), context=8, seed=1).at(seen, 12))


def test_every_place_of_the_text_is_used() -> None:
    batch = Windows(torch.arange(20), context=4).at(0, 2000)
    assert batch.unique().tolist() == list(range(20))
    assert Windows(torch.arange(5), context=4).at(0, 3).tolist() == [[0, 1, 2, 3, 4]] * 3


def test_steps_for_counts_tokens() -> None:
    windows = Windows(torch.arange(1001), context=10)
    assert len(windows) == 991
    assert windows.steps_for(1, batch_size=10) == 11


@pytest.mark.parametrize("tokens", [torch.arange(8), torch.zeros(2, 20, dtype=torch.int64)])
def test_too_short_a_text_is_refused(tokens: torch.Tensor) -> None:
    with pytest.raises(RunStateError, match="more than 8 tokens"):
        Windows(tokens, context=8)
