"""A text generator that counts."""

from gentutor.models.ngrams import count_followers, write_on
from gentutor.seeding import generator

TEXT = ["the", "cat", "sat", "on", "the", "mat", "and", "the", "cat", "ran"]


def test_followers_are_counted_as_often_as_they_came():
    assert count_followers(TEXT, 1)[("the",)] == ["cat", "mat", "cat"]
    assert sum(map(len, count_followers(TEXT, 2).values())) == len(TEXT) - 2


def test_only_what_was_seen_is_written_and_equal_seeds_write_alike():
    followers = count_followers(TEXT, 2)
    one, other = (write_on(followers, 50, generator(0, "w")) for _ in "ab")
    assert one == other
    assert len(one) == 50
    assert set(one) <= set(TEXT)


def test_it_goes_on_after_the_end_of_the_text():
    assert len(write_on(count_followers(["a", "b"], 1), 10, generator(0, "w"))) == 10
