"""billcore: a framework-free billing library.

Immutable facts (catalogs, orders, usage) become invoices by pure functions, and those are settled by a ledger that
always balances. Every cent can explain itself.

>>> from billcore import Billing
>>> billing = Billing.in_memory()

Names are resolved on first use (PEP 562), so that ``import billcore`` costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from billcore.engine import Billing
    from billcore.kernel import BillcoreError, Money, Period, Rounding
    from billcore.lifecycle import Customer, Order, Subscription, UsageEvent
    from billcore.pricing import (
        Addon,
        Catalog,
        Explanation,
        Flat,
        Graduated,
        Meter,
        Package,
        PerUnit,
        Phase,
        Plan,
        PlanVersion,
        Price,
        Product,
        Progressive,
        Quote,
        Selection,
        Service,
        StairStep,
        TaxRate,
        Tier,
        Volume,
        Wrapped,
    )
    from billcore.settlement import Document, Invoice, Line, Policy, Strategy

__all__ = [
    "Addon",
    "BillcoreError",
    "Billing",
    "Catalog",
    "Customer",
    "Document",
    "Explanation",
    "Flat",
    "Graduated",
    "Invoice",
    "Line",
    "Meter",
    "Money",
    "Order",
    "Package",
    "PerUnit",
    "Period",
    "Phase",
    "Plan",
    "PlanVersion",
    "Policy",
    "Price",
    "Product",
    "Progressive",
    "Quote",
    "Rounding",
    "Selection",
    "Service",
    "StairStep",
    "Strategy",
    "Subscription",
    "TaxRate",
    "Tier",
    "UsageEvent",
    "Volume",
    "Wrapped",
]

_HOMES = {
    "engine": ("Billing",),
    "kernel": ("BillcoreError", "Money", "Period", "Rounding"),
    "lifecycle": ("Customer", "Order", "Subscription", "UsageEvent"),
    "settlement": ("Document", "Invoice", "Line", "Policy", "Strategy"),
}
_HOME = {name: package for package, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'billcore' has no attribute {name!r}")
    package = importlib.import_module(f"billcore.{_HOME.get(name, 'pricing')}")
    value: object = getattr(package, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
