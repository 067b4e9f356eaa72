"""Find what a code means where it is a heading: the first sentence below it.

Knows questions and passages; nothing of the index or of models.
"""

from __future__ import annotations

import re
from itertools import pairwise

from seedqa.index.lexical import folded_words
from seedqa.index.sentences import split_sentences
from seedqa.retrieval.naming import named_by
from seedqa.retrieval.question import Question
from seedqa.retrieval.types import Passage

#: How questions ask what something means, in the seven languages.
_MEANING = re.compile(
    r"""(?ix)\b(?:
    mean(?:s|ing)?|stands?\ for|signif(?:y|ies)|reports?|signals?
    | bedeut\w*|heißt|besagt|meldet|zeigt|steht\ für
    | signifie\w*|signification|veut\ dire|indique\w*|signale\w*|affiche
    | significa\w*|quiere\ decir|indica|señala|vuol\ dire|segnala|quer\ dizer|sinaliza
    | betekent|betekenis|wil\ zeggen|staat\ voor|meldt
    )\b"""
)
_WHAT_IS = re.compile(
    r"(?i)\W*(?:what(?: is|['’]s)|was ist|qu['’]est-ce|qué es|(?:che )?cos['’]è|o que é|wat is)\b"
)
#: A heading that names a code has at most so many words: "Error E-1047".
MAX_HEADING_WORDS = 4


def find_definition(question: Question, passage: Passage) -> tuple[int, int] | None:
    """Return the sentence below a heading that is the code whose meaning is asked.

    The span is one of the reading view.
    """
    named = named_by(question.text)
    if len(named) != 1 or passage.columns:
        return None
    code = "".join(folded_words(*named))
    others = [word for word in question.topical if word not in code]
    is_asked = _MEANING.search(question.text)
    if not is_asked and not (_WHAT_IS.match(question.text) and len(others) <= 1):
        return None
    text = passage.view.text
    sentences = split_sentences(text)
    for (start, end), below in pairwise(sentences):
        words = folded_words(text[start:end])
        is_line = text[end : below[0]].count("\n") > 0 and text[end - 1] not in ".!?"
        if is_line and len(words) <= MAX_HEADING_WORDS and code in "".join(words):
            sentence = text[slice(*below)].rstrip(" .")
            return below[0], below[0] + len(sentence)
    return None
