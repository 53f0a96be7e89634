"""What a difference between two catalogs comes to in money, and how its parts are named in words."""

from __future__ import annotations

from decimal import Decimal

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billcore.adapters.differences import cost_words
from billcore.kernel import Interval
from billcore.kernel import exact as ex
from billcore.pricing import (
    Bracket,
    Catalog,
    Cell,
    Commitment,
    Component,
    ComputePlan,
    EventModel,
    Flat,
    Graduated,
    Matrix,
    Meter,
    Package,
    Part,
    Percentage,
    PerUnit,
    Phase,
    Plan,
    PlanVersion,
    Price,
    PriceCadence,
    PriceModel,
    Product,
    Progressive,
    Service,
    SlaTier,
    Tier,
    UnitRound,
    Wrapped,
    catalog_diff,
)
from billcore.pricing.bounds import bounds_of, telling, telling_bounds
from billcore.pricing.model.wrapped import unwrapped
from billcore.testing import laws
from billcore.testing.strategies import price_models
from tests.pricing.examples import EFFECTIVE

EACH = PerUnit("0.01")


def used(model: PriceModel, **more: object) -> Catalog:
    """A plan with one price for usage."""
    price = Price(code="u", model=model, meter="m", cadence=PriceCadence.USAGE)
    price = attrs.evolve(price, **more)  # type: ignore[arg-type]  # keywords of Price
    plan = Plan(code="p", versions=[PlanVersion(version=1, prices=[price])])
    return Catalog(version="1", effective=EFFECTIVE, currency="CHF", meters=[Meter(code="m")], plans=[plan])


def fee(*phases: Phase, commitment: Commitment | None = None) -> Catalog:
    """A plan of 100 a month, perhaps with phases and a commitment over it."""
    version = PlanVersion(version=1, prices=[Price(code="fee", model=Flat(100))], phases=phases)
    return Catalog(
        version="1",
        effective=EFFECTIVE,
        currency="CHF",
        plans=[Plan(code="p", versions=[version])],
        commitments=[] if commitment is None else [commitment],
    )


def intro(amount: int, code: str = "intro") -> Phase:
    """Three months for less."""
    return Phase(code=code, length=Interval(months=3), prices=[Price(code="fee", model=Flat(amount))])


def hosted(percent: int, minimum: int = 0, replicas: int = 1) -> Catalog:
    """A service by brackets of 8 GiB; with a replica of 4."""
    service = Service(
        code="s",
        sla_surcharges={"g": 0},
        compute_plans=[ComputePlan(code="c", cpu=1, ram_gib=4, price="0.05")],
        discount_brackets=[Bracket(8, 0), Bracket(None, percent)],
        minimum_units=minimum,
    )
    tier = SlaTier(code="g", min_replicas=replicas)
    return Catalog(version="1", effective=EFFECTIVE, currency="CHF", sla_tiers=[tier], services=[service])


def composed(*parts: Part) -> Catalog:
    """A product of others, and what an ERP bills of a service."""
    vm, ip = (Product(code=code, prices=[Price(code=code, model=Flat(1))]) for code in ("vm", "ip"))
    return Catalog(
        version="1",
        effective=EFFECTIVE,
        currency="CHF",
        products=[vm, ip, Product(code="set", composed_of=parts)],
    )


def committed(**more: object) -> Catalog:
    """At least 500 of the fee."""
    return fee(commitment=Commitment(prices=["fee"], amount=500, **more))  # type: ignore[arg-type]  # its keywords


CELLS = [Cell({"r": "eu"}, 1), Cell({"r": "us"}, 3)]
P = "plans/p/versions/1/prices/u/model"
CASES: dict[str, tuple[Catalog, Catalog, list[str], list[str]]] = {
    "a phase": (
        fee(intro(50)),
        fee(intro(60)),
        ["plans/p/versions/1/phases/intro/prices/fee/model/value: 50 -> 60"],
        ["plans/p/phases/intro/fee, 1 x a month: 50 -> 60 CHF (+20.0 %)"],
    ),
    "the order of phases": (
        fee(intro(50), intro(60, "ramp")),
        fee(intro(60, "ramp"), intro(50)),
        ["plans/p/versions/1/phases: intro, ramp -> ramp, intro"],
        [],
    ),
    "a part": (
        composed(Part(product="vm"), Part(product="ip")),
        composed(Part(product="vm", quantity=2), Part(product="ip")),
        ["products/set/composed_of/vm/quantity: 1 -> 2"],
        [],
    ),
    "a bracket of a service": (
        hosted(10),
        hosted(50),
        ["services/s/discount_brackets/beyond/percent: 10 -> 50"],
        [
            "services/s/compute_plans/c, 3 x a month of 730 h: 105.85 -> 91.25 CHF (-13.8 %)",
            "services/s/compute_plans/c, 4 x a month of 730 h: 138.7 -> 109.5 CHF (-21.1 %)",
        ],
    ),
    "units at least": (
        hosted(0),
        hosted(0, 8),
        ["services/s/minimum_units: 0 -> 8"],
        ["services/s/compute_plans/c, 1 x a month of 730 h: 36.5 -> 73 CHF (+100.0 %)"],
    ),
    "replicas of a tier": (
        hosted(0),
        hosted(0, replicas=3),
        ["sla_tiers/g/min_replicas: 1 -> 3"],
        [
            "services/s/compute_plans/c/sla/g, 1 x a month of 730 h: 36.5 -> 109.5 CHF (+200.0 %)",
            "services/s/compute_plans/c/sla/g, 2 x a month of 730 h: 73 -> 109.5 CHF (+50.0 %)",
        ],
    ),
    "a percentage": (
        used(Percentage(2)),
        used(Percentage(3)),
        [f"{P}/percent: 2 -> 3"],
        ["plans/p/u, 1 x m as one event: 0.02 -> 0.03 CHF (+50.0 %)"],
    ),
    "a cell": (
        used(Matrix(["r"], CELLS)),
        used(Matrix(["r"], [CELLS[0], Cell({"r": "us"}, 4)])),
        [f"{P}/cells/us/unit_amount: 3 -> 4"],
        ["plans/p/u/us, 1 x m as one event: 3 -> 4 CHF (+33.3 %)"],
    ),
    "progressive brackets": (
        used(Progressive(1, 1, brackets=[Bracket(8, 0), Bracket(None, 10)])),
        used(Progressive(1, 1, brackets=[Bracket(8, 0), Bracket(None, 60)])),
        [f"{P}/brackets/beyond/percent: 10 -> 60"],
        [
            "plans/p/u, 9 x m: 8.9 -> 8.4 CHF (-5.6 %)",
            "plans/p/u, 16 x m: 15.2 -> 11.2 CHF (-26.3 %)",
        ],
    ),
    "an event at least": (
        used(EACH),
        used(EACH, event_minimum="0.50"),
        ["plans/p/versions/1/prices/u/event_minimum: none -> 0.5"],
        ["plans/p/u, 1 x m as one event: 0.01 -> 0.5 CHF (+4900.0 %)"],
    ),
    "what is included": (
        used(Wrapped(model=PerUnit(1), included=20)),
        used(Wrapped(model=PerUnit(1), included=10)),
        [f"{P}/included: 20 -> 10"],
        [
            "plans/p/u, 11 x m: 0 -> 1 CHF",
            "plans/p/u, 20 x m: 0 -> 10 CHF",
            "plans/p/u, 21 x m: 1 -> 11 CHF (+1000.0 %)",
            "plans/p/u, 40 x m: 20 -> 30 CHF (+50.0 %)",
        ],
    ),
    "the most": (
        used(Wrapped(model=PerUnit(1), maximum=100)),
        used(Wrapped(model=PerUnit(1), maximum=120)),
        [f"{P}/maximum: 100 -> 120"],
        ["plans/p/u, 101 x m: 100 -> 101 CHF (+1.0 %)", "plans/p/u, 1000 x m: 100 -> 120 CHF (+20.0 %)"],
    ),
    "the least": (
        used(Wrapped(model=PerUnit(1), minimum="0.5")),
        used(Wrapped(model=PerUnit(1), minimum="0.6")),
        [f"{P}/minimum: 0.5 -> 0.6"],
        ["plans/p/u, 0.05 x m: 0.5 -> 0.6 CHF (+20.0 %)"],
    ),
    "a package": (
        used(Package(10, 5)),
        used(Package(20, 5)),
        [f"{P}/package_size: 10 -> 20"],
        ["plans/p/u, 11 x m: 10 -> 5 CHF (-50.0 %)", "plans/p/u, 21 x m: 15 -> 10 CHF (-33.3 %)"],
    ),
    "begun units": (
        used(Wrapped(model=PerUnit(1), unit_divisor=20, unit_round=UnitRound())),
        used(Wrapped(model=PerUnit(1), unit_divisor=10, unit_round=UnitRound())),
        [f"{P}/unit_divisor: 20 -> 10"],
        ["plans/p/u, 11 x m: 1 -> 2 CHF (+100.0 %)", "plans/p/u, 21 x m: 2 -> 3 CHF (+50.0 %)"],
    ),
    "an overage": (
        committed(),
        committed(overage_factor=2),
        ["commitments/fee/overage_factor: 1 -> 2"],
        [
            "commitments/fee, 501 x CHF spent a month: 501 -> 502 CHF (+0.2 %)",
            "commitments/fee, 1000 x CHF spent a month: 1000 -> 1500 CHF (+50.0 %)",
        ],
    ),
    "a cap": (
        committed(cap=1000),
        committed(cap=600),
        ["commitments/fee/cap: 1000 -> 600"],
        [
            "commitments/fee, 601 x CHF spent a month: 601 -> 600 CHF (-0.2 %)",
            "commitments/fee, 1000 x CHF spent a month: 1000 -> 600 CHF (-40.0 %)",
        ],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_changes_and_what_it_costs(name: str) -> None:
    """The one thing that changed is named, and the money is told where it is another."""
    before, after, words, money = CASES[name]
    diff = catalog_diff(before, after)

    assert [one.words for one in diff.differences] == words
    told = [cost_words(cost) for cost in diff.costs]
    assert [line for line in money if line not in told] == []
    assert bool(told) == bool(money)


def test_what_an_erp_bills_is_named_by_its_code() -> None:
    """A component of a service."""
    before, after = (
        Catalog(
            version="1",
            effective=EFFECTIVE,
            currency="CHF",
            services=[Service(code="s", components=[Component(code="nodes", product_id=name)])],
        )
        for name in ("one", "two")
    )

    assert [one.words for one in catalog_diff(before, after).differences] == [
        "services/s/components/nodes/product_id: one -> two"
    ]


def with_free(model: PriceModel, included: int) -> Catalog:
    """The model with so much of it free; one that needs the events as it is."""
    inner = unwrapped(model)
    return used(model if isinstance(inner, EventModel) else Wrapped(model=inner, included=included))


@settings(max_examples=60)
@given(price_models(), price_models(), st.integers(0, 40), st.integers(1, 200).map(Decimal))
def test_a_diff_tells_the_money(before: PriceModel, after: PriceModel, free: int, quantity: Decimal) -> None:
    """Law: where a whole quantity costs another amount, the difference says so in money; of one knob too."""
    laws.diff_tells_the_money(used(before), used(after), quantity)
    laws.diff_tells_the_money(with_free(before, 5), with_free(before, free), quantity)


def test_between_bounds_a_unit_apart() -> None:
    """Where both are fractions something is between them that is neither."""
    assert telling([Decimal("1.5"), Decimal("2.5")]) == [Decimal(one) for one in ("1", "1.5", "2", "2.5", "3.5", "5")]


def test_bounds_are_where_the_meter_reaches_them() -> None:
    """Tiers of 10 and 30 thousands, two of them included: at 2,000, 12,000 and 32,000; a bare model's are its own."""
    tiers = Graduated([Tier(10, 1), Tier(30, 2), Tier(None, 3)])

    def bounds(model: PriceModel) -> list[str]:
        return [ex.text(bound) for bound in bounds_of(model)]

    assert bounds(Wrapped(model=tiers, unit_divisor=1_000, included=2)) == ["2000", "12000", "32000"]
    assert bounds(Wrapped(model=tiers)) == bounds(tiers) == ["10", "30"]
    assert bounds(Package(4, 1)) == ["4"]


def test_an_amount_that_is_never_more_is_looked_for_no_further() -> None:
    """A minimum of 5.00 at 1.00 a unit is passed at ten; what is flat never passes it, and a billion is enough."""
    passed = telling_bounds(Wrapped(model=PerUnit(1), minimum=5))
    never = telling_bounds(Wrapped(model=Flat(1), minimum=5))

    assert max(passed) == 10
    assert max(never) > 10**9
