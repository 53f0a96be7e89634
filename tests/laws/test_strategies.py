"""The published strategies: what they shrink to, and that Hypothesis knows them by type."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from billcore import kernel, pricing
from billcore.engine import Billing
from billcore.kernel import MONTH, DayAnchor, Money, Period
from billcore.lifecycle.erp import BillingRecord
from billcore.testing import ManualClock, _entrypoint, strategies
from billcore.testing.strategies import catalogs, selections

ROOT = Path(__file__).parents[2]
SHRINKING = settings(database=None, max_examples=2_000, derandomize=True)
ONE = settings(SHRINKING, max_examples=2, phases=[Phase.generate])

_entrypoint.register()


@pytest.mark.parametrize(
    ("strategy", "smallest"),
    [
        (strategies.amounts(), "0"),
        (strategies.quantities(), "0"),
        (strategies.exacts(), "0"),
        (strategies.currencies(), "EUR"),
        (strategies.moneys(), "0.00 EUR"),
        (strategies.instants(), "2000-01-01 00:00:00+00:00"),
        (strategies.zones(), "UTC"),
        (strategies.intervals(), str(MONTH)),
        (strategies.day_anchors(), str(DayAnchor(1))),
        (strategies.anchors(), "calendar"),
        (strategies.periods(), "[2000-01-01T00:00:00Z, 2000-01-01T01:00:00Z)"),
        (strategies.tiers(), str([pricing.Tier()])),
        (strategies.brackets(), str([pricing.Bracket()])),
        (strategies.cluster_quantities(), "0"),
        (strategies.value_paths(), "a"),
        (strategies.components(), str(pricing.Component(code="component", product_id="component"))),
        (strategies.billing_items(), "[]"),
        (strategies.billing_records(), str((BillingRecord(instance="instance"), []))),
        (strategies.price_models(), str(pricing.Flat(0))),
        (strategies.prices(), str(pricing.Price(code="price", model=pricing.Flat(0)))),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_strategies_shrink_to_what_they_say(strategy: st.SearchStrategy[object], smallest: str) -> None:
    """The smallest value of a strategy is the one that its docstring names."""
    assert str(find(strategy, lambda _: True, settings=SHRINKING)) == smallest


@pytest.mark.parametrize(
    "kind",
    [
        *(kernel.Currency, kernel.Money, kernel.Interval, kernel.DayAnchor, kernel.Cadence, kernel.Period),
        *(pricing.Tier, pricing.Bracket, pricing.Graduated, pricing.StairStep, pricing.Wrapped, pricing.Price),
        *(pricing.Plan, pricing.Component, pricing.Service, pricing.Catalog, pricing.Selection),
    ],
)
def test_values_are_known_by_type(kind: type) -> None:
    """``st.from_type`` gives values of each of billcore's types, without another word."""
    assert isinstance(find(st.from_type(kind), lambda _: True, settings=ONE), kind)


@given(st.from_type(Period).flatmap(lambda period: st.tuples(st.just(period), strategies.cuts(period))))
def test_cuts_lie_inside(case: tuple[Period, list[object]]) -> None:
    """Cuts of a period are distinct, in order, and neither of its ends."""
    period, cuts = case

    assert cuts == sorted(set(cuts), key=str)
    assert all(cut in period and cut != period.start for cut in cuts)  # type: ignore[operator]  # cuts are instants


@given(st.data())
def test_every_selection_can_be_quoted(data: st.DataObject) -> None:
    """Whatever ``selections`` draws from a catalog, the catalog can price."""
    catalog = data.draw(catalogs(currency="CHF"))
    selection = data.draw(selections(catalog))

    offer = pricing.quote(catalog, selection, catalog.effective)

    assert offer.all_in.net >= Money.zero("CHF")


@settings(max_examples=50)
@given(st.data())
def test_a_selection_without_a_start_can_be_subscribed_to(data: st.DataObject) -> None:
    """``starts_on=st.none()``: a customer of today can buy what is drawn, whatever it is."""
    catalog = data.draw(catalogs(currency="CHF"))
    wanted = data.draw(selections(catalog, starts_on=st.none()))
    billing = Billing.in_memory(clock=ManualClock(catalog.effective))
    billing.catalog.publish(catalog)
    billing.customers.create("acme", currency="CHF")

    assert billing.subscriptions.create("acme", wanted, id="s").id == "s"


def test_hypothesis_finds_the_entry_point() -> None:
    """The distribution names the hook that registers the strategies, and the hook is there."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    (value,) = project["entry-points"]["hypothesis"].values()

    hook = importlib.metadata.EntryPoint("billcore", value, "hypothesis").load()

    assert hook is _entrypoint.register


def test_strategies_may_be_imported_before_hypothesis() -> None:
    """Importing the strategies first, which imports Hypothesis, which loads the hook, ends well."""
    code = "import billcore.testing.strategies as s, billcore.testing._entrypoint as e; e.register(); print(s.moneys())"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)  # noqa: S603 - our own interpreter and words

    assert done.returncode == 0, done.stderr
