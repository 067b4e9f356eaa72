"""Count chunks that are cut off from their headings, over real documents.

    python -m benchmarks.headings FOLDER...    (Markdown, HTML and DOCX files below each)

Of the chunks that have text below a heading, these must be none:

- ends: the chunk ends with a heading, though text follows it in its section;
- lacks: the nearest heading above the first text of the chunk is neither in it nor in its context.

Headings with nothing below them are chunks of their own and are not counted. A heading that says
the same as the one above it, or as the title, need be there only once.
"""

from __future__ import annotations

import argparse
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seedqa.index.types import Chunk, Document

FORMATS = (".md", ".markdown", ".html", ".htm", ".docx")


def main() -> None:
    """Print a row for each format."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    counts: dict[str, Counter[str]] = {}
    for folder in parser.parse_args().folders:
        count_folder(folder, counts)
    print("| format | files | chunks | below a heading | ends | lacks |\n|---|---|---|---|---|---|")
    for suffix, found in sorted(counts.items()):
        shown = (found[name] for name in ("files", "chunks", "below", "ends", "lacks"))
        print("|", " | ".join([suffix[1:], *map(str, shown)]), "|")


def count_folder(folder: Path, counts: dict[str, Counter[str]]) -> None:
    """Add the counts of the files below a folder, by their format."""
    from seedqa.index.chunking import split_document
    from seedqa.index.documents.read import read_document
    from seedqa.index.documents.walk import walk_folder
    from seedqa.index.errors import UnreadableFile

    for found in walk_folder(folder)[0]:
        suffix = Path(found.source).suffix.lower()
        if suffix not in FORMATS:
            continue
        try:
            document = read_document(found)[1]
        except UnreadableFile as error:
            print(f"{found.source}: {error}")
            continue
        counts.setdefault(suffix, Counter()).update(
            count_chunks(document, split_document(document))
        )


def count_chunks(document: Document, chunks: Iterable[Chunk]) -> Counter[str]:
    """Return how many chunks a document has, and how many are cut off from their headings."""
    from seedqa.index.lexical import folded_words
    from seedqa.index.reading_view import clip_edits, make_view
    from seedqa.index.types import UNREAD_KINDS, BlockKind

    def read(start: int, end: int) -> list[str]:
        edits = clip_edits(document.edits, start, end)
        return folded_words(make_view(document.text[start:end], edits).text)

    blocks = [block for block in document.blocks if block.kind not in UNREAD_KINDS]
    is_heading = [block.kind is BlockKind.HEADING for block in blocks]
    starts = [block.start for block in blocks]
    apart = (BlockKind.NOTE, BlockKind.FRONT_MATTER)
    counts = Counter(files=1)
    for chunk in chunks:
        counts["chunks"] += 1
        first = max(0, bisect_right(starts, chunk.start) - 1)
        last = bisect_left(starts, chunk.end) - 1
        bodies = [at for at in range(first, last + 1) if not is_heading[at]]
        if not bodies or blocks[bodies[0]].kind in apart:
            continue
        above = [at for at in range(bodies[0]) if is_heading[at]]
        counts["below"] += bool(above)
        has_text_below = is_heading[last] and last + 1 < len(blocks) and not is_heading[last + 1]
        if has_text_below:
            counts["ends"] += 1
            print(f"{document.source}:{chunk.line_end}: ends with {chunk.text[-40:]!r}")
        if above and above[-1] < first:
            heading = blocks[above[-1]]
            words = read(heading.start, heading.end)
            known = [folded_words(part) for part in chunk.context]
            if words and words not in known:
                counts["lacks"] += 1
                print(f"{document.source}:{chunk.line_start}: lacks {' '.join(words)!r}")
    return counts


if __name__ == "__main__":
    main()
