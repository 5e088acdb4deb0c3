"""What a lesson's cells see: `check`, `hint`, `score`, `claim`, and how they are shown."""

import subprocess
import sys

import pytest
import torch

import gentutor.losses
from gentutor.errors import ClaimError, ExerciseError
from gentutor.exercises import check, choose, claim, hint, score
from gentutor.exercises import progress as stored
from gentutor.exercises.cards import Card
from gentutor.exercises.checking import BORROWED
from gentutor.losses import kl_divergence as own
from gentutor.samplers import reparameterise as own_reparameterise

CHECK = "application/vnd.gentutor.check+json"
SCORE = "application/vnd.gentutor.score+json"


def named(function, name="kl_divergence"):
    function.__name__ = name
    return function


def right():
    return named(lambda mu, logvar: 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum(1))


def test_a_right_function_comes_back(shown):
    function = right()
    assert check(function) is function
    payload = shown[0].payload[CHECK]
    assert payload["verdict"] == "right"
    assert (payload["exercise"], payload["points"], payload["of"]) == ("kl_divergence", 3, 3)
    assert shown[0].headline.startswith("Right: kl_divergence")


def test_a_wrong_one_is_replaced_and_the_student_is_told(shown):
    assert check(named(lambda mu, logvar: mu)) is own
    assert shown[0].payload[CHECK]["points"] == 0
    assert shown[0].headline.startswith("Not yet right")
    assert "goes on with gentutor's own" in str(shown[0])


def test_an_empty_function_is_not_attempted(shown):
    def reparameterise(mu, logvar, eps):
        raise NotImplementedError("still to be written")

    assert check(reparameterise) is own_reparameterise
    assert shown[0].payload[CHECK]["verdict"] == "not attempted"
    assert "reparameterise(mu (B, Z), logvar (B, Z), eps (B, Z)) -> (B, Z)" in str(shown[0])


def test_running_the_check_cell_twice_gives_no_points_for_our_function(shown):
    check(check(named(lambda mu, logvar: mu)))
    assert "gentutor's own function" in shown[1].headline
    assert len(stored.entries("check")) == 1


def test_names_and_things_that_are_no_exercise(shown):
    with pytest.raises(ExerciseError, match="Did you mean 'kl_divergence'"):
        check(named(lambda: 0, "kl_divergance"))
    with pytest.raises(ExerciseError, match="not the result of a call; got Tensor"):
        check(torch.zeros(3))
    with pytest.raises(ExerciseError, match=r"There are: .*reparameterise"):
        hint("zzz")
    with pytest.raises(ExerciseError, match="99_none"):
        score("99_none")


def test_the_first_call_may_print_and_the_others_are_silent(capsys):
    def kl_divergence(mu, logvar):
        print("looking at", mu.shape)
        return own(mu, logvar)

    check(kl_divergence)
    assert capsys.readouterr().out.count("looking at") == 1


def test_attempts_are_recorded(shown):
    check(named(lambda mu, logvar: 0.5 * (mu**2 + logvar.exp() - 1 - logvar).mean(1)))
    entry = stored.entries("check")[0]
    assert entry["misconception"] == "mean over latent units"
    assert (entry["lesson"], entry["exercise"], entry["verdict"]) == ("04_vaes", "kl_divergence", "differs")
    assert entry["seconds"] >= 0


def test_a_letter_is_checked_and_a_wrong_one_tells_its_reason(shown):
    why_log_variance = None
    assert choose("why_log_variance", why_log_variance) is None
    assert (shown[0].mark, shown[0].payload[CHECK]["verdict"]) == ("open", "not attempted")
    choose("why_log_variance", "b")
    assert shown[1].headline == "Not yet right: why_log_variance · 0 of 1 point"
    assert shown[1].lines[0].startswith("It does, but")
    choose("why-log-variance", " C ")
    assert shown[2].headline == "Right: why_log_variance · 1 of 1 point"
    assert shown[2].payload[CHECK]["points"] == 1
    for answer in (7, "z", [], object(), torch.ones(3)):
        choose("why_log_variance", answer)
        assert shown[-1].payload[CHECK]["verdict"] == "differs"
    verdicts = [(entry["verdict"], entry["misconception"]) for entry in stored.entries("check")]
    assert verdicts[1] == ("differs", "KL needs a logarithm.")


def test_functions_and_questions_are_not_mixed_up(shown):
    with pytest.raises(ExerciseError, match=r"use check\(\)"):
        choose("elbo", "a")
    with pytest.raises(ExerciseError, match="no question with letters"):
        choose("why_dice_fail", "a")
    with pytest.raises(ExerciseError, match="a question to answer, and no function"):
        check(named(lambda: 0, "why_log_variance"))
    hint("why_log_variance")
    assert "no hints" in str(shown[0])
    assert stored.entries("hint") == []


def through_a_helper(mu, logvar):
    return own(mu, logvar)


def imports_inside(mu, logvar):
    from gentutor.losses import kl_divergence

    return kl_divergence(mu, logvar)


def in_a_closure():
    k = own
    return lambda mu, logvar: 1.0 * k(mu, logvar)


def by_the_module(mu, logvar):
    return gentutor.losses.kl_divergence(mu, logvar)


BORROWING = {
    "by name": lambda mu, logvar: 1.0 * own(mu, logvar),
    "helper": lambda mu, logvar: 1.0 * through_a_helper(mu, logvar),
    "import": imports_inside,
    "closure": in_a_closure(),
    "module": by_the_module,
}


@pytest.mark.parametrize("kind", BORROWING)
def test_who_calls_gentutors_own_code_is_told(shown, kind):
    function = named(BORROWING[kind])
    assert check(function) is function
    assert shown[0].headline.startswith("Right")
    assert shown[0].lines[-1] == BORROWED


def test_who_uses_torch_and_the_other_exercises_is_not(shown):
    names = {"torch": torch, "kl_divergence": own}  # as `check` leaves it in the lesson when it was not right
    source = """
def helper(x):
    return x.flatten(1).sum(1)

def elbo(logits, x, mu, logvar):
    loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, x, reduction="none")
    return (-helper(loss) - kl_divergence(mu, logvar)).mean()
"""
    exec(source, names)
    check(names["elbo"])
    check(named(lambda mu, logvar: mu))
    assert shown[0].headline.startswith("Right")
    assert all(BORROWED not in card.lines for card in shown)


def test_three_hints_and_the_last_stays(shown):
    for _ in range(4):
        hint("elbo")
    hint("kl-divergence")  # the name of its cell
    assert shown.pop().headline == "Hint 1 of 3: kl_divergence"
    assert [card.headline for card in shown] == [f"Hint {n} of 3: elbo" for n in (1, 2, 3, 3)]
    assert len({card.lines[0] for card in shown}) == 3
    assert len(stored.entries("hint")) == 5


def test_score_counts_the_last_attempt_and_not_the_empty_ones(shown):
    def kl_divergence(mu, logvar):
        raise NotImplementedError

    check(kl_divergence)
    check(right())
    hint("kl_divergence")
    score("04_vaes")
    card = shown[-1]
    assert card.payload[SCORE] == {"lesson": "04_vaes", "points": 3, "of": 15, "by_hand": 3}
    assert list(card.table[2]) == ["kl_divergence", "3 of 3", "right", "1", "1"]
    check(named(lambda mu, logvar: mu))
    score()
    assert shown[-1].payload[SCORE] == {"lesson": "04_vaes", "points": 0, "of": 15, "by_hand": 3}


def test_claims(shown):
    claim("The KL falls", torch.tensor(True), "24 against 12 nats")
    kind = "application/vnd.gentutor.claim+json"
    assert shown[0].payload[kind] == {"sentence": "The KL falls", "holds": True, "detail": "24 against 12 nats"}
    with pytest.raises(ClaimError, match=r"The KL falls \(12 against 24\)"):
        claim("The KL falls", False, "12 against 24")
    assert shown[1].payload[kind]["holds"] is False
    assert shown[1].mark == "bad"


NASTY = "<script>alert('x')</script> **bold** [a](javascript:x) | `<img src=x>` $x$"


def test_all_outside_text_is_escaped_in_html_and_markdown():
    card = Card("bad", NASTY, [NASTY], [("a", "b"), (NASTY, "c")])
    html = card.to_html()
    assert "<script" not in html
    assert "<img" not in html
    assert html.count("&lt;script&gt;") == 4  # label, headline, line, table
    assert "<code>&lt;img src=x&gt;</code>" in html
    markdown = card.to_markdown()
    assert "<script" not in markdown
    assert "**bold**" not in markdown
    assert "[a](" not in markdown
    assert [line.replace("\\|", "").count("|") for line in markdown.splitlines() if line.startswith("|")] == [3, 3, 3]


def test_an_error_text_with_markup_stays_text(shown):
    def kl_divergence(mu, logvar):
        raise ValueError("<b>`bold`</b>" + "x" * 1000)

    check(kl_divergence)
    html = shown[0].to_html()
    assert "<b>" not in html
    assert "&lt;b&gt;&#x27;bold&#x27;" in html
    assert len(shown[0].lines[0]) < 600


def test_a_card_has_a_symbol_a_word_a_label_and_every_media_type():
    bundle = Card("good", "Right: x", ["done"], payload={CHECK: {"points": 1}})._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/markdown", "text/plain", CHECK}
    assert 'role="group" aria-label="Right: x"' in bundle["text/html"]
    assert bundle["text/plain"] == "✓ Right: x\n  done"


def test_in_plain_python_it_prints(capsys):
    claim("It prints", True)
    assert capsys.readouterr().out == "✓ It prints\n"


def test_importing_the_package_brings_no_torch():
    code = "import sys, gentutor.exercises as e; e.claim('a', True); assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONIOENCODING": "utf-8"})


def test_in_a_workspace_a_false_claim_is_shown_and_the_lesson_goes_on(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ClaimError):
        claim("The KL falls", False)
    (tmp_path / ".gentutor").mkdir()
    capsys.readouterr()
    claim("The KL falls", False, "12 against 24")
    shown = capsys.readouterr().out
    assert "Not so in this run: The KL falls (12 against 24)" in shown
    assert "If you changed a setting" in shown
