"""Lesson 10: what it shows in view is what the package holds."""

from types import SimpleNamespace

import pytest
import torch

from gentutor.datasets.tokens import encode_tensor
from gentutor.exercises.registry import exercises
from gentutor.knobs import lesson_knobs
from gentutor.metrics import forgetting
from gentutor.models import Transformer, adapters, finetuning
from gentutor.seeding import generator
from gentutor.training.state import same
from gentutor.workspace.files import cell_source, read_notebook
from tests.lessons.conftest import LESSONS

LESSON = LESSONS["10_finetuning"]
KNOBS = lesson_knobs("10_finetuning")
CELLS = {cell["id"]: cell_source(cell) for cell in read_notebook(LESSON.path)["cells"]}
OLD = torch.arange(300) % 7


@pytest.fixture(scope="module")
def shown():
    """The definitions of the notebook's cells, with the names that earlier cells give them, on a small model."""
    base = Transformer(11, 16, width=16, n_layers=3, n_heads=2, seed=2)
    with torch.no_grad():  # a new head says nothing at all
        base.head.weight.copy_(torch.randn(11, 16, generator=generator(0, "head")))
    names = {"seed": 3, "base": base, "old_train": OLD, "rank": 4, "lr": 0.01}
    for cell in ("imports", "last-layers", "update", "lora-linear", "lora-layer", "merge", "forgetting"):
        exec(compile(CELLS[cell], cell, "exec"), names)
    exec(compile(CELLS["merged"].split("\nmerged, page")[0], "merged", "exec"), names)
    return names


@pytest.mark.parametrize("kept", range(4))
def test_the_last_layers_in_view_are_those_of_the_package(shown, kept):
    ours, theirs = shown["last_layers"](shown["base"], kept), finetuning.last_layers(shown["base"], kept)
    assert [p.requires_grad for p in ours.parameters()] == [p.requires_grad for p in theirs.parameters()]
    assert shown["moving_share"](ours) == adapters.trainable_share(theirs)


@pytest.mark.parametrize("replay", [0.0, 0.5])
def test_both_give_equal_weights_after_some_updates(shown, replay):
    models = []
    for add, make_adam, update in (
        (shown["add_adapters"], shown["new_adam"], shown["update"]),
        (adapters.add_adapters, finetuning.finetuning_adam, finetuning.finetune_update),
    ):
        model = add(shown["base"], 4, seed=3)
        adam, dice = make_adam(model), generator(0, "dice")
        for step in range(5):
            settings = SimpleNamespace(lr=0.01, replay=replay, progress=step / 5)
            x = torch.randint(11, (4, 13), generator=dice)
            update(model, adam, x=x, settings=settings, generator=dice, old=OLD)
        models.append(model)
    assert same(models[0].state_dict(), models[1].state_dict())
    assert not same(models[0].state_dict(), adapters.add_adapters(shown["base"], 4, seed=3).state_dict())
    merged = shown["merge_adapters"](models[0])
    torch.testing.assert_close(merged.state_dict(), adapters.merge_adapters(models[1]).state_dict())


def test_forgetting_in_view_is_that_of_the_package(shown):
    losses = torch.rand(6, 4, generator=generator(0))
    torch.testing.assert_close(shown["forgetting"](losses), forgetting(losses))


def test_every_slider_and_exercise_of_the_lesson_is_declared():
    assert [exercise.name for exercise in LESSON.exercises] == [contract.name for contract in exercises("finetuning")]
    assert {"rank", "lr", "replay", "layers_kept", "strength"} <= set(KNOBS)


def test_every_character_of_the_bible_is_known_to_the_reader_of_novels():
    from gentutor.datasets import load_prose, load_scripture
    from gentutor.datasets.tokens import vocabulary_of

    text = load_scripture()
    known = vocabulary_of(load_prose().train)
    for part in (text.train, text.validation, text.test):
        assert len(encode_tensor(part[:5000], known)) == 5000
        assert set(part) <= set(known)
