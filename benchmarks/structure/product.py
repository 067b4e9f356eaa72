"""Index a folder with the product and ask it questions. The only module that imports the product:
one pipeline for each folder, and the same objects that `ask --json` prints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any


def ask_folder(folder: Path, index: Path, questions: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Index a folder, then yield the JSON object of `ask` for each question."""
    from seedqa.index.build import build_index
    from seedqa.index.encoder import load_encoder
    from seedqa.index.workspace import locate, resolve
    from seedqa.output.contract import result_json
    from seedqa.retrieval.pipeline import Pipeline

    report = build_index(folder, index, load_encoder(None), model_path=None)
    if report.skipped:
        raise RuntimeError(f"not indexed: {report.skipped}")
    workspace = resolve(locate(str(folder), str(index), None))
    with Pipeline.open(workspace, refresh=False) as pipeline:
        for question in questions:
            yield result_json(pipeline.ask(question, refresh=False), explain=False)
