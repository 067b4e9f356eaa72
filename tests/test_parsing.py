"""Reading in a process of its own: what a file may cost, and that it costs no other file."""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from seedqa.index.build import OutOfTime, build_index
from seedqa.index.chunking import split_document
from seedqa.index.documents.read import read_document
from seedqa.index.errors import ParserError, UnreadableFile
from seedqa.index.parsing.limits import NEAR, Limits
from seedqa.index.parsing.process import (
    MAX_LENT,
    OverBudget,
    Parser,
    borrow_parser,
    read_whole,
)
from seedqa.index.parsing.wire import BadReply, read_reply, read_start
from seedqa.index.types import DEFAULT_SETTINGS, FoundFile, SkipKind
from support.docx_files import make, paragraph, row, table
from support.pdf_writer import make_pdf
from support.toy import ToyEncoder

#: Ticks of processor time after which a process has loaded all, and is in the file.
IN_FILE = 250
GOOD = "# Tower\n\nThe tower was built in 1931.\n"


def found(path: Path) -> FoundFile:
    status = path.stat()
    return FoundFile(
        path.name, str(path), status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino
    )


def write(folder: Path, name: str, content: str | bytes) -> FoundFile:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return found(path)


def good_file(folder: Path) -> FoundFile:
    return write(folder, "good.md", GOOD)


def slow_file(folder: Path) -> FoundFile:
    """Tags that do not match: the parser goes through all open ones for each, for minutes."""
    return write(folder, "slow.html", f"<body>{'<b>' * 300_000}x{'</i>' * 300_000}")


def endless_docx() -> bytes:
    """A file of 30 kB that holds ten million paragraphs."""
    return make("<w:p/>" * 10_000_000)


@pytest.fixture
def parser() -> Iterator[Parser]:
    """A parser that lets a file have little."""
    small = Limits(cpu_seconds=1, cpu_seconds_a_mebibyte=0, memory=2**28, reply=200_000)
    parser = Parser(small)
    yield parser
    parser.close()


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def wait_until(holds: Callable[[], bool], seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.05)


# -- what comes back ------------------------------------------------------------------------------

DOCUMENTS: dict[str, bytes] = {
    "notes.md": b"---\ndate: 2024-04-02\n---\n# Fees\n\nThe annual fee is 12 euros.[^1]\n\n"
    b"| Station | Opened |\n|---|---|\n| Moen | 1936 |\n\n- red\n- blue\n\n[^1]: Since May.\n",
    "page.html": b"<h1>Fees</h1><p>The fee is <b>12</b>.</p><ul><li>one<li>two</ul>",
    "plain.txt": "FEES\n\nThe climate-\ncontrolled room costs \U0001f600 12 é.\n".encode("utf-16"),
    "lines.txt": ("A line of a long text that is cut.\n" * 200).encode(),
    "letter.docx": make(
        paragraph("The fee is 12 euros.") + table(row("Moen", "1936"), row("Fry", "1940"))
    ),
    "sheet.pdf": make_pdf("The fee is 12 euros.", "It is due in May."),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_is_read_as_in_this_process(name: str, tmp_path: Path, parser: Parser) -> None:
    file = write(tmp_path, name, DOCUMENTS[name])
    digest, document = read_document(file)
    cut, whole = parser.parse(file, DEFAULT_SETTINGS), parser.parse(file, None)
    assert cut.chunks == tuple(split_document(document, DEFAULT_SETTINGS)) != ()
    assert (cut.digest, whole.digest, whole.chunks) == (digest, digest, ())
    for read in (cut.document, whole.document):
        assert (read.source, read.title) == (document.source, document.title)
        assert (read.date, read.language) == (document.date, document.language)
    assert whole.document.text == document.text
    assert whole.document.page_starts == document.page_starts


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("empty.txt", b"  \n", SkipKind.NO_TEXT),
        ("nothing.pdf", b"%PDF-1.4\n", SkipKind.DAMAGED),
        ("binary.txt", b"\x00\x01\x02" * 99, SkipKind.BINARY),
    ],
)
def test_why_a_file_cannot_be_read_comes_back(
    name: str, content: bytes, kind: SkipKind, tmp_path: Path, parser: Parser
) -> None:
    file = write(tmp_path, name, content)
    with pytest.raises(UnreadableFile) as here:
        read_document(file)
    with pytest.raises(UnreadableFile) as there:
        parser.parse(file, DEFAULT_SETTINGS)
    assert there.value.kind is here.value.kind is kind
    assert there.value.reason == here.value.reason
    assert there.value.reason.template == here.value.reason.template
    assert there.value.may_pass == here.value.may_pass


def test_a_process_is_kept_from_file_to_file(tmp_path: Path, parser: Parser) -> None:
    parser.parse(good_file(tmp_path), None)
    first = parser.pid
    with pytest.raises(UnreadableFile):
        parser.parse(write(tmp_path, "empty.txt", ""), None)
    parser.parse(write(tmp_path, "b.html", "<p>The fee is 12 euros."), None)
    assert parser.pid == first


def test_a_parser_is_kept_from_build_to_build() -> None:
    with borrow_parser() as one, borrow_parser() as other:
        assert one is not other
    with borrow_parser() as again:
        assert again in (one, other)


def test_a_few_read_at_the_same_time_and_others_wait() -> None:
    read = threading.Event()

    def borrow() -> None:
        with borrow_parser():
            read.set()

    waiting = threading.Thread(target=borrow)
    with ExitStack() as lent:
        for _ in range(MAX_LENT - 1):
            lent.enter_context(borrow_parser())
        with borrow_parser():
            waiting.start()
            assert not read.wait(0.2)
        assert read.wait(60)
    waiting.join()


SOUND: dict[str, Any] = {
    "cpu": 0.1, "digest": "ab" * 32, "source": "a", "text": "", "title": "A", "date": None,
    "language": "en", "pages": [],
    "chunks": [[0, 2, 1, 1, None, "ab", None, ["A"], [[0, 1, "x"]], [], [[0, 2]]]],
}  # fmt: skip
ERROR: dict[str, Any] = {
    "cpu": 0.1, "reason": '{"template": "no text", "values": {}}', "may_pass": False,
    "kind": "no text",
}  # fmt: skip


def told(template: str, values: dict[str, Any] | None = None) -> str:
    """Return a message as JSON."""
    return json.dumps({"template": template, "values": values or {}})


def nested(depth: int) -> str:
    """Return messages in a message; each would be ten times as long as the one in it."""
    message: dict[str, Any] = {"template": "x" * 10, "values": {}}
    for _ in range(depth):
        message = {"template": "{a}" * 10, "values": {"a": message}}
    return json.dumps(message)


def deep() -> str:
    """Return messages in messages in a message."""
    message: dict[str, Any] = {"template": "x", "values": {}}
    for _ in range(9):
        message = {"template": "{a}", "values": {"a": message}}
    return json.dumps(message)


def chunk(**changes: Any) -> dict[str, Any]:
    names = (
        "start", "end", "line", "last", "page", "text", "page_to", "context", "edits", "columns",
        "items",
    )  # fmt: skip
    values = dict(zip(names, SOUND["chunks"][0], strict=True)) | changes
    return {**SOUND, "chunks": [list(values.values())]}


@pytest.mark.parametrize(
    "message",
    [
        None, 7, [], {}, {"cpu": 1.0}, {**SOUND, "cpu": -1}, {**SOUND, "cpu": "1"},
        {**SOUND, "digest": "zz"}, {**SOUND, "digest": "ab"}, {**SOUND, "title": None},
        {**SOUND, "text": 7}, {**SOUND, "pages": [-1]}, {**SOUND, "pages": [1.5]},
        {**SOUND, "chunks": {}}, {**SOUND, "chunks": [[]]}, chunk(start=-1), chunk(end=9),
        chunk(line=2), chunk(page=True), chunk(text=None), chunk(context="A"), chunk(context=[1]),
        chunk(edits=[[0, 9, ""]]), chunk(edits=[[1, 0, ""]]), chunk(items=[[0, 3]]),
        {**ERROR, "kind": "?"}, {**ERROR, "reason": "no JSON"}, {**ERROR, "may_pass": 1},
        {**ERROR, "reason": "[]"}, {**ERROR, "reason": '{"template": "x", "values": []}'},
        {**ERROR, "reason": '{"template": "{x:9999999999}", "values": {"x": 1}}'},
        {**ERROR, "reason": '{"template": "{x.real}", "values": {"x": 1}}'},
        {**ERROR, "reason": "[" * 100_000}, {**ERROR, "reason": nested(9)},
        {**ERROR, "reason": deep()},
        {**ERROR, "reason": told("{x}{x}", {"x": "much"})}, {**ERROR, "reason": told("x" * 60_000)},
        {**SOUND, "title": "\ud800"}, {**SOUND, "language": "\ud800"}, chunk(text="\ud800"),
        chunk(context=["\ud800"]), chunk(edits=[[0, 1, "\ud800"]]), chunk(line=2**70),
        {**SOUND, "pages": [2**31]},
    ],
)  # fmt: skip
def test_a_reply_that_is_none_of_ours_is_refused(message: Any) -> None:
    assert read_reply(SOUND).cpu_seconds == read_reply(ERROR).cpu_seconds == 0.1
    with pytest.raises(BadReply):
        read_reply(message)


# -- what a file may cost -------------------------------------------------------------------------


def check_skipped(parser: Parser, file: FoundFile, reason: str, kind: SkipKind) -> UnreadableFile:
    """A file is skipped for a reason, which is returned, and the next one is read."""
    with pytest.raises(UnreadableFile) as caught:
        parser.parse(file, DEFAULT_SETTINGS)
    assert (caught.value.reason, caught.value.kind) == (reason, kind)
    good = good_file(Path(file.path).parent)
    assert "1931" in parser.parse(good, DEFAULT_SETTINGS).chunks[0].text
    return caught.value


def test_a_library_that_does_not_load_is_no_fault_of_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "libraries" / "pypdfium2"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("raise ImportError('no such symbol')")
    monkeypatch.setenv("PYTHONPATH", str(broken.parent))
    with closing(Parser()) as parser:
        assert parser.parse(good_file(tmp_path), DEFAULT_SETTINGS).chunks
        with pytest.raises(ParserError, match=r"cannot be loaded: no such symbol\. Install"):
            parser.parse(write(tmp_path, "a.pdf", make_pdf("A page.")), DEFAULT_SETTINGS)


def test_a_process_without_room_to_start_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The identifier of languages is unpacked into the temporary folder, the first time."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    file = good_file(tmp_path)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with closing(Parser()) as parser:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, hard))
        try:
            parser.start()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        with pytest.raises(ParserError, match="expected room for a temporary file of 20 MB"):
            parser.parse(file, DEFAULT_SETTINGS)
        assert parser.parse(file, DEFAULT_SETTINGS).chunks  # there is room again


@pytest.mark.parametrize(
    "message",
    [
        None, True, {}, [], {"ready": False}, {"failed": None}, {"failed": []},
        {"failed": ["{}", "{}", "{}"]}, {"failed": [1, 2, 3]},
    ],
)  # fmt: skip
def test_a_start_that_is_none_of_ours_is_refused(message: Any) -> None:
    with pytest.raises(BadReply):
        read_start(message)


def test_a_limit_ends_with_its_file(tmp_path: Path, parser: Parser) -> None:
    """The next file was blamed for the processor time of the one before."""
    parser.parse(good_file(tmp_path), DEFAULT_SETTINGS)
    limits = Path(f"/proc/{parser.pid}/limits").read_text()
    assert re.search(r"Max cpu time +unlimited +unlimited", limits)
    assert re.search(r"Max address space +unlimited +unlimited", limits)
    assert re.search(r"Max core file size +0 +0", limits)


def test_a_file_that_takes_too_long_is_skipped(tmp_path: Path, parser: Parser) -> None:
    check_skipped(parser, slow_file(tmp_path), "took too long to read", SkipKind.TOO_COSTLY)


def test_a_file_that_takes_too_much_memory_is_skipped(tmp_path: Path, parser: Parser) -> None:
    file = write(tmp_path, "p.docx", endless_docx())
    check_skipped(parser, file, "took too much memory to read", SkipKind.TOO_COSTLY)


def test_a_damaged_file_is_not_blamed_for_the_memory_of_the_one_before(tmp_path: Path) -> None:
    parser = Parser(Limits(memory=NEAR))  # so that any file comes near
    parser.parse(write(tmp_path, "a.txt", "The fee is twelve euros. " * 40_000), None)
    with pytest.raises(UnreadableFile) as caught:
        parser.parse(write(tmp_path, "b.pdf", b"%PDF-1.4\n"), None)
    parser.close()
    assert caught.value.kind is SkipKind.DAMAGED


def test_a_file_that_holds_too_much_text_is_skipped(tmp_path: Path, parser: Parser) -> None:
    file = write(tmp_path, "long.txt", "The fee is twelve euros. " * 20_000)
    check_skipped(parser, file, "holds too much text", SkipKind.TOO_COSTLY)


def test_a_file_that_waits_too_long_is_skipped(tmp_path: Path) -> None:
    """A computer that slept, or a disk that did not answer: it is read again next time."""
    parser = Parser(Limits(wall_seconds=5))
    error = check_skipped(parser, slow_file(tmp_path), "took too long to read", SkipKind.TOO_COSTLY)
    assert error.may_pass
    parser.close()


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGKILL])
def test_a_crash_costs_one_file(number: int, tmp_path: Path) -> None:
    parser = Parser()
    parser.parse(good_file(tmp_path), None)  # the first process is blamed, and a second asked
    slow = slow_file(tmp_path)

    def crash_both() -> None:
        dead: set[int | None] = {None}
        for _ in range(2):
            wait_until(lambda: parser.pid not in dead)
            pid = parser.pid
            assert pid
            wait_until(lambda pid=pid: cpu_ticks(pid) > IN_FILE)  # type: ignore[misc]
            os.kill(pid, number)
            dead.add(pid)

    crasher = threading.Thread(target=crash_both)
    crasher.start()
    error = check_skipped(parser, slow, "made the program that reads it crash", SkipKind.CRASHED)
    assert error.may_pass == (number == signal.SIGKILL)  # somebody else's
    crasher.join()
    parser.close()


def test_a_question_s_time_is_no_fault_of_the_file(tmp_path: Path, parser: Parser) -> None:
    with pytest.raises(OverBudget):
        parser.parse(slow_file(tmp_path), DEFAULT_SETTINGS, 0.1)
    assert parser.parse(good_file(tmp_path), None, 10.0).document.title == "Tower"


# -- builds ---------------------------------------------------------------------------------------


def test_a_build_skips_what_costs_too_much_and_indexes_the_rest(tmp_path: Path) -> None:
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    good_file(seeds)
    write(seeds, "p.docx", endless_docx())
    report = build_index(seeds, tmp_path / "index", ToyEncoder())
    assert report.indexed == ("good.md",)
    [skipped] = report.skipped
    assert (skipped.source, skipped.reason) == ("p.docx", "took too much memory to read")
    again = build_index(seeds, tmp_path / "index", ToyEncoder())  # it is not tried again
    assert (again.unchanged, len(again.skipped), again.indexed) == (1, 1, ())


def test_a_question_does_not_wait_for_a_slow_file(tmp_path: Path) -> None:
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    good_file(seeds)
    before = build_index(seeds, tmp_path / "index", ToyEncoder()).generation
    slow_file(seeds)
    with pytest.raises(OutOfTime):
        build_index(seeds, tmp_path / "index", ToyEncoder(), seconds=0.5)
    (seeds / "slow.html").unlink()
    assert build_index(seeds, tmp_path / "index", ToyEncoder()).generation == before


SLOW_BUILD = """
import sys
from pathlib import Path
from seedqa.index.parsing.process import Parser
from seedqa.index.types import FoundFile
parser = Parser()
parser.start()
print(parser.pid, flush=True)
parser.parse(FoundFile("slow.html", sys.argv[1], 1, 0, 0, 0), None)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_no_process_outlives_its_build(number: int, tmp_path: Path) -> None:
    slow = slow_file(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", SLOW_BUILD, slow.path],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True,
    ) as build:  # fmt: skip
        assert build.stdout
        reader = int(build.stdout.readline())
        wait_until(lambda: cpu_ticks(reader) > IN_FILE)
        os.killpg(build.pid, number) if number == signal.SIGINT else build.kill()
        build.wait(timeout=30)
    wait_until(lambda: not is_running(reader))


def cpu_ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def test_documents_are_opened_while_another_is_read(tmp_path: Path) -> None:
    slow = slow_file(tmp_path)
    with borrow_parser() as busy:
        reading = threading.Thread(target=lambda: swallow(busy, slow))
        reading.start()
        wait_until(lambda: busy.pid is not None)
        reader = busy.pid
        assert reader
        wait_until(lambda: cpu_ticks(reader) > IN_FILE)
        assert "1931" in read_whole(good_file(tmp_path)).text
        assert reading.is_alive()
        busy.close()
        reading.join(timeout=30)
        assert not reading.is_alive()


def swallow(parser: Parser, file: FoundFile) -> None:
    with pytest.raises((UnreadableFile, OSError, ValueError)):
        parser.parse(file, None)
