"""Whatever stands in a field of what is sold: a value that is kept as it is, or one typed error that can be read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, cast

import attrs
import pytest

from billcore.adapters.serialization import catalog_from
from billcore.kernel import BillcoreError, FrozenMap, InvalidValue
from billcore.pricing import Catalog, Coupon, Part, Price, Selection, Tier, archive, unarchive

EVERYTHING = {
    "format": "billcore-catalog/1",
    "version": "1",
    "effective": "2026-01-01T00:00:00Z",
    "currency": "CHF",
    "sla_tiers": [{"code": "none"}],
    "services": [
        {
            "code": "pg",
            "base_fee": 20,
            "sla_surcharges": {"none": 0},
            "compute_plans": [{"code": "small", "cpu": 1, "ram_gib": 4, "price": "0.05"}],
            "storage": [{"code": "ssd", "price": "0.0003"}],
            "discount_brackets": [{"percent": 10}],
            "resources": [{"code": "lb", "price": 12}],
            "components": [{"code": "disk", "product_id": "ssd"}],
        }
    ],
    "availability": [{"service": "pg", "compute_plan": "small"}],
    "meters": [{"code": "calls"}],
    "meter_prices": [
        {
            "meter": "calls",
            "price": {
                "code": "out",
                "cadence": "usage",
                "meter": "calls",
                "model": {"type": "matrix", "dimensions": ["a"], "cells": [{"values": {"a": "b"}, "unit_amount": 1}]},
            },
        }
    ],
    "products": [
        {"code": "disk", "prices": [{"code": "gib", "size": "gib", "model": {"type": "per_unit", "unit_amount": 1}}]},
        {"code": "vm", "composed_of": [{"product": "disk", "defaults": {"gib": 10}}]},
    ],
    "plans": [
        {
            "code": "team",
            "versions": [
                {
                    "version": 1,
                    "prices": [
                        {"code": "seat", "model": {"type": "graduated", "tiers": [{"unit_amount": 1}], "minimum": 1}},
                        {"code": "share", "model": {"type": "graduated_percentage", "tiers": [{"rate": 1}]}},
                    ],
                    "phases": [
                        {
                            "code": "a",
                            "length": "month",
                            "prices": [{"code": "x", "model": {"type": "flat", "amount": 1}}],
                        }
                    ],
                }
            ],
        }
    ],
    "addons": [{"code": "more", "price": {"code": "more", "model": {"type": "flat", "amount": 2}}}],
    "coupons": [{"code": "ten", "percent": 10}],
    "commitments": [{"prices": ["seat"], "amount": 100}],
    "grants": [{"code": "gift", "kind": "promotional", "amount": 7}],
    "credit_units": [{"code": "token", "rate": "0.01"}],
    "currencies": [{"code": "GEM"}],
    "tax_rates": [{"code": "vat", "country": "CH", "percent": "8.1"}],
}  # fmt: skip

WRONG: tuple[object, ...] = (
    *(None, True, 0, -1, 5, 1.5, float("nan"), 10**40, 10**5_000, "", "x", "\x00", "\ud800", "x" * 20_000, b"x", 1j),
    *(Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), Decimal("-0"), Decimal("1e999999"), Decimal("1e-999999")),
    *([], [1], [None], ["x"], [[]], ("x",), {"x"}, {}, {"a": 1}, {"a": None}, {1: "b"}, {"\ud800": 1}),
    *(dt.date(1, 1, 1), dt.datetime(2026, 1, 1), dt.datetime(1, 1, 1, tzinfo=dt.UTC), object(), int, len),  # noqa: DTZ001 - wrong on purpose
)


def sold() -> Catalog:
    """One of everything."""
    return catalog_from(EVERYTHING)


def values(value: object) -> Iterator[attrs.AttrsInstance]:
    """Every value inside a value, itself among them."""
    if isinstance(value, tuple):
        for item in value:
            yield from values(item)
    elif attrs.has(type(value)):
        yield cast("attrs.AttrsInstance", value)
        for field in attrs.fields(cast("type[attrs.AttrsInstance]", type(value))):
            if field.init:
                yield from values(getattr(value, field.name))


KINDS = {type(value): value for value in (*values(sold()), *values(Selection(plan="team")), Part(product="disk"))}


def evolved(value: Any, name: str, wrong: object) -> Any:  # noqa: ANN401 - a value of that class
    """The value with something wrong in a field."""
    return attrs.evolve(value, **{name: wrong})


def _made(
    kind: type[attrs.AttrsInstance], name: str, wrong: object
) -> tuple[attrs.AttrsInstance | None, BillcoreError | None]:
    try:
        return evolved(KINDS[kind], name, wrong), None
    except BillcoreError as error:
        return None, error


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_field_takes_its_kind_alone(kind: type[attrs.AttrsInstance]) -> None:
    """Each field set to each wrong value: one typed error with a place, or a value that is hashed and equals itself."""
    tried = 0
    for field in attrs.fields(kind):
        for wrong in WRONG if field.init else ():
            tried += 1
            made, refused = _made(kind, str(field.alias), wrong)
            if made is None:
                assert refused is not None
                assert refused.place
                assert len(str(refused)) < 1_500
            else:
                assert made == made.__class__(
                    **{str(f.alias): getattr(made, f.name) for f in attrs.fields(kind) if f.init}
                )
                hash(made)
    assert tried >= len(WRONG)


@pytest.mark.parametrize("wrong", WRONG, ids=range(len(WRONG)))
def test_what_a_selection_keeps_is_read_again(wrong: object) -> None:
    """A selection that was taken is stored with its order, and reads back as it."""
    for field in attrs.fields(Selection):
        try:
            made = evolved(Selection(product="disk"), str(field.alias), wrong)
        except BillcoreError:
            continue
        text = archive(made)
        assert unarchive(text, Selection) == made
        text.encode()


@pytest.mark.parametrize(
    ("name", "wrong", "told"),
    [
        ("plans", None, "plans: a list of Plan is asked for"),
        ("plans", "team", "plans: a list of Plan is asked for (got 'team')"),
        ("plans", [1], "plans[0]: wrong kind of value (got 1; Plan is asked for)"),
        ("coupons", {"code": 1}, "coupons: a list of Coupon is asked for"),
        ("currency", ["CHF"], "currency: wrong kind of value"),
    ],
)
def test_a_list_says_what_it_holds(name: str, wrong: object, told: str) -> None:
    """The place is the list's, or that of the entry."""
    with pytest.raises(InvalidValue) as caught:
        evolved(sold(), name, wrong)

    assert told in str(caught.value)


def test_no_is_not_true() -> None:
    """A flag of text would be true, and charge the first tier's flat amount for nothing used."""
    model = sold().plans[0].versions[0].prices[0].model
    with pytest.raises(InvalidValue, match=r"^flat_on_zero: wrong kind of value \(got 'no'; bool is asked for\)"):
        attrs.evolve(model.model, flat_on_zero="no")  # type: ignore[attr-defined]  # a wrapped one
    with pytest.raises(InvalidValue, match=r"^per_replica: "):
        attrs.evolve(sold().services[0].storage[0], per_replica="no")  # type: ignore[arg-type]  # wrong on purpose


def test_a_limit_that_no_store_can_count() -> None:
    """It is refused where the coupon is made, not where it is first applied."""
    with pytest.raises(InvalidValue, match=r"^limit: "):
        Coupon(code="ten", percent=10, limit=2**63)


def test_a_price_model_is_a_frozen_value() -> None:
    """One that cannot be hashed is refused where the price is made."""

    @attrs.define
    class Loose:
        def rate(self, quantity: Decimal) -> object:
            raise NotImplementedError

    with pytest.raises(InvalidValue, match=r"^model: a price model is a frozen value \(got 'Loose'; attrs.frozen\)"):
        Price(code="x", model=Loose())  # type: ignore[arg-type]  # wrong on purpose


def test_maps_are_still_maps() -> None:
    """What is right is taken as it was."""
    made = Selection(product="disk", sizes=FrozenMap({"gib": 5}), configuration={"n": 3})  # type: ignore[dict-item]  # numbers are read
    assert (str(made.sizes["gib"]), made.configuration["n"]) == ("5", "3")
    assert Tier().flat_amount == 0
