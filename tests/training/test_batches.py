"""`Batches`: every example once an epoch, whatever the batch size does."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gentutor.errors import RunStateError
from gentutor.training import Batches


@given(n=st.integers(1, 40), sizes=st.lists(st.integers(1, 60), min_size=1, max_size=20), seed=st.integers(0, 5))
def test_no_example_is_skipped_or_repeated_while_the_batch_size_changes(n, sizes, seed):
    batches = Batches(torch.arange(n), seed=seed)
    seen = []
    for size in sizes:
        batch = batches.at(len(seen), size)
        assert len(batch) == size
        seen += batch.tolist()
    for epoch in range(len(seen) // n):
        assert sorted(seen[epoch * n : (epoch + 1) * n]) == list(range(n))


def test_tensors_stay_together_and_the_order_depends_on_the_seed():
    x = torch.arange(50)
    a, b = Batches(x, x * 2, seed=0).at(0, 50)
    assert torch.equal(b, a * 2)
    assert not torch.equal(a, x)
    assert not torch.equal(a, Batches(x, seed=1).at(0, 50))
    assert not torch.equal(a, Batches(x, seed=0).at(50, 50))


def test_steps_for_rounds_up():
    batches = Batches(torch.arange(100))
    assert [batches.steps_for(1, 10), batches.steps_for(1, 30), batches.steps_for(0.5, 100)] == [10, 4, 1]


@pytest.mark.parametrize("tensors", [(), (torch.empty(0),), (torch.ones(2), torch.ones(3))])
def test_examples_must_exist_and_agree(tensors):
    with pytest.raises(RunStateError, match="one length"):
        Batches(*tensors)
