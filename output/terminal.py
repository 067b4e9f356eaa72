"""Write results for a user's terminal.

Makes control characters in documents visible, so that no document can control the terminal. Knows
values and streams; nothing of making values.
"""

from __future__ import annotations

import os
import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TextIO

from seedqa.index.patterns import lazy_pattern
from seedqa.retrieval.types import band_of

if TYPE_CHECKING:
    from seedqa.index.build import Report
    from seedqa.index.doctor import Finding
    from seedqa.index.status import Status
    from seedqa.retrieval.types import Answer, Passage, Result

#: C0 and C1 controls but tab and line feed, and the marks that reorder text on the screen.
_UNSAFE = lazy_pattern(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_BREAKS = lazy_pattern(r"[\t\n\u2028\u2029]")
WIDTH = 96


def visible(text: str) -> str:
    r"""Return `text` with control characters as pictures (␛) or escapes (\x9b)."""
    return _UNSAFE.sub(_picture, text)


def one_line(text: str) -> str:
    """Return `text` as one line: line feeds and tabs are made visible too."""
    return _BREAKS.sub(_picture, visible(text))


def _picture(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x20:
        return chr(0x2400 + code)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def show(text: str, stream: TextIO) -> str:
    """Return a document's text for `stream`: as it is into a file, made visible on a terminal."""
    return visible(text) if stream.isatty() else text


# -- results -----------------------------------------------------------------------------------


def write_result(result: Result, stream: TextIO, *, explain: bool, read: bool) -> None:
    """Write answer and passages."""
    paint = _Paint(stream)
    if not result.index.documents:
        print("There are no documents: seedqa status lists the skipped files.", file=stream)
        return
    if read:
        _write_answers(result, stream, paint)
        if explain and result.evidence:
            print(paint.faint(_explain_confidence(result)), end="\n\n", file=stream)
    if not result.passages:
        print("Nothing found.", file=stream)
    elif not read and not result.matches:
        print(
            paint.strong("Nothing found."), "These passages come nearest:", end="\n\n", file=stream
        )
    for number, passage in enumerate(result.passages, 1):
        _write_passage(number, passage, result, stream, paint, explain)
    if explain:
        spent = ", ".join(
            f"{name.removesuffix('_ms')} {milliseconds:.0f} ms"
            for name, milliseconds in asdict(result.timings).items()
        )
        print(paint.faint(f"{spent}; generation {result.index.generation}"), file=stream)


def _write_answers(result: Result, stream: TextIO, paint: _Paint) -> None:
    if not result.answers:
        found = "No answer is sure enough." if result.candidates else "Not in your documents."
        print(paint.strong(found), file=stream)
        near = " These passages come nearest:" if result.passages else ""
        print(
            paint.faint(f"Confidence {result.confidence:.2f}, below {result.threshold:.2f}.{near}"),
            end="\n\n",
            file=stream,
        )
    if len(result.answers) > 1:
        print(paint.strong("Your documents give different answers."), end="\n\n", file=stream)
    for answer in result.answers:
        label = f"  ({one_line(answer.differs_by)})" if answer.differs_by else ""
        text = "" if answer.items else paint.strong(one_line(answer.text))
        if text or label:
            print(f"{text}{paint.faint(label)}", file=stream)
        for line in _quote(answer, paint):
            print(line, file=stream)
        facts = [
            f"{one_line(answer.source)}:{answer.line}",
            f"characters {answer.start} to {answer.end}",
            f"{band_of(answer.confidence)}, confidence {answer.confidence:.2f}",
        ]
        if len(result.answers) > 1 and answer.date and answer.date != answer.differs_by:
            facts.append(answer.date)
        print(paint.faint(", ".join(facts)), end="\n\n", file=stream)


def _quote(answer: Answer, paint: _Paint) -> Iterable[str]:
    """Yield the lines that show where an answer stands: its row, its entries or its sentence."""
    if answer.table:
        cells = zip(answer.table.columns, answer.table.cells, strict=False)
        rows = [(one_line(column), one_line(cell)) for column, cell in cells]
        width = max((len(column) for column, _ in rows), default=0)
        yield from (f"  {column:<{width}}  {cell}" for column, cell in rows)
    elif answer.items:
        yield from (f"- {paint.strong(one_line(item.text))}" for item in answer.items)
    elif answer.sentence != answer.text:
        yield from _wrap(answer.sentence, answer.spans_in_sentence, paint)


def _write_passage(
    number: int,
    passage: Passage,
    result: Result,
    stream: TextIO,
    paint: _Paint,
    explain: bool,
) -> None:
    print(f"{number}. {paint.strong(_location(passage))}  {one_line(passage.title)}", file=stream)
    facts = [passage.language, passage.date, f"score {passage.score:.3f}"]
    facts += ["changed since it was indexed"] if passage.stale else []
    facts += [f"also in {', '.join(map(one_line, passage.also_in))}"] if passage.also_in else []
    print(paint.faint(f"   {' · '.join(fact for fact in facts if fact)}"), file=stream)
    if explain:
        print(paint.faint(f"   {_explain(passage)}"), file=stream)
    spans = [
        (answer.start - passage.start, answer.end - passage.start)
        for answer in result.answers or result.candidates
        if passage.holds(answer)
    ]
    for line in _wrap(passage.text, spans, paint):
        print(f"   {line}", file=stream)
    likeliest = [one for one in result.candidates if passage.holds(one)]
    if likeliest:
        words = ", ".join(f"{one_line(one.text)} ({one.confidence:.2f})" for one in likeliest)
        print(paint.faint(f"   likeliest words: {words}"), file=stream)
    print(file=stream)


def _location(passage: Passage) -> str:
    lines = str(passage.line_start)
    if passage.line_end != passage.line_start:
        lines += f"-{passage.line_end}"
    return f"{one_line(passage.source)}:{lines}{_pages(passage)}"


def _pages(passage: Passage) -> str:
    if not passage.page:
        return ""
    if (passage.page_to or passage.page) == passage.page:
        return f" (page {passage.page})"
    return f" (pages {passage.page}-{passage.page_to})"


def _explain_confidence(result: Result) -> str:
    """Return the log-odds as a sum, without terms that round to 0."""
    total = sum(result.evidence.values())
    shares = [f"{name} {share:+.2f}" for name, share in result.evidence.items() if round(share, 2)]
    return "\n".join(textwrap.wrap(f"log-odds {total:+.2f}: {', '.join(shares)}", WIDTH))


def _explain(passage: Passage) -> str:
    parts, ranks = passage.parts, passage.ranks
    dense = f"dense {parts.dense:.3f}"
    dense += f" (rank {ranks.dense or '-'}, cosine {parts.cosine:.3f})" if parts.cosine else ""
    lexical = f"lexical {parts.lexical:.3f}"
    lexical += f" (rank {ranks.lexical}, BM25 {parts.bm25:.2f})" if parts.bm25 else ""
    places = f" - places {-parts.places:.3f}" if parts.places else ""
    reader = f" + reader {parts.reader:.3f}" if parts.reader else ""
    return f"{dense} + {lexical}{places}{reader} · characters {passage.start} to {passage.end}"


def _wrap(text: str, spans: Sequence[tuple[int, int]], paint: _Paint) -> Iterable[str]:
    """Yield the lines of a text, wrapped, with `spans` of it marked."""
    # Private characters mark the spans while lines are wrapped, so that wrapping keeps them.
    text = re.sub("[\ue000\ue001]", "\ufffd", text)
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start]}\ue000{text[start:end]}\ue001{text[end:]}"
    is_open = False
    for paragraph in text.split("\n"):
        lines = textwrap.wrap(visible(paragraph), WIDTH, break_on_hyphens=False) or [""]
        for line in lines:
            marked = ("\ue000" if is_open else "") + line
            is_open = marked.rfind("\ue000") > marked.rfind("\ue001")
            yield paint.mark(marked + ("\ue001" if is_open else ""))


class _Paint:
    """ANSI styles for a terminal; none for other streams or if NO_COLOR is set."""

    def __init__(self, stream: TextIO) -> None:
        self._on = stream.isatty() and not os.environ.get("NO_COLOR")

    def strong(self, text: str) -> str:
        return f"\x1b[1m{text}\x1b[0m" if self._on else text

    def faint(self, text: str) -> str:
        return f"\x1b[2m{text}\x1b[0m" if self._on else text

    def mark(self, text: str) -> str:
        start, end = ("\x1b[1;33m", "\x1b[0m") if self._on else ("", "")
        return text.replace("\ue000", start).replace("\ue001", end)


# -- reports -----------------------------------------------------------------------------------


def write_report(report: Report, stream: TextIO) -> None:
    """Write the report of a build."""
    generation = report.generation
    print(
        f"{len(report.indexed)} indexed, {report.unchanged} unchanged, {len(report.removed)}"
        f" removed, {len(report.skipped)} skipped",
        file=stream,
    )
    for source in report.removed:
        print(f"  removed {one_line(source)}", file=stream)
    for file in report.skipped:
        print(f"  skipped {one_line(file.source)}: {one_line(file.reason)}", file=stream)
    print(
        f"{_plural(generation.documents, 'document')}, {_plural(generation.chunks, 'chunk')}"
        f" ({report.embedded} encoded, {report.reused} from the cache) in {report.seconds:.1f} s,"
        f" generation {generation.number}",
        file=stream,
    )
    if not generation.documents:
        print(f"Nothing to ask: no document in {one_line(generation.recipe.seeds)}", file=stream)


def write_status(status: Status, stream: TextIO) -> None:
    """Write the coverage of an index and whether it is fresh."""
    generation = status.generation
    languages = ", ".join(f"{code} {count}" for code, count in generation.languages.items())
    rows = {
        "seeds": one_line(generation.recipe.seeds),
        "index": f"{one_line(str(status.index))}, generation {generation.number},"
        f" {status.size / 2**20:.1f} MiB",
        "built": generation.built,
        "documents": f"{generation.documents} ({languages})" if languages else "none",
        "chunks": f"{generation.chunks}, of at most {generation.recipe.settings.size} characters",
        "model": f"{generation.recipe.model} ({generation.recipe.fingerprint[:8]})",
        "fresh": _describe_freshness(status),
    }
    for name, value in rows.items():
        print(f"{name + ':':<11}{value}", file=stream)
    for title, sources in (("changed", status.changed), ("deleted", status.removed)):
        for source in sources:
            print(f"  {title} {one_line(source)}", file=stream)
    for group in status.duplicates:
        print(f"  same content: {', '.join(map(one_line, group))}", file=stream)
    for row in status.skipped:
        print(f"  skipped {one_line(row.source)}: {one_line(row.reason)}", file=stream)


def _describe_freshness(status: Status) -> str:
    if status.problem:
        return f"unknown: {one_line(str(status.problem))}"
    if status.fresh:
        return "yes"
    return f"no, {len(status.changed)} changed, {len(status.removed)} deleted; run seedqa index"


def write_figures(figures: Mapping[str, Any], stream: TextIO) -> None:
    """Write the figures of an evaluation, one a line."""
    for name, value in figures.items():
        parts = value.items() if isinstance(value, dict) else ()
        several = ", ".join(f"{key} {'-' if one is None else one}" for key, one in parts)
        print(f"{name:<16}{several or value}", file=stream)


def write_findings(findings: Sequence[Finding], stream: TextIO) -> None:
    """Write the findings of the doctor."""
    for finding in findings:
        state = "ok" if finding.ok else "DAMAGED"
        print(f"{finding.part:<10}{state:<9}{one_line(finding.detail)}", file=stream)


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
