"""``--import``: price models of one's own on the command line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.desk import call, process

MODEL = """\
from decimal import Decimal
from typing import ClassVar

import attrs

from billcore.kernel import exact as ex
from billcore.pricing import PriceModel, Rating, Step


@attrs.frozen
class Twice(PriceModel):
    archived_as: ClassVar[str] = "shop.twice"

    amount: Decimal

    def rate(self, quantity):
        units = max(quantity, ex.ZERO)
        amount = ex.multiply(units, ex.multiply(self.amount, Decimal(2)))
        return Rating(amount, units, (Step("twice", units, ex.multiply(self.amount, Decimal(2)), ex.ZERO, amount),))
"""
SELL = """\
from decimal import Decimal

from billcore import Billing, Catalog, Plan, Price, Selection
from billcore.pricing import PlanVersion
from billcore.testing import ManualClock
from shop_models import Twice

with Billing.open("own.db", clock=ManualClock("2026-01-01T00:00:00Z")) as billing:
    plan = Plan(code="calls", versions=[PlanVersion(version=1, prices=[Price(code="p", model=Twice(Decimal("1.50")))])])
    billing.catalog.publish(Catalog(version="1", effective="2026-01-01T00:00:00Z", currency="EUR", plans=[plan]))
    billing.customers.create("acme", currency="EUR")
    billing.subscriptions.create("acme", Selection(plan="calls", quantity=2), id="s")
    billing.invoices.run()
"""


@pytest.fixture
def own(shop: Path) -> Path:
    """A database that a program of its own has written, with the model in a module beside it."""
    (shop / "shop_models.py").write_text(MODEL, encoding="utf-8")
    subprocess.run([sys.executable, "-c", SELL], cwd=shop, check=True, timeout=60)  # noqa: S603 - our own program
    return shop / "own.db"


def told(*arguments: str, cwd: Path, code: int = 0, **env: str) -> str:
    """What the console script says there."""
    done = process(*arguments, cwd=cwd, env=env)
    assert done.returncode == code, done.stderr.decode()
    return (done.stdout + done.stderr).decode()


def test_with_the_module_all_is_read(own: Path) -> None:
    """By the option or by the variable: verified, explained and billed."""
    there = ("--import", "shop_models")

    assert told(*there, "verify", "own.db", cwd=own.parent) == "0 violations\n"
    assert "1 invoice and 0 credit notes" in told(
        *there, "run", "own.db", "--until", "2026-02-01T00:00:00Z", cwd=own.parent
    )
    assert "twice" in told("explain", "own.db", "INV-000002", "1", cwd=own.parent, BILLCORE_IMPORT="shop_models")
    assert told("verify", "own.db", cwd=own.parent, BILLCORE_IMPORT="json  shop_models") == "0 violations\n"


def test_without_it_what_is_missing_is_named(own: Path) -> None:
    """Neither looks like corruption: the detail names the model, and what to do."""
    missing = (
        "model: no price model of this name is defined (got 'shop.twice'; import its module first; the command line"
    )

    lines = told("verify", "own.db", cwd=own.parent, code=1).splitlines()
    assert any(line.startswith(f"S10 acme: cannot be read (got NotFound: {missing}") for line in lines)
    assert any(line.startswith("P4 price ") and f": cannot be read (got {missing}" in line for line in lines)
    assert missing in told("run", "own.db", "--until", "2026-02-01T00:00:00Z", cwd=own.parent, code=3)


def test_a_module_that_cannot_be_imported(shop: Path) -> None:
    """Wrong use, with what Python says."""
    (shop / "broken_models.py").write_text("raise RuntimeError('not today')", encoding="utf-8")

    none = call("--import", "no_such_models", "check", "catalog.toml", code=2).stderr
    assert "'no_such_models' cannot be imported: ModuleNotFoundError" in none
    assert "RuntimeError: not today" in call("--import", "broken_models", "check", "catalog.toml", code=2).stderr
