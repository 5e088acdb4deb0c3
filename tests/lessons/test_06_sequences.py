"""Lesson 06: what it shows in view is what the package holds, rules bind, and its sound fits into a page."""

import re

import pytest
import torch

from gentutor.datasets.chorale_tokens import FIRST_CLOCK, HOLD, onsets_of, tokens_of, tokens_to_roll
from gentutor.datasets.chorales import load_chorales
from gentutor.datasets.quantising import dequantise, quantise
from gentutor.metrics.music import out_of_scale_rate
from gentutor.models import Transformer, load_bundled
from gentutor.models import composing as package
from gentutor.seeding import generator
from gentutor.workspace.files import cell_source, read_notebook
from tests.lessons.conftest import LESSONS

LESSON = LESSONS["06_sequences"]
CELLS = {cell["id"]: cell_source(cell) for cell in read_notebook(LESSON.path)["cells"]}
IN_VIEW = (
    "imports", "quantise", "dequantise", "completing", "alphabet", "tokens-to-roll", "music-rules",
    "out-of-scale-rate",
)  # fmt: skip
BACH = load_chorales("test", 2)
PLAN = tokens_of(BACH[0]).reshape(-1, 5)[:24]


@pytest.fixture(scope="module")
def shown():
    """The definitions of the notebook's cells."""
    names = {"seed": 3}
    for cell in IN_VIEW:
        exec(compile(CELLS[cell], cell, "exec"), names)
    return names


def test_tokens_in_view_equal_those_of_the_package(shown):
    x = torch.rand(3, 14, 14, generator=generator(0))
    for levels in (2, 5, 8):
        tokens = quantise(x, levels)
        assert torch.equal(shown["quantise"](x, levels), tokens)
        assert torch.equal(shown["dequantise"](tokens, levels), dequantise(tokens, levels))
        y = torch.tensor([0, 4, 9])
        assert torch.equal(shown["image_tokens"](x, y, levels), package.image_tokens(x, y, levels))
    for chorale in BACH[:5]:
        tokens = tokens_of(chorale)
        assert torch.equal(shown["tokens_to_roll"](tokens), tokens_to_roll(tokens))
        for tonic in (0, 5):
            assert shown["out_of_scale_rate"](chorale.roll, tonic) == out_of_scale_rate(chorale.roll, tonic)


def test_completions_in_view_equal_those_of_the_package(shown):
    model = Transformer(18, 196, width=16, n_layers=1, seed=1)
    tokens = torch.randint(8, (2, 197), generator=generator(0))
    ours, theirs = (
        names["complete"](model, tokens, 11, 8, 1.0, generator(0, "dice")) for names in (shown, vars(package))
    )
    assert torch.equal(ours, theirs)
    assert torch.equal(theirs[:, :11], dequantise(tokens[:, 1:], 8).unflatten(1, (14, 14))[:, :11])


@pytest.mark.parametrize(
    "settings", [{}, {"voices_given": 2}, {"tonic": 2}, {"shortest": 2}, {"voices_given": 1, "tonic": 9, "shortest": 4}]
)
def test_rules_in_view_equal_those_of_the_package(shown, settings):
    ours, theirs = shown["music_rules"](PLAN, **settings), package.music_rules(PLAN, **settings)
    for place in range(PLAN.numel()):
        assert torch.equal(ours(place), theirs(place)), place
        assert theirs(place).any()


def test_rules_leave_bach_what_he_wrote():
    for chorale in BACH:
        tokens = tokens_of(chorale)
        rules = package.music_rules(tokens.reshape(-1, 5))
        assert all(bool(rules(place)[token]) for place, token in enumerate(tokens.tolist()))


def test_rules_bind_even_a_model_that_knows_nothing():
    model = Transformer(64, 120, width=16, n_layers=1, seed=0)
    rules = package.music_rules(PLAN, voices_given=1, tonic=0, shortest=2)
    for piece in package.compose(model, PLAN, 2, rules, n=3, generator=generator(0, "dice")):
        table = piece.reshape(-1, 5)
        assert torch.equal(table[:2], PLAN[:2])
        assert torch.equal(table[:, :2], PLAN[:, :2])
        off = table[2:, 0] % 2 != PLAN[0, 0] % 2
        assert (table[2:, 2:][off] == HOLD).all()
        assert int(table[:, 0].min()) >= FIRST_CLOCK > int(table[:, 1:].max())
        fresh = tokens_to_roll(piece)[8:, 1:]
        assert onsets_of(piece)[8:, 1:].any()
        assert out_of_scale_rate(fresh, 0) == 0


def test_the_bundled_models_know_their_subject():
    music, pixels = load_bundled("music_chorales"), load_bundled("pixels_fashion")
    assert (music.n_tokens, music.context) == (64, 320)
    assert (pixels.n_tokens, pixels.context) == (18, 196)
    rows = torch.stack([tokens_of(chorale)[:321] for chorale in BACH[:8] if len(chorale.roll) > 64])
    with torch.no_grad():
        loss = torch.nn.functional.cross_entropy(music(rows[:, :-1]).flatten(0, 1), rows[:, 1:].flatten())
    assert loss < 0.9  # counting tokens alone gives 3.1


@pytest.mark.lesson
def test_every_sound_of_the_lesson_is_short_and_can_be_read(executed):
    _, cells = executed(LESSON)
    outputs = [output.get("data", {}) for cell in cells for output in cell.get("outputs", [])]
    pages = ["".join(data["text/html"]) for data in outputs if "text/html" in data]
    players = [page for page in pages if "<audio" in page]
    assert len(players) == 5
    for page in players:
        assert re.search(r'aria-label="[^"]{20,}"', page)
        assert 'download="' in page
        assert len(page) < 1_000_000
    assert sum(map(len, players)) < 3_500_000
