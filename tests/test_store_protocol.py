"""What every store does: tests against index/store/protocol.py alone.

A store under test is an entry of `STORES`: from an empty folder, a way to open it for writing and
a way to open it for reading. Nothing else here knows which store it is.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seedqa.index.documents.ignore import matches_glob
from seedqa.index.errors import IndexCorrupt
from seedqa.index.messages import Message
from seedqa.index.sketch import sketch_words
from seedqa.index.store.protocol import IndexReader, IndexWriter, Reading, Term
from seedqa.index.store.reading import open_for_reading
from seedqa.index.store.rows import (
    Change,
    Generation,
    Intention,
    NewDocument,
    Place,
    Recipe,
    StoredChunk,
    Touched,
)
from seedqa.index.store.writing import open_for_writing
from seedqa.index.types import (
    DEFAULT_SETTINGS,
    NO_FILTERS,
    Chunk,
    Edit,
    Filters,
    FoundFile,
    SkipKind,
    SkippedFile,
)


@dataclass(frozen=True)
class Store:
    """A store, which is empty at first."""

    write: Callable[[], AbstractContextManager[IndexWriter]]
    read: Callable[[], AbstractContextManager[IndexReader]]


def embedded(folder: Path) -> Store:
    return Store(lambda: open_for_writing(folder), lambda: open_for_reading(folder))


STORES: dict[str, Callable[[Path], Store]] = {"embedded": embedded}


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return STORES[request.param](tmp_path / "index")


# -- documents of a few words, and vectors that are exact in 16 bits -------------------------------

RECIPE = Recipe("/seeds", "model", None, "model-1", 4, DEFAULT_SETTINGS, 1)
EAST, NORTH, UP = [1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]
BETWEEN = [0.5, 0.5, 0.5, 0.5]
BOTH = {"folded": 1.0, "stems": 1.0}


@dataclass(frozen=True)
class Written:
    """A document to put, with the vectors of its chunks."""

    document: NewDocument
    vectors: Sequence[Sequence[float]]


def written(
    source: str,
    texts: Sequence[str],
    vectors: Sequence[Sequence[float]] | None = None,
    language: str = "en",
    date: str | None = None,
) -> Written:
    """Return a document with a chunk for each text; the vectors are EAST where none are given."""
    chunks, start = [], 0
    for line, text in enumerate(texts, 1):
        chunks.append(Chunk(start, start + len(text), line, line, None, text))
        start += len(text) + 1
    vectors = vectors or [EAST] * len(texts)
    document = NewDocument(
        source=source,
        file=FoundFile(source, f"/seeds/{source}", 100, 1, 2, 3),
        read_ns=4,
        hash="0" * 64,
        title=f"Title of {source}",
        date=date,
        language=language,
        chunks=tuple(chunks),
        hashes=tuple(cache_key(source, number) for number in range(len(texts))),
    )
    return Written(document, vectors)


def cache_key(source: str, number: int) -> bytes:
    return f"{source}:{number}".encode()[-16:].rjust(16)


def commit(
    store: Store, *added: Written, removed: Sequence[int] = (), recipe: Recipe = RECIPE
) -> Generation:
    with store.write() as writer:
        for one in added:
            if one.document.hashes:
                vectors = np.array(one.vectors, dtype=np.float32)
                writer.cache_vectors(recipe.fingerprint, one.document.hashes, vectors)
        documents = tuple(one.document for one in added)
        return writer.commit(Change(frozenset(removed), documents, ()), recipe)


@contextmanager
def reading(store: Store) -> Iterator[Reading]:
    with store.read() as reader, reader.read() as opened:
        assert opened is not None
        yield opened


def vector(values: Sequence[float]) -> np.ndarray:
    return np.array(values, dtype=np.float32)


# -- before and at the first commit ----------------------------------------------------------------


def test_store_without_a_commit_has_no_generation(store: Store) -> None:
    with store.write() as writer:
        assert (writer.generation(), writer.intention(), writer.documents()) == (None, None, [])
        writer.begin(Intention("/seeds", "some/model"))
    with store.read() as reader:
        assert reader.intention() == Intention("/seeds", "some/model")
        assert reader.generation() is None
        with reader.read() as opened:
            assert opened is None


def test_first_commit_makes_the_first_generation(store: Store) -> None:
    generation = commit(
        store,
        written("a.txt", ["One.", "Two."], language="en"),
        written("b.txt", ["Drei."], language="de"),
        written("c.txt", ["Vier."], language="de"),
    )
    assert (generation.number, generation.recipe) == (1, RECIPE)
    assert (generation.documents, generation.chunks) == (3, 4)
    assert generation.languages == {"de": 2, "en": 1}
    with reading(store) as opened:
        assert opened.generation == generation
    with store.read() as reader:
        assert reader.generation() == generation


def test_what_was_put_comes_back_as_it_was(store: Store) -> None:
    chunk = Chunk(
        start=7,
        end=24,
        line_start=2,
        line_end=3,
        page=4,
        text="Bar-\ntholomew 7\ud7ff🚢",
        page_to=5,
        context=("A “title”", "Ⅱ. Größe\nund Maß"),
        edits=(Edit(3, 5), Edit(14, 14, "\n")),
        columns=("Jahr", ""),
    )
    plain = Chunk(30, 35, 4, 4, None, "Plain")
    one = written("a/b.txt", ["x", "y"], language="de", date="2021-03-04")
    commit(store, replace(one, document=replace(one.document, chunks=(chunk, plain))))
    with reading(store) as opened:
        (row,) = opened.documents()
        stored = opened.chunks([1, 2, 999])
    known = (row.id, "a/b.txt", "Title of a/b.txt", "2021-03-04", "de")
    assert stored == {1: StoredChunk(1, chunk, *known), 2: StoredChunk(2, plain, *known)}
    assert (row.size, row.mtime_ns, row.ctime_ns, row.inode, row.read_ns) == (100, 1, 2, 3, 4)
    assert (row.source, row.hash, row.status, row.skipped, row.retry) == (
        "a/b.txt", "0" * 64, "indexed", None, False
    )  # fmt: skip


def test_places_tell_what_ranking_needs(store: Store) -> None:
    one = written("a.txt", ["The old bridge.", "Elsewhere."], language="en", date="2021-03-04")
    commit(store, one, written("b.txt", ["the old bridge"], language="de"))
    sketch, other = sketch_words(["the", "old", "bridge"]), sketch_words(["elsewhere"])
    with reading(store) as opened:
        assert opened.places([3, 2]) == {
            2: Place(2, 16, other, "a.txt", "2021-03-04", "en"),
            3: Place(3, 0, sketch, "b.txt", None, "de"),
        }
        first = Place(1, 0, sketch, "a.txt", "2021-03-04", "en")
        assert list(opened.places([1, 999, 2]).items()) == [
            (1, first),
            (2, Place(2, 16, other, "a.txt", "2021-03-04", "en")),
        ]


def test_what_a_question_fetched_serves_the_next_of_its_generation_only(store: Store) -> None:
    """Vectors and places are kept between questions."""
    commit(store, written("a.txt", ["One.", "Two."], [EAST, NORTH]))
    with store.read() as reader:
        for _ in range(2):
            with reader.read() as opened:
                assert opened is not None
                assert opened.cosines(vector(EAST), [1, 2]) == {1: 1.0, 2: 0.0}
                assert [place.source for place in opened.places([1, 2]).values()] == ["a.txt"] * 2
        (row,) = reader.documents()
        commit(store, written("a.txt", ["Three."], [BETWEEN]), removed=[row.id])
        with reader.read() as opened:
            assert opened is not None
            assert opened.cosines(vector(EAST), [1, 2, 3]) == {3: 0.5}
            assert list(opened.places([1, 2, 3])) == [3]


def test_more_is_fetched_than_is_kept(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seedqa.index.store.kept.MAX_KEPT", 3)
    axes = [EAST, NORTH, UP, BETWEEN, EAST]
    commit(store, written("a.txt", ["1.", "2.", "3.", "4.", "5."], axes))
    cosines = {1: 1.0, 2: 0.0, 3: 0.0, 4: 0.5, 5: 1.0}
    with reading(store) as opened:
        for ids in ([1, 2], [3, 4], [4, 1], [1, 2, 3, 4, 5], [5, 1, 2], [5]):
            expected = {chunk: cosines[chunk] for chunk in ids}
            assert opened.cosines(vector(EAST), ids) == expected
            assert list(opened.places(ids)) == ids


def skipped(source: str, kind: SkipKind, **known: object) -> Written:
    why = SkippedFile(source, Message("why {source} is skipped", source=source), kind)
    empty = NewDocument(source, None, None, None, None, None, None, (), (), why)
    return Written(replace(empty, **known), ())  # type: ignore[arg-type]


def test_skipped_files_have_a_kind_and_a_reason_and_no_chunk(store: Store) -> None:
    file = FoundFile("torn.docx", "/seeds/torn.docx", 5, 6, 7, 8)
    generation = commit(
        store,
        skipped("data.bin", SkipKind.UNSUPPORTED),
        skipped("torn.docx", SkipKind.DAMAGED, file=file, read_ns=9, retry=True),
    )
    assert (generation.documents, generation.chunks, generation.languages) == (0, 0, {})
    with reading(store) as opened:
        never_opened, torn = opened.documents()
        assert opened.chunk_ids([never_opened.id, torn.id]) == []
        assert opened.dense(vector(EAST), 5, NO_FILTERS) == []
        assert opened.lexical([Term("folded", "why")], BOTH, 5, NO_FILTERS) == []
    assert never_opened.skipped == SkippedFile(
        "data.bin", "why data.bin is skipped", SkipKind.UNSUPPORTED
    )
    assert (never_opened.status, never_opened.retry) == ("skipped", False)
    assert (never_opened.size, never_opened.mtime_ns, never_opened.ctime_ns, never_opened.inode,
            never_opened.read_ns) == (None, None, None, None, None)  # fmt: skip
    assert (torn.kind, torn.size, torn.read_ns, torn.retry) == (SkipKind.DAMAGED, 5, 9, True)


@pytest.mark.parametrize("kind", SkipKind)
def test_every_kind_of_skipped_file_comes_back(kind: SkipKind, store: Store) -> None:
    commit(store, skipped("x", kind))
    with store.read() as reader:
        assert [row.kind for row in reader.documents()] == [kind]


@pytest.mark.parametrize(
    "reason",
    [
        Message("empty file"),
        Message("larger than {count} MiB", count=64),
        Message("ignore file: {reason}", reason=Message("cannot be read: {why}", why="né")),
        Message("{ braces } without values"),
    ],
    ids=["bare", "number", "message-in-message", "braces"],
)
def test_a_reason_comes_back_with_its_template_and_values(reason: Message, store: Store) -> None:
    why = SkippedFile("x", reason, SkipKind.EMPTY)
    commit(store, Written(NewDocument("x", None, None, None, None, None, None, (), (), why), ()))
    with store.read() as reader:
        (found,) = [row.reason for row in reader.documents()]
    assert isinstance(found, Message)
    assert (found, found.template, found.values) == (reason, reason.template, reason.values)


def test_a_plain_reason_comes_back_as_a_message_without_values(store: Store) -> None:
    why = SkippedFile("x", "odd {reason}", SkipKind.EMPTY)
    commit(store, Written(NewDocument("x", None, None, None, None, None, None, (), (), why), ()))
    with store.read() as reader:
        (found,) = [row.reason for row in reader.documents()]
    assert isinstance(found, Message)
    assert (found, found.template, found.values) == ("odd {reason}", "odd {reason}", {})


# -- generations -----------------------------------------------------------------------------------


def facts(opened: Reading) -> object:
    """Return all that the tests of generations ask of one."""
    ids = opened.chunk_ids(row.id for row in opened.documents())
    return (
        opened.generation.number,
        [(row.id, row.source) for row in opened.documents()],
        {chunk: item.chunk.text for chunk, item in opened.chunks(ids).items()},
        opened.dense(vector(EAST), 10, NO_FILTERS),
        [chunk for chunk, _ in opened.lexical([Term("folded", "iron")], BOTH, 10, NO_FILTERS)],
        opened.counts([Term("folded", "iron")]),
    )


def test_reading_keeps_its_generation_while_others_are_committed(store: Store) -> None:
    commit(store, written("a.txt", ["iron"]), written("b.txt", ["wood"], [NORTH]))
    with store.read() as reader:
        with reader.read() as opened:
            assert opened is not None
            commit(store, written("c.txt", ["iron iron"], [EAST]), removed=[1])
            commit(store, removed=[2])
            assert facts(opened) == (
                1, [(1, "a.txt"), (2, "b.txt")], {1: "iron", 2: "wood"},
                [(1, 1.0), (2, 0.0)], [1], {Term("folded", "iron"): 1},
            )  # fmt: skip
        with reader.read() as opened:
            assert opened is not None
            assert facts(opened) == (
                3, [(3, "c.txt")], {3: "iron iron"}, [(3, 1.0)], [3], {Term("folded", "iron"): 1}
            )  # fmt: skip


def test_each_of_many_generations_is_read_whole(store: Store) -> None:
    commit(store, written("1.txt", ["iron"]))
    with store.read() as reader:
        for number in range(1, 13):
            with reader.read() as opened:
                assert opened is not None
                sources = [row.source for row in opened.documents()]
                hits = opened.dense(vector(EAST), 5, NO_FILTERS)
                assert opened.generation.number == number
                assert (sources, hits) == ([f"{number}.txt"], [(number, 1.0)])
            commit(store, written(f"{number + 1}.txt", ["iron"]), removed=[number])


def test_removed_documents_are_gone_and_their_ids_are_not_used_again(store: Store) -> None:
    commit(store, written("a.txt", ["iron", "iron bridge"]), written("b.txt", ["iron"], [NORTH]))
    generation = commit(store, written("c.txt", ["wood"], [UP]), removed=[1])
    assert (generation.number, generation.documents, generation.chunks) == (2, 2, 2)
    with reading(store) as opened:
        assert [(row.id, row.source) for row in opened.documents()] == [(2, "b.txt"), (3, "c.txt")]
        assert opened.chunk_ids([1, 2, 3]) == [3, 4]
        assert sorted(opened.chunks([1, 2, 3, 4])) == [3, 4]
        assert sorted(opened.cosines(vector(EAST), [1, 2, 3, 4])) == [3, 4]
        assert opened.dense(vector(EAST), 10, NO_FILTERS) == [(3, 0.0), (4, 0.0)]
        assert opened.counts([Term("folded", "iron"), Term("folded", "bridge")]) == {
            Term("folded", "iron"): 1, Term("folded", "bridge"): 0
        }  # fmt: skip
    commit(store, removed=[2, 3])
    commit(store, written("d.txt", ["iron"]))
    with reading(store) as opened:
        assert [(row.id, row.source) for row in opened.documents()] == [(4, "d.txt")]
        assert opened.chunk_ids([4]) == [5]


def test_document_is_written_again_in_one_commit(store: Store) -> None:
    commit(store, written("a.txt", ["iron", "old"]), written("b.txt", ["wood"], [NORTH]))
    commit(store, written("a.txt", ["gold"], [UP]), removed=[1])
    with reading(store) as opened:
        (first, _) = opened.documents()
        assert (first.id, first.source) == (3, "a.txt")
        assert {chunk: item.chunk.text for chunk, item in opened.chunks(range(9)).items()} == {
            3: "wood", 4: "gold"
        }  # fmt: skip
        assert opened.cosines(vector(UP), [3, 4]) == {3: 0.0, 4: 1.0}


def test_touching_changes_times_and_nothing_else(store: Store) -> None:
    torn = skipped("torn.docx", SkipKind.DAMAGED, file=found("torn.docx"), read_ns=9, retry=True)
    generation = commit(store, written("a.txt", ["iron"]), torn)
    with store.write() as writer:
        writer.touch([Touched(1, found("a.txt"), 50), Touched(2, found("torn.docx"), 60)])
        assert writer.generation() == generation
    with reading(store) as opened:
        text, failed = opened.documents()
        assert opened.generation == generation
        assert sorted(opened.chunks([1])) == [1]
    for row, read_ns in ((text, 50), (failed, 60)):
        seen = (row.size, row.mtime_ns, row.ctime_ns, row.inode, row.read_ns)
        assert seen == (10, 20, 30, 40, read_ns)
    assert (text.hash, text.retry) == ("0" * 64, False)
    assert failed.retry  # what failed twice for the same reason may still pass


def found(source: str) -> FoundFile:
    return FoundFile(source, f"/seeds/{source}", 10, 20, 30, 40)


def test_touching_within_a_commit(store: Store) -> None:
    commit(store, written("a.txt", ["iron"]))
    with store.write() as writer:
        touched = (Touched(1, found("a.txt"), 50),)
        assert writer.commit(Change(frozenset(), (), touched), RECIPE).number == 2
        assert [row.read_ns for row in writer.documents()] == [50]


# -- the embedding cache ---------------------------------------------------------------------------


def test_vectors_of_a_build_that_did_not_end_are_there_for_the_next(store: Store) -> None:
    keys = [b"a" * 16, b"b" * 16, b"c" * 16]
    with store.write() as writer:
        writer.cache_vectors("model-1", keys[:2], np.eye(2, 4, dtype=np.float32))
    with store.write() as writer:
        assert writer.cached_hashes("model-1", keys) == set(keys[:2])
        assert writer.cached_hashes("model-2", keys) == set()
        assert writer.generation() is None


def test_commit_without_a_vector_is_refused_and_changes_nothing(store: Store) -> None:
    generation = commit(store, written("a.txt", ["iron"]))
    with store.write() as writer:
        document = written("b.txt", ["wood"]).document
        with pytest.raises(IndexCorrupt):
            writer.commit(Change(frozenset([1]), (document,), ()), RECIPE)
        assert writer.generation() == generation
    with reading(store) as opened:
        assert [row.source for row in opened.documents()] == ["a.txt"]
        assert opened.dense(vector(EAST), 5, NO_FILTERS) == [(1, 1.0)]


def test_vectors_that_no_chunk_uses_leave_the_cache_with_a_commit(store: Store) -> None:
    commit(store, written("a.txt", ["iron"]), written("b.txt", ["wood"]))
    with store.write() as writer:
        writer.cache_vectors("model-1", [b"unused".rjust(16)], np.eye(1, 4, dtype=np.float32))
    commit(store, removed=[1])
    keys = [cache_key("a.txt", 0), cache_key("b.txt", 0), b"unused".rjust(16)]
    with store.write() as writer:
        assert writer.cached_hashes("model-1", keys) == {cache_key("b.txt", 0)}


def test_vector_that_two_documents_use_stays_while_one_does(store: Store) -> None:
    first = written("a.txt", ["iron"])
    copy = replace(first, document=replace(first.document, source="copy.txt"))
    commit(store, first, copy)
    commit(store, removed=[1])
    with store.write() as writer:
        assert writer.cached_hashes("model-1", first.document.hashes) == set(first.document.hashes)
    with reading(store) as opened:
        assert opened.dense(vector(EAST), 5, NO_FILTERS) == [(2, 1.0)]


def test_another_model_replaces_every_vector(store: Store) -> None:
    commit(store, written("a.txt", ["iron"]))
    other = replace(RECIPE, model="other", fingerprint="model-2", dimension=2)
    again = written("a.txt", ["iron"])
    with store.write() as writer:
        writer.cache_vectors("model-2", again.document.hashes, np.eye(1, 2, dtype=np.float32))
        change = Change(frozenset([1]), (again.document,), ())
        generation = writer.commit(change, other, keep_vectors=False)
        assert writer.cached_hashes("model-1", again.document.hashes) == set()
    assert (generation.number, generation.recipe) == (2, other)
    with reading(store) as opened:
        assert opened.dense(vector([0.0, 1.0]), 5, NO_FILTERS) == [(2, 0.0)]
        assert opened.cosines(vector([1.0, 0.0]), [2]) == {2: 1.0}


def test_leftovers_are_removed_and_the_generation_stays(store: Store) -> None:
    generation = commit(store, written("a.txt", ["iron"]))
    with store.write() as writer:
        writer.cache_vectors("model-1", [b"k" * 16], np.eye(1, 4, dtype=np.float32))
        writer.remove_leftovers()
        assert writer.generation() == generation
        assert writer.cached_hashes("model-1", [b"k" * 16]) == {b"k" * 16}
    with reading(store) as opened:
        assert opened.dense(vector(EAST), 5, NO_FILTERS) == [(1, 1.0)]


# -- dense search ----------------------------------------------------------------------------------


def test_dense_search_gives_exact_cosines_best_first_and_equals_by_id(store: Store) -> None:
    commit(store, written("a.txt", ["a", "b", "c", "d"], [NORTH, BETWEEN, EAST, BETWEEN]))
    with reading(store) as opened:
        hits = opened.dense(vector(EAST), 4, NO_FILTERS)
        assert hits == [(3, 1.0), (2, 0.5), (4, 0.5), (1, 0.0)]
        assert opened.cosines(vector(EAST), [4, 1, 999, 3]) == {1: 0.0, 3: 1.0, 4: 0.5}
        assert opened.cosines(vector(EAST), []) == {}


@pytest.mark.parametrize(("count", "chunks"), [(1, [3]), (2, [3, 2, 4]), (3, [3, 2, 4])])
def test_equals_of_the_last_dense_hit_are_hits(count: int, chunks: list[int], store: Store) -> None:
    commit(store, written("a.txt", ["a", "b", "c", "d"], [NORTH, BETWEEN, EAST, BETWEEN]))
    with reading(store) as opened:
        assert [chunk for chunk, _ in opened.dense(vector(EAST), count, NO_FILTERS)] == chunks


def test_dense_search_is_that_of_a_brute_force(store: Store) -> None:
    random = np.random.default_rng(5)
    vectors = random.standard_normal((300, 4)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    commit(store, written("a.txt", ["x"] * 300, vectors.tolist()))
    stored = vectors.astype(np.float16).astype(np.float64)
    with reading(store) as opened:
        for query in vectors[:20]:
            exact = stored @ query.astype(np.float64)
            best = np.argsort(-exact, kind="stable")[:10]
            hits = opened.dense(query, 10, NO_FILTERS)[:10]
            assert [chunk for chunk, _ in hits] == [int(at) + 1 for at in best]
            assert [score for _, score in hits] == pytest.approx(exact[best], abs=1e-6)


# -- lexical search --------------------------------------------------------------------------------

#: Eight chunks in a language without a stemmer: both columns have the same words, 40 in all.
TEXTS = [
    "iron bridge", "iron iron gate wall", "wood path", "mill pond", "iron gate",
    "ferry landing", "lamp", "fog in may at dawn",
]  # fmt: skip


def test_lexical_scores_are_bm25_computed_by_hand(store: Store) -> None:
    commit(store, written("a.txt", TEXTS, language="xx"))
    with reading(store) as opened:
        hits = opened.lexical([Term("folded", "iron")], BOTH, 8, NO_FILTERS)
    # 3 of 8 chunks: idf = ln(5.5 / 3.5) = 0.451985. A chunk has 20 words twice: 5 on average.
    # Two occurrences among 8 words: 0.451985 * 2 * 2.2 / (2 + 1.2 * (0.25 + 0.75 * 8 / 5));
    # one among 4 words, of two chunks: 0.451985 * 2.2 / (1 + 1.2 * (0.25 + 0.75 * 4 / 5)).
    assert [chunk for chunk, _ in hits] == [2, 1, 5]
    assert [score for _, score in hits] == pytest.approx([0.531747, 0.492261, 0.492261], abs=2e-6)


def test_terms_add_up_and_weights_multiply_frequencies(store: Store) -> None:
    commit(store, written("a.txt", TEXTS, language="xx"))
    terms = [Term("folded", "lamp"), Term("stems", "lamp")]
    with reading(store) as opened:
        both = opened.lexical(terms, BOTH, 8, NO_FILTERS)
        heavy = opened.lexical(terms, {"folded": 2.0, "stems": 0.0}, 8, NO_FILTERS)
        context = opened.lexical(terms, {"context_folded": 1.0}, 8, NO_FILTERS)
    # idf = ln(7.5 / 1.5) = 1.609438; 2 words of 5 on average: 1.2 * (0.25 + 0.75 * 2 / 5) = 0.66
    assert both == [(7, pytest.approx(2 * 1.609438 * 2.2 / 1.66, abs=2e-6))]
    assert heavy == [(7, pytest.approx(1.609438 * 2 * 2.2 / 2.66, abs=2e-6))]
    assert context == [(7, 0.0)]


def test_word_in_more_than_half_of_the_chunks_weighs_hardly_anything(store: Store) -> None:
    commit(store, written("a.txt", ["iron", "iron", "iron", "wood"], language="xx"))
    with reading(store) as opened:
        hits = opened.lexical([Term("folded", "iron")], BOTH, 8, NO_FILTERS)
    assert [chunk for chunk, _ in hits] == [1, 2, 3]
    assert [score for _, score in hits] == pytest.approx([1e-6] * 3, abs=1e-9)


@pytest.mark.parametrize(("count", "chunks"), [(1, [2]), (2, [2, 1, 5]), (3, [2, 1, 5])])
def test_equals_of_the_last_lexical_hit_are_hits(
    count: int, chunks: list[int], store: Store
) -> None:
    commit(store, written("a.txt", TEXTS, language="xx"))
    with reading(store) as opened:
        hits = opened.lexical([Term("folded", "iron")], BOTH, count, NO_FILTERS)
    assert [chunk for chunk, _ in hits] == chunks


@pytest.mark.parametrize("terms", [[], [Term("folded", "zebra")]], ids=["none", "unknown"])
def test_no_word_finds_nothing(terms: list[Term], store: Store) -> None:
    commit(store, written("a.txt", TEXTS))
    with reading(store) as opened:
        assert opened.lexical(terms, BOTH, 8, NO_FILTERS) == []


@pytest.mark.parametrize(
    ("terms", "ids", "expected"),
    [
        ([Term("folded", "iron")], [1, 2, 3, 4], {1, 2}),
        ([Term("folded", "iron")], [3, 4], set()),
        ([Term("folded", "zebra"), Term("folded", "iron")], [5, 99], {5}),
        ([Term("folded", "iron")], [], set()),
        ([], [1, 2], set()),
    ],
)
def test_those_of_some_chunks_that_have_a_word(
    terms: list[Term], ids: list[int], expected: set[int], store: Store
) -> None:
    commit(store, written("a.txt", TEXTS, language="xx"))
    with reading(store) as opened:
        assert opened.having(terms, ids) == expected


def test_counts_are_those_of_each_column(store: Store) -> None:
    texts = ["The bridges", "A bridge, a bridge", "Brücken"]
    commit(store, written("a.txt", texts[:2]), written("b.txt", texts[2:], language="de"))
    expected = {
        Term("folded", "bridge"): 1,
        Term("folded", "bridges"): 1,
        Term("stems", "bridg"): 2,
        Term("folded", "brucken"): 1,
        Term("stems", "bruck"): 1,
        Term("folded", "zebra"): 0,
        Term("context_folded", "bridge"): 0,
    }
    with reading(store) as opened:
        assert opened.counts(expected) == expected
        assert opened.counts([]) == {}


def test_words_are_those_of_the_text_as_it_is_read(store: Store) -> None:
    one = written("a.txt", ["Bar-\ntholomew built it"])
    (chunk,) = one.document.chunks
    read = replace(chunk, edits=(Edit(3, 5),))
    commit(store, replace(one, document=replace(one.document, chunks=(read,))))
    with reading(store) as opened:
        counts = opened.counts(Term("folded", word) for word in ("bartholomew", "bar", "tholomew"))
        assert list(counts.values()) == [1, 0, 0]
        assert opened.chunks([1])[1].chunk.text == "Bar-\ntholomew built it"


# -- filters ---------------------------------------------------------------------------------------

FILED = [
    ("a.txt", "en", "2020-05-01"),
    ("b.txt", "de", None),
    ("reports/2020.pdf", "en", "2020-12-31"),
    ("reports/2021.pdf", "fr", "2021-01-01"),
    ("reports/old/a.txt", "en", "1999-01-01"),
    ("c%_.txt", "en", "2021-06-15"),
]


@pytest.mark.parametrize(
    ("where", "sources"),
    [
        (Filters(), [0, 1, 2, 3, 4, 5]),
        (Filters(pattern="*.txt"), [0, 1, 4, 5]),
        (Filters(pattern="/*.txt"), [0, 1, 5]),
        (Filters(pattern="reports"), [2, 3, 4]),
        (Filters(pattern="reports/*"), [2, 3, 4]),
        (Filters(pattern="reports/*.pdf"), [2, 3]),
        (Filters(pattern="reports/**/a.txt"), [4]),
        (Filters(pattern="%"), []),
        (Filters(pattern="_.txt"), []),
        (Filters(pattern="c%_.txt"), [5]),
        (Filters(language="en"), [0, 2, 4, 5]),
        (Filters(language="EN"), [0, 2, 4, 5]),
        (Filters(language="es"), []),
        (Filters(since="2021-01-01"), [3, 5]),
        (Filters(until="2020-12-31"), [0, 2, 4]),
        (Filters(since="2020-05-01", until="2020-12-31"), [0, 2]),
        (Filters(since="2021", until="2020"), []),
        (Filters(pattern="*.txt", language="en", since="2000-01-01"), [0, 5]),
        (Filters(pattern="", language="", since="", until=""), [0, 1, 2, 3, 4, 5]),
    ],
)
def test_filters(where: Filters, sources: list[int], store: Store) -> None:
    commit(store, *(written(name, ["iron"], None, *facts) for name, *facts in FILED))  # type: ignore[misc]
    expected = [number + 1 for number in sources]
    with reading(store) as opened:
        dense = opened.dense(vector(EAST), 10, where)
        lexical = opened.lexical([Term("folded", "iron")], BOTH, 10, where)
    assert [chunk for chunk, _ in dense] == expected
    assert sorted(chunk for chunk, _ in lexical) == expected


def test_filters_choose_before_hits_are_counted(store: Store) -> None:
    """The best hits of all documents are none of those that pass."""
    best = [written(f"best{number}.txt", ["iron iron"], [EAST]) for number in range(40)]
    commit(store, *best, written("worst.txt", ["iron and wood"], [NORTH]))
    where = Filters(pattern="worst.txt")
    with reading(store) as opened:
        assert opened.dense(vector(EAST), 1, where) == [(41, 0.0)]
        hits = opened.lexical([Term("folded", "iron")], BOTH, 1, where)
        assert [chunk for chunk, _ in hits] == [41]
        # what other documents hold counts for the score all the same
        (score,) = [found[1] for found in opened.lexical(
            [Term("folded", "iron")], BOTH, 41, NO_FILTERS) if found[0] == 41]  # fmt: skip
        assert hits[0][1] == score


NAMES = ["a", "b.txt", "a.txt", "ß", "x y"]
LANGUAGES = ["en", "de", "unknown"]
DATES = [None, "1999-12-31", "2000-01-01", "2000-02-29", "2024-06-01"]
CORPUS = [
    (f"{folder}{name}", LANGUAGES[number % 3], DATES[number % 5])
    for number, (folder, name) in enumerate(product(["", "a/", "b/", "a/b/", "ß/"], NAMES))
]
PARTS = ["a", "b", "*", "**", "?", "/", ".txt", "ß", "[ab]", "!", "x y", "\\", "[", " "]


@pytest.fixture(scope="module", params=STORES)
def corpus(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Reading]:
    """One generation of many documents, each a chunk or two."""
    store = STORES[request.param](tmp_path_factory.mktemp("corpus") / "index")
    commit(
        store,
        *(
            written(source, ["iron"] * (1 + number % 2), None, language, date)
            for number, (source, language, date) in enumerate(CORPUS)
        ),
    )
    with reading(store) as opened:
        yield opened


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(
    where=st.builds(
        Filters,
        pattern=st.none() | st.lists(st.sampled_from(PARTS), max_size=6).map("".join),
        language=st.none() | st.sampled_from([*LANGUAGES, "EN", "fr"]),
        since=st.none() | st.sampled_from([*filter(None, DATES), "2000"]),
        until=st.none() | st.sampled_from([*filter(None, DATES), "2000"]),
    )
)
def test_filters_agree_with_a_brute_force(corpus: Reading, where: Filters) -> None:
    expected = [
        chunk
        for chunk, stored in sorted(corpus.chunks(range(1, 100)).items())
        if passes(where, stored)
    ]
    dense = corpus.dense(vector(EAST), 100, where)
    lexical = corpus.lexical([Term("folded", "iron")], BOTH, 100, where)
    assert [chunk for chunk, _ in dense] == expected
    assert sorted(chunk for chunk, _ in lexical) == expected


def passes(where: Filters, stored: StoredChunk) -> bool:
    """Judge one document as the documentation of `Filters` says."""
    date = stored.date
    return (
        (not where.pattern or matches_glob(where.pattern)(stored.source))
        and (not where.language or stored.language == where.language.lower())
        and (not where.since or (date is not None and date >= where.since))
        and (not where.until or (date is not None and date <= where.until))
    )


# -- documents by page -----------------------------------------------------------------------------


def test_documents_come_by_source_in_pages(store: Store) -> None:
    names = ["b.txt", "ä.txt", "a/z.txt", "B.txt", "a.txt", "🚢.txt", "a b.txt"]
    assert all(unicodedata.is_normalized("NFC", name) for name in names)
    commit(
        store,
        *(written(name, ["x"]) for name in names[1:]),
        skipped(names[0], SkipKind.EMPTY),
    )
    ordered = sorted(names)
    with reading(store) as opened:
        assert [row.source for row in opened.documents()] == ordered
        pages, after = [], ""
        while page := opened.documents(after, 3):
            pages.append([row.source for row in page])
            after = page[-1].source
        assert opened.documents("a.txt", 0) == []
        assert [row.source for row in opened.documents(after="b.txt")] == ordered[5:]
    assert pages == [ordered[:3], ordered[3:6], ordered[6:]]
    with store.read() as reader:
        assert [row.source for row in reader.documents("B.txt", 2)] == ordered[1:3]


def test_chunk_ids_of_documents_are_ascending(store: Store) -> None:
    commit(store, written("a.txt", ["x", "y"]), written("b.txt", ["z"]), written("c.txt", ["w"]))
    with reading(store) as opened:
        assert opened.chunk_ids([3, 1]) == [1, 2, 4]
        assert opened.chunk_ids([99]) == []
        assert opened.chunk_ids([]) == []
