"""Quote a list whole: when a question asks for several things, or an answer only announces them.

Knows questions, passages and the spans of their entries; nothing of the index or of models.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from seedqa.index.lexical import folded_words
from seedqa.index.sentences import split_sentences
from seedqa.retrieval.question import Question
from seedqa.retrieval.types import Passage

Span = tuple[int, int]

#: How questions ask for several things, at their start, in the seven languages.
_SEVERAL = re.compile(
    r"""(?ix) \W* (?:
    (?:and\ )?(?:who|what|which|where)\b[^?]{0,60}?\b(?:are|were)\b | (?:list|name)\ (?:the|all)\b
    | which\ \w+s\b
    | qui\ (?:sont|étaient|furent)\b | quel(?:le)?s\b | (?:cite[zr]?|nomme[zr]?|énumére[zr]?)\b
    | (?:wer|was|wo)\ (?:sind|waren)\b
    | welche[nr]?\b[^?]{0,60}?\b(?:sind|waren|gehören|werden|gibt)\b
    | nenne[n]?\b
    | (?:quiénes|quienes|cuáles|cuales)\b | qué\ \w+s\b | (?:nombra|enumera)\b
    | (?:chi|cosa)\ sono\b | quali\b | (?:elenca|nomina)\b
    | quem\ (?:são|eram|foram)\b | quais\b | (?:liste|enumere)\b
    | (?:wie|wat)\ (?:zijn|waren)\b | welke\b[^?]{0,60}?\b(?:zijn|waren|worden|horen)\b | noem\b
    )"""
)
_HOW_MANY = re.compile(
    r"(?i)\W*(?:how (?:many|much)|combien|wie ?viele?|cu[aá]nt[oa]s?|quant[iaeo]s?|hoeveel)\b"
)
#: What joins the last entry of an enumeration within a sentence.
_AND = r"(?:and|or|et|ou|und|oder|y|e|ed|o|en|of|sowie|as well as|ainsi que|&)"
_JOINT = re.compile(rf"\s*(?:,\s*(?:{_AND}\s+)?|;\s*|\s{_AND}\s+)", re.IGNORECASE)
#: An entry of an enumeration has at most so many words.
MAX_ENTRY_WORDS = 6
_NAMES_AT_END = re.compile(
    r"[^\W\d_a-zß-ÿ][\w’'.-]*(?: (?:de|da|do|di|van|von|der|[^\W\d_a-zß-ÿ])[\w’'.-]*)*\Z"
)
_NUMBERS = """
    one two three four five six seven eight nine ten eleven twelve
    un une deux trois quatre cinq six sept huit neuf dix onze douze
    ein eine zwei drei vier fünf sechs sieben acht neun zehn elf zwölf
    uno dos tres cuatro cinco seis siete ocho nueve diez once doce
    due tre quattro cinque sei sette otto nove dieci undici dodici
    dois duas três quatro cinco seis sete oito nove dez onze doze
    een twee drie vier vijf zes zeven acht negen tien elf twaalf
"""
_NUMBER_WORDS = frozenset(_NUMBERS.split())


def asks_for_several(question: str) -> bool:
    """Return whether a question asks for several things.

    >>> asks_for_several("Who are the members of the board?"), asks_for_several("Who wrote it?")
    (True, False)
    """
    return bool(_SEVERAL.match(question))


def asks_how_many(question: str) -> bool:
    """Return whether a question asks for a number."""
    return bool(_HOW_MANY.match(question))


def names_number(text: str) -> bool:
    """Return whether there is a number in `text`, in figures or in words up to twelve."""
    return any(map(str.isdigit, text)) or any(
        word in _NUMBER_WORDS for word in re.findall(r"\w+", text.lower())
    )


def entries_around(passage: Passage, start: int, end: int, question: Question) -> tuple[Span, ...]:
    """Return the entries of the list that text[start:end] of a passage belongs to, if any.

    `start` and `end` are offsets into the passage's own text, as are the spans returned. The words
    are among the entries where the question asks for several things or no word of it tells one
    entry from another; or they announce the entries.
    """
    text, items = passage.text, passage.items
    if not items:
        return ()
    several = asks_for_several(question.text)
    inside = [(left, right) for left, right in items if left <= start and end <= right]
    if inside:
        is_any = _is_whole(text, inside[0], (start, end)) and not _tells_entries(passage, question)
        return items if several or is_any else ()
    announces = end <= items[0][0] and _announces(text, start, items[0][0])
    wants = several or asks_how_many(question.text)
    if announces and wants and not names_number(text[start:end]):
        return items
    return ()


def _is_whole(text: str, item: Span, words: Span) -> bool:
    """Return whether an entry is short and holds hardly more than these words."""
    entry = len(folded_words(text[slice(*item)]))
    return entry <= MAX_ENTRY_WORDS and entry - len(folded_words(text[slice(*words)])) <= 1


def _tells_entries(passage: Passage, question: Question) -> bool:
    """Return whether a topical word of the question is in an entry of the list."""
    known = {word for item in passage.items for word in folded_words(passage.text[slice(*item)])}
    return any(word in known for word in question.topical)


def _announces(text: str, start: int, first: int) -> bool:
    """Return whether words at `start` are in the sentence that introduces the list."""
    sentences = split_sentences(text[:first])
    return bool(sentences) and start >= sentences[-1][0]


def enumeration_around(text: str, start: int, end: int, bounds: Span) -> tuple[Span, ...]:
    """Return the entries of the enumeration within a sentence that text[start:end] belongs to.

    `bounds` is the span of the sentence. "Ann, Bob and Cy" has three entries; with fewer than two
    commas or conjunctions there is no enumeration. Entries are capitalised alike.
    """
    low, high = bounds
    joints = [found.span() for found in _JOINT.finditer(text, low, high)]
    if len(joints) < 2:
        return ()
    edges = [low, *(edge for joint in joints for edge in joint), high]
    parts = [(edges[at], edges[at + 1]) for at in range(0, len(edges), 2)]
    held = [at for at, (left, right) in enumerate(parts) if left < end and start < right]
    if not held:
        return ()
    capital = text[start].isupper()
    first, last = held[0], held[-1]
    while last + 1 < len(parts) and _is_entry(text, parts[last + 1], capital):
        last += 1
    while first > 1 and _is_entry(text, parts[first - 1], capital):
        first -= 1
    entries = [_without_stop(text, part) for part in parts[first : last + 1]]
    entries[0] = (start if held[0] == first else entries[0][0], entries[0][1])
    if first == 1 and capital and (lead := _names_at_end(text, parts[0])):
        entries.insert(0, lead)
    return tuple(entries) if len(entries) > 1 else ()


def _is_entry(text: str, part: Span, capital: bool) -> bool:
    words = text[slice(*part)].split()
    return 0 < len(words) <= MAX_ENTRY_WORDS and words[0][0].isupper() == capital


def _without_stop(text: str, part: Span) -> Span:
    return part[0], part[0] + len(text[slice(*part)].rstrip(" .;:!?\n"))


def _names_at_end(text: str, part: Span) -> Span | None:
    """Return the span of the capitalised words that end a part, None where there are none."""
    found = _NAMES_AT_END.search(text, *part)
    return found.span() if found else None


def whole_span(entries: Sequence[Span]) -> Span:
    """Return the span from the first entry to the last."""
    return entries[0][0], entries[-1][1]
