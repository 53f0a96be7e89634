"""What is stored about an account, whatever it means: wholes, versions, notices, parents (S2 to S5, S10, T1, K5)."""

from __future__ import annotations

import json

from billcore.engine.rows.usage import request_of
from billcore.engine.verify.cells import cell, number_cell, row_place
from billcore.engine.verify.view import AccountView
from billcore.engine.verify.violation import Found, Violation
from billcore.ports import Row
from billcore.ports.tables import (
    ACCOUNT,
    COUPON_FACT,
    CREDIT,
    CUSTOMER,
    DOCUMENT,
    EXCEPTION,
    FACT,
    LINE,
    NOTICE,
    PAYMENT,
    SUBSCRIPTION,
    USAGE,
    Table,
    Value,
)

__all__ = ["check_k5", "check_s2", "check_s3", "check_s4", "check_s5", "check_s10", "check_t1"]

_VERSIONED = (CUSTOMER, ACCOUNT, SUBSCRIPTION, DOCUMENT, CREDIT, NOTICE, EXCEPTION)


def check_s2(view: AccountView) -> Found:
    """Operations are there as a whole: a customer has an account, a subscription its facts, a document its lines."""
    if not view.of(ACCOUNT):
        yield Violation("S2", view.customer, "there is no account")
    facts: dict[Value, list[int]] = {cell(SUBSCRIPTION, row, "subscription"): [] for row in view.of(SUBSCRIPTION)}
    for row in view.of(FACT):
        facts.setdefault(cell(FACT, row, "subscription"), []).append(number_cell(FACT, row, "n"))
    for subscription, places in facts.items():
        if sorted(places) != list(range(len(places))) or not places:
            yield Violation("S2", str(subscription), "its facts are not 0, 1, 2 and so on", str(sorted(places)))
    for row in view.of(DOCUMENT):
        found = view.lines.get(cell(DOCUMENT, row, "id"), ())
        lines = sorted(number_cell(LINE, line, "position") for line in found)
        if lines != list(range(1, len(lines) + 1)) or not lines:
            place = str(cell(DOCUMENT, row, "number"))
            yield Violation("S2", place, "its lines are not 1, 2, 3 and so on", str(lines))


def check_s3(view: AccountView) -> Found:
    """A usage event is what was asked for when its id was used first: its request's hash is that of its content."""
    for row in view.usage_rows():
        request, found = cell(USAGE, row, "request"), request_of(row)
        if found != request:
            yield Violation("S3", row_place(USAGE, row), f"the event's hash is {found}", str(request))


def check_s4(view: AccountView) -> Found:
    """Row versions begin at one and only grow: a subscription's counts its facts."""
    for table in _VERSIONED:
        for row in view.of(table):
            if number_cell(table, row, "version") < 1:
                yield Violation("S4", row_place(table, row), "versions begin at 1", str(cell(table, row, "version")))
    for row in view.of(SUBSCRIPTION):
        name, version = cell(SUBSCRIPTION, row, "subscription"), cell(SUBSCRIPTION, row, "version")
        facts = sum(cell(FACT, fact, "subscription") == name for fact in view.of(FACT))
        if version != facts:
            yield Violation("S4", row_place(SUBSCRIPTION, row), f"it has {facts} facts", str(version))


def check_s5(view: AccountView) -> Found:
    """Each document has one notice of its issue; notices are told in order, none before one that came earlier."""
    issued = {str(cell(DOCUMENT, row, "id")): 0 for row in view.of(DOCUMENT)}
    waiting: int | None = None
    before = 0
    for row in view.of(NOTICE):
        seq, sent, place = number_cell(NOTICE, row, "seq"), cell(NOTICE, row, "sent"), row_place(NOTICE, row)
        if seq <= before:
            yield Violation("S5", place, "notices are numbered from 1 on", str(before))
        before = seq
        waiting = seq if sent is None and waiting is None else waiting
        if sent is not None and waiting is not None:
            yield Violation("S5", place, "told before an earlier one", str(waiting))
        document = _told(row)
        if document not in issued:
            yield Violation("S5", place, "tells of no document of its customer", str(cell(NOTICE, row, "body")))
        elif str(cell(NOTICE, row, "kind")).endswith(".issued"):
            issued[document] += 1
    for document, count in issued.items():
        if count != 1:
            yield Violation("S5", f"{view.customer} {document}", "one notice should tell of its issue", str(count))


def _told(row: Row) -> str:
    """The document that a notice tells of; nothing where it is not one of ours."""
    try:
        told = json.loads(str(cell(NOTICE, row, "body")))
        return str(told["document"]) if told["at"] == cell(NOTICE, row, "at") else ""
    except (ValueError, LookupError, TypeError):
        return ""


def check_s10(view: AccountView) -> Found:
    """Every stored row reads back as the value that it was written from."""
    for place, error in view.unreadable:
        yield Violation("S10", place, "cannot be read", error)


def check_t1(view: AccountView) -> Found:
    """Every row belongs to the customer of its parent."""
    subscriptions = {cell(SUBSCRIPTION, row, "subscription") for row in view.of(SUBSCRIPTION)}
    facts = view.tx.find_many(FACT, None, sorted(map(str, subscriptions)))
    for table, rows in ((LINE, view.line_rows()), (PAYMENT, view.payment_rows()), (FACT, iter(facts))):
        for row in rows:
            if (owner := cell(table, row, "customer")) != view.customer:
                yield Violation("T1", row_place(table, row), f"its parent is of {view.customer}", str(owner))
    documents = {cell(DOCUMENT, row, "id") for row in view.of(DOCUMENT)}
    children: tuple[tuple[Table, str, set[Value]], ...] = (
        (FACT, "subscription", subscriptions),
        (USAGE, "subscription", subscriptions),
        (COUPON_FACT, "subscription", {*subscriptions, ""}),
        (DOCUMENT, "corrects", documents),
    )
    for table, name, parents in children:
        for row in view.usage_rows() if table is USAGE else view.of(table):
            parent = cell(table, row, name)
            if parent is not None and parent not in parents:
                yield Violation("T1", row_place(table, row, name), f"not of {view.customer}", str(parent))


def check_k5(view: AccountView) -> Found:
    """An account is parked while an exception item of its is open, and only then."""
    unresolved = {cell(EXCEPTION, row, "id") for row in view.of(EXCEPTION) if cell(EXCEPTION, row, "resolved") is None}
    for row in view.of(ACCOUNT):
        parked = cell(ACCOUNT, row, "parked")
        if parked is None:
            for name in sorted(map(str, unresolved)):
                yield Violation("K5", view.customer, "an exception item is open, and the account is not parked", name)
        elif parked not in unresolved or cell(ACCOUNT, row, "next_due") is not None:
            yield Violation("K5", view.customer, "parked without an open exception item, or due", str(parked))
