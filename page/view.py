"""Turn results and documents into the values that the page shows.

Texts become pieces with the names of their marks, never HTML: the page inserts each piece as text,
so that nothing in a file can become a tag. Knows nothing of searching, nor of Gradio.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from functools import cache
from itertools import pairwise
from typing import Any

from seedqa.index.lexical import find_words, folded_words, stemmed_words
from seedqa.index.store.rows import DocumentRow
from seedqa.index.types import Document
from seedqa.output.contract import answer_json, passage_json
from seedqa.retrieval.types import (
    Answer,
    Passage,
    Result,
    band_of,
)

Span = tuple[int, int, str]
"""Start, end and the name of a mark."""
Piece = list[str]
"""A text and the names of its marks, separated by spaces."""


def mark_spans(text: str, spans: Iterable[Span]) -> list[Piece]:
    """Cut `text` where marks begin and end; the pieces joined are the text again.

    Spans may overlap, and are cut at both ends of the text.

    >>> mark_spans("a big dog", [(2, 9, "answer"), (6, 9, "match")])
    [['a ', ''], ['big ', 'answer'], ['dog', 'answer match']]
    """
    inside = [
        (max(0, start), min(len(text), end), name)
        for start, end, name in spans
        if start < len(text) and end > 0 and start < end
    ]
    bounds = sorted({0, len(text)} | {bound for span in inside for bound in span[:2]})
    pieces = []
    for start, end in pairwise(bounds):
        names = sorted({name for left, right, name in inside if left <= start and end <= right})
        pieces.append([text[start:end], " ".join(names)])
    return pieces


def match_words(words: Sequence[str], text: str, language: str) -> list[Span]:
    """Return the words of `text` that the folded words of a question match, folded or stemmed."""
    folded, stems = set(words), {stem for word in words for stem in stemmed_words(word, language)}

    @cache
    def matches(word: str) -> bool:
        return not (
            folded.isdisjoint(folded_words(word))
            and stems.isdisjoint(stemmed_words(word, language))
        )

    return [(start, end, "match") for start, end, word in find_words(text) if matches(word)]


def view_result(result: Result, read: bool) -> dict[str, Any]:
    """Return a result as the page shows it; `read` says whether the passages were read."""
    return {
        "question": result.question,
        "read": read,
        "answers": [_view_answer(answer, result.passages) for answer in result.answers],
        "candidates": [answer_json(candidate) for candidate in result.candidates],
        "newest": _newest(result),
        "confidence": result.confidence,
        "threshold": result.threshold,
        "passages": [_view_passage(passage, result) for passage in result.passages],
        "index": asdict(result.index),
        "timings": asdict(result.timings),
        "notes": list(result.notes),
    }


def _newest(result: Result) -> int | None:
    """Return the answer, by its number, from a newer document than all others, if there is one."""
    homes = [_home(answer, result.passages) for answer in result.answers]
    dates = [(home.date if home else None) or "" for home in homes]
    newest = max(dates, default="")
    if len(dates) < 2 or not newest or dates.count(newest) > 1:
        return None
    return dates.index(newest)


def _home(answer: Answer, passages: Sequence[Passage]) -> Passage | None:
    """Return the passage that contains an answer; None if it is not among those shown."""
    return next((passage for passage in passages if passage.holds(answer)), None)


def _view_answer(answer: Answer, passages: Sequence[Passage]) -> dict[str, Any]:
    home = _home(answer, passages)
    return answer_json(answer) | {
        "sentence": mark_spans(
            answer.sentence, [(*span, "answer") for span in answer.spans_in_sentence]
        ),
        "whole": answer.text == answer.sentence,
        "title": home.title if home else answer.source,
        "date": home.date if home else None,
        "language": home.language if home else "und",
        "page": home.page if home else None,
        "page_to": home.page_to if home else None,
        "stale": home.stale if home else False,
        "band": band_of(answer.confidence),
        "passage": passages.index(home) if home else None,
    }


def _view_passage(passage: Passage, result: Result) -> dict[str, Any]:
    spans = match_words(result.words, passage.text, passage.language)
    inside = {
        name: [[one.start, one.end] for one in found if passage.holds(one)]
        for name, found in (("answer", result.answers), ("candidate", result.candidates))
    }
    for name, found in inside.items():
        spans += [(start - passage.start, end - passage.start, name) for start, end in found]
    return passage_json(passage, explain=True) | {
        "pieces": mark_spans(passage.text, spans),
        "answers": inside["answer"],
        "candidates": inside["candidate"],
    }


def view_document(
    document: Document, quote: str, start: int, marks: Iterable[Span]
) -> dict[str, Any]:
    """Return a whole document in pieces, with the passage `quote` and the `marks` in it.

    `start` and `marks` are offsets at the time of indexing. If the file has changed since, the
    passage is searched for; `found` is false if it is gone. Pages are pieces named `page` that have
    their number.
    """
    at = _find_nearest(document.text, quote, start)
    found = bool(quote) and at >= 0
    spans: list[Span] = []
    if found:
        spans.append((at, at + len(quote), "passage"))
        by = at - start
        spans += [(left + by, right + by, name) for left, right, name in marks]
    return {
        "source": document.source,
        "title": document.title,
        "date": document.date,
        "language": document.language,
        "found": found,
        "moved": found and at != start,
        "pieces": _pages(document, spans),
    }


def view_documents(documents: Iterable[DocumentRow]) -> list[dict[str, Any]]:
    """Return the indexed documents as the page lists them."""
    return [
        {
            "source": row.source,
            "title": row.title,
            "date": row.date,
            "language": row.language,
            "size": row.size,
        }
        for row in documents
    ]


def _find_nearest(text: str, quote: str, start: int) -> int:
    """Return the offset of `quote` nearest to `start`, or -1: a text may repeat it."""
    before = text.rfind(quote, 0, max(0, start) + len(quote))
    after = text.find(quote, max(0, start))
    if before < 0 or after < 0:
        return max(before, after)
    return before if start - before < after - start else after


def _pages(document: Document, spans: list[Span]) -> list[Piece]:
    """Return the pieces of a document, each page begun by a piece with its number."""
    bounds = [*document.page_starts, len(document.text)]
    if not document.page_starts:
        return mark_spans(document.text, spans)
    pieces = mark_spans(document.text[: bounds[0]], spans) if bounds[0] else []
    for number, (start, end) in enumerate(pairwise(bounds), 1):
        pieces.append([str(number), "page"])
        moved = [(left - start, right - start, name) for left, right, name in spans]
        pieces += mark_spans(document.text[start:end], moved)
    return pieces
