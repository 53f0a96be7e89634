"""Values that every layer speaks: exact numbers, money, time, ids and errors.

It owns exactness (``exact``, ``rounding``, ``allocation``, ``money``, ``currency``), time (``instant``, ``period``,
``cadence``, ``timeline``), names (``ids``, ``canonical``), checks of what is ``given`` and the tree of ``errors``. It
does not own a price, a customer or a document, and it imports nothing from billcore.

Invariants: no float ever gets in; nothing depends on the thread's decimal context; every instant is in UTC; every
value refuses to be built wrong, with the place and the value.
"""

from billcore.kernel.allocation import allocate
from billcore.kernel.cadence import (
    DAY,
    HALF_YEAR,
    HOUR,
    INTERVALS,
    MINUTE,
    MONTH,
    QUARTER,
    WEEK,
    YEAR,
    Anchor,
    Cadence,
    DayAnchor,
    Interval,
    add_days,
    cadence,
    checked_anchor,
    local_days,
    local_floor,
    nth,
)
from billcore.kernel.canonical import canonical, fingerprint
from billcore.kernel.currency import Currency, active_codes, currency, is_active, places
from billcore.kernel.errors import (
    AlreadyExists,
    BillcoreError,
    Conflict,
    ConstraintViolated,
    CurrencyMismatch,
    IdempotencyMismatch,
    InputError,
    InsufficientFunds,
    InvalidDocument,
    InvalidInstant,
    InvalidNumber,
    InvalidValue,
    InvariantBroken,
    NotAllowed,
    NotFound,
    NotSupportedYet,
    OutcomeUnknown,
    SchemaMismatch,
    StateError,
    StoreError,
    UnknownCurrency,
)
from billcore.kernel.exact import ONE, ZERO, Exact, Number, number
from billcore.kernel.frozen import FrozenMap
from billcore.kernel.given import checked_text, of_kind, text_or_none
from billcore.kernel.ids import CustomerId, DocumentId, OrderId, SubscriptionId, checked_id, derive
from billcore.kernel.instant import UTC, from_micros, instant, micros, rfc3339, zone
from billcore.kernel.money import MOST_MINOR, Money, bounded
from billcore.kernel.override import override
from billcore.kernel.period import Period
from billcore.kernel.rounding import Group, Rounding, minor_units, round_to
from billcore.kernel.timeline import Timeline

__all__ = [
    "DAY",
    "HALF_YEAR",
    "HOUR",
    "INTERVALS",
    "MINUTE",
    "MONTH",
    "MOST_MINOR",
    "ONE",
    "QUARTER",
    "UTC",
    "WEEK",
    "YEAR",
    "ZERO",
    "AlreadyExists",
    "Anchor",
    "BillcoreError",
    "Cadence",
    "Conflict",
    "ConstraintViolated",
    "Currency",
    "CurrencyMismatch",
    "CustomerId",
    "DayAnchor",
    "DocumentId",
    "Exact",
    "FrozenMap",
    "Group",
    "IdempotencyMismatch",
    "InputError",
    "InsufficientFunds",
    "Interval",
    "InvalidDocument",
    "InvalidInstant",
    "InvalidNumber",
    "InvalidValue",
    "InvariantBroken",
    "Money",
    "NotAllowed",
    "NotFound",
    "NotSupportedYet",
    "Number",
    "OrderId",
    "OutcomeUnknown",
    "Period",
    "Rounding",
    "SchemaMismatch",
    "StateError",
    "StoreError",
    "SubscriptionId",
    "Timeline",
    "UnknownCurrency",
    "active_codes",
    "add_days",
    "allocate",
    "bounded",
    "cadence",
    "canonical",
    "checked_anchor",
    "checked_id",
    "checked_text",
    "currency",
    "derive",
    "fingerprint",
    "from_micros",
    "instant",
    "is_active",
    "local_days",
    "local_floor",
    "micros",
    "minor_units",
    "nth",
    "number",
    "of_kind",
    "override",
    "places",
    "rfc3339",
    "round_to",
    "text_or_none",
    "zone",
]
