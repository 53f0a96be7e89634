"""``billcore import focus``: real rows of a cloud bill, and rows that are wrong."""

from __future__ import annotations

import csv
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from tests.cli.desk import answered, call, documented, keys

REAL = Path(__file__).parents[3] / "shared" / "data" / "focus_aws_a.csv"
needs_real = pytest.mark.skipif(
    not REAL.is_file(), reason="../shared/data/focus_aws_a.csv is not beside the repository"
)

HEADER = (
    "Id,SubAccountId,ServiceName,ChargeDescription,ChargePeriodStart,BillingPeriodStart,BillingPeriodEnd,"
    "BillingCurrency,SkuPriceId,PricingUnit,PricingQuantity,ListUnitPrice,ListCost"
)
ROW = "1,1001,Storage,Standard,2026-04-02 10:00:00,2026-04-01 00:00:00,2026-05-01 00:00:00,USD,S1,GB,0.5,0.023,0.0115"

# (what is written instead of what in a row, what is said of its line)
WRONG_ROWS = [
    ("0.5,", "half,", "PricingQuantity: not a plain decimal number"),
    ("0.5,", "5e-1,", "PricingQuantity: not a plain decimal number"),
    ("0.5,", "NaN,", "PricingQuantity: not a plain decimal number"),
    ("0.5,", ",", "PricingQuantity: the row lacks this column"),
    ("0.023", "-0.023", "ListUnitPrice: must not be negative"),
    ("0.0115", "0.0116", "ListCost: unit price times quantity is not the cost"),
    ("USD", "usd", "BillingCurrency: unknown currency"),
    ("USD", "XXX", "BillingCurrency: unknown currency"),
    ("1001", "a b", "SubAccountId: not an id"),
    ("Standard", "Stan\x00dard", "ChargeDescription: a control character in text"),
    ("2026-04-02 10:00:00", "2. April", "ChargePeriodStart: not an instant"),
    ("2026-04-02 10:00:00", "2026-05-01 00:00:00", "ChargePeriodStart: outside the billing period"),
    ("2026-04-02 10:00:00", "2026-03-31 23:59:59", "ChargePeriodStart: outside the billing period"),
    ("2026-05-01", "2026-05-32", "BillingPeriodEnd: no such date or time"),
    (",0.0115", "", "12 cells under 13 columns"),
    (",0.0115", ",0.0115,more", "14 cells under 13 columns"),
]

# (the file, the beginning of the error)
WRONG_FILES = [
    (b"", "invalid_value: line 1: an empty file"),
    (b"caf\xe9\n", "invalid_value: file: not a CSV file in UTF-8"),
    (b"Id\n" + b"x" * 70_000, "invalid_value: file: not a CSV file in UTF-8: field larger than field limit"),
]

# (what stands instead of what in a row after a good one, what is said of its line)
CONTRADICTIONS = [
    ({}, "Id: this row stands there already (got '1'; see line 2)"),
    ({"0.5": "1", "0.0115": "0.023"}, "Id: this id stands for another row (got '1'; see line 2)"),
    (
        {"1,": "2,", "USD": "EUR"},
        "BillingCurrency: a sub-account pays in one currency (got 'EUR'; 1001 pays in USD, see line 2)",
    ),
    ({"1,": "2,", "2026-05-01": "2026-04-15"}, "BillingPeriodEnd: a billing period that is not a month"),
    (
        {"1,": "2,", "2026-04-01": "2026-04-02", "2026-05-01": "2026-05-02"},
        "BillingPeriodEnd: not the billing period of the file",
    ),
]


NOTHING: dict[str, object] = {"invoices": [], "customers": {}, "deployments": {}, "notices": [], "errors": []}


def real_rows() -> list[dict[str, str]]:
    """The rows of the real file."""
    with REAL.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def invoices(path: Path, code: int = 0) -> list[dict[str, object]]:
    """The invoices of an import."""
    told = answered("import", "focus", path, code=code)
    assert isinstance(told, dict)
    return list(told["invoices"])


def exact(invoice: dict[str, object]) -> Fraction:
    """What an invoice's lines come to before they are rounded."""
    lines = invoice["lines"]
    assert isinstance(lines, list)
    return sum((Fraction(line["exact"]) for line in lines), Fraction(0))


@needs_real
def test_every_sub_account_owes_its_rows() -> None:
    """For each: the exact subtotal is the sum of unit price x quantity, the rounded one that sum rounded once."""
    sums: dict[str, Fraction] = defaultdict(Fraction)
    for row in real_rows():
        sums[row["SubAccountId"]] += Fraction(row["ListUnitPrice"]) * Fraction(row["PricingQuantity"])
    found = {str(one["customer"]): one for one in invoices(REAL)}

    assert {name: exact(one) for name, one in found.items()} == sums
    assert {name: one["subtotal"] for name, one in found.items()} == {
        name: str((Decimal(total.numerator) / total.denominator).quantize(Decimal("0.01"), ROUND_HALF_UP))
        for name, total in sums.items()
    }


@needs_real
def test_every_sub_account_has_one_invoice() -> None:
    """Of 0.00 too; nothing in the file is left out, and the sum of all is that of the file."""
    rows = real_rows()
    told = answered("import", "focus", REAL)

    assert isinstance(told, dict)
    assert told["errors"] == []
    assert sorted(one["customer"] for one in told["invoices"]) == sorted({row["SubAccountId"] for row in rows})
    assert any(one["total"] == "0.00" for one in told["invoices"])
    total = sum((exact(one) for one in told["invoices"]), Fraction(0))
    assert abs(total - sum(Fraction(row["ListCost"]) for row in rows)) <= Fraction(len(rows), 2 * 10**10)


@needs_real
def test_one_line_for_each_price() -> None:
    """Rows of one SkuPriceId, service and description are one line, with their quantity added up."""
    wanted: dict[str, dict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    for row in real_rows():
        name = f"{row['ServiceName']}: {row['ChargeDescription']} ({row['SkuPriceId']})"
        wanted[row["SubAccountId"]][name] += Fraction(row["PricingQuantity"])
    found = {
        str(one["customer"]): {line["description"]: Fraction(line["quantity"]) for line in one["lines"]}  # type: ignore[attr-defined]  # a list of lines
        for one in invoices(REAL)
    }

    assert found == wanted


@needs_real
def test_importing_again_adds_nothing(tmp_path: Path) -> None:
    """The answer is the same; in a file in which every row stands twice, the second one is reported."""
    header, *rows = REAL.read_text(encoding="utf-8").splitlines()
    twice = tmp_path / "twice.csv"
    twice.write_text("\n".join([header, *rows, *rows]), encoding="utf-8")

    told = answered("import", "focus", twice, code=1)
    assert isinstance(told, dict)
    assert [one["line"] for one in told["errors"]] == [len(rows) + 2 + n for n in range(len(rows))]
    assert invoices(REAL) == invoices(REAL) == told["invoices"]


def test_the_answer_is_as_documented(tmp_path: Path) -> None:
    """Invoices as ``invoices show`` has them, where money stands, notices, and the wrong lines."""
    path = tmp_path / "focus.csv"
    path.write_text(f"{HEADER}\n{ROW}\n{ROW.replace('USD', 'usd')}\n", encoding="utf-8")
    told = answered("import", "focus", path, code=1)

    assert isinstance(told, dict)
    assert told["errors"][0]["line"] == 3
    assert list(told) == ["invoices", "customers", "deployments", "notices", "errors"], "a scenario's result"
    assert told["customers"] == {"1001": {"balance": "0.00", "voucher_credit": "0.00", "receivable": "0.01"}}
    (notice,) = told["notices"]
    assert (notice["kind"], notice["number"], notice["at"]) == ("invoice.issued", "INV-000001", "2026-05-01T00:00:00Z")
    named = keys(told, but="customers") | set(told["customers"]["1001"])
    assert named == documented("import focus") | documented("invoices show") - {"source"}, "nothing is paid"


def test_an_import_is_told_to_people(tmp_path: Path) -> None:
    """A row for each sub-account; what was left out on the error stream."""
    path = tmp_path / "focus.csv"
    path.write_text(f"{HEADER}\n{ROW}\n{ROW.replace('0.5', 'x')}\n", encoding="utf-8")
    result = call("import", "focus", path, code=1)

    assert result.stdout.splitlines()[0] == "1 invoice"
    assert "│ INV-000001 │ 1001        │     1 │ 0.01 USD │" in result.stdout
    assert result.stderr.startswith("line 3: PricingQuantity: not a plain decimal number (got 'x'")


@pytest.mark.parametrize(("old", "new", "says"), WRONG_ROWS, ids=[f"{old}-{new!a}" for old, new, _ in WRONG_ROWS])
def test_a_wrong_row_is_left_out(tmp_path: Path, old: str, new: str, says: str) -> None:
    """It is reported by its line; the rows around it are billed."""
    path = tmp_path / "focus.csv"
    good = ROW.replace("1,", "9,", 1).replace("1001", "1002")
    path.write_text("\n".join([HEADER, ROW.replace(old, new, 1), "", good, ""]), encoding="utf-8")
    told = answered("import", "focus", path, code=1)

    assert isinstance(told, dict)
    assert [(one["line"], says in one["error"]) for one in told["errors"]] == [(2, True)]
    assert [(one["customer"], one["total"]) for one in told["invoices"]] == [("1002", "0.01")]


@pytest.mark.parametrize("column", HEADER.split(","))
def test_a_missing_column_is_named(tmp_path: Path, column: str) -> None:
    """Each column is needed; without it every row is reported."""
    path = tmp_path / "focus.csv"
    path.write_text(f"{HEADER.replace(column, 'Other')}\n{ROW}\n", encoding="utf-8")

    assert answered("import", "focus", path, code=1) == {
        **NOTHING,
        "errors": [{"line": 2, "error": f"{column}: the row lacks this column"}],
    }


@pytest.mark.parametrize(("data", "says"), WRONG_FILES, ids=range(len(WRONG_FILES)))
def test_a_wrong_file_is_refused(tmp_path: Path, data: bytes, says: str) -> None:
    """Nothing is billed of a file that is no CSV."""
    path = tmp_path / "focus.csv"
    path.write_bytes(data)
    result = call("import", "focus", path, code=3)

    assert result.stderr.startswith(says)
    assert result.stdout == ""


@pytest.mark.parametrize(("changes", "says"), CONTRADICTIONS, ids=[says[:40] for _, says in CONTRADICTIONS])
def test_a_row_that_contradicts_another_is_left_out(tmp_path: Path, changes: dict[str, str], says: str) -> None:
    """The first of the two is billed; the second is reported by its line, and ends nothing."""
    path = tmp_path / "focus.csv"
    second = ROW
    for old, new in changes.items():
        second = second.replace(old, new, 1)
    path.write_text(f"{HEADER}\n{ROW}\n{second}\n{ROW.replace('1,1001', '3,1002')}\n", encoding="utf-8")
    told = answered("import", "focus", path, code=1)

    assert isinstance(told, dict)
    assert [(one["line"], says in one["error"]) for one in told["errors"]] == [(3, True)]
    assert [(one["customer"], one["total"]) for one in told["invoices"]] == [("1001", "0.01"), ("1002", "0.01")]


def test_a_line_below_zero_is_reported_and_not_billed_as_nothing(tmp_path: Path) -> None:
    """All rows of a line whose quantities sum to less than zero; a smaller fall lowers its line."""
    path = tmp_path / "focus.csv"
    fallen = ROW.replace("1,", "2,", 1).replace("0.5,0.023,0.0115", "-0.6,0.023,-0.0138")
    other, less = (row.replace("S1", "S2").replace("0.023", "23").replace("0.0", "") for row in (ROW, fallen))
    rows = [
        ROW,
        fallen,
        f"3{other[1:]}".replace("115", "11.5"),
        f"4{less[1:]}".replace("-0.6", "-0.2").replace("-138", "-4.6"),
    ]
    path.write_text("\n".join([HEADER, *rows]), encoding="utf-8")
    told = answered("import", "focus", path, code=1)

    assert isinstance(told, dict)
    assert [(one["line"], "sum to -0.1" in one["error"]) for one in told["errors"]] == [(2, True), (3, True)]
    assert [(one["total"], [line["quantity"] for line in one["lines"]]) for one in told["invoices"]] == [
        ("6.90", ["0.3"])
    ]


def test_two_months_of_a_file_are_two_invoices(tmp_path: Path) -> None:
    """A file may have several billing periods, as long as none overlaps another."""
    path = tmp_path / "focus.csv"
    may = ROW.replace("1,", "2,", 1).replace("-05-", "-06-").replace("-04-", "-05-")
    path.write_text(f"{HEADER}\n{ROW}\n{may}\n", encoding="utf-8")

    assert [one["billing_date"] for one in invoices(path)] == ["2026-05-01T00:00:00Z", "2026-06-01T00:00:00Z"]


def test_a_file_without_rows_has_no_invoices(tmp_path: Path) -> None:
    """A header alone is no error."""
    path = tmp_path / "focus.csv"
    path.write_text(f"{HEADER}\n", encoding="utf-8")

    assert answered("import", "focus", path) == NOTHING


def test_two_currencies_of_two_sub_accounts(tmp_path: Path) -> None:
    """Each is billed in its own."""
    path = tmp_path / "focus.csv"
    path.write_text(f"{HEADER}\n{ROW}\n{ROW.replace('1,1001', '2,1002').replace('USD', 'JPY')}\n", encoding="utf-8")

    assert [(one["customer"], one["currency"], one["total"]) for one in invoices(path)] == [
        ("1001", "USD", "0.01"),
        ("1002", "JPY", "0"),
    ]


def test_an_account_that_cannot_be_billed_is_not_lost(tmp_path: Path) -> None:
    """Amounts beyond what money can be refuse the import; no invoice is silently missing."""
    path = tmp_path / "focus.csv"
    big = ROW.replace("0.5,0.023,0.0115", "999999999999999,0.9,899999999999999.1")
    rows = [big.replace("1,", f"{number},", 1) for number in range(1, 300)]
    path.write_text("\n".join([HEADER, *rows]), encoding="utf-8")

    assert call("import", "focus", path, code=3).stdout == ""
