"""Coverage counts what is reached, and sees copies where the Frechet distance does not."""

import torch

from gentutor.metrics import coverage, frechet_distance
from gentutor.seeding import generator


def cloud(n, seed=0):
    return torch.randn(n, 4, generator=generator(seed, "cloud"))


def test_the_real_items_cover_themselves():
    assert coverage(cloud(300), cloud(300)) == 1.0


def test_other_draws_from_the_same_cloud_cover_nearly_all():
    assert coverage(cloud(1000, 1), cloud(300)) > 0.97


def test_half_the_clouds_cover_half():
    real = torch.cat([cloud(200), cloud(200) + 20])
    assert 0.47 < coverage(cloud(800, 1), real) <= 0.5


def test_one_item_again_and_again_covers_next_to_nothing():
    assert coverage(cloud(1).repeat(500, 1), cloud(300)) < 0.1


def test_equal_to_the_definition_written_out():
    real, made = cloud(40), cloud(30, 1) * 2
    reached = 0
    for item in real:
        radius = (real - item).norm(dim=1).sort().values[5]
        reached += bool(((made - item).norm(dim=1) <= radius).any())
    assert coverage(made, real) == torch.tensor(reached / 40).item()


def test_few_pictures_repeated_keep_the_frechet_distance_and_lose_coverage():
    real, few = cloud(1000), cloud(40, 1).repeat(25, 1)
    assert frechet_distance(few, real) < 0.6
    assert coverage(few, real) < 0.4
