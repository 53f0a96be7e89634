"""``billcore check``: all problems of every document at once, each with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.desk import answered, call, documented, keys

WRONG_CATALOG = """\
format = "billcore-catalog/1"
currency = "XXX"
colour = "red"
meters = [{ code = "cpu", aggregation = "max" }]
products = [{ code = "a b", prices = [{ code = "p", model = { type = "flat", amount = -1 } }] }]
"""
WRONG_STORY = """\
{"format": "billcore-scenario/1",
 "customers": [{"id": "acme", "currency": "CHF", "timezone": "Mars/Base"}, {"currency": "EUR"}],
 "steps": [{"at": "2026-02-30T00:00:00Z", "do": "bill"},
           {"at": "2026-02-01T00:00:00Z", "do": "dance"},
           {"at": "2026-02-01T00:00:00Z", "do": "top_up", "customer": "acme", "amount": 1e2}]}
"""
WRONG_CSV = """\
id,source,customer,meter,time,value
1,edge,acme,gb,2026-01-10T00:00:00Z,1e5
2,edge,acme,gb,yesterday,2
3,edge
,,acme,gb,2026-01-10T00:00:00Z,2
5,edge,acme,gb,2026-01-10T00:00:00Z,2
"""
WRONG_LINES = """\
{"id": "1", "source": "edge", "customer": "acme", "meter": "gb", "time": "2026-01-10", "value": "x"}
{"id": "2", "source": "edge", "customer": "acme", "meter": "gb", "time": "2026-01-10T00:00:00Z", "colour": "red"}
not json
[]
"""
WRONG_EVENTS = """\
[{"specversion": "0.3", "id": "1", "source": "edge", "subject": "acme", "type": "gb", "time": "2026-01-10T00:00:00Z"},
 {"specversion": "1.0", "id": "2", "source": "edge", "subject": "a b", "type": "gb", "time": "soon",
  "data": {"value": "x"}},
 {"specversion": "1.0", "id": "3", "source": "edge", "subject": "acme", "type": "gb", "time": "2026-01-10T00:00:00Z"}]
"""

# (file, what is in it, the place and code of each problem)
WRONG = [
    (
        "catalog.toml",
        WRONG_CATALOG,
        {
            ("colour", "invalid_value"),
            ("currency", "unknown_currency"),
            ("effective", "invalid_value"),
            ("version", "invalid_value"),
            ("meters[0].aggregation", "not_supported_yet"),
            ("products[0].code", "invalid_value"),
            ("products[0].prices[0].model.amount", "invalid_value"),
        },
    ),
    (
        "story.json",
        WRONG_STORY,
        {
            ("customers[0].timezone", "invalid_value"),
            ("customers[1].id", "invalid_value"),
            ("steps[0].at", "invalid_instant"),
            ("steps[1].do", "invalid_value"),
            ("steps[2].amount", "invalid_number"),
        },
    ),
    (
        "choice.toml",
        'plan = "team"\nquantity = -1\nseats = 3\ncoupon = "no id"\n',
        {("quantity", "invalid_value"), ("seats", "invalid_value"), ("coupon", "invalid_value")},
    ),
    (
        "usage.csv",
        WRONG_CSV,
        {
            ("line 2.value", "invalid_number"),
            ("line 3.time", "invalid_instant"),
            ("line 4", "invalid_value"),
            ("line 5.id", "invalid_value"),
            ("line 5.source", "invalid_value"),
        },
    ),
    ("header.csv", "id,source,colour,id\n", {
        ("line 1.colour", "invalid_value"),
        ("line 1.id", "invalid_value"),
        ("line 1.customer", "invalid_value"),
        ("line 1.meter", "invalid_value"),
        ("line 1.time", "invalid_value"),
    }),
    (
        "usage.jsonl",
        WRONG_LINES,
        {
            ("line 1.time", "invalid_instant"),
            ("line 1.value", "invalid_number"),
            ("line 2.colour", "invalid_value"),
            ("line 3", "invalid_value"),
            ("line 4", "invalid_value"),
        },
    ),
    (
        "events.json",
        WRONG_EVENTS,
        {
            ("[0].specversion", "invalid_value"),
            ("[1].subject", "invalid_value"),
            ("[1].time", "invalid_instant"),
            ("[1].data.value", "invalid_number"),
        },
    ),
    ("array.json", '[{"id": "1"', {("[0]", "invalid_value")}),
    ("twice.json", '{"plan": "a", "plan": "b"}', {("plan", "invalid_value")}),
]  # fmt: skip

# (file, its bytes, what is said of it)
UNREADABLE = [
    ("empty.toml", b"", "format: missing"),
    ("empty.json", b"", "not JSON"),
    ("empty.csv", b"", "line 1: no header"),
    ("catalog.txt", b"plan", "neither .toml nor .json"),
    ("latin.toml", b'name = "caf\xe9"', "byte 11: not UTF-8"),
    ("latin.json", b'{"name": "caf\xe9"}', "byte 13: not UTF-8"),
    ("latin.csv", b"id,source,customer,meter,time\ncaf\xe9,e,a,m,2026-01-10T00:00:00Z\n", "line 2: not UTF-8"),
    ("latin.jsonl", b'{"id": "caf\xe9"}\n', "line 1: not UTF-8"),
    ("deep.toml", b"a = " + b"[" * 33 + b"]" * 33, "nested over 32"),
    ("deep.json", b'{"a": ' + b"[" * 33 + b"]" * 33 + b"}", "nested over 32"),
    ("deep.jsonl", b'{"a": ' + b"[" * 33 + b"]" * 33 + b"}\n", "line 1: nested over 32"),
    (
        "long.csv",
        b"id,source,customer,meter,time\n" + b"x" * 65_537 + b"\n",
        "line 2: a record of more than 65536 bytes",
    ),
    ("other.toml", b'format = "billcore-catalog/2"', "format: not a format that is read here"),
    ("number.json", b"3", "a document is an object"),
]


def test_good_documents_are_ok(shop: Path) -> None:
    """Each file that has no problem is called ok."""
    names = sorted(path.name for path in shop.iterdir())

    assert call("check", *names).stdout.splitlines() == [f"{name}: ok" for name in names]
    assert answered("check", *names) == []


@pytest.mark.parametrize(("name", "text", "wanted"), WRONG, ids=[name for name, *_ in WRONG])
def test_all_problems_are_told_at_once(shop: Path, name: str, text: str, wanted: set[tuple[str, str]]) -> None:
    """Each problem of a document has its place and code, in one answer."""
    (shop / name).write_text(text, encoding="utf-8")
    told = answered("check", name, code=1)

    assert isinstance(told, list)
    assert {(problem["place"], problem["code"]) for problem in told} == wanted
    assert len(told) == len(wanted)
    assert keys(told) == documented("check")
    lines = call("check", name, code=1).stdout.splitlines()
    assert lines[1:] == [f"  {problem['error']}" for problem in told]


@pytest.mark.parametrize(("name", "data", "says"), UNREADABLE, ids=[name for name, *_ in UNREADABLE])
def test_a_file_that_is_no_document_is_told(shop: Path, name: str, data: bytes, says: str) -> None:
    """What cannot be read is a problem like another."""
    (shop / name).write_bytes(data)

    assert says in call("check", name, code=1).stdout


@pytest.mark.parametrize("name", ["large.toml", "large.json"])
def test_a_document_over_the_limit_is_not_read(shop: Path, name: str) -> None:
    """One byte more than 16 MiB is refused unread."""
    with (shop / name).open("wb") as file:
        file.truncate(16 * 1024 * 1024 + 1)

    assert call("check", name, code=1).stdout == f"{name}: 1 problem\n  larger than 16777216 bytes\n"


def test_every_file_is_checked(shop: Path) -> None:
    """A bad file in the middle hides neither those before nor those after it."""
    (shop / "bad.toml").write_text('plan = "team"\nquantity = -1\n', encoding="utf-8")
    lines = call("check", "catalog.toml", "bad.toml", "usage.csv", "bad.toml", code=1).stdout.splitlines()

    assert [line for line in lines if not line.startswith(" ")] == [
        "catalog.toml: ok",
        "bad.toml: 1 problem",
        "usage.csv: ok",
        "bad.toml: 1 problem",
    ]


def test_problems_in_a_catalog_that_a_story_names(shop: Path) -> None:
    """They are told with the place inside the story."""
    (shop / "bad.toml").write_text(WRONG_CATALOG, encoding="utf-8")
    (shop / "named.toml").write_text('format = "billcore-scenario/1"\ncatalog = "bad.toml"\n', encoding="utf-8")

    assert (
        "  catalog.meters[0].aggregation: not supported yet (got 'max')" in call("check", "named.toml", code=1).stdout
    )
