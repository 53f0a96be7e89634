"""The conformance driver: cases of other billing systems as calls of billcore.

``shared/conformance.py`` loads this file by its path. A driver translates and does not compute; a case that billcore
answers differently on purpose, or not yet, raises ``NotImplementedError`` with the reason.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

# The runner loads this file alone: from the repository's root its neighbours are modules with names that mypy follows.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.conformance import billing_dates, discounts_taxes, price_models, rounding_currency
from tests.conformance.case import Answer, Case

_FAMILIES: dict[str, Callable[[Case], Answer]] = {
    "billing_dates": billing_dates.answer,
    "discounts_taxes": discounts_taxes.answer,
    "price_models": price_models.answer,
    "rounding_currency": rounding_currency.answer,
}
_LATER = {
    "proration": 3,
    "usage_aggregation": 3,
    "wallets_credits": 4,
}


def answer(family: str, case: dict[str, object]) -> Answer:
    """The figures that the case asks for. Raises ``NotImplementedError`` where billcore has none to give."""
    found = _FAMILIES.get(family)
    if found is None:
        step = _LATER.get(family)
        raise NotImplementedError("a family that no step has named" if step is None else f"step {step} builds this")
    return found(Case(case))
