"""For each law of a value, a value on which it does not hold.

Where billcore builds no such value, what the law asks is broken instead.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable
from decimal import Decimal

import attrs
import pytest

from billcore.adapters import serialization
from billcore.kernel import MONTH, Cadence, Exact, Group, Money, Period, cadence, instant
from billcore.kernel import exact as ex
from billcore.lifecycle.erp import BillingItem, BillingRecord, EventKind, read_items
from billcore.pricing import (
    Branches,
    CatalogDiff,
    Coupon,
    Difference,
    Explanation,
    Flat,
    Plan,
    PlanVersion,
    Price,
    Proration,
    Quote,
    QuoteDiscount,
    QuoteTotal,
    Rating,
    Selection,
    Step,
    Tier,
    ValuePath,
    Volume,
    leaf,
    merged,
    quote,
)
from billcore.testing import laws
from billcore.testing.laws import catalogs, documents, erp, prices
from tests.pricing.examples import EFFECTIVE, studio

__all__ = ["VALUES"]

START, END = instant("2026-06-01T00:00:00Z"), instant("2026-07-01T00:00:00Z")
WHOLE = Period(START, END)
MIDDLE = instant("2026-06-11T00:00:00Z")


class Early(Cadence):
    """Finds each instant one period too early."""

    def index(self, at: dt.datetime) -> int:
        return super().index(at) - 1


class Short(Cadence):
    """Loses the last hour of each period."""

    def period(self, n: int) -> Period:
        return Period(self.nth(n), self.nth(n + 1) - dt.timedelta(hours=1))


class Falling(Cadence):
    """Counts back."""

    def nth(self, n: int) -> dt.datetime:
        return super().nth(-n)


def beat(kind: type[Cadence]) -> Cadence:
    """A month that is counted wrongly."""
    month = cadence(MONTH, "calendar", START, "UTC")
    return kind(month.interval, month.anchor, month.wall, month.day, month.zones)


@attrs.frozen
class Model:
    """A model of one's own: a breakdown, and an amount beside it."""

    rated: Callable[[Exact], Exact]
    short: Callable[[Exact], Exact] | None = None
    steps: tuple[Step, ...] = ()

    def rate(self, quantity: Exact) -> Rating:
        return Rating(self.rated(quantity), quantity, self.steps)

    def amount(self, quantity: Exact) -> Exact:
        return (self.short or self.rated)(quantity)


def one(_: Exact) -> Exact:
    """An amount of one."""
    return ex.ONE


def more_each_time() -> Price:
    """A price that costs more each time that it is asked."""
    counter = itertools.count(1)
    return Price(code="moody", model=Model(lambda _: Decimal(next(counter))))


class Alone(Group):
    """Rounds each line alone."""

    def take(self, exact: Exact) -> int:
        return Group(self.places, self.mode).take(exact)


def offer() -> Quote:
    """A quote that is in order."""
    usage = {"tokens": 1_500_000, "gb": 200}
    return quote(studio(), Selection(plan="studio", addons=["storage_50gb"], usage=usage), instant(EFFECTIVE))


def with_line(**changes: object) -> Quote:
    """A quote whose first line is another."""
    found = offer()
    line = attrs.evolve(found.lines[0], **changes)  # type: ignore[arg-type]  # fields of a line
    return attrs.evolve(found, lines=(line, *found.lines[1:]))


SUM = Explanation("sum", Decimal(2), "sum", (leaf("one", ex.ONE), leaf("two", Decimal(2))))
TWICE = Explanation("sum", Decimal(2), "sum", (leaf("one", ex.ONE), leaf("one", ex.ONE)), id="sum")
"""Two nodes of one id."""
OUTER = Explanation("outer", Decimal(3), "sum", (SUM,))
"""It folds to its value, but a node inside it does not."""


def other_parts_each_time(_: pytest.MonkeyPatch) -> None:
    """Parts that are others when they are asked for again."""
    counter = itertools.count()
    laws.explanation_is_one_value(
        lambda: Explanation("n", ex.ONE, "most", Branches(lambda: (leaf("n", ex.whole(next(counter))),)))
    )


def rounded_alone(patch: pytest.MonkeyPatch) -> None:
    """Ten francs in three lines, each rounded alone."""
    patch.setattr(prices, "Group", Alone)
    laws.rounded_parts_add_up([ex.ratio(Decimal(10), 3)] * 3)


def lines_rounded_alone(patch: pytest.MonkeyPatch) -> None:
    """A third and two thirds of a price of half a cent, each rounded alone."""
    patch.setattr(prices, "Group", Alone)
    laws.parts_add_to_the_price(Price(code="tiny", model=Flat("0.01")), WHOLE, [instant("2026-06-16T00:00:00Z")])


def half_each(patch: pytest.MonkeyPatch) -> None:
    """Each part is half of the whole, however long."""
    patch.setattr(prices, "share", lambda *_: (1, 2))
    laws.shares_of_parts_add_up(Proration.SECOND, WHOLE, [MIDDLE])


def more_than_all(patch: pytest.MonkeyPatch) -> None:
    """Each part is twice the whole."""
    patch.setattr(prices, "share", lambda *_: (2, 1))
    laws.shares_of_parts_add_up(Proration.SECOND, WHOLE, [MIDDLE])


def snapshot_forgets(patch: pytest.MonkeyPatch) -> None:
    """A snapshot that reads as another price."""
    patch.setattr(prices, "unarchive", lambda *_: Price(code="other", model=Flat(1)))
    laws.price_survives_its_snapshot(Price(code="p", model=Flat(1)))


def two_prices_one_hash(patch: pytest.MonkeyPatch) -> None:
    """A hash that forgets."""
    patch.setattr(prices, "price_hash", lambda _: "")
    laws.equal_prices_have_one_hash(Price(code="a", model=Flat(1)), Price(code="b", model=Flat(1)))


def forgets_an_addon(patch: pytest.MonkeyPatch) -> None:
    """A reader that loses an addon."""
    read = serialization.catalog_from
    patch.setattr(serialization, "catalog_from", lambda data: attrs.evolve(read(data), addons=()))
    laws.document_reads_back(studio())


def archive_forgets(patch: pytest.MonkeyPatch) -> None:
    """An archive that loses an addon."""
    patch.setattr(documents, "unarchive", lambda *_: attrs.evolve(studio(), addons=()))
    laws.archive_reads_back(studio())


APP = BillingItem(product_id="app", value="1")
TOLD = BillingRecord(instance="shop").changed([APP], START)
"""A record that says what runs."""


def said_twice(**changes: object) -> BillingRecord:
    """That record with its event once more, changed."""
    again = attrs.evolve(TOLD.events[0], id="bev_2", sequence=1, **changes)  # type: ignore[arg-type]  # its fields
    return attrs.evolve(TOLD, events=(again, *TOLD.events))


def a_unit_too_large(patch: pytest.MonkeyPatch) -> None:
    """Half a gibibyte that is half of everything."""
    patch.setattr(erp, "size_in", lambda *_: Decimal("0.5"))
    laws.size_is_exact("512Mi")


def path_forgets(patch: pytest.MonkeyPatch) -> None:
    """A path that is written without its end."""
    patch.setattr(ValuePath, "__str__", lambda path: str(path.factors[0][0]))
    laws.path_reads_back("spec.disk")


def items_turn_round(patch: pytest.MonkeyPatch) -> None:
    """A reader that has the items the other way round."""
    patch.setattr(erp, "read_items", lambda text: read_items(text)[::-1])
    laws.items_read_back([APP, attrs.evolve(APP, product_id="ssd")])


def newest_first(patch: pytest.MonkeyPatch) -> None:
    """A record whose last event is due before its first."""
    record = TOLD.changed([], END)
    patch.setattr(BillingRecord, "due", lambda record, *_: record.events[:1])
    laws.record_waits_its_turn(record)


def never_due(patch: pytest.MonkeyPatch) -> None:
    """A record that is never sent."""
    patch.setattr(BillingRecord, "due", lambda *_: ())
    laws.record_waits_its_turn(TOLD)


def blind_diff(patch: pytest.MonkeyPatch) -> None:
    """A diff that sees nothing."""
    patch.setattr(catalogs, "catalog_diff", lambda a, b: CatalogDiff(a.version, b.version, (), ()))
    laws.diff_tells_every_difference(studio(), attrs.evolve(studio(), addons=()))


def restless_diff(patch: pytest.MonkeyPatch) -> None:
    """A diff that takes the version for a difference."""
    said = Difference("version", "1", "2")
    patch.setattr(catalogs, "catalog_diff", lambda a, b: CatalogDiff(a.version, b.version, (said,), ()))
    laws.diff_tells_every_difference(studio(), studio())


def penniless_diff(patch: pytest.MonkeyPatch) -> None:
    """A diff that says nothing of money."""
    patch.setattr(catalogs, "catalog_diff", lambda a, b: CatalogDiff(a.version, b.version, (), ()))
    version = PlanVersion(version=1, prices=[Price(code="studio", model=Flat("51.00"))])
    dearer = attrs.evolve(studio(), plans=[Plan(code="studio", versions=[version])])
    laws.diff_tells_the_money(studio(), dearer, Decimal(1))


def restless_sync(patch: pytest.MonkeyPatch) -> None:
    """A sync that takes each entry for a new one."""
    patch.setattr(catalogs, "merged", lambda _, *rest, **more: merged(None, *rest, **more))
    laws.sync_twice_is_unchanged(studio(), studio(), EFFECTIVE)


def sync_that_deletes(patch: pytest.MonkeyPatch) -> None:
    """A sync that leaves out what the feed does not name."""
    patch.setattr(catalogs, "merged", lambda _, *rest, **more: merged(None, *rest, **more))
    laws.sync_loses_nothing(studio(), attrs.evolve(studio(), addons=()), EFFECTIVE)


def sync_without_coupons(patch: pytest.MonkeyPatch) -> None:
    """A sync that knows the lists of what is sold alone: what is given is neither brought nor told."""
    given = attrs.evolve(studio(), coupons=[Coupon(code="START20", percent=20)])
    patch.setattr(catalogs, "merged", lambda base, _, *rest, **more: merged(base, studio(), *rest, **more))
    laws.sync_loses_nothing(studio(), given, EFFECTIVE)


VALUES: tuple[tuple[str, Callable[[pytest.MonkeyPatch], None]], ...] = (
    ("periods_tile_time", lambda _: laws.periods_tile_time(beat(Early))),
    ("periods_tile_time", lambda _: laws.periods_tile_time(beat(Short))),
    ("periods_tile_time", lambda _: laws.periods_tile_time(beat(Falling))),
    ("rate_agrees_with_amount", lambda _: laws.rate_agrees_with_amount(Model(one, lambda q: ex.add(q, q)), [1])),
    ("steps_sum_to_the_amount", lambda _: laws.steps_sum_to_the_amount(Model(one), ["0.5"])),
    (
        "steps_sum_to_the_amount",
        lambda _: laws.steps_sum_to_the_amount(Model(one, steps=(Step("units", amount=ex.ONE),)), [1]),
    ),
    (
        "no_quantity_costs_less_than_nothing",
        lambda _: laws.no_quantity_costs_less_than_nothing(Model(ex.negate), [0, 1]),
    ),
    (
        "no_quantity_costs_less_than_nothing",
        lambda _: laws.no_quantity_costs_less_than_nothing(Model(lambda q: max(q, ex.negate(q))), [1]),
    ),
    (
        "more_never_costs_less",
        lambda _: laws.more_never_costs_less(Volume([Tier(10, 2), Tier(None, 1)]), [11, 10]),
    ),
    ("rounded_parts_add_up", rounded_alone),
    ("shares_of_parts_add_up", half_each),
    ("shares_of_parts_add_up", more_than_all),
    ("parts_add_to_the_price", lambda _: laws.parts_add_to_the_price(more_each_time(), WHOLE, [MIDDLE])),
    ("parts_add_to_the_price", lines_rounded_alone),
    ("price_survives_its_snapshot", snapshot_forgets),
    ("equal_prices_have_one_hash", two_prices_one_hash),
    ("explanation_recomputes", lambda _: laws.explanation_recomputes(SUM)),
    ("explanation_recomputes", lambda _: laws.explanation_recomputes(OUTER)),
    (
        "explanation_recomputes",
        lambda _: laws.explanation_recomputes(
            attrs.evolve(TWICE, children=tuple(attrs.evolve(one, id="sum") for one in TWICE.children))
        ),
    ),
    ("explanation_is_one_value", other_parts_each_time),
    (
        "rating_explains_itself",
        lambda _: laws.rating_explains_itself(Model(one, steps=(Step("minimum", amount=ex.ZERO),)), [2]),
    ),
    ("quote_explains_itself", lambda _: laws.quote_explains_itself(with_line(exact=Decimal(1)))),
    ("quote_explains_itself", lambda _: laws.quote_explains_itself(with_line(minor=100))),
    (
        "quote_explains_itself",
        lambda _: laws.quote_explains_itself(
            attrs.evolve(offer(), discount=QuoteDiscount(Coupon(code="C", amount=1), 100, (), "AUD"))
        ),
    ),
    (
        "quote_totals_are_sums_of_its_lines",
        lambda _: laws.quote_totals_are_sums_of_its_lines(with_line(minor=100)),
    ),
    (
        "quote_totals_are_sums_of_its_lines",
        lambda _: laws.quote_totals_are_sums_of_its_lines(
            attrs.evolve(offer(), all_in=QuoteTotal(Money("1", "AUD"), (), 0))
        ),
    ),
    (
        "quote_totals_are_sums_of_its_lines",
        lambda _: laws.quote_totals_are_sums_of_its_lines(
            attrs.evolve(offer(), first_invoice=QuoteTotal(Money("1", "AUD"), (), 0))
        ),
    ),
    ("size_is_exact", a_unit_too_large),
    ("path_reads_back", path_forgets),
    ("items_read_back", items_turn_round),
    ("record_tells_what_ran", lambda _: laws.record_tells_what_ran(TOLD, [(START, [])])),
    ("record_tells_what_ran", lambda _: laws.record_tells_what_ran(said_twice(), [(START, [APP])])),
    (
        "record_tells_what_ran",
        lambda _: laws.record_tells_what_ran(said_twice(kind=EventKind.SCALED), [(START, [APP])]),
    ),
    ("record_waits_its_turn", newest_first),
    ("record_waits_its_turn", never_due),
    ("backfill_is_rerunnable", lambda _: laws.backfill_is_rerunnable(lambda count: count + 1, 0)),
    ("document_reads_back", forgets_an_addon),
    ("archive_reads_back", archive_forgets),
    ("diff_tells_every_difference", blind_diff),
    ("diff_tells_every_difference", restless_diff),
    ("diff_tells_the_money", penniless_diff),
    ("sync_twice_is_unchanged", restless_sync),
    ("sync_loses_nothing", sync_that_deletes),
    ("sync_loses_nothing", sync_without_coupons),
)
"""Each law's name, and what must raise."""
