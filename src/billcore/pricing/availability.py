"""Availability: which compute plan of a service is offered under which provider; apart from its price (R4-25)."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from billcore.kernel import NotAvailable, checked_id
from billcore.pricing.entry import Entry

__all__ = ["Availability"]


def _service(value: str) -> str:
    return checked_id(value, "service")


def _compute_plan(value: str) -> str:
    return checked_id(value, "compute_plan")


def _offering(value: str | None) -> str | None:
    return None if value is None else checked_id(value, "offering")


@attrs.frozen(kw_only=True)
class Availability(Entry):
    """A compute plan of a service is offered where the selection's provider is ``offering``; everywhere if ``None``.

    A stale row offers nothing to anybody new.
    """

    service: str = attrs.field(converter=_service)
    compute_plan: str = attrs.field(converter=_compute_plan)
    offering: str | None = attrs.field(default=None, converter=_offering)

    def covers(self, service: str, compute_plan: str, provider: str | None) -> bool:
        """It offers this plan there."""
        named = (self.service, self.compute_plan) == (service, compute_plan)
        return named and not self.stale and (self.offering is None or self.offering == provider)


def offered(rows: Iterable[Availability], service: str, compute_plan: str, provider: str | None) -> bool:
    """A row covers it; without any row at all everything is available (FORMATS.md, Catalog)."""
    found = tuple(rows)
    return not found or any(row.covers(service, compute_plan, provider) for row in found)


def refuse_unavailable(
    rows: tuple[Availability, ...], service: str, compute_plan: str, provider: str | None, place: str
) -> None:
    """Raise ``NotAvailable`` for a plan that is priced and not offered; the hint says where it is."""
    if offered(rows, service, compute_plan, provider):
        return
    where = sorted(row.offering for row in rows if row.offering and row.covers(service, compute_plan, row.offering))
    raise NotAvailable(
        f"not offered by {provider}" if provider else "not offered",
        place=place,
        value=compute_plan,
        hint=f"offered by {', '.join(where)}" if where else None,
    )
