"""What a checker is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import attrs

from billcore.engine.verify.tenant import TenantView
from billcore.engine.verify.view import AccountView
from billcore.engine.verify.violation import Found

__all__ = ["AccountCheck", "Checker", "TenantCheck"]

AccountCheck: TypeAlias = Callable[[AccountView], Found]
TenantCheck: TypeAlias = Callable[[TenantView], Found]


@attrs.frozen
class Checker:
    """One numbered invariant: its sentence, what checks an account for it, and what checks the tenant as a whole.

    ``rows`` says that the account's check reads raw rows, so that it works where they cannot be turned into values.
    """

    invariant: str
    sentence: str
    account: AccountCheck | None = None
    tenant: TenantCheck | None = None
    rows: bool = False
