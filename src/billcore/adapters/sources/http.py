"""Catalogs from a website's API.

The answer is one document: ``billcore-catalog/1`` as JSON or TOML, or what ``translate`` makes of the API's own JSON.
What could go wrong between here and there is refused before it can hurt: plain http, another host, a private address, a
body over the limit or compressed, an answer that takes too long, and one whose end nobody can know.
"""

from __future__ import annotations

import os
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit, urlunsplit

import attrs

from billcore.adapters.serialization import LIMIT, catalog_from
from billcore.adapters.sources.address import address_of
from billcore.adapters.sources.deadline import Late
from billcore.adapters.sources.files import aborted, given_name, load
from billcore.kernel import BillcoreError, InputError, InvalidValue, SyncAborted, checked_id, from_extra
from billcore.ports import Feed

if TYPE_CHECKING:
    import httpx

__all__ = ["HttpSource"]

_USER, _PASSWORD = "BILLCORE_SYNC_USER", "BILLCORE_SYNC_PASSWORD"
_MOST_REDIRECTS = 3
_HTTP = "--allow-http, or allow_http=True, where nobody can listen"
_OK, _SAME, _REDIRECTS = 200, 304, (301, 302, 303, 307, 308)
_PORTS = {"https": 443, "http": 80}
_LONGEST_TAG = 1_000

Translate = Callable[[Mapping[str, object]], Mapping[str, object]]


@attrs.frozen
class HttpSource:
    """A URL that answers a catalog; basic auth by ``user`` and ``password``, else from the environment.

    The environment's names are ``BILLCORE_SYNC_USER`` and ``BILLCORE_SYNC_PASSWORD``; its proxies are not asked.
    ``timeout`` is in seconds, for each step and for the whole answer; ``limit`` is in bytes of the body, headers have
    100 KiB. ``ca_file`` names the certificates to trust, as PEM, instead of the public ones: a company's own.
    Plain http and private addresses are refused unless allowed; redirects stay on the host and the scheme. ``name`` is
    what its entries say they come from: the host, unless another is given. ``clock`` gives seconds that only rise.
    """

    url: str
    _named: str | None = attrs.field(default=None, kw_only=True, alias="name", converter=given_name)
    user: str | None = attrs.field(default=None, kw_only=True)
    password: str | None = attrs.field(default=None, kw_only=True, repr=False)
    timeout: int = attrs.field(default=10, kw_only=True)
    limit: int = attrs.field(default=LIMIT, kw_only=True)
    ca_file: str | None = attrs.field(default=None, kw_only=True)
    allow_http: bool = attrs.field(default=False, kw_only=True)
    allow_private: bool = attrs.field(default=False, kw_only=True)
    translate: Translate | None = attrs.field(default=None, kw_only=True)
    clock: Callable[[], float] = attrs.field(default=time.monotonic, kw_only=True, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        try:
            parts = urlsplit(self.url)
            usable = parts.scheme in _PORTS and bool(parts.hostname) and parts.port != 0
        except ValueError:
            parts, usable = urlsplit(""), False
        if not usable:
            raise InvalidValue("not a URL of a website", place="url", value=self.url, hint="https://...")
        if parts.username is not None or parts.password is not None:
            raise InvalidValue("a password in a URL ends up in logs", place="url", hint="give user and password")
        if parts.scheme == "http" and not self.allow_http:
            raise InvalidValue("not https", place="url", value=self.url, hint=_HTTP)
        if (self.user is None) != (self.password is None):
            raise InvalidValue("user and password go together", place="user", value=self.user)

    @property
    def name(self) -> str:
        """The host, unless another name was given."""
        return self._named or checked_id((urlsplit(self.url).hostname or "").replace("%", "-"), "url")

    def fetch(self, known: str | None) -> Feed | None:
        """What the website sells, or ``None`` where it says that this is what ``known`` named.

        Raises ``SyncAborted``; ``ExtraMissing`` without the extra.
        """
        httpx = _httpx()
        late = Late(self.timeout)
        try:
            verify = True if self.ca_file is None else ssl.create_default_context(cafile=self.ca_file)
            options = {"timeout": self.timeout, "follow_redirects": False, "trust_env": False, "verify": verify}
            with late, httpx.Client(**options) as client:
                found = self._followed(client, known, late)
        except (OSError, ValueError, httpx.HTTPError, httpx.InvalidURL) as error:
            if late.passed:
                raise SyncAborted(f"it took longer than {self.timeout} seconds", value=self.name) from error
            why = f"{type(error).__name__}: {error}"[:200]
            raise SyncAborted(f"the source could not be read: {why}", value=self.name) from error
        if found is None:
            return None
        body, document, tag = found
        try:
            data: Mapping[str, object] = load(body, document, self.limit)
            return Feed(catalog_from(self._translated(data)), tag)
        except InputError as error:
            raise aborted(error, self.name) from error

    def _translated(self, data: Mapping[str, object]) -> Mapping[str, object]:
        """What the host makes of an answer; an answer that it does not know is one of the source that is wrong."""
        if self.translate is None:
            return data
        try:
            return self.translate(data)
        except BillcoreError:
            raise
        except Exception as error:  # what a host's code raises is not ours to know
            why = f"{type(error).__name__}: {error}"[:200]
            raise SyncAborted(f"the answer could not be translated: {why}", value=self.name) from error

    def _followed(self, client: httpx.Client, known: str | None, late: Late) -> tuple[bytes, str, str | None] | None:
        """Body, name and tag of the document, behind some redirects; ``None`` where it is what is known."""
        url, until = self.url, self.clock() + self.timeout
        for _ in range(_MOST_REDIRECTS + 1):
            with self._asked(client, url, known, late) as answer:
                if answer.status_code in _REDIRECTS:
                    url = self._elsewhere(url, answer.headers.get("location", ""))
                    continue
                if answer.status_code == _SAME and known is not None:
                    return None
                if answer.status_code != _OK:
                    raise SyncAborted(f"the source answered {answer.status_code}", value=self.name)
                toml = "toml" in answer.headers.get("content-type", "") or urlsplit(url).path.endswith(".toml")
                tag = answer.headers.get("etag")
                kept = tag if tag is not None and len(tag) <= _LONGEST_TAG else None
                return self._body(answer, until), "answer.toml" if toml else "answer.json", kept
        raise SyncAborted(f"more than {_MOST_REDIRECTS} redirects", value=self.name)

    @contextmanager
    def _asked(self, client: httpx.Client, url: str, known: str | None, late: Late) -> Iterator[httpx.Response]:
        """The head of an answer. The connection goes to the address that was checked, under the host's own name."""
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
        address = str(address_of(host, port, allow_private=self.allow_private))
        where = parts._replace(netloc=f"[{address}]:{port}" if ":" in address else f"{address}:{port}", fragment="")
        headers = {
            "Host": parts.netloc,
            "Accept": "application/json, application/toml",
            "Accept-Encoding": "identity",
            "User-Agent": "billcore",
            **({} if known is None else {"If-None-Match": known}),
        }
        # The certificate must be the host's, not the address's.
        more = {"sni_hostname": host, "trace": late.watch}
        with client.stream("GET", urlunsplit(where), headers=headers, auth=self._auth, extensions=more) as answer:
            yield answer

    @property
    def _auth(self) -> tuple[str, str] | None:
        user = self.user if self.user is not None else os.environ.get(_USER)
        password = self.password if self.password is not None else os.environ.get(_PASSWORD)
        return None if user is None or password is None else (user, password)

    def _elsewhere(self, url: str, location: str) -> str:
        """Where a redirect leads: to the same host by the same scheme, or nowhere."""
        target = urljoin(url, location)
        here, there = urlsplit(url), urlsplit(target)
        if not location or (here.scheme, here.netloc) != (there.scheme, there.netloc):
            raise SyncAborted("a redirect to another host", place="url", value=there.netloc, hint=f"from {self.name}")
        return target

    def _body(self, answer: httpx.Response, until: float) -> bytes:
        """All of the body, whole: a document that was cut short is no smaller catalog."""
        headers = answer.headers
        if headers.get("content-encoding", "identity") != "identity":
            raise SyncAborted("the source compressed what was asked for as it is", value=self.name)
        if "content-length" not in headers and "chunked" not in headers.get("transfer-encoding", ""):
            raise SyncAborted("nobody can know whether this is all of it", value=self.name, hint="no Content-Length")
        body = bytearray()
        for part in answer.iter_raw():
            body += part
            if len(body) > self.limit:
                raise SyncAborted(f"larger than {self.limit} bytes", value=self.name)
            if self.clock() > until:
                raise SyncAborted(f"it took longer than {self.timeout} seconds", value=self.name)
        return bytes(body)


def _httpx() -> ModuleType:
    with from_extra("http", "httpx", what="asking a website"):
        import httpx
    return httpx
