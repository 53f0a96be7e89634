"""Usage files: CSV, JSON Lines and CloudEvents say the same, and a wrong record stops nothing."""

from __future__ import annotations

import csv
import io
import json
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billcore.adapters.serialization import LONGEST_RECORD, read_usage, usage_from_csv, usage_from_json
from billcore.adapters.serialization.usage import Found
from billcore.kernel import InputError, InvalidDocument, InvalidInstant, InvalidNumber, InvalidValue, NotSupportedYet
from billcore.kernel.exact import text
from billcore.kernel.instant import rfc3339
from billcore.lifecycle import UsageEvent
from tests.adapters.stories import usage_records

HEADER = "id,source,customer,subscription,deployment,resource,meter,time,value,action,properties\n"
ROW = "1,app,acme,s1,,vm-1,requests,2026-05-01T00:00:00Z,2.5,increment,"
RECORD = UsageEvent(
    id="1",
    source="app",
    customer="acme",
    subscription="s1",
    resource="vm-1",
    meter="requests",
    time="2026-05-01T00:00:00Z",
    value="2.5",
)
PLAIN = {"id": "1", "source": "app", "customer": "acme", "meter": "requests", "time": "2026-05-01T00:00:00Z"}
EVENT = {
    "specversion": "1.0",
    "id": "1",
    "source": "app",
    "subject": "acme",
    "type": "requests",
    "time": "2026-05-01T00:00:00Z",
}


def as_csv(records: list[UsageEvent]) -> bytes:
    """Records as a CSV file."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(HEADER.strip().split(","))
    for record in records:
        row = as_plain(record)
        cells = [row.get(column, "") for column in HEADER.strip().split(",")]
        writer.writerow([json.dumps(cell) if isinstance(cell, dict) else cell for cell in cells])
    return file.getvalue().encode()


def as_plain(record: UsageEvent) -> dict[str, object]:
    """A record by its own keys."""
    optional = {"subscription": record.subscription, "resource": record.resource, "properties": dict(record.properties)}
    return {
        "id": record.id,
        "source": record.source,
        "customer": record.customer,
        "meter": record.meter,
        "time": rfc3339(record.time),
        "value": text(record.value),
        "action": "increment",
        **{key: value for key, value in optional.items() if value},
    }


def as_event(record: UsageEvent) -> dict[str, object]:
    """A record as a CloudEvent."""
    row = as_plain(record)
    own = {key: row.pop(key) for key in ("subscription", "resource", "value", "action", "properties") if key in row}
    return {
        "specversion": "1.0",
        "subject": row.pop("customer"),
        "type": row.pop("meter"),
        "datacontenttype": "application/json",
        "traceparent": "00-1",
        "data": own,
        **row,
    }


def from_csv(text: str) -> list[Found]:
    """What a CSV text holds."""
    return list(usage_from_csv(io.BytesIO(text.encode())))


def from_json(*values: object) -> list[Found]:
    """What objects hold, one a line."""
    return list(usage_from_json(io.BytesIO("\n".join(json.dumps(value) for value in values).encode())))


def places(found: list[Found]) -> list[str | None]:
    """The places of problems."""
    return [problem.place for problem in found if isinstance(problem, InputError)]


class TestAlike:
    """Law: the same records in every form are the same records."""

    @settings(max_examples=50)
    @given(st.lists(usage_records(), max_size=5))
    def test_forms(self, records: list[UsageEvent]) -> None:
        """CSV, JSON Lines, CloudEvents by line and in an array give equal records, in order."""
        events = [as_event(record) for record in records]

        assert list(usage_from_csv(io.BytesIO(as_csv(records)))) == records
        assert from_json(*map(as_plain, records)) == records
        assert from_json(*events) == records
        for indent in (None, 2):
            assert list(usage_from_json(io.BytesIO(json.dumps(events, indent=indent).encode()))) == records

    def test_files(self, tmp_path: Path) -> None:
        """The kind of a file is told by its suffix; a byte order mark is passed over."""
        mark = b"\xef\xbb\xbf"
        contents = {
            "a.csv": as_csv([RECORD]),
            "b.jsonl": json.dumps(as_plain(RECORD)).encode(),
            "c.ndjson": json.dumps(as_event(RECORD)).encode() + b"\n\n",
            "d.json": b"\n [" + json.dumps(as_event(RECORD)).encode() + b"]\n",
        }
        for name, content in contents.items():
            (tmp_path / name).write_bytes(mark + content)

            assert list(read_usage(tmp_path / name)) == [RECORD]

    def test_properties_by_column(self) -> None:
        """A property may have a column of its own, beside or instead of the JSON object."""
        header = "id,source,customer,meter,time,properties,properties.region,properties.size\n"
        found = from_csv(header + '1,app,acme,requests,2026-05-01T00:00:00Z,"{""a"": ""b""}",eu,\n')

        assert isinstance(found[0], UsageEvent)
        assert found[0].properties == {"a": "b", "region": "eu"}

    def test_event_data(self) -> None:
        """What else a CloudEvent's data holds becomes properties, numbers and truths as text."""
        found = from_json(EVENT | {"data": {"value": 2, "region": "eu", "ms": 1.50, "ok": True, "none": None}})

        assert isinstance(found[0], UsageEvent)
        assert found[0].properties == {"region": "eu", "ms": "1.5", "ok": "true"}
        assert found[0].value == 2

    def test_cells_over_lines(self) -> None:
        """A quoted cell may go over lines; the record is placed where it begins."""
        header = "id,source,customer,meter,time,properties.note\n"
        row = '{},app,acme,requests,2026-05-01T00:00:00Z,"a\n""b"", c"\n'
        first, bad, second = from_csv(header + row.format("1") + "bad\n" + row.format("2"))

        assert isinstance(first, UsageEvent)
        assert isinstance(second, UsageEvent)
        assert first.properties["note"] == 'a\n"b", c'
        assert places([bad]) == ["line 4"]

    def test_long_array(self) -> None:
        """An array in one line may be much longer than a record, and be cut anywhere as it is read."""
        notes = ['["\\' * (n % 50) + "}," for n in range(3_000)]
        events = [EVENT | {"data": {"properties": {"note": note}}} for note in notes]
        found = list(usage_from_json(io.BytesIO(json.dumps(events).encode())))

        assert [entry.properties["note"] for entry in found if isinstance(entry, UsageEvent)] == notes


BAD_ROWS: list[tuple[str, type[InputError], str, str]] = [
    ("1e3", InvalidNumber, "value", "1e3"),
    ("NaN", InvalidNumber, "value", "NaN"),
    ("1,5", InvalidValue, "", "12 cells under 11 columns"),
    ("9" * 100, InvalidNumber, "value", "not a plain"),
]

BAD_RECORDS: list[tuple[dict[str, object], type[InputError], str, str]] = [
    ({"id": 5}, InvalidValue, "id", "not text"),
    ({"id": ""}, InvalidValue, "id", "not a name"),
    ({"id": "a\tb"}, InvalidValue, "id", "none of them control"),
    ({"source": "x" * 201}, InvalidValue, "source", "1 to 200"),
    ({"customer": "a b"}, InvalidValue, "customer", "not an id"),
    ({"meter": None}, InvalidValue, "meter", "not text"),
    ({"time": "yesterday"}, InvalidInstant, "time", "not an instant"),
    ({"time": "2026-05-01T00:00:00"}, InvalidInstant, "time", "not an instant"),
    ({"value": True}, InvalidNumber, "value", "not a plain"),
    ({"value": "½"}, InvalidNumber, "value", "not a plain"),
    ({"action": "set"}, NotSupportedYet, "action", "set"),
    ({"action": "remove"}, InvalidValue, "action", "one of increment"),
    ({"deployment": "d1"}, NotSupportedYet, "deployment", "d1"),
    ({"quantity": 1}, InvalidValue, "quantity", "unknown key"),
    ({"properties": {"a": 1}}, InvalidValue, "properties.a", "not text"),
    ({"properties": []}, InvalidValue, "properties", "not a table"),
    ({"properties": {str(n): "" for n in range(65)}}, InvalidValue, "properties", "more than 64"),
]

BAD_EVENTS: list[tuple[dict[str, object], type[InputError], str, str]] = [
    ({"specversion": "0.3"}, InvalidValue, "specversion", "not CloudEvents 1.0"),
    ({"subject": "a b"}, InvalidValue, "subject", "not an id"),
    ({"type": 5}, InvalidValue, "type", "not text"),
    ({"data": {"value": "x"}}, InvalidNumber, "data.value", "not a plain"),
    ({"data": {"a": []}}, InvalidValue, "data.a", "neither text nor number"),
    ({"data": [1]}, InvalidValue, "data", "not a table"),
    ({"data": {"action": "set"}}, NotSupportedYet, "data.action", "set"),
    ({"data": {"deployment": "d"}}, NotSupportedYet, "data.deployment", "d"),
    ({"datacontenttype": "text/xml"}, InvalidValue, "datacontenttype", "not JSON"),
]


class TestProblems:
    """A problem has its line and its key; the records around it are read."""

    @pytest.mark.parametrize(("value", "kind", "place", "fragment"), BAD_ROWS, ids=[row[0][:9] for row in BAD_ROWS])
    def test_csv(self, value: str, kind: type[InputError], place: str, fragment: str) -> None:
        """A wrong cell is told by line and column."""
        first, last = ROW, ROW.replace("1,", "3,", 1)
        before, bad, after = from_csv(f"{HEADER}{first}\n{ROW.replace('2.5', value)}\n\n{last}\n")

        assert isinstance(before, UsageEvent)
        assert isinstance(after, UsageEvent)
        assert type(bad) is kind
        assert bad.place == ("line 3." + place).rstrip(".")
        assert fragment in str(bad)

    @pytest.mark.parametrize(("keys", "kind", "place", "fragment"), BAD_RECORDS, ids=[row[2] for row in BAD_RECORDS])
    def test_json(self, keys: dict[str, object], kind: type[InputError], place: str, fragment: str) -> None:
        """A wrong key is told by line and key."""
        before, bad, after = from_json(PLAIN, PLAIN | keys, PLAIN)

        assert isinstance(before, UsageEvent)
        assert isinstance(after, UsageEvent)
        assert type(bad) is kind
        assert bad.place == f"line 2.{place}"
        assert fragment in str(bad)

    @pytest.mark.parametrize(("keys", "kind", "place", "fragment"), BAD_EVENTS, ids=[row[2] for row in BAD_EVENTS])
    def test_cloud_event(self, keys: dict[str, object], kind: type[InputError], place: str, fragment: str) -> None:
        """A wrong CloudEvent is told by the event's own names, in an array by its index."""
        (bad,) = from_json(EVENT | keys)
        _, again = list(usage_from_json(io.BytesIO(json.dumps([EVENT, EVENT | keys]).encode())))

        assert type(bad) is type(again) is kind
        assert (bad.place, again.place) == (f"line 1.{place}", f"[1].{place}")
        assert fragment in str(bad)

    def test_all_of_one_record(self) -> None:
        """Every problem of a record is told."""
        found = from_json({"id": "", "source": "app", "customer": "acme", "value": "x", "colour": "red"})

        assert set(places(found)) == {f"line 1.{key}" for key in ("id", "meter", "time", "value", "colour")}

    def test_header(self) -> None:
        """A wrong header is told whole and ends the reading: no row under it can be trusted."""
        found = from_csv("id,source,colour,customer,customer,properties.\n1,2,3,4,5,6\n")

        assert places(found) == [
            "line 1.colour",
            "line 1.customer",
            "line 1['properties.']",
            "line 1.meter",
            "line 1.time",
        ]
        assert places(from_csv("")) == ["line 1"]

    @pytest.mark.parametrize(
        ("line", "fragment"),
        [
            ("{", "not JSON"),
            ("[1]", "not a table"),
            ('{"id": "1", "id": "2"}', "stands twice"),
            ("[" * 10_000, "nested over 32"),
            ('{"a": "' + "x" * LONGEST_RECORD + '"}', "more than 65536 bytes"),
            ("\udcff", "not UTF-8"),
            ("\ufeff{}", "not JSON"),
        ],
        ids=range(7),
    )
    def test_line(self, line: str, fragment: str) -> None:
        """A line that is no record is passed over, and told."""
        lines = [json.dumps(PLAIN), line, json.dumps(PLAIN)]
        data = "\n".join(lines).encode("utf-8", "surrogateescape")
        before, bad, after = usage_from_json(io.BytesIO(data))

        assert isinstance(before, UsageEvent)
        assert isinstance(after, UsageEvent)
        assert isinstance(bad, InputError)
        assert (bad.place or "").startswith("line 2")
        assert fragment in str(bad)

    def test_open_quote(self) -> None:
        """A quote that does not end costs its own line only."""
        rows = [ROW, '2,"app,acme', *[ROW] * 2_000]
        found = from_csv(HEADER + "\n".join(rows))

        assert places(found) == ["line 3"]
        assert len(found) == 2_002

    @pytest.mark.parametrize(
        ("text", "fragment"),
        [
            ("[{}", "the array does not end"),
            ("[", "the array does not end"),
            ('["', "the array does not end"),
            ("[] x", "text after the array"),
            ("[1,]", "not JSON"),
            ("[}]", "not JSON"),
            ("[,]", "not JSON"),
            ('["\\"]', "the array does not end"),
            ("[" * 200_000, "the array does not end"),
            ("[[" + "1," * 100_000 + "1], 2]", "more than 65536 bytes"),
            ('[{"a": "' + "x," * 100_000 + '"}, 2]', "[1]: not a table"),
        ],
    )
    def test_array(self, text: str, fragment: str) -> None:
        """An array that is cut off, or goes on, is told after what could be read."""
        found = [problem for problem in usage_from_json(io.BytesIO(text.encode())) if isinstance(problem, InputError)]

        assert any(fragment in str(problem) for problem in found)

    @pytest.mark.parametrize("name", ["a.txt", "absent.csv", "a\0.json"])
    def test_file(self, name: str) -> None:
        """A file of another kind, or one that cannot be opened, is refused."""
        with pytest.raises(InvalidDocument):
            next(read_usage(name))

    @settings(max_examples=100)
    @given(st.binary(max_size=300) | st.text('[]{},:"\\ \n1ae', max_size=60).map(str.encode))
    def test_any_bytes(self, data: bytes) -> None:
        """Whatever the bytes, readers end, and yield records and typed problems with a place."""
        for read in (usage_from_csv, usage_from_json):
            for found in read(io.BytesIO(data)):
                assert isinstance(found, (UsageEvent, InputError))
                assert isinstance(found, UsageEvent) or found.place


class Endless(io.RawIOBase):
    """A file of ``length`` bytes that is never in memory."""

    def __init__(self, piece: bytes, length: int) -> None:
        self.piece, self.length, self.position = piece, length, 0

    def readable(self) -> bool:
        """It can be read."""
        return True

    def seekable(self) -> bool:
        """It can seek."""
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move to ``offset`` from the start."""
        assert whence == 0
        self.position = offset
        return offset

    def tell(self) -> int:
        """Where it is."""
        return self.position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the part of RawIOBase that is asked
        """Fill ``buffer`` with what stands here."""
        size = min(len(buffer), self.length - self.position)
        start = self.position % len(self.piece)
        repeated = self.piece * (size // len(self.piece) + 2)
        buffer[:size] = repeated[start : start + size]
        self.position += size
        return size


class TestStream:
    """Memory is that of one record, however large the file."""

    @pytest.mark.parametrize(
        ("read", "piece"),
        [
            (usage_from_csv, b"x"),
            (usage_from_csv, b'"'),
            (usage_from_csv, b'x"\n'),
            (usage_from_json, b"["),
            (usage_from_json, b'["'),
            (usage_from_json, b"[1,"),
            (usage_from_json, json.dumps(PLAIN).encode() + b"\n"),
        ],
        ids=["csv-line", "csv-quotes", "csv-open", "nesting", "string", "elements", "records"],
    )
    def test_memory(self, read: Callable[[IO[bytes]], Iterator[Found]], piece: bytes) -> None:
        """One megabyte of anything is read in less than half of that memory, in bounded time."""
        began = time.perf_counter()
        tracemalloc.start()
        for _ in read(io.BufferedReader(Endless(piece, 2**20))):
            pass
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

        assert peak < 2**19
        assert time.perf_counter() - began < 60
