"""Find what a code means: the first sentence below it, or what follows it on its line.

Knows questions and passages; nothing of the index or of models.
"""

from __future__ import annotations

import re

from seedqa.index.lexical import folded_words
from seedqa.index.sentences import split_sentences
from seedqa.retrieval.naming import named_by
from seedqa.retrieval.question import Question
from seedqa.retrieval.types import Passage

Span = tuple[int, int]

#: How questions ask what something means, in the seven languages.
_MEANING = re.compile(
    r"""(?ix)\b(?:
    mean(?:s|ing)?|stands?\ for|signif(?:y|ies)|reports?|signals?
    | bedeut\w*|heißt|besagt|meldet|zeigt|(?:wofür\ )?steht(?:\ für)?
    | signifie\w*|signification|veut\ dire|indique\w*|signale\w*|affiche|correspond
    | significa\w*|quiere\ decir|indica|señala|vuol\ dire|segnala|quer\ dizer|sinaliza
    | mostra|muestra
    | betekent|betekenis|wil\ zeggen|staat\b.{0,40}?\ voor|meldt|toont
    )\b"""
)
_WHAT_IS = re.compile(
    r"(?i)\W*(?:what(?: is|['’]s)|was ist|qu['’]est-ce|qué es|(?:che )?cos['’]è|o que é|wat is)\b"
)
#: How questions ask what is to be done about it instead, or when, who and where.
_OTHERWISE = re.compile(
    r"""(?ix) \b(?: (?:to|i|we|you|one|should|must)\ do | do\ (?:when|if)
    | tun | machen | unternehmen | hilft | faire | fais | hacer | hago | fare | faccio | fazer
    | faço | doen | doe | helpt )\b
    | \A\W* (?: when|who|whom|whose|how|where | wann|wer|wem|wo|wie | quand|qui|où|comment
    | cuándo|quién|dónde|cómo | quando|chi|dove|come | quem|onde|como | wanneer|wie|hoe )\b"""
)
#: A heading that names a code has at most so many words: "Error E-1047".
MAX_HEADING_WORDS = 4
#: What parts a code from its meaning on one line.
_PARTED = re.compile(r"\s*(?::|=|\s[-–—])\s+")


def find_definition(question: Question, passage: Passage) -> Span | None:
    """Return the sentence below a heading that is the code whose meaning is asked, or beside it.

    The span is one of the reading view.
    """
    named = named_by(question.text)
    if len(named) != 1 or passage.columns or not _asks_for_meaning(question, *named):
        return None
    code = "".join(folded_words(*named))
    text = passage.view.text
    sentences = split_sentences(text)
    for number, (start, end) in enumerate(sentences):
        line_end = _end_of_line(text, start)
        parted = _PARTED.search(text, start, min(end, line_end))
        if parted and _is_name_of(code, text[start : parted.start()]):
            return parted.end(), max(parted.end(), _without_stop(text, parted.end(), end))
        below = sentences[number + 1] if number + 1 < len(sentences) else None
        is_line = below and "\n" in text[end : below[0]] and text[end - 1] not in ".!?"
        if below and is_line and _is_name_of(code, text[start:end]):
            return below[0], _without_stop(text, *below)
    return None


def _asks_for_meaning(question: Question, named: str) -> bool:
    """Return whether a question asks what it names means; a year means nothing."""
    if not any(map(str.isalpha, named)) or _OTHERWISE.search(question.text):
        return False
    code = "".join(folded_words(named))
    others = [word for word in question.topical if word not in code]
    is_asked = _MEANING.search(question.text)
    return bool(is_asked or (_WHAT_IS.match(question.text) and len(others) <= 1))


def _is_name_of(code: str, words: str) -> bool:
    """Return whether some words name a code and hardly more: "Error E-1047"."""
    folded = folded_words(words)
    return len(folded) <= MAX_HEADING_WORDS and code in "".join(folded)


def _end_of_line(text: str, start: int) -> int:
    end = text.find("\n", start)
    return len(text) if end < 0 else end


def _without_stop(text: str, start: int, end: int) -> int:
    return start + len(text[start:end].rstrip(" ."))
