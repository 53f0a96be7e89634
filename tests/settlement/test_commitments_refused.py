"""Commitments and prices over others that make no sense are refused with their place."""

from __future__ import annotations

import attrs
import pytest

from billcore.kernel import YEAR, CurrencyMismatch, InvalidValue
from billcore.pricing import (
    Commitment,
    Flat,
    Percentage,
    Price,
    PriceCadence,
    Selection,
    Service,
    Timing,
)
from tests.settlement.committing import (
    GB,
    HUNDRED,
    JANUARY,
    sold,
)
from tests.shop import Shop, base, catalog, plan


@pytest.mark.parametrize(
    ("commitments", "place"),
    [
        ([Commitment(prices=["none"], amount=1)], "prices[0]: nothing of this code is sold"),
        ([HUNDRED, Commitment(prices=["base", "gb"], amount=1)], "prices[1]: a price is committed to once"),
        ([Commitment(prices=["gb", "gb"], amount=1)], "prices[1]: a price is committed to once"),
        ([Commitment(prices=["setup"], amount=1)], "prices[0]: only what recurs"),
        ([Commitment(prices=["yearly"], amount=1)], "prices[0]: billed by a longer period"),
        ([Commitment(prices=["gb", "yearly"], amount=1, period=YEAR, cap=2)], "prices[1]: a cap is over"),
        ([Commitment(prices=["gb", "euro"], amount=1)], "prices[1]: prices of two currencies"),
        ([Commitment(prices=["fee"], amount=1, cap=2)], "prices[0]: a cap is not over"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(commitments: list[Commitment], place: str) -> None:
    """A catalog whose commitment cannot be billed is refused at the price that it names."""
    prices = [
        GB,
        base(10),
        Price(code="setup", model=Flat(1), cadence=PriceCadence.ONCE),
        base(1, code="yearly", interval=YEAR),
        base(1, code="euro", currency="EUR"),
        Price(code="fee", model=Percentage(1), sum_of=["base"]),
    ]
    listed = attrs.evolve(sold(), plans=[plan("p", *prices)])

    with pytest.raises(InvalidValue) as raised:
        attrs.evolve(listed, commitments=commitments)

    assert f"commitments[{len(commitments) - 1}].{place}" in str(raised.value)


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        ({"sum_of": ["fee"]}, "sum_of"),
        ({"sum_of": ["base", "base"]}, "sum_of"),
        ({"sum_of": "base"}, "sum_of"),
        ({"timing": Timing.ADVANCE}, "timing"),
        ({"cadence": PriceCadence.ONCE}, "cadence"),
        ({"model": Flat(1)}, "model"),
        ({"size": "big"}, "size"),
    ],
)
def test_bad_prices_over_others(keys: dict[str, object], place: str) -> None:
    """What a price over others cannot be is refused where it is defined."""
    with pytest.raises(InvalidValue, match=f"^{place}: "):
        Price(**{"code": "fee", "model": Percentage(1), "sum_of": ["base"], **keys})  # type: ignore[arg-type]  # the point


@pytest.mark.parametrize(
    ("price", "message"),
    [
        (Price(code="fee", model=Percentage(1), sum_of=["none"]), "nothing of this code is sold"),
        (Price(code="fee", model=Percentage(1), sum_of=["other"]), "is not over one that is"),
        (Price(code="fee", model=Percentage(1), sum_of=["setup"]), "only what recurs or is used"),
        (Price(code="fee", model=Percentage(1), sum_of=["yearly"]), "billed by a longer period"),
        (Price(code="fee", model=Percentage(1), sum_of=["base"], currency="EUR"), "in its currency"),
    ],
)
def test_a_sum_of_what_is_not_there_is_refused(price: Price, message: str) -> None:
    """Names of prices over others are checked with the catalog, at their place."""
    others = [
        base(10),
        Price(code="other", model=Percentage(1), sum_of=["base"]),
        Price(code="setup", model=Flat(1), cadence=PriceCadence.ONCE),
        base(1, code="yearly", interval=YEAR),
    ]

    with pytest.raises(InvalidValue, match=rf"^plans\[0\]\.versions\[0\]\.prices\[4\]\.sum_of\[0\]: .*{message}"):
        catalog(plan("p", *others, price))


def test_currencies_never_meet() -> None:
    """A customer pays a commitment in the currency of its prices."""
    one = Shop.new(sold(HUNDRED), JANUARY, currency="EUR")

    with pytest.raises(CurrencyMismatch):
        one.billing.subscriptions.create("acme", Selection(plan="usage"))


def test_what_a_service_sells_may_be_committed_to() -> None:
    """Its prices are made when it is selected; their codes and their currency are known before."""
    francs, euros = Service(code="vpn", base_fee=5), Service(code="mail", base_fee=5, currency="EUR")
    code = min(francs.price_codes)
    commitment = Commitment(prices=[code], amount=1)

    assert code in euros.price_codes
    assert attrs.evolve(catalog(), services=[francs], commitments=[commitment]).commitments == (commitment,)
    with pytest.raises(InvalidValue, match=r"^commitments\[0\]\.prices\[0\]: prices of two currencies"):
        attrs.evolve(catalog(), services=[francs, euros], commitments=[commitment])
