"""A reverse proxy such as people put before the page, small: a path, a Host, and what it adds."""

from __future__ import annotations

import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}
PATIENCE_SECONDS = 60


class Proxy:
    """Serve a page under `/qa` on a port of its own; a context manager.

    `strips` takes the path off before it asks the page; `keeps_host` hands on the Host that the
    browser named, and otherwise the page's own is sent, as proxies do that are not told better.
    """

    def __init__(self, *, strips: bool, keeps_host: bool) -> None:
        self.target = ""
        """The URL of the page, once it is known."""
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            def forward(self) -> None:
                proxy._forward(self, strips, keeps_host)

            do_GET = do_HEAD = do_POST = do_DELETE = forward

            def log_message(self, *_: object) -> None:
                """Keep quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Proxy:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def post(self, path: str, host: str, origin: str) -> int:
        """Post an empty object to a host, as a page of `origin` would, and return the status."""
        headers = {"Host": host, "Origin": origin, "Content-Type": "application/json"}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        connection.request("POST", f"/qa/{path}", b"{}", headers)
        try:
            return connection.getresponse().status
        finally:
            connection.close()

    def _forward(self, asked: BaseHTTPRequestHandler, strips: bool, keeps_host: bool) -> None:
        if not asked.path.startswith("/qa/"):
            asked.send_error(404)
            return
        page = urlsplit(self.target).netloc
        headers = {
            name: value for name, value in asked.headers.items() if name.lower() not in _HOP_BY_HOP
        }
        headers["X-Forwarded-Host"] = headers["Host"]
        headers["X-Forwarded-Proto"] = "http"
        headers["X-Forwarded-For"] = "192.0.2.7"
        if not keeps_host:
            headers["Host"] = page
        body = asked.rfile.read(int(asked.headers.get("Content-Length", 0)))
        connection = http.client.HTTPConnection(page, timeout=PATIENCE_SECONDS)
        try:
            path = asked.path.removeprefix("/qa") if strips else asked.path
            connection.request(asked.command, path, body, headers)
            answer = connection.getresponse()
            asked.send_response_only(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in _HOP_BY_HOP:
                    asked.send_header(name, value)
            asked.send_header("Connection", "close")  # its end is where the body ends
            asked.end_headers()
            while data := answer.read1(65536):
                asked.wfile.write(data)
                asked.wfile.flush()
        except OSError:
            pass  # the browser, or the page, has gone
        finally:
            connection.close()
            asked.close_connection = True
