"""Quote a list whole: when a question asks for several things, or an answer only announces them.

Knows questions, passages and the spans of their entries; nothing of the index or of models.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from seedqa.index.lexical import folded_words, word_forms
from seedqa.index.patterns import lazy_pattern
from seedqa.index.reading_view import clip_edits, make_view, offset_in_view
from seedqa.index.sentences import split_sentences
from seedqa.retrieval.question import Question
from seedqa.retrieval.types import Passage
from seedqa.retrieval.wording.naming import question_names

Span = tuple[int, int]

#: How questions ask for several things, at their start, in the seven languages.
_SEVERAL = lazy_pattern(
    r"""(?ix) \W* (?:
    (?:and\ )?(?:who|what|which|where)\b[^?]{0,60}?\b(?:are|were)\b | (?:list|name)\ (?:the|all)\b
    | which\ (?:(?:two|three|four|five|six|\d+)\ )?\w+s(?<!ss)(?<!us)\b
    | who\ (?:sits\ on|is\ (?:on|in)|belongs\ to)\ the\b
    | qui\ (?:sont|étaient|furent|siège|fait\ partie)\b | quel(?:le)?s\b
    | (?:cite[zr]?|nomme[zr]?|énumére[zr]?)\b
    | (?:wer|was|wo)\ (?:sind|waren)\b | wer\ (?:sitzt|ist)\ i[mn]\b | wer\ gehört\b
    | welche[nr]?\b[^?]{0,60}?\b(?:sind|waren|gehören|werden|wurden|gibt|stehen|dürfen|müssen)\b
    | nenne[n]?\b
    | (?:quiénes|quienes|cuáles|cuales)\b | qué\ \w+s\b | que\ \w+(?:[ao]s|ções)\b
    | quién\ forma\ parte\b
    | (?:nombra|enumera)\b
    | (?:chi|cosa)\ sono\b | quali\b | chi\ fa\ parte\b | (?:elenca|nomina)\b
    | quem\ (?:são|eram|foram|faz\ parte)\b | quais\b | (?:liste|enumere)\b
    | (?:wie|wat)\ (?:zijn|waren)\b | wie\ zit(?:ten)?\ in\b | noem\b
    | welke\b[^?]{0,60}?\b(?:zijn|waren|worden|werden|horen|mogen|moeten|staan)\b
    )"""
)
_WHAT = lazy_pattern(
    r"(?i)\W*(?:what|que|qu['’]est-ce|qué|was|che|cosa|o que|o quê|wat)\b"
    r"(?!\s+(?:is|est|ist|es|è|é)\b)"
)
#: Verbs of questions that a list is not told with: "must bring" is "brings" above it.
_MUST = frozenset(("doit", "doivent", "debe", "deben", "deve", "devono", "devem", "moeten"))
_HOW_MANY = lazy_pattern(
    r"(?i)\W*(?:how (?:many|much)|combien|wie ?viele?|cu[aá]nt[oa]s?|quant[iaeo]s?|hoeveel)\b"
)
_HOW_TO = lazy_pattern(
    r"""(?ix) \W* (?: how\ (?:do|does|can|could|to|should|must|is|are)
    | wie\ (?:kann|können|muss|soll|wird|werden|geht|\w+t\ man|\w+e\ ich)
    | comment | c[oó]mo | come | hoe\ (?!veel|lang|oud|vaak|hoog|groot|ver) )\b"""
)
_NUMBERED = lazy_pattern(r"\(?(?:\d{1,2}|[a-z])[.)]\s")
#: What joins the last entry of an enumeration within a sentence.
_AND = r"(?:and|or|et|ou|und|oder|y|e|ed|o|en|of|sowie|as well as|ainsi que|&)"
_JOINT = lazy_pattern(rf"\s*(?:,\s*(?:{_AND}\s+)?|;\s*|\s{_AND}\s+)", re.IGNORECASE)
#: An entry of an enumeration has at most so many words.
MAX_ENTRY_WORDS = 6
#: An entry of at most so many words is a record, such as a name with an office.
MAX_RECORD_WORDS = 12
#: A longer line above a list is no heading.
MAX_HEADING_CHARS = 80
_NAMES_AT_END = lazy_pattern(
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
#: Words that say nothing but that something follows, folded.
_ANNOUNCEMENTS = """
    the these those following things items points steps below all
    les ces suivants suivantes suivant suivante choses objets points etapes elements affaires
    die diese diesen folgende folgenden folgendes dinge dingen sachen punkte schritte
    los las estos estas siguientes siguiente cosas objetos puntos pasos
    le i gli queste questi seguenti seguente cose oggetti punti passi
    os as estes estas seguintes seguinte coisas objetos pontos passos
    de het deze volgende dingen zaken spullen punten stappen
"""
_ANNOUNCING = frozenset(_ANNOUNCEMENTS.split())


def asks_for_several(question: str) -> bool:
    """Return whether a question asks for several things.

    >>> asks_for_several("Who are the members of the board?"), asks_for_several("Who wrote it?")
    (True, False)
    """
    return bool(_SEVERAL.match(question))


def asks_how_many(question: str) -> bool:
    """Return whether a question asks for a number."""
    return bool(_HOW_MANY.match(question))


def asks_how_to(question: str) -> bool:
    """Return whether a question asks how something is done.

    >>> asks_how_to("How do I install it?"), asks_how_to("How old is it?")
    (True, False)
    """
    return bool(_HOW_TO.match(question))


def names_number(text: str) -> bool:
    """Return whether there is a number in `text`, in figures or in words up to twelve."""
    return any(map(str.isdigit, text)) or any(
        word in _NUMBER_WORDS for word in re.findall(r"\w+", text.lower())
    )


def entries_around(passage: Passage, start: int, end: int, question: Question) -> tuple[Span, ...]:
    """Return the entries of the list that text[start:end] of a passage belongs to, if any.

    `start` and `end` are offsets into the passage's own text, as are the spans returned. The words
    run over several entries; or they are in one, and the question asks for several things or no
    word of it tells one entry from another; or they announce the entries.
    """
    several = asks_for_several(question.text)
    for entries in find_lists(passage):
        are_steps = asks_how_to(question.text) and _are_numbered(passage, entries)
        held = [entry for entry in entries if entry[0] < end and start < entry[1]]
        if len(held) > 1:
            return entries
        if held:
            if _telling_words(passage, entries, question)[entries.index(held[0])]:
                return ()
            is_whole = several or are_steps or _is_whole(passage, held[0], (start, end))
            return entries if is_whole else ()
        if end <= entries[0][0]:
            return entries if _announces(passage, (start, end), entries, question) else ()
    return ()


def find_lists(passage: Passage) -> list[tuple[Span, ...]]:
    """Return the lists of a passage: entries with nothing to read between them are of one list."""
    lists: list[list[Span]] = []
    for entry in passage.items:
        if lists and not read_span(passage, lists[-1][-1][1], entry[0]):
            lists[-1].append(entry)
        else:
            lists.append([entry])
    return [tuple(entries) for entries in lists]


def closed_entries(passage: Passage, question: Question) -> list[Span]:
    """Return the spans, in the reading view, of entries that no answer to a question may touch.

    If the question has a word that tells one short entry of a list from others, those others are
    closed: "Who is the treasurer?" leaves only the entry of the treasurer open.
    """
    if asks_for_several(question.text):
        return []
    closed: list[Span] = []
    for entries in find_lists(passage):
        texts = [read_span(passage, *entry) for entry in entries]
        if any(len(folded_words(text)) > MAX_RECORD_WORDS for text in texts):
            continue
        counts = [len(told) for told in _telling_words(passage, entries, question)]
        closed += [
            _in_view(passage, entry)
            for entry, count in zip(entries, counts, strict=True)
            if count < max(counts)
        ]
    return closed


def find_listed(question: Question, passage: Passage) -> Span | None:
    """Return the span, in the reading view, of the list that a question asks for.

    The sentence and the headings above the list have every topical word of the question, but for
    words that are nowhere in the index and name nothing: the list answers it, whatever is read.
    Where the question does not say that it asks for several things ("What must everyone bring?"),
    the sentence above the list must end in a colon.
    """
    several = asks_for_several(question.text)
    if passage.columns or not (several or _WHAT.match(question.text)):
        return None
    language = question.language
    wanted = set(question.topical) - (question.unknown - question_names(question)) - _MUST
    for entries in find_lists(passage):
        above = read_span(passage, 0, entries[0][0])
        sentences = split_sentences(above)
        lead = above[slice(*sentences[-1])] if sentences else ""
        if not several and not lead.endswith(":"):
            continue
        headings = [line for line in above.split("\n\n") if len(line) <= MAX_HEADING_CHARS]
        known = word_forms(passage.title, *passage.context, *headings, lead, language=language)
        if wanted and all(word_forms(word, language=language) & known for word in wanted):
            return _in_view(passage, whole_span(entries))
    return None


def _in_view(passage: Passage, span: Span) -> Span:
    """Return where the reading view has passage.text[span]."""
    start, end = (offset_in_view(passage.text, passage.edits, at) for at in span)
    return start, end


def read_span(passage: Passage, start: int, end: int) -> str:
    """Return passage.text[start:end] as it is read, trimmed."""
    edits = clip_edits(passage.edits, start, end)
    return make_view(passage.text[start:end], edits).text.strip()


def _are_numbered(passage: Passage, entries: Sequence[Span]) -> bool:
    return all(_NUMBERED.match(passage.text, start) for start, _ in entries)


def _is_whole(passage: Passage, entry: Span, words: Span) -> bool:
    """Return whether an entry is short and holds hardly more than these words.

    A number or an article may be before them. What follows them tells entries apart: "(chair)".
    """
    before = folded_words(read_span(passage, entry[0], words[0]))
    after = folded_words(read_span(passage, words[1], entry[1]))
    own = folded_words(read_span(passage, *words))
    return not after and len(before) <= 1 and len(own) + len(before) <= MAX_ENTRY_WORDS


def _telling_words(passage: Passage, entries: Sequence[Span], question: Question) -> list[set[str]]:
    """Return for each entry of a list the topical words of a question that tell it from others.

    Those are its words that are not in every entry, nor above the list.
    """
    language = question.language
    own = [word_forms(read_span(passage, *entry), language=language) for entry in entries]
    lead = read_span(passage, 0, entries[0][0])
    said = set.intersection(*own)
    said |= word_forms(passage.title, *passage.context, lead, language=language)
    topical = {word: word_forms(word, language=language) for word in question.topical}
    return [
        {word for word, forms in topical.items() if forms & known and not forms & said}
        for known in own
    ]


def _announces(passage: Passage, words: Span, entries: Sequence[Span], question: Question) -> bool:
    """Return whether words only announce a list: they are in the sentence that introduces it.

    The question asks for several things, or they say nothing by themselves ("the following"). If
    the question asks how many there are, words with a number answer it.
    """
    counts = asks_how_many(question.text)
    own = set(folded_words(read_span(passage, *words)))
    if not counts and not asks_for_several(question.text) and not own <= _ANNOUNCING:
        return False
    if counts and names_number(passage.text[slice(*words)]):
        return False
    sentences = split_sentences(passage.text[: entries[0][0]])
    return bool(sentences) and words[0] >= sentences[-1][0]


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
