"""What the measures of lesson 12 promise, against known answers."""

import numpy as np
import pytest
import torch
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gentutor.datasets import load_prose
from gentutor.datasets.tokens import encode, encode_tensor, vocabulary_of
from gentutor.ethics import (
    alarm_precision,
    auc_interval,
    bias_amplification,
    compressed,
    cost_per_thousand,
    fingerprint,
    green_list,
    green_marks,
    mark_z,
    roc_auc,
    roc_points,
    sign_manifest,
    signature_holds,
    uneven_avatars,
    verify_manifest,
    write_marked,
)  # fmt: skip
from gentutor.models import load_bundled
from gentutor.seeding import generator


@pytest.fixture(scope="module")
def signs():
    return vocabulary_of(load_prose().train)


@pytest.mark.parametrize("share", [0.1, 0.25, 0.5])
def test_green_lists_have_their_share_and_change_with_context_and_key(share):
    before = torch.randint(81, (4000, 4), generator=generator(0))
    green = green_list(before, 81, share, key=5)
    assert green.float().mean() == pytest.approx(share, abs=0.01)
    assert green.float().mean(0) == pytest.approx(torch.full((81,), share), abs=0.05)
    for other in (green_list(before, 81, share, key=6), green_list(before.flip(1), 81, share, key=5)):
        agree = (green == other).float().mean()
        assert agree == pytest.approx(share**2 + (1 - share) ** 2, abs=0.02)


@pytest.mark.parametrize("share", [0.25, 0.5])
def test_false_positives_come_at_the_stated_rate_over_a_thousand_unmarked_texts(signs, share):
    prose = load_prose()
    texts = encode_tensor(prose.validation + prose.test, signs)[:200_000].view(1000, 200)
    z = torch.tensor([mark_z(text, len(signs), share, key=1000 + i) for i, text in enumerate(texts)])
    assert abs(z.mean()) < 0.12
    assert z.std() == pytest.approx(1, abs=0.08)
    assert 0.03 < (z > 1.645).float().mean() < 0.07
    assert (z > 2.326).float().mean() < 0.022
    assert z.max() < 4


@pytest.mark.parametrize("seed", range(3))
def test_marked_texts_of_200_characters_have_z_above_4_at_the_default_strength(signs, seed):
    begun = torch.tensor([encode("It is a truth universally acknowledged, that", signs)] * 20)
    text = write_marked(
        load_bundled("text_austen"), begun, 200, strength=3.0, share=0.25, key=seed, generator=generator(seed)
    )
    z = [mark_z(row, len(signs), 0.25, seed) for row in text[:, -204:]]
    assert min(z) > 4


def test_a_run_that_comes_back_is_counted_once():
    assert len(green_marks(torch.tensor([1, 2, 3, 4, 5] * 10), 81, 0.25, 1)) == 5


def test_area_and_interval_of_known_scores():
    scores, is_fake = torch.tensor([3.0, 2.0, 1.0, 0.0]), torch.tensor([True, False, True, False])
    assert roc_auc(scores, is_fake) == 0.75
    false_alarms, hits = roc_points(scores, is_fake)
    assert np.trapezoid(hits, false_alarms) == pytest.approx(0.75)
    assert len(hits) == len(scores.unique()) + 1
    assert (hits[0], hits[-1], false_alarms[-1]) == (0, 1, 1)


def test_the_interval_holds_the_true_area_in_about_95_of_100_draws():
    true, held = 0.7602, 0  # of two normal scores one standard deviation apart: Phi(1 / sqrt 2)
    is_fake = torch.arange(120) < 50
    for seed in range(300):
        low, high = auc_interval(torch.randn(120, generator=generator(seed)) + is_fake, is_fake)
        held += low < true < high
    assert 0.90 < held / 300 < 0.985


def test_compression_keeps_shape_and_loses_detail():
    x = torch.rand(3, 3, 16, 16, generator=generator(0))
    near, far = (compressed(x, quality) for quality in (95, 10))
    assert near.shape == far.shape == x.shape
    assert (near - x).abs().mean() < (far - x).abs().mean()


def test_manifest_is_signed_checked_and_broken():
    secret, x = Ed25519PrivateKey.generate(), torch.rand(3, 4, 4, generator=generator(0))
    note = sign_manifest(x, {"maker": "we"}, secret)
    assert signature_holds(note, secret.public_key())
    assert verify_manifest(note, fingerprint(x), True) == "intact"
    assert not signature_holds({**note, "maker": "they"}, secret.public_key())
    assert not signature_holds(note, Ed25519PrivateKey.generate().public_key())
    assert not signature_holds({**note, "signature": "no hex"}, secret.public_key())
    assert not signature_holds(None, secret.public_key())
    changed = x.clone()
    changed[0, 0, 0] = 1 - changed[0, 0, 0].round()
    assert fingerprint(changed) != fingerprint(x) != fingerprint(x.transpose(1, 2))


@pytest.mark.parametrize("imbalance", [0.6, 0.85])
def test_the_mix_is_exactly_as_ordered(imbalance):
    _, y = uneven_avatars("glasses", (0, 1), imbalance, seed=1)
    assert (y == 0).float().mean() == pytest.approx(imbalance)
    assert bias_amplification(y, y) == 1


def test_base_rates_and_prices():
    assert alarm_precision(0.95, 0.05, 0.5) == pytest.approx(0.95)
    assert alarm_precision(0.0, 0.0, 0.5) == 0
    assert cost_per_thousand(500, 0.6) == pytest.approx(0.3)
