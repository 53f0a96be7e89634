"""What a checker says, and what a checker is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeAlias

import attrs

from billcore.kernel.override import override

if TYPE_CHECKING:
    from billcore.engine.verify.tenant import TenantView
    from billcore.engine.verify.view import AccountView

__all__ = ["AccountCheck", "Checker", "Found", "TenantCheck", "Violation"]


@attrs.frozen
class Violation:
    """An invariant that does not hold: its id, where, what is wrong, and the value found there."""

    invariant: str
    place: str
    message: str
    value: str | None = None

    @override
    def __str__(self) -> str:
        found = "" if self.value is None else f" (got {self.value})"
        return f"{self.invariant} {self.place}: {self.message}{found}"


Found: TypeAlias = Iterator[Violation]
AccountCheck: TypeAlias = Callable[["AccountView"], Found]
TenantCheck: TypeAlias = Callable[["TenantView"], Found]


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
