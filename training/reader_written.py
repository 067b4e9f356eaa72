"""Make examples of the documents and questions that were written for the reader.

`written/documents` has made-up documents as people have them, `questions.tsv` their questions: name
of the file, language of the question, question, and the answer word for word, or `-` where there is
none. Where several words are alike, the line has words around the answer, and it is in `[[...]]`.
`written/joined` has prose in the same form: what is asked about is named in another sentence than
the answer. `written/plain` has short texts, most asked in plain words about one sentence,
`written/articles` longer prose, and `written/entries` paragraphs as encyclopaedias have them, half
of whose questions look as if they had an answer and have none. `written/records` has price lists,
tariffs and rules, nearly half of whose questions ask for a row or a property that is not there, and
`written/phrases` prose whose answers are often a clause.
`written/passages.tsv` has questions over passages of the data folder, which are named by their
digest: language and question, then where the answer starts and ends, or `-`. Documents are read and
cut as `seedqa index` does it. Knows nothing of models.
"""

from __future__ import annotations

import hashlib
import logging
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from seedqa.index.chunking import split_document
from seedqa.index.documents.read import read_document
from seedqa.index.lexical import folded_words
from seedqa.index.reading_view import ReadingView, make_view, offset_in_view, reader_context
from seedqa.index.sections import name_context
from seedqa.index.types import DEFAULT_SETTINGS, Chunk, ChunkSettings, Document, FoundFile
from training.encoder_data import read_json_lines
from training.reader_data import CHUNK_OVERLAP, CHUNK_SIZES, Example, Row

logger = logging.getLogger(__name__)

WRITTEN = Path(__file__).resolve().parent / "written"
DOCUMENTS = WRITTEN / "documents"
#: The folders of all other texts, by what their examples are called.
WRITTEN_FOLDERS = {
    "joined": WRITTEN / "joined",
    "plain": WRITTEN / "plain",
    "article": WRITTEN / "articles",
    "entry": WRITTEN / "entries",
    "record": WRITTEN / "records",
    "phrase": WRITTEN / "phrases",
}
NONE = "-"
#: Every so-many-th document is set aside.
HELD_OUT = 9
#: How often each document is cut, the first time as it ships.
CUTS = 3
#: Chunks of the same document that do not answer a question which the document answers, and
#: which it does not: those that share most words with it.
OTHERS, NEAREST = 1, 2
#: Parts of the data folder whose passages questions were written over.
_PASSAGES = ("passages.jsonl.xz", "qa/extractive-more.jsonl.xz", "qa/extractive-train.jsonl.xz")
_GLUE = re.compile(r"[\s|*]+")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question over a document, and the answer as it is written down."""

    file: str
    language: str
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A chunk as the reader is shown it."""

    chunk: Chunk
    view: ReadingView
    above: str

    def find(self, start: int, end: int) -> tuple[int, int] | None:
        """Return where text[start:end] of the document is in the view; None where it is not."""
        low, high = start - self.chunk.start, end - self.chunk.start
        chunk = self.chunk
        first, last = (offset_in_view(chunk.text, chunk.edits, at) for at in (low, high - 1))
        return (first, last + 1) if self.view.locate(first, last + 1) == (low, high) else None


def digest_of(text: str) -> str:
    """Return what names a passage of the data folder."""
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def read_asked(folder: Path = DOCUMENTS) -> list[Asked]:
    """Return the questions over the documents of a folder."""
    lines = (folder / "questions.tsv").read_text(encoding="utf8").splitlines()
    return [Asked(*line.split("\t")) for line in lines]


def is_aside(file: str) -> bool:
    """Return whether a document is set aside."""
    return sum(file.encode()) % HELD_OUT == 0


def written_aside(folder: Path = DOCUMENTS) -> list[str]:
    """Return the documents that are set aside."""
    return sorted(file.name for file in folder.glob("*.md") if is_aside(file.name))


def find_answers(text: str, answer: str) -> list[tuple[int, int]]:
    """Return each place in a text where an answer is, as a line of `questions.tsv` has it.

    >>> find_answers("| Tuesday | 9:00 | 17:00 |", "Tuesday | [[9:00]]")
    [(12, 16)]
    """
    before, opened, rest = answer.partition("[[")
    inside, _, after = rest.partition("]]") if opened else (answer, "", "")
    before = before if opened else ""
    parts = [_pattern(before), f"({_pattern(inside)})", _pattern(after)]
    pattern = r"[\s|*]*".join(part for part in parts if part)
    return [match.span(1) for match in re.finditer(pattern, text)]


def _pattern(words: str) -> str:
    return r"[\s|*]+".join(re.escape(word) for word in _GLUE.split(words) if word)


@lru_cache(maxsize=4096)
def read_written(path: Path) -> Document:
    """Return a written document as `seedqa index` reads it."""
    return read_document(FoundFile(path.name, str(path), path.stat().st_size, 0, 0, 0))[1]


def show_chunks(document: Document, settings: ChunkSettings) -> list[Shown]:
    """Return the chunks of a document as the reader is shown them."""
    names = name_context(document.source, document.title)
    shown = []
    for chunk in split_document(document, settings):
        view = make_view(chunk.text, chunk.edits)
        shown.append(Shown(chunk, view, reader_context((*names, *chunk.context), view.text)))
    return shown


def document_examples(
    chance: random.Random,
    folder: Path = DOCUMENTS,
    name: str = "document",
    *,
    aside: bool = False,
) -> Iterator[Example]:
    """Yield the questions over the documents, or those of the documents set aside, each cut once.

    Kinds are `name` with an answer, "`name` other" over another chunk of a document that answers,
    and "`name` none" over a document that does not.
    """
    by_file: dict[str, list[Asked]] = defaultdict(list)
    for asked in read_asked(folder):
        if is_aside(asked.file) == aside:
            by_file[asked.file].append(asked)
    for file, questions in sorted(by_file.items()):
        document = read_written(folder / file)
        for number in range(1 if aside else CUTS):
            size = chance.choice(CHUNK_SIZES)
            settings = ChunkSettings(size, CHUNK_OVERLAP) if number else DEFAULT_SETTINGS
            shown = show_chunks(document, settings)
            for asked in questions:
                yield from _examples_of(name, asked, document, shown)


def _examples_of(
    name: str, asked: Asked, document: Document, shown: Sequence[Shown]
) -> Iterator[Example]:
    def example(one: Shown, kind: str, start: int = 0, end: int = 0) -> Example:
        return Example(
            asked.question,
            one.view.text,
            start,
            end,
            kind,
            above=one.above,
            title=document.title,
            language=document.language,
            asked=asked.language,
        )

    near = sorted(shown, key=lambda one: -_shared(asked.question, one))
    if asked.answer == NONE:
        yield from (example(one, f"{name} none") for one in near[:NEAREST])
        return
    places = find_answers(document.text, asked.answer)
    holding = {
        number: span
        for number, one in enumerate(near)
        for start, end in places
        if one.chunk.start <= start and end <= one.chunk.end and (span := one.find(start, end))
    }
    if not holding:
        return
    nearest = min(holding)
    yield example(near[nearest], name, *holding[nearest])
    words = " ".join(_GLUE.split(document.text[slice(*places[0])]))
    others = [
        one
        for number, one in enumerate(near)
        if number not in holding and words not in one.view.text
    ]
    yield from (example(one, f"{name} other") for one in others[:OTHERS])


def _shared(question: str, one: Shown) -> int:
    return len(set(folded_words(question)) & set(folded_words(f"{one.above} {one.view.text}")))


def passage_rows(data: Path, path: Path = WRITTEN / "passages.tsv") -> list[Row]:
    """Return the questions over passages of the data folder; those over others are left out."""
    rows, lost = [], 0
    passages = {
        digest_of(row.get("text") or row["context"]): row
        for name in _PASSAGES
        for row in read_json_lines(data / name)
    }
    for line in path.read_text(encoding="utf8").splitlines():
        key, language, question, place = line.split("\t")
        row = passages.get(key)
        if row is None:
            lost += 1
            continue
        text = row.get("text") or row["context"]
        answers: tuple[tuple[int, str], ...] = ()
        if place != NONE:
            start, end = map(int, place.split(":"))
            answers = ((start, text[start:end]),)
        rows.append(Row(question, text, row["title"], answers, row["lang"], "written", language))
    if lost:
        logger.warning("%d questions are over passages that the data folder does not have", lost)
    return rows
