"""Let one process at a time write an index.

Knows the lock file and the file that names its owner; knows nothing of the index.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from seedqa.index.errors import IndexBusy
from seedqa.index.messages import Message
from seedqa.index.store.database import translated_errors
from seedqa.index.store.modes import create_file, file_mode, make_folder, set_mode

LOCK_FILE = "write.lock"
OWNER_FILE = "write.owner"


@contextmanager
def write_lock(index_folder: Path) -> Iterator[None]:
    """Hold the exclusive lock of an index; raise IndexBusy, naming the holder, if it is held.

    The operating system releases the lock when its process ends. The owner file only names the
    holder.
    """
    from filelock import FileLock, Timeout  # 40 ms to import: only a writer needs it

    owner_file = index_folder / OWNER_FILE
    with translated_errors(index_folder):
        make_folder(index_folder)
        create_file(index_folder / LOCK_FILE)
        lock = FileLock(index_folder / LOCK_FILE, timeout=0, mode=file_mode(index_folder))
        try:
            lock.acquire()
        except Timeout:
            raise IndexBusy(
                Message(
                    "{folder} is being written by {owner}",
                    folder=index_folder,
                    owner=_read_owner(owner_file),
                ),
                "",
                Message("Wait for it to end, or stop it"),
            ) from None
    try:
        with translated_errors(index_folder):
            owner_file.write_text(
                f"process {os.getpid()} on {socket.gethostname()}"
                f" since {datetime.now().astimezone():%Y-%m-%dT%H:%M:%S}",
                encoding="utf-8",
            )
            set_mode(owner_file)
        yield
    finally:
        lock.release()


def _read_owner(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")[:200] or "another process"
    except OSError:
        return "another process"
