"""For each law of a handle, books on which it does not hold: a row changed behind the handle, or a verb that errs."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable

import attrs
import pytest

from billcore.adapters.memory import MemoryStore
from billcore.engine import Billing
from billcore.engine.nouns.catalog import Catalogs
from billcore.engine.nouns.invoices import Invoices
from billcore.engine.nouns.money import Payments
from billcore.lifecycle import UsageEvent
from billcore.ports import Row
from billcore.ports.tables import CREDIT, DOCUMENT, GRANT_FACT, LINE, PAYMENT, POSTING, SUBSCRIPTION, Table, Value
from billcore.pricing import Catalog, Selection
from billcore.settlement import Invoice
from billcore.testing import ManualClock, laws
from tests.engine.lively import START, live
from tests.offers import committing, offer

__all__ = ["BOOKS", "lived"]

LATER = Catalog(version="2026-07", effective="2026-07-01T00:00:00Z", currency="CHF")
JULY = "2026-07-10T00:00:00Z"
"""A billing date after the last run."""

Books = Callable[[Billing, pytest.MonkeyPatch], None]


class Ticking(ManualClock):
    """A clock of which no two readings are one instant, as of a machine's."""

    def now(self) -> dt.datetime:
        self.set(super().now() + dt.timedelta.resolution)
        return super().now()


def lived() -> Billing:
    """A handle whose books are in order."""
    clock = Ticking(START)
    billing = Billing.in_memory(clock=clock)
    live(billing, clock)
    return billing


def change(billing: Billing, table: Table, column: str, value: Value | Callable[[Row], Value], **where: Value) -> None:
    """Change a column of the first row that has these values."""
    store = billing.session.store
    assert isinstance(store, MemoryStore)
    rows, place = store._shelves[table.name].rows, table.position(column)
    key = next(key for key, row in rows.items() if all(row[table.position(n)] == v for n, v in where.items()))
    row = rows[key]
    rows[key] = (*row[:place], value(row) if callable(value) else value, *row[place + 1 :])


def plus(table: Table, column: str, by: int) -> Callable[[Row], Value]:
    """What stands there and so much more."""
    place = table.position(column)
    return lambda row: int(row[place] or 0) + by


def changed(
    law: Callable[[Billing], None], table: Table, column: str, value: Value | Callable[[Row], Value], **where: Value
) -> Books:
    """Change a row, then ask the law."""

    def broken(billing: Billing, _: pytest.MonkeyPatch) -> None:
        change(billing, table, column, value, **where)
        law(billing)

    return broken


def of(billing: Billing, number: str) -> str:
    """The id of a document."""
    return billing.invoices.get(number).id


def changed_line(law: Callable[[Billing], None], number: str, column: str, value: Value) -> Books:
    """Change the first line of a document, then ask the law."""

    def broken(billing: Billing, _: pytest.MonkeyPatch) -> None:
        change(billing, LINE, column, value, document=of(billing, number))
        law(billing)

    return broken


def tax_of_a_note(billing: Billing, _: pytest.MonkeyPatch) -> None:
    """A note that gives back a cent of tax too much, and is booked so."""
    note = billing.invoices.get("CN-000001")
    ((code, percent, base, amount, reason),) = note.document.tax_content()
    change(billing, DOCUMENT, "taxes", json.dumps([[code, percent, base, int(amount or 0) - 1, reason]]), id=note.id)
    change(billing, DOCUMENT, "credited", plus(DOCUMENT, "credited", 1), id=note.document.corrects)
    laws.notes_never_exceed_their_invoice(billing)


def silent_zero(billing: Billing, _: pytest.MonkeyPatch) -> None:
    """An invoice that says nothing of why a rate gave no tax."""
    one = billing.invoices.get("INV-000001")
    taxes = [[*tax[:3], 0, None] for tax in one.document.tax_content()]
    change(billing, DOCUMENT, "taxes", json.dumps(taxes), id=one.id)
    for position, _line in enumerate(one.document.lines, 1):
        change(billing, LINE, "tax", 0, document=one.id, position=position)
    laws.taxes_are_right(billing)


def untold_inclusion(billing: Billing, _: pytest.MonkeyPatch) -> None:
    """An invoice one of whose lines includes a tax that the document puts on top."""
    line = billing.invoices.get("INV-000001").document.lines[0]
    assert line.tax
    change(billing, LINE, "rate_terms", "inclusive", document=of(billing, "INV-000001"))
    laws.taxes_are_right(billing)


def uncommitted(by: int, price: str) -> Books:
    """A line of a quarter with a commitment and a cap, moved by so much."""

    def broken(_: Billing, __: pytest.MonkeyPatch) -> None:
        clock = ManualClock(START)
        billing = Billing.in_memory(clock=clock)
        billing.catalog.publish(committing(offer("1")))
        billing.customers.create("acme", currency="CHF")
        billing.subscriptions.create("acme", Selection(plan="metered"), id="s", at=START)
        clock.set("2026-02-01T00:00:00Z")
        used = UsageEvent(id="u", source="a", time="2026-01-20T00:00:00Z", customer="acme", meter="gb", value=6)
        billing.usage.record([used])
        clock.set("2026-08-01T00:00:00Z")
        billing.invoices.run()
        laws.commitments_are_kept(billing)
        change(billing, LINE, "minor", plus(LINE, "minor", by), price=price)
        laws.commitments_are_kept(billing)

    return broken


def preview_of_nothing(billing: Billing, patch: pytest.MonkeyPatch) -> None:
    """A preview that shows nothing."""
    patch.setattr(Invoices, "preview", lambda *_, **__: ())
    laws.preview_equals_run(billing, "acme", until=JULY)


def preview_of_a_line_more(billing: Billing, patch: pytest.MonkeyPatch) -> None:
    """A preview whose documents have a line more."""
    preview = Invoices.preview

    def longer(*args: object, **named: object) -> tuple[Invoice, ...]:
        found = preview(*args, **named)  # type: ignore[arg-type]  # whatever it is called with
        lines = [(*one.document.lines, one.document.lines[0]) for one in found]
        return tuple(
            attrs.evolve(one, document=attrs.evolve(one.document, lines=more))
            for one, more in zip(found, lines, strict=True)
        )

    patch.setattr(Invoices, "preview", longer)
    laws.preview_equals_run(billing, "acme", until=JULY)


def preview_that_writes(billing: Billing, patch: pytest.MonkeyPatch) -> None:
    """A preview that is a run."""

    def writes(invoices: Invoices, customer: str, **named: object) -> tuple[Invoice, ...]:
        invoices.run(customer=customer, **named)  # type: ignore[arg-type]  # whatever it is called with
        return ()

    patch.setattr(Invoices, "preview", writes)
    laws.preview_equals_run(billing, "acme", until=JULY)


def run_that_adds(billing: Billing, patch: pytest.MonkeyPatch) -> None:
    """A run that owes something each time."""
    run = Invoices.run

    def adds(invoices: Invoices, **named: object) -> object:
        invoices.add_item("acme", "1.00", "again", at="2026-05-10T00:00:00Z")
        return run(invoices, **named)  # type: ignore[arg-type]  # whatever it is called with

    patch.setattr(Invoices, "run", adds)
    laws.running_again_adds_nothing(billing)


def run_that_marks(billing: Billing, patch: pytest.MonkeyPatch) -> None:
    """A run that bills nothing again, but writes."""
    run = Invoices.run

    def marks(invoices: Invoices, **named: object) -> object:
        change(billing, SUBSCRIPTION, "version", plus(SUBSCRIPTION, "version", 1))
        return run(invoices, **named)  # type: ignore[arg-type]  # whatever it is called with

    patch.setattr(Invoices, "run", marks)
    laws.running_again_adds_nothing(billing)


def settling_that_pays(billing: Billing, patch: pytest.MonkeyPatch) -> None:
    """Settling that finds money each time."""
    settle = Payments.settle

    def pays(payments: Payments, customer: str) -> object:
        billing.balances.top_up(customer, "0.01", "found")
        return settle(payments, customer)

    patch.setattr(Payments, "settle", pays)
    laws.settling_again_moves_nothing(billing, "acme")


def publishing_that_cancels(billing: Billing, patch: pytest.MonkeyPatch) -> None:
    """A catalog whose publishing ends a subscription."""
    publish = Catalogs.publish

    def cancels(catalogs: Catalogs, catalog: Catalog) -> Catalog:
        billing.subscriptions.cancel("acme-1", when="now")
        return publish(catalogs, catalog)

    patch.setattr(Catalogs, "publish", cancels)
    laws.later_catalog_touches_no_order(billing, LATER)


def publishing_another(billing: Billing, patch: pytest.MonkeyPatch) -> None:
    """A plan whose application publishes something else."""
    publish = Catalogs.publish

    def other(catalogs: Catalogs, catalog: Catalog, **_: object) -> Catalog:
        return publish(catalogs, attrs.evolve(catalog, currency="EUR"))

    patch.setattr(Catalogs, "publish", other)
    laws.applied_plan_is_what_was_planned(billing, LATER)


def billed_otherwise(by: int) -> Books:
    """A fee quoted, bought and billed, its line moved by some minor units."""

    def broken(_: Billing, __: pytest.MonkeyPatch) -> None:
        clock = ManualClock(START)
        billing = Billing.in_memory(clock=clock)
        billing.catalog.publish(offer("1"))
        billing.customers.create("acme", currency="CHF")
        chosen = Selection(plan="small", starts_on=START)
        told = billing.quotes.preview(chosen)
        billing.subscriptions.create("acme", chosen, id="s")
        billing.invoices.run()
        laws.first_invoice_is_billed(billing, "acme", told)
        change(billing, LINE, "minor", plus(LINE, "minor", by), price="base")
        laws.first_invoice_is_billed(billing, "acme", told)

    return broken


BOOKS: tuple[tuple[str, Books], ...] = (
    ("first_invoice_is_billed", billed_otherwise(1)),
    ("ledger_sums_to_zero", changed(laws.ledger_sums_to_zero, POSTING, "minor", plus(POSTING, "minor", 1))),
    ("ledger_sums_to_zero", changed(laws.ledger_sums_to_zero, POSTING, "currency", "EUR")),
    ("ledger_holds_what_is_open", changed(laws.ledger_holds_what_is_open, PAYMENT, "minor", plus(PAYMENT, "minor", 1))),
    (
        "ledger_holds_what_is_open",
        changed(laws.ledger_holds_what_is_open, CREDIT, "remaining", plus(CREDIT, "remaining", 1), kind="balance"),
    ),
    (
        "ledger_holds_what_is_open",
        changed(laws.ledger_holds_what_is_open, CREDIT, "remaining", plus(CREDIT, "remaining", 1), kind="voucher"),
    ),
    ("nothing_falls_below_zero", changed(laws.nothing_falls_below_zero, PAYMENT, "minor", 10**6)),
    (
        "nothing_falls_below_zero",
        changed(laws.nothing_falls_below_zero, POSTING, "minor", 10**6, account="balance"),
    ),
    ("books_are_sound", changed(laws.books_are_sound, DOCUMENT, "hash", "")),
    (
        "lines_sum_to_what_the_facts_ask",
        changed_line(laws.lines_sum_to_what_the_facts_ask, "INV-000001", "exact", "1"),
    ),
    (
        "lines_of_a_group_sum_to_its_rounded_sum",
        changed_line(laws.lines_of_a_group_sum_to_its_rounded_sum, "INV-000001", "minor", 1),
    ),
    ("taxes_are_right", silent_zero),
    ("taxes_are_right", untold_inclusion),
    ("taxes_are_right", changed_line(laws.taxes_are_right, "INV-000001", "tax", 1)),
    ("lines_explain_themselves", changed_line(laws.lines_explain_themselves, "INV-000001", "exact", "1")),
    (
        "invoices_only_add_and_notes_only_lower",
        changed_line(laws.invoices_only_add_and_notes_only_lower, "INV-000001", "minor", -1),
    ),
    (
        "invoices_only_add_and_notes_only_lower",
        changed_line(laws.invoices_only_add_and_notes_only_lower, "CN-000001", "corrects", "another"),
    ),
    (
        "invoices_only_add_and_notes_only_lower",
        changed_line(laws.invoices_only_add_and_notes_only_lower, "CN-000001", "reason", None),
    ),
    (
        "notes_never_exceed_their_invoice",
        changed_line(laws.notes_never_exceed_their_invoice, "CN-000001", "minor", -(10**6)),
    ),
    (
        "notes_never_exceed_their_invoice",
        changed_line(laws.notes_never_exceed_their_invoice, "CN-000001", "minor", -1),
    ),
    ("notes_never_exceed_their_invoice", tax_of_a_note),
    (
        "discounts_are_rounded_once",
        changed(laws.discounts_are_rounded_once, LINE, "minor", plus(LINE, "minor", -1), coupon="TENTH"),
    ),
    (
        "percentages_follow_the_facts",
        changed(laws.percentages_follow_the_facts, LINE, "exact", "-1", coupon="TENTH"),
    ),
    ("commitments_are_kept", uncommitted(-1, "gb:true-up")),
    ("commitments_are_kept", uncommitted(1, "gb:true-up")),
    ("commitments_are_kept", uncommitted(1_000, "gb:overage")),
    (
        "discounts_never_raise_a_price",
        changed(laws.discounts_never_raise_a_price, LINE, "minor", plus(LINE, "minor", -(10**6)), coupon="TENTH"),
    ),
    (
        "discounts_never_raise_a_price",
        changed(laws.discounts_never_raise_a_price, LINE, "minor", 1_000, coupon="TENTH"),
    ),
    (
        "grants_never_exceed_what_was_given",
        changed(laws.grants_never_exceed_what_was_given, LINE, "minor", -(10**6), coupon="grant#gift"),
    ),
    (
        "grants_never_exceed_what_was_given",
        changed(laws.grants_never_exceed_what_was_given, GRANT_FACT, "expires", 1, id="gift"),
    ),
    (
        "grants_never_exceed_what_was_given",
        changed(laws.grants_never_exceed_what_was_given, LINE, "coupon", "grant#x", coupon="grant#gift"),
    ),
    ("numbers_have_no_gap", changed(laws.numbers_have_no_gap, DOCUMENT, "number", "INV-000099", number="INV-000002")),
    ("preview_equals_run", preview_of_nothing),
    ("preview_equals_run", preview_of_a_line_more),
    ("preview_equals_run", preview_that_writes),
    ("running_again_adds_nothing", run_that_adds),
    ("running_again_adds_nothing", run_that_marks),
    ("settling_again_moves_nothing", settling_that_pays),
    ("later_catalog_touches_no_order", publishing_that_cancels),
    ("applied_plan_is_what_was_planned", publishing_another),
)
"""Each law's name, and what must raise on books that are in order."""
