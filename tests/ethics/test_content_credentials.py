"""A picture's own file, sealed by C2PA's library; only where the extra "provenance" is installed."""

import io

import pytest
import torch
from PIL import Image

from gentutor.ethics.content_credentials import has_c2pa, new_signer, read_credentials, with_credentials
from gentutor.plots import encode_png, image_grid
from gentutor.seeding import generator

pytestmark = pytest.mark.skipif(not has_c2pa(), reason="needs the extra: provenance")


@pytest.fixture(scope="module")
def plain():
    return encode_png(image_grid(torch.rand(1, 3, 16, 16, generator=generator(0))))


@pytest.fixture(scope="module")
def sealed(plain):
    return with_credentials(plain, "a generator", new_signer("Our class"))


def test_a_sealed_picture_looks_the_same_and_says_what_made_it(plain, sealed):
    assert read_credentials(sealed) == ("intact", ["signingCredential.untrusted"])
    assert Image.open(io.BytesIO(sealed)).tobytes() == Image.open(io.BytesIO(plain)).tobytes()
    for words in (b"a generator", b"trainedAlgorithmicMedia", b"Our class"):
        assert words in sealed


def test_without_a_manifest_nothing_is_known(plain, sealed):
    copied = io.BytesIO()
    Image.open(io.BytesIO(sealed)).save(copied, format="PNG")
    assert read_credentials(plain) == read_credentials(copied.getvalue()) == ("unknown", [])


def test_a_changed_picture_and_a_changed_note_are_told_apart(sealed):
    i = sealed.rfind(b"IDAT") + 10
    picture = sealed[:i] + bytes([sealed[i] ^ 1]) + sealed[i + 1 :]
    note = sealed.replace(b"a generator", b"an artist!!")
    assert len(note) == len(sealed)
    assert read_credentials(picture) == ("broken", ["assertion.dataHash.mismatch", "signingCredential.untrusted"])
    assert read_credentials(note) == ("broken", ["assertion.hashedURI.mismatch", "signingCredential.untrusted"])


def test_a_file_that_is_no_picture_gets_a_sentence():
    with pytest.raises(ValueError, match="Save the picture anew"):
        read_credentials(b"\x89PNG\r\n\x1a\n no picture at all")
