"""What is stored about an account, whatever it means: operations, versions, notices, parents (S2 to S5, S10, T1, K5)."""

from __future__ import annotations

import json

from billcore.engine.verify.view import AccountView, whole
from billcore.engine.verify.violation import Found, Violation
from billcore.kernel import fingerprint
from billcore.ports.tables import (
    ACCOUNT,
    CREDIT,
    CUSTOMER,
    DOCUMENT,
    EXCEPTION,
    FACT,
    LINE,
    NOTICE,
    PAYMENT,
    SUBSCRIPTION,
)

__all__ = ["check_k5", "check_s2", "check_s3", "check_s4", "check_s5", "check_s10", "check_t1"]

_VERSIONED = (CUSTOMER, ACCOUNT, SUBSCRIPTION, DOCUMENT, CREDIT, NOTICE, EXCEPTION)


def check_s2(view: AccountView) -> Found:
    """Every operation is there as a whole: a customer has an account, a subscription its facts, a document its lines."""
    if not view.of(ACCOUNT):
        yield Violation("S2", view.customer, "there is no account")
    facts: dict[object, list[int]] = {row[0]: [] for row in view.of(SUBSCRIPTION)}
    for row in view.of(FACT):
        facts.setdefault(row[0], []).append(whole(row[1]))
    for subscription, places in facts.items():
        if sorted(places) != list(range(len(places))) or not places:
            yield Violation("S2", str(subscription), "its facts are not 0, 1, 2 and so on", str(sorted(places)))
    for row in view.of(DOCUMENT):
        lines = sorted(whole(line[1]) for line in view.lines.get(row[0], ()))
        if lines != list(range(1, len(lines) + 1)) or not lines:
            yield Violation("S2", str(row[1]), "its lines are not 1, 2, 3 and so on", str(lines))


def check_s3(view: AccountView) -> Found:
    """A usage event is what was asked for when its id was used first: its request's hash is that of its content."""
    for row in view.usage_rows():
        source, name, customer, subscription, resource, meter, time, value, _, properties, request = row
        found = fingerprint([customer, subscription, resource, meter, time, value, properties])
        if found != request:
            yield Violation("S3", f"{customer} {source} {name}", f"the event's hash is {found}", str(request))


def check_s4(view: AccountView) -> Found:
    """Row versions begin at one and only grow: a subscription's counts its facts."""
    for table in _VERSIONED:
        for row in view.of(table):
            if whole(row[-1]) < 1:
                place = f"{table.name} {' '.join(map(str, table.key_of(row)))}"
                yield Violation("S4", place, "versions begin at 1", str(row[-1]))
    for row in view.of(SUBSCRIPTION):
        facts = sum(fact[0] == row[0] for fact in view.of(FACT))
        if row[-1] != facts:
            yield Violation("S4", f"subscription {row[0]}", f"it has {facts} facts", str(row[-1]))


def check_s5(view: AccountView) -> Found:
    """Each document has one notice of its issue; notices are told in order, none before one that came earlier."""
    issued: dict[str, int] = {str(row[0]): 0 for row in view.of(DOCUMENT)}
    waiting: int | None = None
    before = 0
    for row in view.of(NOTICE):
        seq, kind, at, sent = whole(row[0]), str(row[2]), whole(row[3]), row[5]
        place = f"{view.customer} notice {seq}"
        if seq <= before:
            yield Violation("S5", place, "notices are numbered from 1 on", str(before))
        before = seq
        waiting = seq if sent is None and waiting is None else waiting
        if sent is not None and waiting is not None:
            yield Violation("S5", place, "told before an earlier one", str(waiting))
        document = _told(str(row[4]), at)
        if document not in issued:
            yield Violation("S5", place, "tells of no document of its customer", str(row[4]))
        elif kind.endswith(".issued"):
            issued[document] += 1
    for document, count in issued.items():
        if count != 1:
            yield Violation("S5", document, "one notice should tell of its issue", str(count))


def _told(body: str, at: int) -> str:
    """The document that a notice tells of; nothing where it is not one of ours."""
    try:
        told = json.loads(body)
        return str(told["document"]) if told["at"] == at else ""
    except (ValueError, LookupError, TypeError):
        return ""


def check_s10(view: AccountView) -> Found:
    """Every stored row reads back as the value that it was written from."""
    for place, error in view.unreadable:
        yield Violation("S10", place, "cannot be read", error)


def check_t1(view: AccountView) -> Found:
    """Every row belongs to the customer of its parent."""
    mine = [(LINE, 2, list(view.line_rows())), (PAYMENT, 2, list(view.payment_rows()))]
    subscriptions = {row[0] for row in view.of(SUBSCRIPTION)}
    mine.append((FACT, 3, list(view.tx.find_many(FACT, None, sorted(map(str, subscriptions))))))
    for table, column, rows in mine:
        for row in rows:
            if row[column] != view.customer:
                place = f"{table.name} {' '.join(map(str, table.key_of(row)))}"
                yield Violation("T1", place, f"its parent is of {view.customer}", str(row[column]))
    for row in view.of(FACT):
        if row[0] not in subscriptions:
            yield Violation("T1", f"fact {row[0]} {row[1]}", f"its subscription is not of {view.customer}", str(row[0]))
    for row in view.usage_rows():
        if row[3] is not None and row[3] not in subscriptions:
            yield Violation("T1", f"usage {row[0]} {row[1]}", f"its subscription is not of {view.customer}", str(row[3]))
    documents = {row[0] for row in view.of(DOCUMENT)}
    for row in view.of(DOCUMENT):
        if row[10] is not None and row[10] not in documents:
            yield Violation("T1", f"document {row[1]}", f"what it corrects is not of {view.customer}", str(row[10]))


def check_k5(view: AccountView) -> Found:
    """An account is parked while an exception item of its is open, and only then."""
    unresolved = {row[0] for row in view.of(EXCEPTION) if row[5] is None}
    for row in view.of(ACCOUNT):
        if row[6] is None:
            for name in sorted(map(str, unresolved)):
                yield Violation("K5", view.customer, "an exception item is open, and the account is not parked", name)
        elif row[6] not in unresolved or row[3] is not None:
            yield Violation("K5", view.customer, "parked without an open exception item, or due all the same", str(row[6]))
