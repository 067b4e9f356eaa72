"""The actions that the page's script calls by name; each takes and returns JSON values.

Knows the service, the options and the words of the page; nothing of Gradio.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from seedqa.index.documents.formats import EXTENSIONS
from seedqa.index.errors import SeedqaError, UsageError
from seedqa.index.messages import Message
from seedqa.output.contract import rebuild_json, status_json
from seedqa.page.filters import read_filters
from seedqa.page.guard import UPLOAD_PATH
from seedqa.page.options import PageOptions
from seedqa.page.rebuild import RebuildProgress
from seedqa.page.service import Service
from seedqa.page.uploads import MAX_UPLOAD_BYTES
from seedqa.page.view import view_document, view_documents, view_result
from seedqa.page.words import choose_language, translate, word_error, words_of
from seedqa.retrieval.pipeline import DEFAULT_COUNT

Wanted = Mapping[str, Any]
"""The values that the script sends; `languages` or `speaks` names the language of the reply."""
Action = Callable[[Service, PageOptions, Wanted], Any]

#: Files of each kind that the page lists; it asks every two seconds.
MAX_LISTED = 500
_LISTS = ("changed", "removed", "skipped", "duplicates")


def start(service: Service, options: PageOptions, wanted: Wanted) -> Any:
    """Return the values that the page needs before the first question."""
    language = choose_language(wanted.get("languages"))
    return {
        "language": language,
        "words": words_of(language),
        "examples": service.examples(language),
        "read_only": service.read_only,
        "upload": UPLOAD_PATH if options.uploads else None,
        "remove": options.removals,
        "extensions": sorted(EXTENSIONS),
        "most_bytes": MAX_UPLOAD_BYTES,
    }


def ask(service: Service, options: PageOptions, wanted: Wanted) -> Any:
    """Return passages, or with `read` the answer too.

    The page asks twice, first without `read`: the second call answers from the first one's search.
    """
    read = bool(wanted.get("read"))
    run = service.answer if read else service.search
    result = run(
        str(wanted.get("question", "")),
        count=int(wanted.get("count", DEFAULT_COUNT)),
        filters=read_filters(wanted),
    )
    notes = [translate(note, _spoken(wanted)) for note in result.notes]
    return view_result(result, read) | {"notes": notes}


def open_document(service: Service, options: PageOptions, wanted: Wanted) -> Any:
    """Return a whole document with a passage and its answers or candidates marked."""
    return view_document(
        service.open_document(str(wanted.get("source", ""))),
        str(wanted.get("quote", "")),
        int(wanted.get("start", 0)),
        [
            (int(start), int(end), mark)
            for mark, given in (("answer", "answers"), ("candidate", "candidates"))
            for start, end in wanted.get(given) or ()
        ],
    )


def status(service: Service, options: PageOptions, wanted: Wanted) -> Any:
    """Return the status of the index and of a rebuild; at most `MAX_LISTED` files of a kind."""
    seen = service.status()
    shown = status_json(seen)
    listed = {name: shown[name][:MAX_LISTED] for name in _LISTS}
    language = _spoken(wanted)
    listed["skipped"] = [
        {"source": file.source, "reason": translate(file.reason, language)}
        for file in seen.skipped[:MAX_LISTED]
    ]
    return shown | {
        "counts": {name: len(shown[name]) for name in _LISTS},
        **listed,
        "problem": word_error(seen.problem, language) if seen.problem else None,
        "rebuild": word_progress(service.progress(), language),
        "folder": service.seeds.name,
    }


def documents(service: Service, options: PageOptions, wanted: Wanted) -> Any:
    """Return the documents that a filter may name."""
    return view_documents(service.documents())


def refresh(service: Service, options: PageOptions, wanted: Wanted) -> Any:
    """Start a rebuild and return its progress."""
    return word_progress(service.start_refresh(), _spoken(wanted))


def remove(service: Service, options: PageOptions, wanted: Wanted) -> Any:
    """Delete a document."""
    if not options.removals:
        raise UsageError(Message("removing is off"), "", Message("Start it with --allow-remove"))
    service.remove(str(wanted.get("source", "")))
    return {}


ACTIONS: dict[str, Action] = {
    "start": start,
    "ask": ask,
    "open_document": open_document,
    "status": status,
    "documents": documents,
    "refresh": refresh,
    "remove": remove,
}


def run_action(name: str, service: Service, options: PageOptions, given: Any) -> Any:
    """Run an action; return an error as a value, which the page shows in its language."""
    wanted = given if isinstance(given, dict) else {}
    try:
        return ACTIONS[name](service, options, wanted)
    except SeedqaError as error:
        return word_failure(error, wanted)
    except (TypeError, ValueError, LookupError, ArithmeticError, AttributeError) as error:
        found = Message("a request of another kind ({detail})", detail=str(error))
        wrong = UsageError(found, "", Message("Reload"))
        return word_failure(wrong, wanted)


def bind_actions(service: Service, options: PageOptions) -> list[Callable[[Any], Any]]:
    """Return the actions as named functions of the script's values, as Gradio takes them."""

    def bind(name: str) -> Callable[[Any], Any]:
        def run(given: Any) -> Any:
            return run_action(name, service, options, given)

        run.__name__ = name
        return run

    return [bind(name) for name in ACTIONS]


def word_failure(error: SeedqaError, wanted: Wanted) -> dict[str, Any]:
    """Return an error as the page takes it, in the page's language."""
    return {"error": word_error(error, _spoken(wanted))}


def word_progress(progress: RebuildProgress, language: str) -> dict[str, Any]:
    """Return the progress of a rebuild, or the report of the last one, in a language."""
    report = None
    if progress.report:
        notes = [translate(note, language) for note in progress.report.notes]
        report = rebuild_json(progress.report) | {"notes": notes}
    return {
        "number": progress.number,
        "running": progress.running,
        "phase": progress.phase,
        "done": progress.done,
        "total": progress.total,
        "seconds": progress.seconds,
        "report": report,
        "error": word_error(progress.error, language) if progress.error else None,
    }


def _spoken(wanted: Wanted) -> str:
    """Return the page's language."""
    return choose_language(wanted.get("languages") or [wanted.get("speaks")])
