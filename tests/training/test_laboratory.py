"""The data laboratory: repeatable, remembers what it saw, and leaves torch's own generator alone."""

import pytest
import torch
from torch.nn.functional import avg_pool2d

from gentutor.datasets import load_fashion, spoil
from gentutor.training import Laboratory
from gentutor.training.laboratory import MEASURES


@pytest.fixture(scope="module")
def pictures():
    images = load_fashion("test")
    return avg_pool2d(images.x, 2), images.y


@pytest.fixture
def lab(pictures):
    calls = []

    def prepare(*arguments, **settings):
        calls.append(settings)
        return spoil(*arguments, **settings)

    made = Laboratory(pictures, pictures, prepare, n_seeds=2, steps=5)
    made.calls = calls
    return made


def test_a_setting_seen_before_is_not_trained_again(lab):
    first = lab.compare({"usual": {"n_train": 100}, "noisy": {"n_train": 100, "noise": 0.5}})
    assert len(lab.calls) == 4
    again = lab.measure(noise=0.5, n_train=100)
    assert len(lab.calls) == 4
    assert torch.equal(again["coverage"], first["noisy"]["coverage"])
    assert lab.trained(n_train=100, lo=-1.0, hi=1.0) is lab.trained(n_train=100)
    assert lab.trained(1, n_train=100) is not lab.trained(0, n_train=100)


def test_two_laboratories_agree_and_nothing_is_drawn_from_the_global_generator(lab, pictures):
    state = torch.random.get_rng_state()
    other = Laboratory(pictures, pictures, spoil, n_seeds=2, steps=5).measure(n_train=100)
    assert torch.equal(state, torch.random.get_rng_state())
    mine = lab.measure(n_train=100)
    assert set(mine) == set(MEASURES)
    for name in MEASURES:
        assert torch.equal(mine[name], other[name])
        assert mine[name].shape == (2,)


def test_the_judge_knows_clean_pictures(lab, pictures):
    x, y = pictures
    assert (lab.judge(x) == y).float().mean() > 0.7


def test_orders_are_drawn_one_picture_each(lab):
    drawn = lab.trained(n_train=100).draw(torch.tensor([7, 7, 9]))
    assert drawn.shape == (3, 1, 14, 14)
    assert 0 <= drawn.min() <= drawn.max() <= 1
    assert not torch.equal(drawn[0], drawn[1])


def test_the_scale_reaches_the_network_only(lab):
    usual, raw = lab.trained(n_train=100), lab.trained(n_train=100, lo=0.0, hi=255.0)
    assert torch.equal(usual.x, raw.x)
    assert raw.losses[-1] > usual.losses[-1]
