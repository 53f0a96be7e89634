"""Ways in which somebody else's statements break a database, one for each invariant that ``verify`` checks.

Each is what a raw connection runs once triggers, checks and foreign keys are out of its way, the place that ``verify``
then names, and the invariants that cannot hold either once this one is broken.
"""

# ruff: noqa: S608 - statements are put together out of names that stand here
from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable
from pathlib import Path

import attrs

__all__ = ["BREAKS", "Break", "broken"]


def _ids(names: Iterable[str]) -> frozenset[str]:
    return frozenset(names)


@attrs.frozen
class Break:
    """``sql`` breaks ``invariant`` at a place that has ``place`` in it; ``too`` are broken with it."""

    invariant: str
    sql: str
    place: str
    too: frozenset[str] = attrs.field(default=frozenset(), converter=_ids)


def broken(path: Path, sql: str) -> None:
    """Run a script on the file with everything gone that would refuse it."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute("PRAGMA foreign_keys = OFF")
        raw.execute("PRAGMA ignore_check_constraints = ON")
        held = raw.execute(
            "SELECT type, name FROM sqlite_master WHERE type = 'trigger' OR (type = 'index' AND sql LIKE '%UNIQUE%')"
        ).fetchall()
        for kind, name in held:
            raw.execute(f"DROP {kind} {name}")
        before = raw.total_changes
        raw.executescript(sql)
        assert raw.total_changes > before, "the statement broke nothing"


def _is(number: str) -> str:
    return f"= (SELECT id FROM billcore_document WHERE number = '{number}')"


# An invoice of acme's in January: two lines, a price per unit and a setup fee, paid from its balance and its voucher.
_A, _NOTE = _is("INV-000003"), _is("CN-000001")
_PAYMENT = f"= (SELECT id FROM billcore_payment WHERE document {_A} LIMIT 1)"
_RICH = "= (SELECT id FROM billcore_credit WHERE customer = 'acme' AND reference = 'bank 1')"
_LAST = "= (SELECT max(seq) FROM billcore_notice WHERE customer = 'zeta')"
_MARCH, _APRIL = "1774000000000000", "1776000000000000"

_PAPER = ("I1", "I5", "M4", "M5")
"""What a line's amount is in."""

MONEY = (
    Break("M1", f"UPDATE billcore_line SET exact = '5.00' WHERE document {_A} AND position = 2", "exact"),
    Break("M1", f"UPDATE billcore_line SET quantity = '1e3' WHERE document {_A} AND position = 2", "quantity", ["S10"]),
    Break("M1", "UPDATE billcore_voucher SET amount = -1", "WELCOME amount", ["V1"]),
    Break(
        "M1",
        "UPDATE billcore_credit SET amount = 2000000000000000, remaining = 2000000000000000 WHERE customer = 'omega'",
        "amount",
        ["M3"],
    ),
    Break(
        "M1",
        "UPDATE billcore_fact SET body = replace(body, '\"3\"', '\"03\"') WHERE subscription = 'acme-1' AND n = 0",
        "acme-1 0",
        ["S10"],
    ),
    Break(
        "M2", f"UPDATE billcore_posting SET minor = minor - 1 WHERE source {_A} AND account = 'tax'", "issue", ["M3"]
    ),
    Break("M2", f"DELETE FROM billcore_posting WHERE source {_PAYMENT} AND n = 1", ":payment", ["M3", "S8"]),
    Break(
        "M3",
        f"UPDATE billcore_posting SET account = 'bank' WHERE source {_A} AND account = 'revenue'",
        "acme CHF revenue",
    ),
    Break(
        "M3",
        "UPDATE billcore_posting SET minor = minor * 2 WHERE kind = 'payment' AND customer = 'acme'",
        "acme CHF receivable",
        ["S8"],
    ),
    Break("M4", f"UPDATE billcore_document SET net = net + 1, tax = tax - 1 WHERE id {_A}", "INV-000003", ["M3"]),
    Break("M4", f"UPDATE billcore_document SET total = total + 1 WHERE id {_A}", "INV-000003", ["M3"]),
    Break("M4", f"UPDATE billcore_posting SET minor = 2 * minor WHERE source {_A}", "INV-000003", ["M3"]),
    Break(
        "M5",
        f"UPDATE billcore_line SET tax = tax + (CASE position WHEN 1 THEN 5 ELSE -5 END) WHERE document {_A}",
        "INV-000003",
        ["I1"],
    ),
    Break("M5", f"UPDATE billcore_line SET tax = tax + 1 WHERE document {_A} AND position = 1", "INV-000003", ["I1"]),
    Break("M5", f"UPDATE billcore_line SET rate_terms = 'inclusive' WHERE document {_A}", "INV-000003 vat", ["I1"]),
    Break(
        "M5",
        f"UPDATE billcore_document SET taxes = replace(taxes, '\"8.1\"', '\"8.2\"') WHERE id {_A}",
        "INV-000003 vat",
        ["I1"],
    ),
    Break(
        "M6",
        f"UPDATE billcore_line SET minor = minor + (CASE position WHEN 1 THEN 1 ELSE -1 END) WHERE document {_A}",
        "acme-1 base",
        ["I1"],
    ),
    Break("M8", "UPDATE billcore_credit SET currency = 'EUR' WHERE customer = 'omega'", "credit", ["M3"]),
    Break("M8", "UPDATE billcore_posting SET currency = 'EUR' WHERE customer = 'omega'", "posting omega", ["M3"]),
    Break(
        "M10",
        f"UPDATE billcore_line SET minor = -minor WHERE document {_A} AND position = 2",
        "INV-000003",
        ["I1", "I5", "M4", "M5", "M6"],
    ),
    Break("M11", f"UPDATE billcore_document SET settled = total + 1 WHERE id {_A}", "INV-000003", ["I5"]),
    Break("M11", "UPDATE billcore_payment SET reverses = 'nothing' WHERE reverses IS NOT NULL", "INV-000002"),
    Break("M11", "UPDATE billcore_payment SET source = 'balance' WHERE reverses IS NOT NULL", "INV-000002"),
    Break("V1", "UPDATE billcore_voucher SET used = 3", "WELCOME"),
    Break("V1", "UPDATE billcore_voucher SET most = 1", "WELCOME"),
    Break("V1", "DELETE FROM billcore_redemption WHERE customer = 'acme'", "WELCOME"),
    Break("V1", "UPDATE billcore_redemption SET customer = 'zeta'", "WELCOME"),
    Break("V1", "UPDATE billcore_redemption SET customer = 'omega' WHERE customer = 'acme'", "WELCOME omega"),
    Break("V1", "UPDATE billcore_voucher SET currency = 'EUR'", "WELCOME"),
    Break("V1", "UPDATE billcore_coupon SET used = 3 WHERE code = 'ONE'", "coupon ONE"),
    Break("V1", "UPDATE billcore_coupon SET most = 0 WHERE code = 'ONE'", "coupon ONE"),
    Break("V2", "UPDATE billcore_line SET minor = minor - 1 WHERE coupon = 'ONE'", "tau customer ONE 0", _PAPER),
    Break("M13", "UPDATE billcore_line SET minor = -900 WHERE coupon = 'TENTH'", "tau inv_", (*_PAPER, "M10", "V6")),
    Break("M13", "UPDATE billcore_line SET minor = 1 WHERE coupon = 'TENTH'", "inv_", _PAPER),
    Break("P2", "UPDATE billcore_line SET exact = '-1' WHERE coupon = 'TENTH'", "TENTH", ["I1"]),
    Break("V6", "UPDATE billcore_line SET coupon = 'grant#x' WHERE coupon = 'grant#gift'", "inv_", ["I1"]),
    Break("V6", "UPDATE billcore_grant_fact SET amount = 1 WHERE id = 'gift'", "tau gift"),
    Break("V6", "UPDATE billcore_grant_fact SET at = at + 8640000000000 WHERE id = 'gift'", "inv_"),
    Break("V6", "UPDATE billcore_grant_fact SET expires = at WHERE id = 'hello'", "tau hello"),
    Break("V6", "UPDATE billcore_grant_fact SET at = at - 8640000000000 WHERE kind = 'revoked'", "tau hello"),
    Break(
        "V6",
        "INSERT INTO billcore_grant_fact SELECT tenant, 'unused', customer, 'unused', kind, at, recorded, currency, 2,"
        " 0, NULL, body FROM billcore_grant_fact WHERE id = 'gift'",
        "INV-",
    ),
    Break("V6", "UPDATE billcore_grant_fact SET currency = 'EUR' WHERE id = 'hello'", "tau hello"),
    Break("V6", "UPDATE billcore_grant_fact SET body = replace(body, 'small', 'large') WHERE id = 'gift'", "inv_"),
    Break("S10", "UPDATE billcore_grant_fact SET given = 'x' WHERE kind = 'revoked'", "tau"),
    Break("V3", f"UPDATE billcore_credit SET remaining = remaining + 1 WHERE id {_RICH}", "crd_", ["M3"]),
    Break("V3", f"UPDATE billcore_credit SET priority = 1 WHERE id {_RICH}", "crd_"),
    Break("V3", f"UPDATE billcore_credit SET expires = 1 WHERE id {_RICH}", "crd_"),
    Break("V3", f"UPDATE billcore_credit SET granted = 1 WHERE id {_RICH}", "crd_"),
)

BILLING = (
    Break(
        "P1",
        "UPDATE billcore_line SET period_end = period_end - 1"
        f" WHERE customer = 'acme' AND price = 'base' AND period_start BETWEEN {_MARCH} AND {_APRIL}",
        "acme-1",
        ["I1", "P2", "P3", "P5"],
    ),
    Break(
        "P2",
        "UPDATE billcore_line SET exact = '5.01' WHERE price = 'setup' AND customer = 'acme'",
        "setup",
        ["I1", "M6", "P5"],
    ),
    Break("P2", "UPDATE billcore_account SET next_due = NULL WHERE customer = 'acme'", "acme"),
    Break(
        "P2",
        "INSERT INTO billcore_one_off VALUES ('main', 'item-2', 'acme', 1770000000000000, 1, '1', 'x', 'standard')",
        "item-2",
    ),
    Break(
        "P3",
        "UPDATE billcore_line SET period_start = period_start + 1, period_end = period_end + 1"
        " WHERE customer = 'zeta' AND price = 'disk' AND nth = 1",
        "disk",
        ["I1", "P1", "P2", "P5"],
    ),
    Break("P4", "UPDATE billcore_price SET body = replace(body, '25.01', '25.02')", "price ", ["P2", "P5"]),
    Break("P4", "UPDATE billcore_price SET body = '{}' WHERE body LIKE '%3.335%'", "price ", ["S10"]),
    Break("P4", "DELETE FROM billcore_price WHERE body LIKE '%3.335%'", "zeta-1", ["S10"]),
    Break(
        "P4",
        "UPDATE billcore_line SET snapshot = (SELECT hash FROM billcore_price WHERE body LIKE '%3.335%')"
        f" WHERE document {_A} AND position = 1",
        "line",
        ["I1"],
    ),
    Break(
        "P4",
        "UPDATE billcore_line SET snapshot = (SELECT hash FROM billcore_price WHERE body LIKE '%setup%')"
        f" WHERE document {_A} AND position = 1",
        "line",
        ["I1"],
    ),
    Break(
        "P5",
        "UPDATE billcore_line SET exact = CASE nth WHEN 0 THEN '4.148' ELSE '0.389125' END"
        " WHERE customer = 'acme' AND price = 'traffic'",
        "INV-000005",
        ["I1"],
    ),
    Break("P6", "DELETE FROM billcore_usage WHERE id = 'u3'", "INV-000009", ["P2", "P5"]),
    Break(
        "P6",
        "UPDATE billcore_line SET quantity = '20' WHERE customer = 'acme' AND price = 'traffic' AND nth = 0",
        "INV-000005",
        ["I1"],
    ),
    Break(
        "P8",
        "INSERT INTO billcore_fact SELECT tenant, subscription, n + 1, 'x', customer, 'cancelled',"
        f' {_MARCH}, recorded, \'{{"unused":"keep","reason":null}}\''
        " FROM billcore_fact WHERE subscription = 'acme-1' AND n = 1",
        "acme-1",
        ["P2", "P5", "S4"],
    ),
)

DOCUMENTS = (
    Break("I1", f"UPDATE billcore_line SET description = 'another' WHERE document {_A}", "INV-000003"),
    Break("I1", f"UPDATE billcore_document SET due_at = due_at + 1 WHERE id {_A}", "INV-000003"),
    Break("I1", f"UPDATE billcore_document SET hash = '' WHERE id {_NOTE}", "CN-000001"),
    Break(
        "I2",
        "UPDATE billcore_document SET number = 'INV-000099' WHERE number = 'INV-000016'",
        "default:invoice INV-000016",
        ["I1"],
    ),
    Break(
        "I2",
        "UPDATE billcore_document SET number = CASE number WHEN 'INV-000006' THEN 'INV-000009' ELSE 'INV-000006' END"
        " WHERE number IN ('INV-000006', 'INV-000009')",
        "INV-000006",
        ["I1"],
    ),
    Break("I2", "UPDATE billcore_document SET number = 'A-1' WHERE number = 'INV-000016'", "A-1", ["I1"]),
    Break("I2", "UPDATE billcore_series SET next = next - 2 WHERE series LIKE '%:invoice'", "default:invoice"),
    Break("I2", "UPDATE billcore_series SET next = next + 5 WHERE series LIKE '%:credit_note'", "default:credit_note"),
    Break("I2", "DELETE FROM billcore_series WHERE series LIKE '%:opening'", "default:opening"),
    Break("I3", f"UPDATE billcore_line SET corrects = 'nothing-1' WHERE document {_NOTE}", "CN-000001", ["I1"]),
    Break(
        "I3",
        f"UPDATE billcore_line SET minor = minor - 3000 WHERE document {_is('CN-000002')}",
        "CN-000002",
        ["I1", "I5", "M4", "M5"],
    ),
    Break("I4", f"UPDATE billcore_document SET state = 'gone' WHERE id {_A}", "INV-000003"),
    Break("I4", f"UPDATE billcore_document SET state = 'uncollectible' WHERE id {_NOTE}", "CN-000001"),
    Break(
        "I4", "UPDATE billcore_document SET state = 'uncollectible' WHERE number = 'INV-000016'", "INV-000016", ["I5"]
    ),
    Break("I4", f"UPDATE billcore_document SET state = 'void' WHERE id {_A}", "INV-000003", ["M3", "M4", "P2"]),
    Break("I5", f"UPDATE billcore_document SET settled = settled - 1 WHERE id {_A}", "INV-000003"),
    Break("I5", "UPDATE billcore_document SET credited = 0 WHERE number = 'INV-000001'", "INV-000001"),
    Break("I5", f"UPDATE billcore_document SET open = open + 1 WHERE id {_A}", "INV-000003"),
)

STORED = (
    Break("K5", "UPDATE billcore_account SET parked = 'exc_1', next_due = NULL WHERE customer = 'acme'", "acme"),
    Break("K5", "INSERT INTO billcore_exception VALUES ('main', 'exc_1', 'acme', 'k', 'w', 1, NULL, NULL, 1)", "acme"),
    Break("S2", "DELETE FROM billcore_account WHERE customer = 'omega'", "omega", ["S10"]),
    Break("S2", "DELETE FROM billcore_fact WHERE subscription = 'zeta-1' AND n = 1", "zeta-1", ["P2", "P5", "S4"]),
    Break(
        "S2", f"DELETE FROM billcore_line WHERE document {_is('OPN-000001')}", "OPN-000001", ["I1", "I5", "M4", "M5"]
    ),
    Break(
        "S3",
        "UPDATE billcore_usage SET value = CASE id WHEN 'u1' THEN '8.25' ELSE '11.125' END WHERE id IN ('u1', 'u2')",
        "usage lively u1",
    ),
    Break("S4", f"UPDATE billcore_document SET version = 0 WHERE id {_A}", "document"),
    Break("S4", "UPDATE billcore_subscription SET version = 7 WHERE subscription = 'acme-1'", "acme-1"),
    Break("S5", "DELETE FROM billcore_notice WHERE customer = 'omega'", "omega"),
    Break("S5", f"UPDATE billcore_notice SET sent = 1 WHERE customer = 'zeta' AND seq {_LAST}", "notice zeta"),
    Break("S5", f"UPDATE billcore_notice SET body = '[]' WHERE customer = 'zeta' AND seq {_LAST}", "notice zeta"),
    Break(
        "S8",
        "INSERT INTO billcore_posting"
        " SELECT tenant, customer, 'again:' || entry, n, at, kind, source, account, currency, minor"
        f" FROM billcore_posting WHERE source {_A}",
        "again:",
        ["M3"],
    ),
    Break("S8", f"DELETE FROM billcore_posting WHERE source {_PAYMENT}", "pay_", ["M3"]),
    Break("S8", f"UPDATE billcore_payment SET source = 'recorded' WHERE id {_PAYMENT}", "pay_"),
    Break("S10", "UPDATE billcore_customer SET profiles = '[]' WHERE customer = 'omega'", "omega"),
    Break("S10", "UPDATE billcore_credit SET kind = 'gold' WHERE customer = 'omega'", "crd_"),
    Break("S10", f"UPDATE billcore_document SET taxes = '{{' WHERE id {_A}", "INV-000003"),
    Break("T1", f"UPDATE billcore_line SET customer = 'zeta' WHERE document {_A}", "line"),
    Break(
        "T1",
        "UPDATE billcore_usage SET subscription = 'acme-1' WHERE id = 'u5'",
        "u5",
        ["P5", "P6", "S3"],
    ),
    Break("T1", "UPDATE billcore_coupon_fact SET subscription = 'acme-1' WHERE code = 'TENTH'", "coupon_fact", ["P2"]),
    Break("T1", "UPDATE billcore_grant_fact SET customer = 'nobody'", "grant_fact nobody", ["V6"]),
    Break(
        "T1", "UPDATE billcore_redemption SET customer = 'nobody' WHERE customer = 'acme'", "redemption nobody", ["V1"]
    ),
    Break("T1", f"UPDATE billcore_payment SET customer = 'nobody' WHERE document {_A}", "payment nobody"),
    Break("T1", "UPDATE billcore_notice SET customer = 'nobody' WHERE customer = 'omega'", "notice nobody", ["S5"]),
)

BREAKS = (*MONEY, *BILLING, *DOCUMENTS, *STORED)
