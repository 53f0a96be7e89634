"""The whole contract of ``billcore.ports.Store``."""

from __future__ import annotations

from billcore.testing.contracts.constraints import Constraints
from billcore.testing.contracts.finding import Finding, Many
from billcore.testing.contracts.numbers import Numbers
from billcore.testing.contracts.operations import Operations
from billcore.testing.contracts.paging import Paging
from billcore.testing.contracts.rows import Rows
from billcore.testing.contracts.scopes import CustomerScope, TenantScope
from billcore.testing.contracts.sums import Balances, UsageOnce, UsageSums
from billcore.testing.contracts.texts import Texts
from billcore.testing.contracts.threads import Threads
from billcore.testing.contracts.transactions import Atomicity, Reruns
from billcore.testing.contracts.updates import Balance, Updates

__all__ = ["StoreContract"]


class StoreContract(
    Atomicity,
    Operations,
    Reruns,
    Rows,
    Constraints,
    Updates,
    Balance,
    Finding,
    Paging,
    Many,
    Texts,
    UsageOnce,
    UsageSums,
    Balances,
    Numbers,
    TenantScope,
    CustomerScope,
    Threads,
):
    """Every promise of a store. Subclass it as ``Test...`` and override ``make_store``.

    No two tests of the parts have one name: a later one would hide the earlier.
    """
