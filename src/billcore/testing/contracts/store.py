"""The whole contract of ``billcore.ports.Store``."""

from __future__ import annotations

from billcore.testing.contracts.constraints import Balance, Constraints, Rows, Updates
from billcore.testing.contracts.finding import Finding, Many, Paging, Texts
from billcore.testing.contracts.scopes import CustomerScope, TenantScope
from billcore.testing.contracts.sums import Balances, Numbers, UsageOnce, UsageSums
from billcore.testing.contracts.threads import Threads
from billcore.testing.contracts.transactions import Atomicity, Operations, Reruns

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
