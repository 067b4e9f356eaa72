"""Every error that a user may see. Each says what was found, what was expected, what to do.

SeedqaError
├── SeedsError            the seeds folder is missing, no folder, or not the index's own
├── SourceError           a file asked for by name is not among the sources, or cannot be read
├── IndexMissing          there is no index where one was named
├── IndexBusy             another process is writing the index
├── IndexCorrupt          database or vectors are damaged
├── IndexFormatError      the index was written by a newer version, or not by seedqa
│   └── OldIndexFormat    the index was written by an older version: a build replaces it
├── IndexMismatch         the index was built from another folder or with another model
├── StorageError          the index cannot be written: no space, no permission
├── ParserError           the process that reads documents does not start
├── ModelError            a model folder is missing, damaged or unusable
├── QuestionError         the question or a filter cannot be used
├── QuestionsFileError    a questions file for `eval` is malformed
├── ServiceBusy           more questions wait than will be answered in good time
├── UploadError           a document cannot be taken into the folder
└── UsageError            the command line cannot be understood
UnreadableFile            one file of many; becomes a row in the report, never stops a build

Only `cli.py` and `ui.py` turn them into words for a person.
"""

from __future__ import annotations

from seedqa.index.messages import Message
from seedqa.index.types import SkipKind


class SeedqaError(Exception):
    """Something a user can understand and fix.

    `found` says what is there, `expected` what should be, `remedy` what to do; each a clause
    without a full stop, with the values in it. `expected` is empty where it would add nothing.
    What may reach the page is a `Message`, so that it can be translated.
    """

    def __init__(self, found: str, expected: str, remedy: str) -> None:
        super().__init__(found, expected, remedy)
        self.found = found
        self.expected = expected
        self.remedy = remedy

    def __str__(self) -> str:
        expected = f"; expected {self.expected}" if self.expected else ""
        return f"{self.found}{expected}. {self.remedy}"


class SeedsError(SeedqaError):
    """The seeds folder is missing, is no folder, or is not the one the index was built from."""


class SourceError(SeedqaError):
    """A file asked for by name is not among the sources, or cannot be read."""


class IndexMissing(SeedqaError):
    """There is no index where one was named."""


class IndexBusy(SeedqaError):
    """Another process is writing the index."""


class IndexCorrupt(SeedqaError):
    """The database or the vectors are damaged."""


class IndexFormatError(SeedqaError):
    """The index was written by a version of seedqa with another format, or by another program."""


class OldIndexFormat(IndexFormatError):
    """The index was written by an older version of seedqa; a build replaces it."""


class IndexMismatch(SeedqaError):
    """The index was built from another folder, or with another model, than the one asked for."""


class StorageError(SeedqaError):
    """The index cannot be written: no space is left, or permission is missing."""


class ParserError(SeedqaError):
    """The process that reads documents does not start."""


class ModelError(SeedqaError):
    """A model folder is missing, damaged or unusable."""


class QuestionError(SeedqaError):
    """The question, or a filter that came with it, cannot be used."""


class QuestionsFileError(SeedqaError):
    """A questions file for `eval` is malformed."""


class ServiceBusy(SeedqaError):
    """More questions wait than will be answered in good time."""


class UploadError(SeedqaError):
    """A document cannot be taken into the folder: its type, its size, or what it holds."""


class UsageError(SeedqaError):
    """The command line cannot be understood."""


class UnreadableFile(Exception):
    """One file cannot be read; `reason` is a clause for a person, `kind` is for decisions.

    `may_pass` says that it may be read next time, unchanged: a disk that failed for a moment.
    """

    def __init__(
        self, reason: str, may_pass: bool = False, *, kind: SkipKind = SkipKind.UNREADABLE
    ) -> None:
        super().__init__(reason)
        self.reason = Message.of(reason)
        self.may_pass = may_pass
        self.kind = kind
