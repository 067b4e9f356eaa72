"""The two arms over a real index with the toy encoder; ceilings computed by hand."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from conftest import ToyEncoder
from seedqa.index.build import build_index
from seedqa.index.store.store import Generation, Store, open_for_reading
from seedqa.retrieval.candidates import (
    DEPTH,
    FREQUENT_LEAST,
    MOST_POSTINGS,
    MOST_TERMS,
    RESCORED,
    LexicalQuery,
    dense_candidates,
    inverse_document_frequency,
    is_about_nothing,
    lexical_candidates,
    plan_lexical_query,
    score_chunks,
    topical_words,
)

NOTES = 400
"""More than the dense arm looks at, so that it must choose."""


def note(number: int) -> str:
    return (
        f"Note {number} tells of w{number} and of group{number % 7} and of pair{number // 2}.\n"
        + ("The iron bridge.\n" if number < 3 else "")
    )


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Generation]]:
    """400 English notes of one chunk each, in the order of their numbers."""
    seeds = tmp_path_factory.mktemp("seeds")
    for number in range(NOTES):
        (seeds / f"note{number:03}.txt").write_text(note(number))
    folder = tmp_path_factory.mktemp("index")
    generation = build_index(seeds, folder, ToyEncoder()).generation
    with open_for_reading(folder) as store:
        yield store, generation


def test_the_index_is_what_these_tests_count_on(index: tuple[Store, Generation]) -> None:
    store, generation = index
    assert (generation.chunks, generation.languages) == (NOTES, {"en": NOTES})
    chunks = store.chunks(range(1, NOTES + 1))
    assert [chunks[number + 1].source for number in range(NOTES)] == [
        f"note{number:03}.txt" for number in range(NOTES)
    ]


# -- words ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "words"),
    [
        pytest.param("When was the iron bridge opened?", ["iron", "bridge", "opened"], id="en"),
        pytest.param("Quand le pont a-t-il brûlé ?", ["pont", "brule"], id="fr"),
        pytest.param("Wann wurde die Brücke gebaut?", ["brucke", "gebaut"], id="de"),
        pytest.param("Bridge, bridge and BRIDGE", ["bridge"], id="each once"),
        pytest.param("Alibaba TOP 2017", ["alibaba", "top", "2017"], id="unknown language"),
        pytest.param("de Maria", ["maria"], id="a tie drops those of all languages"),
        pytest.param("What is it?", ["what", "is", "it"], id="nothing else remains"),
        pytest.param("?!", [], id="no word"),
    ],
)
def test_topical_words(question: str, words: list[str]) -> None:
    assert topical_words(question) == words


def test_inverse_document_frequency_is_that_of_fts5() -> None:
    assert inverse_document_frequency(3, 400) == pytest.approx(math.log(397.5 / 3.5))
    assert inverse_document_frequency(0, 400) == pytest.approx(math.log(801))
    assert inverse_document_frequency(200, 400) == 1e-6
    assert inverse_document_frequency(400, 400) == 1e-6
    assert inverse_document_frequency(0, 0) == 1e-6


# -- the plan ------------------------------------------------------------------------------------


def test_each_word_is_looked_up_folded_and_stemmed_rarest_first(
    index: tuple[Store, Generation],
) -> None:
    query = plan_lexical_query(*index, "What of the iron bridges and group3 in w17?")
    # w17 stands in one note, iron and bridge in three, group3 in 57; bridges only as a stem
    assert query.expression == (
        '{folded} : "w17" OR {stems} : "w17" OR {folded} : "iron" OR {stems} : "bridg"'
        ' OR {stems} : "iron" OR {folded} : "group3" OR {stems} : "group3"'
    )


def test_the_ceiling_counts_words_that_stand_nowhere(index: tuple[Store, Generation]) -> None:
    query = plan_lexical_query(*index, "the iron zebra")
    iron, zebra = math.log(397.5 / 3.5), math.log(400.5 / 0.5)
    assert query.weights == pytest.approx({"iron": iron, "zebra": zebra})
    # k1 + 1 = 2.2, once for each column
    assert query.ceiling == pytest.approx(2.2 * 2 * (iron + zebra))
    assert query.expression == '{folded} : "iron" OR {stems} : "iron"'


def test_only_function_words_are_looked_up_as_they_are(index: tuple[Store, Generation]) -> None:
    query = plan_lexical_query(*index, "of the and")
    assert query.expression == (
        '{folded} : "the" OR {stems} : "the" OR {folded} : "and" OR {folded} : "of"'
        ' OR {stems} : "and" OR {stems} : "of"'
    )


@pytest.mark.parametrize("question", ["?", "zebra", 'quagga\'s "stripes" OR NEAR('])
def test_words_that_stand_nowhere_give_no_query(
    index: tuple[Store, Generation], question: str
) -> None:
    query = plan_lexical_query(*index, question)
    assert query.expression == ""
    assert lexical_candidates(index[0], query, None) == []


def test_at_most_so_many_terms_are_looked_up(index: tuple[Store, Generation]) -> None:
    question = " ".join(f"w{number}" for number in range(100, 140))
    terms = plan_lexical_query(*index, question).expression.split(" OR ")
    # all are as rare, so the folded column comes first, in the order of the alphabet
    assert terms == [f'{{folded}} : "w{number}"' for number in range(100, 100 + MOST_TERMS)]


class _Counted(Store):
    """A real store whose words are as frequent as a test says: a million chunks take too long."""

    counts: dict[str, int]

    def count_word(self, column: str, word: str) -> int:
        return self.counts.get(word, 0) if column == "folded" else 0


def plan_with_counts(
    index: tuple[Store, Generation], counts: dict[str, int], chunks: int
) -> list[str]:
    store, generation = index
    counted = _Counted(store.folder, store._connection)
    counted.counts = counts
    query = plan_lexical_query(counted, replace(generation, chunks=chunks), " ".join(counts))
    return [term.split('"')[1] for term in query.expression.split(" OR ") if term]


@pytest.mark.parametrize(
    ("counts", "chunks", "kept"),
    [
        pytest.param({"rare": 5, "common": FREQUENT_LEAST + 1}, 2_000, ["rare"], id="frequent"),
        pytest.param({"rare": 5, "common": FREQUENT_LEAST}, 2_000, ["rare", "common"],
                     id="few enough in a small index"),
        pytest.param({"rare": 5, "common": 10_000}, 100_000, ["rare", "common"], id="a tenth"),
        pytest.param({"rare": 5, "common": 10_001}, 100_000, ["rare"], id="more than a tenth"),
        pytest.param({"more": 90_000, "common": 50_000}, 100_000, ["common"],
                     id="nothing else remains"),
        pytest.param({"aaa": 30_000, "bbb": 20_000, "ccc": 10_000, "ddd": 10_000}, 1_000_000,
                     ["ccc", "ddd", "bbb"], id="what can be paid for"),
        pytest.param({"aaa": MOST_POSTINGS + 1}, 1_000_000, ["aaa"], id="one at least"),
    ],
)  # fmt: skip
def test_frequent_words_are_cut(
    index: tuple[Store, Generation], counts: dict[str, int], chunks: int, kept: list[str]
) -> None:
    assert plan_with_counts(index, counts, chunks) == kept


# -- the lexical arm -----------------------------------------------------------------------------


def test_the_lexical_arm_finds_words_best_first_ties_by_id(
    index: tuple[Store, Generation],
) -> None:
    arm = lexical_candidates(index[0], plan_lexical_query(*index, "iron bridges w1"), None)
    assert [chunk for chunk, _ in arm] == [2, 1, 3]
    assert arm[1][1] == arm[2][1]
    query = plan_lexical_query(*index, "iron bridges w1")
    assert 0 < arm[0][1] < query.ceiling


def test_what_equals_the_last_candidate_is_one_too(index: tuple[Store, Generation]) -> None:
    """Ids, and so the history of builds, must not decide which of equals are candidates."""
    arm = lexical_candidates(index[0], LexicalQuery('"note"', 1.0, {}), None)
    # the first three notes are longer, so the word weighs less in them
    assert [chunk for chunk, _ in arm] == list(range(4, NOTES + 1))
    pairs = LexicalQuery(" OR ".join(f'"pair{n}"' for n in range(10, 100)), 1.0, {})
    assert len(lexical_candidates(index[0], pairs, None)) == 180 > DEPTH


def test_the_score_is_bm25_computed_by_hand(index: tuple[Store, Generation]) -> None:
    """Okapi BM25 with k1 = 1.2, b = 0.75, over the length of both columns."""
    store, _ = index
    arm = dict(lexical_candidates(store, LexicalQuery('{folded} : "w17"', 1.0, {}), None))
    own = 2 * len(note(17).replace(".", "").split())
    mean = sum(2 * len(note(number).replace(".", "").split()) for number in range(NOTES)) / NOTES
    weight = math.log((NOTES - 1 + 0.5) / 1.5)
    assert arm == {
        18: pytest.approx(weight * 2.2 / (1 + 1.2 * (0.25 + 0.75 * own / mean)), abs=2e-6)
    }


# -- the dense arm -------------------------------------------------------------------------------


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


def test_every_chunk_is_scored_exactly(index: tuple[Store, Generation]) -> None:
    store, generation = index
    query = ToyEncoder().encode_question(QUESTION)
    scored = score_chunks(store, generation, query, range(1, NOTES + 1))
    expected = exact_order(QUESTION, range(1, NOTES + 1))
    assert [chunk for chunk, _ in scored] == [chunk for chunk, _ in expected]
    assert [score for _, score in scored] == pytest.approx(
        [score for _, score in expected], abs=2e-6
    )
    assert score_chunks(store, generation, query, []) == []
    assert score_chunks(store, generation, query, [NOTES + 1]) == []


@pytest.mark.parametrize("question", [QUESTION, "w17 pair40", "the note"])
def test_the_dense_arm_is_exact_where_it_looks_again(
    index: tuple[Store, Generation], question: str
) -> None:
    store, generation = index
    assert DEPTH * RESCORED < NOTES
    vectors = store.open_vectors(generation)
    query = ToyEncoder().encode_question(question)
    arm = dense_candidates(store, vectors, generation, query, None)
    expected = exact_order(question, range(1, NOTES + 1))[:DEPTH]
    # 8-bit codes may mistake chunks that are nearly as good as the last of those looked at again
    limit = expected[-1][1] + 1e-3
    best = [(chunk, pytest.approx(score, abs=2e-6)) for chunk, score in expected if score > limit]
    assert arm[: len(best)] == best


def test_what_equals_the_last_dense_candidate_is_one_too(
    index: tuple[Store, Generation],
) -> None:
    """Ids once decided which of equals were among the hundred."""
    store, generation = index
    query = np.zeros(64, dtype=np.float32)
    arm = dense_candidates(store, store.open_vectors(generation), generation, query, None)
    assert arm == [(chunk, 0.0) for chunk in sorted(chunk for chunk, _ in arm)]
    assert len(arm) == DEPTH * RESCORED


# -- filters -------------------------------------------------------------------------------------


def test_both_arms_see_only_what_is_allowed(index: tuple[Store, Generation]) -> None:
    store, generation = index
    allowed = np.array([2, 3, 40, 399], dtype=np.int64)
    query = ToyEncoder().encode_question(QUESTION)
    dense = dense_candidates(store, store.open_vectors(generation), generation, query, allowed)
    assert dense == [
        (chunk, pytest.approx(score, abs=2e-6))
        for chunk, score in exact_order(QUESTION, allowed.tolist())
    ]
    plan = plan_lexical_query(*index, "iron bridge w39")
    assert [chunk for chunk, _ in lexical_candidates(store, plan, allowed)] == [2, 3, 40]


def test_where_nothing_is_allowed_nothing_is_found(index: tuple[Store, Generation]) -> None:
    store, generation = index
    nothing = np.empty(0, dtype=np.int64)
    query = ToyEncoder().encode_question(QUESTION)
    vectors = store.open_vectors(generation)
    assert dense_candidates(store, vectors, generation, query, nothing) == []
    assert lexical_candidates(store, plan_lexical_query(*index, QUESTION), nothing) == []


def test_a_folder_of_two_languages_is_stemmed_in_both(seeds: Path, tmp_path: Path) -> None:
    generation = build_index(seeds, tmp_path / "index", ToyEncoder()).generation
    assert generation.languages == {"de": 1, "en": 1, "fr": 1}
    with open_for_reading(tmp_path / "index") as store:
        query = plan_lexical_query(store, generation, "brûlés Brücken bridges")
        assert query.expression == '{stems} : "bridg" OR {stems} : "bruck" OR {stems} : "brul"'
        hits = lexical_candidates(store, query, None)
        sources = {chunk.id: chunk.source for chunk in store.chunks(range(1, 4)).values()}
    assert sorted(sources[chunk] for chunk, _ in hits) == [
        "bridge.txt", "pont.md", "sub/bruecke.txt"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("question", "nothing"),
    [
        ("what is it?", True),
        ("qui est-ce que c’est ?", True),
        ("…?", True),
        ("Ebro", False),
        ("who is Ann?", False),
        ("when was it opened?", False),
        # a function word of another language: German war, French car and son, Spanish como
        ("When was the war?", False),
        ("What is a car?", False),
        ("Who is the son?", False),
        ("Where is Como?", False),
    ],
)
def test_a_question_of_function_words_is_about_nothing(question: str, nothing: bool) -> None:
    assert is_about_nothing(question) == nothing
