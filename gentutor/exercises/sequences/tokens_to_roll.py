"""Exercise `tokens_to_roll`: a row of tokens becomes a piano roll."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from gentutor.exercises.contract import Check, Exercise, Misconception
from gentutor.exercises.sequences.inputs import HOLD, LESSON, OFFSET, ORDER, REST, music


def _own(
    tokens: Tensor,
    *,
    rows: str = "steps",
    order: str = "undone",
    hold: str = "kept",
    offset: int = OFFSET,
    rest: str = "silent",
) -> Tensor:
    """The lesson's way, with one thing changed at a time for the planted answers."""
    table = tokens.reshape(-1, 5) if rows != "columns" else tokens.reshape(5, -1).T
    voices = table[:, :4] if rows == "clock kept" else table[:, 1:]
    sung = voices + offset
    if rest == "silent":
        sung = torch.where(voices == REST, 0, sung)
    if hold == "pitch":
        found = sung
    elif hold == "silent":
        found = torch.where(voices == HOLD, 0, sung)
    else:
        found = sung.clone()
        for t in range(len(voices)):
            before = _before(found, sung, t, hold)
            found[t] = torch.where(voices[t] == HOLD, before, sung[t])
            if hold == "through rests":
                found[t] = torch.where(found[t] == 0, before, found[t])
        if hold == "through rests":
            found = torch.where(voices == REST, 0, found)
    if order == "as it is":
        return found
    if order == "wrong way":
        return found[:, ORDER]
    roll = torch.zeros_like(found)
    roll[:, ORDER] = found
    return roll


def _before(found: Tensor, sung: Tensor, t: int, hold: str) -> Tensor:
    if t == 0:
        return torch.zeros_like(sung[0])
    if hold == "one step":
        return sung[t - 1]
    return found[t - 1]


def _through_rests(tokens: Tensor) -> Tensor:
    roll = torch.zeros(len(tokens) // 5, 4, dtype=torch.int64)
    last = [0, 0, 0, 0]
    for t, step in enumerate(tokens.reshape(-1, 5)[:, 1:].tolist()):
        for token, voice in zip(step, ORDER, strict=True):
            if token > REST:
                last[voice] = token + OFFSET
            roll[t, voice] = 0 if token == REST else last[voice]
    return roll


def _from_neighbour(tokens: Tensor) -> Tensor:
    roll, now = torch.zeros(len(tokens) // 5, 4, dtype=torch.int64), 0
    for t, step in enumerate(tokens.reshape(-1, 5)[:, 1:].tolist()):
        for token, voice in zip(step, ORDER, strict=True):
            now = now if token == HOLD else 0 if token == REST else token + OFFSET
            roll[t, voice] = now
    return roll


def _oracle(tokens: Tensor) -> Tensor:
    voices = tokens.reshape(-1, 5)[:, 1:].numpy()
    when = np.where(voices != HOLD, np.arange(len(voices))[:, None], -1)
    latest = np.maximum.accumulate(when, axis=0)  # the step whose token still holds
    said = np.where(latest >= 0, np.take_along_axis(voices, np.maximum(latest, 0), axis=0), REST)
    pitch = np.where(said == REST, 0, said + OFFSET)
    return torch.from_numpy(pitch[:, np.argsort(ORDER)])


def _with_lists(tokens: Tensor) -> Tensor:
    rows, now = [], [0, 0, 0, 0]
    for start in range(0, len(tokens), 5):
        soprano, bass, alto, tenor = tokens[start + 1 : start + 5].tolist()
        step = (soprano, alto, tenor, bass)
        now = [
            was if token == HOLD else 0 if token == REST else token + OFFSET
            for token, was in zip(step, now, strict=True)
        ]
        rows.append(now)
    return torch.tensor(rows)


TOKENS_TO_ROLL = Exercise(
    name="tokens_to_roll",
    lesson=LESSON,
    task="Return the pitch of each voice in each step, 0 for a rest, with the columns soprano, alto, tenor, bass.",
    arguments={"tokens": "N"},
    returns="T V",
    points=4,
    oracle=_oracle,
    taught="gentutor.datasets.chorale_tokens:tokens_to_roll",
    hints=(
        "First make a table with a row for each step and drop the clock: `tokens.reshape(-1, 5)[:, 1:]`. Then walk "
        "through it from the first step to the last: what must you remember from one step to the next?",
        "Remember what each voice sounds now, four numbers, at first all 0. In each step a HOLD keeps the number, a "
        "REST makes it 0, and a note makes it token + OFFSET. The columns come as soprano, bass, alto, tenor; "
        "`roll[t, ORDER] = now` puts each number into the column of its voice.",
        "now = torch.where(step == HOLD, now, torch.where(step == REST, 0, step + OFFSET)) inside "
        "`for t, step in enumerate(voices)`, and then roll[t, ORDER] = now.",
    ),
    checks=(
        Check("eleven steps", music, share=0.5),
        Check("voices that hold before they have sung", lambda g: music(g, 8, 0.3, begins_held=True), share=0.3),
        Check("long notes", lambda g: music(g, 13, 0.75), share=0.2),
    ),
    misconceptions=(
        Misconception(
            "order of the tokens",
            lambda tokens: _own(tokens, order="as it is"),
            "The pitches are right, but the columns are still in the order of the tokens: soprano, bass, alto, tenor. "
            "In the roll the bass comes last: `roll[:, ORDER] = ...` puts each into its column.",
        ),
        Misconception(
            "order the wrong way round",
            lambda tokens: _own(tokens, order="wrong way"),
            "You *read* in the ORDER in which you should *write*: `found[:, ORDER]` fetches column 3 for the second "
            "place, whereas the second token belongs *into* column 3: `roll[:, ORDER] = found`.",
        ),
        Misconception(
            "clock taken for a voice",
            lambda tokens: _own(tokens, rows="clock kept"),
            "Your first voice sings the clock. Of the five tokens of a step the first is the clock: drop it.",
        ),
        Misconception(
            "rows and columns exchanged",
            lambda tokens: _own(tokens, rows="columns"),
            "You cut the tokens into five long pieces. They come step by step, five for each: `reshape(-1, 5)`.",
        ),
        Misconception(
            "hold is silence",
            lambda tokens: _own(tokens, hold="silent"),
            "A HOLD makes your voice fall silent, so all long notes are cut short. It means: keep on singing what "
            "you sing.",
        ),
        Misconception(
            "hold is a note",
            lambda tokens: _own(tokens, hold="pitch"),
            "You add OFFSET to HOLD too, which gives a growl at pitch 34. HOLD is no note: keep the pitch from before.",
        ),
        Misconception(
            "rest is a note",
            lambda tokens: _own(tokens, rest="sung"),
            "You add OFFSET to REST too, which gives a growl at pitch 35. REST is no note: write 0.",
        ),
        Misconception(
            "tokens taken for pitches",
            lambda tokens: _own(tokens, offset=0),
            "Your notes are 34 semitones too low, nearly three octaves: the pitch is the token plus OFFSET.",
        ),
        Misconception(
            "off by one",
            lambda tokens: _own(tokens, offset=OFFSET + 1),
            "Everything is a semitone too high: the pitch is the token plus OFFSET, no more.",
        ),
        Misconception(
            "hold of the neighbour",
            _from_neighbour,
            "A held voice takes over the pitch of the voice whose token stands before. Remember one pitch for each "
            "voice, from step to step.",
        ),
        Misconception(
            "hold looks back one step only",
            lambda tokens: _own(tokens, hold="one step"),
            "The second HOLD in a row is wrong: you look at the token before, which is a HOLD itself. Keep what the "
            "voice *sounds*, not what the token said.",
        ),
        Misconception(
            "rests are forgotten",
            _through_rests,
            "After a rest a HOLD brings the old note back. A voice that rests and holds goes on resting: remember the "
            "0 too.",
        ),
    ),
    alternatives=(
        _with_lists,
        _own,
        lambda tokens: torch.from_numpy(np.ascontiguousarray(_oracle(tokens).numpy())),
    ),
)
