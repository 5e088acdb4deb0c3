"""Exercises `encode` and `decode`: text as numbers, and back."""

from __future__ import annotations

from collections.abc import Sequence

from gentutor.exercises.contract import Check, Exercise, Misconception
from gentutor.exercises.data.inputs import LESSON, ids, known_text, text_with_unknowns


def _oracle(text: str, vocabulary: Sequence[str]) -> list[int]:
    return [vocabulary.index(c) if c in vocabulary else 0 for c in text]


def _by_loop(text: str, vocabulary: Sequence[str]) -> list[int]:
    found = []
    for character in text:
        place = 0
        for i, entry in enumerate(vocabulary):
            if entry == character:
                place = i
        found.append(place)
    return found


def _decoded_by_loop(ids: Sequence[int], vocabulary: Sequence[str]) -> str:
    text = ""
    for i in ids:
        text += vocabulary[i]
    return text


ENCODE = Exercise(
    name="encode",
    lesson=LESSON,
    task="Return for each character of `text` its place in `vocabulary`, a list of whole numbers; 0 for a character "
    "that is not there.",
    arguments={"text": "str", "vocabulary": "list of str"},
    returns="list of int",
    points=2,
    oracle=_oracle,
    taught="gentutor.datasets.tokens:encode",
    hints=(
        "Think of the vocabulary as a row of numbered boxes, counted from 0. For each character: which box?",
        "Make a dict from character to place once, {c: i for i, c in enumerate(vocabulary)}, and look each character "
        "up. What should happen for one that is not there?",
        "A dict's .get takes a second argument for what is missing: [places.get(c, 0) for c in text].",
    ),
    checks=(
        Check("a text of known characters", known_text, share=0.5),
        Check("a text with characters that the vocabulary lacks", text_with_unknowns, share=0.5),
    ),
    misconceptions=(
        Misconception(
            "unknown characters left out",
            lambda text, vocabulary: [vocabulary.index(c) for c in text if c in vocabulary],
            "You leave out the characters that the vocabulary lacks, so the list is shorter than the text. Write 0 for "
            "each of them.",
        ),
        Misconception(
            "unknown is -1",
            lambda text, vocabulary: ["".join(vocabulary).find(c) for c in text],
            "`find` gives -1 for a missing character, and vocabulary[-1] is the last entry, not the stand-in. Write 0.",
        ),
        Misconception(
            "counted from 1",
            lambda text, vocabulary: [vocabulary.index(c) + 1 if c in vocabulary else 0 for c in text],
            "All your places are 1 too large. Python counts from 0, and 0 is taken already, by the stand-in.",
        ),
        Misconception(
            "words looked up",
            lambda text, vocabulary: [vocabulary.index(w) if w in vocabulary else 0 for w in text.split()],
            "You look up words. The vocabulary holds characters: go through the text one character at a time, blanks "
            "too.",
        ),
        Misconception(
            "blanks left out",
            lambda text, vocabulary: _oracle(text.replace(" ", ""), vocabulary),
            "The blanks are gone. They are characters like any other, and without them nobody finds the words again.",
        ),
        Misconception(
            "Unicode numbers",
            lambda text, vocabulary: [ord(c) for c in text],
            "You give each character's number in Unicode, of which there are more than a million. Wanted is its place "
            "in `vocabulary`.",
        ),
        Misconception(
            "vocabulary of its own",
            lambda text, vocabulary: [sorted(set(text)).index(c) for c in text],
            "You make a vocabulary from this text. Then the same letter has another number in every text: use the "
            "`vocabulary` that is handed in.",
        ),
    ),
    alternatives=(
        _by_loop,
        lambda text, vocabulary: [{c: i for i, c in enumerate(vocabulary)}.get(c, 0) for c in text],
        lambda text, vocabulary: [max("".join(vocabulary).find(c), 0) for c in text],
    ),
)

DECODE = Exercise(
    name="decode",
    lesson=LESSON,
    task="Return the text whose characters stand at the places `ids` of `vocabulary`.",
    arguments={"ids": "list of int", "vocabulary": "list of str"},
    returns="str",
    points=1,
    oracle=lambda ids, vocabulary: "".join(map(vocabulary.__getitem__, ids)),
    taught="gentutor.datasets.tokens:decode",
    hints=(
        "It is `encode` backwards: from a number to the entry at that place.",
        "vocabulary[i] is the character at place i. Collect one for each number, and put them together to one text.",
        '"".join(...) puts pieces together with nothing between them: "".join(vocabulary[i] for i in ids).',
    ),
    checks=(
        Check("the numbers of a short text", ids, share=1.0),
        Check("no numbers at all", lambda g: ([], ids(g)[1]), share=0.0),
    ),
    misconceptions=(
        Misconception(
            "blanks between",
            lambda ids, vocabulary: " ".join(vocabulary[i] for i in ids),
            'There is a blank between all characters: join them with nothing between, `"".join(...)`.',
        ),
        Misconception(
            "list instead of text",
            lambda ids, vocabulary: [vocabulary[i] for i in ids],
            'You return a list of characters. Put them together to one text with `"".join(...)`.',
        ),
        Misconception(
            "counted from 1",
            lambda ids, vocabulary: "".join(vocabulary[i - 1] for i in ids),
            "You read one place too far to the left: `vocabulary[i]`, since Python counts from 0.",
        ),
        Misconception(
            "stand-in left out",
            lambda ids, vocabulary: "".join(vocabulary[i] for i in ids if i),
            "You leave out the 0s. Their entry, the stand-in, shows the reader that something was there.",
        ),
        Misconception(
            "Unicode numbers",
            lambda ids, vocabulary: "".join(chr(i) for i in ids),
            "`chr` takes numbers of Unicode. These are places in `vocabulary`.",
        ),
        Misconception(
            "backwards",
            lambda ids, vocabulary: "".join(vocabulary[i] for i in reversed(ids)),
            "Your text runs backwards.",
        ),
    ),
    alternatives=(
        _decoded_by_loop,
        lambda ids, vocabulary: "".join([vocabulary[int(i)] for i in ids]),
        lambda ids, vocabulary: "".join(dict(enumerate(vocabulary))[i] for i in ids),
    ),
)
