"""The count of chunks that are cut off from their headings."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

from benchmarks.headings import count_chunks, count_folder
from seedqa.index.chunking import split_document
from seedqa.index.documents.markdown import extract_markdown
from seedqa.index.types import Document

TEXT = "# Light\n\n## Branvik\n\n" + "Built late. " * 70 + "\n\n## Skagen\n\nOld.\n\n## Turku\n"


def document() -> Document:
    made = extract_markdown(TEXT.encode())
    return Document("a.md", TEXT, "Light", None, "en", (), made.blocks, made.edits)


def test_the_chunks_of_the_product_keep_their_headings(tmp_path: Path) -> None:
    counts: dict[str, Counter[str]] = {}
    (tmp_path / "a.md").write_text(TEXT)
    (tmp_path / "b.txt").write_text(TEXT)
    count_folder(tmp_path, counts)
    found = counts.pop(".md")
    assert not counts
    assert found["files"] == 1
    assert (found["ends"], found["lacks"]) == (0, 0)
    assert found["below"] == found["chunks"] - 1 > 2  # the heading without text is a chunk alone


def test_chunks_without_their_headings_are_counted() -> None:
    whole = document()
    chunks = split_document(whole)
    bare = [replace(chunk, context=()) for chunk in chunks]
    below = [chunk for chunk in chunks if "Branvik" in chunk.context]
    assert below
    assert count_chunks(whole, bare)["lacks"] == len(below)


def test_a_chunk_that_ends_with_the_next_heading_is_counted() -> None:
    whole = document()
    end = TEXT.index("Skagen") + len("Skagen")
    late = [replace(chunk, end=end) for chunk in split_document(whole)[:1]]
    assert count_chunks(whole, late)["ends"] == 1
