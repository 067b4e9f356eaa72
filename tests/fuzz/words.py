"""Ask mutated questions, match mutated globs, and send mutated requests to the page's guard."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from fuzz.children import Case, End, run_case
from fuzz.mutate import mutate
from seedqa.index.build import build_index
from seedqa.index.documents.ignore import MAX_GLOB_CHARACTERS, matches_glob
from seedqa.index.errors import SeedqaError
from seedqa.index.types import Filters
from seedqa.index.workspace import Location, resolve
from seedqa.page.guard import Guard, Rules
from seedqa.retrieval.pipeline import Pipeline
from support.toy import ToyEncoder

#: Cases that one process runs.
BATCH = 50
SECONDS = 120.0

_SIGNS = [
    "*", "**", "?", "[", "]", "[!a-z]", "[]]", "\\", "/", "!", "{a,b}", "#", " ", ".", "a", "é",
    "\0", "\n", "\u202e", "\U0001f600", "\ud800", '"', "'", "NEAR(", "AND", "OR", "-", ":", "^",
    "(", ")", "'; DROP TABLE chunks; --", "bridge", "when", "%s", "{0}", "<b>", "﷽", "e\u0301",
    "1e400", "NaN",
]  # fmt: skip
_SOURCES = ["a.md", "a/b/c.md", "bridge [1].txt", "é.md", "e\u0301.md", "a/" * 200 + "b.txt", "\\n"]
_HEADERS = [
    (b"host", b"127.0.0.1:8000"),
    (b"origin", b"http://127.0.0.1:8000"),
    (b"authorization", b"Basic dTpw"),
    (b"content-type", b"application/json"),
    (b"content-length", b"40"),
    (b"sec-fetch-site", b"cross-site"),
    (b"x-forwarded-host", b"evil.example"),
]
_PATHS = [
    "/", "/config", "/assets/a.js", "/gradio_api/info", "/gradio_api/call/ask", "/gradio_api/mcp",
    "/gradio_api/queue/join", "/gradio_api/upload", "/seedqa/documents", "/../etc", "//", "/%00",
]  # fmt: skip
_ASKED = b'{"data": ["when was it opened", 5, null]}'
_BODY = b'{"data": ["when was it opened", 5, {"path": "/etc/passwd", "meta": {}}], "x": [[[]]]}'


def write_words(random: Random) -> str:
    """Return some signs in a row: few, or as many as are allowed and more."""
    size = random.choice([1, 2, 5, 12, 12, 40, 400, 6_000])
    return "".join(random.choice(_SIGNS) for _ in range(size))


def run_questions(work: Path, count: int, seed: int) -> Iterator[Case]:
    """Yield a case for each question; it has filters that are made in the same way."""
    (work / "seeds").mkdir()
    for number in range(20):
        text = f"# Bridge {number}\n\nThe bridge was opened in {1800 + number}.\n"
        (work / "seeds" / f"{number}.md").write_text(text)
    build_index(work / "seeds", work / "index", ToyEncoder())
    yield from _run(partial(_ask, work / "index"), count, seed)


def _ask(index: Path, random: Random) -> str:
    filters = Filters()
    if random.random() < 0.5:
        names = ("pattern", "language", "since", "until")
        filters = Filters(**{random.choice(names): write_words(random)})
    try:
        workspace = resolve(Location(index, None, None))
        with Pipeline.open(workspace, refresh=False, encoder=ToyEncoder()) as pipeline:
            found = pipeline.search(write_words(random), filters=filters, refresh=False)
    except SeedqaError:
        return "refused"
    return "answered" if found.passages else "nothing found"


def run_globs(work: Path, count: int, seed: int) -> Iterator[Case]:
    """Yield a case for each glob, which is compared with each of some sources."""
    yield from _run(_match, count, seed)


def _match(random: Random) -> str:
    pattern = write_words(random)
    if len(pattern) > MAX_GLOB_CHARACTERS:
        return "refused"
    matches = matches_glob(pattern)
    found = [matches(source) for source in _SOURCES]
    return "matched" if any(found) else "matched nothing"


def run_requests(work: Path, count: int, seed: int) -> Iterator[Case]:
    """Yield a case for each request; the guard passes it on, or answers 4xx."""
    yield from _run(_request, count, seed)


def _request(random: Random) -> str:
    headers = [
        (name, mutate(value, random)[0] if random.random() < 0.2 else value)
        for name, value in random.sample(_HEADERS, random.choice([0, 1, 2, len(_HEADERS)]))
    ]
    if random.random() < 0.7:
        headers = [*(one for one in headers if one[0] != b"host"), _HEADERS[0]]
    body = random.choice([_ASKED, _ASKED, mutate(_ASKED, random)[0], mutate(_BODY, random)[0]])
    if random.random() < 0.05:
        body = b"[" * random.randint(1, 10**6)
    path = random.choice(_PATHS) if random.random() < 0.8 else "/" + write_words(random)
    scope: dict[str, Any] = {
        "type": "http",
        "method": random.choice(["GET", "GET", "POST", "POST", "PUT", "DELETE", "X"]),
        "path": path,
        "raw_path": path.encode("utf-8", "surrogatepass"),
        "query_string": mutate(b"a=b&c=d", random)[0],
        "root_path": "",
        "headers": headers,
    }
    rules = Rules(frozenset({"127.0.0.1"}), logins=random.choice([{}, {"u": "p"}]))
    status = asyncio.run(_send(scope, body, rules))
    if status == 200:
        return "passed on"
    return "refused" if 400 <= status < 500 else f"WRONG: status {status}"


async def _send(scope: dict[str, Any], body: bytes, rules: Rules) -> int:
    """Return the status of the answer to a request."""
    statuses: list[int] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    await Guard(application, rules)(scope, receive, send)
    return statuses[0] if len(statuses) == 1 else 0


def _run(case: Callable[[Random], str], count: int, seed: int) -> Iterator[Case]:
    """Yield `count` cases, some in each process."""
    for first in range(0, count, BATCH):
        numbers = range(first, min(count, first + BATCH))
        outcome = run_case(partial(_each, case, numbers, seed), SECONDS)
        for number in numbers:
            verdict = outcome.end.value
            if outcome.end is End.DONE:
                verdict = outcome.value[number]
            yield Case(str(number), verdict, outcome)


def _each(case: Callable[[Random], str], numbers: range, seed: int) -> dict[int, str]:
    return {number: case(Random(f"{seed}:{number}")) for number in numbers}
