"""What hosts and adapter authors test with: public and versioned.

It owns a clock that tests set (``ManualClock``), laws that hold for every value (``billcore.testing.laws``), Hypothesis
strategies of billcore's values (``billcore.testing.strategies``), which ``st.from_type`` knows as soon as Hypothesis is
imported, and the contract of a store (``billcore.testing.contracts``). The latter two need the ``testing`` extra. It
does not own tests: those are yours.

This package imports nothing on its own, so that Hypothesis can load its entry point in the middle of any import;
``ManualClock`` resolves on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from billcore.testing.clock import ManualClock

__all__ = ["ManualClock"]


def __getattr__(name: str) -> object:
    if name != "ManualClock":
        raise AttributeError(f"module 'billcore.testing' has no attribute {name!r}")
    from billcore.testing.clock import ManualClock

    return ManualClock
