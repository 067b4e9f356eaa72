"""A command held to a lesser processor does not see what that processor lacks."""

from __future__ import annotations

import platform
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.processor import HIDDEN, environment_of, main

#: arch_prctl(2): let CPUID fault or not.
SYS_ARCH_PRCTL, ARCH_SET_CPUID = 158, 0x1012
ASK = "import openvino; print(*openvino.Core().get_property('CPU', 'OPTIMIZATION_CAPABILITIES'))"


def can_hide() -> bool:
    """Return whether this processor and this kernel let CPUID fault; asked in a child."""
    if platform.machine() != "x86_64" or sys.platform != "linux":
        return False
    ask = (
        "import ctypes, sys; libc = ctypes.CDLL(None);"
        f"sys.exit(libc.syscall({SYS_ARCH_PRCTL}, {ARCH_SET_CPUID}, 0) != 0)"
    )
    return subprocess.run([sys.executable, "-c", ask], check=False, timeout=60).returncode == 0


def test_hides_what_the_processor_has(tmp_path: Path) -> None:
    """Where the processor cannot hide anything, the command says so and does not run."""
    command = [sys.executable, "-c", ASK]
    environment = environment_of("avx2", tmp_path)
    run = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    if can_hide():
        assert run.returncode == 0
        assert {"BF16", "WINOGRAD"}.isdisjoint(run.stdout.split())  # WINOGRAD stands for AVX-512
        assert "FP32" in run.stdout.split()
    else:
        assert run.returncode == 3
        assert "cannot hide its instructions" in run.stderr


def test_kinds_without_512_bits_hide_all_that_needs_them() -> None:
    """`hide_instructions.c` takes "vnni" out of "avx_vnni" too; AVX-512's goes with AVX-512."""
    assert HIDDEN["avx2"].split() == ["avx512", "vnni", "avx_vnni", "bf16", "amx"]
    assert "vnni" not in HIDDEN["avx-vnni"]
    assert all("amx" in hidden.split() for hidden in HIDDEN.values())


def test_a_command_is_needed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["avx2", "--"])
    assert "name a command" in capsys.readouterr().err


def test_faults_of_the_command_stay_faults(tmp_path: Path) -> None:
    """Only CPUID is answered: a bad address ends the process as it would without us."""
    command = [sys.executable, "-c", "import ctypes; ctypes.string_at(8)"]
    environment = environment_of("avx2", tmp_path)
    run = subprocess.run(command, env=environment, check=False, timeout=60, capture_output=True)
    assert run.returncode == (-signal.SIGSEGV if can_hide() else 3)
