"""Documents that want to be too much: refused before they are."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billcore.adapters.serialization import (
    DEEPEST,
    LIMIT,
    catalog_from,
    load_json,
    load_toml,
    price_model_from,
    read_document,
    scenario_from,
)
from billcore.kernel import (
    InputError,
    InvalidDocument,
    InvalidNumber,
)
from tests.adapters.stories import (
    catalog_data,
    scenario_data,
    with_key,
)

slow = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], max_examples=50)


BOMBS: list[tuple[str, str, str]] = [
    (".json", "[" * 1_000_000, "nested over 32"),
    (".toml", "a = " + "[" * 1_000_000, "nested over 32"),
    (".toml", "a = " + "{b = " * 100_000, "nested over 32"),
    (".toml", "a." * 1_000_000 + "b = 1", "nested over 32"),
    (".toml", "[" + "a." * 33 + "b]", "nested over 32"),
    (
        ".toml",
        "\n".join(["[a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q]", ".".join("abcdefghijklmnopq") + " = 1"]),
        "nested over 32",
    ),
    (".json", '"' + '\\"' * 1_000_000, "not JSON"),
    (".toml", "a = '" * 500_000, "not TOML"),
    (".toml", "a = 1" + " " * 1_000_000 + "x", "not TOML"),
    (".json", '{"a": 1, "a": 2}', "a: a key stands twice"),
    (".json", '{"a": [{"b": {"c": 1, "c": 1}}]}', "a[0].b.c: a key stands twice"),
    (".toml", "a = 1\na = 2", "not TOML"),
    (".toml", "a = " + "9" * 100_000, "more than 400 characters"),
    (".toml", "a = 0x" + "f" * 100_000, "more than 400 characters"),
    (".json", "\ufeff{}", "byte order mark"),
    (".toml", "\ufeffa = 1", "byte order mark"),
    (".json", '{"a": "\0"}', "not JSON"),
    (".toml", 'a = "\0"', "not TOML"),
    (".json", "[1]", "a document is an object"),
    (".json", "", "not JSON"),
    (".yaml", "a: 1", "neither .toml nor .json"),
]


class TestBombs:
    """Files that want to hurt are answered with a typed error before much work is done."""

    @pytest.mark.parametrize(
        ("suffix", "text", "fragment"), BOMBS, ids=[f"{n}-{row[2]}" for n, row in enumerate(BOMBS)]
    )
    def test_bomb(self, tmp_path: Path, suffix: str, text: str, fragment: str) -> None:
        """A bomb is refused, and soon."""
        path = tmp_path / f"bomb{suffix}"
        path.write_text(text, encoding="utf-8")
        began = time.perf_counter()
        with pytest.raises(InvalidDocument) as caught:
            read_document(path)

        assert fragment in str(caught.value)
        assert time.perf_counter() - began < 5

    @pytest.mark.parametrize(
        "number",
        ["1e999999999", "1e-999999999", "NaN", "Infinity", "-Infinity", "9" * 100_000, "0." + "1" * 100_000],
        ids=lambda number: number[:12],
    )
    def test_number(self, number: str) -> None:
        """A number outside the accepted form is refused at its place, however long it is."""
        data = load_json(f'{{"type": "flat", "amount": {number}}}')
        with pytest.raises(InvalidDocument) as caught:
            price_model_from(data)

        assert [(problem.place, type(problem)) for problem in caught.value.problems] == [("amount", InvalidNumber)]
        assert len(str(caught.value)) < 300

    @pytest.mark.parametrize("suffix", [".json", ".toml"])
    def test_size(self, tmp_path: Path, suffix: str) -> None:
        """A file over the limit is refused unread; a smaller limit may be set."""
        path = tmp_path / f"large{suffix}"
        with path.open("wb") as file:
            file.truncate(LIMIT + 1)
        with pytest.raises(InvalidDocument, match="larger than 16777216 bytes"):
            read_document(path)
        path.write_text("{" + " " * 200)
        with pytest.raises(InvalidDocument, match="larger than 100 bytes"):
            read_document(path, limit=100)
        with pytest.raises(InvalidDocument, match="larger than 3 bytes"):
            load_json("[[]]", limit=3)

    def test_not_utf8(self) -> None:
        """Bytes that are not UTF-8 are refused with the place of the first wrong one."""
        for load in (load_json, load_toml):
            with pytest.raises(InvalidDocument, match=r"byte 0: not UTF-8"):
                load("a = 1".encode("utf-16"))

    @pytest.mark.parametrize("path", ["absent.toml", ".toml/x.json", "a\0b.json"])
    def test_unreadable(self, path: str) -> None:
        """A file that cannot be read is a problem like any other."""
        with pytest.raises(InvalidDocument, match="cannot read the file"):
            read_document(path)

    def test_as_deep_as_allowed(self) -> None:
        """Thirty-two levels are read, in either language."""
        deep = "[" * (DEEPEST - 1) + "]" * (DEEPEST - 1)

        assert load_json(f'{{"a": {deep}}}') == load_toml(f"a = {deep}")

    def test_many_problems(self) -> None:
        """Of a document with very many problems the first thousand are told, in bounded time."""
        data = catalog_data() | {"meters": [{"cod": 1}] * 100_000} | {f"key{n}": n for n in range(100_000)}
        with pytest.raises(InvalidDocument) as caught:
            catalog_from(data)

        assert len(caught.value.problems) == 1_001
        assert caught.value.problems[-1].text == "there are more problems"

    @pytest.mark.parametrize("section", ["meters", "customers"])
    def test_many_entries(self, section: str) -> None:
        """Time grows with the number of entries, not with its square."""
        rows = [
            {"id": f"c{n}", "currency": "EUR"} if section == "customers" else {"code": f"m{n}"} for n in range(20_000)
        ]
        data = {**(scenario_data() if section == "customers" else catalog_data())}
        data[section] = [*data[section], *rows]
        began = time.perf_counter()
        read = scenario_from(data) if section == "customers" else catalog_from(data)

        assert len(getattr(read, section)) == 20_001
        assert time.perf_counter() - began < 10

    @slow
    @given(st.binary(max_size=200) | st.text(max_size=200))
    def test_any_bytes(self, source: bytes | str) -> None:
        """Whatever the bytes, a loader answers plain data or ``InvalidDocument``."""
        for load in (load_json, load_toml):
            with contextlib.suppress(InvalidDocument):
                load(source)

    @slow
    @given(
        st.sampled_from(["catalog", "scenario"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.floats() | st.decimals(),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        ),
        st.randoms(use_true_random=False),
    )
    def test_any_value_anywhere(self, kind: str, value: object, chance: random.Random) -> None:
        """Whatever stands anywhere in a document, a reader answers a value or ``InvalidDocument`` that can be shown."""
        data = catalog_data() if kind == "catalog" else scenario_data()
        path: list[str | int] = []
        inner: Any = data
        while isinstance(inner, (dict, list)) and inner and (not path or chance.random() < 0.8):
            key = chance.choice(list(inner) if isinstance(inner, dict) else range(len(inner)))
            path.append(key)
            inner = inner[key]
        read = catalog_from if kind == "catalog" else scenario_from
        problems: tuple[InputError, ...] = ()
        try:
            read(with_key(data, path, value))
        except InvalidDocument as error:
            problems = error.problems

        assert all(type(problem) is not InputError and str(problem) for problem in problems)


def test_a_list_of_mistakes_is_read_no_further_than_they_are_told() -> None:
    """A hundred thousand wrong tiers cost a minute and half a gigabyte, to tell a thousand of them."""
    seen: list[int] = []

    class Watched(list[object]):
        def __iter__(self) -> Iterator[object]:
            for index in range(100_000):
                seen.append(index)
                yield {"up_to": -1, "unit_amount": "x"}

    with pytest.raises(InvalidDocument) as caught:
        price_model_from({"type": "graduated", "tiers": Watched()})

    assert len(caught.value.problems) == 1_001
    assert len(seen) < 1_000
