"""Find what the documents tell about a code or an article, by where they write it.

A code is told below it, where it is a heading, or after it on its line. Its first sentence says
what it means, the others what is to be done. Knows questions and passages; nothing of the index or
of models.
"""

from __future__ import annotations

from seedqa.index.lexical import fold, folded_words
from seedqa.index.patterns import lazy_pattern
from seedqa.index.sentences import split_sentences
from seedqa.retrieval.layout.tables import line_around
from seedqa.retrieval.question import Question
from seedqa.retrieval.types import Passage
from seedqa.retrieval.wording.naming import named_by

Span = tuple[int, int]

#: How questions ask what something means, in the seven languages.
_MEANING = lazy_pattern(
    r"""(?ix)\b(?:
    mean(?:s|ing)?|stands?\ for|signif(?:y|ies)|reports?|signals?
    | bedeut\w*|heißt|besagt|meldet|zeigt|(?:wofür\ )?steht(?:\ für)?
    | signifie\w*|signification|veut\ dire|indique\w*|signale\w*|affiche|correspond
    | significa\w*|quiere\ decir|indica|señala|vuol\ dire|segnala|quer\ dizer|sinaliza
    | mostra|muestra
    | betekent|betekenis|wil\ zeggen|staat\b.{0,40}?\ voor|meldt|toont
    )\b"""
)
_WHAT_IS = lazy_pattern(
    r"(?i)\W*(?:what(?: is|['’]s)|was ist|qu['’]est-ce|qué es|(?:che )?cos['’]è|o que é|wat is)\b"
)
#: How they ask what is to be done.
_REMEDY = lazy_pattern(
    r"""(?ix) \b(?: (?:to|i|we|you|one|should|must|can|be)\ do(?:ne)? | do\ (?:when|if)
    | tun | machen | unternehmen | hilft | faire | fais | hacer | hago | hace | fare | faccio
    | fazer | faço | faz | doen | doe | helpt )\b"""
)
#: How they ask when, who or where instead.
_OTHERWISE = lazy_pattern(
    r"""(?ix) \A\W* (?: when|who|whom|whose|how|where | wann|wer|wem|wo|wie | quand|qui|où|comment
    | cuándo|quién|dónde|cómo | quando|chi|dove|come | quem|onde|como | wanneer|wie|hoe )\b"""
)
#: How they ask what a part of a document says.
_SAYS = lazy_pattern(
    r"""(?ix) \b(?: says? | states? | provides? | steht | besagt | regelt | sagt | dit | prévoit
    | stipule | énonce | dice | establece | prevede | stabilisce | diz | estabelece | prevê
    | zegt | staat | bepaalt )\b"""
)
_PARTS = r"""
    § | sections? | articles? | paragraphs? | clauses? | rules? | points? | chapters?
    | artikel | paragraf | paragraph | abschnitt | absatz | ziffer | punkt | kapitel | regel
    | paragraphe | chapitre | règle | alinéa | artículo | sección | apartado | cláusula | punto
    | capítulo | regla | articolo | sezione | clausola | capitolo | regola | comma
    | artigo | secção | seção | ponto | regra | hoofdstuk | paragraaf | lid | punt
"""
_PART = lazy_pattern(
    rf"(?ix)(?<!\w)(?:{_PARTS})\.?\s*(?:n[o°º]\.?\s*)?(\d{{1,3}}[a-z]?)(?![\w.,]*\d)"
)
#: What a sentence has that tells how something is, rather than what to do.
_STATE = lazy_pattern(
    r"""(?ix)\b(?: is|are|was|were|has|have|been|no | ist|sind|war|waren|wurde|hat|kein\w*
    | est|sont|était|a\ été|ne|aucun\w* | es|está|están|son|fue|no|ningún
    | è|sono|era|stat[oaie]|non | é|são|está|estão|foi|não | zijn|werd|heeft|geen|niet )\b"""
)
#: A heading that names a code has at most so many words: "Error E-1047".
MAX_HEADING_WORDS = 4
#: What parts a code from its meaning on one line.
_PARTED = lazy_pattern(r"\s*(?:[:;=]|\s[-–—])\s+|[ \t]{2,}|\t")


def find_definition(question: Question, passage: Passage) -> Span | None:
    """Return the sentence, or sentences, that tell what is asked about a code or an article.

    Of a code that is the first sentence if its meaning is asked, and those after it if the question
    is what to do about it. The span is one of the reading view.
    """
    if passage.columns:
        return None
    if part := _part_asked(question, passage):
        told = _find_part(part, passage.view.text)
        return told[0] if told else None
    named = [name for name in named_by(question.text) if any(map(str.isalpha, name))]
    if len(named) != 1 or _OTHERWISE.search(question.text):
        return None
    code = "".join(folded_words(named[0]))
    if _REMEDY.search(question.text):
        return _find_remedy(code, passage.view.text)
    if not _asks_for_meaning(question, code):
        return None
    told = _find_code(code, passage.view.text)
    return told[0] if told else None


def _find_remedy(code: str, text: str) -> Span | None:
    """Return the sentences about a code, without the first if that tells a state."""
    told = _find_code(code, text)
    if len(told) < 2:
        return None
    first = told[1] if _STATE.search(text, *told[0]) else told[0]
    return first[0], told[-1][1]


def _asks_for_meaning(question: Question, code: str) -> bool:
    """Return whether a question asks what a code means."""
    others = [word for word in question.topical if word not in code]
    is_asked = _MEANING.search(question.text)
    return bool(is_asked or (_WHAT_IS.match(question.text) and len(others) <= 1))


def _part_asked(question: Question, passage: Passage) -> str | None:
    """Return the number of the article or the like of which the question asks what it says.

    None where it asks more: it has topical words that do not name the document.
    """
    found, says = _PART.search(question.text), _SAYS.search(question.text)
    if not found or not says or _OTHERWISE.search(question.text):
        return None
    named = folded_words("\n".join((found[0], says[0], *passage.context, passage.title)))
    return None if set(question.topical) - {*named} else found[1].lower()


def _find_code(code: str, text: str) -> list[Span]:
    """Return the sentences that tell about a code, best known by its heading or its line."""

    def names_code(words: str) -> bool:
        folded = folded_words(words)
        return len(folded) <= MAX_HEADING_WORDS and code in "".join(folded)

    sentences = split_sentences(text)
    for number, (start, end) in enumerate(sentences):
        _, line_end = line_around(text, start)
        parted = _PARTED.search(text, start, min(end, line_end))
        if parted and names_code(text[start : parted.start()]) and parted.end() < end:
            first = (parted.end(), _without_stop(text, parted.end(), end))
            return [first, *_sentences_until(line_end, sentences[number + 1 :], text)]
        below = _sentences_below(sentences, number, text)
        if below and names_code(text[start:end]):
            return below
    return []


def _find_part(number: str, text: str) -> list[Span]:
    """Return the sentences below the heading of an article or the like with this number."""
    sentences = split_sentences(text)
    for at, (start, end) in enumerate(sentences):
        heading = _PART.match(text, start, end)
        is_it = heading and fold(heading[1]) == number
        if is_it and (below := _sentences_below(sentences, at, text)):
            return below
    return []


def _sentences_below(sentences: list[Span], at: int, text: str) -> list[Span]:
    """Return the sentences of the paragraph below a line that is no sentence; else none."""
    _, end = sentences[at]
    following = sentences[at + 1 :]
    if not following or "\n" not in text[end : following[0][0]] or text[end - 1] in ".!?":
        return []
    paragraph = text.find("\n\n", following[0][0])
    return _sentences_until(len(text) if paragraph < 0 else paragraph, following, text)


def _sentences_until(limit: int, sentences: list[Span], text: str) -> list[Span]:
    return [(start, _without_stop(text, start, end)) for start, end in sentences if start < limit]


def _without_stop(text: str, start: int, end: int) -> int:
    return start + len(text[start:end].rstrip(" ."))
