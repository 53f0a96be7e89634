"""The house rules hold in the tree, and each of them bites."""

import pytest

from tests.architecture import rules
from tests.architecture.rules import RULES, Rule
from tests.architecture.source import SRC, Source, sources

TREE = list(sources())

# (rule, module, what breaks it there, what the message must name instead)
PLANTED = [
    (rules.no_float, "pricing/tier.py", "SHARE = 0.5", "Decimal"),
    (rules.no_float, "settlement/tax.py", "def f(x: int) -> None: float(x)", "kernel.exact.number"),
    (rules.no_division, "kernel/money.py", "half = amount / 2", "allocate"),
    (rules.no_division, "lifecycle/rating.py", "amount /= 2", "allocate"),
    (rules.no_clock, "engine/bill.py", "import datetime\nnow = datetime.datetime.now(tz=datetime.UTC)", "ports.Clock"),
    (rules.no_clock, "kernel/period.py", "from datetime import date\ntoday = date.today()", "argument"),
    (rules.no_clock, "engine/run.py", "import time\nstart = time.time()", "ports.Clock"),
    (rules.no_chance, "engine/bill.py", "import random", "ports.Ids"),
    (rules.no_chance, "pricing/quote.py", "from secrets import token_hex", "ports.Ids"),
    (rules.no_chance, "kernel/ids.py", "import uuid\nnew = uuid.uuid4()", "ports.Ids"),
    (rules.no_chance, "cli/load.py", "from uuid import uuid4\nnew = uuid4()", "ports.Ids"),
    (rules.decimal_from_decimal, "adapters/memory.py", "from parse import Decimal", "from decimal import Decimal"),
    (rules.aware_timestamps, "adapters/sql/rows.py", "at = datetime.fromtimestamp(0)", "UTC"),
    (rules.aware_timestamps, "adapters/sql/rows.py", "at = datetime.utcfromtimestamp(0)", "UTC"),
    (rules.no_spliced_sql, "engine/verify.py", 'sql = f"SELECT * FROM {table}"', "parameters"),
    (rules.no_spliced_sql, "cli/db.py", 'sql = "delete from %s" % table', "parameters"),
    (rules.no_spliced_sql, "cli/db.py", 'sql = "UPDATE t SET x = " + value', "parameters"),
    (rules.no_spliced_sql, "cli/db.py", 'sql = "DROP TABLE {}".format(table)', "parameters"),
    (rules.short_modules, "engine/billing.py", "x = 1\n" * 301, "LONG_FOR_A_REASON"),
    (rules.short_modules, "kernel/_iso4217.py", "x = 1\n" * 401, "in two"),
    (rules.short_modules, "kernel/_iso4217.py", "x = 1\n", "LONG_FOR_A_REASON"),
    (rules.no_print, "engine/bill.py", "print(1)", "cli"),
    (rules.no_any, "ports/store.py", "class Store:\n    def get(self, key: Any) -> None: ...", "object"),
    (rules.no_any, "ports/store.py", "def get() -> dict[str, typing.Any]: ...", "Protocol"),
    (rules.no_any, "ports/store.py", "class Row:\n    value: Any = None", "union"),
    (rules.no_any, "ports/store.py", "def call(**options: Any) -> None: ...", "object"),
    (rules.docstrings_run, "kernel/money.py", '"""Money.\n\n```python\nMoney(1)\n```\n"""', ">>>"),
    (rules.adapters_on_first_use, "engine/billing.py", "from billcore.adapters import MemoryStore", "Billing.open"),
]

# (rule, module, what looks like a break there and is none)
ALLOWED = [
    (rules.no_float, "adapters/formatting.py", "WIDTH = 0.5"),
    (rules.no_float, "kernel/exact.py", "if isinstance(value, float): raise TypeError"),
    (rules.no_division, "kernel/exact.py", "share = one / other"),
    (rules.no_division, "pricing/tier.py", "whole = units // 10"),
    (rules.no_clock, "engine/machine.py", "now = datetime.now(UTC)"),
    (rules.no_clock, "engine/bill.py", "at = clock.now()"),
    (rules.no_chance, "testing/sim/world.py", "import random"),
    (rules.decimal_from_decimal, "kernel/money.py", "from decimal import Decimal"),
    (rules.aware_timestamps, "kernel/instant.py", "at = datetime.fromtimestamp(0, UTC)"),
    (rules.aware_timestamps, "kernel/instant.py", "at = datetime.fromtimestamp(0, tz=UTC)"),
    (rules.no_spliced_sql, "adapters/sql/store.py", 'sql = f"SELECT * FROM {prefix}lines"'),
    (rules.no_spliced_sql, "kernel/errors.py", 'text = f"select one of {names}"'),
    (rules.no_print, "cli/output.py", "print(1)"),
    (rules.no_any, "ports/store.py", "def _get(key: Any) -> None: ..."),
    (rules.adapters_on_first_use, "engine/billing.py", "def open():\n    from billcore.adapters import SqlStore"),
    (rules.docstrings_run, "kernel/money.py", '"""Money.\n\n>>> 1 + 1\n2\n"""'),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_tree_keeps_the_rule(rule: Rule) -> None:
    """No module of billcore breaks the rule."""
    found = [f"src/billcore/{source.place}:{f.line}: {f.message}" for source in TREE for f in rule(source)]

    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize(("rule", "place", "text", "instead"), PLANTED)
def test_a_planted_break_is_found(rule: Rule, place: str, text: str, instead: str) -> None:
    """The rule finds the break, and its message names what to write instead."""
    found = list(rule(Source(place, text)))

    assert len(found) == 1
    assert instead in found[0].message


@pytest.mark.parametrize(("rule", "place", "text"), ALLOWED)
def test_what_is_allowed_is_left_alone(rule: Rule, place: str, text: str) -> None:
    """The rule does not fire on what only looks like a break."""
    assert list(rule(Source(place, text))) == []


def test_every_rule_has_a_planted_break() -> None:
    """A rule that was never seen to bite is not trusted."""
    assert set(RULES) == {rule for rule, *_ in PLANTED}


def test_exceptions_name_modules_that_exist() -> None:
    """The list of long modules does not outlive them."""
    gone = [place for place in rules.LONG_FOR_A_REASON if not (SRC / place).is_file()]

    assert gone == []
