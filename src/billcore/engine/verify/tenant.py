"""What no single account shows: number series, the price table, vouchers, sums over everybody (I2, P4, V1, M1, M3, T1)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence

import attrs

from billcore.engine.verify.ledger import not_canonical
from billcore.engine.verify.view import UNREADABLE, whole
from billcore.engine.verify.violation import Found, Violation
from billcore.engine.writing import number_of
from billcore.kernel import canonical
from billcore.kernel import exact as ex
from billcore.kernel import fingerprint
from billcore.ports import ReadTx, Row, Scope, Store
from billcore.ports.tables import (
    ACCOUNT,
    CREDIT,
    CUSTOMER,
    DOCUMENT,
    EXCEPTION,
    FACT,
    LINE,
    NOTICE,
    ONE_OFF,
    POSTING,
    PRICE,
    REDEMPTION,
    SUBSCRIPTION,
    USAGE,
    VOUCHER,
    Index,
    Table,
)
from billcore.pricing import price_from_snapshot
from billcore.settlement import Account, DocumentKind

__all__ = ["TenantView", "check_numbers", "check_prices", "check_strangers", "check_sums", "check_vouchers"]
