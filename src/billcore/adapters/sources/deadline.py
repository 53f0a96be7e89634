"""The time that an answer has, all of it: at its end the connection is cut, whatever it was waiting for.

A client's own time-out is for one step. Headers that come a byte at a time have as many steps as bytes, and a name, a
certificate or a status that is sent again and again have their own; so a timer watches from outside.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Mapping
from typing import Protocol, Self

__all__ = ["Late"]


class Stream(Protocol):
    """A connection, as httpcore's trace tells of one."""

    def get_extra_info(self, info: str) -> object:
        """What is known of it: its ``socket``."""
        ...


class Late:
    """Cuts the connections that it watches when so many seconds are over; ``passed`` says that it did."""

    def __init__(self, seconds: float) -> None:
        self.passed = False
        self._open: list[socket.socket] = []
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def watch(self, event: str, info: Mapping[str, object]) -> None:
        """Called by httpcore at every step: a new connection is one more to cut, encrypted or not."""
        if event not in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            return
        stream: Stream = info["return_value"]  # type: ignore[assignment]  # what these two events return
        found = stream.get_extra_info("socket")
        if isinstance(found, socket.socket):
            with self._lock:
                self._open.append(found)
                if self.passed:
                    _shut(found)

    def _cut(self) -> None:
        with self._lock:
            self.passed = True
            for one in self._open:
                _shut(one)


def _shut(one: socket.socket) -> None:
    """End a connection in both directions: who reads from it reads its end."""
    with contextlib.suppress(OSError):
        socket.socket.shutdown(one, socket.SHUT_RDWR)
