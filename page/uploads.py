"""Add documents to the seeds folder, and delete them, and touch nothing else.

A browser may send any name: it is reduced to one safe file name. Knows the folder; nothing of the
index, nor of the web.
"""

from __future__ import annotations

import os
import re
import stat
import tempfile
import unicodedata
from contextlib import suppress
from pathlib import Path

from seedqa.index.documents.formats import EXTENSIONS
from seedqa.index.documents.walk import walk_folder
from seedqa.index.errors import (
    SourceError,
    StorageError,
    UnreadableFile,
    UploadError,
)
from seedqa.index.messages import Message, describe_os_error
from seedqa.index.parsing.process import read_whole
from seedqa.index.types import FoundFile

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

#: Larger documents are put into the folder by hand. Reading one of 20 MiB takes some seconds.
MAX_UPLOAD_BYTES = 20 * 2**20
#: File systems allow 255 bytes; a number may be added.
MAX_STEM_BYTES = 180
_MAX_SAME_NAME = 1_000
#: What the hidden name of a document that is being uploaded begins with.
PART_PREFIX = ".seedqa-upload-"

#: Separators, characters that Windows forbids, controls, and marks that reorder or hide text.
_UNSAFE = re.compile(
    r"[\x00-\x1f\x7f-\x9f<>:\"|?*\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]+"
)
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)


def safe_name(wished: str) -> str:
    r"""Return a safe file name for the name that a browser sends.

    Drops folders, a leading dot and characters that some system forbids. Raises UploadError for a
    type that is not read.

    >>> safe_name("C:\\fakepath\\..\\my report.pdf")
    'my report.pdf'
    """
    name = re.split(r"[/\\]", unicodedata.normalize("NFC", wished))[-1]
    name = " ".join(_UNSAFE.sub(" ", name).split())
    stem, extension = os.path.splitext(name)
    if extension.lower() not in EXTENSIONS:
        raise UploadError(
            Message("{name!r} is not a type that is read", name=name),
            ", ".join(sorted(EXTENSIONS)),
            Message("Convert it"),
        )
    stem = stem.strip(" .")
    while len(stem.encode()) > MAX_STEM_BYTES:
        stem = stem[:-1].rstrip()
    if not stem or _RESERVED.fullmatch(stem):
        stem = f"document {stem}".rstrip()
    return f"{stem}{extension.lower()}"


class Upload:
    """A document being uploaded: written next to the others under a hidden name, then renamed.

    A context manager: at its end it deletes a document that was not kept.
    """

    def __init__(self, seeds: Path, wished: str) -> None:
        self._name = safe_name(wished)
        self._seeds = seeds
        self._size = 0
        try:
            descriptor, self._part = tempfile.mkstemp(prefix=PART_PREFIX, dir=seeds)
        except OSError as error:
            raise _unwritable_error(seeds, error) from error
        self._file = os.fdopen(descriptor, "wb")
        _take(descriptor)  # held until the file is closed

    def __enter__(self) -> Upload:
        return self

    def __exit__(self, *exception: object) -> None:
        self._file.close()
        Path(self._part).unlink(missing_ok=True)

    def write(self, data: bytes) -> None:
        """Append bytes; raises UploadError beyond `MAX_UPLOAD_BYTES`."""
        self._size += len(data)
        if self._size > MAX_UPLOAD_BYTES:
            raise UploadError(
                Message(
                    "{name} has more than {count} MiB",
                    name=self._name,
                    count=MAX_UPLOAD_BYTES // 2**20,
                ),
                "",
                Message("Put it into the folder by hand"),
            )
        try:
            self._file.write(data)
        except OSError as error:
            raise _unwritable_error(self._seeds, error) from error

    def keep(self) -> str:
        """Give the document its name and return that; raises UploadError if it has no text.

        Adds a number to a name that is taken: no upload replaces a document.
        """
        try:
            self._file.close()
            read_whole(FoundFile(self._name, self._part, self._size, 0, 0, 0))
        except UnreadableFile as error:
            raise UploadError(
                Message(
                    "{source} cannot be read: {reason}", source=self._name, reason=error.reason
                ),
                "",
                Message("Fix the file"),
            ) from error
        except OSError as error:
            raise _unwritable_error(self._seeds, error) from error
        stem, extension = os.path.splitext(self._name)
        for number in range(1, _MAX_SAME_NAME):
            name = self._name if number == 1 else f"{stem} ({number}){extension}"
            try:
                # "x" creates the name only if it is free, a broken link included; `replace` then
                # puts the whole document there at once
                with (self._seeds / name).open("xb") as reserved:
                    mode = stat.S_IMODE(os.fstat(reserved.fileno()).st_mode)
                Path(self._part).chmod(mode)  # that of any new file, by the umask
                Path(self._part).replace(self._seeds / name)
            except FileExistsError:
                continue
            except OSError as error:
                raise _unwritable_error(self._seeds, error) from error
            return name
        raise UploadError(
            Message("{count} documents named {name}", count=_MAX_SAME_NAME, name=self._name),
            "",
            Message("Rename it"),
        )


def remove_leftovers(seeds: Path) -> None:
    """Delete what servers that were killed left of their uploads.

    A server that runs holds a lock on each of its own. Where there are no such locks, on Windows,
    nothing is deleted.
    """
    for part in seeds.glob(f"{PART_PREFIX}*"):
        if part.is_symlink() or not part.is_file():
            continue  # no upload of ours; to open a pipe would wait
        with suppress(OSError), part.open("rb") as file:
            if _take(file.fileno()):
                part.unlink()


def _take(descriptor: int) -> bool:
    """Lock an open file for this process; return whether no other has it."""
    if fcntl is None:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def remove_document(seeds: Path, source: str) -> None:
    """Delete the file of a source; raises SourceError if a walk of the folder does not find it."""
    found, _ = walk_folder(seeds)
    path = next((file.path for file in found if file.source == source), None)
    if path is None:
        raise SourceError(
            Message("no source {source!r} in {folder}", source=source, folder=seeds),
            "",
            Message("Refresh the page"),
        )
    link = os.path.join(seeds, source)
    try:  # delete a link itself; a name that is not UTF-8 is known by its path only
        os.unlink(link if os.path.lexists(link) else path)  # noqa: PTH108
    except OSError as error:
        raise _unwritable_error(seeds, error) from error


def _unwritable_error(seeds: Path, error: OSError) -> StorageError:
    return StorageError(
        Message(
            "{folder} cannot be written: {reason}", folder=seeds, reason=describe_os_error(error)
        ),
        "",
        Message("Check its permissions"),
    )
