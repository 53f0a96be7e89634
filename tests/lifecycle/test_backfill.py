"""Moving an older portal's data in: each step on the rows' own numbers, and twice (requirements.md 5.6)."""

from __future__ import annotations

from decimal import Decimal

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcore.kernel import CurrencyMismatch, InvalidDocument, InvalidNumber, InvalidValue, Money, NotFound
from billcore.lifecycle.backfill import (
    NO_SLA,
    Collapsed,
    OldAssignment,
    OldInstance,
    OldPlan,
    OldPrice,
    OldVoucher,
    PlanOffering,
    backfill_tiers,
    collapse_availability,
    component_specs,
    copy_brackets,
    decimal_gib,
    offer_no_sla,
    quota_credit,
    seed_tiers,
    unknown_slas,
    with_components,
    with_old_prices,
)
from billcore.pricing import Bracket, Component, ComputePlan, Service, SizingUnit, SlaTier
from billcore.testing import laws, strategies

GUARANTEED = SlaTier(code="sla999247", min_replicas=3, service_level="guaranteed")
BRACKETS = [Bracket(8, 0), Bracket(32, 10), Bracket(None, 20)]
CONFIG = [{"productIDSource": "plan"}, {"productID": "st", "valuePath": "a.b"}]
MAPPING = {"guaranteed": "sla999247", "besteffort": "nosla"}


def row(sla: str, price: str | None = "0.05", plan: str = "A", offering: str = "1") -> OldAssignment:
    """A plan on an offering at an SLA."""
    return OldAssignment(
        service="redis", compute_plan=plan, offering=offering, sla=sla, price=price, product_id=f"redis-{sla}"
    )


def test_availability_collapses() -> None:
    """R4-30: (A, 1, besteffort) and (A, 1, guaranteed) are one (A, 1); both prices are kept."""
    collapsed = collapse_availability([row("besteffort"), row("guaranteed", "0.08")])

    assert collapsed.availability == (PlanOffering(service="redis", compute_plan="A", offering="1"),)
    assert [(p.compute_plan, p.sla, p.price, p.product_id) for p in collapsed.prices] == [
        ("A", "besteffort", Decimal("0.05"), "redis-besteffort"),
        ("A", "guaranteed", Decimal("0.08"), "redis-guaranteed"),
    ]


def test_prices_move_to_the_catalog() -> None:
    """R4-30: a plan's one price becomes its hourly price; a plan that the catalog has already keeps its own."""
    collapsed = collapse_availability([row("besteffort"), row("guaranteed"), row("besteffort", "0.20", plan="B")])
    synced = Service(code="redis", compute_plans=[ComputePlan(code="B", cpu=2, ram_gib=8, price="0.10")])
    sizes = [OldPlan(code="A", cpu=1, ram_gib="512Mi")]

    moved = with_old_prices(synced, collapsed.prices, sizes)

    assert [(plan.code, plan.ram_gib, plan.price) for plan in moved.compute_plans] == [
        ("B", Decimal(8), Decimal("0.10")),
        ("A", Decimal("0.5"), Decimal("0.05")),
    ]


def test_prices_that_cannot_move_are_told() -> None:
    """R4-30: two prices of one plan, and a plan of unknown size, are all reported, and nothing is moved."""
    collapsed = collapse_availability(
        [row("besteffort"), row("guaranteed", "0.08"), row("besteffort", "0.20", plan="B")]
    )

    with pytest.raises(InvalidDocument) as caught:
        with_old_prices(Service(code="redis"), collapsed.prices, [OldPlan(code="A", cpu=1, ram_gib=4)])

    assert str(caught.value).splitlines() == [
        "prices of redis has 2 problems",
        "  services['redis'].compute_plans['A'].price: several prices (got 'besteffort: 0.05, guaranteed: 0.08')",
        "  services['redis'].compute_plans['B'].ram_gib: the size of this plan is not known",
    ]


def test_a_row_without_a_price_makes_none() -> None:
    """R4-36: a plan whose price the rows do not tell has none: not zero."""
    collapsed = collapse_availability([row("besteffort", None)])

    assert collapsed.prices == ()
    assert with_old_prices(Service(code="redis"), collapsed.prices, []).compute_plans == ()


def test_a_billing_config() -> None:
    """R4-31: a plan's own product, and st at a.b, are two specs."""
    assert component_specs(CONFIG) == (
        Component(code="plan", product_id="{plan}"),
        Component(code="st", product_id="st", value_path="a.b"),
    )
    sized = [{"productID": "st", "valuePath": "a.b", "unit": "GiB", "itemDescription": "Disk"}]
    assert component_specs(sized)[0].unit is SizingUnit.GIB
    assert component_specs(sized)[0].description == "Disk"


def test_what_a_billing_config_does_not_say_is_told() -> None:
    """R4-31: an unknown source is reported with every other problem, and nothing is dropped."""
    config = [
        {"productIDSource": "sla"},
        *CONFIG,
        {"productID": "st"},
        {"productID": "x", "valuePath": "a..b"},
        {"productID": "y", "unit": "Gib"},
        {"productID": "z", "size": "1"},
        {"valuePath": "a"},
        {"productID": 7},
        "z",
    ]

    with pytest.raises(InvalidDocument) as caught:
        component_specs(config)

    assert [str(problem).split(" (")[0] for problem in caught.value.problems] == [
        "[0].productIDSource: unknown source of a product id",
        "[3].productID: two items of one product",
        '[4].value_path: a name, "[0]" or ["key"] is asked for at character 2',
        "[5].unit: no such unit",
        "[6].size: unknown key",
        "[7].productID: one of productID and productIDSource is asked for",
        "[8].productID: not text",
        "[9]: not a table",
    ]


@pytest.mark.parametrize("config", ["plan", {"productID": "st"}, None])
def test_a_billing_config_is_a_list(config: object) -> None:
    """Anything else is refused."""
    with pytest.raises(InvalidDocument, match="not a list"):
        component_specs(config)


def test_a_spec_that_somebody_changed_since_is_kept() -> None:
    """R4-36: a second run takes nothing back that people wrote after the first."""
    first = with_components(Service(code="redis"), CONFIG)
    edited = attrs.evolve(
        first, components=[attrs.evolve(first.components[1], unit=SizingUnit.GIB), first.components[0]]
    )

    assert with_components(edited, CONFIG) == edited


def test_no_sla_is_seeded() -> None:
    """R4-32: the tiers contain nosla: besteffort, one replica, offered for 0 by a service that says nothing of it."""
    tiers = seed_tiers([GUARANTEED])

    assert tiers == (GUARANTEED, NO_SLA)
    assert (NO_SLA.code, NO_SLA.service_level, NO_SLA.min_replicas) == ("nosla", "besteffort", Decimal(1))
    assert offer_no_sla(Service(code="redis", sla_surcharges={"sla999247": 150})).sla_surcharges == {
        "nosla": 0,
        "sla999247": 150,
    }
    assert offer_no_sla(Service(code="redis", sla_surcharges={"nosla": 5})).sla_surcharges == {"nosla": 5}


def test_every_instance_has_a_tier() -> None:
    """R4-33: guaranteed goes to the guaranteed tier, none and the unknown to No SLA: 100 % have one."""
    slas = ("guaranteed", "besteffort", None, "gold", "guaranteed")
    instances = [OldInstance(id=f"i{n}", sla=sla) for n, sla in enumerate(slas)]

    tiered = backfill_tiers(instances, MAPPING, seed_tiers([GUARANTEED]))

    assert [instance.sla_tier for instance in tiered] == ["sla999247", "nosla", "nosla", "nosla", "sla999247"]
    assert unknown_slas(instances, MAPPING) == ("gold",)
    assert unknown_slas(tiered, MAPPING) == ()


def test_a_tier_that_an_instance_has_is_kept() -> None:
    """R4-33: what somebody chose since the first run stays."""
    chosen = OldInstance(id="i", sla="besteffort", sla_tier="sla999247")

    assert backfill_tiers([chosen], MAPPING, seed_tiers([GUARANTEED])) == (chosen,)


def test_a_tier_that_is_not_there_is_told() -> None:
    """A mapping to no tier is refused with the instance, and nothing is filled in."""
    with pytest.raises(NotFound, match=r"^instances\[1\].sla_tier: no such SLA tier \(got 'sla999247'\)"):
        backfill_tiers([OldInstance(id="a"), OldInstance(id="b", sla="guaranteed")], MAPPING, seed_tiers([]))


def test_brackets_are_copied() -> None:
    """R4-34: 3 brackets x 5 services make 15; a service that has its own keeps them."""
    services = [Service(code=f"s{n}") for n in range(5)]
    own = Service(code="own", discount_brackets=[Bracket()])

    assert sum(len(service.discount_brackets) for service in copy_brackets(services, BRACKETS)) == 15
    assert copy_brackets([own], BRACKETS) == (own,)


@pytest.mark.parametrize(("old", "new"), [(4, "4"), ("4", "4"), (Decimal("0.5"), "0.5"), ("512Mi", "0.5"), (0, "0")])
def test_sizes_keep_their_value(old: int | str | Decimal, new: str) -> None:
    """R4-35: 4 is Decimal("4"); a size that a cluster wrote is read as one."""
    size = decimal_gib(old)

    assert size == Decimal(new)
    assert type(size) is Decimal
    assert decimal_gib(size) == size


@pytest.mark.parametrize("old", [4.0, "", "4.", "four", -1, "-512Mi", "500M", True])
def test_a_size_that_is_none_is_refused(old: object) -> None:
    """A float, a text that is no size, less than nothing, and what a catalog cannot hold exactly."""
    with pytest.raises((InvalidNumber, InvalidValue), match="ram_gib: "):
        decimal_gib(old)  # type: ignore[arg-type]  # the point of the test


def test_a_quota_becomes_credit() -> None:
    """R2-02: 2 units and 1 address for 1 month, small 10, address 5: 25.00."""
    voucher = OldVoucher(units=2, addresses=1, months=1)

    assert quota_credit(voucher, Money(10, "CHF"), Money(5, "CHF")) == Money("25.00", "CHF")
    assert quota_credit(attrs.evolve(voucher, months=3), Money(10, "CHF"), Money(5, "CHF")) == Money(75, "CHF")


def test_a_quota_that_is_none_is_refused() -> None:
    """Parts of a machine, prices below zero or of two currencies, and parts of a cent give no credit."""
    voucher = OldVoucher(units=1, addresses=1, months=1)

    with pytest.raises(InvalidValue, match="units"):
        OldVoucher(units=-1, addresses=0, months=1)
    with pytest.raises(CurrencyMismatch, match="address"):
        quota_credit(voucher, Money(10, "CHF"), Money(5, "EUR"))
    with pytest.raises(InvalidValue, match="address: must not be negative"):
        quota_credit(voucher, Money(10, "CHF"), Money(-5, "CHF"))
    with pytest.raises(InvalidValue):
        quota_credit(voucher, Money("0.001", "CHF"), Money(0, "CHF"))


codes = st.sampled_from(("A", "B", "C"))
assignments = st.builds(
    OldAssignment,
    service=st.just("service"),
    compute_plan=codes,
    offering=codes,
    sla=st.sampled_from(("besteffort", "guaranteed")),
    price=st.none() | st.just(Decimal("0.05")),
)
old_instances = st.builds(
    OldInstance,
    id=st.just("i"),
    sla=st.none() | st.sampled_from(("besteffort", "guaranteed", "gold")),
    sla_tier=st.none() | st.sampled_from(("nosla", "sla999247")),
)


@given(strategies.services(), st.lists(assignments), st.lists(old_instances))
def test_backfills_may_be_run_again(service: Service, rows: list[OldAssignment], instances: list[OldInstance]) -> None:
    """Law: every backfill applied to its own result changes nothing (R4-36)."""
    again, tiers = laws.backfill_is_rerunnable, seed_tiers([GUARANTEED])
    known = [OldPlan(code=code, cpu=1, ram_gib=4) for code in ("A", "B", "C")]
    prices = collapse_availability(rows).prices

    again(lambda there: collapse_availability(rows, there), Collapsed())
    again(lambda there: with_old_prices(there, prices, known), service)
    again(lambda there: with_components(there, CONFIG), service)
    again(offer_no_sla, service)
    services: tuple[Service, ...] = (service,)
    again(lambda there: copy_brackets(there, BRACKETS), services)
    again(lambda there: seed_tiers(there, [NO_SLA]), tiers[:1])
    again(lambda there: backfill_tiers(there, MAPPING, tiers), tuple(instances))


@given(st.lists(assignments))
def test_collapsing_loses_nothing(rows: list[OldAssignment]) -> None:
    """Every row is found again: its plan on its offering, its price at its SLA; and nothing is there twice."""
    collapsed = collapse_availability(rows)

    assert {(p.compute_plan, p.offering) for p in collapsed.availability} == {
        (row.compute_plan, row.offering) for row in rows
    }
    assert {(p.compute_plan, p.sla) for p in collapsed.prices} == {
        (row.compute_plan, row.sla) for row in rows if row.price is not None
    }
    assert len(set(collapsed.prices)) == len(collapsed.prices)
    assert all(isinstance(price, OldPrice) for price in collapsed.prices)
