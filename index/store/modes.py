"""Make the folder of an index and its files private, or shared with a group.

An index holds the text of its documents, so it is not more readable than the most private of them.
Knows modes of files; nothing of what is in them.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

PRIVATE = 0o600


def make_folder(folder: Path) -> None:
    """Make the folder of an index, for its owner alone; leave an existing one as it is."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)


def file_mode(folder: Path) -> int:
    """Return the mode of the files in an index folder.

    They are the owner's alone, unless the folder is open to a group and closed to all others.
    """
    mode = stat.S_IMODE(folder.stat().st_mode)
    return PRIVATE if mode & 0o007 else PRIVATE | mode & 0o060


def set_mode(path: Path) -> None:
    """Give a file of an index the mode of its folder, where this user owns it."""
    with suppress(PermissionError):
        path.chmod(file_mode(path.parent))


def create_file(path: Path) -> None:
    """Create a file of an index, unless it is there, and set its mode."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE))
    set_mode(path)
