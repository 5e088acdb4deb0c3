"""Documents are true: links lead somewhere, commands exist, quoted parts are those of their source."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gentutor.cli import app

ROOT = Path(__file__).parents[1]
TRACKED = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
DOCUMENTS = sorted(ROOT / name for name in TRACKED if name.endswith(".md"))


def names(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("document", DOCUMENTS, ids=names)
def test_links_lead_to_files(document):
    for link in re.findall(r"\]\(([^)\s]+)\)", document.read_text(encoding="utf-8")):
        if not link.startswith(("https://", "http://", "#")):
            assert (document.parent / link.split("#")[0]).exists(), f"{names(document)}: {link}"


def shell_lines(document):
    for block in re.findall(r"```sh\n(.*?)```", document.read_text(encoding="utf-8"), flags=re.DOTALL):
        yield from (line.split("#")[0].strip() for line in block.splitlines() if line.strip())


def all_commands():
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        yield from shell_lines(document)
        yield from re.findall(r"`((?:make|gentutor|\.venv/bin/gentutor) [^`]+)`", text)


def test_quoted_make_targets_exist():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    quoted = {line.split()[1] for line in all_commands() if line.startswith("make ")}
    assert {"lab", "test", "bench", "run"} <= quoted
    assert quoted <= targets


def test_quoted_verbs_of_the_command_line_exist():
    commands = [line.split() for line in all_commands() if line.split()[0].endswith("gentutor")]
    verbs = {words[1] for words in commands if len(words) > 1}
    assert {"lab", "doctor"} <= verbs
    for verb in verbs:
        outcome = CliRunner().invoke(app, [verb, "--help"])
        assert outcome.exit_code == 0, f"gentutor {verb}: {outcome.output}"


def test_quoted_scripts_exist():
    quoted = {m for line in all_commands() for m in re.findall(r"(?:scripts|bench)/\w+\.py", line)}
    for document in DOCUMENTS:
        quoted |= set(re.findall(r"(?:scripts|bench)/\w+\.py", document.read_text(encoding="utf-8")))
    assert len(quoted) >= 4
    for script in quoted:
        assert (ROOT / script).exists(), script


def test_lesson_table_knobs_tree_and_figures_are_up_to_date():
    done = subprocess.run(
        [sys.executable, "scripts/update_documents.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_lesson_stands_in_the_readme():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        assert f"(notebooks/{path.name})" in readme
