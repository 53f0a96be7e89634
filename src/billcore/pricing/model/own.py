"""Price models of one's own: any frozen value with ``rate`` prices; one with a name can be sold, as orders keep it.

An order's price is written down and read again years later. So a class that is sold inherits ``PriceModel`` and says
under which name it is kept; the name is part of every archive, and outlives renaming or moving the class. Nothing is
imported by name: the class must have been defined by the program that reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import attrs

from billcore.kernel import InvalidValue, NotFound
from billcore.pricing.rating import PriceModel

__all__ = ["own_model", "own_name"]

_HINT = "import its module first; the command line by --import MODULE"
_NAME = re.compile(r"[a-z][a-z0-9_.-]{0,63}", re.ASCII)


def own_name(kind: type) -> str:
    """The name that a class of one's own is kept by, its ``archived_as``.

    Raises ``InvalidValue`` for a class without one, and for one that could not be read back.
    """
    name = kind.__dict__.get("archived_as")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise InvalidValue(
            "a price model of one's own cannot be stored without a name",
            place="model",
            value=kind.__name__,
            hint='archived_as: ClassVar[str] = "surge", of small letters, digits and ._-',
        )
    if not attrs.has(kind) or _found(name) is not kind:
        hint = "it is an attrs class, inherits PriceModel, and no other has its name"
        raise InvalidValue("it could not be read back", place="model", value=kind.__name__, hint=hint)
    return name


def own_model(name: str) -> type:
    """The class that is kept by that name. Raises ``NotFound`` where the program has not defined it."""
    found = _found(name)
    if found is None:
        raise NotFound("no price model of this name is defined", place="model", value=name, hint=_HINT)
    return found


def _found(name: str) -> type | None:
    """The newest class of that name: a module that was loaded again has defined it twice."""
    return next(
        (kind for kind in reversed(tuple(_below(PriceModel))) if kind.__dict__.get("archived_as") == name), None
    )


def _below(kind: type) -> Iterator[type]:
    # attrs makes a new class with slots; the one it was made from is not an attrs class.
    direct: list[type] = type.__subclasses__(kind)
    for below in direct:
        if "__attrs_attrs__" in below.__dict__:
            yield below
        yield from _below(below)
