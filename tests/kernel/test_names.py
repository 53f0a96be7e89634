"""Names: canonical bytes, fingerprints, derived ids, and errors that carry facts."""

from __future__ import annotations

import datetime as dt
import enum
import json
import pickle
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcore.kernel import (
    BillcoreError,
    InvalidDocument,
    InvalidNumber,
    InvalidValue,
    Money,
    canonical,
    checked_id,
    compact,
    derive,
    fingerprint,
    instant,
    micros,
    number,
)
from billcore.testing.strategies import exacts, instants, moneys

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
PLAIN = st.none() | st.booleans() | st.integers() | TEXTS | exacts() | instants()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
)
NESTED = st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3))


class Colour(enum.Enum):
    """An enumeration of a host."""

    RED = "red"


@attrs.frozen
class Pair:
    """A frozen class of a host."""

    left: object
    right: object = None


@given(NESTED)
def test_canonical_bytes_are_json(value: object) -> None:
    """Law: every plain value has canonical bytes: JSON that says the same again, a list as its tuple."""
    written = canonical(value)

    assert canonical(json.loads(written)) == written
    assert fingerprint([value]) == fingerprint((value,))


@given(JSON)
def test_compact_text_is_json(value: object) -> None:
    """Law: what is written without spaces says the same again, its letters as they are and its keys in their order."""
    written = compact(value)

    assert compact(json.loads(written)) == written
    assert json.loads(written) == json.loads(json.dumps(value))
    assert compact({"b": "Zürich", "a": [1, 2]}) == '{"b":"Zürich","a":[1,2]}'


@given(st.dictionaries(TEXTS, PLAIN, max_size=6))
def test_the_order_of_keys_does_not_matter(value: dict[str, object]) -> None:
    """Law: equal mappings have equal bytes, in whatever order they were filled, frozen ones too."""
    turned = dict(reversed(value.items()))

    assert canonical(turned) == canonical(value) == canonical(MappingProxyType(value))


@given(instants(), instants(), st.integers(0, 10**6))
def test_derived_ids_sort_by_time(a: dt.datetime, b: dt.datetime, ordinal: int) -> None:
    """Law: the same facts give the same id; ids of later milliseconds sort later; each is an id."""
    first, second = derive("inv", a, "acme", ordinal), derive("inv", b, "acme", ordinal)

    assert first == derive("inv", a, "acme", str(ordinal)) == checked_id(first)
    if micros(a) // 1000 != micros(b) // 1000:
        assert (first < second) == (a < b)
    assert first != derive("inv", a, "acme", ordinal + 1) != derive("inv", a, "other", ordinal)


@given(st.text(max_size=110))
def test_any_text_is_an_id_or_refused(text: str) -> None:
    """Law: any text is an id, kept as it is, or ``InvalidValue``; an id is short printable ASCII without spaces."""
    try:
        assert checked_id(text) == text
    except InvalidValue:
        return
    assert 1 <= len(text) <= 100
    assert text.isascii()
    assert text.isprintable()
    assert " " not in text


@given(moneys(), moneys())
def test_fingerprints_tell_values_apart(a: Money, b: Money) -> None:
    """Law: money has the same fingerprint exactly if it is equal."""
    assert (fingerprint(a) == fingerprint(b)) == (a == b)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Decimal("19.990"), '"19.99"'),
        (Fraction(10, 3), '"10/3"'),
        (instant("2026-05-20T02:00:00+02:00"), '"2026-05-20T00:00:00Z"'),
        (dt.date(2026, 5, 20), '"2026-05-20"'),
        (Colour.RED, '"red"'),
        ({"b": 1, "a": (True, None)}, '{"a":[true,null],"b":1}'),
        (Pair(1, Pair("ü")), '{"left":1,"right":{"left":"ü","right":null,"type":"Pair"},"type":"Pair"}'),
    ],
)
def test_canonical_form(value: object, written: str) -> None:
    """Numbers and instants are text, keys are sorted, a frozen class carries its name."""
    assert canonical(value).decode() == written


def test_the_fingerprint_is_stable() -> None:
    """The hash of a value is the same in every process and version: this one is written down."""
    assert fingerprint(Money("19.99", "USD")) == "693ee8fae46157795b454796f8b6b2574c4765ff5ccf8128e8b26a7f52e31462"


def test_an_id_is_a_prefix_and_26_characters() -> None:
    """An id is readable: what it is, then when, then a hash of what it names."""
    assert derive("inv", instant("2026-05-20T00:00:00Z"), "acme", 1) == "inv_01KS1AX700SPT9NXYY4V98WX7Y"


def test_an_error_carries_facts() -> None:
    """An error has code, place, value and hint as attributes, and reads ``place: message (value; hint)``."""
    with pytest.raises(InvalidNumber) as caught:
        number("1e3", "price")
    error = caught.value.at("tiers[0]").at("prices[2]")

    assert (error.code, error.place, error.value) == ("invalid_number", "prices[2].tiers[0].price", "1e3")
    assert str(error) == ("prices[2].tiers[0].price: not a plain decimal number (got '1e3'; write it like \"19.99\")")


def test_an_error_survives_pickling() -> None:
    """An error raised in a worker process arrives with its facts."""
    error = pickle.loads(pickle.dumps(InvalidValue("too much", place="a.b", value=7, hint="less")))  # noqa: S301 - its own

    assert (type(error), str(error)) == (InvalidValue, "a.b: too much (got 7; less)")


def test_a_document_tells_all_its_problems() -> None:
    """The error of a document lists every problem, each on a line with its place."""
    problems = (InvalidNumber(place="a", value="x"), InvalidValue(place="b"))
    error = InvalidDocument(problems, name="catalog.toml")

    assert str(error).splitlines() == [
        "catalog.toml has 2 problems",
        "  a: not a plain decimal number (got 'x')",
        "  b: value out of range",
    ]


def test_no_input_fills_a_log() -> None:
    """What is shown of a bad value is cut, however long it is."""
    for long in ("9" * 10_000, b"9" * 10_000, ["9"] * 10_000):
        assert len(str(BillcoreError(value=long))) < 150


def test_codes_of_errors_are_unique() -> None:
    """Every error has a code of its own, so that programs can tell them apart."""

    def tree(kind: type[BillcoreError]) -> list[type[BillcoreError]]:
        return [kind, *(below for child in kind.__subclasses__() for below in tree(child))]

    codes = [kind.code for kind in tree(BillcoreError) if kind.__module__ == "billcore.kernel.errors"]

    assert len(set(codes)) == len(codes) == 29


class Broken:
    """It cannot be shown."""

    def __repr__(self) -> str:
        """It fails."""
        raise RuntimeError


@pytest.mark.parametrize(
    "value",
    [10**5_000, [1] * 1_000_000, {"a": "b" * 1_000_000}, Decimal("1e-9999"), Broken()],
    ids=["integer", "list", "table", "decimal", "broken"],
)
def test_an_error_can_always_be_read(value: object) -> None:
    """Whatever is wrong with a value, its error is told, and is short; at once, where the value is long."""
    assert len(str(InvalidValue("too much", value=value))) < 120
