"""The plain alternative that the speed of seedqa is measured against.

    python -m benchmarks.plain MODEL index FOLDER OUT    read, split, encode, add to FAISS, save
    python -m benchmarks.plain MODEL search OUT QUERY    load both, encode, search, print

What one writes in an afternoon: sentence-transformers on torch, `IndexFlatIP`, chunks in a JSON
file. The splitter, what the encoder reads of a chunk, and the weights are those of seedqa, so that
only the way they are run differs: MODEL is what `training/encoder.py restore models/encoder --out
MODEL` writes. It looks for no change in the folder, has no lexical arm and keeps nothing through a
crash.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent

CHUNKS = "chunks.json"
VECTORS = "vectors.faiss"


def load_model(folder: Path) -> Any:
    """Return a model as sentence-transformers runs it, with its own defaults."""
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(folder), device="cpu", local_files_only=True)


def index_folder(model: Path, folder: Path, out: Path) -> int:
    """Index the text files of `folder` and return the number of chunks."""
    import faiss

    from seedqa.index.chunking import split_document
    from seedqa.index.documents.metadata import find_title
    from seedqa.index.language import UNKNOWN_LANGUAGE
    from seedqa.index.reading_view import encoder_input
    from seedqa.index.types import Document

    inputs, rows = [], []
    for path in sorted(folder.rglob("*.txt")):
        text = path.read_text(encoding="utf-8")
        title = find_title(text, 0) or path.stem
        document = Document(path.name, text, title, None, UNKNOWN_LANGUAGE)
        for chunk in split_document(document):
            inputs.append(encoder_input(chunk))
            rows.append([path.name, chunk.start, chunk.end, chunk.text])
    vectors = load_model(model).encode_document(inputs, show_progress_bar=False)
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    out.mkdir(parents=True, exist_ok=True)
    faiss.write_index(index, str(out / VECTORS))
    (out / CHUNKS).write_text(json.dumps(rows), encoding="utf-8")
    return len(rows)


def search(model: Path, out: Path, query: str, count: int = 5) -> list[dict[str, Any]]:
    """Return the `count` chunks nearest to `query`."""
    import faiss

    rows = json.loads((out / CHUNKS).read_text(encoding="utf-8"))
    index = faiss.read_index(str(out / VECTORS))
    vector = load_model(model).encode_query([query], show_progress_bar=False)
    scores, ids = index.search(vector, min(count, len(rows)))
    return [
        {"source": rows[row][0], "start": rows[row][1], "score": float(score), "text": rows[row][3]}
        for row, score in zip(ids[0], scores[0], strict=True)
    ]


def main() -> None:
    """Read the command line and do the one thing it says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("index")
    command.add_argument("folder", type=Path)
    command.add_argument("out", type=Path)
    command = commands.add_parser("search")
    command.add_argument("out", type=Path)
    command.add_argument("query")
    options = parser.parse_args()
    if options.command == "index":
        print(index_folder(options.model, options.folder, options.out), "chunks")
    else:
        print(
            json.dumps(
                search(options.model, options.out, options.query), ensure_ascii=False, indent=1
            )
        )


if __name__ == "__main__":
    main()
