"""The fields of a case, read by their type: texts, instants, bare dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import TypeAlias

import attrs

from billcore.kernel import instant, zone

__all__ = ["Answer", "Case"]

Answer: TypeAlias = dict[str, object]
_BARE = len("2024-01-31")


@attrs.frozen
class Case:
    """A case without its expected figures; ``asked`` names those to give."""

    fields: Mapping[str, object]

    def __contains__(self, name: str) -> bool:
        return self.fields.get(name) is not None

    def __getitem__(self, name: str) -> str:
        """The text of a field."""
        return str(self.fields[name])

    def maybe(self, name: str) -> str | None:
        """The text of a field, if the case has it."""
        found = self.fields.get(name)
        return None if found is None else str(found)

    def flag(self, name: str, *, default: bool) -> bool:
        """A truth value."""
        return bool(self.fields.get(name, default))

    def count(self, name: str, default: int) -> int:
        """A whole number."""
        return int(self[name]) if name in self else default

    def texts(self, name: str) -> list[str]:
        """A list of texts."""
        found = self.fields.get(name)
        return [str(value) for value in found] if isinstance(found, list) else []

    def part(self, name: str) -> Case:
        """An object within the case."""
        found = self.fields.get(name)
        return Case(found if isinstance(found, dict) else {})

    def parts(self, name: str) -> list[Case]:
        """A list of objects within the case."""
        found = self.fields.get(name)
        return [Case(value) for value in found] if isinstance(found, list) else []

    def asked(self, figures: Mapping[str, Callable[[], object]]) -> Answer:
        """The figures that are asked for. Raises ``NotImplementedError`` for one that has no way to be found."""
        missing = [name for name in self.texts("asked") if name not in figures]
        if missing:
            raise NotImplementedError(f"no figure of that name: {', '.join(missing)}")
        return {name: figures[name]() for name in self.texts("asked")}

    @property
    def timezone(self) -> str:
        """The zone in which local times are meant."""
        return self.maybe("timezone") or "UTC"

    @property
    def bare(self) -> bool:
        """Whether the case speaks in dates without a time."""
        return any(isinstance(value, str) and _is_bare(value) for value in self.fields.values())

    def at(self, name: str) -> dt.datetime:
        """An instant; a bare date is the local midnight that begins it."""
        text = self[name]
        if _is_bare(text):
            return instant(dt.datetime.fromisoformat(text).replace(tzinfo=zone(self.timezone)))
        return instant(text)

    def maybe_at(self, name: str) -> dt.datetime | None:
        """An instant, if the case has it."""
        return self.at(name) if name in self else None

    def shown(self, at: dt.datetime) -> object:
        """An instant as the case writes instants: a bare date where it speaks in these."""
        return at.astimezone(zone(self.timezone)).date() if self.bare else at


def _is_bare(text: str) -> bool:
    return len(text) == _BARE and text[4:5] == "-" == text[7:8]
