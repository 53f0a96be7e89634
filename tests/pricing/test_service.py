"""The service recipe: base fee, SLA, compute, storage and resources as plain prices (requirements.md 5.3)."""

from __future__ import annotations

from decimal import Decimal

import attrs
import pytest

from billcore.kernel import HOUR, CurrencyMismatch, InvalidValue, Money, NotAvailable, NotFound, instant
from billcore.pricing import (
    Addon,
    BillingUnit,
    Catalog,
    ComputePlan,
    Flat,
    Per,
    Price,
    Quote,
    Resource,
    Selection,
    Service,
    SlaTier,
    Storage,
    Timing,
    quote,
)
from tests.pricing.examples import EFFECTIVE, postgresql, servala

NOW = instant("2026-05-01T00:00:00Z")
FULL = Selection(
    service="postgresql",
    compute_plan="small",
    sla_tier="none",
    storage_gib=50,
    provider="exoscale",
    resources={"load_balancer": 1},
)


def lines(offer: Quote) -> dict[str, str]:
    """The amount of each line, by price."""
    return {line.price: str(line.amount.amount) for line in offer.lines}


def offer(selection: Selection, service: Service | None = None) -> Quote:
    """The quote of a selection of the example's service, or of another."""
    catalog = servala() if service is None else attrs.evolve(servala(), services=[service])
    return quote(catalog, selection, NOW)


def test_the_worked_example_without_sla() -> None:
    """R4-10: one replica without SLA is 79.45 a month, line by line."""
    priced = offer(FULL)

    expected = {"base": "20", "sla": "0", "compute": "36.5", "storage": "10.95", "resource:load_balancer": "12"}
    assert lines(priced) == expected
    assert priced.recurring.net == priced.all_in.net == Money("79.45", "CHF")


def test_the_worked_example_with_sla() -> None:
    """R4-10: 24/7 raises one replica to three: 320.70 a month, line by line."""
    priced = offer(attrs.evolve(FULL, sla_tier="24x7"))

    expected = {"base": "20", "sla": "150", "compute": "105.85", "storage": "32.85", "resource:load_balancer": "12"}
    assert lines(priced) == expected
    assert priced.recurring.net == Money("320.70", "CHF")


def test_hours_of_a_real_month() -> None:
    """April has 720 hours: compute of three replicas is 104.40, storage 32.40 (5.3)."""
    priced = offer(attrs.evolve(FULL, sla_tier="24x7", hours=720))

    assert (lines(priced)["compute"], lines(priced)["storage"]) == ("104.4", "32.4")


def test_units_that_do_not_divide_the_hourly_price() -> None:
    """5.3 item 5: three replicas of 6 GiB are 103.42 a month, one fraction rounded at the end."""
    priced = offer(Selection(service="postgresql", compute_plan="odd", replicas=3))

    assert lines(priced)["compute"] == "103.42"
    assert priced.explain("compute").recompute() == Decimal("103.42")


@pytest.mark.parametrize(("asked", "replicas"), [(1, 3), (3, 3), (5, 5)])
def test_the_tier_raises_the_replicas(asked: int, replicas: int) -> None:
    """R4-11: one replica becomes the tier's three; five stay five."""
    priced = offer(attrs.evolve(FULL, sla_tier="24x7", replicas=asked))

    units = {record.price.code: record.quantity for record in priced.records}
    assert units["compute"] == 4 * replicas
    assert units["storage"] == 50 * replicas


def test_brackets_belong_to_the_service() -> None:
    """R4-12: the same sizes without brackets cost the undiscounted 109.50, with them 105.85."""
    selection = attrs.evolve(FULL, sla_tier="24x7")

    plain = offer(selection, attrs.evolve(postgresql(), discount_brackets=()))

    assert (lines(plain)["compute"], lines(offer(selection))["compute"]) == ("109.5", "105.85")


@pytest.mark.parametrize(("minimum", "month"), [(0, "5.84"), (1, "11.68")])
def test_minimum_units(minimum: int, month: str) -> None:
    """R4-14, R4-15: 512 MiB at 0.0080 an hour are 5.84 a month, with one GiB at least 11.68."""
    tiny = ComputePlan(code="tiny", cpu=1, ram_gib="0.5", price="0.0080")
    service = attrs.evolve(postgresql(), compute_plans=[tiny], minimum_units=minimum, base_fee=0)

    priced = offer(Selection(service="postgresql", compute_plan="tiny"), service)

    assert lines(priced) == {"compute": month}
    assert priced.records[0].quantity == Decimal("0.5")


def test_currencies_do_not_mix() -> None:
    """R4-16: a service in CHF with something in EUR is a ``CurrencyMismatch``."""
    disk = Price(code="disk", model=Flat(5), currency="EUR")
    catalog = attrs.evolve(servala(), addons=[Addon(code="disk", price=disk)])

    with pytest.raises(CurrencyMismatch, match=r"^selection: .*CHF and EUR"):
        quote(catalog, attrs.evolve(FULL, addons=["disk"]), NOW)


@pytest.mark.parametrize("replicas", [1, 3, 12])
def test_the_sla_surcharge_is_fixed(replicas: int) -> None:
    """R4-17: 150.00, however many replicas."""
    priced = offer(attrs.evolve(FULL, sla_tier="24x7", replicas=replicas))

    assert lines(priced)["sla"] == "150"


def test_a_tier_that_is_not_named_is_not_offered() -> None:
    """A tier without a surcharge in the service is refused: it is not free, it is not offered (5.3 item 7)."""
    service = attrs.evolve(postgresql(), sla_surcharges={"none": 0})

    with pytest.raises(InvalidValue, match=r"^sla_tier: this service does not offer the tier \(got '24x7'\)"):
        offer(attrs.evolve(FULL, sla_tier="24x7"), service)


@pytest.mark.parametrize(("provider", "line"), [("exoscale", "12"), ("cloudscale", None)])
def test_resources_of_a_provider(provider: str, line: str | None) -> None:
    """R4-26: a resource adds 12.00 under its own provider and no line under another."""
    service = attrs.evolve(
        postgresql(), resources=[*postgresql().resources, Resource(code="ip", provider="cloudscale", price=1)]
    )
    priced = offer(attrs.evolve(FULL, provider=provider), service)

    assert lines(priced).get("resource:load_balancer") == line


@pytest.mark.parametrize(
    ("provider", "message"),
    [
        (None, r"^resources\.load_balancer: sold by a provider: name one \(got 'load_balancer'; providers: exoscale\)"),
        ("exoscal", r"^provider: no such provider \(got 'exoscal'; providers: exoscale\)"),
    ],
)
def test_a_resource_of_no_provider_is_not_dropped(provider: str | None, message: str) -> None:
    """Without a provider, or with one that nothing in the catalog knows, it would be left out unsaid."""
    with pytest.raises(NotAvailable, match=message):
        offer(attrs.evolve(FULL, provider=provider))


def test_resources_without_a_provider_are_everywhere() -> None:
    """A resource that names no provider adds its line under any, by the hour if it is priced so."""
    address = Resource(code="address", price="0.005", per=Per.HOUR)
    service = attrs.evolve(postgresql(), resources=[address])

    priced = offer(attrs.evolve(FULL, resources={"address": 2}, provider="any"), service)

    assert lines(priced)["resource:address"] == "7.3"


@pytest.mark.parametrize(
    ("unit", "units"),
    [(BillingUnit.RAM_GIB, 12), (BillingUnit.VCPU, 6), (BillingUnit.INSTANCE, 3), (BillingUnit.USER, 7)],
)
def test_what_the_brackets_count(unit: BillingUnit, units: int) -> None:
    """The billing unit says what is counted: GiB, vCPU or instances of all replicas, or users."""
    plan = ComputePlan(code="one", cpu=2, ram_gib=4, price=1)
    service = Service(code="s", billing_unit=unit, compute_plans=[plan])
    users = 7 if unit is BillingUnit.USER else 1

    (record,) = service.records(Selection(service="s", compute_plan="one", replicas=3, quantity=users), None)

    assert record.quantity == units
    assert record.price.unit == unit.value


def test_storage_once_or_for_each_replica() -> None:
    """Disk is multiplied by the replicas unless it is shared, and may be priced by the month."""
    shared = Storage(code="shared", price="0.20", per=Per.MONTH, per_replica=False)
    service = attrs.evolve(postgresql(), storage=[*postgresql().storage, shared])

    priced = offer(attrs.evolve(FULL, sla_tier="24x7", storage="shared"), service)

    assert lines(priced)["storage"] == "10"


def test_prices_of_a_service_are_due_in_arrears() -> None:
    """From the prices on nothing knows of a service: monthly or by the hour, in arrears, in its currency."""
    prices = [record.price for record in servala().records(FULL)]

    assert {price.due for price in prices} == {Timing.ARREARS}
    assert {price.currency for price in prices} == {"CHF"}
    assert [price.code for price in prices if price.per == HOUR] == ["compute", "storage"]


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"compute_plan": "huge"}, InvalidValue, r"compute_plan: no such compute plan \(got 'huge'; (one of )?\w+"),
        ({"sla_tier": "gold"}, NotFound, "sla_tier: no such sla_tier"),
        ({"service": "mysql"}, NotFound, "service: no such service"),
        ({"storage": "tape"}, InvalidValue, "storage: no such storage"),
        ({"resources": {"gpu": 1}}, InvalidValue, "resources.gpu: no such resource"),
        ({"quantity": 2}, InvalidValue, "quantity: this service is sized by replicas"),
    ],
)
def test_what_is_not_offered_is_refused(change: dict[str, object], error: type[Exception], message: str) -> None:
    """A selection of what the service does not have is refused with the place in the selection."""
    with pytest.raises(error, match=f"^{message}"):
        offer(attrs.evolve(FULL, **change))  # type: ignore[arg-type]  # fields of it


def test_a_choice_of_storage_is_asked_for() -> None:
    """Where a service has several storage prices, one must be named; the hint lists them."""
    service = attrs.evolve(postgresql(), storage=[Storage(code="ssd", price=1), Storage(code="hdd", price=1)])

    with pytest.raises(InvalidValue, match=r"^storage: several storage prices \(one of ssd, hdd\)"):
        offer(FULL, service)


def test_nothing_selected_is_no_quote() -> None:
    """A selection that makes no line at all is refused."""
    disks = Service(code="s", storage=[Storage(code="ssd", price="0.000300")])
    empty = Catalog(version="1", effective=EFFECTIVE, currency="CHF", services=[disks])

    with pytest.raises(InvalidValue, match=r"^selection: nothing to sell"):
        quote(empty, Selection(service="s"), NOW)


def test_sla_tiers_are_read_with_percentages() -> None:
    """An SLA tier keeps its uptime as a percentage for people, and counts at least one replica."""
    tier = SlaTier(code="gold", uptime="99.95")

    assert (tier.uptime, tier.min_replicas) == (Decimal("99.95"), Decimal(1))


@pytest.mark.parametrize(("name", "said"), [("99.9 %", "SLA 99.9 %"), ("", "SLA 24x7")])
def test_a_surcharge_is_named_after_its_tier(name: str, said: str) -> None:
    """By the tier's name, or its code where it has none."""
    sold = attrs.evolve(servala(), sla_tiers=[SlaTier(code="none"), SlaTier(code="24x7", name=name)])
    made = sold.records(Selection(service="postgresql", compute_plan="small", sla_tier="24x7"))

    assert [record.price.description for record in made if record.price.code == "sla"] == [f"PostgreSQL: {said}"]
