"""Mappings that are values: they cannot change, are hashed by content, and can be copied and sent to a worker.

>>> limits = FrozenMap({"cpu": 2})
>>> limits == {"cpu": 2}, limits in {limits}
(True, True)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from billcore.kernel.override import override

__all__ = ["FrozenMap"]

K = TypeVar("K")
V_co = TypeVar("V_co", covariant=True)


class FrozenMap(Mapping[K, V_co]):
    """A mapping that no longer changes; equal to any mapping with the same items, in any order."""

    __slots__ = ("_hash", "_items")

    def __init__(self, items: Mapping[K, V_co] | Iterable[tuple[K, V_co]] = ()) -> None:
        self._items: dict[K, V_co] = dict(items)
        self._hash: int | None = None

    @override
    def __getitem__(self, key: K) -> V_co:
        return self._items[key]

    @override
    def __contains__(self, key: object) -> bool:
        return key in self._items

    @override
    def __iter__(self) -> Iterator[K]:
        return iter(self._items)

    @override
    def __len__(self) -> int:
        return len(self._items)

    @override
    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash(frozenset(self._items.items()))
        return self._hash

    @override
    def __repr__(self) -> str:
        return repr(self._items)

    @override
    def __reduce__(self) -> tuple[type[FrozenMap[K, V_co]], tuple[dict[K, V_co]]]:
        return (type(self), (dict(self._items),))
