"""The quiz: what is dealt, what is kept, and that a judge is measured as signal detection does."""

import numpy as np
import pytest

from gentutor.errors import ExerciseError
from gentutor.exercises import progress as stored
from gentutor.exercises.quiz import Quiz, Source, deal, last_quiz
from gentutor.metrics import judge_area, judge_curve

SOURCES = {
    "pictures": Source(np.zeros((5, 1, 4, 4)), np.ones((5, 1, 4, 4)), "A VAE."),
    "lines": Source(["a b", "c d", "e f"], ["x y", "z z", "y y"], "A table."),
}


def test_each_family_gives_as_many_real_as_generated_items():
    items = deal(SOURCES, n_each=2, seed=1)
    assert len(items) == 8
    for family in SOURCES:
        assert sorted(item.fake for item in items if item.family == family) == [False, False, True, True]
    for item in items:
        if item.family == "pictures":
            assert bool(item.content.all()) == item.fake
        else:
            assert (item.content in SOURCES["lines"].generated) == item.fake
        assert bool(item.maker) == item.fake


def test_the_same_seed_deals_the_same_quiz_and_another_one_another():
    orders = [[(i.family, i.fake, str(i.content)) for i in deal(SOURCES, seed=seed)] for seed in (3, 3, 4)]
    assert orders[0] == orders[1] != orders[2]


def test_a_new_family_is_one_line_more():
    more = SOURCES | {"songs": Source(["la", "li"], ["lu", "lo"])}
    assert {item.family for item in deal(more, n_each=1)} == {"pictures", "lines", "songs"}


def test_too_few_items_are_refused_with_a_sentence():
    with pytest.raises(ExerciseError, match="needs 4 real items of 'lines'; there are 3"):
        deal(SOURCES, n_each=4)


def test_a_finished_quiz_is_kept_and_found_again(workspace):
    quiz = Quiz(deal(SOURCES, n_each=1))
    assert last_quiz() is None
    given = [3 if item.fake else 0 for item in quiz.items]
    done = [quiz.rate(i, rating) for i, rating in enumerate(given)]
    assert done == [False, False, False, True]
    stored.forget()  # what is left stands in the workspace's file
    result = last_quiz()
    assert result.ratings == given
    assert result.fake == [item.fake for item in quiz.items]
    assert result.families == [item.family for item in quiz.items]
    assert result.right == 4
    (entry,) = stored.entries("quiz")
    assert (entry["lesson"], entry["name"]) == ("00_welcome", "real-or-fake")


def test_the_newest_quiz_counts(workspace):
    for rating in (0, 3):
        quiz = Quiz(deal(SOURCES, n_each=1))
        for i in range(4):
            quiz.rate(i, rating)
    assert last_quiz().ratings == [3, 3, 3, 3]
    assert last_quiz("another") is None


@pytest.mark.parametrize(("index", "rating"), [(1, 2), (0, 4), (0, -1), (0, None), (-1, 2), (0, "2")])
def test_a_rating_out_of_turn_or_out_of_range_is_not_taken(index, rating):
    quiz = Quiz(deal(SOURCES, n_each=1))
    assert not quiz.rate(index, rating)
    assert quiz.ratings == []


def test_half_a_quiz_is_not_kept(workspace):
    quiz = Quiz(deal(SOURCES, n_each=1))
    quiz.rate(0, 1)
    assert stored.entries("quiz") == []


def test_the_area_counts_pairs_with_ties_half():
    rng = np.random.default_rng(0)
    ratings, fake = rng.integers(0, 4, 60), rng.random(60) < 0.4
    pairs = [(a > b) + 0.5 * (a == b) for a in ratings[fake] for b in ratings[~fake]]
    assert judge_area(ratings, fake) == pytest.approx(np.mean(pairs))
    false_alarms, hits = judge_curve(ratings, fake)
    assert (false_alarms[0], hits[0], false_alarms[-1], hits[-1]) == (0, 0, 1, 1)
    assert false_alarms[2] == pytest.approx((ratings[~fake] >= 2).mean())  # thresholds 3, then 2
    assert hits[2] == pytest.approx((ratings[fake] >= 2).mean())


def test_a_judge_needs_both_kinds():
    with pytest.raises(ValueError, match="both kinds"):
        judge_curve([1, 2], [True, True])
