"""A website on loopback that answers as it is told, wrongly too: a real server, real sockets."""

from __future__ import annotations

import contextlib
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import attrs
import pytest

__all__ = ["Send", "Site", "site"]

Send = Callable[[BaseHTTPRequestHandler], None]


@attrs.define
class Site:
    """What the site answers to a path, and the headers that it was asked with."""

    url: str
    answers: dict[str, Send] = attrs.field(factory=dict)
    asked: list[Mapping[str, str]] = attrs.field(factory=list)
    closing: threading.Event = attrs.field(factory=threading.Event)

    def answer(self, body: bytes, *, status: int = 200, path: str = "/catalog", **headers: str) -> None:
        """From now on a path answers this; underscores in the names of headers are dashes."""

        def send(request: BaseHTTPRequestHandler) -> None:
            known = request.headers.get("If-None-Match")
            same = known is not None and known == headers.get("ETag")
            request.send_response(304 if same else status)
            for name, value in headers.items():
                request.send_header(name.replace("_", "-"), value)
            if "Content_Length" not in headers and not same:
                request.send_header("Content-Length", str(len(body)))
            request.end_headers()
            if not same:
                request.wfile.write(body)

        self.answers[path] = send

    def by(self, send: Send, path: str = "/catalog") -> None:
        """From now on a path is answered by this."""
        self.answers[path] = send


@contextlib.contextmanager
def site(tls: ssl.SSLContext | None = None) -> Iterator[Site]:
    """A site on a free port of this machine, over ``tls`` if given; it is closed afterwards, whatever it was doing.

    Who has no client to ask it with is told so, by name.
    """
    pytest.importorskip("httpx", reason="httpx (extra http) is not installed")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            """Answer; a client that hangs up is no trouble of the site."""
            made.asked.append(dict(self.headers))
            self.close_connection = True
            with contextlib.suppress(OSError):
                made.answers[self.path](self)

        def handle(self) -> None:
            """Who does not like the certificate hangs up, and that is no trouble of the site either."""
            with contextlib.suppress(OSError):
                super().handle()

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    made = Site(f"{'http' if tls is None else 'https'}://127.0.0.1:{server.server_address[1]}/catalog")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()
