"""Books: documents, payments and the ledger agree with each other, whatever happened."""

from __future__ import annotations

from collections import defaultdict

from hypothesis import given

from billcore.kernel import ZERO, Exact, minor_units
from billcore.kernel import exact as ex
from billcore.ports import ReadTx
from billcore.ports.tables import CREDIT, POSTING
from billcore.settlement import Account, DocumentKind, Invoice, Policy
from tests.books import live_lines
from tests.lives import CUSTOMERS, FACTS, MONEY, Step, World, lives, policies

ANY = (*FACTS, *MONEY, "seats", "use", "run")
CORRECTED = ("subscribe", "change", "seats", "use", "cancel", *MONEY)
BOTH = tuple(CUSTOMERS)


@given(lives(CORRECTED, who=BOTH))
def test_the_ledger_sums_to_zero_and_holds_what_is_open(steps: list[Step]) -> None:
    """Law: all accounts sum to zero; receivable is what documents leave open, stored value what credits hold (M3)."""
    world = World.new().live(steps)

    def work(tx: ReadTx) -> None:
        assert sum(tx.balance(None, account.value, "CHF") for account in Account) == 0
        entries: dict[object, int] = defaultdict(int)
        for row in tx.find(POSTING, None):
            entries[row[1]] += int(row[8] or 0)
        assert not any(entries.values())
        for who in CUSTOMERS:
            rows = tx.find(CREDIT, CREDIT.indexes[0], (who,))
            for kind, account in (("balance", Account.BALANCE), ("voucher", Account.VOUCHER_CREDIT)):
                held = sum(int(row[5] or 0) for row in rows if row[2] == kind)
                assert -tx.balance(who, account.value, "CHF") == held >= 0

    world.billing.session.read(work)
    for who in CUSTOMERS:
        due = sum(one.open for one in world.documents(who))
        assert world.billing.customers.standing(who).receivable.minor == due


@given(lives(CORRECTED), policies())
def test_stored_value_and_what_is_open_never_fall_below_zero(steps: list[Step], policy: Policy) -> None:
    """Law: after each step no credit, balance or open amount is below zero, and none above what it began with (M11)."""
    world = World.new(policy)
    for step in steps:
        world.live([step])
        standing = world.billing.customers.standing("acme")
        assert min(standing.balance.minor, standing.voucher_credit.minor) >= 0
        for one in world.documents("acme"):
            if one.document.kind is not DocumentKind.CREDIT_NOTE:
                assert 0 <= one.open <= one.document.total
                assert min(one.settled, one.credited) >= 0


def notes_of(documents: tuple[Invoice, ...]) -> dict[str, list[Invoice]]:
    """Credit notes by the invoice that they correct."""
    found: dict[str, list[Invoice]] = defaultdict(list)
    for one in documents:
        if one.document.corrects is not None:
            found[one.document.corrects].append(one)
    return found


@given(lives(CORRECTED), policies())
def test_credit_notes_never_exceed_their_invoice(steps: list[Step], policy: Policy) -> None:
    """Law: notes of an invoice never exceed it, line by line and rate by rate, tax included (I3).

    Note by note the tax given back is the base given back's share of it, rounded; so they add up to the invoice, to the
    cent, where every line is given back.
    """
    documents = World.new(policy).live(steps).settle_down().documents("acme")
    by_id = {one.id: one for one in documents}

    for corrected, notes in notes_of(documents).items():
        one = by_id[corrected]
        left = {line.id: line.minor for line in one.document.lines}
        for note in notes:
            for line in note.document.lines:
                left[line.corrects or ""] += line.minor
        assert min(left.values()) >= 0
        credited = -sum(note.document.total for note in notes)
        assert one.credited == credited <= one.document.total
        for tax in one.document.taxes:
            base, amount = 0, 0
            for other in (other for note in notes for other in note.document.taxes if other.code == tax.code):
                base, amount = base + other.base, amount + other.amount
                assert abs(2 * (amount * tax.base - tax.amount * base)) <= tax.base  # half a unit at most, each time
            assert base + tax.base >= 0
            assert amount + tax.amount >= 0
        if not any(left.values()):
            assert credited == one.document.total


@given(lives(ANY), policies())
def test_invoices_only_add_and_notes_only_lower(steps: list[Step], policy: Policy) -> None:
    """Law: no line of an invoice is negative, none of a note positive; each falling line names one of that invoice."""
    documents = World.new(policy).live(steps).settle_down().documents("acme")
    lines = {one.id: {line.id for line in one.document.lines} for one in documents}

    for one in documents:
        if one.document.corrects is None:
            assert all(line.minor >= 0 <= line.tax and line.exact >= 0 for line in one.document.lines)
        else:
            assert all(line.minor <= 0 >= line.tax and line.exact <= 0 for line in one.document.lines)
            assert {line.corrects or "" for line in one.document.lines} <= lines[one.document.corrects]
            assert all(line.reason for line in one.document.lines)
        assert one.document.lines


FORGIVING = ("void", "forgive")


@given(lives([do for do in ANY if do not in FORGIVING]), policies())
def test_lines_of_a_group_sum_to_its_rounded_sum(steps: list[Step], policy: Policy) -> None:
    """Law: the lines of a rounding group sum to its rounded exact sum, however it was cut (M6)."""
    documents = World.new(policy).live(steps).settle_down().documents("acme")
    exact: dict[object, Exact] = defaultdict(lambda: ZERO)
    minor: dict[object, int] = defaultdict(int)

    for one, line in live_lines(documents):
        assert line.key is not None
        name: object = line.key.group if not policy.whole_invoice else one.document.corrects or one.id
        exact[name] = ex.add(exact[name], line.exact)
        minor[name] += line.minor
    for name, whole in exact.items():
        assert minor[name] == minor_units(whole, 2, policy.rounding), name


@given(lives([do for do in ANY if do != "move"]))
def test_every_line_explains_itself(steps: list[Step]) -> None:
    """Law: snapshot and facts, taken as they were known, come to the exact amount of every line (P5)."""
    world = World.new().live(steps).settle_down()

    for one in world.documents("acme"):
        for place, line in enumerate(one.document.lines, 1):
            tree = world.billing.invoices.explain(str(one.number), place)
            assert tree.value == ex.scaled(line.minor, 2)


@given(lives(ANY, who=BOTH))
def test_numbers_have_no_gap_and_content_never_changes(steps: list[Step]) -> None:
    """Law: each series counts 1, 2, 3 in the order of issue, and what was issued never changes (I1, I2)."""
    world = World.new()
    seen: dict[str, str] = {}
    for step in steps:
        world.live([step])
        found = [one.document for who in CUSTOMERS for one in world.documents(who)]
        hashes = {document.id: document.content_hash() for document in found}
        assert seen.items() <= hashes.items()
        seen = hashes
        for kind, prefix in ((DocumentKind.INVOICE, "INV"), (DocumentKind.CREDIT_NOTE, "CN")):
            numbers = sorted(document.number or "" for document in found if document.kind is kind)
            assert numbers == [f"{prefix}-{n:06d}" for n in range(1, len(numbers) + 1)]
