"""Words: whatever billcore says on a document or in an explanation, it says in each of its languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

import billcore
from billcore.adapters.explanations import explanation_text
from billcore.adapters.rendering import invoice_html, invoice_text
from billcore.adapters.wording import LANGUAGES, WORDS
from billcore.engine import Billing
from billcore.engine.rounded import EXACT
from billcore.kernel import HOUR, MINUTE, Money, Rounding, instant
from billcore.lifecycle import Opening
from billcore.pricing import NO_RATE, REVERSE_CHARGE, AppliedRate, Explanation, Proration, Selection, leaf, why_zero
from billcore.pricing.rating import BOUNDS, FREE
from billcore.testing.clock import ManualClock
from tests.pricing.examples import studio

SOURCES = sorted(Path(billcore.__file__).parent.rglob("*.py"))
PLACE = re.compile(r"\{\w+\}")
MAKERS = {"Explanation": 0, "leaf": 0, "told": 0, "_priced": 0, "explain_rating": 1}
"""What makes a node, and the place of its label."""
NAMED = {"name", "n", "meter", "events", "percent", "currency"}
"""Facts that stand in a label's places, or are codes."""


def nodes() -> Iterator[tuple[Path, ast.AST]]:
    """Every piece of billcore's own code."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            yield path, node


def texts(node: ast.AST | None) -> Iterator[str]:
    """The texts that an expression may be: a literal, or either side of a condition."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp():
            yield from texts(node.body)
            yield from texts(node.orelse)
        case _:
            pass


def written_labels() -> set[str]:
    """The labels that stand in the code, each the argument of what makes a node."""
    found: set[str] = set()
    for _, node in nodes():
        if isinstance(node, ast.Call) and (at := maker(node)) is not None:
            found.update(texts(node.args[at] if len(node.args) > at else None))
            found.update(text for word in node.keywords if word.arg == "label" for text in texts(word.value))
    return found - {""}


def makes(called: ast.expr) -> bool:
    """A node is made by its class, or as a leaf."""
    return isinstance(called, ast.Name) and called.id in {"Explanation", "leaf"}


def maker(node: ast.Call) -> int | None:
    """The place of the label, if the call makes a node."""
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return MAKERS.get(name)
        case _:
            return None


def written_facts() -> set[str]:
    """What stands beside a value, wherever a node's facts are put together."""
    found: set[str] = set()
    explaining = {path for path, node in nodes() if isinstance(node, ast.Call) and makes(node.func)}
    for path, node in nodes():
        if path not in explaining:
            continue
        match node:
            case ast.Dict():
                found.update(text for key in node.keys for text in texts(key))
            case ast.Subscript(value=ast.Name(id="about" | "said"), slice=ast.Constant(value=str(text))):
                found.add(text)
            case ast.Call(func=ast.Name(id="explain_rating")):
                known = {"model", "quantity", "allowance", "label", "counted"}
                found.update(word.arg for word in node.keywords if word.arg not in known and word.arg)
            case _:
                pass
    return found - NAMED


def counted() -> Iterator[str]:
    """Labels that are put together: the hours and minutes of prices that run with time."""
    yield from (f"{per.name}s" for per in (HOUR, MINUTE))


def reasons() -> Iterator[str]:
    """Why a line differs, why a tax is zero, how a part of a period is counted."""
    for path, node in nodes():
        if path.name == "decide.py" and isinstance(node, ast.FunctionDef) and node.name == "_reason":
            for inner in ast.walk(node):
                yield from texts(inner.value if isinstance(inner, ast.Return) else None)
    zero, full = AppliedRate("zero", NO_RATE.percent), AppliedRate("full", Money("7.7", "CHF").amount)
    yield from (why_zero(zero, 100), why_zero(full, 0), why_zero(full, 1))
    yield from (rate.reason or "" for rate in (NO_RATE, REVERSE_CHARGE))
    yield from (measure.value for measure in Proration)
    yield from ("goodwill", "opening balance")


@pytest.mark.parametrize(
    ("said", "least"),
    [
        (written_labels(), 40),
        (written_facts(), 12),
        (set(counted()) | BOUNDS | FREE | {EXACT}, 6),
        (set(reasons()), 15),
    ],
    ids=["labels", "facts", "made of parts", "reasons"],
)
def test_whatever_is_said_is_in_the_table(said: set[str], least: int) -> None:
    """A label that somebody adds to the code, and forgets here, is found by reading the code."""
    assert len(said) >= least
    assert sorted(said - WORDS.keys()) == []


def test_a_new_label_would_be_found() -> None:
    """The reading above bites: both labels of a condition, and none of another function."""
    tree = ast.parse('leaf("a" if b else "c", 1, about={"d": 2}); other("e")').body[0]
    call = tree.value if isinstance(tree, ast.Expr) else None

    assert isinstance(call, ast.Call)
    assert list(texts(call.args[0])) == ["a", "c"]


def billed(locale: str) -> tuple[Billing, str]:
    """A customer who owed something before, in a country without a tax rate, with a month billed."""
    clock = ManualClock(instant("2026-05-01T00:00:00Z"))
    billing = Billing.in_memory(clock=clock)
    billing.catalog.publish(studio())
    sold = studio().currency or ""
    opening = Opening(receivable=5)
    made = billing.customers.create("c1", currency=sold, locale=locale, country="NZ", opening=opening)
    billing.subscriptions.create(made.id, Selection(plan="studio"), at=clock.now())
    clock.set(instant("2026-06-02T00:00:00Z"))
    billing.invoices.run()
    return billing, made.id


ENGLISH = {"no rate", "Opening balance", "goodwill", "Amount due", "Credit note", "Quantity", "of it", "VOID"}


@pytest.mark.parametrize("locale", ["de_CH", "fr_CH", "it_CH"])
def test_a_document_has_no_english_left(locale: str) -> None:
    """What people read has the customer's words: titles, the opening line, why a tax is zero, why a line falls."""
    billing, customer = billed(locale)
    number = next(one.number for one in billing.invoices.list(customer).items if one.number and one.document.lines)
    billing.invoices.credit(number, line=1, amount=Money("1", studio().currency or ""), reason="goodwill")
    profile = billing.customers.get(customer).profile(instant("2026-06-02T00:00:00Z"))
    pages = [
        page
        for one in billing.invoices.list(customer, limit=100).items
        for page in (invoice_text(one, profile), invoice_html(one, profile))
    ]

    assert len(pages) >= 6
    assert [(word, page) for page in pages for word in ENGLISH if word in page] == []
    for name in ("no rate", "goodwill", "opening"):
        assert any(WORDS[name][LANGUAGES.index(locale[:2])] in page for page in pages)


@pytest.mark.parametrize("locale", LANGUAGES)
def test_a_measure_and_the_minimum_duration_are_told(locale: str) -> None:
    """What was left in English before: the minimum duration, and days that were begun."""
    tree = Explanation(
        "vm",
        Money("2", "CHF").amount,
        "round",
        (leaf("up to the minimum duration", 2, about={"measure": "day_inclusive"}),),
        places=2,
        mode=Rounding.HALF_UP,
        about={"currency": "CHF"},
    )
    column = LANGUAGES.index(locale)

    told = explanation_text(tree, locale)
    assert WORDS["up to the minimum duration"][column] in told
    assert WORDS["day_inclusive"][column] in told


def test_every_language_says_it_in_its_own_words() -> None:
    """A row that reads as in English in another language is one that really does, or one of names and places alone."""
    same = {name for name, row in WORDS.items() if len(set(row)) < len(row) and row[0] in row[1:]}
    placed = {name for name, row in WORDS.items() if not PLACE.sub("", row[0]).strip(", ")}

    assert same - placed <= set(alike())


def alike() -> Iterable[str]:
    """Words that are the same in two languages."""
    return ("part", "date", "description", "total", "correction", "minutes", "document", "catalog")
