"""The candidates of a question: dense and lexical search over one generation, chunk ids only.

Knows a store's `Reading` and the words of a question; nothing of text, nor of how both lists are
joined.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from seedqa.index.documents.dates import month_names
from seedqa.index.lexical import stemmed_words
from seedqa.index.patterns import lazy_pattern
from seedqa.index.stopwords import STOP_WORDS
from seedqa.index.store.protocol import Hits, Reading, Term, Vector
from seedqa.index.types import Filters
from seedqa.retrieval.question import Question
from seedqa.retrieval.wording.naming import question_names

#: Candidates that each search gives. docs/log/retrieval.md: recall@5 of the joined list is the
#: same from 50 on.
DEPTH = 100
#: A word in more chunks than this share, and than `MIN_FREQUENT`, says little and costs much.
FREQUENT_SHARE = 0.1
MIN_FREQUENT = 1_000
#: Rows of the words table that one question may score, rarest words first: about 1 µs each.
MAX_POSTINGS = 40_000
MAX_TERMS = 64
#: A word that is no name says where to look if this many times more titles and headings have it
#: than texts (docs/log/retrieval.md).
PLACE_SHARE = 2
#: The weight in BM25 of a word in where a passage belongs: its title, headings, file's name.
CONTEXT_WEIGHT = 0.5
#: Weights of the columns in BM25; docs/log/retrieval.md.
COLUMN_WEIGHTS: Mapping[str, float] = {
    "folded": 1.0,
    "stems": 1.0,
    "context_folded": CONTEXT_WEIGHT,
    "context_stems": CONTEXT_WEIGHT,
}
#: The greatest factor that BM25 (k1 = 1.2) puts on the weight of a word.
BM25_CEILING = 2.2
#: A chunk that has every word has it in the columns `folded` and `stems`.
TEXT_COLUMNS = 2
#: A code: few letters, then some digits; "e1047", "din4102".
_CODE = lazy_pattern(r"([a-z]{1,4})(\d{2,})")
#: A number of so many digits may be written in parts: "1,262,507", "+49 30 901820".
MIN_PARTED, MAX_PARTED = 5, 16
_LETTERS, _DIGITS = lazy_pattern(r"[a-z]{1,4}"), lazy_pattern(r"\d{2,}")
#: In an index of at most this many chunks words are weighed as Lucene does. FTS5 gives a word in
#: half of the chunks no weight, and one in none of them a great one: of three notes none matches.
SMALL = 200
#: Scores are compared at this many decimals, so that the order does not depend on the processor.
DECIMALS = 6


@dataclass(frozen=True, slots=True)
class LexicalQuery:
    """A question as lexical search asks it."""

    terms: tuple[Term, ...]
    """Rarest first; empty where no word of the question can be looked up."""
    ceiling: float
    """The BM25 score of a chunk that would hold every topical word of the question, those that
    no chunk holds included: it makes scores of different questions comparable."""
    unknown: frozenset[str]
    """The topical words that are nowhere in the index, in no form."""
    places: frozenset[str] = frozenset()
    """The words of the question that say where to look (`_says_where`)."""
    factors: tuple[float, ...] = ()
    """In a small index what makes FTS5's weight of each term Lucene's; else empty."""


def dense_candidates(reading: Reading, vector: Vector, where: Filters) -> Hits:
    """Return the chunks whose vectors have the greatest cosine to `vector`, shape (dimension,)."""
    return _rounded(reading.dense(vector, DEPTH, where))


def lexical_candidates(reading: Reading, query: LexicalQuery, where: Filters) -> Hits:
    """Return the chunks with the greatest BM25 score for the question's words."""
    if not query.terms:
        return []
    if not query.factors:
        return _rounded(reading.lexical(query.terms, COLUMN_WEIGHTS, DEPTH, where))
    scores: dict[int, float] = {}
    for term, factor in zip(query.terms, query.factors, strict=True):
        for chunk, score in reading.lexical((term,), COLUMN_WEIGHTS, SMALL, where):
            scores[chunk] = scores.get(chunk, 0.0) + score * factor
    return _rounded(scores.items())


def lacking_places(
    reading: Reading, query: LexicalQuery, candidates: Collection[int]
) -> dict[int, float]:
    """Return the share of the places of `query` that a candidate lacks, of those that lack any.

    A passage has a place that is in its text, its title, its headings or the name of its file.
    """
    lacking = dict.fromkeys(candidates, 0.0)
    for place in query.places:
        terms = (Term("folded", place), Term("context_folded", place))
        for chunk in lacking.keys() - reading.having(terms, candidates):
            lacking[chunk] += 1 / len(query.places)
    return {chunk: share for chunk, share in lacking.items() if share}


def plan_lexical_query(reading: Reading, question: Question) -> LexicalQuery:
    """Choose the words of a question that are worth looking up, in each column.

    Folded words are looked up as they are; for inflections each word is stemmed by the rules of
    every language in the index. Frequent words go, rarest kept first, until the question would
    score too many rows.
    """
    generation = reading.generation
    folded = [Term("folded", word) for word in question.topical]
    stems = {
        stem
        for language in generation.languages
        for word in question.topical
        for stem in stemmed_words(word, language)
    }
    counts = _count(reading, [*folded, *(Term("stems", stem) for stem in stems)])
    absent = [word for word in question.words if not counts.get(Term("folded", word))]
    joined = joined_numbers(question.words)
    months = {name for word in question.topical for name in month_names(word)}
    variants = [*code_variants(absent), *_parts_of_numbers(reading, absent), *joined, *months]
    counts |= _count(reading, [Term("folded", word) for word in variants])
    # a number that is there as one word need not be looked up in parts, which many texts have
    parted = {
        part
        for number, parts in joined.items()
        if counts.get(Term("folded", number))
        for part in parts
    }
    columns = list(COLUMN_WEIGHTS)
    rare_first = sorted(
        (count, columns.index(term.column), term.word)
        for term, count in counts.items()
        if count and term.word not in parted
    )
    chunks = generation.chunks
    terms = _affordable(rare_first, chunks)
    weigh = inverse_document_frequency
    factors: tuple[float, ...] = ()
    if chunks <= SMALL:
        weigh = small_index_weight
        factors = tuple(
            weigh(counts[term], chunks) / inverse_document_frequency(counts[term], chunks)
            for term in terms
        )
    ceiling = BM25_CEILING * TEXT_COLUMNS * sum(weigh(counts[term], chunks) for term in folded)
    names = question_names(question)
    places = frozenset(w for w in question.topical if _says_where(w, w in names, counts))
    return LexicalQuery(terms, ceiling, _unknown(question, counts), places, factors)


def _says_where(word: str, is_name: bool, counts: Mapping[Term, int]) -> bool:
    """Return whether a word of a question says where to look.

    It is in the context of some passage: its title, its headings, its file's name. And it is a
    name, or in few texts for that: people write names without capitals. What too many passages
    have tells none apart.
    """
    context, text = (counts.get(Term(name, word), 0) for name in ("context_folded", "folded"))
    is_place = is_name or context >= PLACE_SHARE * text
    return context > 0 and is_place and context + text <= MIN_FREQUENT


def _count(reading: Reading, terms: list[Term]) -> dict[Term, int]:
    """Return the counts of terms in the columns of the text and in those of the context."""
    in_context = [Term(f"context_{term.column}", term.word) for term in terms]
    return reading.counts([*terms, *in_context])


def code_variants(words: Sequence[str]) -> list[str]:
    """Return the other spellings of codes among folded words: "e1047" is "E-1047" too.

    >>> code_variants(["error", "e1047"]), code_variants(["error", "e", "1047"])
    (['1047'], ['e1047'])
    """
    apart = [found[2] for word in words if (found := _CODE.fullmatch(word))]
    joined = [
        before + word
        for before, word in pairwise(words)
        if _LETTERS.fullmatch(before) and _DIGITS.fullmatch(word)
    ]
    return [word for word in (*apart, *joined) if word not in words]


def _parts_of_numbers(reading: Reading, words: Sequence[str]) -> list[str]:
    """Return the parts that the documents write long numbers in: "4930901820" is "49 30 901820".

    The parts are words of the index; of the ways to part a number the one with fewest is taken.
    """
    parts: list[str] = []
    for word in words:
        if not (word.isascii() and word.isdigit() and MIN_PARTED <= len(word) <= MAX_PARTED):
            continue
        pieces = {
            word[start:end]
            for start in range(len(word))
            for end in range(start + 1, len(word) + 1)
            if end - start >= 2 or start == 0
        }
        found = reading.counts([Term("folded", piece) for piece in pieces])
        known = {term.word for term, count in found.items() if count}
        parts += [part for part in part_number(word, known) if len(part) > 1]
    return parts


def joined_numbers(words: Sequence[str]) -> dict[str, list[str]]:
    """Return the numbers that figures in a row make, with their parts: "1,262,507" is "1262507".

    >>> joined_numbers(["call", "49", "30", "901820", "at", "9"])
    {'4930901820': ['49', '30', '901820']}
    """
    runs = [list(run) for is_number, run in groupby(words, str.isdecimal) if is_number]
    return {
        "".join(run): run
        for run in runs
        if len(run) > 1 and MIN_PARTED <= sum(map(len, run)) <= MAX_PARTED
    }


def part_number(number: str, known: Collection[str]) -> tuple[str, ...]:
    """Return a number in as few known parts as it can be, or nothing if it cannot.

    >>> part_number("1262507", {"1", "12", "262", "507"})
    ('1', '262', '507')
    """
    best: list[tuple[str, ...] | None] = [()] + [None] * len(number)
    for end in range(1, len(number) + 1):
        for start in range(end):
            before, piece = best[start], number[start:end]
            if before is None or piece not in known:
                continue
            if best[end] is None or len(before) + 1 < len(best[end] or ()):
                best[end] = (*before, piece)
    return best[-1] or ()


def _unknown(question: Question, counts: Mapping[Term, int]) -> frozenset[str]:
    """Return the topical words of which no chunk has a form, in its text or its context."""
    known = {term.word for term, count in counts.items() if count}
    return frozenset(
        word
        for word in question.topical
        if word not in known
        and not known.intersection([*code_variants([word]), *month_names(word)])
        and not any(
            stem in known for language in STOP_WORDS for stem in stemmed_words(word, language)
        )
    )


def inverse_document_frequency(count: int, chunks: int) -> float:
    """Return the weight in FTS5's bm25() of a word that `count` of `chunks` chunks hold.

    It is ln((N - n + 0.5) / (n + 0.5)), never below 1e-6 (Robertson & Zaragoza 2009).
    """
    return max(1e-6, math.log(max(1e-6, (chunks - count + 0.5) / (count + 0.5))))


def small_index_weight(count: int, chunks: int) -> float:
    """Return the weight that Lucene gives a word that `count` of `chunks` chunks hold.

    It is ln(1 + (N - n + 0.5) / (n + 0.5)): always above 0, and near FTS5's for rare words.
    """
    return math.log1p((chunks - count + 0.5) / (count + 0.5))


def _affordable(rare_first: list[tuple[int, int, str]], chunks: int) -> tuple[Term, ...]:
    most = max(MIN_FREQUENT, chunks * FREQUENT_SHARE)
    kept = [found for found in rare_first if found[0] <= most] or rare_first[:1]
    columns = list(COLUMN_WEIGHTS)
    terms: list[Term] = []
    postings = 0
    for count, column, word in kept:
        postings += count
        if terms and (postings > MAX_POSTINGS or len(terms) >= MAX_TERMS):
            break
        terms.append(Term(columns[column], word))
    return tuple(terms)


def _rounded(hits: Iterable[tuple[int, float]]) -> Hits:
    rounded = ((chunk, round(score, DECIMALS)) for chunk, score in hits)
    return sorted(rounded, key=lambda hit: (-hit[1], hit[0]))
