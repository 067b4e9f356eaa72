"""What one file may cost, and how a process keeps itself to it.

The limits are the operating system's: that of processor time needs POSIX, that of memory Linux.
Elsewhere the clock of the process that waits is the only one.
"""

from __future__ import annotations

import math
import sys
import time
from dataclasses import dataclass

if sys.platform != "win32":
    import resource

#: An allocation that failed was seldom larger: bytes.
NEAR = 2**27


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one file may cost."""

    cpu_seconds: float = 30.0
    """Of processor time, for a small file."""
    cpu_seconds_a_mebibyte: float = 15.0
    """What a larger file may take besides: a PDF of text alone takes 6 (docs/reliability.md)."""
    memory: int = 2**30
    """Bytes of memory beyond what the process has before it reads."""
    reply: int = 2**28
    """Bytes of what was read: the text, its chunks and their marks."""
    wall_seconds: float = 1800.0
    """For a file that waits and does not work: a disk that does not answer."""

    def cpu_seconds_for(self, size: int) -> float:
        """Return the processor time that a file of `size` bytes may take, in seconds."""
        return self.cpu_seconds + self.cpu_seconds_a_mebibyte * size / 2**20


def limit_process(cpu_seconds: float, memory: int) -> int | None:
    """Let the operating system end this process after so much more processor time.

    Beyond `memory` more bytes allocating fails. Processor time is rounded up to whole seconds.
    Returns the limit of the address space in bytes, None where there is none.
    """
    if sys.platform == "win32":
        return None
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    seconds = math.ceil(time.process_time() + max(cpu_seconds, 0.0)) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (_at_most(seconds, most), most))
    held = _address_space("VmSize")
    if held is None:
        return None
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    limit = _at_most(held + memory, most)
    resource.setrlimit(resource.RLIMIT_AS, (limit, most))
    return limit


def came_near(limit: int | None) -> bool:
    """Return whether this process has had nearly as much address space as `limit` allows.

    A library that is refused memory may say anything of the file.
    """
    peak = _address_space("VmPeak")
    return limit is not None and peak is not None and peak > limit - NEAR


def lift_limits() -> None:
    """Allow as much as before, for what is done between two files."""
    if sys.platform != "win32":
        for limit in (resource.RLIMIT_AS, resource.RLIMIT_CPU):
            _, most = resource.getrlimit(limit)
            resource.setrlimit(limit, (most, most))


def leave_no_core() -> None:
    """Keep the operating system from writing the memory of this process to disk if it crashes."""
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _at_most(value: int, most: int) -> int:
    return value if most == resource.RLIM_INFINITY else min(value, most)


def _address_space(name: str) -> int | None:
    """Return bytes of this process, by the name that Linux has for them; None elsewhere."""
    try:
        with open("/proc/self/status", encoding="ascii") as file:
            found = next(line for line in file if line.startswith(f"{name}:"))
    except (OSError, StopIteration):
        return None
    return int(found.split()[1]) * 1024
