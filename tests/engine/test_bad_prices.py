"""A host's own price models that answer nonsense: one account is parked, nothing is half done."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, cast

import attrs
import pytest

from billcore import Money, Selection
from billcore.kernel import Exact, InvalidValue
from billcore.kernel.exact import text
from billcore.pricing import (
    Event,
    Meter,
    Price,
    PriceCadence,
    PriceModel,
    Rating,
    Step,
    Wrapped,
)
from tests.shop import Shop, base, catalog, plan

JANUARY, MARCH = "2026-01-01T00:00:00Z", "2026-03-01T00:00:00Z"
ONE = Decimal(1)


def rating(amount: object, steps: object = ()) -> Rating:
    """A rating of one unit, with whatever is wrong in it."""
    return Rating(cast("Decimal", amount), ONE, cast("tuple[Step, ...]", steps))


def deeper() -> Rating:
    """It never comes back."""
    return deeper()


def stop() -> Rating:
    """It fails."""
    raise RuntimeError("boom")


RIGHT: dict[str, Callable[[], object]] = {"a half": lambda: rating(Fraction(1, 2))}
ANSWERS: dict[str, Callable[[], object]] = {
    "nan": lambda: rating(Decimal("NaN")),
    "signalling": lambda: rating(Decimal("sNaN")),
    "infinite": lambda: rating(Decimal("Infinity")),
    "negative": lambda: rating(Decimal(-5)),
    "float": lambda: rating(1.5),
    "integer": lambda: rating(5),
    "flag": lambda: rating(True),  # noqa: FBT003 - it is what is wrong
    "text": lambda: rating("5"),
    "money": lambda: rating(Money("5", "EUR")),
    "nothing": lambda: None,
    "bare": lambda: ONE,
    "huge": lambda: rating(Decimal("1e999999")),
    "tiny": lambda: rating(Decimal("1e-999999")),
    "long fraction": lambda: rating(Fraction(1, 3**300)),
    "steps in a list": lambda: rating(ONE, [Step("all", amount=ONE)]),
    "a step of text": lambda: rating(ONE, ("all",)),
    "a step of NaN": lambda: rating(ONE, (Step("all", amount=Decimal("NaN")),)),
    "raises": stop,
    "a key is missing": lambda: dict[str, Rating]()["x"],
    "endless": deeper,
}


@attrs.frozen
class Wrong(PriceModel):
    """A price that answers something for its one unit."""

    archived_as: ClassVar[str] = "tests.wrong"

    how: str

    def rate(self, quantity: Exact) -> Rating:  # noqa: ARG002 - it does not look
        """Whatever it is."""
        return cast("Rating", {**ANSWERS, **RIGHT}[self.how]())


@attrs.frozen
class WrongByEvent(PriceModel):
    """The same by event."""

    archived_as: ClassVar[str] = "tests.wrong-by-event"

    how: str

    def rate(self, quantity: Exact) -> Rating:
        """The quantity as one event."""
        return self.rate_events((Event(quantity),))

    def rate_events(self, events: object) -> Rating:  # noqa: ARG002 - it does not look
        """Whatever it is."""
        return cast("Rating", ANSWERS[self.how]())


def metered(model: PriceModel, **more: object) -> Price:
    """The price of a meter."""
    return base(model, cadence=PriceCadence.USAGE, meter="gb", **more)  # type: ignore[arg-type]  # keywords of Price


PRICES: dict[str, Callable[[str], Price]] = {
    "recurring": lambda how: base(Wrong(how)),
    "wrapped": lambda how: base(Wrapped(model=Wrong(how), minimum=ONE)),
    "usage": lambda how: metered(Wrong(how)),
    "by event": lambda how: metered(WrongByEvent(how)),
    "wrapped by event": lambda how: metered(Wrapped(model=WrongByEvent(how), minimum=ONE)),
    "each event": lambda how: metered(Wrong(how), event_minimum="0.01"),
}


@pytest.mark.parametrize("sold_as", PRICES)
@pytest.mark.parametrize("how", ANSWERS)
def test_a_price_that_answers_nonsense(how: str, sold_as: str) -> None:
    """The quote is refused with its place, the run parks that account alone, and nothing of it was written."""
    sold = catalog(plan("own", PRICES[sold_as](how)), plan("good", base(9)), meters=[Meter(code="gb")])
    shop = Shop.new(sold, JANUARY)
    billing = shop.billing
    billing.customers.create("zoe", currency="CHF")
    billing.subscriptions.create("acme", Selection(plan="own"), id="own")
    billing.subscriptions.create("zoe", Selection(plan="good"), id="good")
    shop.use("e", "2026-01-02T00:00:00Z", 3)

    with pytest.raises(InvalidValue, match=r"^model") as caught:
        billing.quotes.preview(
            Selection(plan="own", usage={"gb": 3} if sold.plans[0].versions[0].prices[0].meter else {})
        )
    report = shop.at(MARCH).invoices.run()

    assert len(str(caught.value)) < 500
    assert report.parked == ("acme",)
    assert [item.kind for item in billing.exceptions.list()] == ["invalid_value"]
    assert billing.invoices.list("acme").items == ()
    assert len(billing.invoices.list("zoe").items) == 3
    assert billing.verify() == ()


def test_a_fraction_that_ends_is_kept_as_a_decimal() -> None:
    """A model may answer a half as 1/2: the line is written as 0.5, whichever was written before it in this process."""
    text.cache_clear()
    shop = Shop.new(catalog(plan("own", base(Wrong("a half")))), JANUARY)
    shop.billing.subscriptions.create("acme", Selection(plan="own"), id="own")
    shop.at(JANUARY).invoices.run()

    (line,) = shop.documents()[0].document.lines
    assert line.content()[6] == "0.5"
    text.cache_clear()
    assert shop.billing.verify() == ()
