"""A website's faults, each from a real server on loopback, leave the catalog as it was; and what it may be asked."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from billcore.adapters.serialization import catalog_to
from billcore.adapters.sources import HttpSource
from billcore.adapters.sources.address import address_of, is_private
from billcore.engine import Billing
from billcore.kernel import InvalidValue, SyncAborted, instant
from billcore.testing.clock import ManualClock
from tests.adapters.web import Send, Site, site
from tests.pricing.examples import servala

pytestmark = pytest.mark.dev_dependency

MIB = 1024 * 1024
SOLD = catalog_to(servala())
SERVED = json.dumps(SOLD).encode()


@pytest.fixture
def web() -> Iterator[Site]:
    """A website that sells Servala's catalog."""
    with site() as made:
        made.answer(SERVED)
        yield made


def ask(web: Site, **options: Any) -> HttpSource:  # noqa: ANN401 - keywords of the source
    """The website as a source; it may be asked without encryption on this machine."""
    return HttpSource(web.url, **{"allow_http": True, "allow_private": True, "timeout": 1, **options})


def head(request: BaseHTTPRequestHandler, *headers: tuple[str, str]) -> None:
    """Begin an answer."""
    request.send_response(200)
    for name, value in headers:
        request.send_header(name, value)
    request.end_headers()


def silent(web: Site) -> Send:
    """Head and first byte at once, the rest never."""

    def send(request: BaseHTTPRequestHandler) -> None:
        head(request, ("Content-Length", str(len(SERVED))))
        request.wfile.write(SERVED[:1])
        web.closing.wait(10)

    return send


def dripping(web: Site) -> Send:
    """A byte now and then: no step is too slow, all of them are."""

    def send(request: BaseHTTPRequestHandler) -> None:
        head(request, ("Content-Length", str(len(SERVED))))
        for n in range(len(SERVED)):
            request.wfile.write(SERVED[n : n + 1])
            if web.closing.wait(0.05):
                return

    return send


def endless(request: BaseHTTPRequestHandler) -> None:
    """50 MiB in chunks, so that no length tells it."""
    head(request, ("Transfer-Encoding", "chunked"))
    for _ in range(50):
        request.wfile.write(b"%x\r\n%s\r\n" % (MIB, b" " * MIB))
    request.wfile.write(b"0\r\n\r\n")


def endless_head(request: BaseHTTPRequestHandler) -> None:
    """Headers without end."""
    request.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for n in range(20_000):
        request.wfile.write(b"X-%d: %s\r\n" % (n, b"x" * 1_000))


def slow_head(web: Site) -> Send:
    """A header now and then: no step is too slow, all of them are."""

    def send(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not web.closing.wait(0.05):
            request.wfile.write(b"X-More: yes\r\n")

    return send


def unbounded(request: BaseHTTPRequestHandler) -> None:
    """A body that ends when the connection does: half of it looks like all of it."""
    head(request)
    request.wfile.write(SERVED)


def but(**changed: object) -> bytes:
    """What is sold, with other lists."""
    return json.dumps({**SOLD, **changed}).encode()


def redirect(location: str) -> Callable[[Site], None]:
    """The site sends elsewhere."""
    return lambda web: web.answer(b"", status=302, Location=location)


FAULTS: dict[str, tuple[Callable[[Site], None], str]] = {
    "500": (lambda web: web.answer(b"boom", status=500), "answered 500"),
    "401": (lambda web: web.answer(b"who?", status=401), "answered 401"),
    "206": (lambda web: web.answer(SERVED, status=206), "answered 206"),
    "a time-out": (lambda web: web.by(silent(web)), "ReadTimeout|longer than 1 seconds"),
    "drops": (lambda web: web.by(dripping(web)), "longer than 1 seconds"),
    "headers that drop": (lambda web: web.by(slow_head(web)), "longer than 1 seconds"),
    "headers without end": (lambda web: web.by(endless_head), "could not be read: RemoteProtocolError"),
    "truncated JSON": (lambda web: web.answer(SERVED[:-100]), "not JSON"),
    "a cut connection": (lambda web: web.answer(SERVED[:-100], Content_Length=str(len(SERVED))), "RemoteProtocolError"),
    "no end": (lambda web: web.by(unbounded), "nobody can know"),
    "50 MiB": (lambda web: web.answer(b" " * 50 * MIB), "larger than"),
    "50 MiB in chunks": (lambda web: web.by(endless), "larger than"),
    "compressed": (lambda web: web.answer(SERVED, Content_Encoding="gzip"), "compressed"),
    "an empty list": (lambda web: web.answer(b"[]"), "a document is an object"),
    "empty lists": (lambda web: web.answer(but(services=[], sla_tiers=[], tax_rates=[])), "names nothing"),
    "a list gone": (lambda web: web.answer(but(services=[])), "none of a list"),
    "duplicate codes": (lambda web: web.answer(SERVED.replace(b'"odd"', b'"small"')), "twice"),
    "a negative price": (lambda web: web.answer(SERVED.replace(b'"0.05"', b'"-0.05"')), "negative"),
    "a redirect to a private address": (redirect("http://10.0.0.1/catalog"), "another host"),
    "a redirect to metadata": (redirect("http://169.254.169.254/latest"), "another host"),
    "a redirect to a file": (redirect("file:///etc/passwd"), "another host"),
    "a redirect nowhere": (redirect(""), "another host"),
    "a redirect to itself": (redirect("/catalog"), "more than 3 redirects"),
    "a redirect to nonsense": (redirect("http://[::1"), "could not be read"),
}


@pytest.mark.parametrize(("fault", "says"), FAULTS.values(), ids=FAULTS)
def test_a_fault_changes_nothing(web: Site, fault: Callable[[Site], None], says: str) -> None:
    """R4-04: a failed, partial or empty fetch is ``SyncAborted``; the catalog is what it was, to the last stamp."""
    clock = ManualClock(instant("2026-02-01T00:00:00Z"))
    billing = Billing.in_memory(clock=clock)
    billing.catalog.sync(ask(web))
    before = billing.catalog.list(), billing.catalog.as_of()
    clock.set(instant("2026-02-02T00:00:00Z"))
    fault(web)

    with pytest.raises(SyncAborted, match=says):
        billing.catalog.sync(ask(web))

    assert (billing.catalog.list(), billing.catalog.as_of()) == before
    web.answer(SERVED)
    assert billing.catalog.sync(ask(web)).unchanged == 8


def test_a_redirect_on_the_host_is_followed(web: Site) -> None:
    """A site may move its catalog on its own host."""
    web.answer(b"", status=308, Location="/v2/catalog")
    web.answer(SERVED, path="/v2/catalog")

    feed = ask(web).fetch(None)

    assert feed is not None
    assert feed.catalog == servala()


def test_a_private_address_is_refused_unless_allowed(web: Site) -> None:
    """Loopback is not even connected to."""
    with pytest.raises(SyncAborted, match="a private address"):
        ask(web, allow_private=False).fetch(None)
    assert web.asked == []


@pytest.mark.parametrize(
    "text",
    [
        *("127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1"),
        *("255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1"),
        *("::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::"),
    ],
)
def test_an_address_that_is_not_public(text: str) -> None:
    """Private, shared, local, multicast, and those that carry another one inside."""
    assert is_private(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", ["93.184.215.14", "2606:4700::1111", "::ffff:93.184.215.14"])
def test_an_address_that_is_public(text: str) -> None:
    """The rest may be asked."""
    assert not is_private(ipaddress.ip_address(text))


def test_one_private_address_of_a_name_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name with a public and a private address is refused: which of them is asked is chance."""
    both = [(2, 1, 6, "", ("93.184.215.14", 443)), (2, 1, 6, "", ("10.0.0.1", 443))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: both)

    with pytest.raises(SyncAborted, match="a private address"):
        address_of("two.example", 443, allow_private=False)


def test_basic_auth_is_sent_and_hidden(web: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """User and password come from arguments, else from the environment, and are never shown."""
    named = ask(web, user="portal", password="s3cret")  # noqa: S106 - of a server of this test
    named.fetch(None)
    monkeypatch.setenv("BILLCORE_SYNC_USER", "portal")
    monkeypatch.setenv("BILLCORE_SYNC_PASSWORD", "s3cret")
    ask(web).fetch(None)

    assert [heads["Authorization"] for heads in web.asked] == ["Basic cG9ydGFsOnMzY3JldA=="] * 2
    assert "s3cret" not in repr(named)


def test_an_api_of_another_shape_is_translated(web: Site) -> None:
    """``translate`` makes a catalog of what the API says; what it leaves wrong is refused as ever."""
    web.answer(b'{"data": [{"sku": "vpn", "monthly": "9.90"}]}')

    def translated(data: Any) -> dict[str, object]:  # noqa: ANN401 - what the API says
        services = [{"code": row["sku"], "base_fee": row["monthly"]} for row in data["data"]]
        head = {"format": "billcore-catalog/1", "version": "1", "effective": "2026-01-01T00:00:00Z"}
        return {**head, "currency": "CHF", "services": services}

    feed = ask(web, translate=translated).fetch(None)

    assert feed is not None
    assert feed.catalog.service("vpn").currency == "CHF"


def test_what_cannot_be_translated_aborts_the_sync(web: Site) -> None:
    """An answer of another shape makes the host's function raise what it will: the sync is refused, with its cause."""
    web.answer(b'{"error": "maintenance"}')

    def translated(data: Any) -> dict[str, object]:  # noqa: ANN401 - what the API says
        return {"version": data["revision"]}

    with pytest.raises(SyncAborted, match=r"^the answer could not be translated: KeyError: 'revision'") as told:
        ask(web, translate=translated).fetch(None)
    assert isinstance(told.value.__cause__, KeyError)


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "plain http": ({"url": "http://shop.example/catalog"}, "not https"),
    "another scheme": ({"url": "ftp://shop.example/catalog"}, "not a URL"),
    "no host": ({"url": "https:///catalog"}, "not a URL"),
    "a port that is none": ({"url": "https://shop.example:99999/"}, "not a URL"),
    "a password in it": ({"url": "https://me:pw@shop.example/"}, "ends up in logs"),
    "half a login": ({"url": "https://shop.example/", "user": "me"}, "go together"),
    "a name that is no id": ({"url": "https://shop.example/", "name": "our shop"}, "name"),
}


@pytest.mark.parametrize(("options", "says"), BAD.values(), ids=BAD)
def test_a_source_that_cannot_be_right(options: dict[str, Any], says: str) -> None:
    """It is refused when it is built, and nobody is asked."""
    with pytest.raises(InvalidValue, match=says):
        HttpSource(**options)
