"""Dense and lexical candidates over a real index with the toy encoder; ceilings by hand."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from seedqa.index.build import build_index
from seedqa.index.store.protocol import Reading, Term
from seedqa.index.store.reading import RESCORED, open_for_reading
from seedqa.index.store.rows import Generation
from seedqa.index.types import NO_FILTERS, Filters
from seedqa.retrieval.candidates import (
    BM25_CEILING,
    DEPTH,
    MAX_POSTINGS,
    MAX_TERMS,
    MIN_FREQUENT,
    SMALL,
    TEXT_COLUMNS,
    LexicalQuery,
    dense_candidates,
    inverse_document_frequency,
    lacking_places,
    lexical_candidates,
    part_number,
    plan_lexical_query,
    small_index_weight,
)
from seedqa.retrieval.question import parse_question
from support.toy import ToyEncoder

NOTES = 400
"""More than the dense arm looks at, so that it must choose."""


def note(number: int) -> str:
    return (
        f"Note {number} tells of w{number} and of group{number % 7} and of pair{number // 2}.\n"
        + ("The iron bridge.\n" if number < 3 else "")
    )


@pytest.fixture(scope="module")
def reading(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reading]:
    """400 English notes of one chunk each, in the order of their numbers."""
    seeds = tmp_path_factory.mktemp("seeds")
    for number in range(NOTES):
        (seeds / f"note{number:03}.txt").write_text(note(number))
    folder = tmp_path_factory.mktemp("index")
    build_index(seeds, folder, ToyEncoder())
    with closing(open_for_reading(folder)) as index, index.read() as opened:
        assert opened
        yield opened


def plan(reading: Reading, question: str) -> LexicalQuery:
    return plan_lexical_query(reading, parse_question(question))


def folded(*words: str) -> tuple[Term, ...]:
    return tuple(Term("folded", word) for word in words)


def test_the_index_is_what_these_tests_count_on(reading: Reading) -> None:
    generation = reading.generation
    assert (generation.chunks, generation.languages) == (NOTES, {"en": NOTES})
    chunks = reading.chunks(range(1, NOTES + 1))
    assert [chunks[number + 1].source for number in range(NOTES)] == [
        f"note{number:03}.txt" for number in range(NOTES)
    ]


# -- words ---------------------------------------------------------------------------------------


def test_in_a_small_index_every_word_has_weight() -> None:
    assert small_index_weight(1, 2) == pytest.approx(math.log(2))
    assert small_index_weight(2, 2) == pytest.approx(math.log(1.2))
    assert small_index_weight(0, 2) == pytest.approx(math.log(6))
    assert small_index_weight(1, SMALL) == pytest.approx(
        inverse_document_frequency(1, SMALL), rel=0.01
    )


@pytest.mark.parametrize("notes", [2, 12])
def test_bm25_in_a_small_index_by_hand(tmp_path: Path, notes: int) -> None:
    """BM25 with k1 = 1.2 and b = 0.75 and Lucene's weights; FTS5 would give "ferry" none in two."""
    texts = ["ferry sails north", "ferry sails south and east again", *["mill"] * 10][:notes]
    (tmp_path / "seeds").mkdir()
    for number, text in enumerate(texts):
        (tmp_path / "seeds" / f"note{number}.txt").write_text(text)
    build_index(tmp_path / "seeds", tmp_path / "index", ToyEncoder())
    with closing(open_for_reading(tmp_path / "index")) as index, index.read() as reading:
        assert reading
        query = plan_lexical_query(reading, parse_question("ferry harbour"))
        hits = dict(lexical_candidates(reading, query, NO_FILTERS))
    weight, unknown = small_index_weight(2, notes), small_index_weight(0, notes)
    assert query.ceiling == pytest.approx(BM25_CEILING * TEXT_COLUMNS * (weight + unknown))
    assert query.unknown == {"harbour"}
    assert len(hits) == 2
    assert all(score > weight for score in hits.values())
    assert all(score < query.ceiling for score in hits.values())


def test_inverse_document_frequency_is_that_of_fts5() -> None:
    assert inverse_document_frequency(3, 400) == pytest.approx(math.log(397.5 / 3.5))
    assert inverse_document_frequency(0, 400) == pytest.approx(math.log(801))
    assert inverse_document_frequency(200, 400) == 1e-6
    assert inverse_document_frequency(400, 400) == 1e-6
    assert inverse_document_frequency(0, 0) == 1e-6


# -- the plan ------------------------------------------------------------------------------------


def test_each_word_is_looked_up_folded_and_stemmed_rarest_first(reading: Reading) -> None:
    query = plan(reading, "What of the iron bridges and group3 in w17?")
    # w17 is in one note, iron and bridge in three, group3 in 57; bridges only as a stem. A note's
    # first line is its title, so that these words are in the context of its chunk too.
    assert query.terms == (
        Term("folded", "w17"), Term("stems", "w17"),
        Term("context_folded", "w17"), Term("context_stems", "w17"),
        Term("folded", "iron"), Term("stems", "bridg"), Term("stems", "iron"),
        Term("folded", "group3"), Term("stems", "group3"),
        Term("context_folded", "group3"), Term("context_stems", "group3"),
    )  # fmt: skip


def test_the_ceiling_counts_words_that_are_nowhere(reading: Reading) -> None:
    query = plan(reading, "the iron zebra")
    iron, zebra = math.log(397.5 / 3.5), math.log(400.5 / 0.5)
    # k1 + 1 = 2.2, once for each column
    assert query.ceiling == pytest.approx(2.2 * 2 * (iron + zebra))
    assert query.terms == (Term("folded", "iron"), Term("stems", "iron"))


def test_only_function_words_are_looked_up_as_they_are(reading: Reading) -> None:
    assert plan(reading, "of the and").terms == (
        Term("folded", "the"), Term("stems", "the"), Term("folded", "and"), Term("folded", "of"),
        Term("stems", "and"), Term("stems", "of"), Term("context_folded", "and"),
        Term("context_folded", "of"), Term("context_stems", "and"), Term("context_stems", "of"),
    )  # fmt: skip


@pytest.mark.parametrize("question", ["?", "zebra", 'quagga\'s "stripes" OR NEAR('])
def test_words_that_are_nowhere_give_no_query(reading: Reading, question: str) -> None:
    query = plan(reading, question)
    assert query.terms == ()
    assert lexical_candidates(reading, query, NO_FILTERS) == []


def test_at_most_so_many_terms_are_looked_up(reading: Reading) -> None:
    question = " ".join(f"w{number}" for number in range(100, 140))
    # all are as rare, so the folded column comes first, in the order of the alphabet
    assert plan(reading, question).terms == folded(
        *(f"w{number}" for number in range(100, 140))
    ) + tuple(Term("stems", f"w{number}") for number in range(100, 100 + MAX_TERMS - 40))


class _Counted:
    """The counts and the size of an index as a test says: a million chunks take too long."""

    def __init__(self, generation: Generation, counts: dict[str, int]) -> None:
        self.generation = generation
        self._counts = counts

    def counts(self, terms: Iterable[Term]) -> dict[Term, int]:
        return {
            term: self._counts.get(term.word, 0) if term.column == "folded" else 0 for term in terms
        }


@pytest.mark.parametrize(
    ("counts", "chunks", "kept"),
    [
        pytest.param({"rare": 5, "common": MIN_FREQUENT + 1}, 2_000, ["rare"], id="frequent"),
        pytest.param({"rare": 5, "common": MIN_FREQUENT}, 2_000, ["rare", "common"],
                     id="few enough in a small index"),
        pytest.param({"rare": 5, "common": 10_000}, 100_000, ["rare", "common"], id="a tenth"),
        pytest.param({"rare": 5, "common": 10_001}, 100_000, ["rare"], id="more than a tenth"),
        pytest.param({"more": 90_000, "common": 50_000}, 100_000, ["common"],
                     id="nothing else remains"),
        pytest.param({"aaa": 30_000, "bbb": 20_000, "ccc": 10_000, "ddd": 10_000}, 1_000_000,
                     ["ccc", "ddd", "bbb"], id="what can be paid for"),
        pytest.param({"aaa": MAX_POSTINGS + 1}, 1_000_000, ["aaa"], id="one at least"),
    ],
)  # fmt: skip
def test_frequent_words_are_cut(
    reading: Reading, counts: dict[str, int], chunks: int, kept: list[str]
) -> None:
    counted = _Counted(replace(reading.generation, chunks=chunks), counts)
    query = plan_lexical_query(counted, parse_question(" ".join(counts)))
    assert query.terms == folded(*kept)


# -- lexical search ------------------------------------------------------------------------------


def test_lexical_search_finds_words_best_first_ties_by_id(reading: Reading) -> None:
    query = plan(reading, "iron bridges w1")
    hits = lexical_candidates(reading, query, NO_FILTERS)
    assert [chunk for chunk, _ in hits] == [2, 1, 3]
    assert hits[1][1] == hits[2][1]
    assert 0 < hits[0][1] < query.ceiling


def test_what_equals_the_last_candidate_is_one_too(reading: Reading) -> None:
    """Ids, and so the history of builds, must not decide which of equals are candidates."""
    both = (Term("folded", "note"), Term("stems", "note"))
    hits = lexical_candidates(reading, LexicalQuery(both, 1.0, frozenset()), NO_FILTERS)
    # the first three notes are longer, so the word weighs less in them
    assert [chunk for chunk, _ in hits] == list(range(4, NOTES + 1))
    pairs = LexicalQuery(folded(*(f"pair{n}" for n in range(10, 100))), 1.0, frozenset())
    assert len(lexical_candidates(reading, pairs, NO_FILTERS)) == 180 > DEPTH


def indexed_words(number: int) -> int:
    """Count the words of all columns: text and context, the file's name and the title, twice."""
    text, head = (part.replace(".", "").split() for part in (note(number), title(number)))
    return 2 * (len(text) + 1 + len(head))


def test_the_score_is_bm25_computed_by_hand(reading: Reading) -> None:
    """Okapi BM25 with k1 = 1.2, b = 0.75, over the length of all columns."""
    hits = dict(
        lexical_candidates(reading, LexicalQuery(folded("w17"), 1.0, frozenset()), NO_FILTERS)
    )
    own = indexed_words(17)
    mean = sum(map(indexed_words, range(NOTES))) / NOTES
    weight = math.log((NOTES - 1 + 0.5) / 1.5)
    assert hits == {
        18: pytest.approx(weight * 2.2 / (1 + 1.2 * (0.25 + 0.75 * own / mean)), abs=2e-6)
    }


# -- dense search --------------------------------------------------------------------------------


def exact_order(question: str, ids: range | list[int]) -> list[tuple[int, float]]:
    """Return what numpy says of the vectors that the encoder makes, as the cache stores them."""
    encoder = ToyEncoder()
    texts = [f"{title(number - 1)}\n{note(number - 1).strip()}" for number in ids]
    vectors = encoder.encode_passages(texts).astype(np.float16).astype(np.float32)
    cosines = vectors @ encoder.encode_question(question)
    hits = [(number, round(float(cosine), 6)) for number, cosine in zip(ids, cosines, strict=True)]
    return sorted(hits, key=lambda hit: (-hit[1], hit[0]))


def title(number: int) -> str:
    return note(number).split("\n")[0]


QUESTION = "tell of group3 and the iron bridge of pair8"


def test_every_chunk_is_scored_exactly(reading: Reading) -> None:
    query = ToyEncoder().encode_question(QUESTION)
    scored = reading.cosines(query, range(1, NOTES + 1))
    assert scored == pytest.approx(dict(exact_order(QUESTION, range(1, NOTES + 1))), abs=2e-6)
    assert reading.cosines(query, []) == {}
    assert reading.cosines(query, [NOTES + 1]) == {}


@pytest.mark.parametrize("question", [QUESTION, "w17 pair40", "the note"])
def test_dense_search_is_exact_where_it_scores_again(reading: Reading, question: str) -> None:
    assert DEPTH * RESCORED < NOTES
    query = ToyEncoder().encode_question(question)
    hits = dense_candidates(reading, query, NO_FILTERS)
    expected = exact_order(question, range(1, NOTES + 1))[:DEPTH]
    # 8-bit codes may mistake chunks that are nearly as good as the last of those scored again
    limit = expected[-1][1] + 1e-3
    best = [(chunk, pytest.approx(score, abs=2e-6)) for chunk, score in expected if score > limit]
    assert hits[: len(best)] == best


def test_what_equals_the_last_dense_candidate_is_one_too(reading: Reading) -> None:
    """Ids once decided which of equals were among the hundred."""
    query = np.zeros(64, dtype=np.float32)
    hits = dense_candidates(reading, query, NO_FILTERS)
    assert hits == [(chunk, 0.0) for chunk in sorted(chunk for chunk, _ in hits)]
    assert len(hits) == DEPTH * RESCORED


# -- filters -------------------------------------------------------------------------------------


def test_both_searches_see_only_what_passes_the_filters(reading: Reading) -> None:
    where = Filters(pattern="note00[12].txt")
    query = ToyEncoder().encode_question(QUESTION)
    assert dense_candidates(reading, query, where) == [
        (chunk, pytest.approx(score, abs=2e-6)) for chunk, score in exact_order(QUESTION, [2, 3])
    ]
    words = plan(reading, "iron bridge w39")
    assert [chunk for chunk, _ in lexical_candidates(reading, words, where)] == [2, 3]


def test_where_nothing_passes_nothing_is_found(reading: Reading) -> None:
    where = Filters(language="fr")
    query = ToyEncoder().encode_question(QUESTION)
    assert dense_candidates(reading, query, where) == []
    assert lexical_candidates(reading, plan(reading, QUESTION), where) == []


def test_a_folder_of_two_languages_is_stemmed_in_both(seeds: Path, tmp_path: Path) -> None:
    generation = build_index(seeds, tmp_path / "index", ToyEncoder()).generation
    assert generation.languages == {"de": 1, "en": 1, "fr": 1}
    with closing(open_for_reading(tmp_path / "index")) as index, index.read() as opened:
        assert opened
        query = plan(opened, "brûlés Brücken bridges")
        assert query.terms == (
            Term("stems", "bridg"), Term("stems", "bruck"), Term("stems", "brul"),
            Term("context_stems", "bridg"), Term("context_stems", "bruck"),
        )  # fmt: skip
        hits = lexical_candidates(opened, query, NO_FILTERS)
        sources = {chunk.id: chunk.source for chunk in opened.chunks(range(1, 4)).values()}
    assert sorted(sources[chunk] for chunk, _ in hits) == [
        "bridge.txt", "pont.md", "sub/bruecke.txt"
    ]  # fmt: skip


# -- names that say where to look -----------------------------------------------------------------


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reading]:
    """Two towns in the titles of documents, a third in a file's name, a fourth in a text alone."""
    seeds = tmp_path_factory.mktemp("seeds")
    (seeds / "north.md").write_text("# Ulberg\n\nThe ladder is in the barn.\n")
    (seeds / "south.md").write_text("# Vesmont\n\nThe ladder is here.\n")
    (seeds / "Keshagen.md").write_text("# Notes\n\nThe ladder is in the cellar.\n")
    (seeds / "letter.md").write_text("# Letter\n\nWe left Dunluz with the ladder for Ulberg.\n")
    folder = tmp_path_factory.mktemp("index")
    build_index(seeds, folder, ToyEncoder())
    with closing(open_for_reading(folder)) as index, index.read() as opened:
        assert opened
        yield opened


@pytest.mark.parametrize(
    ("question", "lacking"),
    [
        ("Where is the ladder in Ulberg?", {"south": 1.0, "Keshagen": 1.0}),
        ("Where is the ladder in Keshagen?", {"north": 1.0, "south": 1.0, "letter": 1.0}),
        (
            "Is the ladder in Ulberg or Vesmont?",
            {"north": 0.5, "south": 0.5, "letter": 0.5, "Keshagen": 1.0},
        ),
        ("Where is the ladder in Dunluz?", {}),  # no document has that name
        ("Where is the ladder in Ralhagen?", {}),
        ("where is the ladder in keshagen?", {"north": 1.0, "south": 1.0, "letter": 1.0}),
        ("where is the ladder in the barn?", {}),
    ],
)
def test_a_name_of_a_document_says_where_to_look(
    question: str, lacking: dict[str, float], towns: Reading
) -> None:
    query = plan_lexical_query(towns, parse_question(question))
    stored = towns.chunks(towns.chunk_ids(row.id for row in towns.documents()))
    found = lacking_places(towns, query, list(stored))
    assert {
        stored[chunk].source.removesuffix(".md"): share for chunk, share in found.items()
    } == lacking


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("The budget is 1,262,507 francs.", "1262507"),
        ("The budget is 1262507 francs.", "1.262.507"),
        ("Call +49 30 901820 at any time.", "4930901820"),
        ("Call 4930901820 at any time.", "+49 30 901820"),
        ("Call 030/901820 at any time.", "030901820"),
    ],
)
def test_a_number_is_found_however_its_digits_are_parted(
    tmp_path: Path, written: str, asked: str
) -> None:
    """The wrong contract came first: no word of the number was in the index."""
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    (seeds / "a.txt").write_text(written)
    for number in range(8):
        other = f"Paper {number}: call 11 or 12, paid {number}0 francs."
        (seeds / f"{number}.txt").write_text(other)
    build_index(seeds, tmp_path / "index", ToyEncoder())
    with closing(open_for_reading(tmp_path / "index")) as index, index.read() as opened:
        assert opened
        query = plan_lexical_query(opened, parse_question(asked))
        ((first, _), *_) = lexical_candidates(opened, query, NO_FILTERS)
        assert opened.chunks([first])[first].source == "a.txt"


@pytest.mark.parametrize(
    ("number", "known", "parts"),
    [
        ("1262507", {"1", "262", "507"}, ("1", "262", "507")),
        ("030901820", {"030", "901820", "0309", "01820"}, ("030", "901820")),
        ("1262507", {"262", "507"}, ()),
        ("11111", {"1", "11", "111"}, ("11", "111")),
    ],
)
def test_a_number_is_parted_into_what_is_known(
    number: str, known: set[str], parts: tuple[str, ...]
) -> None:
    assert "".join(part_number(number, known)) in (number, "")
    assert part_number(number, known) == parts


def test_a_month_is_looked_up_by_its_names_in_all_languages(tmp_path: Path) -> None:
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    (seeds / "a.txt").write_text("En marzo se vendieron 505 cajas.")
    (seeds / "b.txt").write_text("En abril se vendieron 298 cajas.")
    build_index(seeds, tmp_path / "index", ToyEncoder())
    with closing(open_for_reading(tmp_path / "index")) as index, index.read() as opened:
        assert opened
        query = plan_lexical_query(opened, parse_question("How many boxes were sold in March?"))
        assert Term("folded", "marzo") in query.terms
        assert "march" not in query.unknown
