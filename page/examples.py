"""Draw questions from what is indexed, so that a person sees at once what can be asked.

Knows the store and words; nothing of how questions are answered.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from seedqa.index.store.rows import DocumentRow
from seedqa.index.store.store import Store

#: The document that ships, and the question that it all began with.
SHIPPED = "000_76e88c25fcffd226.txt"
SHIPPED_QUESTIONS = {
    "en": "when did Alibaba join TOP?",
    "fr": "Quand Alibaba a-t-il rejoint le programme TOP ?",
}
_OF_A_NAME = {"en": "What is said about {name}?", "fr": "Que dit-on de {name} ?"}
#: Documents looked at, and chunks of each: some milliseconds at any size.
_DOCUMENTS, _CHUNKS = 12, 4
#: Capitalised words within a sentence: not at its beginning, where any word may be.
_NAME = re.compile(
    r"(?<=[a-zà-ÿ,;] )(?:[A-ZÀ-Þ][a-zà-ÿ]{2,}|[A-Z]{2,6})(?: [A-ZÀ-Þ][a-zà-ÿ]{2,}){0,2}"
)


def example_questions(store: Store, language: str, count: int = 3) -> list[str]:
    """Return at most `count` questions in `language` ("en" or "fr") that the documents may answer.

    Every time the same for the same index, and from different documents where there are several.
    """
    rows = [row for row in store.documents() if row.status == "indexed"]
    questions = [SHIPPED_QUESTIONS[language]] if any(row.source == SHIPPED for row in rows) else []
    for row in _spread(rows):
        if len(questions) >= count:
            break
        new = (name for name in _names(store, row) if not any(name in one for one in questions))
        name = next(new, None)
        if name:
            questions.append(_OF_A_NAME[language].format(name=name))
    return questions


def _spread(rows: Sequence[DocumentRow]) -> Sequence[DocumentRow]:
    """Return some documents from the whole of the list; a single one several times."""
    if not rows:
        return ()
    step = max(1, len(rows) // _DOCUMENTS)
    chosen = rows[::step][:_DOCUMENTS]
    return [*chosen, *chosen, *chosen]


def _names(store: Store, row: DocumentRow) -> Iterator[str]:
    """Yield names in a document: the longer ones first, of like length the more frequent."""
    ids = store.chunk_ids([row.id])[:_CHUNKS]
    text = "\n".join(item.chunk.text for item in store.chunks(ids.tolist()).values())
    counts = Counter(match.group() for match in _NAME.finditer(text))
    yield from sorted(counts, key=lambda name: (-len(name.split()), -counts[name], name))
