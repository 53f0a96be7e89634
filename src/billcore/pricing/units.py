"""What a service counts, and the time that its prices are for."""

from __future__ import annotations

import enum

__all__ = ["BillingUnit", "Per"]


class BillingUnit(enum.Enum):
    """What ``minimum_units`` and the brackets count."""

    RAM_GIB = "ram_gib"
    VCPU = "vcpu"
    INSTANCE = "instance"
    USER = "user"


class Per(enum.Enum):
    """The time that a price is for."""

    HOUR = "hour"
    MONTH = "month"
