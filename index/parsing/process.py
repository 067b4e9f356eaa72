"""Start the process that reads, hand it one file after another, and end it when it fails.

A process is kept from file to file, and from build to build. It is ended when a file costs more
than it may, or crashes it: that file is skipped with the reason, and the next has a new process.
"""

from __future__ import annotations

import atexit
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, Any, cast

from seedqa.index.errors import ParserError, UnreadableFile
from seedqa.index.messages import Message
from seedqa.index.parsing.limits import Limits
from seedqa.index.parsing.wire import (
    BadReply,
    Parsed,
    Request,
    describe_request,
    encode,
    read_reply,
    read_start,
    receive,
    send,
)
from seedqa.index.types import ChunkSettings, Document, FoundFile, SkipKind

#: Processes that are kept while nothing is read: one for builds, one for the page's documents.
MAX_IDLE = 2
#: Processes that read at the same time; who asks for another one waits.
MAX_LENT = 4
#: A question waits no longer for a file that waits and does not work.
QUESTION_SECONDS = 20.0
#: Time for a process to start, also on a slow disk.
START_SECONDS = 120.0
DEFAULT_LIMITS = Limits()


class OverBudget(Exception):
    """A file took more processor time than the caller had; it may be no fault of the file."""


class Parser:
    """A process that reads documents, started when it is first needed. Not safe in threads."""

    def __init__(self, limits: Limits = DEFAULT_LIMITS) -> None:
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._is_ready = False
        self._served = 0
        self.cpu_seconds = 0.0
        """Processor time that files took so far, in seconds."""

    @property
    def pid(self) -> int | None:
        """The process, if there is one."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start the process if there is none, and do not wait for it."""
        if self._process is not None and self._process.poll() is None:
            return
        self.close()
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "seedqa.index.parsing.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError as error:
            raise _start_error() from error

    def close(self) -> None:
        """End the process, whatever it does."""
        process, self._process = self._process, None
        self._is_ready, self._served = False, 0
        if process is None:
            return
        process.kill()
        for stream in (process.stdin, process.stdout):
            if stream:
                with suppress(OSError):
                    stream.close()
        process.wait()

    def parse(
        self, file: FoundFile, settings: ChunkSettings | None, budget: float | None = None
    ) -> Parsed:
        """Return a document, cut by `settings`, or whole without them.

        Raises UnreadableFile for a file that cannot be read or costs too much, OverBudget where
        reading took more than `budget` seconds of processor time and that is less than the limit,
        ParserError where no process can be started or a library does not load.
        """
        has_served = self._served > 0
        try:
            return self._ask(file, settings, budget)
        except UnreadableFile as error:
            if not has_served or error.kind is not SkipKind.CRASHED:
                raise
        return self._ask(file, settings, budget)  # what files before it left may be to blame

    def _ask(self, file: FoundFile, settings: ChunkSettings | None, budget: float | None) -> Parsed:
        limits = self._limits
        allowed = limits.cpu_seconds_for(file.size)
        seconds = allowed if budget is None else min(budget, allowed)
        request = Request(file, settings, seconds, limits.memory, limits.reply)
        process = self._ready_process()
        patience = limits.wall_seconds
        if budget is not None:
            patience = min(patience, QUESTION_SECONDS)
        try:
            with _ended_after(patience, process) as late:
                message = self._exchange(process, describe_request(request))
                code = process.wait() if message is None else 0
            reply = read_reply(message) if message is not None else None
        except BadReply as error:
            self.close()
            raise UnreadableFile(_crashed(), kind=SkipKind.CRASHED) from error
        except BaseException:
            self.close()  # it is still at work, and its reply would be taken for the next one
            raise
        if reply is None:
            self.close()
            is_spent = code == -getattr(signal, "SIGXCPU", 0)
            self.cpu_seconds += seconds if is_spent else 0.0
            if (is_spent and seconds < allowed) or (
                late.is_set() and patience < limits.wall_seconds
            ):
                raise OverBudget
            raise _why_it_ended(code, is_late=late.is_set(), is_spent=is_spent)
        self._served += 1
        self.cpu_seconds += reply.cpu_seconds
        if isinstance(reply.outcome, UnreadableFile):
            if reply.outcome.kind is SkipKind.TOO_COSTLY:
                self.close()
            raise reply.outcome
        return reply.outcome

    def _exchange(self, process: subprocess.Popen[bytes], message: Any) -> Any:
        """Send a message and return the reply; None if the process ended."""
        requests, replies = _streams(process)
        try:
            send(requests, encode(message))
        except BrokenPipeError:
            return None
        return receive(replies, self._limits.reply)

    def _ready_process(self) -> subprocess.Popen[bytes]:
        """Return the process, once it has loaded what it needs."""
        self.start()
        process = cast("subprocess.Popen[bytes]", self._process)
        if not self._is_ready:
            try:
                with _ended_after(START_SECONDS, process):
                    read_start(receive(_streams(process)[1], self._limits.reply))
            except BadReply as error:
                self.close()
                raise _start_error() from error
            except BaseException:
                self.close()
                raise
            self._is_ready = True
        return process


@contextmanager
def _ended_after(seconds: float, process: subprocess.Popen[bytes]) -> Iterator[threading.Event]:
    """End a process if the work within takes longer, and set the event that is yielded."""
    late = threading.Event()

    def end() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield late
    finally:
        timer.cancel()


_idle: list[Parser] = []
_idle_lock = threading.Lock()
_lent = threading.BoundedSemaphore(MAX_LENT)


@contextmanager
def borrow_parser() -> Iterator[Parser]:
    """Lend a parser with the default limits; it is kept for the next one who asks.

    Each has its own: a document is opened while a build reads.
    """
    with _lent:
        with _idle_lock:
            parser = _idle.pop() if _idle else Parser()
        try:
            yield parser
        finally:
            with _idle_lock:
                is_kept = len(_idle) < MAX_IDLE
                if is_kept:
                    _idle.append(parser)
            if not is_kept:
                parser.close()


def read_whole(file: FoundFile) -> Document:
    """Return the document of a file with its whole text, without its structure.

    Raises UnreadableFile for a file that cannot be read or costs too much.
    """
    with borrow_parser() as parser:
        return parser.parse(file, None).document


@atexit.register
def close_idle_parsers() -> None:
    """End the processes that wait for work."""
    with _idle_lock:
        while _idle:
            _idle.pop().close()


def _streams(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    return cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)


def _why_it_ended(code: int, *, is_late: bool, is_spent: bool) -> UnreadableFile:
    """Return why a file was not read, by the exit status of the process that read it.

    It may have waited, or somebody else ended it: that may be no fault of the file.
    """
    if is_late or is_spent:
        slow = Message("took too long to read")
        return UnreadableFile(slow, may_pass=not is_spent, kind=SkipKind.TOO_COSTLY)
    is_killed = code == -getattr(signal, "SIGKILL", 0)
    return UnreadableFile(_crashed(), may_pass=is_killed, kind=SkipKind.CRASHED)


def _crashed() -> Message:
    return Message("made the program that reads it crash")


def _start_error() -> ParserError:
    return ParserError(
        Message("the program that reads documents does not start"),
        "",
        Message("Try it alone: {command}", command="python -m seedqa.index.parsing.worker"),
    )
