"""Seeded inputs of the checks of lesson 01, laid out so that every planted mistake shows with every seed."""

from __future__ import annotations

import string

import torch
from torch import Generator, Tensor

LESSON = "01_data"

N, H, W, D = 2, 3, 5, 4  # different from each other, so that a wrong axis cannot go unseen


def pixels(generator: Generator, lo: float, hi: float, darkest: int = 12, brightest: int = 240) -> tuple[Tensor, ...]:
    """Return bytes (N, H, W) that reach neither 0 nor 255, in pictures of different brightness, and the range."""
    x = torch.randint(darkest, brightest, (N, H, W), generator=generator)
    x[1] = x[1] * 2 // 3 + 4  # the second picture is darker
    x[0, 0, 0] = brightest  # above 127: doubled, it no longer fits into a byte
    return x.to(torch.uint8), lo, hi  # type: ignore[return-value]


def walk(x: Tensor, order: Tensor) -> list[list[int]]:
    """Return the groups of equal rows of `x`, each in the order of `order`."""
    groups: dict[tuple[int, ...], list[int]] = {}
    for i in order.tolist():
        groups.setdefault(tuple(x[i].tolist()), []).append(i)
    return list(groups.values())


def rows_with_copies(generator: Generator, n_different: int = 7, n_copies: int = 5) -> tuple[Tensor, Tensor, int]:
    """Return rows (n, D) with copies among them, a mixed order, and a number that falls into the middle of a group."""
    different = torch.randperm(200, generator=generator)[:n_different].unsqueeze(1) + torch.arange(D)
    copies = different[torch.randint(n_different, (n_copies,), generator=generator)]
    x = torch.cat([different, copies])[torch.randperm(n_different + n_copies, generator=generator)]
    order = torch.randperm(len(x), generator=generator)
    groups = walk(x, order)
    # Groups of several rows come second and last: the wanted number of validation rows is reached inside of a group.
    large = sorted((group for group in groups if len(group) > 1), key=len)
    small = [group for group in groups if len(group) == 1]
    arranged = [*small[:1], large[-1], *small[1:], *large[:-1]]
    order = torch.tensor([group[0] for group in arranged] + [i for group in arranged for i in group[1:]])
    return x, order, len(small[:1]) + 1


def one_row_often(generator: Generator) -> tuple[Tensor, Tensor, int]:
    """Return rows (n, D) of which one stands there five times, a mixed order and how many are wanted."""
    different = torch.randperm(200, generator=generator)[:6].unsqueeze(1) + torch.arange(D)
    x = torch.cat([different[:1].repeat(4, 1), different])[torch.randperm(10, generator=generator)]
    often = next(group for group in walk(x, torch.arange(10)) if len(group) == 5)
    rest = [i for i in torch.randperm(10, generator=generator).tolist() if i not in often]
    return x, torch.tensor([rest[0], often[0], *rest[1:], *often[1:]]), 3


def letters(generator: Generator, n: int) -> list[str]:
    """Return `n` different small letters in mixed order."""
    return [string.ascii_lowercase[int(i)] for i in torch.randperm(26, generator=generator)[:n]]


def known_text(generator: Generator) -> tuple[str, list[str]]:
    """Return a text of known characters, blanks among them, and a vocabulary in no order, its stand-in first."""
    vocabulary = letters(generator, 9)
    vocabulary.insert(4, " ")
    drawn = torch.randint(len(vocabulary), (12,), generator=generator).tolist()
    text = "".join(vocabulary[i] for i in drawn) + " " + "".join(reversed(vocabulary))
    return text, ["�", *vocabulary]


def text_with_unknowns(generator: Generator) -> tuple[str, list[str]]:
    """Return a text of which one character in four is not in the vocabulary."""
    text, vocabulary = known_text(generator)
    return "".join(c + "Ω" * (i % 3 == 0) for i, c in enumerate(text)), vocabulary


def ids(generator: Generator) -> tuple[list[int], list[str]]:
    """Return numbers that stand for a text, the stand-in among them, and the vocabulary."""
    text, vocabulary = text_with_unknowns(generator)
    places = {c: i for i, c in enumerate(vocabulary)}
    return [places.get(c, 0) for c in text], vocabulary


def pairs(generator: Generator, width: int = 1) -> tuple[list[str]]:
    """Return tokens of `width` characters in which one pair stands most often, amid decoys.

    Decoys: two tokens that stand together more often if their order is not looked at, a token that is the commonest by
    itself, and the winning pair only at odd places, where cutting the text into twos would miss it.
    """
    names = [letter * width for letter in letters(generator, 26)]
    (b, a), (d, c), e, fillers = sorted(names[:2]), sorted(names[2:4]), names[4], iter(names[5:])
    blocks = [[next(fillers), a, b, next(fillers)] for _ in range(4)]
    blocks += [[e, next(fillers)] for _ in range(7)] + [[c, d, c, d, c, d]]
    order = torch.randperm(len(blocks), generator=generator).tolist()
    return ([token for i in order for token in blocks[i]] + [next(fillers)],)


def equal_pairs(generator: Generator) -> tuple[list[str]]:
    """Return tokens in which three pairs stand equally often; the first to come is neither first nor last by letter."""
    names = letters(generator, 26)
    low, middle, high = (sorted(names[:6])[i : i + 2] for i in (0, 2, 4))
    fillers = iter(names[6:])
    blocks = [[*pair, next(fillers)] for _ in range(3) for pair in (middle, high, low)]
    return ([token for block in blocks for token in block],)


def tokens_and_pair(generator: Generator, width: int = 1) -> tuple[list[str], tuple[str, str]]:
    """Return tokens, and a pair that stands there three times, and once the other way round."""
    names = [letter * width for letter in letters(generator, 10)]
    a, b, fillers = names[0], names[1], names[2:]
    blocks = [[a, b], [fillers[0], a, b], [fillers[1]], [a, b], [fillers[2], b, a, fillers[3]]]
    order = torch.randperm(len(blocks), generator=generator).tolist()
    return [token for i in order for token in blocks[i]] + [fillers[4], fillers[5]], (a, b)


def twins(generator: Generator) -> tuple[list[str], tuple[str, str]]:
    """Return tokens with runs of one letter, three and five long, and the pair of that letter with itself."""
    a, *others = letters(generator, 5)
    return [others[0], *[a] * 3, others[1], others[2], *[a] * 5, others[3]], (a, a)
