"""Content Credentials in a picture's own file, written and read by C2PA's library. An optional part of lesson 12.

The package ``c2pa-python`` is the extra "provenance"; where it is not installed, the lesson leaves the section out.
Reference: Coalition for Content Provenance and Authenticity, Technical Specification 2.2 (2025).
"""

from __future__ import annotations

import datetime
import io
import json
from importlib.util import find_spec
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

C2PA_MISSING = (
    "C2PA's library is not installed, so this is left out; the lesson goes on without it. "
    "To see it: pip install 'gentutor[provenance]'."
)
AI_MADE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


def has_c2pa() -> bool:
    """Return whether C2PA's library is installed."""
    return find_spec("c2pa") is not None


def _certificate(
    owner: str, key: ec.EllipticCurvePrivateKey, issuer: str, issuer_key: ec.EllipticCurvePrivateKey
) -> bytes:
    is_root = owner == issuer
    today = datetime.datetime.now(datetime.UTC)

    def name(words: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, words)])

    builder = (
        x509.CertificateBuilder()
        .subject_name(name(owner))
        .issuer_name(name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=365))
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not is_root, key_cert_sign=is_root, crl_sign=is_root, content_commitment=False,
                key_encipherment=False, data_encipherment=False, key_agreement=False, encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
    )  # fmt: skip
    if not is_root:  # C2PA takes a signer only with a purpose that it knows
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
    return builder.sign(issuer_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def new_signer(owner: str) -> Any:
    """Return a signer with a new key (ES256) and a chain of two certificates that we vouch for ourselves.

    Parameters
    ----------
    owner : str
        The name in the certificate. Anybody can write any name there: it is on no list of trusted signers.
    """
    import c2pa

    root, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = f"{owner}, root"
    chain = _certificate(owner, key, issuer, root) + _certificate(issuer, root, issuer, root)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return c2pa.Signer.from_info(c2pa.C2paSignerInfo(alg=b"es256", sign_cert=chain, private_key=secret, ta_url=None))


def with_credentials(png: bytes, tool: str, signer: Any) -> bytes:
    """Return the PNG file with a signed manifest inside it that says: made by a trained model, namely `tool`."""
    import c2pa

    action = {"action": "c2pa.created", "digitalSourceType": AI_MADE, "softwareAgent": {"name": tool}}
    manifest = {
        "claim_generator_info": [{"name": "gentutor"}],
        "format": "image/png",
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [action]}}],
    }
    signed = io.BytesIO()
    c2pa.Builder(json.dumps(manifest)).sign(signer, "image/png", io.BytesIO(png), signed)
    return signed.getvalue()


def read_credentials(png: bytes) -> tuple[str, list[str]]:
    """Return what the file's manifest is worth and, where it is not intact, what C2PA's library objects to.

    Returns
    -------
    verdict : str
        ``"unknown"`` without a manifest, ``"intact"``, or ``"broken"``.
    objections : list of str
        C2PA's own codes, such as ``"assertion.dataHash.mismatch"``. A signer whom nobody on a list vouches for is one
        of them (``"signingCredential.untrusted"``), also in an intact file.

    Raises
    ------
    ValueError
        When the file is no PNG.
    """
    import c2pa

    try:
        report = json.loads(c2pa.Reader("image/png", io.BytesIO(png)).json())
    except c2pa.C2paError.ManifestNotFound:
        return "unknown", []
    except c2pa.C2paError as error:
        raise ValueError(f"C2PA's library cannot read this as a PNG file ({error}). Save the picture anew.") from error
    verdict = "intact" if report["validation_state"] in {"Valid", "Trusted"} else "broken"
    return verdict, sorted({item["code"] for item in report.get("validation_status", [])})
