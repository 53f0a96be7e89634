"""The lists of a catalog, and of what stands in it: entries of their kind, or one error that says which is not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs
import pytest

from billcore.kernel import InvalidValue
from billcore.lifecycle.backfill import PlanOffering
from billcore.pricing import Catalog, Phase, Plan, PlanVersion, Product, Service

MADE: dict[type[Any], dict[str, object]] = {
    Catalog: {"version": "1", "effective": "2026-01-01T00:00:00Z", "currency": "CHF"},
    Plan: {"code": "p", "versions": ()},
    PlanVersion: {"version": 1, "prices": ()},
    Phase: {"code": "p", "length": None, "prices": ()},
    Product: {"code": "p"},
    Service: {"code": "s"},
}
"""What each needs to be made."""
TEXTS = {"supporting"}
"""Lists of codes, which have a check of their own."""


def lists() -> Iterator[tuple[type[Any], str]]:
    """Every list that a class takes."""
    for kind in MADE:
        for field in attrs.fields(kind):
            if field.init and str(field.type).startswith("tuple[") and field.name not in TEXTS:
                yield kind, field.name


def test_lists_are_found() -> None:
    """The reading above bites."""
    assert len(list(lists())) >= 23


@pytest.mark.parametrize(("kind", "name"), list(lists()), ids=lambda value: getattr(value, "__name__", value))
@pytest.mark.parametrize("wrong", ["x", 1, None, PlanOffering(service="a", compute_plan="b", offering="c")])
def test_an_entry_of_another_kind_is_refused_at_its_place(kind: type[Any], name: str, wrong: object) -> None:
    """With the value; so is what is no list at all."""
    with pytest.raises(InvalidValue) as caught:
        kind(**{**MADE[kind], name: [wrong]})
    assert (caught.value.place, caught.value.value) == (f"{name}[0]", wrong)

    with pytest.raises(InvalidValue) as caught:
        kind(**{**MADE[kind], name: wrong})
    assert (caught.value.place, caught.value.value) == (name, wrong)
