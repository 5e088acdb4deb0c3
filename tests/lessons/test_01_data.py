"""Lesson 01: what it shows in view is what the package holds, and its parameters matter."""

import re

import pytest
import torch
from torch.nn.functional import avg_pool2d

from gentutor import datasets
from gentutor.datasets import load_fashion, load_prose, tokens
from gentutor.metrics import coverage
from gentutor.models import ngrams
from gentutor.seeding import generator
from gentutor.workspace.files import cell_source, read_notebook
from tests.lessons.conftest import LESSONS

LESSON = LESSONS["01_data"]
IN_VIEW = (
    "imports", "normalise", "split-without-leakage", "coverage-in-view", "clean-text", "encode", "decode",
    "most-frequent-pair", "merge-pair", "n-gram", "spoil-in-view",
)  # fmt: skip


@pytest.fixture(scope="module")
def shown():
    """The definitions of the notebook's cells."""
    cells = {cell["id"]: cell_source(cell) for cell in read_notebook(LESSON.path)["cells"]}
    names = {}
    for cell in IN_VIEW:
        # Of the cells that go on to use them only the definitions.
        source = re.split(r"\n(?=made = |one, other = |lab\.prepare)", cells[cell])[0]
        exec(compile(source, cell, "exec"), names)
    return names


@pytest.mark.parametrize(
    "faults",
    [{}, {"n_train": 700, "noise": 0.3}, {"wrong_labels": 0.2, "classes_kept": 4},
     {"imbalance": 30.0, "duplicates": 0.5, "n_train": 900}],
)  # fmt: skip
def test_the_faults_in_view_are_those_of_the_package(shown, faults):
    images = load_fashion("train", n=5000)
    x = avg_pool2d(images.x, 2)
    ours = shown["spoil"](x, images.y, generator(3, "spoil"), **faults)
    theirs = datasets.spoil(x, images.y, generator(3, "spoil"), **faults)
    assert torch.equal(ours[0], theirs[0])
    assert torch.equal(ours[1], theirs[1])


def test_normalising_splitting_and_covering_in_view_equal_those_of_the_package(shown):
    x = torch.randint(0, 256, (5, 3, 4), generator=generator(0, "x")).byte()
    assert torch.equal(shown["normalise"](x, -1.0, 1.0), datasets.normalise(x, -1.0, 1.0))
    rows = torch.randint(0, 9, (40, 1), generator=generator(0, "rows"))
    order = torch.randperm(40, generator=generator(0, "order"))
    split = shown["split_without_leakage"](rows, order, 11)
    assert split == datasets.split_without_leakage(rows, order, 11)
    made, real = torch.randn(2, 60, 3, generator=generator(0, "clouds")).unbind()
    assert shown["coverage"](made, real) == coverage(made, real)


def test_text_in_view_is_treated_as_in_the_package(shown):
    page = load_prose(["Emma"]).train[:3000] + "“ﬁne” cafe\u0301_s_ "
    assert shown["clean_text"](page) == datasets.clean_text(page)
    assert shown["clean_text"](page, lower=True) == datasets.clean_text(page, lower=True)
    vocabulary = ["\ufffd", *sorted(set(page))[5:]]
    ids = shown["encode"](page, vocabulary)
    assert ids == tokens.encode(page, vocabulary)
    assert shown["decode"](ids, vocabulary) == tokens.decode(ids, vocabulary)
    pieces, merges = list(page), []
    for _ in range(40):
        merges.append(shown["most_frequent_pair"](pieces))
        pieces = shown["merge_pair"](pieces, merges[-1])
    assert merges == tokens.learn_merges(page, 40)
    assert pieces == tokens.apply_merges(page, merges)


@pytest.mark.parametrize("context", [1, 2, 3])
def test_the_counting_generator_in_view_is_that_of_the_package(shown, context):
    emma = datasets.words(load_prose(["Emma"]).train[:20_000])
    followers = shown["count_followers"](emma, context)
    assert followers == ngrams.count_followers(emma, context)
    written = shown["write_on"](followers, 200, generator(1, "write"))
    assert written == ngrams.write_on(followers, 200, generator(1, "write"))


def usual_coverage(cells):
    (cell,) = (cell for cell in cells if cell["id"] == "data-card")
    printed = "".join("".join(output.get("text", "")) for output in cell["outputs"])
    return float(re.search(r"coverage ([\d.]+)", printed)[1])


@pytest.mark.lesson
def test_another_seed_covers_as_much(executed, copied):
    _, usual = executed(LESSON)
    _, varied = copied(LESSON)
    assert abs(usual_coverage(varied) - usual_coverage(usual)) < 0.15
