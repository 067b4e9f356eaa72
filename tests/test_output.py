"""What a terminal sees: marks, places, and nothing that a document could steer it with."""

from __future__ import annotations

import io
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from seedqa.index.build import Report, build_index
from seedqa.index.doctor import Finding
from seedqa.index.errors import SourceError
from seedqa.index.source import Excerpt
from seedqa.index.status import read_status
from seedqa.index.workspace import Location, resolve
from seedqa.output.contract import (
    error_json,
    excerpt_json,
    findings_json,
    rebuild_json,
    report_json,
    result_json,
    status_json,
)
from seedqa.output.progress import progress_bar
from seedqa.output.terminal import one_line, visible, write_result
from seedqa.retrieval.types import (
    Answer,
    IndexState,
    Item,
    Passage,
    Ranks,
    Result,
    ScoreParts,
    TableRow,
    Timings,
)
from support.toy import ToyEncoder


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def make_result(text: str = "It opened in 1894.", answered: bool = True) -> Result:
    passage = Passage(
        source="bridge.txt",
        title="The iron bridge",
        date="2021-03-03",
        language="en",
        start=10,
        end=10 + len(text),
        line_start=3,
        line_end=4,
        page=2,
        text=text,
        score=0.5,
        ranks=Ranks(1, None),
        stale=True,
        also_in=("copy.txt",),
        parts=ScoreParts(cosine=0.6, bm25=None, dense=0.18, lexical=0.0),
    )
    answer = Answer(
        "1894", "bridge.txt", 23, 27, 3, 0.75, "It opened in 1894.", 10, 28, "2021-03-03", offset=13
    )
    return Result(
        question="when?",
        answers=(answer,) if answered else (),
        confidence=0.75 if answered else 0.1,
        threshold=0.2,
        passages=(passage,),
        index=IndexState(4, "toy", 3, 7, False),
        timings=Timings(1.0, 2.0, 3.0, 4.0),
    )


def render(result: Result, stream: io.StringIO, explain: bool = False) -> str:
    write_result(result, stream, explain=explain, read=True)
    return stream.getvalue()


def test_plain_text_has_no_codes() -> None:
    assert render(make_result(), io.StringIO()) == (
        "1894\n"
        "It opened in 1894.\n"
        "bridge.txt:3, characters 23 to 27, likely, confidence 0.75\n"
        "\n"
        "1. bridge.txt:3-4 (page 2)  The iron bridge\n"
        "   en · 2021-03-03 · score 0.500 · changed since it was indexed · also in copy.txt\n"
        "   It opened in 1894.\n"
        "\n"
    )


def test_a_terminal_gets_the_answer_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "It opened in \x1b[1;33m1894\x1b[0m." in render(make_result(), Terminal())


def test_no_color_is_obeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in render(make_result(), Terminal())


def test_marks_go_on_over_wrapped_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    words = "word " * 40
    result = make_result(words.strip())
    whole = Answer(words.strip(), "bridge.txt", 10, 10 + 199, 3, 0.75, "", 10, 10)
    stream = Terminal()
    write_result(
        Result(**{name: getattr(result, name) for name in ("question", "confidence", "threshold",
               "passages", "index", "timings")}, answers=(whole,)),
        stream, explain=False, read=True,
    )  # fmt: skip
    lines = [line for line in stream.getvalue().split("\n") if line.startswith("   \x1b[1;33m")]
    assert len(lines) == 3
    assert all(line.endswith("\x1b[0m") for line in lines)


def test_a_search_that_matches_nothing() -> None:
    result = make_result()
    [passage] = result.passages
    far = replace(passage, parts=ScoreParts(cosine=0.21, bm25=None, dense=0.1, lexical=0.0))
    near = replace(passage, parts=ScoreParts(cosine=0.22, bm25=None, dense=0.1, lexical=0.0))
    word = replace(passage, parts=ScoreParts(cosine=None, bm25=0.1, dense=0.0, lexical=0.1))
    for passages, matches in (((far,), False), ((far, near), True), ((far, word), True)):
        shown = replace(result, passages=passages)
        assert shown.matches == matches
        stream = io.StringIO()
        write_result(shown, stream, explain=False, read=False)
        assert stream.getvalue().startswith("Nothing found. These passages") != matches
    assert not replace(result, passages=()).matches


def test_not_answered() -> None:
    text = render(make_result(answered=False), io.StringIO())
    assert text.startswith(
        "Not in your documents.\nConfidence 0.10, below 0.20. These passages come nearest:\n\n1. "
    )


def test_the_likeliest_words_of_an_unanswered_question(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are marked inside the passage and named below it, not set above it."""
    likeliest = make_result().answers[0]
    found = replace(make_result(answered=False), candidates=(replace(likeliest, confidence=0.15),))
    plain = render(found, io.StringIO())
    assert plain.index("No answer is sure enough.") < plain.index("   likeliest words: 1894 (0.15)")
    assert plain.count("1894") == 2
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[1;33m1894\x1b[0m" in render(found, Terminal())
    assert [one["text"] for one in result_json(found, explain=False)["candidates"]] == ["1894"]


def test_answers_that_disagree_are_each_shown_with_source_and_date() -> None:
    result = make_result()
    other = Answer("1901", "bridge.txt", 23, 27, 3, 0.4, "1901", 23, 27, "2021-03-03")
    text = render(replace(result, answers=(*result.answers, other)), io.StringIO())
    assert text.startswith(
        "Your documents give different answers.\n\n"
        "1894\nIt opened in 1894.\n"
        "bridge.txt:3, characters 23 to 27, likely, confidence 0.75, 2021-03-03\n\n"
        "1901\nbridge.txt:3, characters 23 to 27, unsure, confidence 0.40, 2021-03-03\n\n"
        "1. "
    )


def test_what_distinguishes_the_documents_is_in_brackets() -> None:
    result = make_result()
    [answer] = result.answers
    answers = tuple(replace(answer, differs_by=label) for label in ("2021-03-03", "version\n4"))
    text = render(replace(result, answers=answers), io.StringIO())
    assert "1894  (2021-03-03)\n" in text
    assert "1894  (version␊4)\n" in text
    assert ", 2021-03-03\n" in text.split("(version␊4)")[1]
    assert ", 2021-03-03\n" not in text.split("(version␊4)")[0]


def test_an_answer_from_a_table_has_its_row() -> None:
    result = make_result()
    [answer] = result.answers
    row = TableRow(("Bridge", "Year\x1b"), ("Ebro", "1894"))
    text = render(replace(result, answers=(replace(answer, table=row),)), io.StringIO())
    assert text.startswith("1894\n  Bridge  Ebro\n  Year␛   1894\nbridge.txt:3, ")


def test_a_list_is_shown_entry_by_entry() -> None:
    result = make_result()
    [answer] = result.answers
    items = (Item("Ann\tMiller", 10, 20), Item("1894", 23, 27))
    text = render(replace(result, answers=(replace(answer, items=items),)), io.StringIO())
    assert text.startswith("- Ann␉Miller\n- 1894\nbridge.txt:3, ")


@pytest.mark.parametrize(
    ("page", "page_to", "shown"),
    [(3, 3, " (page 3)"), (3, 4, " (pages 3-4)"), (3, None, " (page 3)")],
)
def test_the_pages_of_a_passage(page: int, page_to: int | None, shown: str) -> None:
    result = make_result()
    [passage] = result.passages
    passage = replace(passage, page=page, page_to=page_to)
    text = render(replace(result, passages=(passage,)), io.StringIO())
    assert f":3-4{shown}  The iron bridge\n" in text


def test_the_confidence_is_explained_also_where_it_is_too_low() -> None:
    evidence = {"margin": 0.25, "across": 0.0, "bias": -1.5}
    for answered in (True, False):
        result = replace(make_result(answered=answered), evidence=evidence)
        line = "log-odds -1.25: margin +0.25, bias -1.50\n\n1. "
        assert line in render(result, io.StringIO(), explain=True)
        assert "log-odds" not in render(result, io.StringIO())
        assert result_json(result, explain=True)["evidence"] == evidence
        assert "evidence" not in result_json(result, explain=False)


def test_what_the_reader_adds_is_explained() -> None:
    result = make_result()
    [passage] = result.passages
    passage = replace(passage, parts=replace(passage.parts, reader=0.0625))
    text = render(replace(result, passages=(passage,)), io.StringIO(), explain=True)
    assert " + lexical 0.000 + reader 0.062 · characters" in text


def test_explain() -> None:
    text = render(make_result(), io.StringIO(), explain=True)
    assert "   dense 0.180 (rank 1, cosine 0.600) + lexical 0.000 · characters 10 to 28\n" in text
    assert text.endswith("refresh 1 ms, encode 2 ms, search 3 ms, read 4 ms; generation 4\n")


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("a\x1b[31mb", "a␛[31mb"),
        ("bell\x07", "bell␇"),
        ("csi\x9b2J", "csi\\x9b2J"),
        ("del\x7f", "del\\x7f"),
        ("left\u202eright", "left\\u202eright"),
        ("a\rb", "a␍b"),
        ("tab\tand\nline", "tab\tand\nline"),
        ("\ud800", "\\ud800"),
    ],
    ids=["escape", "bell", "c1", "delete", "bidi", "return", "kept", "surrogate"],
)
def test_control_characters_are_made_visible(raw: str, shown: str) -> None:
    assert visible(raw) == shown


def test_names_stay_on_one_line() -> None:
    assert one_line("two\nlines\tand\x1b]0;title\x07") == "two␊lines␉and␛]0;title␇"


def test_hostile_text_reaches_no_terminal_raw(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    text = render(make_result("\x1b]2;owned\x07 \x9b31m \ue000 1894."), Terminal())
    assert not set(text) & {"\x1b", "\x07", "\x9b", "\ue000"}


def test_json_has_the_names_of_the_contract() -> None:
    value = result_json(make_result(), explain=False)
    assert list(value) == [
        "question", "answer", "answers", "confidence", "threshold", "candidates", "passages",
        "index", "timings",
    ]  # fmt: skip
    assert list(value["answer"]) == [
        "text", "source", "start", "end", "line", "confidence", "sentence", "sentence_start",
        "sentence_end", "offset", "date", "differs_by", "table", "items", "normalised",
    ]  # fmt: skip
    assert list(value["passages"][0]) == [
        "source", "title", "date", "language", "start", "end", "line_start", "line_end", "page",
        "page_to", "context", "text", "score", "ranks", "stale", "also_in",
    ]  # fmt: skip
    assert value["passages"][0]["ranks"] == {"dense": 1, "lexical": None}
    assert list(value["index"]) == ["generation", "model", "documents", "chunks", "fresh"]
    assert list(value["timings"]) == ["refresh_ms", "encode_ms", "search_ms", "read_ms"]
    assert result_json(make_result(answered=False), explain=False)["answer"] is None
    assert result_json(make_result(), explain=True)["passages"][0]["parts"]["cosine"] == 0.6


@pytest.fixture
def report(seeds: Path, tmp_path: Path, encoder: ToyEncoder) -> Report:
    (seeds / "empty.txt").touch()
    built = build_index(seeds, tmp_path / "index", encoder)
    return replace(built, seconds=1.23456, removed=("gone.txt",), notes=("a note",))


def test_a_report_as_json(report: Report, seeds: Path) -> None:
    assert report_json(report) == {
        "generation": 1,
        "seeds": str(seeds),
        "model": "toy",
        "documents": 3,
        "chunks": 3,
        "indexed": ["bridge.txt", "pont.md", "sub/bruecke.txt"],
        "unchanged": 0,
        "removed": ["gone.txt"],
        "skipped": [{"source": "empty.txt", "reason": "empty file"}],
        "embedded": 3,
        "reused": 0,
        "seconds": 1.235,
        "notes": ["a note"],
    }
    assert rebuild_json(report) == {
        "generation": 1,
        "documents": 3,
        "chunks": 3,
        "indexed": 3,
        "unchanged": 0,
        "removed": 1,
        "skipped": 1,
        "embedded": 3,
        "seconds": 1.235,
        "notes": ["a note"],
    }


def test_a_status_as_json(report: Report, seeds: Path, tmp_path: Path) -> None:
    status = read_status(resolve(Location(tmp_path / "index", None, None)))
    value = status_json(status)
    assert list(value) == [
        "index", "size", "seeds", "generation", "built", "model", "fingerprint", "documents",
        "chunks", "languages", "chunk_settings", "skipped", "duplicates", "fresh", "changed",
        "removed", "problem",
    ]  # fmt: skip
    assert (value["index"], value["seeds"]) == (str(tmp_path / "index"), str(seeds))
    assert value["languages"] == {"de": 1, "en": 1, "fr": 1}
    assert value["skipped"] == [{"source": "empty.txt", "reason": "empty file"}]
    assert (value["fresh"], value["changed"], value["problem"]) == (True, [], None)
    assert json.loads(json.dumps(value)) == value


def test_what_the_doctor_found_as_json() -> None:
    good, bad = Finding("database", True, "3 documents"), Finding("vectors", False, "missing")
    assert findings_json([good], ["made again"]) == {
        "ok": True,
        "repaired": ["made again"],
        "findings": [{"part": "database", "ok": True, "detail": "3 documents"}],
    }
    assert findings_json([good, bad], [])["ok"] is False


def test_an_excerpt_and_an_error_as_json() -> None:
    excerpt = Excerpt("notes.txt", 2, 12, "the second line")
    assert excerpt_json(excerpt) == {
        "source": "notes.txt", "line": 2, "start": 12, "text": "the second line",
    }  # fmt: skip
    error = SourceError("no source 'x'", "a source", "See the names")
    assert error_json(error) == {
        "found": "no source 'x'", "expected": "a source", "remedy": "See the names",
    }  # fmt: skip


def test_a_result_is_json_as_it_is() -> None:
    value = result_json(make_result(), explain=True)
    assert json.loads(json.dumps(value)) == value


def test_a_progress_bar_is_for_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    show = progress_bar(delay=0)
    show("reading", 1, 2)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    show = progress_bar(delay=0)
    show("reading", 1, 2)
    show("reading", 2, 2)
    show("embedding", 1, 1)
    shown = capsys.readouterr().err
    assert [phase for phase in ("reading:", "embedding:", "asking:") if phase in shown] == [
        "reading:",
        "embedding:",
    ]
