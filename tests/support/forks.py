"""A process that forks others, so that each is spared the seconds that imports take.

The script that it runs takes a request a line, forks a process for it, and answers with a line;
both are JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any, Self


class ForkServer:
    """A process that forks; a context manager."""

    def __init__(self, script: str, environment: Mapping[str, str], prefix: tuple[str, ...] = ()):
        self._process = subprocess.Popen(
            [*prefix, sys.executable, script],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._requests, self._answers = self._process.stdin, self._process.stdout

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._requests.close()
        self._process.wait()
        self._answers.close()

    def send(self, request: Mapping[str, Any]) -> None:
        """Begin what is asked for, without waiting for it."""
        self._requests.write(json.dumps(request, default=str) + "\n")
        self._requests.flush()

    def receive(self) -> dict[str, Any]:
        """Wait for the answer to a request that was sent."""
        answer: dict[str, Any] = json.loads(self._answers.readline())
        return answer
