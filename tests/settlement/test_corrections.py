"""Goodwill, voiding and the tax of credit notes, worked by hand."""

from __future__ import annotations

import attrs
import pytest

from billcore.adapters.memory import MemoryStore
from billcore.engine import Billing
from billcore.kernel import NotAllowed, Rounding
from billcore.lifecycle import Opening
from billcore.ports import ReadTx
from billcore.ports.tables import LINE
from billcore.pricing import Selection, TaxRate
from billcore.settlement import Account, Policy
from billcore.testing import laws
from tests.lives import Step, World
from tests.shop import Shop, base, catalog, plan

JUNE, MID, JULY = "2026-06-01T00:00:00Z", "2026-06-16T00:00:00Z", "2026-07-01T00:00:00Z"
SOLD = catalog(plan("s", base(30)), plan("l", base(60)))
TAXED = catalog(
    plan("two", base("10.05", "full"), base("20.05", "less", tax_category="reduced")),
    taxes=[
        TaxRate(code="full", country="CH", percent="8.1"),
        TaxRate(code="less", country="CH", percent="2.6", category="reduced"),
    ],
)
OUT_OF_ORDER = [
    Step(1, "subscribe", pick=8, how=1),
    Step(1, "forgive", 1, run=True),
    Step(60, "cancel", 2, which=1),
    Step(1, "forgive", 3, which=1, how=1),
]
FORGIVEN = Step(1, "forgive", 3, how=16)
"""All that is left of the first invoice."""


def had(code: str = "s") -> Shop:
    """``acme`` has a plan since 1 June, billed then."""
    shop = Shop.new(SOLD, JUNE)
    shop.billing.subscriptions.create("acme", Selection(plan=code), id="vm")
    shop.run(JUNE)
    return shop


def test_goodwill_is_not_given_back_twice() -> None:
    """Of 30.00 20.00 were given as goodwill; ended on the 11th, 20.00 would fall, but only 10.00 is left to fall to."""
    shop = had()
    shop.at("2026-06-05T00:00:00Z").invoices.credit("INV-000001", amount=20, reason="outage")
    shop.at("2026-06-11T00:00:00Z").subscriptions.cancel("vm", when="now", unused="give_back")

    assert shop.run("2026-06-11T00:00:00Z") == ["CN-000002 06-11: base -10.00"]
    assert shop.documents()[0].status.value == "paid"


def test_goodwill_is_not_taken_back_by_a_run() -> None:
    """5.00 of goodwill stay given: July is billed whole, June is not billed again."""
    shop = had()
    shop.at(MID).invoices.credit("INV-000001", line=1, amount=5, reason="sorry")

    assert shop.run(JULY) == ["INV-000002 07-01: base 30.00 | due 30.00"]
    assert shop.rows()[:2] == ["INV-000001 06-01: base 30.00 | due 25.00", "CN-000001 06-16: base -5.00"]


def test_goodwill_of_a_rounded_line_is_no_new_charge() -> None:
    """10.00 for 11 of 30 days is 3.666..., billed 3.67; all 3.67 given back, no third of a cent is charged or owed."""
    shop = Shop.new(catalog(plan("s", base(10))), "2026-06-20T00:00:00Z")
    shop.billing.subscriptions.create("acme", Selection(plan="s"), id="vm")
    assert shop.run("2026-06-20T00:00:00Z") == ["INV-000001 06-20: base 3.67 | due 3.67"]
    shop.at("2026-06-21T00:00:00Z").invoices.credit("INV-000001", reason="sorry")
    shop.billing.subscriptions.change("vm", quantity=1, when="now", at="2026-06-20T00:00:00Z")

    assert shop.run(JULY) == ["INV-000002 07-01: base 10.00 | due 10.00"]


def test_the_tax_of_credit_notes_over_two_rates() -> None:
    """10.05 at 8.1 % is 0.81 of tax (0.81405), 20.05 at 2.6 % is 0.52 (0.5213): 31.43.

    A third of it in goodwill: 10.03 of 30.10 net is 3.35 and 6.68, taxed 0.27 (3.35/10.05 x 0.81) and 0.17
    (6.68/20.05 x 0.52 = 0.1732): 10.47. The rest takes the exact rest: 20.07 net, 0.54 and 0.35: 20.96; together 31.43.
    """
    shop = Shop.new(TAXED, JUNE, country="CH")
    shop.billing.subscriptions.create("acme", Selection(plan="two"), id="vm")
    assert shop.run(JUNE) == ["INV-000001 06-01: full 10.05, less 20.05 | tax 1.33 | due 31.43"]

    notes = shop.at(MID).invoices
    first = notes.credit("INV-000001", amount="10.03", reason="sorry").document
    second = notes.credit("INV-000001", reason="sorry").document

    assert [line.minor for line in first.lines] == [-335, -668]
    assert [tax.amount for tax in first.taxes] == [-27, -17]
    assert [tax.amount for tax in second.taxes] == [-54, -35]
    assert first.total + second.total == -3143
    assert shop.documents()[0].open == 0


@pytest.mark.parametrize(("mode", "taxes"), [(Rounding.HALF_UP, [-3, -2]), (Rounding.HALF_EVEN, [-2, -3])])
def test_the_tax_of_a_note_is_rounded_by_the_policy(mode: Rounding, taxes: list[int]) -> None:
    """1.00 at 5 %; half of it in goodwill has a tax of 2.5 cents, and the other half the rest of the 5."""
    sold = catalog(plan("one", base(1)), taxes=[TaxRate(code="five", country="CH", percent=5)])
    shop = Shop.new(sold, JUNE, policy=Policy(rounding=mode), country="CH")
    shop.billing.subscriptions.create("acme", Selection(plan="one"), id="vm")
    shop.run(JUNE)
    notes = [shop.billing.invoices.credit("INV-000001", amount="0.50", reason="sorry") for _ in taxes]

    assert [note.document.tax for note in notes] == taxes
    assert shop.billing.verify() == ()


def test_a_note_is_rounded_as_its_invoice_was() -> None:
    """A house that rounds halves to even since: the notes of an older invoice are 0.03 and 0.02 all the same (M5)."""
    sold = catalog(plan("one", base(1)), taxes=[TaxRate(code="five", country="CH", percent=5)])
    shop = Shop.new(sold, JUNE, country="CH")
    shop.billing.subscriptions.create("acme", Selection(plan="one"), id="vm")
    shop.run(JUNE)
    even = shop.billing.using(policy=Policy(rounding=Rounding.HALF_EVEN))
    notes = [even.invoices.credit("INV-000001", amount="0.50", reason="sorry") for _ in range(2)]

    assert [note.document.tax for note in notes] == [-3, -2]
    assert even.verify() == ()


def test_goodwill_may_be_numbered_before_a_note_of_an_earlier_billing_date() -> None:
    """The addon is forgiven while a cancellation waits: 0.20 of the tax of 2.63 goes back with it, then the share.

    By billing date the cancellation's note is the first, and 2.43 is not the rounded share of its 29.92 alone.
    """
    laws.notes_never_exceed_their_invoice(World.new().live(OUT_OF_ORDER).settle_down().billing)


def test_what_goodwill_took_is_not_there_to_be_rounded() -> None:
    """M6: all 15.71 is forgiven, then the exact amounts fall by less than a cent, and across a half one: no cent falls.

    So it is where an invoice is a group, by a cancellation as by a move of the time zone.
    """
    for last in (
        Step(1, "cancel", 2, which=1),
        Step(1, "move", 2, shift=-46_513),
    ):
        whole = World.new(Policy(whole_invoice=True))
        billing = whole.live([Step(1, "subscribe", pick=8, how=3, run=True), last, FORGIVEN]).settle_down().billing

        assert billing.verify() == ()
        laws.lines_of_a_group_sum_to_its_rounded_sum(billing)


def test_a_unit_beyond_what_is_forgiven_is_found() -> None:
    """M6 is not blind where goodwill was given: a group that has something left is held to the unit."""
    billing = World.new().live([Step(1, "subscribe", run=True), Step(1, "forgive", 1, how=3)]).billing
    store = billing.session.store
    assert isinstance(store, MemoryStore)
    rows, minor = store._shelves["line"].rows, LINE.position("minor")
    key, row = next((key, row) for key, row in rows.items() if row[LINE.position("item")] is not None)
    rows[key] = (*row[:minor], int(row[minor] or 0) + 1, *row[minor + 1 :])

    assert "M6" in {one.invariant for one in billing.verify()}


def booked(billing: Billing, account: Account) -> int:
    """What stands on an account of the house, in minor units."""

    def work(tx: ReadTx) -> int:
        return tx.balance(None, account.value, "CHF")

    return billing.session.read(work)


def test_a_credit_of_an_opening_is_no_loss_of_revenue() -> None:
    """40.00 of the 100.00 that another system said were owed are given up: opening has 60.00 left, revenue nothing."""
    shop = Shop.new(SOLD, JUNE, opening=Opening(receivable=100))
    shop.billing.invoices.credit("OPN-000001", amount=40, reason="disputed")

    assert booked(shop.billing, Account.OPENING) == -6000
    assert booked(shop.billing, Account.REVENUE) == 0
    assert shop.billing.customers.standing("acme").receivable.minor == 6000
    assert shop.billing.verify() == ()


def test_a_voided_document_is_billed_again() -> None:
    """Void, its number stays; the next run does its billing date again: the same 30.00, with the next sequence."""
    shop = had()
    shop.at("2026-06-02T00:00:00Z").invoices.void("INV-000001")

    assert shop.run("2026-06-02T00:00:00Z") == ["INV-000002 06-01: base 30.00 | due 30.00"]
    assert shop.documents()[0].status.value == "void"
    assert shop.billing.customers.standing("acme").receivable.minor == 3000


def test_a_waived_document_is_not_billed_again() -> None:
    """Void with ``rebill=False``: June is forgiven for good, even when the subscription ends early; July is billed."""
    shop = had()
    shop.at("2026-06-02T00:00:00Z").invoices.void("INV-000001", rebill=False)

    assert shop.run("2026-06-30T00:00:00Z") == []
    assert shop.run(JULY) == ["INV-000002 07-01: base 30.00 | due 30.00"]
    assert shop.billing.customers.standing("acme").receivable.minor == 3000


def test_a_waived_key_rises_by_what_is_new_alone() -> None:
    """June's 30.00 are waived; 60.00 from the 16th on are a key of their own: 30.00, and nothing falls."""
    shop = had()
    shop.at("2026-06-02T00:00:00Z").invoices.void("INV-000001", rebill=False)
    shop.at(MID).subscriptions.change("vm", plan="l")

    assert shop.run(MID) == ["INV-000002 06-16: base 30.00 | due 30.00"]


def test_a_paid_document_is_not_voided() -> None:
    """What is paid is credited, not voided."""
    shop = had()
    shop.billing.payments.record("INV-000001", 30, "bank")

    with pytest.raises(NotAllowed, match="paid"):
        shop.billing.invoices.void("INV-000001")


def test_a_corrected_document_is_not_voided() -> None:
    """Where a live note corrects it, the rest is credited."""
    shop = had()
    shop.billing.invoices.credit("INV-000001", amount=5, reason="sorry")

    with pytest.raises(NotAllowed, match="corrected"):
        shop.billing.invoices.void("INV-000001")


def test_nothing_financial_is_ever_deleted() -> None:
    """X-12: after the end of the subscription orders, documents and lines are all there, as before."""
    shop = had()
    before = shop.documents()
    shop.at(MID).subscriptions.cancel("vm", when="now")
    shop.run(JULY)

    assert shop.documents() == before
    assert shop.billing.subscriptions.get("vm").orders[0].records[0].price.code == "base"


def test_a_document_is_what_it_was_with_its_number() -> None:
    """Field by field; a note that corrects an invoice, for a reason and rounded in its way, has all of them."""
    shop = Shop.new(SOLD, JUNE, policy=Policy(rounding=Rounding.HALF_EVEN))
    shop.billing.subscriptions.create("acme", Selection(plan="s"), id="sub")
    shop.run(JUNE)
    shop.at(MID).subscriptions.cancel("sub", when="now", unused="give_back")
    shop.run(MID)
    note = next(one.document for one in shop.documents() if one.document.corrects)

    assert all(getattr(note, field.name) != field.default for field in attrs.fields(type(note)) if field.init)
    assert note.numbered("CN-7") == attrs.evolve(note, number="CN-7")
