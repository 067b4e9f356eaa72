"""How many connections the page keeps open, and how long it waits for the headers of a request.

uvicorn itself waits for ever: some hundred senders that say nothing would keep everybody out.
"""

from __future__ import annotations

import asyncio
from ipaddress import ip_address
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol  # comes with gradio

#: Connections in all. Each open page has up to six.
MAX_CONNECTIONS = 400
#: Connections from one address that is not this machine, where a proxy may be.
MAX_FROM_ADDRESS = 60
#: The headers of a request must be here within this time.
HEADER_SECONDS = 15.0
_FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/plain\r\nconnection: close\r\n"
    b"retry-after: 5\r\ncontent-length: 21\r\n\r\nToo many connections\n"
)


class LimitedProtocol(H11Protocol):
    """One connection of many."""

    def __init__(self, *values: Any, **named: Any) -> None:
        super().__init__(*values, **named)
        self._headers_due: asyncio.TimerHandle | None = None
        self._is_refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection, or close it where there are too many."""
        super().connection_made(transport)
        if self._are_too_many():
            self._is_refused = True
            transport.write(_FULL)
            transport.close()
        else:
            self._wait_for_headers()

    def data_received(self, data: bytes) -> None:
        """Take in a part of a request."""
        if self._is_refused:
            return
        if self._headers_due is None and not self._is_answering():
            self._wait_for_headers()
        super().data_received(data)
        if self._is_answering():
            self._stop_waiting()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget a connection."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _are_too_many(self) -> bool:
        if len(self.connections) > MAX_CONNECTIONS:
            return True
        address = self.client[0] if self.client else ""
        if not address or ip_address(address.partition("%")[0]).is_loopback:
            return False
        others = (one.client for one in self.connections if isinstance(one, H11Protocol))
        return sum(other[0] == address for other in others if other) > MAX_FROM_ADDRESS

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _wait_for_headers(self) -> None:
        self._headers_due = self.loop.call_later(HEADER_SECONDS, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._headers_due is not None:
            self._headers_due.cancel()
            self._headers_due = None
