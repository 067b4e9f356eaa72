"""The words that say where a passage is: in which file, and below which headings.

Knows passages; nothing of questions, of the index or of models.
"""

from __future__ import annotations

import re

from seedqa.retrieval.types import Passage


def words_where(passage: Passage) -> list[str]:
    """Return the words of a passage's source, context and date, in order."""
    stem = passage.source.rpartition(".")[0] or passage.source
    words: dict[str, None] = {}
    for part in (*re.split(r"[/_\s-]+", stem), *" ".join(passage.context).split()):
        word = part.strip(".,:;()[]«»\"'")
        if word:
            words[word] = None
    return list(words)
