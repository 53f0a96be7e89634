"""A website over https: a real server on loopback, with a certificate made for the test."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from billcore.adapters.sources import HttpSource
from billcore.kernel import SyncAborted
from tests.adapters.test_website import SERVED
from tests.adapters.web import Site, site
from tests.pricing.examples import servala

pytestmark = pytest.mark.dev_dependency


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """A certificate for ``name``, signed by itself, and its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    made, key = folder / "site.pem", folder / "site.key"
    asked = f"req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN={name}"
    said = [*asked.split(), "-addext", f"subjectAltName=DNS:{name}", "-keyout", str(key), "-out", str(made)]
    subprocess.run([openssl, *said], check=True, capture_output=True)  # noqa: S603 - our own words
    return made, key


def served(folder: Path, name: str) -> Iterator[Site]:
    """A website that sells Servala's catalog as ``name``, over TLS."""
    made, key = certificate(folder, name)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made, key)
    with site(context) as web:
        web.answer(SERVED)
        yield web


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Site]:
    """The site under its own name."""
    yield from served(tmp_path, "localhost")


def ask(web: Site, trusted: Path | None, **options: object) -> HttpSource:
    """The website as a source, by its name; its certificate in that folder is trusted."""
    options["ca_file"] = None if trusted is None else str(trusted / "site.pem")
    url = web.url.replace("127.0.0.1", "localhost")
    return HttpSource(url, allow_private=True, timeout=5, **options)  # type: ignore[arg-type]  # keywords of the source


def test_a_catalog_over_https(web: Site, tmp_path: Path) -> None:
    """The connection goes to the address that was checked, the certificate is checked against the host's name."""
    feed = ask(web, tmp_path).fetch(None)

    assert feed is not None
    assert feed.catalog == servala()
    assert web.asked[0]["Host"].startswith("localhost:")


def test_a_certificate_of_another_name_is_refused(tmp_path: Path) -> None:
    """Trusted, but somebody else's: nothing is asked of it."""
    for web in served(tmp_path, "elsewhere.example"):
        with pytest.raises(SyncAborted, match="certificate verify failed"):
            ask(web, tmp_path).fetch(None)
        assert web.asked == []


def test_a_certificate_that_nobody_trusts_is_refused(web: Site) -> None:
    """Signed by itself, and not among those that are trusted."""
    with pytest.raises(SyncAborted, match="certificate verify failed"):
        ask(web, None).fetch(None)
    assert web.asked == []


def test_a_redirect_to_plain_http_is_refused(web: Site, tmp_path: Path) -> None:
    """A site that was asked over https does not lead out of it."""
    web.answer(b"", status=302, Location=web.url.replace("https", "http").replace("127.0.0.1", "localhost"))

    with pytest.raises(SyncAborted, match="another host"):
        ask(web, tmp_path, allow_http=True).fetch(None)
