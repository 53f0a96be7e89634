"""The laws that others import: each is kept by books in order, fails on what breaks it, and says where."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from billcore.engine import Billing
from billcore.pricing import PerUnit
from billcore.testing import laws
from tests.testing.broken_books import BOOKS, LATER, Books, lived
from tests.testing.broken_values import VALUES, Model, one

READING: tuple[Callable[[Billing], None], ...] = (
    laws.books_are_sound,
    laws.discounts_are_rounded_once,
    laws.discounts_never_raise_a_price,
    laws.invoices_only_add_and_notes_only_lower,
    laws.ledger_holds_what_is_open,
    laws.ledger_sums_to_zero,
    laws.lines_explain_themselves,
    laws.lines_of_a_group_sum_to_its_rounded_sum,
    laws.lines_sum_to_what_the_facts_ask,
    laws.nothing_falls_below_zero,
    laws.notes_never_exceed_their_invoice,
    laws.numbers_have_no_gap,
    laws.percentages_follow_the_facts,
    laws.taxes_are_right,
)


def sentence(law: str) -> str:
    """How a law is named when it is broken: close to its name."""
    return law.replace("_", " ").split(" ")[-1]


@pytest.mark.parametrize(("law", "breaks"), VALUES, ids=[law for law, _ in VALUES])
def test_a_law_of_values_fails_on_a_broken_one(
    law: str, breaks: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each law of values raises ``AssertionError`` on a value that breaks it, and names itself."""
    with pytest.raises(AssertionError, match=rf"^[^\n]*{sentence(law)}:\n"):
        breaks(monkeypatch)


@pytest.mark.parametrize(("law", "breaks"), BOOKS, ids=[law for law, _ in BOOKS])
def test_a_law_of_books_fails_on_broken_ones(law: str, breaks: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each law of a handle raises ``AssertionError`` on books that break it, and names itself."""
    with pytest.raises(AssertionError, match=rf"^[^\n]*{sentence(law)}:\n"):
        breaks(lived(), monkeypatch)


def test_every_law_is_seen_to_fail() -> None:
    """A law that was never seen to fail is not trusted."""
    assert {law for law, _ in (*VALUES, *BOOKS)} == set(laws.__all__)


def test_books_in_order_keep_the_laws() -> None:
    """Half a year of changes, credits, voids and vouchers breaks none; those that write leave the books sound."""
    billing = lived()

    for law in READING:
        law(billing)
    laws.preview_equals_run(billing, "acme", until="2026-07-10T00:00:00Z")
    laws.running_again_adds_nothing(billing, until="2026-08-10T00:00:00Z")
    laws.settling_again_moves_nothing(billing, "zeta")
    laws.later_catalog_touches_no_order(billing, LATER)
    for law in READING:
        law(billing)


def test_a_model_of_ones_own_is_told_by_its_values() -> None:
    """The message has the law, then what was found on a line each, so that nobody needs a debugger."""
    model = Model(one, lambda quantity: quantity)

    with pytest.raises(AssertionError) as caught:
        laws.rate_agrees_with_amount(model, [1, "2.5"])

    told = ["rate agrees with amount:", "got = 1", "want = 2.5", "quantity = 2.5", f"model = {model}"]
    assert str(caught.value) == "\n  ".join(told)


def test_quantities_may_be_written_as_prices_are() -> None:
    """A law takes quantities as whole numbers, text or exact numbers."""
    laws.rate_agrees_with_amount(PerUnit("0.05"), [0, "2.5", -3])
