"""``verdicts.json``: strict JSON, in order, the same on every machine."""

import json
from dataclasses import replace

import pytest

from gentutor.errors import GradingError
from gentutor.grading.verdicts_file import write_verdicts, write_whole
from tests.grading.class_of_fakes import result


def test_verdicts_json_is_strict_sorted_and_without_times(tmp_path):
    odd = result("zoe")
    odd = replace(odd, verdicts=(replace(odd.verdicts[0], by=float("inf"), message="\ud800"), *odd.verdicts[1:]))
    for name, order, seconds in (
        ("a", [odd, result("anna")], 1.0),
        ("b", [result("anna"), replace(odd, seconds=9)], 2.0),
    ):
        write_verdicts(tmp_path / name, "04_vaes", order, wall="bubblewrap", limits={"memory": seconds and 1})
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    whole = json.loads((tmp_path / "a").read_text(), parse_constant=pytest.fail)
    assert [one["student"] for one in whole["results"]] == ["anna", "zoe"]
    assert whole["results"][1]["verdicts"][0]["by"] is None
    assert whole["results"][0]["points"] == 11.0
    assert whole["results"][0]["waiting"] == 2.0


def test_a_file_that_cannot_be_written_is_a_sentence_with_the_next_step(tmp_path):
    with pytest.raises(GradingError, match=r"Cannot write .*--resume"):
        write_whole(tmp_path / "no folder" / "a.csv", "text")
