"""The process that reads documents: one request after another, until there are no more.

    python -m seedqa.index.parsing.worker

Started by `process.py`. Whatever a file does to this process, it ends alone.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from dataclasses import replace
from typing import Any, BinaryIO

from seedqa.index.chunking import load_splitter, split_document
from seedqa.index.documents.formats import EXTENSIONS, find_extractor
from seedqa.index.documents.read import read_document
from seedqa.index.errors import ParserError, StorageError, UnreadableFile
from seedqa.index.language import load_identifier
from seedqa.index.messages import Message
from seedqa.index.parsing.limits import (
    came_near,
    leave_no_core,
    lift_limits,
    limit_process,
)
from seedqa.index.parsing.wire import (
    READY,
    Parsed,
    Request,
    describe_error,
    describe_failure,
    describe_parsed,
    encode,
    read_request,
    receive,
    send,
)
from seedqa.index.types import SkipKind

#: How often the process looks whether the one that started it is still there.
PARENT_SECONDS = 1.0
#: Bytes of a request: a path and some numbers.
MAX_REQUEST = 2**20


def main() -> None:
    """Answer requests from standard input on standard output until it ends."""
    requests, replies = _take_streams()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that waits
    leave_no_core()
    parent = os.getppid()
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    try:
        load_identifier()
    except (StorageError, ImportError) as error:
        send(replies, encode(_describe_unusable(error)))
        return
    send(replies, encode(READY))
    while (message := receive(requests, MAX_REQUEST)) is not None:
        send(replies, answer_request(read_request(message)))


def answer_request(request: Request) -> bytes:
    """Return the reply to a request; what is loaded once is loaded first."""
    extension = os.path.splitext(request.file.source)[1].lower()
    try:
        if extension in EXTENSIONS:
            find_extractor(extension)
        if request.settings:
            load_splitter(request.settings)
    except ImportError as error:
        return encode(_describe_unusable(error))
    started = time.process_time()
    limit = limit_process(request.cpu_seconds, request.memory)
    was_near = came_near(limit)  # by a file before this one
    try:
        try:
            parsed = parse(request)
            answer = encode(describe_parsed(parsed, time.process_time() - started))
        finally:
            lift_limits()  # what follows needs memory too
        if len(answer) <= request.reply:
            return answer
        failed = UnreadableFile(Message("holds too much text"), kind=SkipKind.TOO_COSTLY)
    except UnreadableFile as error:
        failed = _out_of_memory() if came_near(limit) and not was_near else error
    except MemoryError:
        failed = _out_of_memory()
    except ImportError as error:
        if not came_near(limit):
            return encode(_describe_unusable(error))
        failed = _out_of_memory()
    return encode(describe_error(failed, time.process_time() - started))


def parse(request: Request) -> Parsed:
    """Read the file of a request, and cut its text if that is asked for."""
    digest, document = read_document(request.file)
    bare = replace(document, blocks=(), edits=())
    if request.settings is None:
        return Parsed(digest, bare, ())
    chunks = tuple(split_document(document, request.settings))
    return Parsed(digest, replace(bare, text="", page_starts=()), chunks)


def _describe_unusable(error: StorageError | ImportError) -> dict[str, Any]:
    """Return why files cannot be read as a message."""
    if isinstance(error, StorageError):
        return describe_failure(error)
    what = Message("a library that reads documents cannot be loaded: {detail}", detail=str(error))
    return describe_failure(ParserError(what, "", Message("Install seedqa again")))


def _out_of_memory() -> UnreadableFile:
    return UnreadableFile(Message("took too much memory to read"), kind=SkipKind.TOO_COSTLY)


def _take_streams() -> tuple[BinaryIO, BinaryIO]:
    """Return standard input and output, and leave libraries none to read or print on."""
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    return requests, replies


def _end_with(parent: int) -> None:
    """End this process, whatever it does, once the process that started it is gone."""
    while os.getppid() == parent:
        time.sleep(PARENT_SECONDS)
    os._exit(1)


if __name__ == "__main__":
    main()
