"""The linear reader of attributes: nearly without fault on real avatars, and not fooled by noise."""

import pytest
import torch

from gentutor.datasets import load_avatars
from gentutor.metrics import READABLE, obeyed, read_attributes


@pytest.fixture(scope="module")
def test_part():
    return load_avatars("test")


def test_real_avatars_are_read_almost_without_fault(test_part):
    shares = obeyed(test_part.x, test_part.attributes)
    assert list(shares) == [name for name in test_part.attributes if name in READABLE]
    assert min(shares.values()) >= 0.99


def test_a_little_noise_does_not_fool_the_reader(test_part):
    x = test_part.x + 0.05 * torch.randn(test_part.x.shape, generator=torch.Generator().manual_seed(0))
    assert min(obeyed(x, test_part.attributes).values()) > 0.95


def test_wrong_orders_are_not_obeyed(test_part):
    shuffled = {name: codes.roll(1) for name, codes in test_part.attributes.items()}
    assert max(obeyed(test_part.x, shuffled).values()) < 0.8
    assert read_attributes(test_part.x[:3])["hair"].dtype == torch.int64
