"""Find the version under whose heading a list of changes says what a question asks about.

Knows questions and passages; nothing of the index or of models.
"""

from __future__ import annotations

import re

from seedqa.index.lexical import word_forms
from seedqa.index.patterns import lazy_pattern
from seedqa.retrieval.question import Question
from seedqa.retrieval.types import Passage
from seedqa.retrieval.wording.asking import asks_version

Span = tuple[int, int]

#: A heading that is a version: "3.1.0 (27 October 2023)", "Version 2.4", "[1.0.0] - 2024-01-09".
_HEADING = lazy_pattern(
    r"\W*(?:(?:version|release|versión|versione|versão|versie)\s+)?v?(\d+(?:\.\d+)+[\w.-]*)(?![\w%])"
    r"\]?(?:\s*(?:[(,:–—-]|\d).*|\W*)\Z",
    re.IGNORECASE,
)
#: "Which version of Java": that of something else.
_OF = lazy_pattern(r"\s+(?:of|de|d['’]|du|des|von|der|vom|del|di|do|da|van)\b", re.IGNORECASE)
MAX_HEADING_CHARS = 60
#: What is done to something in a version, by the beginnings of words: what the question says of it,
#: the line must say too. What is new is often only listed.
_REMOVED = lazy_pattern(
    r"\b(?:remov|dropp?|deprecat|delet|entfern|entfall|supprim|retir|elimin|rimoss|verwijder)",
    re.IGNORECASE,
)
_FIXED = lazy_pattern(
    r"\b(?:fix|correct|solv|behob|korrig|repar|corrig|corregi|corrett|opgelost|verholpen)",
    re.IGNORECASE,
)
#: Words of a question that the line may lack: its verb.
MAY_LACK = 1


def find_version(question: Question, passage: Passage) -> Span | None:
    """Return the version in the heading above the one line that says what is asked, or None."""
    which = asks_version(question)
    if not which or passage.columns or _OF.match(question.text.partition(which)[2]):
        return None
    language = passage.language
    words = word_forms(which, language=language)
    asked = [
        forms
        for word in question.topical
        if not (forms := word_forms(word, language=language)) & words
    ]
    found: dict[Span, int] = {}
    version: Span | None = None
    start = 0
    for line in passage.view.text.split("\n"):
        heading = _HEADING.match(line)
        if heading and len(line) <= MAX_HEADING_CHARS and not line.rstrip().endswith("."):
            version = start + heading.start(1), start + heading.end(1)
        elif version and _does_the_same(question.text, line):
            known = word_forms(line, language=language)
            count = sum(bool(word & known) for word in asked)
            if count and count >= len(asked) - MAY_LACK:
                found[version] = max(count, found.get(version, 0))
        start += len(line) + 1
    best = [span for span, count in found.items() if count == max(found.values())]
    return best[0] if len(best) == 1 else None


def _does_the_same(asked: str, line: str) -> bool:
    """Return whether a line removes or mends something, if and only if the question says so."""
    return all(bool(kind.search(asked)) == bool(kind.search(line)) for kind in (_REMOVED, _FIXED))
