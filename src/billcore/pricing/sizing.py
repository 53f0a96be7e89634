"""Sizes as clusters write them, exactly: ``512Mi`` of memory is 0.5 GiB, ``500m`` of a processor is 0.5.

The grammar is that of Kubernetes quantities: a plain number and perhaps a suffix, binary (``Ki`` to ``Ei``), decimal
(``n``, ``u``, ``m``, ``k``, ``M`` to ``E``) or an exponent. Where Kubernetes rounds up or caps, this refuses.

>>> size_in("512Mi", SizingUnit.GIB), size_in("500m", SizingUnit.VCPU)
(Decimal('0.5'), Decimal('0.5'))
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import cast

from billcore.kernel import InvalidNumber, InvalidValue, Number, number
from billcore.kernel import exact as ex

__all__ = ["SizingUnit", "cluster_quantity", "size_in"]


class SizingUnit(enum.Enum):
    """What a size is counted in: things, or bytes by powers of 1,024 (``GiB``) or of 1,000 (``GB``)."""

    COUNT = "count"
    VCPU = "vcpu"
    INSTANCE = "instance"
    USER = "user"
    BYTE = "B"
    KIB = "KiB"
    MIB = "MiB"
    GIB = "GiB"
    TIB = "TiB"
    PIB = "PiB"
    KB = "kB"
    MB = "MB"
    GB = "GB"
    TB = "TB"
    PB = "PB"

    @property
    def size(self) -> int:
        """Bytes of one; 1 for what is no amount of data."""
        return _BYTES.get(self.value, 1)


_BYTES: Mapping[str, int] = MappingProxyType(
    {f"{letter}iB": 1_024**n for n, letter in enumerate("KMGTP", 1)}
    | {f"{letter}B": 1_000**n for n, letter in enumerate("kMGTP", 1)}
)
# A suffix is worth factor x 10 ** power.
_SUFFIXES: Mapping[str, tuple[int, int]] = MappingProxyType(
    {"": (1, 0), "n": (1, -9), "u": (1, -6), "m": (1, -3)}
    | {letter: (1, 3 * n) for n, letter in enumerate("kMGTPE", 1)}
    | {f"{letter}i": (1_024**n, 0) for n, letter in enumerate("KMGTPE", 1)}
)
_QUANTITY = re.compile(
    r"(?P<sign>[+-]?)(?P<digits>[0-9]{1,19}(?:\.[0-9]{0,12})?|\.[0-9]{1,12})"
    r"(?P<suffix>[num]|[kMGTPE]|[KMGTPE]i)?(?:[eE](?P<power>[+-]?[0-9]{1,2}))?",
    re.ASCII,
)
_MOST = 2**63 - 1
_FINEST = -9
_HINT = 'write it like "512Mi", "20Gi", "500m" or "3"'


def cluster_quantity(value: Number, place: str | None = None) -> Decimal:
    """The number that a quantity of a cluster stands for, in bytes, processors or things; never rounded.

    Text may have a suffix. Raises ``InvalidNumber`` for another form, a float, more than 2^63 - 1 or less than a
    billionth in its last place, and ``InvalidValue`` for a negative one.
    """
    amount = _parsed(value, place) if isinstance(value, str) else number(value, place)
    if amount < 0:
        raise InvalidValue("must not be negative", place=place, value=str(value))
    if amount > _MOST:
        raise InvalidNumber("more than 2^63 - 1, the most that a cluster holds", place=place, value=str(value))
    if ex.exponent(amount) < _FINEST:
        raise InvalidNumber("finer than a billionth, which a cluster rounds", place=place, value=str(value))
    return amount


def _parsed(text: str, place: str | None) -> Decimal:
    found = _QUANTITY.fullmatch(text)
    if found is None or (found["suffix"] and found["power"]):
        raise InvalidNumber("not a quantity", place=place, value=text, hint=_HINT)
    factor, power = _SUFFIXES[found["suffix"] or ""]
    digits = Decimal(found["sign"] + found["digits"])
    scaled = digits.scaleb(power + int(found["power"] or 0), ex.CONTEXT)
    return cast("Decimal", ex.parse(ex.text(ex.CONTEXT.multiply(scaled, Decimal(factor)))))


def size_in(value: Number, unit: SizingUnit, place: str | None = None) -> Decimal:
    """A quantity counted in a unit, exactly: no unit divides by anything but twos and fives, so every size ends.

    Raises what ``cluster_quantity`` raises. A number without suffix is bytes where the unit is one of data:
    ``"1073741824"`` is 1 GiB.
    """
    # An expansion that ends is a Decimal.
    return cast("Decimal", ex.ratio(cluster_quantity(value, place), unit.size))
