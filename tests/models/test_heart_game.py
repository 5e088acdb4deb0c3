"""The toys of lesson 00: a repeatable game whose stops are bundled, and a writer that counts."""

import random
from collections import Counter

import numpy as np
import pytest
import torch

from gentutor.datasets import data_file, load_fables
from gentutor.models.counting import count_letters, write_line
from gentutor.models.heart_game import heart, play_forger
from gentutor.seeding import generator


@pytest.fixture(scope="module")
def bundled():
    with np.load(data_file("heart_game.npz")) as arrays:
        return {name: torch.from_numpy(arrays[name].astype(np.float32)) for name in arrays.files}


def test_the_heart_is_an_outline_and_symmetric():
    x = heart(5000, generator(0, "heart"))
    assert x.abs().max() < 2
    assert abs(float(x[:, 0].mean())) < 0.05
    assert x.norm(dim=1).min() > 0.2  # nothing in the middle


def test_the_bundled_forger_is_that_of_the_script(bundled):
    looks = play_forger(100, 0, every=100)
    assert looks.shape == (2, 300, 2)
    torch.testing.assert_close(looks[0], bundled["forger"][0], rtol=1e-2, atol=1e-2)
    torch.testing.assert_close(looks[1], bundled["forger"][1], rtol=0.1, atol=0.1)  # rounding grows with the rounds


def test_the_writer_draws_as_often_as_it_counted():
    lines = ["ab", "ab", "ab", "ac"]
    rng = random.Random(0)
    written = Counter(write_line(count_letters(lines, 1), 1, rng) for _ in range(4000))
    assert set(written) == {"ab", "ac"}
    assert written["ab"] / 4000 == pytest.approx(0.75, abs=0.03)


def test_a_memory_longer_than_every_line_recites():
    fables = load_fables()
    table = count_letters(fables, 200)
    rng = random.Random(1)
    assert all(write_line(table, 200, rng, longest=200) in fables for _ in range(20))
