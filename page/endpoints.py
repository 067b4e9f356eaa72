"""The named endpoints of the API, for REST, gradio_client and MCP.

A client, or a model over MCP, reads their docstrings. Knows the service and the JSON contract;
nothing of the page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from inspect import Parameter, Signature
from typing import Any

from seedqa.index.errors import QuestionError, SeedqaError
from seedqa.index.messages import Message
from seedqa.output.contract import rebuild_json, result_json, status_json
from seedqa.page.filters import FILTERS, read_filters
from seedqa.page.service import Service
from seedqa.retrieval.pipeline import DEFAULT_COUNT
from seedqa.retrieval.types import Result

Endpoint = Callable[..., dict[str, Any]]
Failure = Callable[..., Exception]
"""Makes the exception that carries a message to the client: `gradio.Error`."""

_ASK = """Answer a question from the indexed documents, word for word, with sources.

Returns an object: `answer` holds the exact words, their sentence, the source, character
offsets, line and a calibrated confidence from 0 to 1, and is null if the documents do
not answer; `answers` has more than one entry if they differ; `candidates` are the likeliest
words where nothing is sure enough to be an answer; `passages` are the best
passages, ranked, each with its source, title, date, language and location.
"""
_SEARCH = """Return the passages of the indexed documents that match a query, best first.

The same object as `ask`, with `answer` null: faster, since no passage is read for an answer.
"""


def make_endpoints(service: Service, failure: Failure) -> dict[str, Endpoint]:
    """Return the endpoints by name."""
    question = {"question": "The question, in any language; the documents may be in another."}
    query = {"query": "The query, in any language."}
    return {
        "ask": _question_endpoint("ask", service.ask, failure, question, _ASK),
        "search": _question_endpoint("search", service.search, failure, query, _SEARCH),
        "status": _status_endpoint(service, failure),
        "refresh": _refresh_endpoint(service, failure),
    }


def _question_endpoint(
    name: str, run: Callable[..., Result], failure: Failure, text: Mapping[str, str], doc: str
) -> Endpoint:
    """Return an endpoint that takes a text, under the name that `text` gives it, and filters.

    Gradio reads its name, signature, type hints and docstring, and MCP calls it by that name. The
    parameters in all of them come from one table.
    """
    described = {**text, "count": "How many passages to return, 1 to 100.", **FILTERS}
    [text_name] = text
    defaults: dict[str, Any] = {"count": DEFAULT_COUNT} | dict.fromkeys(FILTERS, "")
    kinds = {parameter: int if parameter == "count" else str for parameter in described}
    parameters = [
        Parameter(
            parameter,
            Parameter.POSITIONAL_OR_KEYWORD,
            default=defaults.get(parameter, Parameter.empty),
            annotation=kinds[parameter],
        )
        for parameter in described
    ]
    # the type as text, as it is for every function of a module with postponed annotations
    signature = Signature(parameters, return_annotation="dict[str, Any]")

    def endpoint(*values: Any, **named: Any) -> dict[str, Any]:
        bound = signature.bind(*values, **named)
        bound.apply_defaults()
        given = bound.arguments
        with _telling(failure):
            _check_kinds(given, kinds)
            result = run(given[text_name], count=given["count"], filters=read_filters(given))
        return result_json(result, explain=False) | {"notes": [str(note) for note in result.notes]}

    lines = [f"    {parameter}: {meaning}" for parameter, meaning in described.items()]
    made: Any = endpoint  # a function takes attributes that its type does not name
    made.__name__ = name
    made.__signature__ = signature
    made.__annotations__ = {**kinds, "return": signature.return_annotation}
    made.__doc__ = "\n".join([doc, "Args:", *lines])
    return endpoint


def _check_kinds(given: Mapping[str, Any], kinds: Mapping[str, type]) -> None:
    """Raise QuestionError for a value of another type than its parameter has."""
    for name, value in given.items():
        if not (type(value) is kinds[name] or (value is None and name in FILTERS)):
            raise QuestionError(
                Message("{name} is {value!r}", name=name, value=str(value)[:100]),
                Message("a whole number") if kinds[name] is int else Message("text"),
                Message("Correct it"),
            )


def _status_endpoint(service: Service, failure: Failure) -> Endpoint:
    def status() -> dict[str, Any]:
        """Return the status of the index: documents, skipped files, and whether it is fresh.

        Returns an object with the numbers of documents and chunks, documents by language, the
        model, the generation and when it was built, `skipped` files with reasons, and `changed`
        and `removed` files that are not yet in the index.
        """
        with _telling(failure):
            return status_json(service.status())

    return status


def _refresh_endpoint(service: Service, failure: Failure) -> Endpoint:
    def refresh() -> dict[str, Any]:
        """Bring the index up to date with its folder, and return what was done.

        Runs in a process of its own; questions are answered from the old generation meanwhile.
        Returns when it is done, with the numbers of files indexed, unchanged, removed and skipped.
        """
        with _telling(failure):
            progress = service.refresh()
            if progress.error:
                raise progress.error
        return rebuild_json(progress.report) if progress.report else {}

    return refresh


@contextmanager
def _telling(failure: Failure) -> Iterator[None]:
    """Tell the client what went wrong, in the line that the command line would print."""
    try:
        yield
    except SeedqaError as error:
        raise failure(str(error), print_exception=False) from error
