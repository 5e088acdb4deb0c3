"""Exercise `verify_manifest`: what a signed note says of a picture, and in which order to ask."""

from __future__ import annotations

from typing import Any

from gentutor.exercises.contract import Check, Exercise, Misconception
from gentutor.exercises.ethics.inputs import LESSON, notes

Note = dict[str, Any] | None


def _oracle(manifest: Note, fingerprint: str, holds: bool) -> str:
    there, same = bool(manifest), (manifest or {}).get("fingerprint") == fingerprint
    table = {(True, True, True): "intact", (True, True, False): "changed"}
    return table.get((there, holds, same), "forged" if there else "unknown")


def _judged(manifest: Note, fingerprint: str, holds: bool, none: str = "unknown", first: str = "signature") -> str:
    if not manifest:
        return none
    same = manifest["fingerprint"] == fingerprint
    if first == "picture":
        return "changed" if not same else "intact" if holds else "forged"
    return "forged" if not holds else "intact" if same else "changed"


def _beginning_only(manifest: Note, fingerprint: str, holds: bool) -> str:
    short = manifest and {**manifest, "fingerprint": manifest["fingerprint"][:8]}
    return _judged(short, fingerprint[:8], holds)


def _no_signature(manifest: Note, fingerprint: str, holds: bool) -> str:
    return _judged(manifest, fingerprint, True)


def _no_picture(manifest: Note, fingerprint: str, holds: bool) -> str:
    return _judged(manifest and {"fingerprint": fingerprint}, fingerprint, holds)


def _exchanged(manifest: Note, fingerprint: str, holds: bool) -> str:
    words = {"forged": "changed", "changed": "forged"}
    found = _judged(manifest, fingerprint, holds)
    return words.get(found, found)


def _guarded(manifest: Note, fingerprint: str, holds: bool) -> str:
    if manifest is None:
        return "unknown"
    if holds and manifest["fingerprint"] == fingerprint:
        return "intact"
    return "changed" if holds else "forged"


VERIFY_MANIFEST = Exercise(
    name="verify_manifest",
    lesson=LESSON,
    task='Return what a manifest says: "unknown" without one, "forged" where the signature does not hold, "changed" '
    'where the picture has another fingerprint, else "intact".',
    arguments={"manifest": "dict", "fingerprint": "str", "holds": "bool"},
    returns="str",
    points=3,
    oracle=_oracle,
    taught="gentutor.ethics.provenance:verify_manifest",
    hints=(
        "Four answers, three questions. Which must come first: can you ask a note that is not there?",
        "First whether there is a note; then whether its signature holds, since otherwise no word of it counts, its "
        "fingerprint included; last whether the fingerprints are equal.",
        'if manifest is None: return "unknown". Then: if not holds: return "forged". Then compare '
        'manifest["fingerprint"] with fingerprint: "intact" or "changed".',
    ),
    checks=(
        Check("an untouched picture", lambda g: notes(g, "intact"), share=0.1),
        Check("a picture changed after signing", lambda g: notes(g, "changed"), share=0.15),
        Check("a note pinned to another picture", lambda g: notes(g, "swapped"), share=0.1),
        Check("a note whose signature does not hold", lambda g: notes(g, "forged"), share=0.2),
        Check("a changed picture with a false note", lambda g: notes(g, "both"), share=0.2),
        Check("a picture without a note", lambda g: notes(g, "none"), share=0.25),
    ),
    misconceptions=(
        Misconception(
            "no note, so forged",
            lambda manifest, fingerprint, holds: _judged(manifest, fingerprint, holds, none="forged"),
            'A picture without a note is not forged: nearly all honest pictures have none. Say "unknown".',
        ),
        Misconception(
            "no note, so intact",
            lambda manifest, fingerprint, holds: _judged(manifest, fingerprint, holds, none="intact"),
            'Without a note nothing is proved: whoever forges takes it off. Say "unknown".',
        ),
        Misconception(
            "picture asked first",
            lambda manifest, fingerprint, holds: _judged(manifest, fingerprint, holds, first="picture"),
            "You compare fingerprints before you look at the signature. Where it does not hold, the fingerprint may "
            'be made up as well: ask for the signature first, and say "forged".',
        ),
        Misconception(
            "beginning of the fingerprint",
            _beginning_only,
            "You compare only the beginning of the fingerprints. They may differ in the last digit alone: compare all.",
        ),
        Misconception(
            "signature not asked",
            _no_signature,
            'The signature plays no part in your verdict. Anybody can write a note: without `holds` it is "forged".',
        ),
        Misconception(
            "picture not asked",
            _no_picture,
            "A true signature says that the *note* is as it was. It may be pinned to another picture: compare its "
            "fingerprint with the one at hand.",
        ),
        Misconception(
            "words exchanged",
            _exchanged,
            'The words are exchanged: "forged" is for a note whose signature fails, "changed" for another picture.',
        ),
    ),
    alternatives=(_judged, _guarded),
)
