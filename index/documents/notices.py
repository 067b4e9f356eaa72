"""Tell, by the notices of Linux (inotify), that a folder has not changed since its last survey.

Only a process that asks several questions uses it. It answers only where the notices are known to
be whole; everywhere else, and after any notice, the caller surveys the folder again. Knows
surveys; nothing of the index.
"""

from __future__ import annotations

import ctypes
import os
import time
from contextlib import suppress
from pathlib import Path

from seedqa.index.documents.walk import Survey, survey_folder

#: File systems whose changes all pass through this kernel. Not network file systems, FUSE, 9p and
#: overlays, which others may change.
LOCAL_FILE_SYSTEMS = frozenset(("ext2", "ext3", "ext4", "xfs", "f2fs", "tmpfs"))
#: A survey holds for so long at most. A program that maps a file into its memory and writes there
#: gives no notice.
MAX_SECONDS = 10.0
#: A watched folder takes about 1 KB of the kernel's memory.
MAX_FOLDERS = 4_096
#: Bytes of notices that are read at once; how many there are does not matter.
_BUFFER = 2**16
#: From linux/inotify.h: modified, attributes, closed after writing, moved, created, deleted, and
#: the same for the folder itself; only folders, links not followed.
_MASK = 0x2 | 0x4 | 0x8 | 0x40 | 0x80 | 0x100 | 0x200 | 0x400 | 0x800 | 0x1000000 | 0x2000000
_FLAGS = os.O_NONBLOCK | os.O_CLOEXEC


class FolderNotices:
    """Surveys of one folder, of which the last may still hold."""

    def __init__(self, folder: Path, exclude: Path, max_seconds: float = MAX_SECONDS) -> None:
        self._folder = folder
        self._exclude = exclude
        self._max_seconds = max_seconds
        self._descriptor: int | None = None
        self._watched: set[str] = set()
        self._surveys = 0
        self._digest: str | None = None
        self._root: tuple[int, int] | None = None
        self._until = 0.0

    def close(self) -> None:
        """Watch no longer."""
        if self._descriptor is not None:
            os.close(self._descriptor)
        self._descriptor = None
        self._watched.clear()
        self._digest = None

    def digest(self) -> str | None:
        """Return the digest of the last survey, or None if it no longer holds.

        The folder is compared by its number too: a folder above it may have been moved.
        """
        if self._digest is None or time.monotonic() > self._until:
            return None
        if self._identify() == self._root and not self._has_notice():
            return self._digest
        self.close()
        return None

    def survey(self) -> Survey:
        """Survey the folder, and keep what its digest needs to hold; raises SeedsError.

        The first survey of a process watches nothing. A survey holds if all its folders were
        watched before it began.
        """
        self._digest = None
        if self._watched and self._has_notice():
            self.close()
        until, root = time.monotonic() + self._max_seconds, self._identify()
        survey = survey_folder(self._folder, self._exclude)
        self._surveys += 1
        folders = set(survey.folders)
        if self._surveys > 1 and folders - self._watched:
            self._watch(survey, folders)
        elif folders == self._watched:
            self._digest, self._until, self._root = survey.digest(), until, root
        return survey

    def _identify(self) -> tuple[int, int] | None:
        try:
            status = self._folder.stat()
        except OSError:
            return None
        return status.st_dev, status.st_ino

    def _has_notice(self) -> bool:
        """Return whether there was a change, or too many for the kernel to keep."""
        assert self._descriptor is not None
        try:
            return bool(os.read(self._descriptor, _BUFFER))
        except BlockingIOError:
            return False

    def _watch(self, survey: Survey, folders: set[str]) -> None:
        """Watch all folders of a survey, or none where a change may give no notice."""
        self.close()
        with suppress(OSError):
            if len(folders) > MAX_FOLDERS or survey.links:
                return
            if not _is_local(folders) or _has_hard_links(survey):
                return
            system = ctypes.CDLL(None, use_errno=True)
            self._descriptor = _checked(system.inotify_init1(_FLAGS))
            for folder in folders:
                name = ctypes.c_char_p(os.fsencode(folder))
                _checked(system.inotify_add_watch(self._descriptor, name, _MASK))
            self._watched = folders
            return
        self.close()  # no more watches are allowed, or a folder has gone


def _checked(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), "inotify")
    return result


def _is_local(folders: set[str]) -> bool:
    """Return whether all folders are on file systems that only this kernel changes."""
    mounted = Path("/proc/self/mountinfo").read_bytes().splitlines()
    types = {
        line.split()[2].decode(): line.partition(b" - ")[2].split()[0].decode() for line in mounted
    }
    devices = {os.stat(folder).st_dev for folder in folders}  # noqa: PTH116
    return all(
        types.get(f"{os.major(device)}:{os.minor(device)}") in LOCAL_FILE_SYSTEMS
        for device in devices
    )


def _has_hard_links(survey: Survey) -> bool:
    """Return whether a file has another name: a change by that one gives no notice here."""
    return any(os.lstat(path).st_nlink > 1 for path in survey.paths())
