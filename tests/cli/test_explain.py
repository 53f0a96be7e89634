"""``billcore explain``: why a line has its amount."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.cli.desk import answered, call, documented, keys
from tests.engine.breaks import broken


def test_a_line_is_explained(billed: Path) -> None:
    """By its place from 1: the amount, and under it what it is made of."""
    lines = call("explain", billed, "INV-000001", "1", "--locale", "en").stdout.replace("\xa0", " ").splitlines()

    assert lines[0].startswith("CHF29.70  Seats (rounded)  [document INV-000001, line inv_")
    assert lines[1].startswith("  CHF29.70  exact amount (+)  [price seats, order ord_")
    assert lines[1].endswith(", period Jan 1, 2026 - Jan 31, 2026, catalog 1]")
    assert lines[2:7] == [
        "    CHF29.70  Jan 1, 2026 - Jan 31, 2026 (x)",
        "      CHF29.70  amount by the price (+)",
        "        CHF29.70  units (x)",
        "          3  quantity",
        "          CHF9.90  price of a unit",
    ]


def test_it_speaks_the_customers_language(billed: Path) -> None:
    """German with the numbers of Switzerland for acme, French for lyon; --locale says another; else English."""
    assert "Preis einer Einheit" in call("explain", billed, "INV-000001", "1").stdout
    assert "prix d'une unité" in call("explain", billed, "INV-000002", "1").stdout
    assert "prezzo unitario" in call("explain", billed, "INV-000001", "1", "--locale", "it_CH").stdout
    assert "price of a unit" in call("explain", billed, "INV-000001", "1", "--locale", "es").stdout


def test_a_page_is_written(billed: Path, tmp_path: Path) -> None:
    """HTML in the customer's language; nowhere to write it is wrong use."""
    page = tmp_path / "why.html"

    assert call("explain", billed, "INV-000001", "1", "--html", page).stdout == f"written to {page}\n"
    assert '<html lang="de-CH">' in page.read_text(encoding="utf-8")
    call("explain", billed, "INV-000001", "1", "--html", tmp_path / "no" / "why.html", code=2)


def test_a_line_is_found_by_its_id(billed: Path) -> None:
    """The answers for its place and for its id are the same, and have the keys of the reference."""
    document = answered("invoices", "show", billed, "INV-000001")
    by_place = answered("explain", billed, "INV-000001", "1")

    assert isinstance(document, dict)
    assert by_place == answered("explain", billed, "INV-000001", document["lines"][0]["id"])
    assert keys(by_place, but="about") == documented("explain")


def test_every_line_of_every_document_is_explained(billed: Path) -> None:
    """Recurring, usage, one-off and credited lines: the tree's value is the line's amount."""
    documents = answered("invoices", "list", billed)

    assert isinstance(documents, list)
    for document in documents:
        for place, line in enumerate(document["lines"], 1):
            tree = answered("explain", billed, document["number"], str(place))
            assert isinstance(tree, dict)
            assert Decimal(tree["value"]) == Decimal(line["amount"])


def test_usage_that_was_recorded_after_the_runs_instant(loaded: Path) -> None:
    """A run as of long ago bills usage that was loaded today, and can say why."""
    call("run", loaded, "--until", "2026-01-31T23:00:00Z", "--at", "2025-01-01T00:00:00Z")
    told = call("explain", loaded, "INV-000003", "2").stdout

    assert told.startswith("CHF\xa02.75  Traffic (gerundet)")
    assert "Verbrauch gb, 2 Ereignisse" in told
    assert call("explain", loaded, "INV-000001", "1").stdout.startswith("CHF\xa029.70  Seats (gerundet)")


@pytest.mark.parametrize("line", ["0", "2", "99", "01", "one", "", "inv_1-1"])
def test_an_unknown_line(billed: Path, line: str) -> None:
    """It is named in the error."""
    assert call("explain", billed, "INV-000001", line, code=3).stderr == (
        f"not_found: line: no such line (got '{line}')\n"
    )


def test_an_unknown_document(billed: Path) -> None:
    """It is named in the error."""
    assert call("explain", billed, "INV-000099", "1", code=3).stderr == (
        "not_found: document: no such document (got 'INV-000099')\n"
    )


def test_a_line_whose_facts_somebody_changed(billed: Path) -> None:
    """No explanation is given that does not come to the line's amount: P5, and the exit code of a broken invariant."""
    broken(billed, "UPDATE billcore_line SET exact = '29.71' WHERE price = 'seats' AND customer = 'acme' AND nth = 0")
    result = call("explain", billed, "INV-000001", "1", code=4)

    assert result.stderr.startswith("invariant_broken: INV-000001 ")
    assert "P5: the facts do not come to the line's amount" in result.stderr
