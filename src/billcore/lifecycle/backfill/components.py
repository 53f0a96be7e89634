"""``billing_config``, the JSON of an older portal, read as component specs (R4-31)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from billcore.kernel import InputError, InvalidDocument, InvalidValue, MissingValue
from billcore.pricing import Component, Service, SizingUnit

__all__ = ["component_specs", "with_components"]

_KEYS = frozenset({"productID", "productIDSource", "valuePath", "unit", "itemDescription"})
_SOURCES = {"plan": "{plan}"}
"""Where a product id may come from: that of the instance's compute plan."""


def component_specs(config: object) -> tuple[Component, ...]:
    """The component specs of a ``billing_config``: a list of items with ``productID`` or ``productIDSource``.

    ``config`` is the JSON as it was loaded. Each item may have ``valuePath``, ``unit`` and ``itemDescription``. A spec
    is coded by its source or product id, its quantity is 1 without a path. Raises ``InvalidDocument`` with every
    problem: an unknown source or key, a path that is none, two items of one product. Nothing is dropped.
    """
    if not isinstance(config, Sequence) or isinstance(config, str):
        raise InvalidDocument((InvalidValue("not a list", value=type(config).__name__),), name="billing_config")
    problems: list[InputError] = []
    found: dict[str, Component] = {}
    for index, item in enumerate(config):
        try:
            spec = _spec(item)
            if spec.code in found:
                raise InvalidValue("two items of one product", place="productID", value=spec.code)
            found[spec.code] = spec
        except InputError as error:
            error.at(f"[{index}]")
            problems.append(error)
    if problems:
        raise InvalidDocument(tuple(problems), name="billing_config")
    return tuple(found.values())


def _spec(item: object) -> Component:
    if not isinstance(item, Mapping):
        raise InvalidValue("not a table", value=type(item).__name__)
    for key, value in item.items():
        if key not in _KEYS:
            raise InvalidValue("unknown key", place=str(key), hint="one of " + ", ".join(sorted(_KEYS)))
        if type(value) is not str:
            raise InvalidValue("not text", place=key, value=value)
    code, product = _product(item)
    return Component(
        code=code,
        product_id=product,
        value_path=item.get("valuePath"),
        unit=_unit(item.get("unit")),
        description=item.get("itemDescription", ""),
    )


def _product(item: Mapping[str, str]) -> tuple[str, str]:
    """The code and product id of an item, by exactly one of its two keys."""
    if ("productID" in item) == ("productIDSource" in item):
        raise MissingValue("one of productID and productIDSource is asked for", place="productID")
    if "productID" in item:
        return item["productID"], item["productID"]
    source = item["productIDSource"]
    if source not in _SOURCES:
        hint = "one of " + ", ".join(_SOURCES)
        raise InvalidValue("unknown source of a product id", place="productIDSource", value=source, hint=hint)
    return source, _SOURCES[source]


def _unit(name: str | None) -> SizingUnit:
    if name is None:
        return SizingUnit.COUNT
    try:
        return SizingUnit(name)
    except ValueError:
        hint = "one of " + ", ".join(unit.value for unit in SizingUnit)
        raise InvalidValue("no such unit", place="unit", value=name, hint=hint) from None


def with_components(service: Service, config: object) -> Service:
    """The service with the specs of its ``billing_config``; those that it has by their code already stay as they are.

    Raises what ``component_specs`` raises.
    """
    there = {component.code for component in service.components}
    added = [spec for spec in component_specs(config) if spec.code not in there]
    return attrs.evolve(service, components=(*service.components, *added))
