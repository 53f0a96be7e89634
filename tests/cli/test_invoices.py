"""``billcore invoices``: list and show, for people in their language and for programs."""

from __future__ import annotations

import html
from pathlib import Path

import pytest

from tests.cli.desk import answered, call, documented, keys

ITEM = "Hilfe <script>alert('1')</script> & Rat [/b] [red]"

RECHNUNG = """\
Rechnung INV-000001
Datum: 01.01.2026
Zahlbar bis: 11.01.2026
Kunde: acme

Beschreibung  Zeitraum                 Menge     Betrag
-------------------------------------------------------
Seats         01.01.2026 - 31.01.2026      3  CHF 29.70
-------------------------------------------------------
                               Zwischensumme  CHF 29.70
                                Steuer 8.1 %   CHF 2.41
                                       Total  CHF 32.11
                              Gutgeschrieben  -CHF 5.41
                              Offener Betrag  CHF 26.70
"""
FACTURE = """\
Facture INV-000002
Date: 1 janv. 2026
Échéance: 11 janv. 2026
Client: lyon

Description  Période                       Quantité       Montant
-----------------------------------------------------------------
Seats        1 janv. 2026 - 31 janv. 2026       200  1 980,00 CHF
-----------------------------------------------------------------
                                         Sous-total  1 980,00 CHF
                                          Taxe 20 %    396,00 CHF
                                              Total  2 376,00 CHF
                                         Montant dû  2 376,00 CHF
"""
GUTSCHRIFT = """\
Gutschrift CN-000001
Datum: 10.02.2026
Kunde: acme
Korrigiert: INV-000001

Beschreibung       Zeitraum                 Menge     Betrag
------------------------------------------------------------
Seats (an outage)  01.01.2026 - 31.01.2026      3  -CHF 5.00
------------------------------------------------------------
                                    Zwischensumme  -CHF 5.00
                                     Steuer 8.1 %  -CHF 0.41
                                            Total  -CHF 5.41
"""
LISTED = [
    ["INV-000001", "acme", "2026-01-01", "32.11 CHF", "26.70 CHF", "issued"],
    ["INV-000003", "acme", "2026-02-01", "89.13 CHF", "89.13 CHF", "issued"],
    ["CN-000001", "acme", "2026-02-10", "-5.41 CHF", "0.00 CHF", "issued"],
    ["INV-000002", "lyon", "2026-01-01", "2376.00 CHF", "2376.00 CHF", "issued"],
    ["INV-000004", "lyon", "2026-02-01", "2376.00 CHF", "2376.00 CHF", "issued"],
]


def plain(text: str) -> str:
    """The text with all spaces of one kind: locales group digits by narrow ones."""
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def rows(text: str) -> list[list[str]]:
    """The rows of a printed table."""
    return [[cell.strip() for cell in line.split("│")[1:-1]] for line in text.splitlines() if line.startswith("│")]


@pytest.mark.parametrize("columns", [20, 120])
def test_all_documents_are_listed(billed: Path, columns: int) -> None:
    """By customer and billing date, dates the customer's own; a narrow terminal cuts nothing."""
    told = call("invoices", "list", billed, columns=columns).stdout

    assert told.startswith("5 documents\n")
    assert rows(told) == LISTED


def test_one_customers_documents_are_listed(billed: Path) -> None:
    """``--customer`` leaves out the others."""
    assert rows(call("invoices", "list", billed, "--customer", "lyon").stdout) == LISTED[3:]


def test_nothing_is_listed_before_the_first_run(loaded: Path) -> None:
    """No document is no error."""
    assert call("invoices", "list", loaded).stdout.startswith("0 documents\n")
    assert answered("invoices", "list", loaded) == []


def test_the_list_is_told_to_programs(billed: Path) -> None:
    """Each document as ``show`` has it, in the order of the table."""
    told = answered("invoices", "list", billed)

    assert isinstance(told, list)
    assert [one["number"] for one in told] == [row[0] for row in LISTED]
    assert told == [answered("invoices", "show", billed, one["number"]) for one in told]


@pytest.mark.parametrize(
    ("number", "text"), [("INV-000001", RECHNUNG), ("INV-000002", FACTURE), ("CN-000001", GUTSCHRIFT)]
)
def test_a_document_is_shown_in_its_customers_language(billed: Path, number: str, text: str) -> None:
    """``de_CH`` and ``fr_FR``, and a credit note with the invoice that it corrects."""
    assert plain(call("invoices", "show", billed, number).stdout) == text


def test_a_document_is_told_to_programs(billed: Path) -> None:
    """Every key of the reference, amounts as text at the minor unit."""
    told = answered("invoices", "show", billed, "INV-000001")

    assert isinstance(told, dict)
    assert [told[name] for name in ("number", "kind", "subtotal", "tax", "total", "credited", "due")] == [
        *("INV-000001", "invoice", "29.70", "2.41", "32.11", "5.41", "26.70")
    ]
    assert answered("invoices", "show", billed, str(told["id"])) == told
    assert keys(told) == documented("invoices show") - {"source", "at"}, "it has no payment yet"


def test_a_payment_stands_on_its_document(billed: Path) -> None:
    """With a payment on it, a document has all keys of the reference."""
    (billed.parent / "paid.toml").write_text(
        """\
format = "billcore-scenario/1"
name = "paid"

[[steps]]
at = 2026-02-12T00:00:00Z
do = "record_payment"
customer = "acme"
document = "INV-000001"
amount = "26.70"
""",
        encoding="utf-8",
    )
    call("load", billed, "paid.toml")
    told = answered("invoices", "show", billed, "INV-000001")

    assert isinstance(told, dict)
    assert [told["status"], told["paid"], told["due"]] == ["paid", "26.70", "0.00"]
    assert [payment["amount"] for payment in told["payments"]] == ["26.70"]
    assert keys(told) == documented("invoices show")


def test_a_credit_note_names_what_it_corrects(billed: Path) -> None:
    """Its amounts are negative, and nothing is due."""
    told = answered("invoices", "show", billed, "CN-000001")

    assert isinstance(told, dict)
    assert [told[name] for name in ("kind", "corrects", "reason", "total", "due")] == [
        *("credit_note", "INV-000001", "an outage", "-5.41", "0.00")
    ]


@pytest.mark.parametrize(
    ("number", "language", "title", "shows"),
    [
        ("INV-000001", "de-CH", "Rechnung INV-000001", ["CHF 32.11", "01.01.2026 - 31.01.2026", "Zahlbar bis"]),
        ("INV-000002", "fr-FR", "Facture INV-000002", ["2 376,00 CHF", "1 janv. 2026", "Échéance"]),
        ("CN-000001", "de-CH", "Gutschrift CN-000001", ["-CHF 5.41", "INV-000001", "an outage"]),
    ],
)
def test_a_document_is_written_as_a_page(
    billed: Path, number: str, language: str, title: str, shows: list[str]
) -> None:
    """A whole HTML page in the customer's language, in UTF-8, in the file that ``--html`` names."""
    told = call("invoices", "show", billed, number, "--html", "page.html")
    page = plain((billed.parent / "page.html").read_bytes().decode())

    assert told.stdout == "written to page.html\n"
    assert page.startswith(f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8"><title>{title}<')
    assert page.endswith("</html>\n")
    assert all(html.escape(text) in page for text in shows)


def test_a_page_has_no_script(billed: Path) -> None:
    """A description that looks like HTML is shown and not run."""
    call("invoices", "show", billed, "INV-000003", "--html", "page.html")
    page = (billed.parent / "page.html").read_text(encoding="utf-8")

    assert "<script" not in page
    assert html.escape(ITEM) in page
    assert ITEM in call("invoices", "show", billed, "INV-000003").stdout


def test_a_page_and_an_answer(billed: Path) -> None:
    """``--html`` and ``--json`` together write the one and print the other."""
    told = answered("invoices", "show", billed, "INV-000001", "--html", "page.html")

    assert told == answered("invoices", "show", billed, "INV-000001")
    assert (billed.parent / "page.html").is_file()


@pytest.mark.parametrize("page", ["not-there/page.html", "page.html/page.html", ""])
def test_a_page_that_cannot_be_written(billed: Path, page: str) -> None:
    """The option is named with the reason."""
    (billed.parent / "page.html").write_text("kept", encoding="utf-8")
    result = call("invoices", "show", billed, "INV-000001", "--html", page, code=2)

    assert "Error: Invalid value for '--html': " in result.stderr
    assert " cannot be written: " in result.stderr
    assert (billed.parent / "page.html").read_text(encoding="utf-8") == "kept"


def test_unknown_names(billed: Path) -> None:
    """A number and a customer that are not there are named in the error; no page is written."""
    shown = call("invoices", "show", billed, "INV-000099", "--html", "page.html", code=3)
    listed = call("invoices", "list", billed, "--customer", "nobody", code=3)

    assert shown.stderr == "not_found: document: no such document (got 'INV-000099')\n"
    assert listed.stderr == "not_found: customer: no such customer (got 'nobody')\n"
    assert not (billed.parent / "page.html").exists()
