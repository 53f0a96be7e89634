"""``billcore catalog plot``: a picture of a price over quantity."""

from __future__ import annotations

import builtins
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given

from billcore.adapters.pictures import points, reach
from billcore.kernel import exact as ex
from billcore.pricing import (
    Bracket,
    EventModel,
    Graduated,
    Package,
    PriceModel,
    Progressive,
    StairStep,
    Tier,
    Volume,
    Wrapped,
    amount_of,
    bounds_of,
)
from billcore.testing.strategies import price_models
from tests.cli.desk import answered, call, documented, keys

pytestmark = pytest.mark.dev_dependency

TIERS = """\
format = "billcore-catalog/1"
version = "1"
effective = 2026-01-01T00:00:00Z
currency = "EUR"
meters = [{ code = "calls" }]
plans = [
    { code = "api", versions = [{ version = 1, prices = [
        { code = "calls", cadence = "usage", meter = "calls", unit = "calls", description = "Calls & more", model = { type = "graduated", tiers = [
            { up_to = 100, unit_amount = "0.10" }, { unit_amount = "0.05" },
        ] } },
        { code = "base", model = { type = "flat", amount = 5 } },
    ] }] },
    { code = "big", versions = [{ version = 1, prices = [{ code = "base", model = { type = "flat", amount = 50 } }] }] },
]

[[services]]
code = "postgres"
billing_unit = "ram_gib"
compute_plans = [{ code = "small", cpu = 1, ram_gib = 4, price = "0.05" }]
discount_brackets = [{ up_to = 8, percent = 0 }, { percent = 10 }]
"""  # noqa: E501 - a catalog in few lines


@pytest.fixture
def catalog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A catalog of tiers, brackets and two prices of one code, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "catalog.toml"
    path.write_text(TIERS, encoding="utf-8")
    return path


def test_a_price_is_drawn(catalog: Path) -> None:
    """An SVG with the price's name, its unit and currency; drawn again it is the same, byte for byte."""
    pytest.importorskip("matplotlib", reason="matplotlib (extra plot) is not installed")
    assert call("catalog", "plot", catalog, "calls").stdout == "written to calls.svg\n"
    first = Path("calls.svg").read_bytes()
    call("catalog", "plot", catalog, "api/calls", "-o", "again.svg")
    texts = {node.text for node in ET.fromstring(first).iter("{http://www.w3.org/2000/svg}text")}  # noqa: S314 - our own

    assert {"Calls & more", "calls", "amount (EUR)", "average of a unit (EUR)"} <= texts
    assert Path("again.svg").read_bytes() == first


@pytest.mark.parametrize(("suffix", "magic"), [("png", b"\x89PNG"), ("pdf", b"%PDF"), ("PNG", b"\x89PNG")])
def test_other_forms(catalog: Path, suffix: str, magic: bytes) -> None:
    """By the file's name."""
    pytest.importorskip("matplotlib", reason="matplotlib (extra plot) is not installed")
    call("catalog", "plot", catalog, "calls", "-o", f"x.{suffix}")

    assert Path(f"x.{suffix}").read_bytes().startswith(magic)


def test_its_points_for_programs(catalog: Path) -> None:
    """Exact numbers: at 100 calls 10.00, at 150 12.50, on average 1/12 of a euro."""
    pytest.importorskip("matplotlib", reason="matplotlib (extra plot) is not installed")
    told = answered("catalog", "plot", catalog, "calls", "--to", "150")
    assert isinstance(told, dict)
    rows = {row["quantity"]: (row["amount"], row["average"]) for row in told["points"]}

    assert (told["price"], told["to"]) == ("calls", "150")
    assert (rows["0"], rows["100"], rows["150"]) == (("0", None), ("10", "0.1"), ("12.5", "1/12"))
    assert keys(told) == documented("catalog plot")


def test_the_compute_of_a_service(catalog: Path) -> None:
    """Its brackets: 12 GiB of 4 at 0.05 an hour are 11.6 effective ones."""
    pytest.importorskip("matplotlib", reason="matplotlib (extra plot) is not installed")
    told = answered("catalog", "plot", catalog, "postgres/small/compute", "--to", "12", "-o", "c.svg")

    assert isinstance(told, dict)
    assert told["points"][-1]["amount"] == "0.145"


MORE = """
format = "billcore-catalog/1"
version = "1"
effective = 2026-01-01T00:00:00Z
currency = "EUR"
meters = [{ code = "gb" }]
meter_prices = [{ meter = "gb", price = { code = "outside", cadence = "usage", meter = "gb", model = { type = "per_unit", unit_amount = 2 } } }]
availability = [{ service = "db", compute_plan = "new", offering = "exo" }]
sla_tiers = [{ code = "gold" }]
plans = [{ code = "team", versions = [{ version = 1, prices = [{ code = "base", model = { type = "flat", amount = 9 } }], phases = [
    { code = "intro", length = "month", prices = [{ code = "base", model = { type = "flat", amount = 1 } }] },
] }] }]

[[services]]
code = "db"
listed = false
base_fee = 20
sla_surcharges = { gold = 50 }
compute_plans = [
    { code = "new", cpu = 1, ram_gib = 4, price = 3 },
    { code = "old", cpu = 1, ram_gib = 4, price = 4, stale = true },
]
storage = [{ code = "ssd", price = 6, per = "month" }]
resources = [{ code = "ip", price = 7 }]
"""  # noqa: E501 - a catalog in few lines


def test_every_price_can_be_looked_at(catalog: Path) -> None:
    """Of an unlisted service, a plan offered elsewhere, a stale one, a phase, usage outside plans: none is bought."""
    pytest.importorskip("matplotlib", reason="matplotlib (extra plot) is not installed")
    catalog.write_text(MORE, encoding="utf-8")
    names = {
        "team/base": "9",
        "team/intro/base": "1",
        "gb:EUR@ever/outside": "2",
        "db/base": "20",
        "db/gold/sla": "50",
        "db/new/compute": "0.75",
        "db/old/compute": "1",
        "db/ssd/storage": "6",
        "db/ip/resource:ip": "7",
    }

    for name, amount in names.items():
        told = answered("catalog", "plot", catalog, name, "--to", "1", "-o", "x.svg")
        assert isinstance(told, dict)
        assert (name, told["points"][-1]["amount"]) == (name, amount)


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("gold",), 3, "not_found: price: no such price in the catalog (got 'gold'; one of api/base, api/calls, "),
        (("base",), 3, "several prices have this code (got 'base'; one of api/base, big/base)"),
        (("calls", "--to", "0"), 3, "a picture goes to a quantity above zero"),
        (("calls", "--to", "many"), 3, "invalid_number: to:"),
        (("calls", "-o", "x.gif"), 2, "a picture is an .svg, .png or .pdf."),
        (("calls", "-o", "no/x.svg"), 2, "cannot be written"),
    ],
)
def test_wrong_calls(catalog: Path, words: tuple[str, ...], code: int, says: str) -> None:
    """Each is one error, and nothing is written."""
    pytest.importorskip("matplotlib", reason="matplotlib (extra plot) is not installed")
    assert says in call("catalog", "plot", catalog, *words, code=code).stderr
    assert [path.name for path in catalog.parent.iterdir()] == ["catalog.toml"]


def test_without_the_extra(catalog: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says what to install."""
    real = builtins.__import__

    def without(name: str, *rest: object) -> object:
        if name.partition(".")[0] == "matplotlib":
            raise ModuleNotFoundError(name=name)
        return real(name, *rest)  # type: ignore[arg-type]  # as it was called

    for name in [name for name in sys.modules if name.partition(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", without)

    assert call("catalog", "plot", catalog, "calls", code=4).stderr == (
        "extra_missing: drawing a picture needs an extra (pip install 'billcore[plot]')\n"
    )


@pytest.mark.parametrize(
    ("model", "bounds", "end"),
    [
        (Graduated([Tier(10, 1), Tier(100, 1), Tier(None, 1)]), (10, 100), 150),
        (Volume([Tier(None, 1)]), (), 100),
        (StairStep([Tier(8, flat_amount=1), Tier(None, flat_amount=2)]), (8,), 12),
        (Progressive(1, brackets=[Bracket(8, 0), Bracket(None, 10)]), (8,), 12),
        (Package(100, 1), (100,), 150),
        (Wrapped(model=Graduated([Tier(10, 1), Tier(None, 1)]), included=5, unit_divisor=2), (10, 30), 45),
    ],
)
def test_where_tiers_begin(model: PriceModel, bounds: tuple[int, ...], end: int) -> None:
    """What is included comes first; units are those that are metered; the picture goes beyond the last."""
    assert bounds_of(model) == bounds
    assert reach(model) == end


@given(price_models())
def test_points_are_on_the_curve(model: PriceModel) -> None:
    """Law: quantities rise from zero, each amount is the price's own, and the average times the quantity is it."""
    if isinstance(model, EventModel):
        return
    found = points(model)

    assert found[0].quantity == 0
    assert [one.quantity for one in found] == sorted({one.quantity for one in found})
    for one in found:
        assert one.amount == amount_of(model, one.quantity)
        assert one.average is None or ex.multiply(one.average, one.quantity) == one.amount
