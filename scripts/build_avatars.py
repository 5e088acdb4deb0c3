"""Build `data/avatars.npz`: 8,000 different 16x16 colour pictures of people with exactly known attributes.

    pip install "gentutor[dev]"
    python scripts/build_avatars.py [--sheet SHEET.png]

The style is "Pixel Art" of DiceBear (CC0 1.0), drawn as SVG by dicebear-core and turned into pixels by resvg. Every
attribute is drawn independently with the probabilities of `ATTRIBUTES` and then forced through DiceBear's options, so
nothing in a picture is left to DiceBear's own dice. A picture that was already there is drawn anew.

Left out are a beard and earrings. A beard is painted through a mask as bright as the hair, so that a dark beard is
all but invisible. Earrings vanish behind long hair. An attribute that cannot be seen would make every measure of
coverage or obedience lie.
"""

from __future__ import annotations

import argparse
import io
import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import resvg_py
from deterministic_npz import write_npz
from dicebear import Avatar, Style
from numpy.typing import NDArray
from PIL import Image
from update_manifest import DATA, update_manifest

SEED = 16
COUNTS = {"train": 7_000, "test": 1_000}
SIDE = 16  # pixels; the style is drawn on a grid of 16 by 16

# attribute -> value -> (probability, what DiceBear is told)
Choice = tuple[float, dict[str, str]]
ATTRIBUTES: dict[str, dict[str, Choice]] = {
    "glasses": {
        "none": (0.60, {}),
        "clear": (0.25, {"glassesVariant": "light05"}),
        "dark": (0.15, {"glassesVariant": "dark05"}),
    },
    "hair": {
        "short parted": (0.14, {"hairVariant": "short01"}),
        "short flat": (0.10, {"hairVariant": "short06"}),
        "short spiky": (0.08, {"hairVariant": "short13"}),
        "short receding": (0.08, {"hairVariant": "short18"}),
        "short wild": (0.06, {"hairVariant": "short11"}),
        "short combed": (0.02, {"hairVariant": "short14"}),
        "long straight": (0.16, {"hairVariant": "long07"}),
        "long wavy": (0.12, {"hairVariant": "long03"}),
        "long framing": (0.10, {"hairVariant": "long20"}),
        "long plaits": (0.08, {"hairVariant": "long18"}),
        "long over one eye": (0.04, {"hairVariant": "long08"}),
        "long bun": (0.02, {"hairVariant": "long05"}),
    },
    "hair_colour": {
        "black": (0.30, {"hairColor": "#28150a"}),
        "brown": (0.30, {"hairColor": "#603a14"}),
        "blond": (0.20, {"hairColor": "#cab188"}),
        "red": (0.12, {"hairColor": "#bd1700"}),
        "blue": (0.05, {"hairColor": "#009bbd"}),
        "green": (0.03, {"hairColor": "#91cb15"}),
    },
    "skin": {
        "light": (0.40, {"skinColor": "#ffdbac"}),
        "medium": (0.30, {"skinColor": "#e0b687"}),
        "tan": (0.20, {"skinColor": "#b68655"}),
        "dark": (0.10, {"skinColor": "#8d5524"}),
    },
    "hat": {
        "none": (0.85, {}),
        "red cap": (0.08, {"hatVariant": "variant02", "hatColor": "#a62116"}),
        "blue band": (0.05, {"hatVariant": "variant03", "hatColor": "#2663a3"}),
        "grey brim": (0.02, {"hatVariant": "variant06", "hatColor": "#989789"}),
    },
    "clothing": {
        "plain": (0.30, {"clothesVariant": "variant03"}),
        "v-neck": (0.20, {"clothesVariant": "variant11"}),
        "striped": (0.15, {"clothesVariant": "variant13"}),
        "checked": (0.15, {"clothesVariant": "variant06"}),
        "vest": (0.10, {"clothesVariant": "variant20"}),
        "open": (0.10, {"clothesVariant": "variant07"}),
    },
    "clothing_colour": {
        "blue": (0.25, {"clothingColor": "#428bca"}),
        "red": (0.20, {"clothingColor": "#d11141"}),
        "green": (0.20, {"clothingColor": "#00b159"}),
        "yellow": (0.15, {"clothingColor": "#ffc425"}),
        "navy": (0.15, {"clothingColor": "#03396c"}),
        "mint": (0.05, {"clothingColor": "#88d8b0"}),
    },
    "eyes": {
        "wide": (0.50, {"eyesVariant": "variant01"}),
        "narrow": (0.30, {"eyesVariant": "variant03"}),
        "sideways": (0.20, {"eyesVariant": "variant12"}),
    },
    "mouth": {
        "smiling": (0.40, {"mouthVariant": "happy09"}),
        "open": (0.25, {"mouthVariant": "happy01"}),
        "straight": (0.20, {"mouthVariant": "sad06"}),
        "sad": (0.15, {"mouthVariant": "sad01"}),
    },
    "background": {
        "sky": (0.40, {"backgroundColor": "#b6e3f4"}),
        "lilac": (0.30, {"backgroundColor": "#d1c4f0"}),
        "sand": (0.20, {"backgroundColor": "#fff1d6"}),
        "rose": (0.10, {"backgroundColor": "#ffb8c6"}),
    },
}
FIXED: dict[str, str] = {  # the same in every picture
    "seed": "gentutor",
    "eyesColor": "#5b7c8b",
    "glassesColor": "#191919",
    "mouthColor": "#de0f0d",
}


@cache
def pixel_art() -> Style:
    """Return the style as the installed dicebear-styles has it."""
    definition = resources.files("dicebear_styles") / "pixel-art.json"
    return Style(json.loads(definition.read_text(encoding="utf-8")))


def render(values: Mapping[str, str]) -> NDArray[np.uint8]:
    """Draw the avatar with these attributes.

    Parameters
    ----------
    values : mapping of str to str
        A value for every attribute of `ATTRIBUTES`.

    Returns
    -------
    ndarray
        uint8 (3, 16, 16), red, green, blue.
    """
    options: dict[str, Any] = dict(FIXED)
    options |= {f"{part}Probability": 0 for part in ("accessories", "beard")}
    options |= {f"{part}Probability": 0 if values[part] == "none" else 100 for part in ("glasses", "hat")}
    for attribute, choices in ATTRIBUTES.items():
        options |= choices[values[attribute]][1]
    png = resvg_py.svg_to_bytes(
        svg_string=Avatar(pixel_art(), options).to_string(),
        width=SIDE,
        height=SIDE,
        shape_rendering="crisp_edges",
        skip_system_fonts=True,
    )
    picture = np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), dtype=np.uint8)  # (H, W, 3)
    return np.ascontiguousarray(picture.transpose(2, 0, 1))  # (H, W, 3) -> (3, H, W)


def draw_codes(rng: np.random.Generator) -> tuple[int, ...]:
    """Draw one code for each attribute, independently."""
    return tuple(int(rng.choice(len(choices), p=[p for p, _ in choices.values()])) for choices in ATTRIBUTES.values())


def decode(codes: tuple[int, ...]) -> dict[str, str]:
    """Return the values that the codes stand for."""
    return {name: list(choices)[code] for (name, choices), code in zip(ATTRIBUTES.items(), codes, strict=True)}


def build() -> tuple[dict[str, NDArray[Any]], int]:
    """Return the arrays of the bundle, and how many draws were repeated since the picture was there already.

    Returns
    -------
    dict
        For each split ``{split}_x`` uint8 (N, 3, 16, 16) and ``{split}_codes`` uint8 (N, n_attributes); the attribute
        names in ``attributes``; for each of them ``names_*`` (what the codes stand for) and ``probabilities_*``.
    int
        Number of repeated draws.
    """
    rng = np.random.Generator(np.random.PCG64(SEED))
    drawn: dict[bytes, tuple[NDArray[np.uint8], tuple[int, ...]]] = {}
    n_repeated = 0
    while len(drawn) < sum(COUNTS.values()):
        codes = draw_codes(rng)
        picture = render(decode(codes))
        n_repeated += picture.tobytes() in drawn
        drawn.setdefault(picture.tobytes(), (picture, codes))
    x = np.stack([picture for picture, _ in drawn.values()])
    codes_of = np.array([codes for _, codes in drawn.values()], dtype=np.uint8)
    n_train = COUNTS["train"]
    arrays: dict[str, NDArray[Any]] = {
        "train_x": x[:n_train],
        "train_codes": codes_of[:n_train],
        "test_x": x[n_train:],
        "test_codes": codes_of[n_train:],
        "attributes": np.array(list(ATTRIBUTES)),
    }
    for name, choices in ATTRIBUTES.items():
        arrays[f"names_{name}"] = np.array(list(choices))
        arrays[f"probabilities_{name}"] = np.array([p for p, _ in choices.values()])
    return arrays, n_repeated


def contact_sheet(x: NDArray[np.uint8], n_columns: int = 24, scale: int = 3) -> Image.Image:
    """Return the pictures (N, 3, H, W) side by side, enlarged."""
    x = x[: len(x) // n_columns * n_columns]
    rows = x.reshape(-1, n_columns, 3, SIDE, SIDE).transpose(0, 3, 1, 4, 2)  # (rows, H, columns, W, 3)
    flat = Image.fromarray(rows.reshape(-1, n_columns * SIDE, 3))
    return flat.resize((flat.width * scale, flat.height * scale), Image.Resampling.NEAREST)


def main() -> None:
    """Write the bundle, its manifest entry and, when asked for, a sheet of the first pictures."""
    parser = argparse.ArgumentParser(description="Build data/avatars.npz.")
    parser.add_argument("--out", type=Path, default=DATA / "avatars.npz")
    parser.add_argument("--sheet", type=Path, help="also write the first pictures as one PNG")
    arguments = parser.parse_args()
    arrays, n_repeated = build()
    write_npz(arguments.out, arrays)
    print(f"{arguments.out}: {arguments.out.stat().st_size:,} bytes; {n_repeated} draws repeated")
    if arguments.sheet:
        contact_sheet(arrays["train_x"][:384]).save(arguments.sheet)
    if arguments.out.resolve() == (DATA / "avatars.npz").resolve():
        print(update_manifest("avatars.npz"))


if __name__ == "__main__":
    main()
