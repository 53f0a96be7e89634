"""Billing items: the products and quantities of an instance, as the annotation protocol writes them.

>>> instance_id("beckdis-krst7", "appcat-vshn-redis-besteffort")
'beckdis-krst7-bf9d807e'
>>> items_json([BillingItem(product_id="ssd", value="50", description="Disk", group="shop")])
'{"items":[{"productID":"ssd","value":"50","itemDescription":"Disk","itemGroupDescription":"shop"}]}'
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from decimal import Decimal

import attrs

from billcore.kernel import (
    NOT_TEXT,
    ONE,
    FrozenMap,
    InputError,
    InvalidValue,
    Number,
    checked_id,
    number,
    of_kind,
)
from billcore.kernel import exact as ex
from billcore.pricing import Service, SlaTier

__all__ = [
    "ANNOTATION_PREFIX",
    "BillingItem",
    "Instance",
    "annotations_of",
    "billing_items",
    "instance_id",
    "items_json",
    "read_items",
    "service_level",
]

ANNOTATION_PREFIX = "billing.servala.com"
"""What the annotations of the protocol begin with; another house has its own."""

_KEYS = {
    "productID": "product_id",
    "value": "value",
    "itemDescription": "description",
    "itemGroupDescription": "group",
}
"""The four keys of an item in their order, and its attributes (R4-20)."""

_GUARANTEED, _BEST_EFFORT = "guaranteed", "besteffort"
_HASH_DIGITS = 8
_LONGEST_TEXT = 1_000
_LONGEST_ANNOTATIONS = 262_144
"""Bytes: what a Kubernetes object takes of annotations, names and values together."""


def _product_id(value: str) -> str:
    return checked_id(value, "product_id")


def _value(value: str) -> str:
    """Text of an exact quantity, canonical: the protocol has a text where a number would lose digits."""
    if type(value) is not str:
        raise InvalidValue("the value of an item is text", place="value", value=value)
    found = ex.parse(value, "value")
    if found < 0 or not isinstance(found, Decimal) or ex.text(found) != value:
        raise InvalidValue("not a canonical quantity", place="value", value=value)
    return value


def _text(value: str, place: str) -> str:
    if type(value) is not str or len(value) > _LONGEST_TEXT or NOT_TEXT.search(value):
        raise InvalidValue("not a text", place=place, value=value, hint=f"at most {_LONGEST_TEXT} characters")
    return value


def _description(value: str) -> str:
    return _text(value, "description")


def _group(value: str) -> str:
    return _text(value, "group")


@attrs.frozen(kw_only=True)
class BillingItem:
    """So many units (``value``, as text) of a product of the ERP, with the words that its invoice shows."""

    product_id: str = attrs.field(converter=_product_id)
    value: str = attrs.field(converter=_value)
    description: str = attrs.field(default="", converter=_description)
    group: str = attrs.field(default="", converter=_group)


def _name(value: str) -> str:
    return checked_id(value, "name")


def _replicas(value: Number) -> Decimal:
    count = number(value, "replicas")
    if count < 0 or count != count.to_integral_value():
        raise InvalidValue("replicas are whole, 0 or more", place="replicas", value=str(count))
    return count


@attrs.frozen(kw_only=True)
class Instance:
    """An instance as its cluster knows it: ``name`` is the composite's, ``replicas`` what runs, ``plan`` its size.

    ``part_of`` names the instance that it is billed within: a database under an identity service then has no items of
    its own, so that nothing is billed twice (R4-08). ``group`` is the heading of its lines on the ERP's invoice.
    """

    name: str = attrs.field(converter=_name)
    replicas: Decimal = attrs.field(default=ONE, converter=_replicas)
    tier: SlaTier | None = None
    plan: str | None = None
    group: str = attrs.field(default="", converter=_group)
    part_of: str | None = None

    def __attrs_post_init__(self) -> None:
        of_kind(self.tier, SlaTier | None, "tier")
        for place in ("plan", "part_of"):
            if (found := getattr(self, place)) is not None:
                checked_id(found, place)

    def names(self, service: str) -> Mapping[str, str]:
        """What a product id may name of it: its service, plan, SLA tier, and the level that the tier comes to."""
        found = {"service": service, "sla": service_level(self.tier, self.replicas)}
        found |= {} if self.plan is None else {"plan": self.plan}
        return FrozenMap(found | ({} if self.tier is None else {"tier": self.tier.code}))


def service_level(tier: SlaTier | None, replicas: Number) -> str:
    """``guaranteed`` where the tier is and more than one replica runs, else ``besteffort`` (R4-22)."""
    guaranteed = tier is not None and tier.service_level == _GUARANTEED and number(replicas, "replicas") > 1
    return _GUARANTEED if guaranteed else _BEST_EFFORT


def instance_id(name: str, product_id: str) -> str:
    """The ERP's name of one product of an instance: the first 8 digits of the product's SHA-256 behind it (R4-21)."""
    digest = hashlib.sha256(checked_id(product_id, "product_id").encode()).hexdigest()
    return f"{checked_id(name, 'name')}-{digest[:_HASH_DIGITS]}"


def billing_items(service: Service, instance: Instance, configuration: Mapping[str, object]) -> tuple[BillingItem, ...]:
    """The items of an instance, one for each component of its service and in their order (R4-18).

    ``configuration`` is what runs, as the cluster has it: text and whole numbers in tables and lists. Raises
    ``MissingValue`` with the value path at which nothing stands (R4-19), ``InvalidNumber`` and ``InvalidValue`` for
    what is no size there, and for two components of one product: the ERP would take the second for a change of the
    first.
    """
    if instance.part_of is not None:
        return ()
    names, found = instance.names(service.code), dict[str, BillingItem]()
    for component in service.components:
        product = component.product(names)
        if product in found:
            place = f"components[{component.code!r}].product_id"
            raise InvalidValue("two components of one product", place=place, value=product)
        found[product] = BillingItem(
            product_id=product,
            value=ex.text(component.quantity(configuration)),
            description=component.description,
            group=instance.group,
        )
    return tuple(found.values())


def items_json(items: Iterable[BillingItem]) -> str:
    """The JSON of the items annotation: four keys each, values as text, in the order given (R4-20)."""
    rows = [{key: getattr(item, name) for key, name in _KEYS.items()} for item in items]
    return json.dumps({"items": rows}, ensure_ascii=False, separators=(",", ":"))


def read_items(text: str, place: str = "items") -> tuple[BillingItem, ...]:
    """The items of an annotation. Raises ``InvalidValue`` for any other JSON, with the place in it."""
    try:
        data = json.loads(text)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidValue("not JSON", place=place, value=text) from error
    rows = data.get("items") if isinstance(data, dict) and len(data) == 1 else None
    if not isinstance(rows, list):
        raise InvalidValue('one key is asked for: "items", a list', place=place, value=text)
    return tuple(_read(row, f"{place}[{index}]") for index, row in enumerate(rows))


def _read(row: object, place: str) -> BillingItem:
    if not isinstance(row, dict) or row.keys() != _KEYS.keys():
        raise InvalidValue("an item has exactly these keys: " + ", ".join(_KEYS), place=place)
    try:
        return BillingItem(**{name: row[key] for key, name in _KEYS.items()})
    except InputError as error:
        raise error.at(place) from None


def annotations_of(
    items: Iterable[BillingItem], sales_order: str | None = None, prefix: str = ANNOTATION_PREFIX
) -> Mapping[str, str]:
    """The annotations of an instance; ``sales_order`` goes before the one of its cluster.

    Raises ``InvalidValue`` where they are more than a Kubernetes object takes (256 KiB).
    """
    found = {} if sales_order is None else {f"{prefix}/salesOrderID": checked_id(sales_order, "sales_order")}
    found[f"{prefix}/items"] = items_json(items)
    size = sum(len(key.encode()) + len(text.encode()) for key, text in found.items())
    if size > _LONGEST_ANNOTATIONS:
        raise InvalidValue("more than 256 KiB of annotations", place="items", value=f"{size} bytes")
    return FrozenMap(found)
