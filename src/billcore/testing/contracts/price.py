"""The whole contract of a price model of one's own (``billcore.pricing.PriceModel``)."""

from __future__ import annotations

import contextlib
import decimal
import pickle
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

import attrs
import pytest
from hypothesis import given, settings

from billcore.engine import Billing
from billcore.kernel import Money, minor_units
from billcore.kernel import exact as ex
from billcore.lifecycle import UsageEvent
from billcore.pricing import (
    Catalog,
    Event,
    EventModel,
    Meter,
    Plan,
    PlanVersion,
    Price,
    PriceCadence,
    PriceModel,
    Rating,
    Selection,
    Timing,
    archive,
    explain_rating,
    price_hash,
    unarchive,
)
from billcore.testing import laws
from billcore.testing.clock import ManualClock
from billcore.testing.strategies import events, quantities

__all__ = ["PriceContract"]

_AMOUNTS = quantities(max_value=100_000)
_USED = Decimal("12.5")


class PriceContract:
    """Every promise of a price model. Subclass it as ``Test...`` and override ``make_model``."""

    def make_model(self) -> PriceModel:
        """Override: a model that charges something for 12.5 units; made anew each time, and equal."""
        raise NotImplementedError

    def test_it_is_a_price_model(self) -> None:
        """It has ``rate``, and that answers a ``Rating``."""
        model = self.make_model()

        assert isinstance(model, PriceModel)
        assert isinstance(model.rate(_USED), Rating)
        assert model.rate(_USED).amount > 0

    def test_it_is_a_value(self) -> None:
        """Made twice it is equal, with one hash: orders are compared and remembered by it."""
        one, other = self.make_model(), self.make_model()

        assert one == other
        assert hash(one) == hash(other)

    def test_it_is_frozen(self) -> None:
        """No field can be set: what was sold never changes."""
        model = self.make_model()
        kind: type = type(model)

        assert attrs.has(kind)
        for field in attrs.fields(kind):
            with pytest.raises(attrs.exceptions.FrozenInstanceError):
                setattr(model, field.name, getattr(model, field.name))

    def test_it_travels_to_a_worker(self) -> None:
        """It can be pickled, and is equal there."""
        model = self.make_model()

        assert pickle.loads(pickle.dumps(model)) == model  # noqa: S301 - what was dumped a moment ago

    @settings(deadline=None)
    @given(_AMOUNTS)
    def test_amounts_are_exact(self, quantity: Decimal) -> None:
        """Amounts and quantities are finite ``Decimal`` or ``Fraction``, never a float, of thirds of a unit too."""
        for units in (quantity, ex.ratio(quantity, 3)):
            rating = self.make_model().rate(units)
            numbers = [rating.amount, rating.quantity]
            for step in rating.steps:
                numbers += [step.quantity, step.unit_amount, step.flat_amount, step.amount]

            assert all(isinstance(one, Fraction) or (type(one) is Decimal and one.is_finite()) for one in numbers)

    @settings(deadline=None)
    @given(_AMOUNTS)
    def test_a_quantity_has_one_amount(self, quantity: Decimal) -> None:
        """Asked again it answers the same, whatever the thread's decimal context is."""
        expected = self.make_model().rate(quantity)
        with _small_context():
            again = self.make_model().rate(quantity)

        assert again == expected

    @settings(deadline=None)
    @given(_AMOUNTS)
    def test_the_steps_come_to_the_amount(self, quantity: Decimal) -> None:
        """Each step is quantity x unit amount + flat amount, and together they are the amount."""
        laws.steps_sum_to_the_amount(self.make_model(), [quantity, ex.ratio(quantity, 3)])

    @settings(deadline=None)
    @given(_AMOUNTS)
    def test_rate_agrees_with_amount(self, quantity: Decimal) -> None:
        """``amount``, if it has one, is the short way to the same."""
        laws.rate_agrees_with_amount(self.make_model(), [quantity])

    @settings(deadline=None)
    @given(_AMOUNTS)
    def test_nothing_costs_less_than_nothing(self, quantity: Decimal) -> None:
        """No amount is below zero, and a negative quantity costs what zero costs."""
        laws.no_quantity_costs_less_than_nothing(self.make_model(), [quantity])

    @settings(deadline=None)
    @given(_AMOUNTS)
    def test_a_rating_explains_itself(self, quantity: Decimal) -> None:
        """The tree of its steps recomputes to the amount."""
        rating = self.make_model().rate(quantity)
        tree = explain_rating(rating)

        laws.explanation_recomputes(tree)
        assert tree.value == rating.amount

    @settings(deadline=None)
    @given(events())
    def test_events_come_to_an_amount(self, seen: list[Event]) -> None:
        """A model by event rates them to steps that sum to an amount of zero or more."""
        model = self.make_model()
        if isinstance(model, EventModel):
            rating = model.rate_events(seen)

            assert rating.amount == ex.total([step.amount for step in rating.steps])
            assert rating.amount >= 0

    def test_it_is_kept(self) -> None:
        """Its archive reads back as it, with the same text and hash: so an order keeps it for years."""
        price = self._price()
        text = archive(price)
        read = unarchive(text, Price)

        assert read == price
        assert archive(read) == text
        assert price_hash(read) == price_hash(price)

    def test_it_is_quoted_as_it_is_billed(self) -> None:
        """Sold in a plan: the quote, the invoice and the rating have one amount, and the line explains itself."""
        price = self._price()
        metered = price.cadence is PriceCadence.USAGE
        exact = self.make_model().rate(_USED).amount
        with _sold(price) as (billing, clock):
            usage = {"units": _USED} if metered else {}
            selection = Selection(plan="own", quantity=1 if metered else _USED, usage=usage)
            offer = billing.quotes.preview(selection)
            billing.subscriptions.create("acme", selection, id="sub")
            if metered:
                used = UsageEvent(
                    id="e", source="contract", customer="acme", meter="units", time="2026-01-10T00:00:00Z", value=_USED
                )
                billing.usage.record([used])
            clock.set("2026-02-01T00:00:00Z")
            billing.invoices.run()
            (line,) = billing.invoices.get("INV-000001").document.lines
            tree = billing.invoices.explain("INV-000001", line.id)

        assert line.exact == exact == offer.lines[0].exact
        assert line.minor == minor_units(exact, 2) == offer.lines[0].minor
        assert offer.explain("own").value == Money.rounded(exact, "EUR").amount
        laws.explanation_recomputes(tree.children[0])
        assert tree.children[0].value == exact

    def _price(self) -> Price:
        """The model as a monthly price in arrears; of usage where it rates events."""
        model = self.make_model()
        if isinstance(model, EventModel):
            return Price(code="own", model=model, currency="EUR", cadence=PriceCadence.USAGE, meter="units")
        return Price(code="own", model=model, currency="EUR", timing=Timing.ARREARS)


@contextlib.contextmanager
def _small_context() -> Iterator[None]:
    with decimal.localcontext(decimal.Context(prec=3)):
        yield


@contextlib.contextmanager
def _sold(price: Price) -> Iterator[tuple[Billing, ManualClock]]:
    """A handle with a plan of that price, and a customer."""
    clock = ManualClock("2026-01-01T00:00:00Z")
    with Billing.in_memory(clock=clock) as billing:
        billing.catalog.publish(
            Catalog(
                version="1",
                effective="2026-01-01T00:00:00Z",
                meters=[Meter(code="units")],
                plans=[Plan(code="own", versions=[PlanVersion(version=1, prices=[price])])],
            )
        )
        billing.customers.create("acme", currency="EUR")
        yield billing, clock
