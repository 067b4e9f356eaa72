"""Run what README and docs show, and compare the output."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from seedqa.cli import main

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMAND_LINE = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
ASK = (ROOT / "docs" / "how-to" / "ask.md").read_text(encoding="utf-8")
MEASURE = (ROOT / "docs" / "how-to" / "measure.md").read_text(encoding="utf-8")


def blocks(text: str, kind: str) -> list[str]:
    """Return the fenced blocks of one kind."""
    return re.findall(rf"^```{kind}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a shell command where `seedqa` is the checkout's, with a home of its own."""
    command = command.replace("seedqa ", f"{shlex.quote(sys.executable)} -m seedqa.cli ", 1)
    return subprocess.run(
        command,
        shell=True,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT), "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_two_commands() -> None:
    """Set-up and first question are one line; the check is the script that CI calls too."""
    commands = blocks(README, "console")
    assert commands[0] == 'pip install -e . && seedqa ask "when did Alibaba join TOP?"\n'
    assert commands[-1] == "scripts/test\n"
    assert 'pip install --quiet --disable-pip-version-check -e ".[models,test' in (
        ROOT / "scripts" / "test"
    ).read_text(encoding="utf-8")
    assert "\nscripts/test\n" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def plain(text: str) -> str:
    """Return text in one line; a second decimal is the processor's: some compute in bfloat16."""
    return re.sub(r"(0\.\d)\d+", r"\1", " ".join(text.split()))


def test_the_first_question_prints_what_readme_shows(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    question = blocks(README, "console")[0].split(" && ")[1]
    done = run(question, tmp_path)
    shown = [plain(part) for part in re.split("[…\n]", blocks(README, "text")[0])]
    assert done.returncode == 0
    assert [part for part in shown if part not in plain(done.stdout)] == []


@pytest.mark.parametrize("line", blocks(README, "console")[1].splitlines())
def test_own_documents(line: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "seeds", tmp_path / "papers")
    run("seedqa index papers --index papers-index", tmp_path)
    done = run(line.replace("~", str(tmp_path)), tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("line", "".join(blocks(ASK, "console")).splitlines())
def test_asking(line: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    done = run(line, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_both_pages_show_the_same_questions() -> None:
    """The reference and the how-to have the same three lines, and the how-to's are run."""
    assert blocks(COMMAND_LINE, "console")[0] == blocks(ASK, "console")[0]


def test_the_questions_file(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    (tmp_path / "QUESTIONS.jsonl").write_text(blocks(MEASURE, "json")[0], encoding="utf-8")
    done = run("seedqa eval QUESTIONS.jsonl", tmp_path)
    assert done.returncode == 0
    assert done.stdout.startswith("questions       1\nrecall@1        1.0\n")


def test_every_command_is_in_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    commands = re.findall(r"^    (\w+) ", capsys.readouterr().out, re.MULTILINE)
    assert re.findall(r"^\| `seedqa (\w+)", README, re.MULTILINE) == commands
    assert re.findall(r"^\| `seedqa (\w+)", COMMAND_LINE, re.MULTILINE) == commands


def test_every_dependency_has_its_reason() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {re.split(r"[<>=\[]", name)[0] for name in project["dependencies"]}
    reasons = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| ([\w-]+) \|", reasons, re.MULTILINE)) - {"library"} == wanted
