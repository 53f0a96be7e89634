"""Random prices, loaded by billcore's own reader, cost what an oracle in fractions makes of the same documents.

``BILLCORE_ORACLE=100000 pytest tests/pricing/test_oracle.py`` compares so many prices in all instead of 5,000. A case
is named by its kind and number, which seed its generator: a failure says which one it was.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import os
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

import attrs

from billcore.adapters.serialization import catalog_from, price_from, price_model_from, selection_from, usage_from_json
from billcore.kernel import (
    Anchor,
    CustomerId,
    DayAnchor,
    Exact,
    FrozenMap,
    OrderId,
    Period,
    Rounding,
    SubscriptionId,
    Timeline,
)
from billcore.kernel import exact as ex
from billcore.lifecycle import (
    Cancelled,
    Customer,
    Fact,
    Life,
    Order,
    Profile,
    Subscription,
    Unused,
    UsageEvent,
    UsageTotal,
    life,
)
from billcore.pricing import (
    Allowance,
    Catalog,
    Discount,
    Event,
    QuoteTotal,
    Stacking,
    amount_of,
    discounted,
    events_rating,
    find_rate,
    quote,
    tax_over,
    usage_rating,
)
from billcore.settlement import charges
from tests.pricing.oracle import documents, lives, models, quotes
from tests.pricing.oracle.plain import Doc
from tests.pricing.random_catalogs import coupons, instant, lived, plans, products, selection, services, share, used
from tests.pricing.random_documents import AMOUNTS, EVENTS, UNITS, Draw, Made

COUNT = int(os.environ.get("BILLCORE_ORACLE", "5000"))
"""How many prices are compared in all."""
MODES = ("half_up", "half_even")


def compare(kind: str, of_ten: int, check: Callable[[Draw], None]) -> None:
    """Draw so many tenths of the prices and compare each."""
    for number in range(COUNT * of_ten // 10):
        seed = f"{kind}-{number}"
        try:
            check(Draw(seed))
        except Exception as error:
            error.add_note(f"case {seed}")
            raise


def exactly(value: Fraction) -> Exact:
    """A fraction as billcore takes quantities."""
    return ex.ratio(Decimal(value.numerator), value.denominator)


def model_alone(draw: Draw) -> None:
    """Several quantities of one model, with its steps."""
    document = draw.model()
    model = price_model_from(document)
    for _ in range(4):
        quantity = draw.quantity(document)
        want, got = models.cost(document, quantity), model.rate(exactly(quantity))
        assert ex.fraction(got.amount) == want, (document, quantity, got)
        assert ex.fraction(amount_of(model, exactly(quantity))) == want, (document, quantity)
        assert ex.fraction(ex.total(step.amount for step in got.steps)) == want, (document, quantity, got)


def test_models() -> None:
    """Law: every model, with whatever stands around it, costs what the formats say, and its steps sum to that."""
    compare("model", 3, model_alone)


def usage_of_a_share(draw: Draw) -> None:
    """Usage of a price that holds for a share of its period, with units that addons have free; or its events."""
    by_event = draw.chance(5)
    made: Made = {"code": "p", "cadence": "usage", "meter": "m"}
    made["model"] = draw.model(EVENTS if by_event else (*UNITS, *AMOUNTS))
    price, part = price_from(made), share(draw)
    if by_event:
        told = [(Fraction(value), properties) for value, properties in draw.events()]
        found = [Event(exactly(value), FrozenMap(properties)) for value, properties in told]
        allowance = Allowance(part.as_integer_ratio())
        want, got = models.by_event(made["model"], told, part), events_rating(price, found, allowance)
    else:
        quantity, extra = draw.quantity(made["model"]), Fraction(draw.number(30, 1))
        allowance = Allowance(part.as_integer_ratio(), exactly(extra))
        want = models.cost(made["model"], quantity, part, extra)
        got = usage_rating(price, exactly(quantity), allowance)

    assert ex.fraction(got.amount) == want, (made, part, got)
    assert ex.fraction(ex.total(step.amount for step in got.steps)) == want, (made, part, got)


def test_usage() -> None:
    """Law: usage costs what the formats say, by event too, with any share of included, minimum and maximum."""
    compare("usage", 2, usage_of_a_share)


def quoted(draw: Draw) -> None:
    """A plan, product or service, and a selection of it."""
    document = draw.one_of((plans, products, services))(draw)
    chosen, mode, at = selection(draw, document), draw.one_of(MODES), instant(draw)
    want = quotes.offer(document, chosen, at, mode)
    got = quote(catalog_from(document), selection_from(chosen), at, Rounding(mode))
    case = (document, chosen, at, mode)

    exact = {line.price: ex.fraction(line.exact) for line in got.lines}
    assert exact == {code: amount for code, amount in want.lines.items() if amount or code in exact}, case
    for name in ("recurring", "first_invoice", "usage", "all_in"):
        net, taxes = getattr(want, name)
        assert total(getattr(got, name)) == (net, sorted(taxes)), (name, *case)


def total(found: QuoteTotal) -> tuple[int, list[documents.Tax]]:
    """A total as the oracle tells it; in which order the taxes stand, the formats do not say."""
    return found.net.minor, sorted((tax.code, Fraction(tax.percent), tax.base, tax.amount) for tax in found.taxes)


def test_quotes() -> None:
    """Law: lines, first invoice, totals and taxes of plans, products and services are what the formats say."""
    compare("quote", 2, quoted)


def document_of_lines(draw: Draw) -> None:
    """Lines of a document, coupons off them, and the tax on what is left."""
    catalog = services(draw)
    lines = [draw.one_of((0, draw.random.randrange(20_000))) for _ in range(draw.random.randint(1, 6))]
    found, mode, on = coupons(draw, len(lines)), draw.one_of(MODES), instant(draw).date()
    left, taken = documents.discounts(lines, found, mode)
    got = discounted(lines, [coupon(one) for one in found], Rounding(mode))
    case = (lines, found, mode)

    assert [ex.fraction(rest) for rest in got.net] == left, case
    assert {one.code: list(one.lines) for one in got.used} == taken, case
    categories = [draw.one_of(("standard", "reduced")) for _ in lines]
    country, rates = draw.one_of(("CH", "DE", "FR")), catalog_from(catalog).tax_rates
    want = [documents.rate_of(catalog["tax_rates"], country, category, on) for category in categories]
    applied = [find_rate(rates, country, category, on) for category in categories]
    told = documents.taxes(list(zip(want, left, strict=True)), mode)
    taxes = tax_over(list(zip(applied, left, strict=True)), Rounding(mode))
    assert [(tax.code, Fraction(tax.percent), tax.base, tax.amount) for tax in taxes.rates] == told[0], case
    assert list(taxes.lines) == told[1], case


def coupon(document: Doc) -> Discount:
    """A coupon as it is taken off lines."""
    percent, amount = document.get("percent"), document.get("amount")
    stacking = Stacking(document.get("stacking", "scope"))
    return Discount(
        code=document["code"], percent=percent, amount=amount, lines=document.get("lines"), stacking=stacking
    )


def test_discounts_and_taxes() -> None:
    """Law: what coupons take off lines, and the tax on the rest by rate and by line, is what the design says."""
    compare("document", 2, document_of_lines)


@attrs.frozen
class Events:
    """What a meter counts, out of a list of events."""

    found: Sequence[UsageEvent]

    def __call__(self, who: Life, meter: str, window: Period, /) -> UsageTotal:
        """How many they are, and their sum."""
        values = [event.value for _, event in self.events(who, meter, window)]
        return UsageTotal(len(values), ex.total(values))

    def events(self, _who: Life, meter: str, window: Period, /) -> Iterable[tuple[dt.datetime, Event]]:
        """The events themselves, in order of time."""
        mine = [event for event in self.found if event.meter == meter and event.time in window]
        for event in sorted(mine, key=lambda event: event.time):
            yield event.time, Event(event.value, FrozenMap(event.properties))

    @property
    def outside(self) -> Events:
        """The same: there is one price."""
        return self


ACME, ONLY = CustomerId("acme"), SubscriptionId("sub")


def life_of(catalog: Catalog, told: lives.Lived) -> Life:
    """The life that the oracle is told of, by billcore's own facts."""
    anchor: Anchor = DayAnchor(**told.anchor) if isinstance(told.anchor, dict) else "start"
    anchor = "calendar" if told.anchor == "calendar" else anchor

    def order(at: dt.datetime, n: int, chosen: Doc) -> Order:
        records = catalog.records(selection_from(chosen))
        return Order(id=OrderId(f"o{n}"), subscription=ONLY, at=at, recorded=at, n=n, records=records, anchor=anchor)

    facts: list[Fact] = [order(told.start, 0, told.selection)]
    if told.then is not None:
        facts.append(order(told.then[0], 1, told.then[1]))
    if told.end is not None:
        unused = Unused.KEEP if told.keep else Unused.GIVE_BACK
        facts.append(Cancelled(subscription=ONLY, at=told.end, recorded=told.end, n=2, unused=unused))
    customer = Customer(
        id=ACME,
        currency=catalog.currency or "",
        created=told.start,
        profiles=Timeline.starting(told.start, Profile(timezone=told.zone)),
    )
    return life(Subscription(id=ONLY, customer=ACME, facts=facts), customer)


def charged(draw: Draw) -> None:
    """A subscription with a change and an end, its usage, and what is due of it."""
    document = plans(draw, ("basic", "pro"))
    told, until = lived(draw, document)
    events = used(draw, told, until)
    want = lives.charged(document, told, events, until)
    lines = "\n".join(json.dumps({**event, "value": str(event["value"])}) for event in events)
    found = list(usage_from_json(io.BytesIO(lines.encode())))
    usage = Events([record for record in found if isinstance(record, UsageEvent)])
    assert len(usage.found) == len(events), found
    asked = charges([life_of(catalog_from(document), told)], usage, until, None, None)
    got = {(one.key.price, one.key.period.start, one.key.period.end): ex.fraction(one.exact) for one in asked}

    assert got == want, (document, told, events, until)


def test_lives() -> None:
    """Law: each period of each price of a subscription costs what the formats say, whatever changed within it."""
    compare("life", 1, charged)
