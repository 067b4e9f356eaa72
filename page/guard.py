"""Check every request before it reaches the web application.

Every web page that a user visits can reach a page on this machine: by a form that posts to it, or
by a host name that is made to point here (DNS rebinding). Gradio's own middleware runs such a
request and only withholds a header from the answer. The guard refuses it before any handler runs.
Knows ASGI, hosts and paths; nothing of questions, nor of Gradio's objects.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import re
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders  # comes with gradio
from starlette.responses import PlainTextResponse

from seedqa.page.patience import (
    BODY_SECONDS,
    UPLOAD_SECONDS,
    Guesses,
    Message,
    Receive,
    in_time,
)

Scope = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

#: The path for uploads; the only one that takes more than `MAX_BODY_BYTES`.
UPLOAD_PATH = "/seedqa/documents"
#: A question is at most 10,000 characters, 60,000 bytes when each is escaped; a quote is short.
MAX_BODY_BYTES = 512 * 1024

#: The paths that the page, gradio_client, a REST client and MCP need. Everything else that Gradio
#: serves (files, proxying, uploads, streams, its settings, its own log-in) is closed, also paths
#: that a later version adds.
_READ = re.compile(
    r"/|/(?:assets|static)/[\w./-]+|/(?:theme\.css|favicon\.ico|robots\.txt|config)/?"
    r"|/gradio_api/(?:info|openapi\.json|startup-events|app_id|theme\.css|queue/(?:data|status))/?"
    r"|/gradio_api/(?:heartbeat/[\w-]+|call/\w+/[\w-]+)"
    r"|/gradio_api/mcp(?:/[\w./-]*)?"
)
_WRITE = re.compile(
    r"/gradio_api/(?:call/(?:v2/)?\w+|queue/join|component_server|cancel|reset)/?"
    r"|/gradio_api/mcp(?:/[\w./-]*)?"
)
_FORWARDED = (b"forwarded", b"x-forwarded-host", b"x-forwarded-server", b"x-forwarded-port")
_DOTS = re.compile(r"(?:^|/)\.{1,2}(?:/|$)")

#: Scripts and styles of Gradio are inline in part, and its front end compiles templates; but
#: nothing may be fetched from elsewhere, no attribute may hold a script, no other site may frame
#: the page.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; script-src-attr 'none';"
    " style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:;"
    " connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'self';"
    " form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}
_CHALLENGE = {"www-authenticate": 'Basic realm="seedqa", charset="UTF-8"'}


@dataclass(frozen=True, slots=True)
class Rules:
    """The requests that the guard lets through."""

    hosts: frozenset[str]
    """Allowed names in the Host header, without the port."""
    any_address: bool = False
    """Whether the Host may be any IP address; DNS rebinding needs a name."""
    origins: frozenset[str] = frozenset()
    """Allowed origins other than the Host itself: that of a proxy, from --root-path."""
    logins: Mapping[str, str] = field(default_factory=dict)
    """Passwords by user; empty if no log-in is needed."""
    root_path: str = ""
    uploads: bool = False
    max_upload_bytes: int = 0


class Guard:
    """An ASGI application that wraps another one."""

    def __init__(self, application: Application, rules: Rules) -> None:
        self._application = application
        self._rules = rules
        self._guesses = Guesses()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 4xx, or pass the request on."""
        if scope["type"] == "lifespan":
            await self._application(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        headers = Headers(raw=_lower_case(scope["headers"]))
        _strip_root(scope, self._rules.root_path)
        # Gradio trusts these and would build addresses from them; --root-path replaces them
        scope["headers"] = [item for item in headers.raw if not item[0].startswith(_FORWARDED)]
        refused = self._refuse(scope, headers)
        if refused is None:
            limit = self._max_bytes(scope)
            refused, receive = await _read_body(headers, receive, limit, scope["path"])
        if refused is not None:
            status, text = refused
            if status == 401 and headers.getlist("authorization"):
                client = scope.get("client") or ("an unknown address",)
                if not await self._guesses.wait(client[0]):
                    status, text = 429, "Too many wrong passwords: wait a little"
            named = _HEADERS | (_CHALLENGE if status == 401 else {})
            await PlainTextResponse(f"{text}\n", status, named)(scope, receive, send)
            return
        await self._application(scope, receive, _with_headers(send))

    def _refuse(self, scope: Scope, headers: Headers) -> tuple[int, str] | None:
        rules = self._rules
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not knows_host(rules, hosts[0]):
            return 403, "Unknown Host: this page answers under its own name only"
        for origin in headers.getlist("origin"):
            if not knows_origin(rules, origin, hosts[0]):
                return 403, "Foreign Origin: another site may not use this page"
        sites = headers.getlist("sec-fetch-site")
        if "cross-site" in sites and headers.getlist("sec-fetch-mode") != ["navigate"]:
            return 403, "Foreign site: another site may not use this page"
        if rules.logins and not knows_login(rules.logins, headers.getlist("authorization")):
            return 401, "Log in"
        if not is_open_path(scope["method"], scope["path"], uploads=rules.uploads):
            return 404, "Nothing is here"
        return None

    def _max_bytes(self, scope: Scope) -> int:
        return self._rules.max_upload_bytes if scope["path"] == UPLOAD_PATH else MAX_BODY_BYTES


def knows_host(rules: Rules, host: str) -> bool:
    """Return whether a Host header names this page.

    >>> knows_host(Rules(frozenset({"localhost"})), "localhost:7860")
    True
    """
    name = _host_name(host)
    if name is None:
        return False
    return name in rules.hosts or (rules.any_address and _is_address(name))


def knows_origin(rules: Rules, origin: str, host: str) -> bool:
    """Return whether an Origin is the page itself, by its Host header; `null` is not."""
    scheme, _, rest = origin.partition("://")
    same = scheme in ("http", "https") and rest.lower() == host.lower()
    return same or origin.lower() in rules.origins


def knows_login(logins: Mapping[str, str], authorization: list[str]) -> bool:
    """Return whether an Authorization header (HTTP Basic) has a user and the right password."""
    if len(authorization) != 1:
        return False
    scheme, _, encoded = authorization[0].partition(" ")
    try:
        given = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        return False
    if scheme.lower() != "basic":
        return False
    known = False
    for user, password in logins.items():  # all, so that the time reveals nothing
        known |= hmac.compare_digest(given, f"{user}:{password}".encode())
    return known


def is_open_path(method: str, path: str, *, uploads: bool) -> bool:
    """Return whether the page, or a client, needs a path."""
    if _DOTS.search(path) or "\\" in path or "\0" in path:
        return False
    if path == UPLOAD_PATH:
        return uploads and method == "POST"
    if method in ("GET", "HEAD"):
        return bool(_READ.fullmatch(path))
    if method == "DELETE":  # ends an MCP session
        return path.startswith("/gradio_api/mcp") and bool(_WRITE.fullmatch(path))
    return method == "POST" and bool(_WRITE.fullmatch(path))


def names_file(value: Any) -> bool:
    """Return whether a JSON value contains an object that Gradio takes for a file.

    Gradio would open its `path`, or fetch its `url`, before our function gets it.
    """
    return any(
        isinstance(item, dict) and ("path" in item or "url" in item or "_type" in item)
        for item in _walk(value)
    )


def _walk(value: Any) -> Iterator[Any]:
    waiting = [value]
    while waiting:
        item = waiting.pop()
        yield item
        if isinstance(item, dict):
            waiting += item.values()
        elif isinstance(item, list):
            waiting += item


def _host_name(host: str) -> str | None:
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port  # raises if it is no number
    except ValueError:
        return None
    if parts.path or parts.query or parts.fragment or "@" in host or "#" in host or "?" in host:
        return None
    return parts.hostname.rstrip(".") if parts.hostname else None


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _lower_case(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return headers with their names in lower case, as Starlette expects them."""
    return [(name.lower(), value) for name, value in headers]


def _strip_root(scope: Scope, root_path: str) -> None:
    """Remove --root-path from the path, for a proxy that leaves it there."""
    path = scope["path"]
    if root_path and (path == root_path or path.startswith(f"{root_path}/")):
        scope["path"] = path[len(root_path) :] or "/"
        scope["raw_path"] = scope["path"].encode()


async def _read_body(
    headers: Headers, receive: Receive, limit: int, path: str
) -> tuple[tuple[int, str] | None, Receive]:
    """Return a refusal or None, and a `receive` that passes the body on.

    An uploaded document is passed on as it arrives, counting its bytes. Any other body is read
    whole, since it is short, and refused if it names a file.
    """
    too_much = (413, f"At most {limit:,} bytes")
    length = headers.get("content-length", "0")
    if not length.isascii() or not length.isdigit() or int(length) > limit:
        return too_much, receive
    if path == UPLOAD_PATH:
        return None, _counting(in_time(receive, BODY_SECONDS, UPLOAD_SECONDS), limit)
    body, more = b"", True
    receive_part = in_time(receive, BODY_SECONDS, BODY_SECONDS)
    while more and len(body) <= limit:
        message = await receive_part()
        if message["type"] == "http.disconnect":
            return (408, "The body did not come in time"), receive
        body += message.get("body", b"")
        more = message.get("more_body", False)
    refused = too_much if len(body) > limit else _judge_body(body, path)
    return refused, _replaying(body, receive)


def _judge_body(body: bytes, path: str) -> tuple[int, str] | None:
    if not body:
        return None
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return 400, "The body is not JSON"
    if path.startswith("/gradio_api/mcp"):  # the protocol has paths of its own
        value = [item["arguments"] for item in _walk(value) if _has_arguments(item)]
    return (403, "No file may be named") if names_file(value) else None


def _has_arguments(item: Any) -> bool:
    return isinstance(item, dict) and "arguments" in item


def _replaying(body: bytes, receive: Receive) -> Receive:
    waiting = [body]

    async def replay() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return replay


def _counting(receive: Receive, limit: int) -> Receive:
    seen = 0

    async def count() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:  # as if the sender had disconnected: the upload is dropped
            return {"type": "http.disconnect"}
        return message

    return count


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=_lower_case(message.get("headers", [])))
            headers.update(_HEADERS)
            message["headers"] = headers.raw
        await send(message)

    return send_with_headers
