"""Draw questions from what is indexed, so that a person sees at once what can be asked.

Knows the store and words; nothing of how questions are answered.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from index.store import DocumentRow, Store

#: The document that ships, and the question that it all began with.
SHIPPED = "000_76e88c25fcffd226.txt"
SHIPPED_QUESTIONS = {
    "en": "when did Alibaba join TOP?",
    "fr": "Quand Alibaba a-t-il rejoint le programme TOP ?",
}
#: Asked of a name; of a name and a year that stand in one sentence.
_OF_A_NAME = {"en": "What is said about {name}?", "fr": "Que dit-on de {name} ?"}
_OF_A_YEAR = {
    "en": "What happened to {name} in {year}?",
    "fr": "Que s’est-il passé en {year} pour {name} ?",
}
#: Documents looked at, and chunks of each: some milliseconds at any size.
_DOCUMENTS, _CHUNKS = 12, 4
#: Two or three capitalised words within a sentence: not at its beginning, where all are.
_NAME = re.compile(
    r"(?<=[a-zà-ÿ,;] )(?:[A-ZÀ-Þ][a-zà-ÿ]{2,}|[A-Z]{2,5})(?: [A-ZÀ-Þ][a-zà-ÿ]{2,}){0,2}"
)
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")


def example_questions(store: Store, language: str, count: int = 3) -> list[str]:
    """Return at most `count` questions in `language` ("en" or "fr") that the documents may answer.

    Every time the same for the same index, and from different documents where there are several.
    """
    rows = [row for row in store.documents() if row.status == "indexed"]
    questions = [SHIPPED_QUESTIONS[language]] if any(row.source == SHIPPED for row in rows) else []
    seen: set[str] = set()
    for row in _spread(rows):
        if len(questions) >= count:
            break
        for name, year in _names(store, row):
            if name.casefold() in seen or any(name in question for question in questions):
                continue
            seen.add(name.casefold())
            form = _OF_A_YEAR if year else _OF_A_NAME
            questions.append(form[language].format(name=name, year=year))
            break
    return questions


def _spread(rows: Sequence[DocumentRow]) -> Sequence[DocumentRow]:
    """Return some documents from the whole of the list; a single one several times."""
    if not rows:
        return ()
    step = max(1, len(rows) // _DOCUMENTS)
    chosen = rows[::step][:_DOCUMENTS]
    return [*chosen, *chosen, *chosen]


def _names(store: Store, row: DocumentRow) -> Iterator[tuple[str, str | None]]:
    """Yield names of a document, those named most often first, each with a year beside it."""
    ids = store.chunk_ids([row.id])[:_CHUNKS]
    text = " ".join(item.chunk.text for item in store.chunks(ids.tolist()).values())
    counts = Counter(match.group() for match in _NAME.finditer(text))
    for name, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        at = text.find(name)
        year = _YEAR.search(text, max(0, at - 80), at + len(name) + 80)
        yield name, year.group() if year else None
