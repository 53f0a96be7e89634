"""Billing items of an instance, as the annotation protocol has them (requirements.md 5.2, 5.3, 5.5)."""

from __future__ import annotations

import json

import attrs
import pytest
from hypothesis import given

from billcore.kernel import InvalidNumber, InvalidValue, MissingValue
from billcore.lifecycle.erp import (
    BillingItem,
    Instance,
    annotations_of,
    billing_items,
    instance_id,
    items_json,
    read_items,
    service_level,
)
from billcore.pricing import Component, Service, SizingUnit, SlaTier
from billcore.testing import laws, strategies

GUARANTEED = SlaTier(code="sla999247", name="99.9% 24/7", min_replicas=3, service_level="guaranteed")
DISK = "spec.parameters.size.disk * spec.parameters.instances"
MEMORY = "spec.parameters.size.memory * spec.parameters.instances"
POSTGRESQL = Service(
    code="postgresql",
    components=[
        Component(code="base", product_id="appcat-vshn-{service}-{sla}", description="Base fee"),
        Component(code="compute", product_id="{plan}", value_path=MEMORY, unit=SizingUnit.GIB),
        Component(code="storage", product_id="ssd", value_path=DISK, unit=SizingUnit.GIB),
        Component(code="sla", product_id="{tier}"),
    ],
)
RUNNING = {"spec": {"parameters": {"size": {"disk": "50Gi", "memory": "4Gi"}, "instances": 3}}}
INSTANCE = Instance(name="pg-x7k2p", replicas=3, tier=GUARANTEED, plan="standard-4", group="prod/shop")


def values(service: Service = POSTGRESQL, instance: Instance = INSTANCE) -> dict[str, str]:
    """The value of each product."""
    return {item.product_id: item.value for item in billing_items(service, instance, RUNNING)}


def test_the_worked_example() -> None:
    """5.3: the second column is compute 12 (GiB of three replicas), storage 150, base 1, SLA 1; no price anywhere."""
    assert values() == {"appcat-vshn-postgresql-guaranteed": "1", "standard-4": "12", "ssd": "150", "sla999247": "1"}


def test_compute_counted_in_replicas() -> None:
    """5.3: by another sizing unit the same instance has a compute value of 3."""
    counted = Component(
        code="compute", product_id="{plan}", value_path="spec.parameters.instances", unit=SizingUnit.INSTANCE
    )

    assert values(attrs.evolve(POSTGRESQL, components=[counted])) == {"standard-4": "3"}


def test_a_size_by_its_path_and_unit() -> None:
    """R4-18: the path spec.parameters.size.disk is 50Gi, the unit GiB: the value is "50"."""
    disk = Component(code="disk", product_id="ssd", value_path="spec.parameters.size.disk", unit=SizingUnit.GIB)

    assert values(attrs.evolve(POSTGRESQL, components=[disk])) == {"ssd": "50"}


def test_a_missing_value_is_no_zero() -> None:
    """R4-19: without the disk there is MissingValue("spec.parameters.size.disk"), and no item at all."""
    lacking = {"spec": {"parameters": {"size": {"memory": "4Gi"}, "instances": 3}}}

    with pytest.raises(MissingValue) as caught:
        billing_items(POSTGRESQL, INSTANCE, lacking)

    assert caught.value.place == "spec.parameters.size.disk"


def test_a_size_that_is_none_names_its_path() -> None:
    """Text that is no quantity is refused at its path."""
    wrong = {"spec": {"parameters": {"size": {"disk": "50 gigs", "memory": "4Gi"}, "instances": 3}}}

    with pytest.raises(InvalidNumber, match=r"^spec.parameters.size.disk: not a quantity \(got '50 gigs'; write it"):
        billing_items(POSTGRESQL, INSTANCE, wrong)


def test_the_annotation() -> None:
    """R4-20: four keys an item in one order, values as text, items in the order of the components."""
    items = billing_items(attrs.evolve(POSTGRESQL, components=POSTGRESQL.components[:3:2]), INSTANCE, RUNNING)

    assert items_json(items) == (
        '{"items":['
        '{"productID":"appcat-vshn-postgresql-guaranteed","value":"1",'
        '"itemDescription":"Base fee","itemGroupDescription":"prod/shop"},'
        '{"productID":"ssd","value":"150","itemDescription":"","itemGroupDescription":"prod/shop"}]}'
    )


def test_the_sales_order_of_an_instance() -> None:
    """The sales order stands beside the items, under the prefix of the house."""
    items = [BillingItem(product_id="ssd", value="50")]

    assert annotations_of(items, "SO0099") == {
        "billing.servala.com/salesOrderID": "SO0099",
        "billing.servala.com/items": items_json(items),
    }
    assert list(annotations_of(items, prefix="billing.example.org")) == ["billing.example.org/items"]


def test_annotations_have_a_bound() -> None:
    """What a Kubernetes object would not take is refused here, not by the cluster."""
    many = [BillingItem(product_id=f"p{n}", value="1", description="x" * 1_000) for n in range(300)]

    with pytest.raises(InvalidValue, match="items: more than 256 KiB of annotations"):
        annotations_of(many)


def test_instance_ids() -> None:
    """R4-21: beckdis-krst7 and appcat-vshn-redis-besteffort make beckdis-krst7-bf9d807e."""
    assert instance_id("beckdis-krst7", "appcat-vshn-redis-besteffort") == "beckdis-krst7-bf9d807e"


@pytest.mark.parametrize(
    ("tier", "replicas", "level"),
    [
        (GUARANTEED, 1, "besteffort"),
        (GUARANTEED, 2, "guaranteed"),
        (SlaTier(code="nosla"), 3, "besteffort"),
        (None, 3, "besteffort"),
    ],
)
def test_the_level_of_service(tier: SlaTier | None, replicas: int, level: str) -> None:
    """R4-22: guaranteed only if more than one replica runs and the tier guarantees; one replica is besteffort."""
    instance = attrs.evolve(INSTANCE, tier=tier, replicas=replicas)
    base = attrs.evolve(POSTGRESQL, components=POSTGRESQL.components[:1])

    assert service_level(tier, replicas) == level
    assert list(values(base, instance)) == [f"appcat-vshn-postgresql-{level}"]


def test_what_is_billed_within_another_has_no_items() -> None:
    """R4-08: a PostgreSQL under a Keycloak has no billing items of its own."""
    assert billing_items(POSTGRESQL, attrs.evolve(INSTANCE, part_of="keycloak-a1b2c"), RUNNING) == ()


def test_a_name_that_an_instance_lacks_is_told() -> None:
    """A product by plan of an instance without one is an error, never the literal text."""
    with pytest.raises(MissingValue) as caught:
        values(instance=attrs.evolve(INSTANCE, plan=None))

    assert caught.value.place == "components['compute'].product_id.plan"


def test_two_components_of_one_product_are_refused() -> None:
    """The ERP would take the second for a change of the first."""
    twice = attrs.evolve(
        POSTGRESQL, components=[Component(code="a", product_id="ssd"), Component(code="b", product_id="ssd")]
    )

    with pytest.raises(InvalidValue, match=r"^components\['b'\].product_id: two components of one product"):
        values(twice)


@given(strategies.billing_items())
def test_items_read_back(items: list[BillingItem]) -> None:
    """Law: the annotation reads back to its items."""
    laws.items_read_back(items)


def item(value: object) -> str:
    """An annotation whose only item has that value."""
    row = {"productID": "a", "value": value, "itemDescription": "", "itemGroupDescription": ""}
    return json.dumps({"items": [row]})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "items: not JSON"),
        ("[]", "items: one key is asked for"),
        ('{"items":[],"more":1}', "items: one key is asked for"),
        ('{"items":{}}', "items: one key is asked for"),
        ('{"items":[{"productID":"a","value":"1"}]}', "items[0]: an item has exactly these keys"),
        (item(1), "items[0].value: the value of an item is text"),
        (item("1.0"), "items[0].value: not a canonical quantity"),
        (item("-1"), "items[0].value: not a canonical quantity"),
        (item("1/3"), "items[0].value: not a canonical quantity"),
    ],
)
def test_another_annotation_is_refused(text: str, told: str) -> None:
    """R4-20: exactly the four keys, and text as the value; the place is told."""
    with pytest.raises(InvalidValue) as caught:
        read_items(text)

    assert str(caught.value).startswith(told)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "a b"),
        ("replicas", "1.5"),
        ("replicas", -1),
        ("tier", "sla"),
        ("plan", ""),
        ("part_of", "a b"),
        ("group", "\0"),
    ],
)
def test_an_instance_refuses_to_be_wrong(field: str, value: object) -> None:
    """What no cluster has is refused at its field."""
    with pytest.raises(InvalidValue, match=f"^{field}: "):
        Instance(**{"name": "pg", field: value})  # type: ignore[arg-type]  # the point of the test
