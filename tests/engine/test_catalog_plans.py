"""Catalogs in the store: plan then apply, versions by instant, syncs, and what they leave alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import ClassVar

import attrs
import pytest

from billcore.engine import Billing
from billcore.kernel import (
    CatalogMoved,
    Exact,
    InvalidValue,
    NotAllowed,
    NotFound,
    StaleCatalogEntry,
    SyncAborted,
    instant,
)
from billcore.ports import Feed
from billcore.pricing import (
    Catalog,
    Flat,
    Plan,
    PlanVersion,
    Price,
    PriceModel,
    Rating,
    Selection,
    Service,
    price_hash,
)
from billcore.testing import laws
from billcore.testing.clock import ManualClock
from tests.pricing.examples import servala

DAYS = [instant(f"2026-02-{day:02d}T00:00:00Z") for day in range(1, 10)]


def vms(amount: str, version: str = "1", effective: str = "2026-01-01T00:00:00Z") -> Catalog:
    """Virtual machines at a price a month, as cloud4students sells them."""
    plan = Plan(code="vm", versions=[PlanVersion(version=1, prices=[Price(code="vm", model=Flat(amount))])])
    return Catalog(version=version, effective=effective, currency="EUR", plans=[plan])


@attrs.define
class Told:
    """A source that answers what it was told, and keeps what it was asked."""

    catalog: Catalog
    tag: str | None = None
    asked: list[str | None] = attrs.field(factory=list)
    name: str = "portal"

    def fetch(self, known: str | None) -> Feed | None:
        """The catalog, unless its tag is known."""
        self.asked.append(known)
        return None if known is not None and known == self.tag else Feed(self.catalog, self.tag)


@pytest.fixture
def clock() -> ManualClock:
    """The first of February."""
    return ManualClock(DAYS[0])


@pytest.fixture
def billing(clock: ManualClock) -> Iterator[Billing]:
    """A handle over SQLite, with a customer."""
    with Billing.open(":memory:", clock=clock) as handle:
        handle.customers.create("acme", currency="EUR")
        handle.customers.create("servala", currency="CHF")
        yield handle


def test_a_plan_is_applied_as_it_was_looked_at(billing: Billing) -> None:
    """The difference is told first, nothing is published by that, and applying twice is applying once."""
    billing.catalog.publish(vms("20.00"))
    laws.applied_plan_is_what_was_planned(billing, vms("25.00", "2", "2026-02-01T00:00:00Z"))
    plan = billing.catalog.plan(vms("30.00", "3", "2026-03-01T00:00:00Z"))

    assert billing.catalog.list() == ("1", "2")
    assert plan.base == "2"
    assert billing.catalog.apply(plan) == billing.catalog.apply(plan) == plan.catalog
    assert billing.catalog.list() == ("1", "2", "3")


def _twice(value: Decimal | str) -> Decimal:
    return 2 * Decimal(value)


@attrs.frozen
class Twofold(PriceModel):
    """A model that is read back as another one: what it is given it doubles, and its archive has the double."""

    archived_as: ClassVar[str] = "tests.twofold"

    amount: Decimal = attrs.field(converter=_twice)

    def rate(self, quantity: Exact) -> Rating:
        """The same whatever the quantity."""
        return Rating(self.amount, quantity, ())


@attrs.frozen
class Once(Twofold):
    """A model that cannot be read back: its archive is of four, and it takes no more than three."""

    archived_as: ClassVar[str] = "tests.once"

    def __attrs_post_init__(self) -> None:
        if self.amount > 3:
            raise InvalidValue("too much", place="amount")


@pytest.mark.parametrize(
    ("model", "says"),
    [
        (Twofold("2"), "it is read back as another catalog"),
        (Once("1.5"), r"it cannot be read back: archive: not an archived catalog"),
    ],
)
def test_what_is_not_read_back_as_it_is_is_not_published(billing: Billing, model: PriceModel, says: str) -> None:
    """Every run and every order reads the catalog in force: one that cannot be would stop the house."""
    billing.catalog.publish(vms("20.00"))
    price = Price(code="vm", model=model)
    new = attrs.evolve(vms("20.00", "2"), plans=[Plan(code="vm", versions=[PlanVersion(version=1, prices=[price])])])

    with pytest.raises(InvalidValue, match=rf"^catalog: {says}"):
        billing.catalog.publish(new)

    assert billing.catalog.list() == ("1",)
    assert billing.catalog.as_of().version == "1"


def test_a_plan_is_refused_where_the_catalog_has_moved(billing: Billing) -> None:
    """Somebody published between plan and apply: nothing is published, and the plan is made again."""
    billing.catalog.publish(vms("20.00"))
    plan = billing.catalog.plan(vms("25.00", "2", "2026-02-01T00:00:00Z"))
    billing.catalog.publish(vms("22.00", "other", "2026-01-15T00:00:00Z"))

    with pytest.raises(CatalogMoved, match=r"^catalog: .*not the one.* \(got '2'; plan again\)"):
        billing.catalog.apply(plan)

    assert billing.catalog.list() == ("1", "other")
    billing.catalog.apply(billing.catalog.plan(plan.catalog))
    assert billing.catalog.list() == ("1", "other", "2")
    with pytest.raises(CatalogMoved):
        billing.catalog.publish(vms("26.00", "4", "2026-02-02T00:00:00Z"), expect=plan.hash)


def test_a_published_price_reaches_the_next_order_and_no_earlier_one(billing: Billing, clock: ManualClock) -> None:
    """B-13, R2-10: ordered at 20, price -> 25: the next invoice is 20.00 for the old one and 25.00 for the new one."""
    billing.catalog.publish(vms("20.00"))
    old = billing.subscriptions.create("acme", Selection(plan="vm"), id="old")
    laws.later_catalog_touches_no_order(billing, vms("25.00", "2", "2026-02-02T00:00:00Z"))
    clock.set(DAYS[1])
    billing.subscriptions.create("acme", Selection(plan="vm"), id="new", at="2026-03-01T00:00:00Z")
    clock.set(instant("2026-03-01T00:00:00Z"))
    billing.invoices.run(until=clock.now())

    lines = [line for one in billing.invoices.list("acme").items for line in one.document.lines]
    march = {line.key.subscription: str(one.document.money(line.minor))
             for one in billing.invoices.list("acme").items
             for line in one.document.lines if line.key is not None and line.part.start == clock.now()}  # fmt: skip

    assert march == {"old": "20.00 EUR", "new": "25.00 EUR"}
    assert lines
    record = billing.subscriptions.get("old").first.records[0]
    assert price_hash(record.price) == price_hash(old.first.records[0].price)


def test_the_catalog_as_of_any_instant(billing: Billing) -> None:
    """What was sold when; before the first there is no price, and none is not zero."""
    for n, amount in enumerate(("20.00", "25.00"), 1):
        billing.catalog.publish(vms(amount, str(n), f"2026-0{n}-01T00:00:00Z"))

    assert [billing.catalog.as_of(at).version for at in ("2026-01-31T23:59:59Z", "2026-02-01T00:00:00Z")] == ["1", "2"]
    with pytest.raises(NotFound, match="no catalog is in force"):
        billing.catalog.as_of("2025-12-31T00:00:00Z")


def test_a_sync_publishes_what_changed_and_stamps_what_did_not(billing: Billing, clock: ManualClock) -> None:
    """R4-01, R4-07: 0/0/n the second time, no further version, and the stamps are those of the last sync by then."""
    source = Told(servala(), "v1")
    first = billing.catalog.sync(source)
    clock.set(DAYS[1])
    second = billing.catalog.sync(source, key="nightly-2")
    clock.set(DAYS[2])

    assert (first.created, first.updated, first.unchanged, first.stale) == (8, 0, 0, 0)
    assert (second.created, second.updated, second.unchanged, second.stale) == (0, 0, 8, 0)
    assert source.asked == [None, "v1"]
    assert billing.catalog.list() == (first.catalog,) == (second.catalog,)
    stamps = [billing.catalog.as_of(at).service("postgresql").last_synced_at for at in DAYS[:3]]
    assert stamps == [DAYS[0], DAYS[1], DAYS[1]]
    assert billing.catalog.sync(source, key="nightly-2") == second


def test_a_published_catalog_makes_a_tag_worthless(billing: Billing, clock: ManualClock) -> None:
    """Somebody published over the sync: the source is asked for everything, and its entries come back."""
    source = Told(servala(), "v1")
    billing.catalog.sync(source)
    billing.catalog.publish(
        attrs.evolve(vms("1.00"), version="by-hand", currency="CHF", effective="2026-02-01T12:00:00Z")
    )
    clock.set(DAYS[1])

    assert billing.catalog.sync(source).created == 8
    assert source.asked == [None, None]
    assert billing.catalog.as_of().plan("vm").source is None


def test_a_planned_sync_changes_nothing_and_is_refused_when_late(billing: Billing) -> None:
    """A dry run is the plan; it is not applied over what somebody else published since."""
    plan = billing.catalog.plan_sync(Told(servala()))

    assert billing.catalog.list() == ()
    assert len(plan.merged.changes) == 8
    billing.catalog.publish(vms("20.00"))
    with pytest.raises(CatalogMoved):
        billing.catalog.apply_sync(plan)
    assert billing.catalog.list() == ("1",)


def test_the_check_after_a_sync(billing: Billing, clock: ManualClock) -> None:
    """R4-28: every instance has a tier and a price and rests on nothing stale; exceptions are named."""
    feed = servala()
    service = feed.services[0]
    billing.catalog.sync(Told(feed))
    odd = Selection(service="postgresql", sla_tier="24x7", compute_plan="odd")
    billing.subscriptions.create("servala", attrs.evolve(odd, compute_plan="small"), id="fine")
    billing.subscriptions.create("servala", odd, id="stale")
    billing.subscriptions.create("servala", Selection(service="postgresql", compute_plan="small"), id="tierless")
    assert [one.subscription for one in billing.catalog.check().unsound] == ["tierless"]
    before = [billing.subscriptions.get(name) for name in ("fine", "stale", "tierless")]
    clock.set(DAYS[1])
    less = attrs.evolve(service, compute_plans=service.compute_plans[:1])
    billing.catalog.sync(Told(attrs.evolve(feed, services=[less])))

    check = billing.catalog.check()

    assert check.subscriptions == 3
    assert [(one.subscription, [(f.place, f.message) for f in one.findings]) for one in check.unsound] == [
        ("stale", [("compute_plan", "rests on a stale entry")]),
        ("tierless", [("sla_tier", "it has no SLA tier")]),
    ]
    assert [billing.subscriptions.get(name) for name in ("fine", "stale", "tierless")] == before
    with pytest.raises(StaleCatalogEntry):
        billing.subscriptions.create("servala", odd)
    billing.invoices.run(until="2026-03-01T00:00:00Z")
    priced = [line for one in billing.invoices.list("servala").items for line in one.document.lines]
    assert any(line.key is not None and line.key.subscription == "stale" and line.minor > 0 for line in priced)


def test_what_is_old_is_stale(billing: Billing, clock: ManualClock) -> None:
    """R4-09: seen with a greatest age, what the source has not named for longer is stale."""
    billing.catalog.sync(Told(servala()))
    clock.set(DAYS[4])

    assert billing.catalog.as_of(max_age=dt.timedelta(days=3)).service("postgresql").stale
    assert not billing.catalog.as_of(max_age=dt.timedelta(days=4)).service("postgresql").stale


def test_a_source_that_fails_leaves_everything(billing: Billing) -> None:
    """R4-04: an empty answer, and nothing has changed; nor does a customer's handle sync."""
    billing.catalog.sync(Told(servala()))
    before = billing.catalog.as_of()

    with pytest.raises(SyncAborted):
        billing.catalog.sync(
            Told(Catalog(version="x", effective=DAYS[0], services=[Service(code="a", currency="CHF")]))
        )
    with pytest.raises(NotAllowed):
        billing.scoped(customer="acme").catalog.sync(Told(servala()))

    assert billing.catalog.as_of() == before
