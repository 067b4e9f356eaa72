"""Make example questions from the indexed documents, so that a user sees what to ask.

Knows documents and words; nothing of answering.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from seedqa.index.listing import list_documents, read_beginnings
from seedqa.index.store.rows import DocumentRow
from seedqa.index.workspace import Workspace

#: The bundled document, and questions that it answers.
BUNDLED = "000_76e88c25fcffd226.txt"
BUNDLED_QUESTIONS = {
    "en": "when did Alibaba join TOP?",
    "fr": "Quand Alibaba a-t-il rejoint le programme TOP ?",
}
_OF_A_NAME = {"en": "What is said about {name}?", "fr": "Que dit-on de {name} ?"}
#: Documents read, and chunks of each: some milliseconds at any size.
_DOCUMENTS, _CHUNKS = 12, 4
#: Names taken from each document at most: a single document gives several questions.
_TURNS = 3
#: Capitalised words within a sentence; at its beginning any word is capitalised.
_NAME = re.compile(
    r"(?<=[a-zà-ÿ,;] )(?:[A-ZÀ-Þ][a-zà-ÿ]{2,}|[A-Z]{2,6})(?: [A-ZÀ-Þ][a-zà-ÿ]{2,}){0,2}"
)


def example_questions(workspace: Workspace, language: str, count: int = 3) -> list[str]:
    """Return at most `count` questions in `language` ("en" or "fr") that the documents may answer.

    The same index always gives the same questions, from different documents if there are several.
    """
    rows = list_documents(workspace)
    questions = [BUNDLED_QUESTIONS[language]] if any(row.source == BUNDLED for row in rows) else []
    chosen = _spread(rows)
    texts = read_beginnings(workspace, (row.id for row in chosen), _CHUNKS)
    for row in [*chosen] * _TURNS:
        if len(questions) >= count:
            break
        new = (name for name in _names(texts[row.id]) if not any(name in one for one in questions))
        name = next(new, None)
        if name:
            questions.append(_OF_A_NAME[language].format(name=name))
    return questions


def _spread(rows: Sequence[DocumentRow]) -> Sequence[DocumentRow]:
    """Return some documents from the whole of the list."""
    step = max(1, len(rows) // _DOCUMENTS)
    return rows[::step][:_DOCUMENTS]


def _names(text: str) -> Iterator[str]:
    """Yield names in a text: longer names first, then more frequent ones."""
    counts = Counter(match.group() for match in _NAME.finditer(text))
    yield from sorted(counts, key=lambda name: (-len(name.split()), -counts[name], name))
