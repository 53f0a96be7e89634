"""Composed products, what is kept of a selection, how many a customer may have, and which addons go with what."""

from __future__ import annotations

import attrs
import pytest
from hypothesis import given

from billcore.kernel import BillcoreError, InvalidValue, Money, NotAllowed, NotAvailable
from billcore.pricing import (
    Addon,
    Catalog,
    Flat,
    Meter,
    OrderRecord,
    Part,
    PerUnit,
    Plan,
    PlanVersion,
    Price,
    PriceCadence,
    Product,
    Selection,
    Wrapped,
    quote,
)
from billcore.testing.strategies import catalogs
from tests.shop import Shop, base, catalog, plan

JUNE, JULY = "2020-06-01T00:00:00Z", "2020-07-01T00:00:00Z"


def machines() -> Catalog:
    """Uncloud's products: a VM, a disk and an address, and what is composed of them."""
    products = [
        Product(code="vm", prices=[base(15, "vm")]),
        Product(code="disk", prices=[base(PerUnit("0.30"), "disk", size="gb")]),
        Product(
            code="ipv4", prices=[base(10, "ipv4"), base(1, "ipv4-setup", cadence=PriceCadence.ONCE)], max_per_customer=2
        ),
        Product(code="management", prices=[base(20, "management")]),
        Product(
            code="dual-stack-vm",
            composed_of=[Part(product="vm"), Part(product="disk", defaults={"gb": 10}), Part(product="ipv4")],
        ),
        Product(code="matrix", composed_of=[Part(product="management"), Part(product="vm")]),
    ]
    return attrs.evolve(catalog(), products=products)


def priced(selection: Selection) -> dict[str, str]:
    """The lines of a quote."""
    offer = quote(machines(), selection, Shop.new(machines(), JUNE).clock.now())
    return {line.price: str(line.amount.digits) for line in offer.lines}


def test_a_composed_product_expands_to_its_parts() -> None:
    """R0-01: VM 15, disk 3 and IPv4 10 a month are one order with their records: 28.00 recurring, the fee once."""
    shop = Shop.new(machines(), JUNE)
    offer = shop.billing.quotes.preview(Selection(product="dual-stack-vm"))
    found = shop.billing.subscriptions.create("acme", Selection(product="dual-stack-vm"), id="s")

    assert offer.recurring.net == Money("28.00", "CHF")
    assert [record.price.code for record in found.orders[0].records] == ["vm", "disk", "ipv4", "ipv4-setup"]
    assert len(found.orders) == 1


def test_a_matrix_service_is_one_order_with_two_records() -> None:
    """R0-02: management 20 and VM 15 are one order, two records, 35.00 a month."""
    shop = Shop.new(machines(), JUNE)
    offer = shop.billing.quotes.preview(Selection(product="matrix"))
    (order,) = shop.billing.subscriptions.create("acme", Selection(product="matrix"), id="s").orders

    assert [record.price.code for record in order.records] == ["management", "vm"]
    assert offer.recurring.net == Money("35.00", "CHF")


@pytest.mark.parametrize(
    ("sizes", "disk"),
    [
        ({}, "3.00"),
        ({"gb": 50}, "15.00"),
        ({"disk.gb": 20}, "6.00"),
        ({"disk": 2}, "6.00"),
        ({"disk": 2, "gb": 5}, "3.00"),
    ],
)
def test_defaults_and_overrides(sizes: dict[str, int], disk: str) -> None:
    """A default holds until a size, of all parts or of one, says otherwise; a part's name says how many of it."""
    assert priced(Selection(product="dual-stack-vm", sizes=sizes))["disk"] == disk


def test_two_of_a_flat_part_cost_twice() -> None:
    """A flat price is one of each part, so two addresses are 20.00 and two fees; none leaves the part out."""
    both = priced(Selection(product="dual-stack-vm", sizes={"ipv4": 2}))
    none = priced(Selection(product="dual-stack-vm", sizes={"ipv4": 0}))

    assert (both["ipv4"], both["ipv4-setup"]) == ("20.00", "2.00")
    assert none == {"vm": "15.00", "disk": "3.00"}


def test_kubernetes_is_a_master_workers_and_addresses() -> None:
    """R2-11: medium master 20 with an address 5 and two small workers at 10 are 45.00."""
    parts = {"master": base(20, "master"), "worker": base(10, "worker"), "ip": base(5, "ip")}
    products = [Product(code=code, prices=[price]) for code, price in parts.items()]
    cluster = Product(code="k8s", composed_of=[Part(product=code) for code in parts])
    sold = attrs.evolve(catalog(), products=[*products, cluster])
    shop = Shop.new(sold, JUNE)

    offer = shop.billing.quotes.preview(Selection(product="k8s", sizes={"worker": 2}))

    assert offer.recurring.net == Money("45.00", "CHF")


@given(catalogs())
def test_a_composed_product_costs_what_its_parts_cost(sold: Catalog) -> None:
    """Law: a product composed of others, once each, has their records and nothing else.

    A commitment over prices of several parts is brought by each of them alone, and by the whole once.
    """
    sold = attrs.evolve(sold, commitments=())
    parts = sold.product("bundle").composed_of
    alone: list[OrderRecord] = []
    prices = [price for part in parts for price in sold.product(part.product).prices]
    quantity = 3 if any(price.counted for price in prices) else 1
    for part in parts:
        alone += sold.records(Selection(product=part.product, quantity=quantity))

    assert list(sold.records(Selection(product="bundle", quantity=quantity))) == alone


@pytest.mark.parametrize(
    ("product", "place", "message"),
    [
        (Product(code="x", composed_of=[Part(product="y")]), "products[6].composed_of[0].product", "no such product"),
        (
            Product(code="x", composed_of=[Part(product="matrix")]),
            "products[6].composed_of[0].product",
            "a part is a product with prices",
        ),
        (
            Product(code="x", composed_of=[Part(product="disk", defaults={"mb": 1})]),
            "products[6].composed_of[0].defaults.mb",
            "no price of the part takes it",
        ),
    ],
)
def test_parts_that_are_not_there(product: Product, place: str, message: str) -> None:
    """What a catalog composes must be in it."""
    sold = machines()

    with pytest.raises(InvalidValue) as caught:
        attrs.evolve(sold, products=[*sold.products, product])
    assert (caught.value.place, caught.value.text) == (place, message)


def test_parts_do_not_collide() -> None:
    """Two parts with a price of one code, a part named like a size, one part twice: refused at once."""
    vm = Product(code="vm", prices=[base(1, "base")])
    other = Product(code="gb", prices=[base(1, "base")])
    disk = Product(code="disk", prices=[base(PerUnit(1), "disk", size="gb")])
    gb = Product(code="gb", prices=[base(1, "gb")])

    def made(*products: Product) -> None:
        parts = [Part(product=one.code) for one in products]
        attrs.evolve(catalog(), products=[*products, Product(code="all", composed_of=parts)])

    with pytest.raises(InvalidValue, match="two parts have a price of this code"):
        made(vm, other)
    with pytest.raises(InvalidValue, match="a part is named like a size"):
        made(disk, gb)
    with pytest.raises(InvalidValue, match=r"^composed_of\[1\].product: a part stands twice"):
        made(vm, vm)
    with pytest.raises(InvalidValue, match="prices or is composed of others"):
        Product(code="x", prices=[base(1)], composed_of=[Part(product="y")])


def test_two_of_a_capped_flat_part_cost_twice() -> None:
    """A flat price within its bounds is one of each part too."""
    capped = Product(code="c", prices=[base(Wrapped(model=Flat(3), maximum=2), "c")])
    sold = attrs.evolve(catalog(), products=[capped, Product(code="all", composed_of=[Part(product="c", quantity=2)])])
    shop = Shop.new(sold, JUNE)

    assert shop.billing.quotes.preview(Selection(product="all")).recurring.net == Money(4, "CHF")


def test_a_record_keeps_the_configuration() -> None:
    """R0-24: both records still show domain, CPU and memory after the product has changed, and after a change of it."""
    shop = Shop.new(machines(), JUNE)
    wanted = {"domain": "example.org", "cpu": "2", "memory": "4 GB"}
    shop.billing.subscriptions.create("acme", Selection(product="matrix", configuration=wanted), id="s")
    dearer = [attrs.evolve(p, prices=[base(99, "vm")]) if p.code == "vm" else p for p in machines().products]
    shop.billing.catalog.publish(attrs.evolve(machines(), version="2", products=dearer))
    (order,) = shop.billing.subscriptions.get("s").orders
    moved = {**wanted, "domain": "example.com"}
    selection = Selection(product="matrix", configuration=moved)
    changed = shop.at("2020-06-15T00:00:00Z").subscriptions.change("s", selection=selection).orders[-1]

    assert [record.configuration for record in order.records] == [wanted, wanted]
    assert [record.configuration for record in changed.records] == [moved, moved]
    assert [record.price.model for record in changed.records] == [Flat(20), Flat(15)]


def test_no_more_than_a_customer_may_have() -> None:
    """R0-22: a second membership is refused; after the first has ended there may be another."""
    membership = Product(code="membership", prices=[base(5, "membership")], max_per_customer=1)
    shop = Shop.new(attrs.evolve(catalog(), products=[membership]), JUNE)
    wanted = Selection(product="membership")
    shop.billing.subscriptions.create("acme", wanted, id="first")
    with pytest.raises(NotAllowed, match=r"^product: a customer has 1 at most \(got 'membership'; this makes 2\)"):
        shop.billing.subscriptions.create("acme", wanted, id="second")
    shop.billing.subscriptions.cancel("first")
    with pytest.raises(NotAllowed):
        shop.billing.subscriptions.create("acme", wanted, id="second")

    shop.billing.subscriptions.create("acme", wanted, at=JULY, id="second")
    shop.billing.customers.create("other", currency="CHF")
    assert shop.billing.subscriptions.create("other", wanted, id="theirs").id == "theirs"


@pytest.mark.parametrize(
    "selection",
    [
        Selection(product="ipv4", quantity=2),
        Selection(product="dual-stack-vm", sizes={"ipv4": 2}),
    ],
)
def test_quantities_and_parts_count(selection: Selection) -> None:
    """Two addresses are had, by quantity or as parts of what is composed: one more makes three."""
    shop = Shop.new(machines(), JUNE)
    shop.billing.subscriptions.create("acme", selection, id="two")

    with pytest.raises(NotAllowed, match="this makes 3"):
        shop.billing.subscriptions.create("acme", Selection(product="dual-stack-vm"), id="three")
    with pytest.raises(NotAllowed, match="this makes 3"):
        shop.billing.subscriptions.change("two", selection=Selection(product="ipv4", quantity=3))
    assert shop.billing.subscriptions.change("two", selection=Selection(product="ipv4")).orders


def test_a_plan_counts_for_its_product() -> None:
    """Plans of one product share its number."""
    product = Product(code="member", prices=[base(5, "x")], max_per_customer=1)
    plans = [attrs.evolve(plan(code, base(5)), product="member") for code in ("monthly", "yearly")]
    shop = Shop.new(attrs.evolve(catalog(), products=[product], plans=plans), JUNE)
    shop.billing.subscriptions.create("acme", Selection(plan="monthly"), id="one")

    with pytest.raises(NotAllowed, match="a customer has 1 at most"):
        shop.billing.subscriptions.create("acme", Selection(plan="yearly"), id="two")
    assert shop.billing.subscriptions.change("one", plan="yearly").orders[-1].selection == Selection(plan="yearly")


def rules() -> Catalog:
    """Two plans, and addons with rules."""
    usage = base(Wrapped(model=PerUnit("0.02"), included=100), "gb", cadence=PriceCadence.USAGE, meter="gb")
    return catalog(
        plan("basic", base(10), usage),
        plan("pro", base(30), usage),
        meters=[Meter(code="gb")],
        addons=[
            Addon(code="space", price=base("7.50", "space"), quantity=50, meter="gb", included_with=["pro"]),
            Addon(code="phone", price=base(9, "phone"), available_with=["pro"]),
            Addon(code="gold", price=base(40, "gold"), excludes=["silver"]),
            Addon(code="silver", price=base(20, "silver")),
        ],
    )


@pytest.mark.parametrize(
    ("selected", "addons", "message"),
    [
        ("basic", ["phone"], r"addons: not sold with basic \(got 'phone'; sold with pro\)"),
        ("pro", ["space"], r"addons: pro includes it \(got 'space'\)"),
        ("basic", ["gold", "silver"], r"addons: not together with silver \(got 'gold'\)"),
        ("basic", ["silver", "gold"], r"addons: not together with gold \(got 'silver'\)"),
    ],
)
def test_addons_that_do_not_go_are_refused(selected: str, addons: list[str], message: str) -> None:
    """peers.md 4.3.13: an addon of other plans, one that the plan includes, and two that exclude each other."""
    shop = Shop.new(rules(), JUNE)
    with pytest.raises(NotAvailable, match=f"^{message}"):
        shop.billing.quotes.preview(Selection(plan=selected, addons=addons))
    shop.billing.subscriptions.create("acme", Selection(plan=selected, addons=addons[:-1]), id="s")
    with pytest.raises(NotAvailable, match=r"^addon: "):
        shop.billing.subscriptions.attach_addon("s", addons[-1])


def test_an_included_addon_is_a_line_of_zero_with_its_allowance() -> None:
    """The plan has it in its price: 150 GB are free, 50 more are 1.00, and the line says that it is included."""
    shop = Shop.new(rules(), JUNE)
    shop.billing.subscriptions.create("acme", Selection(plan="pro"), id="s")
    shop.use("1", "2020-06-10T00:00:00Z", 200)
    shop.billing.invoices.run()
    shop.at(JULY).invoices.run()
    quoted = shop.billing.quotes.preview(Selection(plan="pro", usage={"gb": 200}))
    told = {line.price: (line.minor, line.description) for one in shop.documents() for line in one.document.lines}

    assert told["space"] == (0, "space (included)")
    assert told["gb"][0] == 100
    assert str(quoted.all_in.net) == "31.00 CHF"


def test_a_change_of_plan_minds_the_addons_attached() -> None:
    """An addon that does not go with the new plan is detached first; a rule of today ends nothing that was bought."""
    shop = Shop.new(rules(), JUNE)
    shop.billing.subscriptions.create("acme", Selection(plan="basic", addons=["space"]), id="s")
    with pytest.raises(NotAvailable, match=r"^selection: space does not go with pro \(got 'space'; detach it first"):
        shop.billing.subscriptions.change("s", plan="pro")
    shop.billing.subscriptions.detach_addon("s", "space", when="now")
    changed = shop.billing.subscriptions.change("s", plan="pro", at="2020-06-02T00:00:00Z")
    stricter = attrs.evolve(rules(), version="2", addons=[attrs.evolve(a, excludes=()) for a in rules().addons])

    shop.billing.catalog.publish(stricter)
    assert [record.price.code for record in changed.orders[-1].records] == ["base", "gb", "space"]


@pytest.mark.parametrize(
    ("rule", "place"),
    [
        ({"available_with": ["x"]}, "addons[0].available_with[0]"),
        ({"included_with": ["x"]}, "addons[0].included_with[0]"),
        ({"excludes": ["x"]}, "addons[0].excludes[0]"),
    ],
)
def test_rules_name_what_there_is(rule: dict[str, list[str]], place: str) -> None:
    """A rule for a plan or an addon that the catalog does not have is refused when it is made."""
    with pytest.raises(InvalidValue) as caught:
        catalog(addons=[Addon(code="a", price=base(1, "a"), **rule)])  # type: ignore[arg-type]  # keywords of Addon
    assert caught.value.place == place


def test_an_addon_does_not_exclude_itself() -> None:
    """Two of one addon are had together."""
    with pytest.raises(BillcoreError, match=r"^excludes: it cannot exclude itself"):
        Addon(code="a", price=base(1, "a"), excludes=["a"])


def test_a_product_may_carry_several_plans() -> None:
    """R1-01: a public product with a licensed plan at 0 and a metered one at a cent has both."""
    metered = Price(code="run", model=PerUnit("0.01"), cadence=PriceCadence.USAGE, meter="cents")
    plans = [
        Plan(code=code, product="model", versions=[PlanVersion(version=1, prices=[price])])
        for code, price in (("licensed", base(0)), ("metered", metered))
    ]
    product = Product(code="model", prices=[base(0)])
    sold = attrs.evolve(catalog(meters=[Meter(code="cents")]), products=[product], plans=plans)

    assert [one.code for one in sold.plans if one.product == "model"] == ["licensed", "metered"]
    assert sold.records(Selection(plan="metered"))[0].price.model == PerUnit("0.01")


@pytest.mark.parametrize("quantity", [0, 2, "0.5"])
@pytest.mark.parametrize(
    ("product", "sizes"), [("dual-stack-vm", {}), ("disk", {"gb": 5}), ("dual-stack-vm", {"disk": 2, "vm": 0})]
)
def test_a_quantity_that_no_price_counts_is_refused(product: str, sizes: dict[str, int], quantity: int | str) -> None:
    """Sizes say how much of it there is: two of it would be counted by limits, and cost what one costs."""
    with pytest.raises(InvalidValue, match="priced by quantity") as refused:
        priced(Selection(product=product, sizes=sizes, quantity=quantity))

    assert refused.value.place == "quantity"


def test_a_quantity_counts_what_has_no_size() -> None:
    """Three seats of a product with 20 GB in all are 3 x 4.00 and 20 x 0.30; a flat fee stays one, whatever it is."""
    prices = [base(PerUnit(4), "seat"), base(PerUnit("0.30"), "disk", size="gb")]
    products = [Product(code="desk", prices=prices), Product(code="fee", prices=[base(9, "fee")])]
    products.append(Product(code="both", composed_of=[Part(product="desk"), Part(product="fee")]))
    sold = attrs.evolve(catalog(), products=products)

    def lines(product: str, **sizes: int) -> list[str]:
        chosen = Selection(product=product, quantity=3, sizes=sizes)
        return [line.amount.digits for line in quote(sold, chosen, Shop.new(sold, JUNE).clock.now()).lines]

    assert (lines("desk", gb=20), lines("fee"), lines("both", gb=20)) == (
        ["12.00", "6.00"],
        ["9.00"],
        ["12.00", "6.00", "9.00"],
    )


def test_a_product_that_is_not_listed_is_sold_as_a_part_alone() -> None:
    """By itself it is not available; as a part it is, and what is had of it changes, in sizes and quantities."""
    hidden = [attrs.evolve(one, listed=one.code not in ("disk", "vm")) for one in machines().products]
    shop = Shop.new(machines(), JUNE)
    shop.billing.subscriptions.create("acme", Selection(product="disk", sizes={"gb": 5}), id="s")
    shop.billing.catalog.publish(attrs.evolve(machines(), version="2", products=hidden))
    offer = shop.billing.quotes.preview(Selection(product="dual-stack-vm"))

    assert offer.recurring.net == Money("28.00", "CHF")
    for product, sizes in (("disk", {"gb": 5}), ("vm", {})):
        with pytest.raises(NotAvailable, match=rf"^product: this product is not sold by itself \(got '{product}'\)"):
            shop.billing.quotes.preview(Selection(product=product, sizes=sizes))
    with pytest.raises(NotAvailable, match="not sold by itself"):
        shop.billing.subscriptions.create("acme", Selection(product="disk", sizes={"gb": 5}))
    with pytest.raises(NotAvailable, match="not sold by itself"):
        shop.billing.subscriptions.change("s", selection=Selection(product="vm"))
    changed = shop.billing.subscriptions.change("s", selection=Selection(product="disk", sizes={"gb": 9}))
    assert [record.quantity for record in changed.orders[-1].records] == [9]


def test_a_change_of_quantity_counts_as_the_product_does() -> None:
    """What nothing prices is refused there too; three seats of a part that is had twice are six."""
    shop = Shop.new(machines(), JUNE)
    shop.billing.subscriptions.create("acme", Selection(product="disk", sizes={"gb": 5}), id="s")
    with pytest.raises(InvalidValue, match="nothing of it is priced by quantity"):
        shop.billing.subscriptions.change("s", quantity=2)

    seat = Product(code="seat", prices=[base(PerUnit(4), "seat"), base(9, "fee")])
    team = Product(code="team", composed_of=[Part(product="seat", quantity=2)])
    teams = Shop.new(attrs.evolve(catalog(), products=[seat, team]), JUNE)
    teams.billing.subscriptions.create("acme", Selection(product="team"), id="s")
    changed = teams.billing.subscriptions.change("s", quantity=3)
    assert [str(record.quantity) for record in changed.orders[-1].records] == ["6", "2"]
