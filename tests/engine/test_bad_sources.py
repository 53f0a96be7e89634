"""Sources of catalogs that answer nonsense: the catalog is as it was."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import cast

import attrs
import pytest

from billcore import Billing
from billcore.kernel import InvalidValue, SyncAborted
from billcore.ports import Feed
from billcore.pricing import (
    Catalog,
    Coupon,
    Grant,
    GrantKind,
)
from billcore.testing import ManualClock
from tests.shop import base, catalog, plan

JANUARY, MARCH = "2026-01-01T00:00:00Z", "2026-03-01T00:00:00Z"


def deeper() -> Feed:
    """It never comes back."""
    return deeper()


def stop() -> Feed:
    """It fails."""
    raise RuntimeError("boom")


@attrs.define
class Source:
    """A source of one answer."""

    answer: Callable[[], object]
    name: str = "shop"

    def fetch(self, known: str | None) -> Feed | None:  # noqa: ARG002 - it does not look
        """That answer."""
        return cast("Feed | None", self.answer())


def sells(**more: object) -> Catalog:
    """What the source sells."""
    return attrs.evolve(catalog(plan("p", base(10)), version="feed"), **more)  # type: ignore[arg-type]  # fields of it


@pytest.mark.parametrize(
    "answer",
    [
        lambda: None,
        lambda: 5,
        sells,
        lambda: Feed(cast("Catalog", None)),
        lambda: Feed(sells(), cast("str", 5)),
        lambda: Feed(sells(), "\ud800"),
        lambda: Feed(sells(), "x" * 100_000),
        stop,
        deeper,
    ],
)
def test_a_source_that_answers_nonsense(answer: Callable[[], object]) -> None:
    """One error says so, and the catalog is as it was."""
    with Billing.in_memory(clock=ManualClock(JANUARY)) as billing:
        billing.catalog.publish(catalog(plan("old", base(1))))
        with pytest.raises(SyncAborted) as caught:
            billing.catalog.sync(Source(answer))

        assert len(str(caught.value)) < 1_000
        assert billing.catalog.list() == ("1",)


@pytest.mark.parametrize("name", [None, 5, "", "\ud800", "x" * 5_000])
def test_a_source_without_a_name(name: object) -> None:
    """Its entries could not say where they come from."""
    with Billing.in_memory(clock=ManualClock(JANUARY)) as billing:
        with pytest.raises(InvalidValue, match=r"^source.name: "):
            billing.catalog.sync(Source(lambda: Feed(sells()), cast("str", name)))
        assert billing.catalog.list() == ()


@pytest.mark.parametrize(
    "change",
    [
        {"coupons": [Coupon(code="ten", percent=50)]},
        {"grants": [Grant(code="gift", kind=GrantKind.PROMOTIONAL, amount=9)]},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_sync_sees_what_is_given(change: dict[str, object]) -> None:
    """A coupon or a grant that a source changes is had from then on, and told as updated."""
    clock = ManualClock(JANUARY)
    before = {
        "coupons": [Coupon(code="ten", percent=10)],
        "grants": [Grant(code="gift", kind=GrantKind.PROMOTIONAL, amount=7)],
    }
    with Billing.in_memory(clock=clock) as billing:
        billing.catalog.sync(Source(lambda: Feed(sells(**before))))
        clock.set(MARCH)
        report = billing.catalog.sync(Source(lambda: Feed(sells(**{**before, **change}))))
        found = billing.catalog.as_of()
        clock.set("2026-04-01T00:00:00Z")
        again = billing.catalog.sync(Source(lambda: Feed(sells(**{**before, **change}))))

    assert (str(found.coupons[0].percent), str(found.grants[0].amount)) == (
        "50" if "coupons" in change else "10",
        "9" if "grants" in change else "7",
    )
    assert (report.created, report.updated, report.stale) == (0, 1, 0)
    assert again.catalog == report.catalog


def test_ages_that_are_none() -> None:
    """What is too old to be an instant makes nothing stale; less than nothing is refused."""
    with Billing.in_memory(clock=ManualClock(JANUARY)) as billing:
        billing.catalog.sync(Source(lambda: Feed(sells())))

        assert not billing.catalog.as_of(max_age=dt.timedelta.max).plans[0].stale
        for wrong in (dt.timedelta(days=-1), cast("dt.timedelta", 5), cast("dt.timedelta", "day")):
            with pytest.raises(InvalidValue, match=r"^max_age: "):
                billing.catalog.as_of(max_age=wrong)
