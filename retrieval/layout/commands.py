"""Find the command that answers how something is done, in the code of a Markdown passage.

Knows passages and questions; nothing of the index.
"""

from __future__ import annotations

import re

from seedqa.index.lexical import folded_words
from seedqa.index.patterns import lazy_pattern
from seedqa.retrieval.layout.lists import asks_how_to
from seedqa.retrieval.question import Question
from seedqa.retrieval.types import Passage

_FENCED = lazy_pattern(
    r"^[ \t]*(?P<fence>`{3,}|~{3,})[^\n`]*\n(?P<code>.*?)\s*^[ \t]*(?P=fence)",
    re.DOTALL | re.MULTILINE,
)
_COMMENT = lazy_pattern(r"\s*(?:#|//|--|;)")


def command_around(
    passage: Passage, start: int, end: int, question: Question
) -> tuple[int, int] | None:
    """Return the span of the command that passage.text[start:end] belongs to, if any.

    Of a block of code that is the line with the most topical words of a question how something is
    done, comments aside; the whole block where no line has one.
    """
    if not asks_how_to(question.text):
        return None
    for block in _FENCED.finditer(passage.text):
        left, right = block.span("code")
        if not left <= start <= end <= right:
            continue
        best, most = (left, right), 0
        for line in re.finditer(r"[^\n]+", passage.text[left:right]):
            words = set(folded_words(line[0])) & set(question.topical)
            if len(words) > most and not _COMMENT.match(line[0]):
                best, most = (left + line.start(), left + line.end()), len(words)
        return best
    return None
