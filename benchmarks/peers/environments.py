"""Make an environment for each peer: a venv with the versions that its requirements file pins.

Knows pip and folders; nothing of what the peers do.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

REQUIREMENTS = Path(__file__).resolve().parent / "requirements"
#: Of the installed file, in the venv: the venv is kept as long as it is the same.
INSTALLED = "requirements.txt"
#: So that no peer sends anything, or looks for a model on a hub.
OFFLINE = {
    "ANONYMIZED_TELEMETRY": "False",
    "DO_NOT_TRACK": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "LANCE_LOG": "error",  # else two warnings a question
    "LANGCHAIN_TRACING_V2": "false",
    "LANGSMITH_TRACING": "false",
    "TRANSFORMERS_OFFLINE": "1",
}


def list_peers() -> list[str]:
    """Return the names of the peers: those that have a requirements file."""
    return sorted(path.stem for path in REQUIREMENTS.glob("*.txt"))


def make_environment(peer: str, folder: Path) -> Path:
    """Return the Python of a peer's venv below `folder`; make the venv if it is missing or old.

    Raises RuntimeError where pip fails, with what it wrote to standard error.
    """
    venv, wanted = folder / peer, REQUIREMENTS / f"{peer}.txt"
    python = venv / "bin" / "python"
    if is_current(venv, wanted):
        return python
    shutil.rmtree(venv, ignore_errors=True)
    _run([sys.executable, "-m", "venv", str(venv)])
    _run([str(python), "-m", "pip", "install", "--quiet", "--requirement", str(wanted)])
    shutil.copy(wanted, venv / INSTALLED)
    return python


def is_current(venv: Path, wanted: Path) -> bool:
    """Return whether `venv` was installed from a file that is the same as `wanted`."""
    installed = venv / INSTALLED
    return installed.is_file() and installed.read_bytes() == wanted.read_bytes()


def _run(command: list[str]) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        detail = done.stderr.strip()
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}: {detail}")
