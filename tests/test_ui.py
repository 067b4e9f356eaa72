"""What the page is made of, and the page as a client meets it: API, refusals, uploads."""

from __future__ import annotations

import asyncio
import base64
import http.client
import json
import multiprocessing
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from inspect import signature
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest

from seedqa.index.build import build_index
from seedqa.index.encoder import Vectors
from seedqa.index.errors import (
    ServiceBusy,
    SourceError,
    UploadError,
    UsageError,
)
from seedqa.index.types import Document, Filters
from seedqa.index.workspace import Location, resolve
from seedqa.page.actions import run_action
from seedqa.page.asking import Asked, RecentSearches
from seedqa.page.calls import MAX_CALLERS, forget_calls
from seedqa.page.connections import MAX_CONNECTIONS
from seedqa.page.endpoints import make_endpoints
from seedqa.page.examples import example_questions
from seedqa.page.guard import (
    MAX_BODY_BYTES,
    UPLOAD_PATH,
    Guard,
    Rules,
    is_open_path,
    knows_host,
    knows_login,
    knows_origin,
    names_file,
)
from seedqa.page.options import PageOptions, make_rules, read_logins
from seedqa.page.patience import MAX_GUESSES, Guesses, in_time
from seedqa.page.rebuild import Rebuild
from seedqa.page.script import read_script
from seedqa.page.service import MAX_WAITING, Service
from seedqa.page.uploads import (
    MAX_UPLOAD_BYTES,
    Upload,
    remove_document,
    remove_leftovers,
    safe_name,
)
from seedqa.page.view import (
    mark_spans,
    match_words,
    view_document,
    view_result,
)
from seedqa.page.words import (
    LANGUAGES,
    choose_language,
    words_of,
)
from seedqa.retrieval.pipeline import Pipeline
from seedqa.retrieval.question import parse_question
from seedqa.retrieval.types import (
    Answer,
    IndexState,
    Passage,
    Ranks,
    Result,
    ScoreParts,
    Timings,
    band_of,
)
from support.pdf_writer import make_pdf
from support.served import PATIENCE_SECONDS, ROOT, WATCHED, Served, wait_until
from support.toy import ToyEncoder

ARTICLE = "000_76e88c25fcffd226.txt"
HOSTILE = (
    '<script>alert(1)</script><img src=x onerror=alert(1)> ${alert(1)} {{constructor}} "\u202e'
)

# -- values for the page -------------------------------------------------------------------------


def open_service(location: Location, encoder: ToyEncoder, read_only: bool) -> Service:
    """Return a service whose pipeline uses `encoder`."""
    workspace = resolve(location)
    return Service(workspace, Pipeline.open(workspace, encoder=encoder), read_only)


@pytest.mark.parametrize(
    ("confidence", "band"),
    [(1.0, "sure"), (0.85, "sure"), (0.84, "likely"), (0.5, "likely"), (0.49, "unsure")],
)
def test_bands(confidence: float, band: str) -> None:
    assert band_of(confidence) == band


@pytest.mark.parametrize(
    ("text", "spans", "pieces"),
    [
        ("plain", [], [["plain", ""]]),
        ("", [], []),
        ("a b", [(2, 3, "m")], [["a ", ""], ["b", "m"]]),
        ("abcd", [(0, 3, "x"), (2, 4, "y")], [["ab", "x"], ["c", "x y"], ["d", "y"]]),
        ("abc", [(-2, 1, "x"), (2, 9, "y")], [["a", "x"], ["b", ""], ["c", "y"]]),
        ("abc", [(5, 9, "x"), (2, 2, "y")], [["abc", ""]]),
        ("😀é b", [(0, 1, "x")], [["😀", "x"], ["é b", ""]]),
        (HOSTILE, [], [[HOSTILE, ""]]),
    ],
    ids=["none", "empty", "one", "overlap", "cut", "outside", "astral", "hostile"],
)
def test_marks(text: str, spans: list[tuple[int, int, str]], pieces: list[list[str]]) -> None:
    assert mark_spans(text, spans) == pieces
    assert "".join(piece for piece, _ in mark_spans(text, spans)) == text


@pytest.mark.parametrize(
    ("question", "text", "language", "matched"),
    [
        ("when did Alibaba join TOP?", "Alibaba, d’Alibaba : le TOP", "fr",
         ["Alibaba", "Alibaba", "TOP"]),
        ("the bridges of iron", "an iron bridge", "en", ["iron", "bridge"]),
        ("élève", "ELEVE Élèves", "fr", ["ELEVE", "Élèves"]),
        ("when did it", "nothing of that", "en", []),
    ],
    ids=["names", "stems", "accents", "function-words"],
)  # fmt: skip
def test_matched_words(question: str, text: str, language: str, matched: list[str]) -> None:
    spans = match_words(parse_question(question).topical, text, language)
    assert [text[start:end] for start, end, _ in spans] == matched


def passage(text: str, start: int = 0, source: str = "a.txt", date: str | None = None) -> Passage:
    return Passage(
        source=source, title="A", date=date, language="en", start=start, end=start + len(text),
        line_start=1, line_end=1, page=2, text=text, score=0.5, ranks=Ranks(1, None), stale=False,
        also_in=("b.txt",), parts=ScoreParts(0.5, None, 0.5, 0.0),
    )  # fmt: skip


def result(*answers: Answer, passages: tuple[Passage, ...]) -> Result:
    return Result(
        "who built it", answers, 0.9, 0.2, passages, IndexState(1, "toy", 1, 1, True),
        Timings(0, 0, 0, 0), words=("built",),
    )  # fmt: skip


def test_an_answer_is_marked_in_its_sentence_and_its_passage() -> None:
    answer = Answer("Ann", "a.txt", 13, 16, 1, 0.9, "Built by Ann.", 4, 17, offset=9)
    shown = view_result(result(answer, passages=(passage("It. Built by Ann."),)), read=True)
    assert shown["answers"][0]["sentence"] == [["Built by ", ""], ["Ann", "answer"], [".", ""]]
    assert shown["answers"][0]["band"] == "sure"
    assert (shown["answers"][0]["passage"], shown["answers"][0]["page"]) == (0, 2)
    assert shown["passages"][0]["pieces"] == [
        ["It. ", ""], ["Built", "match"], [" by ", ""], ["Ann", "answer"], [".", ""],
    ]  # fmt: skip
    assert shown["passages"][0]["answers"] == [[13, 16]]


def test_documents_that_disagree_give_several_answers() -> None:
    ann = Answer("Ann", "a.txt", 13, 16, 1, 0.9, "Built by Ann.", 4, 17)
    bob = Answer("Bob", "b.txt", 9, 12, 1, 0.6, "Built by Bob.", 0, 13)
    both = (passage("It. Built by Ann."), passage("Built by Bob.", source="b.txt"))
    shown = view_result(result(ann, bob, passages=both), read=True)
    assert [(one["text"], one["band"], one["passage"]) for one in shown["answers"]] == [
        ("Ann", "sure", 0), ("Bob", "likely", 1),
    ]  # fmt: skip
    assert [one["answers"] for one in shown["passages"]] == [[[13, 16]], [[9, 12]]]


SIGNED = "Il dure. Leur partenariat remonte à 2017. Il a coûté cher."


def test_a_span_deep_in_a_document_is_marked_in_its_sentence() -> None:
    """Offsets are those of the document; sentence and passage begin elsewhere in it."""
    at = 900 + SIGNED.index("2017")
    answer = Answer("2017", "a.txt", at, at + 4, 12, 0.9, SIGNED[9:41], 909, 941, offset=27)
    shown = view_result(result(answer, passages=(passage(SIGNED, 900),)), read=True)
    (one,) = shown["answers"]
    assert one["sentence"] == [["Leur partenariat remonte à ", ""], ["2017", "answer"], [".", ""]]
    assert (one["whole"], one["line"], one["sentence_start"]) == (False, 12, 909)
    assert [text for text, names in shown["passages"][0]["pieces"] if names == "answer"] == ["2017"]
    opened = view_document(
        document("x" * 900 + SIGNED), SIGNED, 900, [(one["start"], one["end"], "answer")]
    )
    assert ["2017", "answer passage"] in opened["pieces"]


@pytest.mark.parametrize(
    ("dates", "newest"),
    [
        (["2020-01-01"], None),
        (["2018-05-01", "2020-01-01"], 1),
        (["2020-01-01", None], 0),
        (["2020-01-01", "2020-01-01"], None),
        ([None, None], None),
        ([], None),
    ],
    ids=["alone", "second", "one-dated", "same-day", "undated", "no-answer"],
)
def test_which_of_the_documents_that_disagree_is_newest(
    dates: list[str | None], newest: int | None
) -> None:
    passages = [
        passage("Built by Ann.", source=f"{number}.txt", date=date)
        for number, date in enumerate(dates)
    ]
    answers = [Answer("Ann", one.source, 9, 12, 1, 0.9, "Built by Ann.", 0, 13) for one in passages]
    shown = view_result(result(*answers, passages=tuple(passages)), read=True)
    assert shown["newest"] == newest


def test_two_answers_in_one_passage_are_both_marked() -> None:
    text = "Built by Ann. No: built by Bob."
    ann = Answer("Ann", "a.txt", 9, 12, 1, 0.9, text[:13], 0, 13)
    bob = Answer("Bob", "a.txt", 27, 30, 1, 0.6, text[14:], 14, 31)
    shown = view_result(result(ann, bob, passages=(passage(text),)), read=True)
    assert shown["passages"][0]["answers"] == [[9, 12], [27, 30]]
    opened = view_document(document(text), text, 0, [(9, 12, "answer"), (27, 30, "answer")])
    assert [one for one, names in opened["pieces"] if "answer" in names] == ["Ann", "Bob"]


def test_the_likeliest_words_are_marked_where_nothing_answers() -> None:
    text = "Built by Ann. No: built by Bob."
    bob = Answer("Bob", "a.txt", 27, 30, 1, 0.2, text[14:], 14, 31)
    elsewhere = Answer("Cy", "b.txt", 0, 2, 1, 0.1, "Cy.", 0, 3)
    found = replace(result(passages=(passage(text),)), candidates=(bob, elsewhere))
    shown = view_result(found, read=True)
    assert [one["text"] for one in shown["candidates"]] == ["Bob", "Cy"]
    [own] = shown["passages"]
    assert (own["answers"], own["candidates"]) == ([], [[27, 30]])
    assert [one for one, names in own["pieces"] if "candidate" in names] == ["Bob"]
    opened = view_document(document(text), text, 0, [(27, 30, "candidate")])
    assert ["Bob", "candidate passage"] in opened["pieces"]


def test_an_answer_whose_passage_is_not_among_those_shown_can_be_opened() -> None:
    """One passage was asked for, and the documents disagree."""
    bob = Answer("Bob", "b.txt", 109, 112, 3, 0.6, "Built by Bob.", 100, 113)
    shown = view_result(result(bob, passages=(passage("Built by Ann."),)), read=True)["answers"][0]
    assert (shown["passage"], shown["title"], shown["date"]) == (None, "b.txt", None)
    quote = "".join(text for text, _ in shown["sentence"])
    text = "-" * 100 + "Built by Bob. Or so."
    opened = view_document(document(text), quote, shown["sentence_start"], [(109, 112, "answer")])
    assert opened["pieces"][1:4] == [
        ["Built by ", "passage"], ["Bob", "answer passage"], [".", "passage"],
    ]  # fmt: skip


def test_no_answer_leaves_passages_unmarked() -> None:
    shown = view_result(result(passages=(passage("Nothing here."),)), read=True)
    assert (shown["answers"], shown["passages"][0]["answers"]) == ([], [])
    assert shown["passages"][0]["pieces"] == [["Nothing here.", ""]]


def document(text: str, pages: tuple[int, ...] = ()) -> Document:
    return Document("a.txt", text, "A", None, "en", pages)


def test_a_document_with_passage_and_answer() -> None:
    shown = view_document(
        document("Before. Built by Ann. After."), "Built by Ann.", 8, [(17, 20, "answer")]
    )
    assert (shown["found"], shown["moved"]) == (True, False)
    assert shown["pieces"] == [
        ["Before. ", ""], ["Built by ", "passage"], ["Ann", "answer passage"], [".", "passage"],
        [" After.", ""],
    ]  # fmt: skip


def test_a_passage_that_has_moved_is_found_with_its_answer() -> None:
    shown = view_document(document("New. Built by Ann."), "Built by Ann.", 0, [(9, 12, "answer")])
    assert (shown["found"], shown["moved"]) == (True, True)
    assert ["Ann", "answer passage"] in shown["pieces"]


@pytest.mark.parametrize(
    ("text", "start", "place"),
    [("Yes. No. Yes. Yes.", 16, 14), ("Yes. No. Yes.", 2, 0), ("New. Yes.", 0, 5), ("Yes", 99, -1)],
    ids=["later", "earlier", "only-after", "none"],
)
def test_of_passages_that_say_the_same_the_nearest_is_marked(
    text: str, start: int, place: int
) -> None:
    shown = view_document(document(text), "Yes.", start, [])
    before = [text[:place]] if place > 0 else []
    marked = [one for one, names in shown["pieces"]]
    assert shown["found"] == (place >= 0)
    assert marked[: len(before) + 1] == ([*before, "Yes."] if place >= 0 else [text])


def test_a_passage_that_is_gone_is_not_marked() -> None:
    shown = view_document(document("Rewritten."), "Built by Ann.", 0, [(9, 12, "answer")])
    assert (shown["found"], shown["pieces"]) == (False, [["Rewritten.", ""]])


def test_pages_have_their_numbers() -> None:
    shown = view_document(document("one\ntwo", (0, 4)), "two", 4, [])
    assert shown["pieces"] == [["1", "page"], ["one\n", ""], ["2", "page"], ["two", "passage"]]


def test_words_are_the_same_in_every_language() -> None:
    placeholders = [
        {name: sorted(part.split("}")[0] for part in text.split("{")[1:]) for name, text in
         words_of(language).items()}
        for language in LANGUAGES
    ]  # fmt: skip
    assert placeholders[0] == placeholders[1]


def test_every_word_that_the_script_asks_for_is_there() -> None:
    script = read_script()
    asked = set(re.findall(r"""\bt\(\s*"(\w+)\"""", script))
    asked |= set(re.findall(r"""\b(?:action|plainAction)\("(\w+)\"""", script))
    assert asked <= set(words_of("en"))
    made = re.compile("theme_|phase_|.*_tab$|.*_one$|sure$|likely$|unsure$|.*error_line$")
    used = set(re.findall(r"""["`](\w+)["`]""", script))
    assert {name for name in words_of("en") if not made.match(name)} <= used


@pytest.mark.parametrize(
    ("wished", "language"),
    [(["fr-FR", "en"], "fr"), (["de", "en-GB"], "en"), (["ja"], "en"), ([], "en"), (None, "en")],
)
def test_the_language_of_the_page(wished: Any, language: str) -> None:
    assert choose_language(wished) == language


def test_examples_come_from_the_documents(tmp_path: Path, encoder: ToyEncoder) -> None:
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    shutil.copy(ROOT / "seeds" / ARTICLE, seeds)
    (seeds / "bridge.txt").write_text("It was drawn by Ann Miller. Built by Ann Miller in 1894.")
    build_index(seeds, tmp_path / "index", encoder)
    location = Location(tmp_path / "index", None, None)
    english, french = (
        example_questions(resolve(location), "en"),
        example_questions(resolve(location), "fr"),
    )
    assert english[0] == "when did Alibaba join TOP?"
    assert "What is said about Ann Miller?" in english
    assert french[0] == "Quand Alibaba a-t-il rejoint le programme TOP ?"
    assert len(english) == len(french) == 3


# -- names and files -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wished", "name"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\fakepath\\Notes.MD", "Notes.md"),
        ("/absolute.txt", "absolute.txt"),
        (".hidden.txt", "hidden.txt"),
        ("a\x00b\x1b\u202etxt.exe.txt", "a b txt.exe.txt"),
        ("<script>.html", "script.html"),
        ("CON.txt", "document CON.txt"),
        ("  été  2020 .txt", "été 2020.txt"),
        ("e\u0301.txt", "é.txt"),
        ("x" * 400 + ".txt", "x" * 180 + ".txt"),
        ("é" * 400 + ".txt", "é" * 90 + ".txt"),
    ],
)
def test_safe_names(wished: str, name: str) -> None:
    assert safe_name(wished) == name


@pytest.mark.parametrize(
    "wished", ["", "a.exe", "a", ".txt", "..txt", "a.txt/", "a.txt\x00.sh", "a.seedqaignore"]
)
def test_names_of_other_types_are_refused(wished: str) -> None:
    with pytest.raises(UploadError, match="not a type that is read"):
        safe_name(wished)


def add(seeds: Path, name: str, data: bytes) -> str:
    with Upload(seeds, name) as upload:
        upload.write(data)
        return upload.keep()


def test_an_upload_lies_beside_the_others(seeds: Path) -> None:
    assert add(seeds, "new.txt", b"Some text.") == "new.txt"
    assert (seeds / "new.txt").read_text() == "Some text."
    assert sorted(os.listdir(seeds)) == ["bridge.txt", "new.txt", "pont.md", "sub"]


def test_what_a_killed_server_left_of_an_upload_is_removed(seeds: Path) -> None:
    (seeds / ".seedqa-upload-old").write_text("half a docu")
    os.mkfifo(seeds / ".seedqa-upload-pipe")  # to open it would wait for ever
    with Upload(seeds, "new.txt") as upload:  # another server's: it is not done
        upload.write(b"The new bridge")
        remove_leftovers(seeds)
        upload.write(b" was opened in 2020.")
        assert upload.keep() == "new.txt"
    assert (seeds / "new.txt").read_text() == "The new bridge was opened in 2020."
    (seeds / ".seedqa-upload-pipe").unlink()
    assert sorted(os.listdir(seeds)) == ["bridge.txt", "new.txt", "pont.md", "sub"]


@pytest.mark.parametrize(("umask", "mode"), [(0o077, 0o600), (0o027, 0o640), (0o022, 0o644)])
def test_an_upload_keeps_the_umask(seeds: Path, umask: int, mode: int) -> None:
    before = os.umask(umask)
    try:
        name = add(seeds, "new.txt", b"The new bridge was opened in 2020.")
    finally:
        os.umask(before)
    assert (seeds / name).stat().st_mode & 0o777 == mode


def test_an_upload_replaces_nothing(seeds: Path) -> None:
    before = (seeds / "bridge.txt").read_bytes()
    (seeds / "bridge (2).txt").symlink_to(seeds.parent / "outside.txt")
    assert add(seeds, "bridge.txt", b"Another bridge.") == "bridge (3).txt"
    assert (seeds / "bridge.txt").read_bytes() == before
    assert not (seeds.parent / "outside.txt").exists()


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.pdf", b"no PDF at all", "cannot be read"),
        ("a.txt", b"\x00\x01\x02\x00" * 100, "cannot be read"),
        ("a.txt", b"", "cannot be read"),
        ("a.docx", b"PK\x03\x04 no archive", "cannot be read"),
        ("a.txt", b"x" * (MAX_UPLOAD_BYTES + 1), "more than 20 MiB"),
    ],
    ids=["pdf", "binary", "empty", "docx", "large"],
)
def test_bad_uploads_leave_nothing(seeds: Path, name: str, data: bytes, reason: str) -> None:
    before = sorted(os.listdir(seeds))
    with pytest.raises(UploadError, match=reason):
        add(seeds, name, data)
    assert sorted(os.listdir(seeds)) == before


def test_removing_a_document(seeds: Path) -> None:
    remove_document(seeds, "sub/bruecke.txt")
    assert not (seeds / "sub" / "bruecke.txt").exists()


@pytest.mark.parametrize("source", ["../secret.txt", "missing.txt", "sub", "", "/etc/hostname"])
def test_only_sources_can_be_removed(seeds: Path, source: str) -> None:
    (seeds.parent / "secret.txt").write_text("kept")
    with pytest.raises(SourceError):
        remove_document(seeds, source)
    assert (seeds.parent / "secret.txt").read_text() == "kept"


def test_removing_a_link_keeps_what_it_leads_to(seeds: Path) -> None:
    (seeds / ".kept.txt").write_text("kept")
    (seeds / "link.txt").symlink_to(seeds / ".kept.txt")
    remove_document(seeds, "link.txt")
    assert not (seeds / "link.txt").is_symlink()
    assert (seeds / ".kept.txt").read_text() == "kept"


# -- the guard -----------------------------------------------------------------------------------

LOCAL = Rules(frozenset({"localhost", "127.0.0.1", "::1"}))


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("localhost", True), ("localhost:7860", True), ("LOCALHOST", True), ("localhost.", True),
        ("127.0.0.1:80", True), ("[::1]:7860", True), ("evil.example", False),
        ("localhost.evil.example", False), ("evil@localhost", False), ("", False),
        ("127.0.0.1.nip.io", False), ("192.168.1.9", False), ("localhost:port", False),
        ("localhost/x", False), ("localhost#x", False),
    ],
)  # fmt: skip
def test_hosts(host: str, known: bool) -> None:
    assert knows_host(LOCAL, host) is known


def test_any_address_is_known_where_other_machines_may_come() -> None:
    rules = replace(LOCAL, any_address=True)
    assert knows_host(rules, "192.168.1.9:7860")
    assert not knows_host(rules, "evil.example")


@pytest.mark.parametrize(
    ("origin", "known"),
    [
        ("http://localhost:7860", True), ("https://localhost:7860", True),
        ("https://qa.example", True), ("http://localhost:9999", False),
        ("http://evil.example", False), ("null", False), ("file://", False), ("", False),
        ("http://localhost:7860.evil.example", False),
    ],
)  # fmt: skip
def test_origins(origin: str, known: bool) -> None:
    rules = replace(LOCAL, origins=frozenset({"https://qa.example"}))
    assert knows_origin(rules, origin, "localhost:7860") is known


def basic(login: str) -> str:
    return "Basic " + base64.b64encode(login.encode()).decode()


@pytest.mark.parametrize(
    ("headers", "known"),
    [
        ([basic("ann:sésame")], True), ([basic("bob:b:c")], True), ([basic("ann:wrong")], False),
        ([basic("ann:")], False), ([], False), (["Basic"], False), (["Basic ???"], False),
        (["Bearer x"], False), ([basic("ann:sésame"), basic("ann:sésame")], False),
    ],
)  # fmt: skip
def test_logins(headers: list[str], known: bool) -> None:
    assert knows_login({"ann": "sésame", "bob": "b:c"}, headers) is known


@pytest.mark.parametrize(
    ("value", "named"),
    [
        ({"data": ["when?", 5]}, False),
        ({"data": [{"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}]}, True),
        ({"data": [[{"deep": [{"url": "http://169.254.169.254/"}]}]]}, True),
        ({"meta": {"_type": "x"}}, True),
        ("path", False),
    ],
)
def test_values_that_name_files(value: Any, named: bool) -> None:
    assert names_file(value) is named


async def _knock(
    rules: Rules, method: str, path: str, headers: dict[str, str], body: bytes
) -> tuple[int, bool, dict[str, str]]:
    reached = False
    sent: list[Any] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        nonlocal reached
        reached = True
        own = [(b"X-Frame-Options", b"ALLOWALL"), (b"x-own", b"1"), (b"x-own", b"2")]
        await send({"type": "http.response.start", "status": 200, "headers": own})
        await send({"type": "http.response.body", "body": (await receive())["body"]})

    async def receive() -> Any:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": method, "path": path,
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    await Guard(application, rules)(scope, receive, send)
    answered: dict[str, str] = {}
    for name, value in sent[0]["headers"]:
        before = answered.get(name.decode())
        answered[name.decode()] = (
            value.decode() if before is None else f"{before}, {value.decode()}"
        )
    return sent[0]["status"], reached, answered


def knock(
    method: str = "GET", path: str = "/", *, rules: Rules = LOCAL, body: bytes = b"", **headers: str
) -> tuple[int, bool, dict[str, str]]:
    """Send a request to a guard; return its status, whether it came through, and the headers."""
    given = {"host": "localhost:7860"}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    return asyncio.run(_knock(rules, method, path, given, body))


ASK = "/gradio_api/call/ask"


def test_a_request_of_the_page_itself_comes_through() -> None:
    status, reached, headers = knock("POST", ASK, origin="http://localhost:7860", body=b"{}")
    assert (status, reached) == (200, True)
    assert "script-src-attr 'none'" in headers["content-security-policy"]
    assert (headers["x-frame-options"], headers["x-own"]) == ("DENY", "1, 2")


@pytest.mark.parametrize(
    ("headers", "path", "expected"),
    [
        ({"host": "evil.example"}, "/", 403),
        ({"origin": "http://evil.example"}, ASK, 403),
        ({"origin": "null"}, ASK, 403),
        ({"sec_fetch_site": "cross-site"}, "/config", 403),
        ({"sec_fetch_site": "cross-site", "sec_fetch_mode": "no-cors"}, "/", 403),
        ({"content_length": "many"}, ASK, 413),
        ({"content_length": str(MAX_BODY_BYTES + 1)}, ASK, 413),
    ],
)
def test_refused_before_any_handler(headers: dict[str, str], path: str, expected: int) -> None:
    method = "POST" if path == ASK else "GET"
    status, reached, _ = knock(method, path, **headers)
    assert (status, reached) == (expected, False)


def test_a_refusal_is_a_line_of_text_under_the_same_policy() -> None:
    status, _, headers = knock("GET", "/nothing")
    assert (status, headers["content-type"]) == (404, "text/plain; charset=utf-8")
    assert headers["content-length"] == str(len(b"Nothing is here\n"))
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_names_of_headers_may_be_in_capitals() -> None:
    assert knock("POST", ASK, Origin="http://evil.example")[:2] == (403, False)
    assert knock("POST", ASK, HOST="evil.example")[:2] == (403, False)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"no json", 400),
        (b"[" * 100_000, 400),
        (b'{"data": [{"path": "/etc/passwd"}]}', 403),
        (b'{"data": [{"p\\u0061th": "/etc/passwd"}]}', 403),
        (b" " * (MAX_BODY_BYTES + 1), 413),
    ],
    ids=["not-json", "deep", "file", "escaped-file", "long"],
)
def test_bodies_that_are_refused(body: bytes, expected: int) -> None:
    status, reached, _ = knock("POST", ASK, body=body)
    assert (status, reached) == (expected, False)


def test_a_link_from_another_site_opens_the_page() -> None:
    assert knock(sec_fetch_site="cross-site", sec_fetch_mode="navigate")[0] == 200


def test_without_the_password_nothing_is_reached() -> None:
    rules = replace(LOCAL, logins={"ann": "sésame"})
    status, reached, headers = knock(rules=rules)
    assert (status, reached, headers["www-authenticate"][:5]) == (401, False, "Basic")
    assert knock(rules=rules, authorization=basic("ann:sésame"))[:2] == (200, True)


def test_a_wrong_password_is_logged_and_waits(caplog: pytest.LogCaptureFixture) -> None:
    async def guess() -> tuple[list[bool], list[float]]:
        guesses, clock = Guesses(seconds=0.05), time.monotonic
        started = clock()

        async def one(address: str) -> tuple[bool, float]:
            return await guesses.wait(address), clock() - started

        answers = await asyncio.gather(*(one("10.0.0.1") for _ in range(8)), one("10.0.0.2"))
        return [answer[0] for answer in answers], [answer[1] for answer in answers]

    answered, waited = asyncio.run(guess())
    assert answered == [True] * MAX_GUESSES + [False] * 3 + [True]
    assert all(later - earlier > 0.04 for earlier, later in pairwise(waited[:MAX_GUESSES]))
    assert waited[-1] < waited[1]
    assert caplog.messages == ["wrong password from 10.0.0.1"] * 5 + [
        "wrong password from 10.0.0.2"
    ]


def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    never = asyncio.Event()

    async def receive() -> Any:
        await never.wait()

    async def late() -> Any:
        waited = in_time(receive, 0.05, 10.0)
        first = await waited()
        return first, await asyncio.wait_for(in_time(receive, 10.0, 0.05)(), 5)

    gone = {"type": "http.disconnect"}
    assert asyncio.run(late()) == (gone, gone)


def test_who_says_nothing_is_sent_away(served: Served) -> None:
    """Some hundred connections that never said what they want kept everybody else out."""
    port, documents = urlsplit(served.url).port, served.call("status")["documents"]
    silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(MAX_CONNECTIONS)]
    try:
        silent[0].sendall(b"GET / HTTP/1.1\r\nHost: ")
        with closing(socket.create_connection(("127.0.0.1", port))) as late:
            late.settimeout(PATIENCE_SECONDS)
            assert late.recv(12) == b"HTTP/1.1 503"
        for one in silent:
            one.settimeout(PATIENCE_SECONDS)
            assert one.recv(1) == b""
        assert served.call("status")["documents"] == documents > 0
    finally:
        for one in silent:
            one.close()


def test_a_proxy_may_leave_its_path() -> None:
    rules = replace(LOCAL, root_path="/qa")
    assert knock("GET", "/qa/config", rules=rules)[0] == 200
    assert knock("GET", "/qa/gradio_api/file=/etc/passwd", rules=rules)[0] == 404


def test_mcp_may_have_paths_but_not_in_arguments() -> None:
    call: dict[str, Any] = {"method": "tools/call", "params": {"arguments": {"question": "a"}}}
    listed = {"method": "resources/read", "params": {"url": "x"}}
    assert knock("POST", "/gradio_api/mcp/", body=json.dumps(listed).encode())[0] == 200
    assert knock("POST", "/gradio_api/mcp/", body=json.dumps(call).encode())[0] == 200
    call["params"]["arguments"]["question"] = {"path": "/etc/passwd"}
    assert knock("POST", "/gradio_api/mcp/", body=json.dumps(call).encode())[0] == 403


def test_what_a_proxy_says_of_a_host_is_dropped(served: Served) -> None:
    """Gradio made addresses of it, and over MCP a client of its own went there."""
    forwarded = {"X_Forwarded_Host": "evil.example:99", "Forwarded": "host=evil.example"}
    status, body = send(served, "GET", "/config", **forwarded)
    assert (status, b"evil.example" in body) == (200, False)


def test_uploads_are_closed_unless_allowed() -> None:
    assert knock("POST", UPLOAD_PATH)[0] == 404
    rules = replace(LOCAL, uploads=True, max_upload_bytes=10)
    assert knock("POST", UPLOAD_PATH, rules=rules, body=b"not json")[0] == 200
    assert knock("POST", UPLOAD_PATH, rules=rules, content_length="11")[0] == 413
    assert not is_open_path("GET", UPLOAD_PATH, uploads=True)


#: Thirty ways out that Gradio's routes, or a careless one, could offer.
PROBES = [
    ("GET", "/gradio_api/file=/etc/passwd"),
    ("GET", "/gradio_api/file=../../../../etc/passwd"),
    ("GET", "/gradio_api/file=%2Fetc%2Fpasswd"),
    ("GET", "/gradio_api/file=file:///etc/passwd"),
    ("GET", "/gradio_api/file=http://127.0.0.1:22/"),
    ("GET", "/gradio_api/file=http://169.254.169.254/latest/meta-data/"),
    ("GET", "/gradio_api/file/etc/passwd"),
    ("GET", "/file=/etc/passwd"),
    ("GET", "/file/../../etc/passwd"),
    ("HEAD", "/gradio_api/file=/etc/passwd"),
    ("GET", "/gradio_api/proxy=http://127.0.0.1:22/"),
    ("GET", "/gradio_api/proxy=http://localhost/"),
    ("GET", "/gradio_api/proxy=https://huggingface.co/"),
    ("GET", "/proxy=http://169.254.169.254/"),
    ("HEAD", "/gradio_api/proxy=http://127.0.0.1/"),
    ("POST", "/gradio_api/upload"),
    ("POST", "/upload"),
    ("GET", "/gradio_api/upload_progress?upload_id=x"),
    ("GET", "/static/../../../../etc/passwd"),
    ("GET", "/static/%2e%2e/%2e%2e/%2e%2e/etc/passwd"),
    ("GET", "/static/..%2f..%2f..%2fetc%2fpasswd"),
    ("GET", "/assets/../../../../../etc/passwd"),
    ("GET", "/assets/..%5c..%5c..%5cetc%5cpasswd"),
    ("GET", "/svelte/../../../../etc/passwd"),
    ("GET", "/gradio_api/custom_component/x/client/component/../../../../../etc/passwd"),
    ("GET", "/gradio_api/stream/x/1/1/playlist.m3u8"),
    ("GET", "/gradio_api/stream/../../../etc/passwd/1/1/playlist-file"),
    ("GET", "/gradio_api/deep_link?session_hash=x"),
    ("POST", "/gradio_api/process_recording"),
    ("POST", "/gradio_api/vibe-edit"),
]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The page on the shipped document and another, with all that can be allowed."""
    folder = tmp_path_factory.mktemp("served")
    shutil.copytree(ROOT / "seeds", folder / "seeds")
    (folder / "seeds" / "bridge.txt").write_text(
        "The iron bridge\n\nThe bridge over the Ebro was opened in 1894 by Ann Miller.\n",
        encoding="utf-8",
    )
    with Served(folder, "--allow-upload", "--allow-remove") as page:
        page.wait_until_fresh()
        yield page


def send(
    served: Served, method: str, path: str, body: bytes | None = None, **headers: str
) -> tuple[int, bytes]:
    """Send a request as it is written, with no client that tidies the path."""
    host = served.url.removeprefix("http://").rstrip("/")
    connection = http.client.HTTPConnection(host, timeout=60)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, named)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


@pytest.mark.parametrize(("method", "path"), PROBES, ids=[f"{m} {p}" for m, p in PROBES])
def test_no_way_out(served: Served, method: str, path: str) -> None:
    """Each is answered by the guard: that Gradio refuses most of them too would prove nothing."""
    said = b"" if method == "HEAD" else b"Nothing is here\n"
    assert send(served, method, path) == (404, said)


def test_the_probes_are_thirty() -> None:
    assert len(set(PROBES)) == 30


@pytest.mark.parametrize(
    "source",
    ["../secret.txt", "sub/../../secret.txt", "/etc/hostname", "link.txt", "secret.txt", ""],
)
def test_only_sources_can_be_opened(service: Service, seeds: Path, source: str) -> None:
    (seeds.parent / "secret.txt").write_text("kept")
    (seeds / "link.txt").symlink_to(seeds.parent / "secret.txt")
    assert service.open_document("sub/bruecke.txt").text.startswith("Die neue Brücke")
    with pytest.raises(SourceError, match="no source"):
        service.open_document(source)


@pytest.mark.parametrize(
    "value",
    [
        {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}},
        {"url": "http://127.0.0.1:1/", "path": "x", "meta": {"_type": "gradio.FileData"}},
    ],
    ids=["path", "url"],
)
@pytest.mark.parametrize("path", ["call/ask", "call/v2/ask", "queue/join", "component_server"])
def test_no_file_comes_in_by_a_value(served: Served, path: str, value: dict[str, Any]) -> None:
    body = json.dumps({"data": [value], "question": value, "fn_index": 0, "session_hash": "s"})
    status, _ = send(served, "POST", f"/gradio_api/{path}", body.encode())
    assert status == 403


def test_foreign_requests_are_refused_by_the_page(served: Served) -> None:
    assert send(served, "GET", "/", Host="evil.example")[0] == 403
    assert send(served, "POST", ASK, b"{}", Origin="http://evil.example")[0] == 403


# -- the API -------------------------------------------------------------------------------------


def test_what_gradio_reads_of_the_endpoints(service: Service) -> None:
    """MCP calls a tool by the name of its function, a client a parameter by its name."""
    endpoints = make_endpoints(service, RuntimeError)
    filters = "count=5, pattern='', language='', since='', until=''"
    named = [re.sub(": (?:str|int)| (?==)|(?<==) ", "", str(signature(one))) for one in
             endpoints.values()]  # fmt: skip
    assert [one.__name__ for one in endpoints.values()] == list(endpoints)
    assert named == [
        f"(question, {filters}) -> 'dict[str, Any]'",
        f"(query, {filters}) -> 'dict[str, Any]'",
        "() -> 'dict[str, Any]'",
        "() -> 'dict[str, Any]'",
    ]
    assert "    until: Only documents dated on or before this ISO date." in (
        endpoints["search"].__doc__ or ""
    )


def test_an_endpoint_takes_values_by_order_and_by_name(service: Service) -> None:
    search = make_endpoints(service, RuntimeError)["search"]
    by_order = search("bridge", 1, "", "de")
    by_name = search(query="bridge", count=1, language="de")
    assert by_order | {"timings": None} == by_name | {"timings": None}
    assert [one["source"] for one in by_name["passages"]] == ["sub/bruecke.txt"]


def test_ask_is_the_contract_of_the_command_line(served: Served) -> None:
    answered = served.call("ask", "when did Alibaba join TOP?", 2, "", "", "", "")
    assert answered["answer"]["source"] == ARTICLE
    assert list(answered) == [
        "question", "answer", "answers", "confidence", "threshold", "candidates", "passages",
        "index", "timings", "notes",
    ]  # fmt: skip
    assert len(answered["passages"]) == 2
    text = (served.seeds / ARTICLE).read_text(encoding="utf-8")
    answer = answered["answer"]
    assert text[answer["start"] : answer["end"]] == answer["text"]


def test_search_reads_nothing_for_an_answer(served: Served) -> None:
    found = served.call("search", "iron bridge", 5, "", "en", "", "")
    assert (found["answer"], found["answers"]) == (None, [])
    assert [one["source"] for one in found["passages"]] == ["bridge.txt"]


def test_filters_of_the_api(served: Served) -> None:
    only = served.call("search", "bridge", 5, "000*", "", "", "")["passages"]
    assert {one["source"] for one in only} == {ARTICLE}
    assert served.call("search", "bridge", 5, "", "", "2030-01-01", "")["passages"] == []


def test_status_and_refresh(served: Served) -> None:
    before = served.call("status")
    done = served.call("refresh")
    assert (before["documents"], before["fresh"]) == (2, True)
    assert (done["generation"], done["indexed"]) == (before["generation"], 0)


@pytest.mark.parametrize(
    ("question", "count", "since", "message"),
    [
        ("", 5, "", "an empty question"),
        ("x" * 20_000, 5, "", "a question of 20,000 characters"),
        ("a", 0, "", "a count of 0"),
        ("a", 5, "soon", "as a date; expected one like 2020-01-31"),
    ],
)
def test_errors_of_the_api(
    served: Served, question: str, count: int, since: str, message: str
) -> None:
    with pytest.raises(AssertionError, match="event: error") as raised:
        served.call("ask", question, count, "", "", since, "")
    assert message in str(raised.value)


#: Ends by saying how many callers Gradio's queue remembers: of calls, and of messages.
COUNTED = (
    "import atexit, gc, sys; from seedqa import cli; atexit.register(lambda: print(*[len(kept)"
    " for one in gc.get_objects() if type(one).__module__ == 'gradio.queueing' for kept in"
    " (vars(one).get('pending_event_ids_session'), vars(one).get('pending_messages_per_session'))"
    " if kept is not None], file=sys.stderr));"
    " sys.exit(cli.main(sys.argv[1:]))"
)


def begin(page: Served) -> str:
    return str(page.post("gradio_api/call/v2/status", {})["event_id"])


def fetch(page: Served, event: str) -> bytes:
    return send(page, "GET", f"/gradio_api/call/status/{event}")[1]


def test_calls_that_are_over_are_forgotten(tmp_path: Path) -> None:
    """Gradio kept 4 KB of each of the last 2,000, and something of each there ever was."""
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    page = Served(tmp_path, start=COUNTED)
    for _ in range(MAX_CALLERS + 50):
        assert fetch(page, begin(page)).startswith(b"event: complete")
    code, kept = page.interrupt()
    assert (code, kept) == (0, "50 50\n")


def test_of_results_that_nobody_fetches_the_last_are_kept(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    page = Served(tmp_path, start=COUNTED)
    calls = [begin(page) for _ in range(MAX_CALLERS + 50)]
    assert fetch(page, calls[-1]).startswith(b"event: complete")
    assert page.interrupt() == (0, f"{MAX_CALLERS} {MAX_CALLERS}\n")


def test_a_call_that_waits_is_never_forgotten() -> None:
    queue: Any = SimpleNamespace(
        event_ids_to_events={"waiting": "event"}, pending_messages_per_session={}
    )
    forget_calls(queue)
    for caller in ["waiting", *map(str, range(3 * MAX_CALLERS))]:
        queue.pending_messages_per_session[caller] = "queue"
        queue.pending_event_ids_session[caller] = {caller}
    assert len(queue.pending_event_ids_session) == MAX_CALLERS
    assert list(queue.pending_event_ids_session)[:2] == ["waiting", str(2 * MAX_CALLERS + 1)]
    assert queue.pending_messages_per_session.keys() == queue.pending_event_ids_session.keys()


def test_twenty_users_get_their_own_answers(served: Served) -> None:
    questions = [
        ("when did Alibaba join TOP?", ARTICLE),
        ("who opened the Ebro bridge", "bridge.txt"),
    ]

    def ask(number: int) -> bool:
        question, source = questions[number % 2]
        answered = served.call("ask", question, 1, "", "", "", "")
        return bool(answered["question"] == question and answered["answer"]["source"] == source)

    with ThreadPoolExecutor(20) as users:
        assert all(users.map(ask, range(24)))


def upload(served: Served, name: str, data: bytes) -> tuple[int, Any]:
    from urllib.parse import quote

    status, body = send(served, "POST", f"{UPLOAD_PATH}?name={quote(name)}", data)
    return status, json.loads(body) if body.startswith(b"{") else None


def test_uploads_over_http(served: Served) -> None:
    before = sorted(os.listdir(served.seeds))
    assert upload(served, "../../outside.txt", b"A new document.") == (
        200,
        {"source": "outside.txt"},
    )
    assert upload(served, "a.exe", b"MZ")[0] == 422
    assert "damaged PDF" in upload(served, "a.pdf", b"none")[1]["error"]["found"]
    assert sorted(os.listdir(served.seeds)) == sorted([*before, "outside.txt"])
    assert not (served.seeds.parent / "outside.txt").exists()
    (served.seeds / "outside.txt").unlink()
    served.call("refresh")


def test_pdfs_are_opened_by_many_at_once(tmp_path: Path, encoder: ToyEncoder) -> None:
    """PDFium is not safe in threads."""
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    for number in range(4):
        pages = [f"Page {page} of document {number}." for page in range(20)]
        (seeds / f"{number}.pdf").write_bytes(make_pdf(*pages))
    location = Location(tmp_path / "index", seeds, None)
    with open_service(location, encoder, read_only=False) as service:

        def read(number: int) -> bool:
            return f"document {number % 4}." in service.open_document(f"{number % 4}.pdf").text

        with ThreadPoolExecutor(16) as users:
            assert all(users.map(read, range(48)))


# -- the service ---------------------------------------------------------------------------------


@pytest.fixture
def service(seeds: Path, tmp_path: Path, encoder: ToyEncoder) -> Iterator[Service]:
    location = Location(tmp_path / "index", seeds, None)
    with open_service(location, encoder, read_only=False) as service:
        yield service


def test_a_question_changes_nothing(service: Service, seeds: Path) -> None:
    before = service.ask("iron bridge").index.generation
    (seeds / "new.txt").write_text("An iron bridge too.")
    asked = service.ask("iron bridge")
    assert (asked.index.generation, asked.index.fresh) == (before, False)


def test_the_page_is_told_in_its_language(service: Service, seeds: Path, tmp_path: Path) -> None:
    (seeds / "empty.txt").touch()
    build_index(seeds, tmp_path / "index", ToyEncoder())

    def page(name: str, wanted: dict[str, Any]) -> Any:
        return run_action(name, service, PageOptions(), wanted)

    french, english = {"speaks": "fr"}, {"speaks": "en"}
    assert page("ask", french)["error"]["text"] == ("une question vide. Posez une question")
    assert page("ask", english)["error"]["text"] == ("an empty question. Ask a question")
    assert page("open_document", french | {"source": "x"})["error"]["language"] == "fr"
    assert page("remove", french)["error"]["text"].startswith("le retrait de documents")
    assert page("ask", french | {"question": "a", "count": "x"})["error"]["language"] == "fr"
    service.forget_status()
    skipped = [page("status", spoken)["skipped"] for spoken in (french, english, {})]
    assert skipped == [
        [{"source": "empty.txt", "reason": reason}]
        for reason in ("fichier vide", "empty file", "empty file")
    ]
    shutil.rmtree(seeds)
    service.forget_status()
    problem = page("status", french)["problem"]
    assert (problem["text"][:14], problem["language"]) == ("aucun dossier ", "fr")


class HeldEncoder(ToyEncoder):
    """Encodes no question until it is let go, so that questions wait."""

    def __init__(self) -> None:
        super().__init__()
        self.let_go = threading.Event()

    def encode_question(self, question: str) -> Vectors:
        assert self.let_go.wait(PATIENCE_SECONDS)
        return super().encode_question(question)


def test_one_question_too_many_is_turned_away(seeds: Path, tmp_path: Path) -> None:
    location, encoder = Location(tmp_path / "index", seeds, None), HeldEncoder()
    with open_service(location, encoder, read_only=False) as service:
        users = [
            threading.Thread(target=service.search, args=("iron bridge",))
            for _ in range(MAX_WAITING)
        ]
        for user in users:
            user.start()
        wait_until(lambda: service.waiting == MAX_WAITING)
        for ask in (service.ask, service.search, service.answer):
            with pytest.raises(ServiceBusy, match="64 questions are waiting"):
                ask("iron bridge")
        encoder.let_go.set()
        for user in users:
            user.join()
        assert service.waiting == 0
        assert service.search("iron bridge").passages[0].source == "bridge.txt"


def timeless(result: Result) -> Result:
    return replace(result, timings=Timings(0, 0, 0, 0))


def test_a_question_in_two_steps_is_answered_as_in_one(service: Service) -> None:
    first = service.search("when was the iron bridge opened", count=2)
    second = service.answer("when was the iron bridge opened", count=2)
    assert (first.answers, first.threshold) == ((), 0.0)
    assert timeless(second) == timeless(service.ask("when was the iron bridge opened", count=2))
    assert second.answers[0].text == "1894"


def test_an_answer_needs_no_search_before_it(service: Service) -> None:
    assert service.answer("when was the iron bridge opened").answers[0].text == "1894"


class CountingEncoder(ToyEncoder):
    """Counts the questions that it encodes."""

    questions = 0

    def encode_question(self, question: str) -> Vectors:
        self.questions += 1
        return super().encode_question(question)


def test_a_question_in_two_steps_is_encoded_once(seeds: Path, tmp_path: Path) -> None:
    location, encoder = Location(tmp_path / "index", seeds, None), CountingEncoder()
    with open_service(location, encoder, read_only=False) as service:
        service.search("iron bridge")
        service.answer("iron bridge")
        assert encoder.questions == 1


IRON, OAK = Asked("iron bridge", 5, Filters()), Asked("oak bridge", 5, Filters())


def test_a_search_is_found_again_by_all_that_was_asked(
    seeds: Path, tmp_path: Path, encoder: ToyEncoder
) -> None:
    searches = RecentSearches()
    location = Location(tmp_path / "index", seeds, None)
    with Pipeline.open(resolve(location), encoder=encoder) as pipeline:
        found = pipeline.find(IRON.question, count=IRON.count)
    searches.keep(IRON, found)
    assert searches.get(Asked("iron bridge", 5, Filters()), 1) is found
    others = [OAK, replace(IRON, count=4), replace(IRON, filters=Filters(language="en"))]
    assert [searches.get(other, 1) for other in others] == [None, None, None]
    assert (searches.get(IRON, 2), len(searches)) == (None, 0)


def test_of_searches_the_last_are_kept(seeds: Path, tmp_path: Path, encoder: ToyEncoder) -> None:
    searches, expired = RecentSearches(max_searches=2), RecentSearches(keep_seconds=0)
    location = Location(tmp_path / "index", seeds, None)
    with Pipeline.open(resolve(location), encoder=encoder) as pipeline:
        iron, oak = (
            pipeline.find(IRON.question, count=IRON.count),
            pipeline.find(OAK.question, count=OAK.count),
        )
    for asked, found in ((IRON, iron), (OAK, oak), (IRON, iron), (replace(OAK, count=1), oak)):
        searches.keep(asked, found)
    assert len(searches) == 2
    assert (searches.get(IRON, 1), searches.get(OAK, 1)) == (iron, None)
    expired.keep(IRON, iron)
    assert expired.get(IRON, 1) is None


def test_the_page_asks_in_two_steps(service: Service) -> None:
    wanted = {"question": "when was the iron bridge opened", "count": 2, "language": "en"}
    first, second = (
        run_action("ask", service, PageOptions(), wanted | {"read": read}) for read in (False, True)
    )
    assert (first["read"], first["answers"], second["read"]) == (False, [], True)
    assert [one["text"] for one in second["answers"]] == ["1894"]
    assert {one["source"] for one in first["passages"]} == {"bridge.txt"}


def test_documents_are_listed_without_those_left_out(service: Service, seeds: Path) -> None:
    (seeds / "empty.txt").touch()
    assert service.refresh().error is None
    assert run_action("documents", service, PageOptions(), {}) == [
        {"source": "bridge.txt", "title": "The iron bridge", "date": None, "language": "en",
         "size": 85},
        {"source": "pont.md", "title": "Le vieux pont", "date": "2021-03-03", "language": "fr",
         "size": 102},
        {"source": "sub/bruecke.txt", "title": "Die neue Brücke", "date": None, "language": "de",
         "size": 83},
    ]  # fmt: skip


def test_the_status_is_remembered_and_forgotten(service: Service, seeds: Path) -> None:
    assert "new.txt" not in service.status().changed
    (seeds / "new.txt").write_text("New.")
    assert "new.txt" not in service.status().changed
    service.forget_status()
    assert "new.txt" in service.status().changed


def test_a_read_only_page_changes_nothing(seeds: Path, tmp_path: Path, encoder: ToyEncoder) -> None:
    location = Location(tmp_path / "index", seeds, None)
    with open_service(location, encoder, read_only=True) as service:
        for change in (service.start_refresh, lambda: service.remove("bridge.txt")):
            with pytest.raises(UsageError, match="read-only"):
                change()
        with pytest.raises(UsageError, match="read-only"):
            service.upload("a.txt")
    assert (seeds / "bridge.txt").exists()


@pytest.mark.slow
def test_a_rebuild_that_fails_says_why(tmp_path: Path) -> None:
    rebuild = Rebuild(resolve(Location(tmp_path / "index", tmp_path / "missing", None)))
    rebuild.start()
    progress = rebuild.wait()
    assert progress.error is not None
    assert progress.error.found == f"no folder {tmp_path / 'missing'}"
    assert (progress.running, progress.report) == (False, None)


@pytest.mark.slow
def test_a_rebuild_that_is_killed_says_so_and_can_be_begun_again(
    tmp_path: Path, seeds: Path
) -> None:
    rebuild = Rebuild(resolve(Location(tmp_path / "index", seeds, None)))
    rebuild.start()
    (process,) = multiprocessing.active_children()
    process.kill()
    progress = rebuild.wait()
    assert progress.error is not None
    assert progress.error.found == "the rebuild ended by itself with -9"
    rebuild.start()
    assert rebuild.wait().report is not None


@pytest.mark.slow
def test_a_rebuild_leaves_nothing_doubtful(tmp_path: Path, seeds: Path) -> None:
    """A file written just before it was read proves nothing by its times, and was shown as changed
    until the next rebuild."""
    location = Location(tmp_path / "index", seeds, None)
    rebuild = Rebuild(resolve(location))
    rebuild.start()
    progress = rebuild.wait()
    assert progress.report is not None
    assert (len(progress.report.indexed), progress.report.unchanged) == (3, 0)
    from seedqa.index.status import read_status

    assert read_status(resolve(location)).fresh


# -- options -------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.9.9.9"])
def test_loopback_needs_no_login(host: str) -> None:
    assert make_rules(PageOptions(host=host)).logins == {}


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.9", "example.org"])
def test_another_host_needs_a_login(host: str) -> None:
    with pytest.raises(UsageError, match="without --auth"):
        make_rules(PageOptions(host=host))
    assert make_rules(PageOptions(host=host, auth="ann:secret")).any_address


def test_the_address_of_a_proxy_is_known() -> None:
    rules = make_rules(PageOptions(root_path="https://qa.example/seeds/"))
    assert knows_host(rules, "qa.example")
    assert (rules.origins, rules.root_path) == ({"https://qa.example"}, "/seeds")


def test_logins_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "logins"
    file.write_text("ann:sésame\n\nbob:b:c\n", encoding="utf-8")
    assert read_logins(str(file)) == {"ann": "sésame", "bob": "b:c"}


@pytest.mark.parametrize("auth", ["ann", "ann:", ":secret", ""])
def test_half_a_login(auth: str) -> None:
    with pytest.raises(UsageError, match="not a user and a password"):
        read_logins(auth)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "error"),
    [
        (
            ["--host", "0.0.0.0"],
            "--host 0.0.0.0 can be reached from other machines, without --auth",
        ),
        (["--read-only", "--allow-upload"], "--read-only with --allow-upload"),
        (["--auth", "ann"], "--auth has a line that is not a user and a password"),
        (["--host", "no.such.host.invalid", "--auth", "a:b"], "cannot listen on no.such.host"),
    ],
)
def test_errors_of_one_line(options: list[str], error: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    done = subprocess.run(
        [sys.executable, "-m", "seedqa.cli", "ui", *options],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith(f"seedqa: error: {error}")


def test_the_server_contacts_nobody(tmp_path: Path) -> None:
    """Gradio asks for its newest version, reports its use and loads themes, unless it is told."""
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    page = Served(tmp_path, "--mcp", start=WATCHED)
    page.call("ask", "when did Alibaba join TOP?", 1, "", "", "", "")
    page.wait_until_fresh()
    code, errors = page.interrupt()
    contacts = [line for line in errors.split("\n") if line and "'127.0.0.1', 0" not in line]
    assert (code, contacts) == (0, [])


def test_interrupted_is_how_it_ends(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    page = Served(tmp_path)
    assert page.interrupt() == (0, "")


def test_the_file_itself_opens_the_page(tmp_path: Path) -> None:
    """`python ui.py` is `seedqa ui`, and a rebuild can start from it."""
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    page = Served(tmp_path, script=ROOT / "ui.py")
    assert page.call("search", "cloud", 1, "", "", "", "")["passages"][0]["source"] == ARTICLE
    assert page.call("refresh")["documents"] == 1
    assert page.interrupt() == (0, "")


def test_a_port_that_is_taken(served: Served, tmp_path: Path) -> None:
    port = served.url.rstrip("/").rpartition(":")[2]
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    done = subprocess.run(
        [sys.executable, "-m", "seedqa.cli", "ui", "--port", port],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr == (
        f"seedqa: error: cannot listen on 127.0.0.1, port {port}: Address already in use. Name"
        " another one with --port\n"
    )


@pytest.mark.slow
def test_asking_on_the_command_line_does_not_load_the_page(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    code = (
        "import sys; from seedqa import cli; cli.main(['ask', 'when did Alibaba join TOP?']);"
        " print(sorted({'gradio', 'fastapi', 'starlette', 'uvicorn', 'seedqa.ui', 'seedqa.page'}"
        " & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.split("\n")[-2] == "[]"
