"""Characters and byte pairs: nothing is lost on the way, and merges are those of the definition."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gentutor.datasets.tokens import (
    apply_merges,
    decode,
    encode,
    encode_tensor,
    learn_merges,
    merge_pair,
    most_frequent_pair,
    vocabulary_of,
)

texts = st.text(alphabet="ab cé", min_size=2, max_size=60)


@settings(deadline=None)
@given(st.text())
def test_encode_and_decode_lose_nothing_that_is_known(text: str) -> None:
    vocabulary = ["\0", *sorted(set(text) - {"\0"})]
    assert decode(encode(text, vocabulary), vocabulary) == text


def test_unknown_characters_become_the_stand_in() -> None:
    assert encode("a€b", ["?", "a", "b"]) == [1, 0, 2]
    assert decode([1, 0, 2], ["?", "a", "b"]) == "a?b"


@settings(deadline=None)
@given(texts, st.integers(0, 20))
def test_merged_tokens_are_the_text_and_never_more_than_before(text: str, n: int) -> None:
    merges = learn_merges(text, n)
    assert len(merges) <= n
    sizes = [len(apply_merges(text, merges[:i])) for i in range(len(merges) + 1)]
    assert all(after < before for before, after in pairwise(sizes))
    assert "".join(apply_merges(text, merges)) == text
    assert "".join(apply_merges("new " + text[::-1], merges)) == "new " + text[::-1]


@settings(deadline=None)
@given(texts)
def test_the_most_frequent_pair_is_that_of_counting_by_hand(text: str) -> None:
    pairs = [(text[i], text[i + 1]) for i in range(len(text) - 1)]
    found = most_frequent_pair(text)
    assert pairs.count(found) == max(map(pairs.count, pairs))
    assert found == next(pair for pair in pairs if pairs.count(pair) == pairs.count(found))


def test_equal_neighbours_are_joined_from_the_left() -> None:
    assert merge_pair(list("aaaaa"), ("a", "a")) == ["aa", "aa", "a"]
    tokens = list("abab")
    merge_pair(tokens, ("a", "b"))
    assert tokens == list("abab")


def test_a_single_token_ends_the_learning() -> None:
    assert learn_merges("aaaa", 10) == [("a", "a"), ("aa", "aa")]


@pytest.mark.parametrize("text", ["", "abba", "a£b\U0001f600 c\n", "\N{REPLACEMENT CHARACTER}x"])
def test_a_tensor_of_tokens_is_the_list_of_tokens(text: str) -> None:
    vocabulary = vocabulary_of("abc \n")
    assert vocabulary == ("\N{REPLACEMENT CHARACTER}", "\n", " ", "a", "b", "c")
    assert encode_tensor(text, vocabulary).tolist() == encode(text, vocabulary)
