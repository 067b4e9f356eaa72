"""Every option with hostile values, closed streams, and wrong types over the API: one line each."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from seedqa.cli import main
from seedqa.index.build import build_index
from seedqa.index.errors import UsageError
from seedqa.index.workspace import locate, resolve
from seedqa.page.actions import ACTIONS, run_action
from seedqa.page.endpoints import make_endpoints
from seedqa.page.options import PageOptions, make_rules
from seedqa.page.service import Service
from seedqa.retrieval.pipeline import Pipeline
from support.toy import ToyEncoder

VALUES = [
    "", " ", "-1", "0", "99999", "65536", "1e400", "NaN", "Infinity", "9" * 400, "x", "a" * 5000,
    "a/" * 3000, "/", "/dev/null", "/dev/full", "/nowhere/x", ".", "..", "seeds", "\udcff", "http://[",
    "a\nb", "a\tb\x1b[31m", "*" * 4097, "[" * 1000, "a..b", "é" * 200, "%s%n{0}", ":", "a:b:c",
]  # fmt: skip
#: The value is put for V. The last option of `ui` is always wrong, so that nothing is served.
COMMANDS = {
    "index": ["index", "seeds", "--seeds", "V"],
    "index --index": ["status", "--index", "V"],
    "seeds": ["status", "--seeds", "V"],
    "get": ["get", "V", "--seeds", "seeds"],
    "eval": ["eval", "V", "--index", "none", "--no-refresh"],
    "count": ["search", "x", "--index", "none", "--no-refresh", "-n", "V"],
    "since": ["search", "x", "--index", "none", "--no-refresh", "--since", "V"],
    "model": ["search", "x", "--index", "none", "--no-refresh", "--model", "V"],
    "port": ["ui", "--port", "V", "--root-path", "http://["],
    "auth": ["ui", "--auth", "V", "--root-path", "http://["],
    "host": ["ui", "--host", "V", "--root-path", "http://["],
    "root path": ["ui", "--root-path", "V", "--read-only", "--allow-upload"],
}


@pytest.mark.parametrize("value", VALUES, ids=lambda value: ascii(value[:12]))
@pytest.mark.parametrize("command", COMMANDS)
def test_each_option_with_each_value(
    command: str,
    value: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "seeds").mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    code = main([value if part == "V" else part for part in COMMANDS[command]])
    errors = capsys.readouterr().err
    assert code in (1, 2)
    assert errors.count("\n") == (code == 2)
    assert code == 1 or errors.startswith("seedqa: error: ")


@pytest.mark.parametrize("port", [-1, 65_536, 99_999])
def test_a_port_that_is_none(port: int) -> None:
    """99999 listened on 34463, once."""
    with pytest.raises(UsageError, match=f"--port {port}; expected 0 to 65535"):
        make_rules(PageOptions(port=port))


@pytest.mark.parametrize(
    ("command", "code", "line"),
    [
        ("status >&-", 2, "standard output is closed; open it, or send it to a file"),
        ("status --json >&-", 2, "standard output is closed; open it, or send it to a file"),
        ("ask - <&-", 2, "standard input is closed; expected a question"),
        ("get nothing 2>&-", 2, ""),
        (
            "get a.txt --seeds seeds >/dev/full",
            2,
            "the output cannot be written: No space left on device",
        ),
        ("get a.txt --seeds seeds | true", 0, ""),
    ],
)
def test_closed_streams(tmp_path: Path, command: str, code: int, line: str) -> None:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "a.txt").write_text("The tower was built in 1931.")
    build_index(tmp_path / "seeds", tmp_path / ".seedqa", ToyEncoder())
    shell = f"{sys.executable} -m seedqa.cli {command}"
    done = subprocess.run(
        ["sh", "-c", shell], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr.count("\n")) == (code, bool(line))
    assert line in done.stderr


def test_a_questions_file_nested_too_deep(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "deep.jsonl").write_text("[" * 100_000)
    assert main(["eval", str(tmp_path / "deep.jsonl")]) == 2
    assert capsys.readouterr().err.count("\n") == 1


KINDS: list[Any] = [
    None, True, 0, -1, 2**80, 1.5, float("nan"), float("inf"), "", "x", "\ud800", [], [1], {},
    {"a": 1}, [[]], "a" * 100_000, b"x",
]  # fmt: skip


@pytest.fixture
def service(seeds: Path, tmp_path: Path) -> Service:
    encoder = ToyEncoder()
    build_index(seeds, tmp_path / "index", encoder)
    workspace = resolve(locate(None, str(tmp_path / "index"), None, {}))
    return Service(workspace, Pipeline(workspace, encoder), read_only=True)


def test_actions_of_the_page_with_every_type(service: Service) -> None:
    names = ("question", "count", "pattern", "language", "since", "until", "source", "answers")
    with service:
        for action in ACTIONS:
            for kind in KINDS:
                assert_sound(run_action(action, service, PageOptions(), kind))
                for name in (*names, "start", "quote", "languages", "speaks"):
                    given = {"question": "x", "source": "bridge.txt", name: kind}
                    assert_sound(run_action(action, service, PageOptions(), given))


def assert_sound(reply: Any) -> None:
    """Make sure that a reply can be sent, and that an error is one of ours."""
    json.dumps(reply, ensure_ascii=False, allow_nan=False).encode()
    if isinstance(reply, dict) and "error" in reply and reply["error"]:
        assert reply["error"]["text"]


class Failure(Exception):
    """Stands for `gradio.Error`."""

    def __init__(self, message: str, print_exception: bool) -> None:
        super().__init__(message)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: ascii(kind)[:12])
def test_endpoints_with_every_type(service: Service, kind: Any) -> None:
    search = make_endpoints(service, Failure)["search"]
    with service:
        for name in ("query", "count", "pattern", "language", "since", "until"):
            try:
                reply = search(**({"query": "bridge"} | {name: kind}))
            except Failure as failure:
                str(failure).encode()
            else:
                assert_sound(reply)
