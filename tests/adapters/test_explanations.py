"""Explanations for people: four languages, numbers and dates by locale, and a page that is safe to open."""

from __future__ import annotations

import string
from collections.abc import Iterator
from decimal import Decimal
from html.parser import HTMLParser

import attrs
import pytest
from hypothesis import given

from billcore.adapters.explanations import explanation_html, explanation_text
from billcore.adapters.wording import LANGUAGES, WORDS, known, word
from billcore.kernel import Period, instant
from billcore.kernel import exact as ex
from billcore.pricing import (
    Bracket,
    Cell,
    EventModel,
    Explanation,
    Matrix,
    PriceModel,
    Progressive,
    Tier,
    Volume,
    explain_rating,
    leaf,
)
from billcore.testing.strategies import price_models, quantities
from tests.testing.broken_books import lived

MAY = Period("2026-04-30T22:00:00Z", "2026-05-31T22:00:00Z")
TREE = Explanation(
    "Seats <b>&",
    Decimal("1234.57"),
    "round",
    (
        Explanation(
            "part",
            Decimal("1234.567"),
            "product",
            (leaf("unit amount", "2469.134"), leaf("share of the period", "0.5", kind="number")),
            about={"period": MAY},
        ),
    ),
    places=2,
    about={"currency": "EUR", "snapshot": "0123456789abcdef", "reason": "late usage"},
).numbered()


def plain(text: str) -> list[str]:
    """The lines, their spaces plain."""
    return text.replace("\xa0", " ").replace("\u202f", " ").splitlines()


@pytest.mark.parametrize(
    ("locale", "lines"),
    [
        (
            "en_GB",
            [
                "€1,234.57  Seats <b>& (rounded)  [snapshot 0123456789ab, reason late usage]",
                "  €1,234.567  1 May 2026 - 31 May 2026 (x)",
                "    €2,469.134  price of a unit",
                "    0.5  share of the period",
            ],
        ),
        (
            "de_DE",
            [
                "1.234,57 €  Seats <b>& (gerundet)  [Momentaufnahme 0123456789ab, Grund späte Verbrauchsmeldung]",
                "  1.234,567 €  01.05.2026 - 31.05.2026 (x)",
                "    2.469,134 €  Preis einer Einheit",
                "    0,5  Anteil am Zeitraum",
            ],
        ),
        (
            "fr",
            [
                "1 234,57 €  Seats <b>& (arrondi)  [instantané 0123456789ab, motif usage déclaré tard]",
                "  1 234,567 €  1 mai 2026 - 31 mai 2026 (x)",
                "    2 469,134 €  prix d'une unité",
                "    0,5  part de la période",
            ],
        ),
        (
            "it_IT",
            [
                "1.234,57 €  Seats <b>& (arrotondato)  [istantanea 0123456789ab, motivo consumo comunicato tardi]",
                "  1.234,567 €  1 mag 2026 - 31 mag 2026 (x)",
                "    2.469,134 €  prezzo unitario",
                "    0,5  quota del periodo",
            ],
        ),
    ],
)
def test_each_language_with_its_numbers_and_dates(locale: str, lines: list[str]) -> None:
    """Labels, money, numbers and the customer's local dates."""
    assert plain(explanation_text(TREE, locale, "Europe/Zurich")) == lines


@pytest.mark.parametrize("locale", ["", "xx", "tlh_XX", "no such", "ro", "zh_TW"])
def test_a_language_that_is_not_spoken_reads_english(locale: str) -> None:
    """The words are English; the numbers the locale's own where babel knows it."""
    assert "price of a unit" in explanation_text(TREE, locale)


def test_part_of_a_day_is_told_with_its_time() -> None:
    """A stretch that does not consist of local days says when it begins and ends; an instant is one."""
    noon = Period("2026-05-01T10:00:00Z", "2026-05-01T22:00:00Z")
    at = Period("2026-05-01T10:00:00Z", "2026-05-01T10:00:00Z")

    told = explanation_text(leaf("part", 1, about={"period": noon}), "de", "Europe/Zurich")
    assert told == "1  01.05.2026, 12:00:00 - 02.05.2026, 00:00:00"
    assert explanation_text(leaf("part", 1, about={"period": at}), "de") == "1  01.05.2026, 10:00:00"


def test_what_does_not_end_is_told_with_its_fraction() -> None:
    """A third is about 0.333333, and is 1/3."""
    third = ex.ratio(Decimal(1), 3)
    tree = Explanation("x", third, "sum", (leaf("factor", third, kind="number"),), about={"currency": "CHF"})

    assert plain(explanation_text(tree, "de_CH")) == ["≈ CHF 0.333333 (1/3)  x (+)", "  ≈ 0.333333 (1/3)  Faktor"]


def test_instants_and_hashes_beside_a_value() -> None:
    """An instant is its local date."""
    tree = leaf("asked by the facts", 5, about={"added": instant("2026-05-31T23:30:00Z")})

    assert explanation_text(tree, "de", "Europe/Zurich") == "5  nach Bezug geschuldet  [hinzugefügt 01.06.2026]"


def test_every_word_has_four_languages_and_the_same_places() -> None:
    """A row has one text a language, none empty, and each names what the others name."""
    for name, texts in WORDS.items():
        places = [{field for _, field, _, _ in string.Formatter().parse(text) if field} for text in texts]

        assert len(texts) == len(LANGUAGES), name
        assert all(texts), name
        assert all(one == places[0] for one in places), name


def said(tree: Explanation) -> Iterator[str]:
    """The words that an explanation uses, but for its root's and for codes."""
    for node in tree.walk():
        yield from ([node.label] if node is not tree else [])
        yield from node.about.keys() - {"currency", "n", "name", "meter", "events", "percent"}


@given(price_models(), quantities(max_value=3_000))
def test_every_word_of_a_rating_is_in_the_table(model: PriceModel, quantity: Decimal) -> None:
    """Law: whatever the model and the quantity, no label and no fact is left in English."""
    if isinstance(model, EventModel):
        return
    tree = explain_rating(model.rate(quantity), model=model, quantity=quantity)

    assert [one for one in said(tree) if not known(one)] == []


def test_every_word_of_billed_lines_is_in_the_table() -> None:
    """Half a year of changes, late usage, credits and voids, told in Italian."""
    billing = lived()
    trees = [
        billing.invoices.explain(one.id, line.id)
        for customer in billing.customers.list().items
        for one in billing.invoices.list(customer.id, limit=1_000).items
        for line in one.document.lines
    ]

    assert len(trees) > 20
    assert {one for tree in trees for one in said(tree) if not known(one)} == set()
    for tree in trees:
        assert len(explanation_text(tree, "it").splitlines()) == len(list(tree.walk()))


def test_names_are_not_translated() -> None:
    """A cell called "free" and a step of one's own are shown as they are called."""
    cell = explain_rating(Matrix(["class"], [], "0.1").rate(Decimal(1)), model=Matrix(["class"], [], "0.1"))
    named = leaf("cell", 1, about={"name": "free"})

    assert "alle anderen" in explanation_text(cell, "de")
    assert explanation_text(named, "de") == "1  free"
    assert word("Gold <seat>", "de") == "Gold <seat>"
    sold = Explanation("minimum", Decimal(1), about={"currency": "EUR", "price": "free", "reason": "minimum wage"})
    assert plain(explanation_text(sold, "de_DE")) == ["1,00 €  minimum  [Preis free, Grund minimum wage]"]
    assert Matrix(["a"], [Cell({"a": "b"}, 1)]).cells[0].unit_amount == 1


class Page(HTMLParser):
    """What is in a page: its elements as they nest, ids, and the text of list items."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.ids: list[str] = []
        self.lang = ""
        self.items = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what opens."""
        found = dict(attrs)
        assert not any(name.startswith("on") or name in ("src", "href") for name in found)
        self.tags.add(tag)
        self.items += tag == "li"
        self.lang = found.get("lang") or self.lang
        self.ids += [found["id"] or ""] if "id" in found else []
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """What closes was opened last."""
        assert self.open.pop() == tag


def test_a_page_is_accessible_and_safe() -> None:
    """It has a language, one heading, lists in lists with ids; no script, no link, and every text is escaped."""
    text = explanation_html(TREE, "de_CH", "Europe/Zurich")
    page = Page(text)

    assert page.open == []
    assert page.lang == "de-CH"
    assert page.tags == {"html", "head", "meta", "title", "style", "body", "main", "h1", "ul", "li", "b", "small"}
    assert page.items == len(page.ids) == len(set(page.ids)) == 4
    assert "Seats &lt;b&gt;&amp;" in text
    assert "Seats <b>&" not in text


def test_a_page_without_a_name_has_no_ids() -> None:
    """A tree that was not numbered is shown all the same, in one currency or none."""
    tree = explain_rating(Volume([Tier(None, "0.5")]).rate(Decimal(3)))
    bare = attrs.evolve(tree, label="<script>")

    assert Page(explanation_html(bare)).ids == []
    assert "&lt;script&gt;" in explanation_html(bare)


def test_brackets_read_as_a_price_page_does() -> None:
    """5.3 item 4: 4 of 12 GiB at 10 % less."""
    model = Progressive("0.0500", 4, brackets=[Bracket(8, 0), Bracket(None, 10)])
    tree = explain_rating(model.rate(Decimal(12)), model=model, quantity=Decimal(12))

    assert explanation_text(tree).splitlines()[6:] == [
        "  0.045  discount bracket 2 (x)  [above 8, discount % 10]",
        "    4  units (-)",
        "      12  quantity",
        "      8  below the tier",
        "    0.0125  price of a unit (/)",
        "      0.05  price of so many units",
        "      4  for so many units",
        "    90 %  after 10 % off",
    ]
