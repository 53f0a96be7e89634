"""A catalog of 10,000 entries: reading it and checking all of it, beside the bare parse of the same text; its sync."""

from __future__ import annotations

import json
import tomllib
from decimal import Decimal

import attrs

from benchmarks.clock import per_second
from billcore.adapters.serialization import catalog_from, load_json, load_toml
from billcore.kernel import instant
from billcore.pricing import Catalog, catalog_diff, merged

SERVICES, PLANS, PRODUCTS = 150, 1_250, 1_000
AT = instant("2026-02-01T00:00:00Z")


def main(_customers: int) -> None:
    """Print seconds, and how many times the bare parse that is."""
    document = catalog_document()
    as_json = json.dumps(document)
    as_toml = _toml(document)
    catalog = catalog_from(document)
    print(f"{_entries(catalog):,} entries; {len(as_json) / 1e6:.1f} MB of JSON, {len(as_toml) / 1e6:.1f} MB of TOML")
    _beside("JSON", lambda: catalog_from(load_json(as_json)), lambda: json.loads(as_json, parse_float=Decimal))
    _beside("TOML", lambda: catalog_from(load_toml(as_toml)), lambda: tomllib.loads(as_toml, parse_float=Decimal))
    first = merged(None, catalog, "portal", AT).catalog
    feed = attrs.evolve(catalog, services=[attrs.evolve(one, base_fee=one.base_fee + 1) for one in catalog.services])
    later = merged(first, feed, "portal", AT)
    assert later.counts == (0, SERVICES, _entries(catalog) - SERVICES, 0)
    print(f"sync of it, {SERVICES} changed: {_seconds(lambda: merged(first, feed, 'portal', AT)):.2f} s")
    print(f"diff of the two in words and money: {_seconds(lambda: catalog_diff(first, later.catalog)):.2f} s")


def _beside(name: str, ours: object, bare: object) -> None:
    mine, theirs = _seconds(ours), _seconds(bare)
    print(f"{name}: read and checked in {mine:.2f} s; bare parse {theirs:.2f} s; ratio {mine / theirs:.1f}")


def _seconds(work: object) -> float:
    return 1 / per_second(work, 1, rounds=3)  # type: ignore[arg-type]  # benchmarks are not typed to the letter


def _entries(catalog: Catalog) -> int:
    """Services, sizes, disks, resources, plans and their versions, products, addons, meters, tiers, rates."""
    lists = (catalog.sla_tiers, catalog.services, catalog.meters, catalog.products, catalog.plans, catalog.addons)
    inner = sum(len(s.compute_plans) + len(s.storage) + len(s.resources) for s in catalog.services)
    return sum(map(len, lists)) + inner + sum(len(plan.versions) for plan in catalog.plans) + len(catalog.tax_rates)


def catalog_document() -> dict[str, object]:
    """The plain data of a catalog of 10,000 entries."""
    return {
        "format": "billcore-catalog/1",
        "version": "2026-01",
        "effective": "2026-01-01T00:00:00Z",
        "currency": "CHF",
        "sla_tiers": [{"code": "none"}, {"code": "24x7", "name": "24/7", "uptime": "99.9", "min_replicas": 3}],
        "services": [_service(n) for n in range(SERVICES)],
        "meters": [{"code": f"meter-{n}", "unit": "GiB"} for n in range(48)],
        "products": [_product(n) for n in range(PRODUCTS)],
        "plans": [_plan(n) for n in range(PLANS)],
        "tax_rates": [{"code": "vat", "country": "CH", "percent": "8.1"}],
    }


def _service(n: int) -> dict[str, object]:
    return {
        "code": f"service-{n}",
        "name": f"Service {n}",
        "base_fee": "20.00",
        "sla_surcharges": {"none": 0, "24x7": "150.00"},
        "minimum_units": 1,
        "compute_plans": [
            {"code": f"size-{i}", "cpu": i + 1, "ram_gib": 2 * i + 2, "price": f"0.{i + 1:04d}"} for i in range(30)
        ],
        "storage": [{"code": "ssd", "price": "0.000300"}, {"code": "backup", "price": "0.02", "per": "month"}],
        "resources": [
            {"code": "address", "price": "3.00"},
            {"code": "lb", "provider": "alpha", "price": "12.00"},
        ],
        "discount_brackets": [{"up_to": 8, "percent": 0}, {"up_to": 32, "percent": 10}, {"percent": 20}],
    }


def _product(n: int) -> dict[str, object]:
    return {
        "code": f"product-{n}",
        "name": f"Product {n}",
        "prices": [{"code": f"product-{n}", "model": {"type": "per_unit", "unit_amount": "1.25"}}],
    }


def _plan(n: int) -> dict[str, object]:
    tiers = [{"up_to": 100, "unit_amount": "0.10"}, {"up_to": 1000, "unit_amount": "0.08"}, {"unit_amount": "0.05"}]
    usage = {"code": "usage", "cadence": "usage", "meter": f"meter-{n % 48}"}
    prices = [
        {"code": "base", "description": "Base fee", "model": {"type": "flat", "amount": "49.00"}},
        {**usage, "model": {"type": "graduated", "included": 10, "tiers": tiers}},
    ]
    old = {"version": 1, "status": "retired", "prices": prices}
    return {"code": f"plan-{n}", "name": f"Plan {n}", "versions": [old, {"version": 2, "prices": prices}]}


def _toml(document: dict[str, object]) -> str:
    """The document as TOML: a line for each entry, as people write lists of them."""
    heads = [f"{key} = {_value(value)}" for key, value in document.items() if not isinstance(value, list)]
    tables = [
        "\n".join([f"[[{name}]]", *(f"{key} = {_value(value)}" for key, value in entry.items())])
        for name, entries in document.items()
        if isinstance(entries, list)
        for entry in entries
    ]
    return "\n".join([*heads, *tables, ""])


def _value(value: object) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f'"{key}" = {_value(item)}' for key, item in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_value, value)) + "]"
        case _:
            return json.dumps(value)
