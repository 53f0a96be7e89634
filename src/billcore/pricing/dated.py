"""What is in force on dates: entries of one kind whose dates never overlap."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Protocol, TypeVar

from billcore.kernel import InvalidValue

__all__ = ["date", "refuse_overlaps"]


class _Dated(Protocol):
    @property
    def from_(self) -> dt.date | None: ...
    @property
    def to(self) -> dt.date | None: ...
    @property
    def stale(self) -> bool: ...


D = TypeVar("D", bound=_Dated)


def date(value: dt.date | str | None, place: str) -> dt.date | None:
    """A local date, or text like ``2026-01-31``. Raises ``InvalidValue``, of an instant too."""
    if isinstance(value, str):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            raise InvalidValue("not a date", place=place, value=value, hint='write it like "2026-01-31"') from None
    if value is not None and type(value) is not dt.date:
        raise InvalidValue("a local date is asked for", place=place, value=value, hint="not an instant")
    return value


def refuse_overlaps(entries: Iterable[D], kind: Callable[[D], tuple[str, ...]], place: str, what: str) -> None:
    """Raise ``InvalidValue`` where two entries of one kind hold on one date; the dates are ``[from, to)``.

    A stale entry gives way to a fresh one, so it overlaps none.
    """

    def order(found: tuple[int, D]) -> tuple[tuple[str, ...], dt.date]:
        return kind(found[1]), found[1].from_ or dt.date.min

    # In order of their kind and beginning, entries that overlap have neighbours that do.
    ordered = sorted(((n, entry) for n, entry in enumerate(entries) if not entry.stale), key=order)
    for (i, one), (j, other) in pairwise(ordered):
        if kind(one) == kind(other) and (one.to is None or other.from_ is None or other.from_ < one.to):
            last, entry = (i, one) if i > j else (j, other)
            raise InvalidValue(f"two {what} at one time", place=f"{place}[{last}]", value=getattr(entry, "code", None))
