"""A signed note on where a picture comes from: made, checked and broken. The idea of C2PA in miniature. Lesson 12.

Signatures are Ed25519 (RFC 8032) by the library ``cryptography``; C2PA's own files hold far more.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

import torch
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from torch import Tensor


def fingerprint(x: Tensor) -> str:
    """Return the SHA-256 of a picture's bytes, 64 hexadecimal digits: one changed pixel, another fingerprint."""
    shape = "x".join(str(size) for size in x.shape)
    pixels = (x.clamp(0, 1) * 255).round().to(torch.uint8).contiguous().numpy().tobytes()
    return hashlib.sha256(shape.encode() + pixels).hexdigest()


def _body(manifest: dict[str, Any]) -> bytes:
    kept = {name: value for name, value in manifest.items() if name != "signature"}
    return json.dumps(kept, sort_keys=True).encode()


def sign_manifest(x: Tensor, claims: dict[str, Any], key: Ed25519PrivateKey) -> dict[str, Any]:
    """Return the claims with the picture's fingerprint and a signature over both.

    Parameters
    ----------
    x : Tensor
        The picture, in [0, 1].
    claims : dict
        What is claimed, such as who made it and with what; must fit into JSON.
    key : Ed25519PrivateKey
        The signer's secret.
    """
    manifest = {**claims, "fingerprint": fingerprint(x)}
    return {**manifest, "signature": key.sign(_body(manifest)).hex()}


def signature_holds(manifest: dict[str, Any] | None, public_key: Ed25519PublicKey) -> bool:
    """Return whether every word of the manifest is as the owner of the key signed it."""
    try:
        public_key.verify(bytes.fromhex((manifest or {})["signature"]), _body(manifest or {}))
    except (InvalidSignature, KeyError, TypeError, ValueError):
        return False
    return True


def verify_manifest(manifest: dict[str, Any] | None, fingerprint: str, holds: bool) -> str:
    """Return what a manifest says of a picture: ``"unknown"``, ``"forged"``, ``"changed"`` or ``"intact"``.

    Parameters
    ----------
    manifest : dict or None
        The signed note; None (or an empty one) where the picture came without, which proves nothing.
    fingerprint : str
        Of the picture at hand.
    holds : bool
        Whether the signature does. Without it no word of the manifest counts.

    Examples
    --------
    >>> verify_manifest({"fingerprint": "ab"}, "ab", True)
    'intact'
    >>> verify_manifest(None, "ab", False)
    'unknown'
    """
    if not manifest:
        return "unknown"
    if not holds:
        return "forged"
    return "intact" if manifest.get("fingerprint") == fingerprint else "changed"
