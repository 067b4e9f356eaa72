"""Runs stages of training/encoder.py and training/reader.py, each in a process of its own.

Run as a script it is what a ForkServer runs.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from support.forks import ForkServer

ROOT = Path(__file__).resolve().parents[2]
#: What keeps a process to one core, and from asking a hub.
ENVIRONMENT = os.environ | {
    "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "tests"))),
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "HF_HUB_OFFLINE": "1",
}


class Stages(ForkServer):
    """A process that forks stages."""

    def __init__(self) -> None:
        super().__init__(__file__, ENVIRONMENT)

    def run(self, *command: Any, status: int = 0) -> str:
        """Run a command line such as "encoder select --data DATA", and return what it says."""
        code, said = self._ask(command, None)
        assert code == status, said
        return said

    def kill(self, *command: Any, when: Path) -> None:
        """Run a command line until the file `when` is there, and kill it."""
        code, said = self._ask(command, when)
        assert code == -signal.SIGKILL, said

    def _ask(self, command: tuple[Any, ...], when: Path | None) -> tuple[int, str]:
        self.send({"command": [str(word) for word in command], "kill_when": when and str(when)})
        answer = self.receive()
        return answer["code"], answer["said"]


def run_in_child(command: list[str], kill_when: str | None) -> dict[str, Any]:
    """Fork a process for one command line; return its exit status and what it printed."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        os.dup2(writing, 1)
        os.dup2(writing, 2)
        os._exit(run(command))
    os.close(writing)
    while kill_when:
        if Path(kill_when).exists():
            os.kill(child, signal.SIGKILL)
            break
        if os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            break
        time.sleep(0.002)
    with open(reading, encoding="utf8") as pipe:
        said = pipe.read()
    return {"code": os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), "said": said}


def run(command: list[str]) -> int:
    """Run a script's `main` on the words of a command line; return its exit status."""
    sys.argv = command
    try:
        {"encoder": encoder.main, "reader": reader.main}[command[0]]()
    except SystemExit as error:
        if isinstance(error.code, str):
            print(error.code, file=sys.stderr)
        return error.code if isinstance(error.code, int) else int(error.code is not None)
    except BaseException:
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


if __name__ == "__main__":
    import onnx  # noqa: F401 - loaded once, here, for every process forked

    from training import encoder, reader

    for line in sys.stdin:
        print(json.dumps(run_in_child(**json.loads(line))), flush=True)
