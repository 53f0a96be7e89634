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
    (
        f"{HEADER}\n{ROW}\n{ROW.replace('1,', '2,', 1).replace('USD', 'EUR')}\n".encode(),
        "invalid_value: line 3.BillingCurrency: a sub-account pays in one currency (got 'EUR'; 1001 pays in USD)",
    ),
    (
        f"{HEADER}\n{ROW.replace('2026-05-01', '2026-04-15')}\n".encode(),
        "invalid_value: BillingPeriodEnd: a billing period that is not a month",
    ),
    (
        f"{HEADER}\n{ROW}\n{ROW.replace('0.5', '1').replace('0.0115', '0.023')}\n".encode(),
        "invalid_value: Id: this id was used for another event (got '1')",
    ),
]


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
    """The answer is the same; and so it is for a file in which every row stands twice."""
    header, *rows = REAL.read_text(encoding="utf-8").splitlines()
    twice = tmp_path / "twice.csv"
    twice.write_text("\n".join([header, *rows, *rows]), encoding="utf-8")

    assert invoices(REAL) == invoices(REAL) == invoices(twice)


def test_the_answer_is_as_documented(tmp_path: Path) -> None:
    """Invoices as ``invoices show`` has them, and the wrong lines."""
    path = tmp_path / "focus.csv"
    path.write_text(f"{HEADER}\n{ROW}\n{ROW.replace('USD', 'usd')}\n", encoding="utf-8")
    told = answered("import", "focus", path, code=1)

    assert isinstance(told, dict)
    assert told["errors"][0]["line"] == 3
    assert keys(told) == documented("import focus") | documented("invoices show") - {"source", "at"}, "nothing is paid"


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
        "invoices": [],
        "errors": [{"line": 2, "error": f"{column}: the row lacks this column"}],
    }


@pytest.mark.parametrize(("data", "says"), WRONG_FILES, ids=range(len(WRONG_FILES)))
def test_a_wrong_file_is_refused(tmp_path: Path, data: bytes, says: str) -> None:
    """Nothing is billed of a file that is no CSV, or whose rows contradict each other."""
    path = tmp_path / "focus.csv"
    path.write_bytes(data)
    result = call("import", "focus", path, code=3)

    assert result.stderr.startswith(says)
    assert result.stdout == ""


def test_a_file_without_rows_has_no_invoices(tmp_path: Path) -> None:
    """A header alone is no error."""
    path = tmp_path / "focus.csv"
    path.write_text(f"{HEADER}\n", encoding="utf-8")

    assert answered("import", "focus", path) == {"invoices": [], "errors": []}


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
