"""Documents and scenarios that tests of documents share."""

from __future__ import annotations

import copy
import datetime as dt
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from billcore.adapters.serialization import SCENARIO, load_toml
from billcore.lifecycle import Opening, UsageEvent
from billcore.ports.scenario import (
    RoundingPolicy,
    Scenario,
    ScenarioCustomer,
    ScenarioPolicy,
    SettlementPolicy,
)
from billcore.ports.steps import (
    AddItem,
    AttachAddon,
    Bill,
    Cancel,
    Change,
    CreditStep,
    DetachAddon,
    IssueVoucher,
    Publish,
    RecordPayment,
    Redeem,
    ScenarioStep,
    SelectionChange,
    SettleStep,
    Subscribe,
    TopUp,
    UsageStep,
    Void,
)
from billcore.pricing import Proration, TaxRounding
from billcore.testing import strategies as bst

CATALOG_TEXT = """
format = "billcore-catalog/1"
version = "2026-01"
effective = 2026-01-01T00:00:00Z
currency = "EUR"
sla_tiers = [{code = "gold", min_replicas = 2, uptime = 99.9}]
meters = [{code = "requests", unit = "request"}]
tax_rates = [{code = "de", country = "DE", percent = 19, from = 2024-01-01, to = "2030-01-01"}]

[[services]]
code = "postgres"
base_fee = 5
sla_surcharges = {gold = 10.00}
compute_plans = [{code = "small", cpu = 2, ram_gib = 4, price = 0.05}]
storage = [{code = "ssd", price = "0.0001"}]
discount_brackets = [{up_to = 8}, {above = 8, percent = 10}]
resources = [{code = "ip", price = 3, per = "month"}]

[[products]]
code = "vm"
prices = [{code = "vm", model = {type = "package", package_size = 10, amount = 4, round = "down"}, size = "disk"}]

[[plans]]
code = "pro"
product = "vm"
anchor = {day = 31}

[[plans.versions]]
version = 1

[[plans.versions.prices]]
code = "base"
model = {type = "flat", amount = 20}
interval = "month"

[[plans.versions.prices]]
code = "requests"
cadence = "usage"
meter = "requests"
interval = {years = 1}

[plans.versions.prices.model]
type = "graduated"
tiers = [{up_to = 10, unit_amount = 1}, {unit_amount = "0.5"}]
included = 100
minimum = 1

[[addons]]
code = "more"
meter = "requests"
quantity = 50
price = {code = "more", model = {type = "flat", amount = "7.50"}, interval = {days = 10}}
"""

SCENARIO_TEXT = """
format = "billcore-scenario/1"
start = 2026-01-01T00:00:00Z
until = "2026-03-01T00:00:00Z"
settle = true
policy = {rounding = {mode = "half_even"}, settlement = {sources = ["balance"], partial = true}}
customers = [{id = "acme", currency = "EUR", timezone = "Europe/Berlin", terms = 30, opening = {balance = 5}}]
expect = {invoices = [{total = 20.00}]}

[[steps]]
at = 2026-01-02T00:00:00Z
do = "subscribe"
customer = "acme"
subscription = "s1"
plan = "pro"
quantity = 3
anchor = {day = 15}

[[steps]]
at = 2026-01-02T00:00:00Z
do = "subscribe"
customer = "acme"
subscription = "s2"
service = "postgres"
selection = {compute_plan = "small", replicas = 2}

[[steps]]
at = 2026-01-03T00:00:00Z
do = "change"
subscription = "s2"
when = "now"
selection = {replicas = 3}

[[steps]]
at = 2026-01-04T00:00:00Z
do = "usage"
events = [{id = "1", customer = "acme", meter = "requests", value = 5}]

[[steps]]
at = 2026-01-05T00:00:00Z
do = "credit"
document = "INV-000001"
whole = true
"""


def catalog_data() -> dict[str, Any]:
    """The plain data of a right catalog."""
    return load_toml(CATALOG_TEXT)


def scenario_data() -> dict[str, Any]:
    """The plain data of a right scenario."""
    return load_toml(SCENARIO_TEXT)


def with_key(data: dict[str, Any], path: list[str | int], value: object) -> dict[str, Any]:
    """A copy of plain data with one place set; ``...`` takes the key away."""
    changed = copy.deepcopy(data)
    inner: Any = changed
    for key in path[:-1]:
        inner = inner[key]
    if value is ...:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return changed


def step_data(**keys: object) -> dict[str, Any]:
    """A scenario of one step."""
    return {"format": SCENARIO, "steps": [{"at": "2026-01-01T00:00:00Z", **keys}]}


_ids = st.from_regex(r"[a-z][a-z0-9-]{0,9}", fullmatch=True)
_words = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=20)
_reasons = st.none() | _words
_amounts = bst.amounts(min_value=Decimal("0.01"))
_whens = st.sampled_from((None, "now", "period_end"))
_numbers = st.decimals(-1000, 1000, places=3)


@st.composite
def usage_records(draw: st.DrawFn) -> UsageEvent:
    """Usage records, some negative, some with properties."""
    return UsageEvent(
        id=draw(_ids),
        source=draw(_ids),
        customer=draw(_ids),
        subscription=draw(st.none() | _ids),
        resource=draw(st.none() | _ids),
        meter=draw(_ids),
        time=draw(bst.instants()),
        value=draw(_numbers),
        properties=draw(st.dictionaries(_ids, _words, max_size=3)),
    )


def steps() -> st.SearchStrategy[ScenarioStep]:
    """Steps of every action."""
    return st.one_of(
        st.deferred(
            lambda: bst.catalogs(currency="EUR").flatmap(lambda catalog: _step(Publish, catalog=st.just(catalog)))
        ),
        bst.catalogs(currency="EUR").flatmap(
            lambda catalog: _step(Subscribe, customer=_ids, subscription=_ids, selection=bst.selections(catalog))
        ),
        _step(
            Change,
            subscription=_ids,
            selection=st.fixed_dictionaries(
                {}, optional={"plan": _ids, "version": st.integers(1, 9), "replicas": st.integers(1, 9).map(Decimal)}
            ).map(SelectionChange),
            when=_whens,
            anchor=st.sampled_from(("keep", "reset")),
        ),
        _step(AttachAddon, subscription=_ids, addon=_ids, when=_whens),
        _step(DetachAddon, subscription=_ids, addon=_ids, when=_whens),
        _step(Cancel, subscription=_ids, when=_whens, unused=st.sampled_from((None, "keep", "give_back"))),
        _step(UsageStep, events=st.lists(usage_records(), min_size=1, max_size=3)),
        _step(UsageStep, file=_ids),
        _step(Publish, catalog=_ids),
        _step(Redeem, customer=_ids, voucher=_words),
        _step(
            IssueVoucher,
            code=_words,
            amount=_amounts,
            currency=st.none() | bst.currencies(),
            expires=st.none() | bst.instants(),
            limit=st.none() | st.integers(1, 9),
        ),
        _step(TopUp, customer=_ids, amount=_amounts, reference=_reasons),
        _step(SettleStep, customer=_ids),
        _step(Bill, until=st.none() | bst.instants()),
        _step(RecordPayment, customer=_ids, document=_ids, amount=_amounts, reference=_reasons),
        _step(Void, document=_ids, rebill=st.booleans(), reason=_reasons),
        _step(CreditStep, document=_ids, line=_ids, amount=st.none() | _amounts, reason=_reasons),
        _step(CreditStep, document=_ids, whole=st.just(value=True)),
        _step(AddItem, customer=_ids, description=_words, amount=_amounts),
    )


def _step(kind: type[ScenarioStep], **keys: st.SearchStrategy[Any]) -> st.SearchStrategy[ScenarioStep]:
    made: st.SearchStrategy[ScenarioStep] = st.builds(
        kind, at=bst.instants(), effective=st.none() | bst.instants(), must_fail=st.booleans(), **keys
    )
    return made


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """Whole scenarios."""
    start = draw(st.none() | bst.instants())
    return Scenario(
        name=draw(_words),
        start=start,
        until=None if start is None else start + dt.timedelta(days=draw(st.integers(0, 400))),
        billing=draw(st.sampled_from(("automatic", "manual"))),
        settle=draw(st.booleans()),
        policy=draw(_policies()),
        catalog=draw(st.none() | _ids | bst.catalogs()),
        catalogs=draw(st.lists(_ids, max_size=2)),
        customers=draw(st.lists(_customers(), max_size=3, unique_by=lambda customer: customer.id)),
        steps=draw(st.lists(steps(), max_size=5)),
        expect=draw(st.none() | st.dictionaries(_ids, st.lists(_words | _numbers | st.booleans(), max_size=2))),
    )


def _policies() -> st.SearchStrategy[ScenarioPolicy]:
    return st.builds(
        ScenarioPolicy,
        proration=st.sampled_from((None, Proration.DAY, Proration.HOUR)),
        tax=st.sampled_from((None, *TaxRounding)),
        rounding=st.builds(RoundingPolicy, group=st.sampled_from(("price", "invoice"))),
        settlement=st.builds(
            SettlementPolicy,
            sources=st.sampled_from((("balance",), ("voucher",), ("balance", "voucher"))),
            mixing=st.booleans(),
            partial=st.booleans(),
            invoices=st.sampled_from(("largest", "smallest", "oldest")),
        ),
    )


def _customers() -> st.SearchStrategy[ScenarioCustomer]:
    return st.builds(
        ScenarioCustomer,
        id=_ids,
        currency=bst.currencies(),
        timezone=bst.zones(),
        country=st.sampled_from((None, "DE", "CH")),
        locale=st.sampled_from((None, "de_CH")),
        tax_id=_reasons,
        terms=st.integers(0, 90),
        billed_until=st.none() | bst.instants(),
        opening=st.builds(Opening, balance=bst.amounts(), receivable=bst.amounts()),
    )
