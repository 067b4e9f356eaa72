"""Chunks along sections: headings, tables, lists, page breaks, and what is not read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from seedqa.index.chunking import split_document
from seedqa.index.documents.markdown import extract_markdown
from seedqa.index.reading_view import readable_text
from seedqa.index.sections import is_cut_off, name_context
from seedqa.index.types import Block, BlockKind, Chunk, ChunkSettings, Document, Edit, Row

H, P, I = BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.ITEM  # noqa: E741


def make(*parts: tuple[BlockKind, str] | tuple[BlockKind, str, int], **known: object) -> Document:
    """Return a document of these blocks, an empty line between two of them."""
    text, blocks = "", []
    for kind, words, *level in parts:
        start = len(text)
        text += words
        blocks.append(Block(kind, start, len(text), level[0] if level else 0))
        text += "\n\n"
    values = {"source": "a.md", "title": "Report", "date": None, "language": "en"} | known
    return Document(text=text, blocks=tuple(blocks), **values)


def told(chunks: list[Chunk]) -> list[tuple[tuple[str, ...], str]]:
    return [(chunk.context, readable_text(chunk)) for chunk in chunks]


def test_a_heading_begins_the_first_chunk_of_its_section_and_is_context_of_the_others() -> None:
    first, second = "One. " * 60, "Two. " * 60
    document = make((H, "Ghent", 2), (P, first.strip()), (P, second.strip()), (H, "Turku", 2),
                    (P, "Three."))  # fmt: skip
    chunks = split_document(document)
    assert [chunk.context for chunk in chunks] == [("Report",), ("Report", "Ghent"), ("Report",)]
    assert chunks[0].text.startswith("Ghent\n\nOne. One.")
    assert chunks[2].text == "Turku\n\nThree."
    assert not any(chunk.text.endswith(("Ghent", "Turku")) for chunk in chunks)


def test_the_path_of_headings_is_context() -> None:
    document = make((H, "Report", 1), (H, "Offices", 2), (H, "Ghent", 3), (P, "a" * 590),
                    (P, "It opens at nine."))  # fmt: skip
    chunks = split_document(document)
    assert chunks[0].start == 0
    assert chunks[-1].context == ("Report", "Offices", "Ghent")


def test_a_heading_without_text_stays_with_the_next_section() -> None:
    document = make((H, "Offices", 1), (H, "Ghent", 2), (P, "It opens at nine."))
    assert told(split_document(document)) == [
        (("Report",), "Offices\n\nGhent\n\nIt opens at nine."),
    ]


def test_a_heading_at_the_end_is_found_by_its_own_words() -> None:
    document = make((P, "Text."), (H, "Appendix", 1))
    assert told(split_document(document)) == [(("Report",), "Text."), (("Report",), "Appendix")]


def test_chunks_are_in_the_order_of_their_starts() -> None:
    """A note below a heading came before the heading."""
    document = make((H, "Baths", 1), (BlockKind.NOTE, "1 Since 1904."), (P, "Open daily."))
    assert [(chunk.start, chunk.text[:5]) for chunk in split_document(document)] == [
        (0, "Baths"),
        (7, "1 Sin"),
    ]


def test_what_is_not_read_is_in_no_chunk() -> None:
    document = make((BlockKind.NAVIGATION, "Home | Shop"), (P, "The baths open at eight."),
                    (BlockKind.FURNITURE, "Page 1 of 4"))  # fmt: skip
    assert [chunk.text for chunk in split_document(document)] == ["The baths open at eight."]


def test_a_sentence_runs_over_the_end_of_a_page() -> None:
    document = make((P, "The work was paid for by"), (BlockKind.FURNITURE, "Confidential"),
                    (P, "the Marlow Foundation."), page_starts=(0, 40))  # fmt: skip
    (chunk,) = split_document(document)
    assert readable_text(chunk) == "The work was paid for by the Marlow Foundation."
    assert (chunk.page, chunk.page_to) == (1, 2)
    assert chunk.text == "The work was paid for by\n\nConfidential\n\nthe Marlow Foundation."


def test_a_word_is_joined_over_the_end_of_a_page() -> None:
    document = make((P, "paid by the foun-"), (BlockKind.FURNITURE, "7"), (P, "dation."))
    assert readable_text(split_document(document)[0]) == "paid by the foundation."


def test_a_sentence_that_ends_does_not_run_on() -> None:
    document = make((P, "It was paid."), (BlockKind.FURNITURE, "7"), (P, "the next one."))
    assert [chunk.text for chunk in split_document(document)] == ["It was paid.", "the next one."]
    assert is_cut_off("paid for by", "the fund")
    assert not is_cut_off("Summary", "The fund")
    told = "The roof leaks a little, but nothing of value is kept there. The gate was put up on"
    assert is_cut_off(told, "17 June 2020. The hall is dry.")  # fewer characters than MAX_HEADINGS
    assert not is_cut_off(told + " Monday.", "17 members came.")
    assert not is_cut_off("Chair: Dr. Anna Berg", "Treasurer: Tom Reed")


def table(rows: int) -> Document:
    head = "| Station | Opened |"
    lines = [head, *(f"| Moen {number} | {1900 + number} |" for number in range(rows))]
    text = "Stations\n\n" + "\n".join(lines)
    found = []
    at = text.index(head)
    for line in lines:
        first = at + 2
        second = at + line.index("|", 2) + 2
        cells = ((first, at + line.index("|", 2) - 1), (second, at + len(line) - 2))
        found.append(Row(at, at + len(line), cells))
        at += len(line) + 1
    blocks = (
        Block(H, 0, 8, 2),
        Block(BlockKind.TABLE, found[0].start, found[-1].end, columns=("Station", "Opened"),
              header=found[0], rows=tuple(found[1:])),
    )  # fmt: skip
    return Document("a.md", text, "Report", None, "en", blocks=blocks)


def test_a_row_is_read_with_the_names_of_its_columns() -> None:
    (chunk,) = split_document(table(2))
    assert readable_text(chunk) == (
        "Stations\n\nStation: Moen 0; Opened: 1900.\nStation: Moen 1; Opened: 1901."
    )
    assert chunk.columns == ("Station", "Opened")
    assert chunk.text.startswith("Stations\n\n| Station | Opened |\n| Moen 0")


def test_a_long_table_keeps_the_names_of_its_columns() -> None:
    chunks = split_document(table(40))
    assert len(chunks) > 2
    assert {chunk.columns for chunk in chunks} == {("Station", "Opened")}
    assert chunks[1].context == ("Report", "Stations")
    read = "".join(map(readable_text, chunks))
    assert read.count("Station: ") == 40


def test_a_list_is_kept_whole_with_what_introduces_it() -> None:
    document = make((P, "x" * 400), (P, "The members are:"), (I, "Ann Lee", 1), (I, "Bob Ray", 1),
                    (I, "Cy Oz", 1))  # fmt: skip
    chunks = split_document(document, ChunkSettings(600, 120))
    last = chunks[-1]
    assert "The members are:" in last.text
    assert [last.text[slice(*item)] for item in last.items] == ["Ann Lee", "Bob Ray", "Cy Oz"]


def test_the_sentence_that_introduces_a_list_is_in_its_chunk() -> None:
    """A long paragraph above a list was cut from it, with the sentence that introduces it."""
    filler = " ".join(["The dog of the neighbours barks less."] * 11)
    lead = "These people are on the board:"
    items = [(I, f"{name} of the house by the old harbour", 1) for name in ("Ann", "Bob", "Cy")]
    document = make((P, f"{filler} {lead}"), *items)
    *_, last = split_document(document, ChunkSettings(600, 120))
    assert len(last.items) == 3
    assert last.text[: last.items[0][0]].rstrip().endswith(lead)


def test_names_that_tell_something_are_context() -> None:
    assert name_context("trips/Valencia 2023.md", "Hotel notes") == ("trips", "Valencia 2023")
    assert name_context("lease-2021.md", "Lease") == ("lease-2021",)
    assert name_context("iron_bridge.txt", "The iron bridge") == ()
    assert name_context("a/b/0001.txt", "The iron bridge") == ()


def test_a_note_belongs_to_the_section_of_its_reference() -> None:
    document = make((H, "Ghent", 2), (P, "It opens at nine."), (H, "Turku", 2), (P, "It shuts."),
                    (BlockKind.NOTE, "Not in winter."))  # fmt: skip
    note = replace(document.blocks[-1], anchor=document.text.index("nine"))
    noted = replace(document, blocks=(*document.blocks[:-1], note))
    assert told(split_document(noted))[-1] == (("Report", "Ghent"), "Not in winter.")
    assert told(split_document(document))[-1] == (("Report",), "Not in winter.")


def test_a_footnote_does_not_end_a_sentence_that_runs_on() -> None:
    document = make((P, "It was paid for by"), (BlockKind.NOTE, "See page 9."), (P, "the fund."))
    assert told(split_document(document)) == [
        (("Report",), "It was paid for by the fund."),
        (("Report",), "See page 9."),
    ]


def test_a_note_of_markdown_has_the_headings_above_its_reference_as_context() -> None:
    text = "# Light\n\n## Branvik\n\nBuilt late[^1].\n\n## Skagen\n\nOld.\n\n[^1]: In 1847.\n"
    extracted = extract_markdown(text.encode())
    document = Document("a.md", text, "Light", None, "en", (), extracted.blocks, extracted.edits)
    assert told(split_document(document))[-1] == (("Light", "Branvik"), "In 1847.")


def test_wrapped_prose_is_cut_between_sentences_and_not_between_lines() -> None:
    text = (
        "The light was kept for forty years by Greta\nBrandquister of Skagen. She was paid\n"
        "twelve crowns a month by the Harbour\nOffice. The house is gone."
    )
    breaks = [at for at, character in enumerate(text) if character == "\n"]
    edits = tuple(Edit(at, at + 1, " ") for at in breaks)
    document = make((P, text), edits=edits)
    chunks = split_document(document, ChunkSettings(size=140, overlap=60))
    assert [readable_text(chunk) for chunk in chunks] == [
        "The light was kept for forty years by Greta Brandquister of Skagen.",
        "She was paid twelve crowns a month by the Harbour Office. The house is gone.",
    ]


@pytest.mark.parametrize(("kind", "count"), [(P, 200_000), (I, 60_000)])
def test_a_long_section_takes_linear_time(kind: BlockKind, count: int) -> None:
    """Each paragraph copied all before it, and each entry looked at all after it: for minutes."""
    chunks = split_document(make((P, "Houses:"), *((kind, f"House {n}") for n in range(count))))
    assert chunks[0].text.startswith("Houses:\n\nHouse 0\n\nHouse 1\n\n")
    assert chunks[-1].text.endswith(f"House {count - 2}\n\nHouse {count - 1}")
