"""The SQL conditions of ``Table.checks``, evaluated without a database.

The grammar is what the tables use: ``AND OR NOT``, comparisons, ``IS [NOT] NULL``, ``IN``, ``+ -``, parentheses, column
names, integers and quoted texts; with SQL's three values, of which a check refuses only *false*.

>>> fits = condition("used >= 0 AND used <= most", ("used", "most"))
>>> fits((1, 2)), fits((3, 2)), fits((3, None))
(True, False, True)
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from billcore.kernel.errors import InvalidValue
from billcore.ports.tables import Row, Value

__all__ = ["condition"]

_Term: TypeAlias = Callable[[Row], Value]

_TOKEN = re.compile(
    r"\s*(?:(?P<int>\d+)|'(?P<text>(?:[^']|'')*)'|(?P<sign><=|>=|<>|[-+<>=(),])|(?P<word>[A-Za-z_]\w*))"
)
_WORDS = frozenset({"AND", "OR", "NOT", "IS", "IN", "NULL"})
# Values of one column have one type, so that they compare.
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


def condition(written: str, columns: Sequence[str]) -> Callable[[Row], bool]:
    """A function of a row: whether a check of this condition lets it pass.

    Raises ``InvalidValue`` for what is not of the grammar.
    """
    reader = _Reader(written, columns)
    term = reader.any_of()
    if reader.here is not None:
        raise reader.wrong()
    return lambda row: term(row) is None or bool(term(row))


class _Reader:
    """A cursor over the tokens; each method reads what its name says and gives it as a function of the row."""

    def __init__(self, written: str, columns: Sequence[str]) -> None:
        self._written = written
        self._columns = {name: place for place, name in enumerate(columns)}
        self._tokens = list(_tokens(written))
        self._place = 0

    @property
    def here(self) -> tuple[str, str] | None:
        return self._tokens[self._place] if self._place < len(self._tokens) else None

    def wrong(self) -> InvalidValue:
        return InvalidValue("not a condition of the small grammar", place="check", value=self._written)

    def _took(self, *spelled: str) -> str | None:
        """The next token, if it is one of these signs or words; it is then passed."""
        here = self.here
        if here is None or here[0] in ("int", "text") or here[1] not in spelled:
            return None
        self._place += 1
        return here[1]

    def _must(self, spelled: str) -> None:
        if self._took(spelled) is None:
            raise self.wrong()

    def any_of(self) -> _Term:
        terms = [self._all_of()]
        while self._took("OR"):
            terms.append(self._all_of())
        return terms[0] if len(terms) == 1 else lambda row: _either([term(row) for term in terms])

    def _all_of(self) -> _Term:
        terms = [self._negated()]
        while self._took("AND"):
            terms.append(self._negated())
        return terms[0] if len(terms) == 1 else lambda row: _both([term(row) for term in terms])

    def _negated(self) -> _Term:
        if self._took("NOT"):
            term = self._negated()
            return lambda row: _not(term(row))
        return self._compared()

    def _compared(self) -> _Term:
        left = self._sum()
        if sign := self._took(*_COMPARE):
            return _comparison(_COMPARE[sign], left, self._sum())
        if self._took("IS"):
            present = self._took("NOT") is not None
            self._must("NULL")
            return lambda row: (left(row) is not None) is present
        absent = self._took("NOT") is not None
        if self._took("IN"):
            return _membership(left, self._choices(), absent=absent)
        if absent:
            raise self.wrong()
        return left

    def _choices(self) -> list[_Term]:
        self._must("(")
        choices = [self._sum()]
        while self._took(","):
            choices.append(self._sum())
        self._must(")")
        return choices

    def _sum(self) -> _Term:
        left = self._unit()
        while sign := self._took("+", "-"):
            left = _arithmetic(operator.add if sign == "+" else operator.sub, left, self._unit())
        return left

    def _unit(self) -> _Term:
        if self._took("("):
            inner = self.any_of()
            self._must(")")
            return inner
        if self._took("-"):
            return _arithmetic(operator.sub, lambda _: 0, self._unit())
        here = self.here
        self._place += 1
        match here:
            case ("int", digits):
                constant = int(digits)
                return lambda _: constant
            case ("text", written):
                return lambda _: written
            case ("word", name) if name in self._columns:
                return operator.itemgetter(self._columns[name])
            case _:
                raise self.wrong()


def _tokens(written: str) -> list[tuple[str, str]]:
    found = []
    place = 0
    rest = written.rstrip()
    while place < len(rest):
        token = _TOKEN.match(rest, place)
        if token is None:
            raise InvalidValue("not a condition of the small grammar", place="check", value=written)
        kind = str(token.lastgroup)
        spelled = token[kind]
        word = kind == "word" and spelled.upper() in _WORDS
        found.append((kind, spelled.replace("''", "'") if kind == "text" else spelled.upper() if word else spelled))
        place = token.end()
    return found


def _either(values: list[Value]) -> Value:
    return True if any(values) else None if None in values else False


def _both(values: list[Value]) -> Value:
    return None if all(value or value is None for value in values) and None in values else all(values)


def _not(value: Value) -> Value:
    return None if value is None else not value


def _comparison(compare: Callable[[Any, Any], bool], left: _Term, right: _Term) -> _Term:
    def term(row: Row) -> Value:
        a, b = left(row), right(row)
        return None if a is None or b is None else compare(a, b)

    return term


def _arithmetic(apply: Callable[[int, int], int], left: _Term, right: _Term) -> _Term:
    def term(row: Row) -> Value:
        a, b = left(row), right(row)
        return apply(a, b) if isinstance(a, int) and isinstance(b, int) else None

    return term


def _membership(left: _Term, choices: list[_Term], *, absent: bool) -> _Term:
    def term(row: Row) -> Value:
        value = left(row)
        among = _either([_comparison(operator.eq, lambda _: value, choice)(row) for choice in choices])
        return _not(among) if absent else among

    return term
