"""The whole contract of ``billcore.ports.CatalogSource``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from billcore.adapters.memory import MemoryStore
from billcore.adapters.serialization import catalog_to
from billcore.engine import Billing
from billcore.kernel import SyncAborted, instant
from billcore.ports import CatalogSource, Feed
from billcore.pricing import Catalog, ComputePlan, Flat, Plan, PlanVersion, Price, Service
from billcore.testing.clock import ManualClock

__all__ = ["CatalogSourceContract"]


def _catalog(fee: str = "10.00") -> Catalog:
    sizes = [ComputePlan(code=code, cpu=1, ram_gib=2, price="0.05") for code in ("small", "large")]
    version = PlanVersion(version=1, prices=[Price(code="base", model=Flat("5.00"))])
    return Catalog(
        version="feed",
        effective="2026-01-01T00:00:00Z",
        currency="CHF",
        services=[Service(code="vpn", base_fee=fee, compute_plans=sizes)],
        plans=[Plan(code="team", versions=[version])],
    )


def _body(catalog: Catalog | None = None) -> bytes:
    return json.dumps(catalog_to(catalog or _catalog())).encode()


_NO_CATALOG = {
    "nothing": b"",
    "a list": b"[]",
    "an empty table": b"{}",
    "null": b"null",
    "a page for people": b"<html>down for maintenance</html>",
    "not UTF-8": b"\xff\xfe",
    "another document": b'{"format": "billcore-scenario/1"}',
    "cut short": _body()[:-40],
    "nested": b"[" * 10_000,
}


class CatalogSourceContract:
    """Every promise of a source. Subclass it as ``Test...`` and override ``make_source``, ``put`` and ``take_away``.

    Whatever goes wrong is one error, ``SyncAborted``, and no answer is ever a part of what the source has.
    """

    def make_source(self, folder: Path) -> CatalogSource:
        """Override: a source that answers what ``put`` wrote last; ``folder`` is new and empty."""
        raise NotImplementedError

    def put(self, body: bytes) -> None:
        """Override: from now on the source's original is this JSON text, whole or broken."""
        raise NotImplementedError

    def take_away(self) -> None:
        """Override: from now on the original cannot be reached."""
        raise NotImplementedError

    @pytest.fixture
    def source(self, tmp_path: Path) -> CatalogSource:
        """The source under test, with a catalog to answer."""
        made = self.make_source(tmp_path)
        self.put(_body())
        return made

    def test_it_is_a_source(self, source: CatalogSource) -> None:
        """It has the port's methods, and one name for as long as it lives, which an id could have."""
        assert isinstance(source, CatalogSource)
        assert source.name == source.name
        assert 0 < len(source.name) <= 100

    def test_it_answers_all_of_it(self, source: CatalogSource) -> None:
        """The catalog is the one that the original has."""
        assert _fetched(source).catalog == _catalog()

    def test_asking_again_answers_the_same(self, source: CatalogSource) -> None:
        """Without a tag the whole answer comes each time."""
        assert _fetched(source) == _fetched(source)

    def test_what_is_known_may_stay_unsaid(self, source: CatalogSource) -> None:
        """The tag of the last answer answers ``None``, or the same once more."""
        first = _fetched(source)

        assert source.fetch(first.tag) in (None, first)

    def test_a_change_is_seen(self, source: CatalogSource) -> None:
        """A tag never hides that the original has changed, and the new answer has another one."""
        first = _fetched(source)
        self.put(_body(_catalog("12.00")))

        second = _fetched(source, first.tag)

        assert second.catalog == _catalog("12.00")
        assert second.tag is None or second.tag != first.tag

    def test_an_unknown_tag_answers_everything(self, source: CatalogSource) -> None:
        """A tag that it never gave is no reason to say nothing."""
        assert _fetched(source, '"unheard-of"').catalog == _catalog()

    @pytest.mark.parametrize("body", _NO_CATALOG.values(), ids=_NO_CATALOG)
    def test_what_is_no_catalog_is_refused(self, source: CatalogSource, body: bytes) -> None:
        """Nothing, a part, a page for people or another document is ``SyncAborted``."""
        self.put(body)

        with pytest.raises(SyncAborted):
            source.fetch(None)

    def test_doubled_codes_are_refused(self, source: CatalogSource) -> None:
        """Two entries of one code are no catalog: neither is the right one."""
        whole = catalog_to(_catalog())
        self.put(json.dumps({**whole, "plans": [*whole["plans"], *whole["plans"]]}).encode())

        with pytest.raises(SyncAborted, match="twice"):
            source.fetch(None)

    def test_what_cannot_be_reached_is_refused(self, source: CatalogSource) -> None:
        """A source that is away is ``SyncAborted``, with a tag too."""
        first = _fetched(source)
        self.take_away()

        for tag in (None, first.tag):
            with pytest.raises(SyncAborted):
                source.fetch(tag)

    def test_a_sync_makes_it_the_catalog(self, source: CatalogSource) -> None:
        """What it answers is sold; asked again, everything is unchanged (R4-07)."""
        billing = _shop()

        first, again = billing.catalog.sync(source), billing.catalog.sync(source)

        assert (first.created, first.updated, first.unchanged, first.stale) == (5, 0, 0, 0)
        assert (again.created, again.updated, again.unchanged, again.stale) == (0, 0, 5, 0)
        assert billing.catalog.as_of().service("vpn").source == source.name

    def test_a_failure_changes_nothing(self, source: CatalogSource) -> None:
        """After every failure the catalog is what it was, and nothing is stale (R4-04)."""
        billing = _shop()
        billing.catalog.sync(source)
        before = (billing.catalog.list(), billing.catalog.as_of())
        part = {key: value for key, value in catalog_to(_catalog()).items() if key != "plans"}

        for body in (*_NO_CATALOG.values(), json.dumps(part).encode()):
            self.put(body)
            with pytest.raises(SyncAborted):
                billing.catalog.sync(source)
        self.take_away()
        with pytest.raises(SyncAborted):
            billing.catalog.sync(source)

        assert (billing.catalog.list(), billing.catalog.as_of()) == before


def _shop() -> Billing:
    return Billing(MemoryStore(), clock=ManualClock(instant("2026-02-01T00:00:00Z")))


def _fetched(source: CatalogSource, known: str | None = None) -> Feed:
    feed = source.fetch(known)
    assert feed is not None, "it says that this is known, and it is not"
    return feed
