"""Strategies of what an ERP bills: quantities of a cluster, value paths, components, items, records."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TypeAlias

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn as Draw
from hypothesis.strategies import SearchStrategy as Strategy

from billcore.kernel import UTC
from billcore.kernel import exact as ex
from billcore.lifecycle.erp import BillingItem, BillingRecord, Resend
from billcore.pricing import Component, SizingUnit
from billcore.testing.strategies.values import quantities

__all__ = ["billing_items", "billing_records", "cluster_quantities", "components", "value_paths"]

History: TypeAlias = list[tuple[dt.datetime, list[BillingItem]]]
_PRODUCTS = ("app", "ssd", "backup")
_START = dt.datetime(2026, 5, 1, tzinfo=UTC)


@st.composite
def _cluster_quantities(draw: Draw) -> str:
    suffix = draw(st.sampled_from(("", "Gi", "Mi", "Ki", "Ti", "G", "M", "k", "m", "u", "e3", "e-3", "E2")))
    number = draw(quantities(max_value=9_999))
    return f"{int(number) if suffix in ('u', 'e-3') else number}{suffix}"


def cluster_quantities() -> Strategy[str]:
    """Quantities as a cluster writes them: ``512Mi``, ``500m``, ``1e3``. Shrinks to ``0``."""
    return _cluster_quantities()


def value_paths() -> Strategy[str]:
    """Value paths with names, indexes, keys in quotes and products. Shrinks to ``a``."""
    name = st.from_regex(r"[A-Za-z_][A-Za-z0-9_-]{0,8}", fullmatch=True)
    bare = name.map(lambda text: f".{text}")
    index = st.integers(0, 99).map(lambda n: f"[{n}]")
    key = st.text("aZ09 ._-/*[]é", min_size=1, max_size=9).map(lambda text: f'["{text}"]')
    steps = st.lists(bare | index | key, max_size=4).map("".join)
    factor = st.tuples(name, steps).map("".join)
    times = st.sampled_from(("*", " * ", "  *"))
    return st.one_of(st.just("a"), factor, st.tuples(factor, times, factor).map("".join))


@st.composite
def _components(draw: Draw, code: str) -> Component:
    return Component(
        code=code,
        product_id=draw(st.sampled_from((code, "{plan}", "appcat-{service}-{sla}", "{tier}"))),
        value_path=draw(st.none() | value_paths()),
        unit=draw(st.sampled_from(SizingUnit)),
        description=draw(st.sampled_from(("", "Disk", "Größe"))),
    )


def components(*, code: str = "component") -> Strategy[Component]:
    """Component specs. Shrinks to one of quantity 1, whose product is named like its code."""
    return _components(code)


@st.composite
def _billing_items(draw: Draw) -> list[BillingItem]:
    products = [product for product in _PRODUCTS if draw(st.sampled_from((False, True, True)))]
    few = st.sampled_from((Decimal(1), Decimal(3)))
    sizes: Strategy[Decimal] = few | few | quantities()
    return [
        BillingItem(product_id=product, value=ex.text(draw(sizes)), description=draw(st.sampled_from(("", 'a "disk"'))))
        for product in products
    ]


def billing_items() -> Strategy[list[BillingItem]]:
    """What an instance has, of up to three products. Shrinks to nothing."""
    return _billing_items()


@st.composite
def _billing_records(draw: Draw) -> tuple[BillingRecord, History]:
    record, history, now = BillingRecord(instance="instance"), list[tuple[dt.datetime, list[BillingItem]]](), _START
    for _ in range(draw(st.integers(0, 8))):
        now += dt.timedelta(minutes=draw(st.sampled_from((0, 1, 60))))
        what = draw(st.sampled_from(("change", "change", "send", "fail", "resend")))
        if what == "change":
            history.append((now, draw(_billing_items())))
            record = record.changed(history[-1][1], now, draw(st.sampled_from((None, None, None, "SO1"))))
        elif what == "resend":
            record = record.resend(draw(st.sampled_from(Resend)))
        else:
            for event in record.due(now)[: draw(st.integers(1, 3))]:
                record = record.attempted(event.id, now, "away" if what == "fail" else None)
    return record, history


def billing_records() -> Strategy[tuple[BillingRecord, History]]:
    """The record of an instance that lived, was told and told again, and what it had when. Shrinks to an empty one."""
    return _billing_records()
