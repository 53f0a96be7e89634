"""The imperative shell: load, decide by the core, save, in one unit of work.

It owns the handle (``Billing``) and what its verbs answer, the run (``running``), corrections and explanations,
delivery to an ERP (``deliver``), stories played through the handle (``play``) and the checkers (``verify``). It does
not own a rule of meaning: the core does.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from billcore.engine.billing import Billing

if TYPE_CHECKING:
    from billcore.engine.delivering import deliver
    from billcore.engine.focus import bill_focus
    from billcore.engine.nouns.customers import Standing
    from billcore.engine.nouns.page import Page
    from billcore.engine.nouns.usage import Recorded, Rejected
    from billcore.engine.rows.money import ExceptionItem, Notice
    from billcore.engine.running import RunReport
    from billcore.engine.story import FixedClock, StepResult, play

__all__ = [
    "Billing",
    "ExceptionItem",
    "FixedClock",
    "Notice",
    "Page",
    "Recorded",
    "Rejected",
    "RunReport",
    "Standing",
    "StepResult",
    "bill_focus",
    "deliver",
    "play",
]

_HOMES = {
    "delivering": ("deliver",),
    "focus": ("bill_focus",),
    "nouns.customers": ("Standing",),
    "nouns.page": ("Page",),
    "nouns.usage": ("Recorded", "Rejected"),
    "rows.money": ("ExceptionItem", "Notice"),
    "running": ("RunReport",),
    "story": ("FixedClock", "StepResult", "play"),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'billcore.engine' has no attribute {name!r}")
    value: object = getattr(importlib.import_module(f"billcore.engine.{_HOME[name]}"), name)
    globals()[name] = value
    return value
