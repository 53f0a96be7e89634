"""What versions of plans and editions of the catalog bill, worked by hand: who pays which price, and since when."""

from __future__ import annotations

import attrs

from billcore.pricing import Addon, Catalog, PerUnit, Plan, PlanStatus, PlanVersion, PriceCadence, Product, Selection
from tests.shop import Shop, base, catalog, plan

JUNE, MID, JULY, AUGUST = (f"2026-{day}T00:00:00Z" for day in ("06-01", "06-12", "07-01", "08-01"))


def edition(version: str, *versions: PlanVersion, effective: str = "2020-01-01T00:00:00Z") -> Catalog:
    """A catalog with one plan of these versions, and an addon."""
    return catalog(
        Plan(code="pro", versions=versions),
        version=version,
        effective=effective,
        addons=[Addon(code="line", price=base(2, "line"))],
    )


def first(status: PlanStatus = PlanStatus.ACTIVE) -> PlanVersion:
    """Version 1, at 50.00."""
    return PlanVersion(version=1, status=status, prices=[base(50)])


def second(status: PlanStatus = PlanStatus.ACTIVE) -> PlanVersion:
    """Version 2, at 60.00."""
    return PlanVersion(version=2, status=status, prices=[base(60)])


def test_a_one_time_price_is_billed_once() -> None:
    """R0-09: an address ordered on 12 June costs 1.00 once, beside its share of June (6.33); July has only 10.00."""
    shop = Shop.new(catalog(plan("ip", base(10), base(1, "setup", cadence=PriceCadence.ONCE))), MID)
    shop.billing.subscriptions.create("acme", Selection(plan="ip"), id="ip")

    assert [line for date in (MID, JULY, AUGUST) for line in shop.run(date)] == [
        "INV-000001 06-12: base 6.33, setup 1.00 | due 7.33",
        "INV-000002 07-01: base 10.00 | due 10.00",
        "INV-000003 08-01: base 10.00 | due 10.00",
    ]


def test_a_snapshot_is_sized_when_it_is_made() -> None:
    """R0-25: disks of 10 and 20 GB make a snapshot of 30, an order that names the VM; a later disk is not in it."""
    disk = base(PerUnit("0.10"), "disk", size="disk_gb")
    kept = base(PerUnit("0.01"), "kept", size="gb")
    sold = attrs.evolve(
        catalog(), products=[Product(code="vm", prices=[disk]), Product(code="snapshot", prices=[kept])]
    )
    shop = Shop.new(sold, JUNE)
    shop.billing.subscriptions.create("acme", Selection(product="vm", sizes={"disk_gb": 30}), id="vm")
    snapshot = Selection(product="snapshot", sizes={"gb": 30}, configuration={"vm": "vm"})
    shop.billing.subscriptions.create("acme", snapshot, id="snap")
    shop.at(MID)
    shop.billing.subscriptions.change("vm", selection=Selection(product="vm", sizes={"disk_gb": 70}), when="now")

    (order,) = shop.billing.subscriptions.get("snap").orders
    assert (str(order.records[0].quantity), dict(order.records[0].configuration)) == ("30", {"vm": "vm"})
    assert [str(record.quantity) for record in shop.billing.subscriptions.get("vm").orders[-1].records] == ["70"]


def test_an_admin_sets_a_price() -> None:
    """R2-09: of six things for sale the medium VM is set to 25; a new order pays that, the others stay."""
    codes = [
        f"{kind}-{size}{ip}" for kind in ("vm", "k8s") for size in ("small", "medium", "large") for ip in ("", "-ip")
    ]
    prices = dict.fromkeys(codes, 20)
    shop = Shop.new(catalog(*(plan(code, base(amount)) for code, amount in prices.items())), JUNE)
    raised = catalog(*(plan(c, base(25 if c == "vm-medium" else a)) for c, a in prices.items()), version="2")
    shop.billing.catalog.publish(attrs.evolve(raised, effective=JUNE))

    for code in ("vm-medium", "vm-medium-ip"):
        shop.billing.subscriptions.create("acme", Selection(plan=code), id=code)
    assert shop.run(JUNE) == ["INV-000001 06-01: base 25.00, base 20.00 | due 45.00"]


def test_a_new_version_retires_the_old_one_for_new_subscribers() -> None:
    """R3-10: version 2 (60.00) takes over from 1; who had 1 pays 50.00 on, who comes 60.00; nobody gets a draft."""
    shop = Shop.new(edition("1", first(), second(PlanStatus.DRAFT)), JUNE)
    shop.billing.subscriptions.create("acme", Selection(plan="pro"), id="old")
    shop.billing.catalog.publish(edition("2", first(PlanStatus.RETIRED), second(), effective=MID))
    shop.at(JULY)
    shop.billing.subscriptions.create("acme", Selection(plan="pro"), id="new")

    shop.run(JUNE)
    assert shop.run(JULY) == ["INV-000002 07-01: base 60.00, base 50.00 | due 110.00"]


def test_a_change_of_version_moves_one_subscription() -> None:
    """R3-11: moved to version 2 for the period's end, it pays 60.00 from July on; its addon stays 2.00."""
    shop = Shop.new(edition("1", first()), JUNE)
    shop.billing.subscriptions.create("acme", Selection(plan="pro", addons=["line"]), id="old")
    assert shop.run(JUNE) == ["INV-000001 06-01: base 50.00, line 2.00 | due 52.00"]
    shop.billing.catalog.publish(edition("2", first(PlanStatus.RETIRED), second(), effective=MID))
    shop.at(MID)
    moved = shop.billing.subscriptions.change("old", version=2, when="period_end")

    assert [(order.at.date().isoformat(), order.catalog) for order in moved.orders] == [
        ("2026-06-01", "1"),
        ("2026-07-01", "2"),
    ]
    assert shop.run(JULY) == ["INV-000002 07-01: line 2.00, base 60.00 | due 62.00"]
