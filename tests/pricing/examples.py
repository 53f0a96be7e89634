"""The catalogs of the seed systems, with the numbers that requirements.md works out for them."""

from __future__ import annotations

from billcore.pricing import (
    Addon,
    Bracket,
    Catalog,
    ComputePlan,
    Flat,
    Meter,
    PerUnit,
    Plan,
    PlanVersion,
    Price,
    PriceCadence,
    Resource,
    Service,
    SlaTier,
    Storage,
    TaxRate,
    Wrapped,
)

EFFECTIVE = "2026-01-01T00:00:00Z"


def usage(code: str, meter: str, model: PerUnit | Wrapped) -> Price:
    """A monthly usage price."""
    return Price(code=code, model=model, cadence=PriceCadence.USAGE, meter=meter)


def studio() -> Catalog:
    """ArcadiaCloud's Studio plan with its storage addon (requirements.md 4.3), in AUD, GST 10 %."""
    prices = [
        Price(code="studio", model=Flat("50.00")),
        usage("llm", "tokens", Wrapped(model=PerUnit("0.01"), unit_multiplier="0.001", included=1000)),
        usage("spaces", "gb", Wrapped(model=PerUnit("0.02"), included=100)),
    ]
    storage = Price(code="storage_50gb", model=Flat("7.50"))
    return Catalog(
        version="2026-05",
        effective=EFFECTIVE,
        currency="AUD",
        meters=[Meter(code="tokens"), Meter(code="gb")],
        plans=[Plan(code="studio", versions=[PlanVersion(version=1, prices=prices)])],
        addons=[Addon(code="storage_50gb", price=storage, quantity=50, meter="gb")],
        tax_rates=[TaxRate(code="gst", country="AU", percent=10)],
    )


def postgresql() -> Service:
    """Servala's PostgreSQL (requirements.md 5.3), in CHF."""
    return Service(
        code="postgresql",
        name="PostgreSQL",
        base_fee="20.00",
        sla_surcharges={"none": 0, "24x7": "150.00"},
        compute_plans=[
            ComputePlan(code="small", cpu=1, ram_gib=4, price="0.0500"),
            ComputePlan(code="odd", cpu=2, ram_gib=6, price="0.0500"),
        ],
        storage=[Storage(code="ssd", price="0.000300")],
        discount_brackets=[Bracket(8, 0), Bracket(32, 10), Bracket(None, 20)],
        resources=[Resource(code="load_balancer", provider="exoscale", price="12.00")],
    )


def servala() -> Catalog:
    """The catalog of the worked example: no SLA, and 24/7 with three replicas at least."""
    return Catalog(
        version="2026-05",
        effective=EFFECTIVE,
        currency="CHF",
        sla_tiers=[SlaTier(code="none"), SlaTier(code="24x7", name="99.9 % 24/7", min_replicas=3)],
        services=[postgresql()],
        tax_rates=[TaxRate(code="vat", country="CH", percent="8.1")],
    )
