"""Run a command as on a processor that has fewer instructions than this one.

    python -m benchmarks.processor avx2 -- python -m benchmarks.cold --runs 5

The kinds: avx2, avx-vnni (AVX2 with products of 8 bits: most laptops since 2021), avx512 (32 bits
only), vnni (8 bits too), bfloat16 (all but AMX). The command then measures this machine as if
it lacked those instructions; clock, caches and memory stay its own. Needs Linux on x86-64,
a C compiler, and a processor that lets CPUID fault (Intel's since 2012). Compiled models are kept
apart.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(__file__).with_name("hide_instructions.c")
#: What each kind of processor lacks, by the names that `SOURCE` knows.
HIDDEN = {
    "avx2": "avx512 vnni avx_vnni bf16 amx",
    "avx-vnni": "avx512 bf16 amx",
    "avx512": "vnni avx_vnni bf16 amx",
    "vnni": "bf16 amx",
    "bfloat16": "amx",
}


def environment_of(kind: str, scratch: Path) -> dict[str, str]:
    """Return an environment whose processes see a processor of a kind.

    The library that hides the rest is built in the folder `scratch`. Raises RuntimeError where
    there is no compiler, or it fails.
    """
    library = scratch / "hide_instructions.so"
    command = ["cc", "-O2", "-shared", "-fPIC", "-o", str(library), str(SOURCE)]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    except FileNotFoundError as error:
        raise RuntimeError("there is no C compiler: install one that is called cc") from error
    except subprocess.CalledProcessError as error:
        raise RuntimeError(f"{SOURCE.name} cannot be built: {error.stderr.strip()}") from error
    return {
        "LD_PRELOAD": str(library),
        "SEEDQA_HIDE": HIDDEN[kind],
        "XDG_CACHE_HOME": str(scratch / "cache"),
    }


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("kind", choices=HIDDEN)
    parser.add_argument("command", nargs=argparse.REMAINDER, help="what to run, after --")
    given = parser.parse_args(arguments)
    command = given.command[1:] if given.command[:1] == ["--"] else given.command
    if not command:
        parser.error("name a command, after --")
    with tempfile.TemporaryDirectory() as scratch:
        try:
            environment = os.environ | environment_of(given.kind, Path(scratch))
        except RuntimeError as error:
            print(error, file=sys.stderr)
            return 2
        return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
