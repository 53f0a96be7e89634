"""Sources of catalogs keep their contract: a file, a folder, a website with tags and one without."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from billcore.adapters.sources import DirectorySource, FileSource, HttpSource
from billcore.kernel import SyncAborted
from billcore.ports import CatalogSource
from billcore.testing.contracts import CatalogSourceContract
from tests.adapters.web import site


class TestFileSource(CatalogSourceContract):
    """One file."""

    def make_source(self, folder: Path) -> CatalogSource:
        """A file that is not there yet."""
        self.path = folder / "shop.json"
        return FileSource(self.path)

    def put(self, body: bytes) -> None:
        """Write it."""
        self.path.write_bytes(body)

    def take_away(self) -> None:
        """Remove it."""
        self.path.unlink()


class TestDirectorySource(TestFileSource):
    """A folder, with a file that is none of its documents."""

    def make_source(self, folder: Path) -> CatalogSource:
        """The folder of the file."""
        (folder / "notes.txt").write_text("not a catalog")
        self.path = folder / "shop.json"
        return DirectorySource(folder)


@pytest.mark.dev_dependency
class TestHttpSource(CatalogSourceContract):
    """A website that has no tags."""

    tags = False

    @pytest.fixture(autouse=True)
    def _site(self) -> Iterator[None]:
        with site() as self.site:
            yield

    def make_source(self, folder: Path) -> CatalogSource:
        """The site, on this machine."""
        assert folder.is_dir()
        return HttpSource(self.site.url, allow_http=True, allow_private=True)

    def put(self, body: bytes) -> None:
        """Answer it."""
        if self.tags:
            self.site.answer(body, ETag=f'"{hashlib.sha256(body).hexdigest()}"')
        else:
            self.site.answer(body)

    def take_away(self) -> None:
        """Answer that it is gone."""
        self.site.answer(b"gone", status=404)


class TestTaggedHttpSource(TestHttpSource):
    """A website that has tags."""

    tags = True

    def test_the_answer_is_304(self, source: CatalogSource) -> None:
        """What is known comes with no body."""
        first = source.fetch(None)
        assert first is not None
        assert first.tag is not None

        assert source.fetch(first.tag) is None
        assert self.site.asked[-1]["If-None-Match"] == first.tag


def test_a_folder_is_one_catalog(tmp_path: Path) -> None:
    """Lists are joined, heads may stand in one file; a problem is told by its file and its place there."""
    (tmp_path / "a.toml").write_text(
        'format = "billcore-catalog/1"\nversion = "1"\neffective = 2026-01-01T00:00:00Z\ncurrency = "CHF"\n'
        '[[services]]\ncode = "vpn"\nbase_fee = 5\n'
    )
    other = tmp_path / "b.toml"
    other.write_text('[[services]]\ncode = "mail"\nbase_fee = 3\n')

    feed = DirectorySource(tmp_path).fetch(None)

    assert feed is not None
    assert [service.code for service in feed.catalog.services] == ["vpn", "mail"]
    other.write_text('[[services]]\ncode = "mail"\nbase_fee = -3\n')
    with pytest.raises(SyncAborted, match=r"^b.toml: services\[0\].base_fee: not a right catalog"):
        DirectorySource(tmp_path).fetch(feed.tag)
    other.write_text("[[services]\n")
    with pytest.raises(SyncAborted, match=r"^b.toml: not a right catalog: not TOML: .*line 1"):
        DirectorySource(tmp_path).fetch(None)
    other.write_text('[[services]]\nkode = "mail"\nbase_fee = -3\n')
    with pytest.raises(SyncAborted) as told:
        DirectorySource(tmp_path).fetch(None)
    assert str(told.value).splitlines() == [
        f"folder:{tmp_path.name}: not a right catalog, 3 problems:",
        "  b.toml: services[0].kode: unknown key (code?)",
        "  b.toml: services[0].code: missing",
        "  b.toml: services[0].base_fee: must not be negative (got '-3')",
    ]
    other.write_text('currency = "EUR"\n')
    with pytest.raises(SyncAborted, match="two files say different things"):
        DirectorySource(tmp_path).fetch(None)


def test_a_folder_that_has_none_is_no_empty_catalog(tmp_path: Path) -> None:
    """An empty folder, or none, is a failure, not a catalog that sells nothing."""
    for folder in (tmp_path, tmp_path / "absent"):
        with pytest.raises(SyncAborted):
            DirectorySource(folder).fetch(None)
