"""Run the examples of docs/api.md, as written, against a page."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from seedqa.cli import main
from support.served import ROOT, Served

API = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
PAGE = (ROOT / "docs" / "how-to" / "page.md").read_text(encoding="utf-8")
WRITTEN = "http://127.0.0.1:7860/"
ANSWER = "2017"
#: An example that hangs fails; a page of its own answers its first question in seconds.
EXAMPLE_SECONDS = 180


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", API, re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("api")
    shutil.copytree(ROOT / "seeds", folder / "seeds")
    with Served(folder, "--mcp") as page:
        page.wait_until_fresh()
        yield page


def run(command: list[str], example: str, served: Served) -> str:
    """Run an example with the address of the page under test in place of the written one."""
    done = subprocess.run(
        [*command, example.replace(WRITTEN, served.url)],
        capture_output=True,
        text=True,
        check=False,
        timeout=EXAMPLE_SECONDS,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_rest(served: Served) -> None:
    out = run(["bash", "-c"], blocks("bash")[0], served)
    event, data = out.strip().split("\n")
    assert event == "event: complete"
    result = json.loads(data.removeprefix("data: "))[0]
    assert result["answer"]["text"] == ANSWER
    assert len(result["passages"]) == 1


def test_python(served: Served) -> None:
    lines = run([sys.executable, "-c"], blocks("python")[0], served).split("\n")
    assert lines[0] == f"{ANSWER} 000_76e88c25fcffd226.txt"
    assert json.loads(lines[1]) != []
    assert lines[2:] == ["1", "0", ""]


def test_mcp(served: Served) -> None:
    lines = run([sys.executable, "-c"], blocks("python")[1], served).split("\n")
    assert lines[0] == "['ask', 'refresh', 'search', 'status']"
    assert lines[1] == ANSWER
    configured = json.loads(blocks("json")[0])["mcpServers"]["seedqa"]["url"]
    assert configured.startswith(f"{WRITTEN}gradio_api/mcp/")


def test_a_log_in(tmp_path: Path) -> None:
    """MCP reached the page as a client of its own, which had no password; and the example hung."""
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    example = blocks("python")[2]
    assert "httpx.Timeout(30, read=300)" in example
    with Served(tmp_path, "--mcp", "--auth", "USER:PASSWORD") as page:
        assert run([sys.executable, "-c"], example, page) == f"{ANSWER}\n"
        with pytest.raises(AssertionError, match="401"):
            run([sys.executable, "-c"], blocks("python")[1], page)


def test_every_function_is_in_the_table() -> None:
    assert re.findall(r"^\| `(\w+)` \|", API, re.MULTILINE) == [
        "ask", "search", "status", "refresh",
    ]  # fmt: skip


def test_every_option_is_in_the_page_of_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["ui", "--help"])
    options = set(re.findall(r"^  (--[\w-]+)", capsys.readouterr().out, re.MULTILINE))
    assert {option for option in options if option not in PAGE} == {"--json"}
