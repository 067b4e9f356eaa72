"""Every JSON object that seedqa prints or serves, in one module.

The names of the fields are the contract of the command line and of the API: fields may be added,
never renamed. Each is written out here, so that renaming an attribute of a value changes no name,
and adding a field is one line. Knows values; nothing of streams or of making values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # a question imports neither the build nor the doctor
    from seedqa.index.build import Report
    from seedqa.index.doctor import Finding
    from seedqa.index.errors import SeedqaError
    from seedqa.index.source import Excerpt
    from seedqa.index.status import Status
    from seedqa.index.types import SkippedFile
    from seedqa.retrieval.types import Answer, Passage, Result

JsonObject = dict[str, Any]


def result_json(result: Result, explain: bool) -> JsonObject:
    """Return a result; `explain` adds the terms of the confidence and of each score."""
    answers = [answer_json(answer) for answer in result.answers]
    return {
        "question": result.question,
        "answer": answers[0] if answers else None,
        "answers": answers,
        "confidence": result.confidence,
        "threshold": result.threshold,
        "candidates": [answer_json(candidate) for candidate in result.candidates],
        **({"evidence": _evidence_json(result)} if explain else {}),
        "passages": [passage_json(passage, explain) for passage in result.passages],
        "index": asdict(result.index),
        "timings": asdict(result.timings),
    }


def answer_json(answer: Answer) -> JsonObject:
    """Return one answer of a result."""
    return {
        "text": answer.text,
        "source": answer.source,
        "start": answer.start,
        "end": answer.end,
        "line": answer.line,
        "confidence": answer.confidence,
        "sentence": answer.sentence,
        "sentence_start": answer.sentence_start,
        "sentence_end": answer.sentence_end,
        "offset": answer.offset,
        "date": answer.date,
        "differs_by": answer.differs_by,
        "table": None if answer.table is None else asdict(answer.table),
        "items": [asdict(item) for item in answer.items],
        "normalised": [asdict(edit) for edit in answer.normalised],
    }


def passage_json(passage: Passage, explain: bool) -> JsonObject:
    """Return one passage of a result; `explain` adds the parts of its score."""
    return {
        "source": passage.source,
        "title": passage.title,
        "date": passage.date,
        "language": passage.language,
        "start": passage.start,
        "end": passage.end,
        "line_start": passage.line_start,
        "line_end": passage.line_end,
        "page": passage.page,
        "page_to": passage.page_to,
        "context": list(passage.context),
        "text": passage.text,
        "score": passage.score,
        "ranks": asdict(passage.ranks),
        "stale": passage.stale,
        "also_in": list(passage.also_in),
        **({"parts": asdict(passage.parts)} if explain else {}),
    }


def _evidence_json(result: Result) -> JsonObject:
    return {name: round(share, 4) + 0.0 for name, share in result.evidence.items()}  # no -0.0


def report_json(report: Report) -> JsonObject:
    """Return the report of a build, with the names of the files."""
    generation = report.generation
    return {
        "generation": generation.number,
        "seeds": generation.recipe.seeds,
        "model": generation.recipe.model,
        "documents": generation.documents,
        "chunks": generation.chunks,
        "indexed": list(report.indexed),
        "unchanged": report.unchanged,
        "removed": list(report.removed),
        "skipped": [skipped_json(file) for file in report.skipped],
        "embedded": report.embedded,
        "reused": report.reused,
        "seconds": round(report.seconds, 3),
        "notes": [str(note) for note in report.notes],
    }


def rebuild_json(report: Report) -> JsonObject:
    """Return the report of a rebuild of the page, with counts of files: the API's `refresh`."""
    generation = report.generation
    return {
        "generation": generation.number,
        "documents": generation.documents,
        "chunks": generation.chunks,
        "indexed": len(report.indexed),
        "unchanged": report.unchanged,
        "removed": len(report.removed),
        "skipped": len(report.skipped),
        "embedded": report.embedded,
        "seconds": round(report.seconds, 3),
        "notes": [str(note) for note in report.notes],
    }


def status_json(status: Status) -> JsonObject:
    """Return the coverage of an index and whether it is fresh."""
    generation = status.generation
    return {
        "index": str(status.index),
        "size": status.size,
        "seeds": generation.recipe.seeds,
        "generation": generation.number,
        "built": generation.built,
        "model": generation.recipe.model,
        "fingerprint": generation.recipe.fingerprint,
        "documents": generation.documents,
        "chunks": generation.chunks,
        "languages": generation.languages,
        "chunk_settings": asdict(generation.recipe.settings),
        "skipped": [skipped_json(file) for file in status.skipped],
        "duplicates": [list(group) for group in status.duplicates],
        "fresh": status.fresh,
        "changed": list(status.changed),
        "removed": list(status.removed),
        "problem": str(status.problem) if status.problem else None,
    }


def skipped_json(file: SkippedFile) -> JsonObject:
    """Return a skipped file with the reason."""
    return {"source": file.source, "reason": str(file.reason)}


def excerpt_json(excerpt: Excerpt) -> JsonObject:
    """Return lines of a source."""
    return {
        "source": excerpt.source,
        "line": excerpt.line,
        "start": excerpt.start,
        "text": excerpt.text,
    }


def findings_json(findings: Sequence[Finding], repaired: Sequence[str]) -> JsonObject:
    """Return the findings of the doctor, and its repairs before them."""
    return {
        "ok": all(finding.ok for finding in findings),
        "repaired": list(repaired),
        "findings": [
            {"part": finding.part, "ok": finding.ok, "detail": finding.detail}
            for finding in findings
        ],
    }


def error_json(error: SeedqaError) -> JsonObject:
    """Return an error; the command line prints it as the value of `error`."""
    return {
        "found": str(error.found),
        "expected": str(error.expected),
        "remedy": str(error.remedy),
    }
