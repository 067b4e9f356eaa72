"""Chunks: exact places, full coverage, size, pages, overlap; and sentences."""

from __future__ import annotations

import random
from bisect import bisect_right
from itertools import pairwise

import pytest

from seedqa.index.chunking import BLOCK_CHARACTERS, split_document
from seedqa.index.documents.markdown import extract_markdown
from seedqa.index.sentences import split_sentences
from seedqa.index.types import DEFAULT_SETTINGS, Chunk, ChunkSettings, Document


def document(text: str, *page_starts: int) -> Document:
    return Document("a.txt", text, "A title", None, "en", page_starts)


def cut(text: str, size: int, overlap: int = 0) -> list[str]:
    return [chunk.text for chunk in split_document(document(text), ChunkSettings(size, overlap))]


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


# -- what holds of every chunk of every text -----------------------------------------------------

PIECES = [
    "a", "Mot", "phrase", "x" * 50, "M. ", "12. ", "«", "»", "“", "”", '"', "’", ")", " ", "  ",
    "\t", "\n", "\n\n", "\n \n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\xa0", "\u202f", "\u2028",
    "\u3000", "\ufeff", ". ", ".", "! ", "? ", "… ", " ! », ", "; ", ": ", "。", "日本",
    "「はい。」", "é", "e\u0301", "\u0301", "👩\u200d👩\u200d👧", "🇫🇷",
]  # fmt: skip


def random_document(rng: random.Random) -> Document:
    text = "".join(rng.choices(PIECES, k=rng.randint(0, 300)))
    if not text or rng.random() < 0.5:
        return document(text)
    inner = sorted(rng.choices(range(len(text) + 1), k=rng.randint(0, 5)))
    return document(text, 0, *inner)


def check_chunks(document: Document, settings: ChunkSettings) -> None:
    text, chunks = document.text, split_document(document, settings)
    covered = bytearray(len(text))
    for chunk in chunks:
        assert text[chunk.start : chunk.end] == chunk.text
        assert chunk.text == chunk.text.strip() != ""
        assert len(chunk.text) <= settings.size
        assert chunk.line_start == text.count("\n", 0, chunk.start) + 1
        assert chunk.line_end == text.count("\n", 0, chunk.end - 1) + 1
        first, last = (
            bisect_right(document.page_starts, at) or None for at in (chunk.start, chunk.end - 1)
        )
        assert chunk.page == first == last
        covered[chunk.start : chunk.end] = b"\1" * len(chunk.text)
    missed = [at for at, seen in enumerate(covered) if not seen and not text[at].isspace()]
    assert missed == []
    for before, after in pairwise(chunks):
        assert before.start < after.start
        assert before.end < after.end
        assert before.end - after.start <= settings.overlap


@pytest.mark.parametrize("size", [5, 20, 100, DEFAULT_SETTINGS.size])
def test_every_chunk_of_many_texts_keeps_its_promises(size: int) -> None:
    """A chunk that reached back into a line that is indented once began with white space."""
    rng = random.Random(size)
    for _ in range(300):
        overlap = rng.choice([0, 1, size // 5, size // 2, size - 1])
        check_chunks(random_document(rng), ChunkSettings(size, overlap))


def test_a_long_text_of_many_blocks_keeps_its_promises() -> None:
    rng = random.Random(0)
    text = "".join(rng.choices(PIECES, k=45_000))
    assert len(text) > 1.2 * BLOCK_CHARACTERS
    covered, previous = bytearray(len(text)), None
    for chunk in split_document(document(text)):
        assert text[chunk.start : chunk.end] == chunk.text == chunk.text.strip()
        assert len(chunk.text) <= DEFAULT_SETTINGS.size
        assert previous is None or previous.end < chunk.end
        covered[chunk.start : chunk.end] = b"\1" * len(chunk.text)
        previous = chunk
    assert all(seen or character.isspace() for seen, character in zip(covered, text, strict=True))


@pytest.mark.slow
def test_one_line_of_two_megabytes_without_a_space() -> None:
    text = "0123456789" * 200_000
    chunks = split_document(document(text))
    step = DEFAULT_SETTINGS.size - DEFAULT_SETTINGS.overlap
    blocks = range(0, len(text), BLOCK_CHARACTERS)
    bounds = [
        (start, min(start + step, block + BLOCK_CHARACTERS))
        for block in blocks
        for start in range(block, block + BLOCK_CHARACTERS, step)
    ]
    assert [(chunk.start, chunk.end) for chunk in chunks] == bounds
    assert {(chunk.line_start, chunk.line_end) for chunk in chunks} == {(1, 1)}


# -- where a text is cut -------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", " ", "\n\n \t\n", "\u3000\xa0\u2028"], ids=repr)
def test_white_space_has_no_chunk(text: str) -> None:
    assert split_document(document(text)) == []
    assert split_document(document(text, 0)) == []


def test_a_short_text_is_one_chunk_with_its_place() -> None:
    text = "\n  One.\nTwo. \n\nThree.\n"
    assert split_document(document(text)) == [
        Chunk(
            start=3,
            end=21,
            line_start=2,
            line_end=5,
            page=None,
            text="One.\nTwo. \n\nThree.",
            context=("A title",),
        )
    ]


@pytest.mark.parametrize(
    ("text", "chunks"),
    [
        pytest.param("One one.\n\nTwo. Two two.", ["One one.", "Two. Two two."], id="paragraph"),
        pytest.param("One one.\nTwo. Two two.", ["One one.", "Two. Two two."], id="line"),
        pytest.param("One one one. Two two.", ["One one one.", "Two two."], id="sentence"),
        pytest.param("One one; two two two", ["One one;", "two two two"], id="clause"),
        pytest.param("one two three four", ["one two three", "four"], id="word"),
        pytest.param("abcdefghijklmnopqrst", ["abcdefghijklmn", "opqrst"], id="anywhere"),
        pytest.param("« Oui oui ! » Il dit", ["« Oui oui ! »", "Il dit"], id="guillemets"),
        pytest.param("Er sagt „Ja.“ Dann kam", ["Er sagt „Ja.“", "Dann kam"], id="German quotes"),
        pytest.param("東京です。大阪です。京都と奈良です。",
                     ["東京です。大阪です。", "京都と奈良です。"], id="Japanese"),
    ],
)  # fmt: skip
def test_the_best_place_to_cut_is_taken(text: str, chunks: list[str]) -> None:
    """Japanese sentences, which no space follows, once were cut anywhere."""
    assert cut(text, 14) == chunks


def test_emoji_and_accents_count_code_points() -> None:
    text = "👩\u200d👩\u200d👧 e\u0301te\u0301.\n\n🇫🇷 fin."
    assert [
        (chunk.start, chunk.end, chunk.text, chunk.line_start)
        for chunk in split_document(document(text), ChunkSettings(14, 0))
    ] == [(0, 12, "👩\u200d👩\u200d👧 e\u0301te\u0301.", 1), (14, 21, "🇫🇷 fin.", 3)]


def test_a_page_is_never_crossed() -> None:
    text = "Page one.\nPage two, and more.\nPage four."
    chunks = split_document(document(text, 0, 10, 30, 30), ChunkSettings(100, 50))
    assert [(chunk.page, chunk.text) for chunk in chunks] == [
        (1, "Page one."),
        (2, "Page two, and more."),
        (4, "Page four."),
    ]


# -- overlap -------------------------------------------------------------------------------------


def test_overlap_is_the_last_whole_sentences_that_fit() -> None:
    text = "Aa aa aa. Bb bb. Cc cc. Dd dd dd dd. Ee ee."
    assert cut(text, 35, 0) == ["Aa aa aa. Bb bb. Cc cc.", "Dd dd dd dd. Ee ee."]
    assert cut(text, 40, 10) == ["Aa aa aa. Bb bb. Cc cc.", "Cc cc. Dd dd dd dd. Ee ee."]
    assert cut(text, 50, 18) == ["Aa aa aa. Bb bb. Cc cc.", "Bb bb. Cc cc. Dd dd dd dd. Ee ee."]


def test_what_is_repeated_begins_where_a_sentence_does() -> None:
    rng = random.Random(3)
    words = ["Brücke", "pont", "« Oui ! »", "M. Dupont", "am 3. Mai", "1894", "e\u0301te\u0301"]
    lines = (" ".join(rng.choices(words, k=rng.randint(1, 12))) for _ in range(400))
    text = "".join(line + rng.choice([". ", "! ", "? ", ".\n", ".\n\n"]) for line in lines)
    starts = {start for start, _ in split_sentences(text)}
    chunks = split_document(document(text), ChunkSettings(200, 80))
    repeated = [after.start for before, after in pairwise(chunks) if after.start < before.end]
    assert len(repeated) > len(chunks) / 2
    assert [start for start in repeated if start not in starts] == []


def test_a_sentence_too_long_to_repeat_is_not_repeated() -> None:
    text = "Aa aa aa aa aa aa aa aa. Bb bb bb bb bb."
    assert cut(text, 35, 10) == ["Aa aa aa aa aa aa aa aa.", "Bb bb bb bb bb."]


def test_overlap_does_not_reach_over_a_page() -> None:
    text = "Aa aa. Bb bb. Cc cc. Dd dd."
    chunks = split_document(document(text, 0, 14), ChunkSettings(40, 10))
    assert [chunk.text for chunk in chunks] == ["Aa aa. Bb bb.", "Cc cc. Dd dd."]


# -- sentences -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("One. Two! Three? Four…  Five", ["One.", "Two!", "Three?", "Four…", "Five"],
                     id="ends"),
        pytest.param("  \n One.\n\n Two.\n", ["One.", "Two."], id="white space"),
        pytest.param("", [], id="nothing"),
        pytest.param(" \n ", [], id="only white space"),
        pytest.param("Title\nThe text. More", ["Title", "The text.", "More"], id="lines"),
        pytest.param("It was opened\nby the king.\n\nnext", ["It was opened\nby the king.", "next"],
                     id="a wrapped line goes on, a paragraph does not"),
        pytest.param("« Viens\u202f! » dit-il. « Non. » Elle partit.",
                     ["« Viens\u202f! » dit-il.", "« Non. »", "Elle partit."], id="guillemets"),
        pytest.param("He said “Stop.” Then he left. “Go.”", ["He said “Stop.”", "Then he left.",
                     "“Go.”"], id="English quotes"),
        pytest.param("„Komm.“ Er ging. »Nein.« Sie blieb.", ["„Komm.“", "Er ging.",
                     "»Nein.« Sie blieb."], id="German quotes"),
        pytest.param("(One.) Two [three.] Four", ["(One.)", "Two [three.]", "Four"], id="brackets"),
        pytest.param("M. Dupont et Mme. Curie, née env. 1867. Elle", ["M. Dupont et Mme. Curie, née"
                     " env. 1867.", "Elle"], id="French abbreviations"),
        pytest.param("Dr. Who met Mr. J. R. Smith vs. St. John. He", ["Dr. Who met Mr. J. R. Smith"
                     " vs. St. John.", "He"], id="English abbreviations"),
        pytest.param("Am 3. Oktober 1990. Nr. 5 bzw. Abb. 7. Dann", ["Am 3. Oktober 1990.",
                     "Nr. 5 bzw. Abb. 7. Dann"], id="German dates and abbreviations"),
        pytest.param("Sra. López, pág. 12; prof. Rossi", ["Sra. López, pág. 12; prof. Rossi"],
                     id="Spanish and Italian abbreviations"),
        pytest.param("It cost 3.5 million in 1894. It fell", ["It cost 3.5 million in 1894.",
                     "It fell"], id="decimals and years"),
        pytest.param("the U.S. Army, e.g. this. Then", ["the U.S. Army, e.g. this.", "Then"],
                     id="initials"),
        pytest.param("東京です。「はい。」大阪！終", ["東京です。", "「はい。」", "大阪！", "終"],
                     id="Japanese"),
    ],
)  # fmt: skip
def test_split_sentences(text: str, expected: list[str]) -> None:
    """Abbreviations, initials and German dates once ended a sentence, and an answer with it."""
    assert sentences(text) == expected


def test_sentences_cover_all_but_white_space_without_overlap() -> None:
    rng = random.Random(7)
    for _ in range(500):
        text = random_document(rng).text
        end = 0
        for start, next_end in split_sentences(text):
            assert text[end:start].strip() == ""
            assert text[start:next_end] == text[start:next_end].strip() != ""
            end = next_end
        assert text[end:].strip() == ""


def test_a_chunk_knows_the_entries_that_it_is_below() -> None:
    """What a treasurer does is said of the treasurer, however long the list is."""
    duty = "Keeps the books of the club and shows them to whoever asks for them at a meeting."
    lines = ["- President", "  - Leads the meetings.", "- Treasurer"]
    lines += [f"  - {duty} {number}" for number in range(12)]
    extracted = extract_markdown("\n".join(lines).encode())
    document = Document(
        "a.md", extracted.text, "", None, "en", (), extracted.blocks, extracted.edits
    )
    chunks = split_document(document)
    assert len(chunks) > 1
    assert all(chunk.context[-1:] == ("Treasurer",) for chunk in chunks[1:])
