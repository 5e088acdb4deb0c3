"""What is counted over a class."""

from gentutor.grading.class_counts import check_rows, misread
from tests.grading.class_of_fakes import CHOICE, CONTRACTS, result, verdict

MEAN = CONTRACTS[1].misconceptions[0]


def averaged(n, right):
    wrong = verdict(CONTRACTS[1], "differs", "Your KL is 16 times too small.", MEAN.name)
    return [result(f"s{i:02d}", wrong if i < n else verdict(CONTRACTS[1])) for i in range(n + right)]


def test_misconceptions_are_counted_by_exercise_with_who():
    (one,) = misread(averaged(3, 2))
    assert (one.exercise, one.name, one.students) == ("kl_divergence", MEAN.name, ("s00", "s01", "s02"))


def test_a_wrong_option_is_a_misconception_of_those_who_chose_it():
    text, reason = CHOICE.options["a"]
    (one,) = misread([result("anna", verdict(CHOICE, "differs", reason, text, "a"))])
    assert (one.name, one.message) == ("chose “They get sharper.”", reason)


def test_checks_not_put_any_more_count_like_the_one_that_stopped():
    rows = dict(check_rows([result("a", verdict(CONTRACTS[1], "timed out")), result("b")], CONTRACTS))
    assert rows["kl_divergence: a batch of one"] == {"timed out": 1, "right": 1}
    assert rows["why_blurry"] == {"by hand": 1}
