"""Messages between a build and the process that reads for it: JSON after its length.

What comes back was made by a process that reads hostile files, so every value is checked. Knows
values and their form; nothing of processes.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any, TypeVar

from seedqa.index.errors import ParserError, SeedqaError, UnreadableFile
from seedqa.index.messages import Message
from seedqa.index.types import Chunk, ChunkSettings, Document, Edit, FoundFile, SkipKind

_LENGTH = struct.Struct(">I")
_T = TypeVar("_T")
#: What reading a message of another form raises.
_BAD_VALUES = (LookupError, TypeError, ValueError, AttributeError, RecursionError)


class BadReply(Exception):
    """A process sent what is no reply of ours: it is not to be trusted any more."""


@dataclass(frozen=True, slots=True)
class Request:
    """A file to read; `settings` say how to cut it, None that the whole text is wanted."""

    file: FoundFile
    settings: ChunkSettings | None
    cpu_seconds: float
    memory: int
    reply: int


@dataclass(frozen=True, slots=True)
class Parsed:
    """A document that was read."""

    digest: str
    """The SHA-256 of the file's bytes, in hexadecimal."""
    document: Document
    """Without its structure, and without its text where it was cut."""
    chunks: tuple[Chunk, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of a request, and the processor time it took, in seconds."""

    outcome: Parsed | UnreadableFile
    cpu_seconds: float


def send(stream: IO[bytes], content: bytes) -> None:
    """Write one message that `encode` made."""
    stream.write(_LENGTH.pack(len(content)) + content)
    stream.flush()


def encode(message: Any) -> bytes:
    """Return a message as bytes, without its length."""
    return json.dumps(message, separators=(",", ":")).encode("ascii")


def receive(stream: IO[bytes], limit: int) -> Any:
    """Return the next message; None at the end of the stream.

    Raises BadReply for more than `limit` bytes and for what is no JSON.
    """
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    if length > limit:
        raise BadReply(f"{length} bytes")
    content = stream.read(length)
    if len(content) < length:
        return None
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise BadReply("no JSON") from error


# -- the start ------------------------------------------------------------------------------------

READY = {"ready": True}


def describe_failure(error: SeedqaError) -> dict[str, Any]:
    """Return why a process cannot read any file as a message."""
    parts = (error.found, error.expected, error.remedy)
    return {"failed": [Message.of(part).to_json() for part in parts]}


def read_start(message: Any) -> None:
    """Return if a message says that a process is ready.

    Raises ParserError if it says why not, BadReply for anything else.
    """
    if message == READY:
        return
    raise _read_failure(message)


def _read_failure(message: Any) -> ParserError:
    try:
        found, expected, remedy = (Message.from_json(_text(part)) for part in message["failed"])
    except _BAD_VALUES as error:
        raise BadReply(str(error)) from error
    return ParserError(found, expected, remedy)


# -- requests -------------------------------------------------------------------------------------


def describe_request(request: Request) -> dict[str, Any]:
    """Return a request as a message."""
    file, settings = request.file, request.settings
    return {
        "file": [file.source, file.path, file.size, file.mtime_ns, file.ctime_ns, file.inode],
        "settings": [settings.size, settings.overlap] if settings else None,
        "limits": [request.cpu_seconds, request.memory, request.reply],
    }


def read_request(message: Any) -> Request:
    """Return the request that `describe_request` described: it comes from our own process."""
    settings = message["settings"]
    return Request(
        FoundFile(*message["file"]), ChunkSettings(*settings) if settings else None,
        *message["limits"],
    )  # fmt: skip


# -- replies --------------------------------------------------------------------------------------


def describe_parsed(parsed: Parsed, cpu_seconds: float) -> dict[str, Any]:
    """Return what was read as a message; the text of a document that was cut is left out."""
    document = parsed.document
    return {
        "cpu": cpu_seconds,
        "digest": parsed.digest,
        "source": document.source,
        "text": document.text,
        "title": document.title,
        "date": document.date,
        "language": document.language,
        "pages": document.page_starts,
        "chunks": [_describe_chunk(chunk) for chunk in parsed.chunks],
    }


def describe_error(error: UnreadableFile, cpu_seconds: float) -> dict[str, Any]:
    """Return why a file cannot be read as a message."""
    return {
        "cpu": cpu_seconds,
        "reason": error.reason.to_json(),
        "may_pass": error.may_pass,
        "kind": error.kind.value,
    }


def read_reply(message: Any) -> Reply:
    """Return the reply that a message describes.

    Raises ParserError if the process cannot read files of this kind, BadReply for anything else.
    """
    if isinstance(message, dict) and "failed" in message:
        raise _read_failure(message)
    try:
        seconds = _number(message["cpu"])
        outcome = _read_error(message) if "reason" in message else _read_parsed(message)
    except _BAD_VALUES as error:
        raise BadReply(str(error)) from error
    return Reply(outcome, seconds)


def _read_error(message: Any) -> UnreadableFile:
    may_pass = message["may_pass"]
    _require(isinstance(may_pass, bool))
    reason = Message.from_json(_text(message["reason"]))
    return UnreadableFile(reason, may_pass, kind=SkipKind(message["kind"]))


def _read_parsed(message: Any) -> Parsed:
    digest = _text(message["digest"])
    _require(len(bytes.fromhex(digest)) == 32)
    document = Document(
        source=_text(message["source"]),
        text=_text(message["text"]),
        title=_text(message["title"]),
        date=_or_none(_text, message["date"]),
        language=_text(message["language"]),
        page_starts=tuple(map(_count, _list(message["pages"]))),
    )
    return Parsed(digest, document, tuple(map(_read_chunk, _list(message["chunks"]))))


def _describe_chunk(chunk: Chunk) -> list[Any]:
    return [
        chunk.start, chunk.end, chunk.line_start, chunk.line_end, chunk.page, chunk.text,
        chunk.page_to, chunk.context, [[e.start, e.end, e.replacement] for e in chunk.edits],
        chunk.columns, chunk.items,
    ]  # fmt: skip


def _read_chunk(values: Any) -> Chunk:
    start, end, line, last, page, text, page_to, context, edits, columns, items = _list(values)
    chunk = Chunk(
        start=_count(start),
        end=_count(end),
        line_start=_count(line),
        line_end=_count(last),
        page=_or_none(_count, page),
        text=_text(text),
        page_to=_or_none(_count, page_to),
        context=_texts(context),
        edits=tuple(
            Edit(_count(low), _count(high), _text(word)) for low, high, word in _list(edits)
        ),
        columns=_texts(columns),
        items=tuple((_count(low), _count(high)) for low, high in _list(items)),
    )
    size = len(chunk.text)
    _require(chunk.end - chunk.start == size and chunk.line_start <= chunk.line_end)
    _require(all(edit.start <= edit.end <= size for edit in chunk.edits))
    _require(all(low <= high <= size for low, high in chunk.items))
    return chunk


def _require(is_sound: bool) -> None:
    if not is_sound:
        raise ValueError("values that do not agree")


def _text(value: Any) -> str:
    _require(isinstance(value, str))
    value.encode()  # raises UnicodeEncodeError for half a character, which nothing can store
    return str(value)


def _texts(values: Any) -> tuple[str, ...]:
    return tuple(map(_text, _list(values)))


def _list(values: Any) -> list[Any]:
    _require(isinstance(values, list))
    return list(values)


def _count(value: Any) -> int:
    _require(type(value) is int and 0 <= value < 2**31)
    return int(value)


def _number(value: Any) -> float:
    _require(type(value) in (int, float) and 0 <= value < 1e9)
    return float(value)


def _or_none(read: Callable[[Any], _T], value: Any) -> _T | None:
    return None if value is None else read(value)
