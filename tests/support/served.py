"""The page as a user starts it: a process of its own on a free port, in a folder of its own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60
_START = "import sys; from seedqa import cli; sys.exit(cli.main(sys.argv[1:]))"
#: The same, with every address that is asked for or connected to on standard error.
WATCHED = (
    "import sys; sys.addaudithook(lambda event, values: event in ('socket.connect',"
    " 'socket.getaddrinfo', 'socket.gethostbyname') and print(event, values, file=sys.stderr));"
    f" {_START}"
)


class Served:
    """`seedqa ui` with options, serving a folder of documents; a context manager.

    `start` is Python that runs the command line; `script` is a file to run in its place, which is
    the page itself.
    """

    def __init__(
        self, folder: Path, *options: str, start: str = _START, script: Path | None = None
    ) -> None:
        self.seeds = folder / "seeds"
        command = [str(script)] if script else ["-c", start, "ui"]
        self._process = subprocess.Popen(
            [sys.executable, *command, "--port", "0", "--seeds", "seeds", *options],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        if not self.url:
            assert self._process.stderr is not None
            raise AssertionError(self._process.stderr.read())

    def __enter__(self) -> Served:
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End it, as a system does."""
        self._process.terminate()
        self._process.communicate(timeout=PATIENCE_SECONDS)

    def interrupt(self) -> tuple[int, str]:
        """End it as Ctrl-C does; return its exit code and what it wrote to standard error."""
        self._process.send_signal(signal.SIGINT)
        _, errors = self._process.communicate(timeout=PATIENCE_SECONDS)
        return self._process.returncode, errors

    def call(self, endpoint: str, *data: Any) -> Any:
        """Call a named endpoint as a REST client does, and return its value."""
        begun = self.post(f"gradio_api/call/{endpoint}", {"data": list(data)})
        with urllib.request.urlopen(
            f"{self.url}gradio_api/call/{endpoint}/{begun['event_id']}", timeout=PATIENCE_SECONDS
        ) as answer:
            event, value = answer.read().decode().split("\n")[-4:-2]
        assert event == "event: complete", (event, value)
        return json.loads(value.removeprefix("data: "))[0]

    def post(self, path: str, value: Any) -> Any:
        """Post JSON and return the JSON of the answer."""
        request = urllib.request.Request(
            self.url + path, json.dumps(value).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
            return json.loads(answer.read())

    def wait_until_fresh(self) -> None:
        """Return when the index agrees with the folder."""
        wait_until(lambda: bool(self.call("status")["fresh"]))


def wait_until(holds: Callable[[], bool]) -> None:
    """Return as soon as something holds; fail where it does not for a long time."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < end, "it never came to hold"
        time.sleep(0.1)
