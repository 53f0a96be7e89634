"""The decomposed cloud price beyond one quote: real months, availability, supporting services, options, sizes."""

from __future__ import annotations

from decimal import Decimal

import attrs
import pytest
from hypothesis import given

from billcore.kernel import InvalidValue, Money, NotAvailable, instant
from billcore.pricing import (
    Availability,
    Bracket,
    Catalog,
    ComputePlan,
    Selection,
    Service,
    SizingUnit,
    Tier,
    Volume,
    options,
    quote,
    size_in,
)
from billcore.settlement import Policy
from billcore.testing import laws
from billcore.testing.strategies import catalogs
from tests.pricing.examples import EFFECTIVE, postgresql, servala
from tests.shop import Shop

NOW = instant("2026-05-01T00:00:00Z")
APRIL, MAY = "2026-04-01T00:00:00Z", "2026-05-01T00:00:00Z"
SMALL = Selection(
    service="postgresql",
    compute_plan="small",
    sla_tier="none",
    storage_gib=50,
    provider="exoscale",
    resources={"load_balancer": 1},
)
GUARDED = attrs.evolve(SMALL, sla_tier="24x7")


def lines(shop: Shop, number: str) -> dict[str, str]:
    """The amounts of an invoice by price, those of one price added."""
    found: dict[str, int] = {}
    for line in shop.billing.invoices.get(number).document.lines:
        found[line.price or ""] = found.get(line.price or "", 0) + line.minor
    return {price: str(Money.of_minor(minor, "CHF").digits) for price, minor in found.items()}


@pytest.mark.parametrize("selection", [SMALL, GUARDED], ids=["none", "24x7"])
def test_the_preview_is_the_later_invoice(selection: Selection) -> None:
    """R4-24, R3-17, H-09, X-22: April's 720 hours quoted are what April is billed, line by line; nothing is kept."""
    shop = Shop.new(servala(), APRIL)
    offer = shop.billing.quotes.preview(attrs.evolve(selection, hours=720))
    shop.billing.subscriptions.create("acme", selection, id="db")
    shop.at(MAY).invoices.run()

    billed = shop.billing.invoices.get("INV-000001").document.lines
    assert [(line.price, line.exact, line.minor) for line in billed] == [
        (line.price, line.exact, line.minor) for line in offer.lines
    ]


def test_april_line_by_line() -> None:
    """5.3: April (720 h) with the 24/7 tier: compute of three replicas 104.40, storage of 150 GiB 32.40."""
    shop = Shop.new(servala(), APRIL)
    shop.billing.subscriptions.create("acme", GUARDED, id="db")
    shop.at(MAY).invoices.run()

    assert lines(shop, "INV-000001") == {
        "base": "20.00",
        "sla": "150.00",
        "compute": "104.40",
        "storage": "32.40",
        "resource:load_balancer": "12.00",
    }


def test_a_tier_changed_on_day_eleven() -> None:
    """5.3: 240 h without SLA, then 480 h 24/7: compute 12.00 + 69.60, base 6.67 + 13.33, SLA 20/30 of 150."""
    shop = Shop.new(servala(), APRIL)
    selection = Selection(service="postgresql", compute_plan="small", sla_tier="none")
    shop.billing.subscriptions.create("acme", selection, id="db")
    shop.at("2026-04-11T00:00:00Z").subscriptions.change("db", selection=attrs.evolve(selection, sla_tier="24x7"))
    shop.at(MAY).invoices.run()
    document = shop.billing.invoices.get("INV-000001").document

    assert lines(shop, "INV-000001") == {"base": "20.00", "sla": "100.00", "compute": "81.60"}
    (compute,) = [line for line in document.lines if line.price == "compute"]
    assert compute.exact == Decimal("12.00") + Decimal("69.60")
    for line in document.lines:
        laws.explanation_recomputes(shop.billing.invoices.explain("INV-000001", line.id).children[0])


def test_there_is_no_cliff_where_volume_prices_have_one() -> None:
    """5.3: 32 GiB are 262.80 and 32.01 GiB 233.67 by volume; bracket by bracket 29.6 units, and more is never less."""
    service = Service(
        code="s",
        compute_plans=[ComputePlan(code="p", cpu=1, ram_gib=1, price="0.0125")],
        discount_brackets=[Bracket(8, 0), Bracket(32, 10), Bracket(None, 20)],
    )
    catalog = Catalog(version="1", effective=EFFECTIVE, currency="CHF", services=[service])

    def compute(replicas: int) -> Money:
        return quote(catalog, Selection(service="s", compute_plan="p", replicas=replicas), NOW).lines[0].amount

    by_volume = Volume([Tier(8, "9.125"), Tier(32, "8.2125"), Tier(None, "7.3")])  # a GiB and 730 hours
    assert [str(Money.rounded(by_volume.amount(Decimal(q)), "CHF")) for q in ("32", "32.01")] == [
        "262.80 CHF",
        "233.67 CHF",
    ]
    assert (compute(32), compute(33)) == (Money("270.10", "CHF"), Money("277.40", "CHF"))


@pytest.mark.parametrize(("written", "size"), [("512Mi", "0.5"), ("20Gi", "20"), ("1Ti", "1024"), ("1073741824", "1")])
def test_sizes_are_exact_in_a_plan(written: str, size: str) -> None:
    """R4-15, 5.3: 512Mi is exactly 0.5, 20Gi is 20, 1Ti is 1024, bytes without a suffix are bytes."""
    plan = ComputePlan(code="p", cpu=1, ram_gib=size_in(written, SizingUnit.GIB), price=1)

    assert plan.ram_gib == Decimal(size)


ASSIGNED = [
    Availability(service="postgresql", compute_plan="small", offering="exoscale"),
    Availability(service="postgresql", compute_plan="odd"),
]


def test_a_plan_that_is_priced_and_not_assigned() -> None:
    """R4-25: availability is apart from price: refused where it is not assigned; the hint says where it is."""
    catalog = attrs.evolve(servala(), availability=ASSIGNED)

    assert quote(catalog, SMALL, NOW).recurring.net == Money("79.45", "CHF")
    with pytest.raises(NotAvailable, match=r"^compute_plan: not offered by cloudscale .*offered by exoscale"):
        quote(catalog, attrs.evolve(SMALL, provider="cloudscale"), NOW)
    with pytest.raises(NotAvailable, match=r"^compute_plan: not offered by exoscale \(got 'odd'\)"):
        quote(attrs.evolve(servala(), availability=ASSIGNED[:1]), attrs.evolve(SMALL, compute_plan="odd"), NOW)


def test_without_any_row_everything_is_available() -> None:
    """A catalog that says nothing of availability offers what it prices."""
    assert quote(servala(), attrs.evolve(SMALL, provider="cloudscale", resources={}), NOW).recurring.net.amount > 0


@pytest.mark.parametrize(
    ("row", "place"),
    [
        (Availability(service="mysql", compute_plan="small"), r"availability\[0\].service"),
        (Availability(service="postgresql", compute_plan="huge"), r"availability\[0\].compute_plan"),
    ],
)
def test_availability_names_what_there_is(row: Availability, place: str) -> None:
    """A row for what the catalog does not have is refused when the catalog is made."""
    with pytest.raises(InvalidValue, match=f"^{place}: no such"):
        attrs.evolve(servala(), availability=[row])


def keycloak() -> Catalog:
    """Keycloak on a PostgreSQL that is not sold by itself."""
    own = Service(
        code="keycloak",
        base_fee=40,
        sla_surcharges={"none": 0},
        compute_plans=[ComputePlan(code="kc", cpu=1, ram_gib=2, price="0.04")],
        supporting=["postgresql"],
    )
    database = attrs.evolve(postgresql(), listed=False)
    rows = [
        Availability(service="keycloak", compute_plan="kc"),
        Availability(service="postgresql", compute_plan="small"),
    ]
    return attrs.evolve(servala(), services=[own, database], availability=rows)


def test_a_supporting_service_is_billed_within_the_other() -> None:
    """R4-08: a Keycloak order has its PostgreSQL in the selection, and no billing item for it."""
    selection = Selection(service="keycloak", compute_plan="kc", supporting={"postgresql": "small"})
    shop = Shop.new(keycloak(), APRIL)
    order = shop.billing.subscriptions.create("acme", selection, id="kc").orders[0]

    assert [record.price.code for record in order.records] == ["base", "compute"]
    assert order.selection is not None
    assert order.selection.supporting == {"postgresql": "small"}
    with pytest.raises(NotAvailable, match=r"^service: this service is not sold by itself \(got 'postgresql'\)"):
        shop.billing.quotes.preview(SMALL)


@pytest.mark.parametrize(
    ("supporting", "message"),
    [
        ({"keycloak": "kc"}, "supporting.keycloak: no supporting service of keycloak"),
        ({"postgresql": "huge"}, "supporting.postgresql: no such compute plan"),
        ({"postgresql": "odd"}, "supporting.postgresql: not offered"),
    ],
)
def test_what_does_not_support_is_refused(supporting: dict[str, str], message: str) -> None:
    """R4-27: only a named supporting service, and of its plans only those that are assigned."""
    with pytest.raises(InvalidValue, match=f"^{message}"):
        quote(keycloak(), Selection(service="keycloak", compute_plan="kc", supporting=supporting), NOW)


def test_options_list_plan_by_tier_with_the_price() -> None:
    """R4-27: every plan with every tier of the service, each with the price of its own quote."""
    sized = Selection(service="postgresql", storage_gib=50, resources={"load_balancer": 1})
    shop = Shop.new(servala(), APRIL)
    found = shop.billing.quotes.options("postgresql", provider="exoscale", selection=sized)

    assert [(one.compute_plan, one.sla_tier, str(one.replicas)) for one in found] == [
        ("small", "none", "1"),
        ("small", "24x7", "3"),
        ("odd", "none", "1"),
        ("odd", "24x7", "3"),
    ]
    assert [str(one.price) for one in found[:2]] == ["79.45 CHF", "320.70 CHF"]


def test_options_of_a_supporting_service_are_the_plans_assigned() -> None:
    """R4-27: PostgreSQL within Keycloak offers the one plan assigned to it, at no price of its own."""
    found = options(keycloak(), "postgresql", NOW, within="keycloak")

    assert [(one.compute_plan, one.sla_tier, str(one.price), one.quote) for one in found] == [
        ("small", None, "0.00 CHF", None)
    ]
    with pytest.raises(NotAvailable, match=r"^service: this service is not sold by itself"):
        options(keycloak(), "postgresql", NOW)
    with pytest.raises(NotAvailable, match=r"^service: no supporting service of postgresql"):
        options(keycloak(), "keycloak", NOW, within="postgresql")


@given(catalogs().filter(lambda catalog: bool(catalog.services)))
def test_an_option_costs_what_its_selection_costs(catalog: Catalog) -> None:
    """Law: an option's price is the quote of the plan and tier that it names."""
    service = catalog.services[0]
    for option in options(catalog, service.code, NOW, selection=Selection(service=service.code)):
        alone = Selection(service=service.code, compute_plan=option.compute_plan, sla_tier=option.sla_tier)

        assert option.price == quote(catalog, alone, NOW).recurring.net


def test_hours_of_a_month_are_a_policy() -> None:
    """An estimate counts the policy's hours (730 unless it says otherwise) where the selection does not say."""
    shop = Shop.new(servala(), APRIL, policy=Policy(hours_per_month=720))
    said = shop.billing.quotes.preview(attrs.evolve(SMALL, hours=744))

    assert str(shop.billing.quotes.preview(SMALL).lines[2].amount) == "36.00 CHF"
    assert str(said.lines[2].amount) == "37.20 CHF"
    assert quote(servala(), SMALL, NOW).lines[2].amount == Money("36.50", "CHF")
    with pytest.raises(InvalidValue, match=r"^hours_per_month: must be greater than zero"):
        Policy(hours_per_month=0)
