"""The graduated price beside a peer that runs in Python: Polar's ``Tiers.calculate``, in one run on one interpreter.

Nothing of a peer is part of this repository. Polar is no package to install: its source is read from a checkout, in a
throw-away environment. silver, the other one in Python, has no tiers, and localstripe's are not those of Stripe.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from benchmarks.clock import ratio
from benchmarks.rating import QUICK, TIERS, drawn, plain_graduated, rate
from billcore.pricing import Graduated, Tier

POLAR = "BILLCORE_POLAR"
HOW = f"""\
  1. clone polarsource/polar; it needs Python 3.12 or newer
  2. python3.12 -m venv /tmp/peers && /tmp/peers/bin/pip install . pydantic sqlalchemy
     (its module of tiers needs no more: a folder polar/ with product/tiers.py and exceptions.py is checkout enough)
  3. {POLAR}=<the clone>/server /tmp/peers/bin/python -m benchmarks peers"""


def polar() -> Callable[[Decimal], Decimal]:
    """Polar's graduated price of the same tiers. Raises ``LookupError`` where it is not there, with the reason."""
    folder = os.environ.get(POLAR)
    if not folder:
        message = f"{POLAR} names no checkout"
        raise LookupError(message)
    sys.path.insert(0, folder)
    try:
        tiers: Any = importlib.import_module("polar.product.tiers")
    except (ImportError, SyntaxError) as error:
        message = f"polar.product.tiers cannot be imported: {error}"
        raise LookupError(message) from None
    finally:
        sys.path.remove(folder)
    told = [{"bound": None if up_to is None else int(up_to), "unit_amount": unit} for up_to, unit in TIERS]
    price: Callable[[Decimal], Decimal] = tiers.Tiers(type="graduated", tiers=told).calculate
    return price


def main(_customers: int) -> None:
    """Print calls a second, or why a peer is skipped and how to have it."""
    try:
        theirs = polar()
    except LookupError as reason:
        print(f"polar: skipped: {reason.args[0]}\n{HOW}")
        return
    quantities = drawn()
    ours = Graduated([Tier(*tier) for tier in TIERS])
    assert all(ours.amount(quantity) == theirs(quantity) for quantity in quantities)
    peer = rate(theirs, quantities)
    ratio("Graduated amount()", rate(ours.amount, quantities), "Polar Tiers.calculate", peer, least=QUICK)
    ratio("Graduated rate()", rate(ours.rate, quantities), "Polar Tiers.calculate", peer)
    ratio("plain loop", rate(plain_graduated, quantities), "Polar Tiers.calculate", peer)
