"""Components: what of a service is billed elsewhere, by an ERP that has the prices; billcore says how many.

>>> disk = Component(code="disk", product_id="ssd", value_path="spec.disk * spec.instances", unit=SizingUnit.GIB)
>>> disk.quantity({"spec": {"disk": "50Gi", "instances": 3}})
Decimal('150')
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

import attrs

from billcore.kernel import ONE, InputError, InvalidValue, MissingValue, checked_id, of_kind
from billcore.kernel import exact as ex
from billcore.pricing import coded, said
from billcore.pricing.sizing import SizingUnit, size_in
from billcore.pricing.value_path import ValuePath

__all__ = ["PRODUCT_NAMES", "Component"]

PRODUCT_NAMES = ("plan", "service", "sla", "tier")
"""What may stand in braces in a product id: ``appcat-vshn-{service}-{sla}``."""

_NAMED = re.compile(r"\{([^{}]*)\}")


def _product_id(value: str) -> str:
    if type(value) is not str:
        raise InvalidValue("not a product id", place="product_id", value=value)
    for name in _NAMED.findall(value):
        if name not in PRODUCT_NAMES:
            hint = "one of " + ", ".join(PRODUCT_NAMES)
            raise InvalidValue("no such name in a product id", place="product_id", value=name, hint=hint)
    # Any id is one with its names filled in, as these are ids themselves.
    checked_id(_NAMED.sub("x", value), "product_id")
    return value


def _value_path(value: str | None) -> str | None:
    return None if value is None else str(ValuePath.parse(value))


@attrs.frozen(kw_only=True)
class Component:
    """One product of an ERP in a service, and where its quantity stands in an instance's configuration.

    The first place of ``value_path`` is a size, counted in ``unit``; further ones multiply it. Without a path the
    quantity is 1: a base fee, an SLA. ``product_id`` may have names in braces (``PRODUCT_NAMES``).
    """

    code: str = attrs.field(converter=coded.code)
    product_id: str = attrs.field(converter=_product_id)
    value_path: str | None = attrs.field(default=None, converter=_value_path)
    unit: SizingUnit = SizingUnit.COUNT
    description: str = attrs.field(default="", validator=said.text)

    def __attrs_post_init__(self) -> None:
        of_kind(self.unit, SizingUnit, "unit")

    def quantity(self, configuration: Mapping[str, object]) -> Decimal:
        """How many units an instance has. Raises ``MissingValue`` with the path, and what ``size_in`` raises."""
        if self.value_path is None:
            return ONE
        path = ValuePath.parse(self.value_path)
        found = path.find(configuration)
        total = ONE
        for index, (value, steps) in enumerate(zip(found, path.factors, strict=True)):
            unit = SizingUnit.COUNT if index else self.unit
            total = ex.CONTEXT.multiply(total, size_in(value, unit, str(ValuePath((steps,)))))
        return total

    def product(self, names: Mapping[str, str]) -> str:
        """The product id with its names filled in. Raises ``MissingValue`` for one that ``names`` has not."""

        def filled(found: re.Match[str]) -> str:
            if found[1] not in names:
                raise MissingValue(
                    "this instance has no such name", place=f"product_id.{found[1]}", value=self.product_id
                )
            return names[found[1]]

        try:
            return checked_id(_NAMED.sub(filled, self.product_id), "product_id")
        except InputError as error:
            raise error.at(f"components[{self.code!r}]") from None
