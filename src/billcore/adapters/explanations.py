"""Explanations for people: a tree of amounts as text and as an HTML page, in a language, with its money and dates.

What an amount is made of stands below it, indented. Each line has the value, what it is, how it follows from what is
below, and what stands beside it: the price, the order, the period.
"""

from __future__ import annotations

import datetime as dt
import html

import attrs

from billcore.adapters import formatting
from billcore.adapters.rendering import STYLE
from billcore.adapters.wording import word
from billcore.kernel import Exact, Period
from billcore.kernel import exact as ex
from billcore.pricing import About, Explanation

__all__ = ["explanation_html", "explanation_text"]

_SIGNS = {"sum": "+", "product": "x", "ratio": "/", "remainder": "-"}
_SAID = {"round": "rounded", "least": "the least", "most": "the most"}
_TOLD_ELSEWHERE = frozenset({"currency", "n", "name", "meter", "events", "percent"})
"""Facts that the labels say."""
_BESIDE = {"period": "for period", "corrects": "correcting"}
"""Words that begin a row of a document in capitals, as they stand within a sentence."""
_SPOKEN = frozenset({"measure", "reason"})
"""Facts that are words; all other text is a code, or what somebody wrote."""
_OF_A_HASH = 12
_HUNDRED = ex.whole(100)


@attrs.frozen
class _View:
    """A language, a time zone and a currency to tell an explanation in."""

    locale: str
    timezone: str
    currency: str | None

    def value(self, node: Explanation) -> str:
        value, kind = node.value, node.kind
        if kind == "amount" and self.currency is not None:
            return formatting.exact_money(value, self.currency, self.locale)
        if kind == "percent":
            return f"{formatting.approximate(ex.multiply(value, _HUNDRED), self.locale)} %"
        return formatting.approximate(value, self.locale)

    def fact(self, value: About) -> str:
        match value:
            case Period():
                return formatting.stretch(value, self.timezone, self.locale)
            case dt.datetime():
                return formatting.date(value, self.timezone, self.locale)
            case str():
                return value
            case int():
                return formatting.quantity(ex.whole(value), self.locale)
            case _:
                number: Exact = value
                return formatting.approximate(number, self.locale)

    def told(self, name: str, value: About) -> str:
        """A fact with its word; of a hash its beginning, for people."""
        said = word(value, self.locale) if name in _SPOKEN and isinstance(value, str) else self.fact(value)
        return f"{word(_BESIDE.get(name, name), self.locale)} {said[:_OF_A_HASH] if name == 'snapshot' else said}"

    def label(self, node: Explanation) -> str:
        """What the node is; the root of a line has a name of its own, whatever word that is."""
        if "currency" in node.about:
            return node.label
        facts = {name: self.fact(value) for name, value in node.about.items()}
        one = node.about["events"] == 1 if "events" in node.about else node.kind != "amount" and node.value == 1
        return word(node.label, self.locale, one=one, **facts)

    def how(self, node: Explanation) -> str:
        if node.operation in _SAID:
            return f" ({word(_SAID[node.operation], self.locale)})"
        return f" ({_SIGNS[node.operation]})" if node.operation in _SIGNS else ""

    def beside(self, node: Explanation) -> str:
        """The facts that the label does not say."""
        told = _TOLD_ELSEWHERE | ({"period"} if node.label == "part" else set())
        told |= {"document"} if node.label in ("billed on", "rounded on") else set()
        facts = [self.told(name, value) for name, value in node.about.items() if name not in told]
        return ", ".join([*facts, *([node.note] if node.note else [])])


def _view(tree: Explanation, locale: str, timezone: str) -> _View:
    currency = tree.about.get("currency")
    return _View(locale, timezone, currency if isinstance(currency, str) else None)


def explanation_text(tree: Explanation, locale: str = "en", timezone: str = "UTC") -> str:
    """An explanation as an indented tree, a node a line: value, label, how it follows, what stands beside it."""
    view = _view(tree, locale, timezone)
    lines: list[str] = []

    def told(node: Explanation, depth: int) -> None:
        beside = view.beside(node)
        line = f"{'  ' * depth}{view.value(node)}  {view.label(node)}{view.how(node)}"
        lines.append(f"{line}  [{beside}]" if beside else line)
        for child in node.children:
            told(child, depth + 1)

    told(tree, 0)
    return "\n".join(lines)


_TREE = (
    "ul{list-style:none;margin:0;padding:0 0 0 1.4rem;border-left:1px solid #ddd}main>ul{padding:0;border:0}"
    "li{margin:.2rem 0}b{font-variant-numeric:tabular-nums;margin-right:.6rem}small{color:#555;margin-left:.4rem}"
)


def explanation_html(tree: Explanation, locale: str = "en", timezone: str = "UTC") -> str:
    """An explanation as one HTML page without scripts or outside references; every text is escaped.

    The tree is a list in lists, as screen readers read one; each node's id is the anchor of its place.
    """
    view = _view(tree, locale, timezone)
    title = html.escape(f"{word('explanation', locale)}: {view.label(tree)}")
    language = html.escape(formatting.known_locale(locale).replace("_", "-"))
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{STYLE}{_TREE}</style></head><body><main><h1>{title}</h1><ul>{_item(view, tree)}</ul></main>"
        "</body></html>\n"
    )


def _item(view: _View, node: Explanation) -> str:
    beside = view.beside(node)
    small = f"<small>{html.escape(beside)}</small>" if beside else ""
    said = f"<b>{html.escape(view.value(node))}</b>{html.escape(view.label(node) + view.how(node))}{small}"
    parts = "".join(_item(view, child) for child in node.children)
    below = f"<ul>{parts}</ul>" if parts else ""
    anchor = f' id="{html.escape(node.id)}"' if node.id else ""
    return f"<li{anchor}>{said}{below}</li>"
