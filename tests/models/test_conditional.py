"""The VAE that draws what is ordered."""

import torch

from gentutor.models import ConditionalVAE


def test_shapes_and_equal_seeds():
    x, y = torch.rand(5, 1, 14, 14), torch.arange(5)
    one, other = (ConditionalVAE(3, 16, shape=(1, 14, 14), seed=4) for _ in "ab")
    logits, mu, logvar = one(x, y, torch.Generator().manual_seed(0))
    assert (logits.shape, mu.shape, logvar.shape) == ((5, 1, 14, 14), (5, 3), (5, 3))
    assert torch.equal(logits, other(x, y, torch.Generator().manual_seed(0))[0])


def test_the_class_matters_to_both_halves():
    model = ConditionalVAE(3, 16, shape=(1, 14, 14))
    x, z = torch.rand(1, 1, 14, 14), torch.zeros(1, 3)
    one, other = torch.tensor([1]), torch.tensor([2])
    assert not torch.equal(model.encode(x, one)[0], model.encode(x, other)[0])
    assert not torch.equal(model.decode(z, one), model.decode(z, other))


def test_lo_and_hi_are_what_the_encoder_sees():
    narrow, wide = ConditionalVAE(3, 16, lo=0.0, hi=1.0), ConditionalVAE(3, 16, lo=0.0, hi=255.0)
    x, y = torch.rand(2, 1, 28, 28), torch.tensor([0, 1])
    torch.testing.assert_close(narrow.encode(x, y), wide.encode(x / 255, y), rtol=1e-4, atol=1e-5)
