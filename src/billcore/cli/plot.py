"""``billcore catalog plot``: a picture of a price over quantity."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import click

from billcore.adapters.pictures import PictureFormat, picture, points
from billcore.cli.files import read_catalog
from billcore.cli.output import answer, json_option, text_argument, written
from billcore.kernel import InvalidValue, NotFound, nearest
from billcore.kernel import exact as ex
from billcore.pricing import Catalog, Price, key_of

__all__ = ["plot"]

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
NEW = click.Path(dir_okay=False, path_type=Path)
_FORMATS = ("svg", "png", "pdf")


@click.command()
@click.argument("catalog", type=FILE)
@click.argument("price", callback=text_argument)
@click.option("--to", default=None, help="Up to this quantity; default: beyond the last tier.")
@click.option("--output", "-o", "to_file", type=NEW, default=None, help="An .svg, .png or .pdf; default: PRICE.svg.")
@json_option
def plot(catalog: Path, price: str, to: str | None, to_file: Path | None, as_json: bool) -> None:  # noqa: FBT001 - click passes by position
    """Draw a PRICE of a CATALOG file over quantity: amount, average, tiers and brackets."""
    file = to_file or Path(f"{price.replace('/', '-')}.svg")
    form = file.suffix.lower().removeprefix(".")
    if form not in _FORMATS:
        raise click.BadParameter("a picture is an .svg, .png or .pdf.", param_hint="'--output'")
    found = _price(read_catalog(catalog), price)
    curve = points(found.model, to)
    title = found.description or found.code
    text = written(file, picture(found, curve, title, cast("PictureFormat", form)), "--output")
    data = {
        "file": click.format_filename(file),
        "price": found.code,
        "to": ex.text(curve[-1].quantity),
        "points": [
            {
                "quantity": ex.text(one.quantity),
                "amount": ex.text(one.amount),
                "average": None if one.average is None else ex.text(one.average),
            }
            for one in curve
        ],
    }
    answer(data, as_json=as_json, text=text)


def _price(catalog: Catalog, name: str) -> Price:
    """The price of that code, alone or after the code of what is sold at it. Raises ``NotFound``, ``InvalidValue``."""
    sold = list(_prices(catalog))
    found = [(owner, price) for owner, price in sold if name in (price.code, f"{owner}/{price.code}")]
    if not found:
        names = [one for owner, price in sold for one in (price.code, f"{owner}/{price.code}")]
        raise NotFound("no such price in the catalog", place="price", value=name, hint=nearest(name, names))
    if len({price for _, price in found}) > 1:
        hint = "one of " + ", ".join(f"{owner}/{price.code}" for owner, price in found[:10])
        raise InvalidValue("several prices have this code", place="price", value=name, hint=hint)
    return found[0][1]


def _prices(catalog: Catalog) -> Iterator[tuple[str, Price]]:
    """Each price with the code of what it is of, whoever can buy that now: to look at a price is not to buy."""
    for plan in catalog.plans:
        for version in plan.versions:
            owner = plan.code if len(plan.versions) == 1 else f"{plan.code}@{version.version}"
            yield from ((owner, price) for price in version.prices)
            yield from ((f"{owner}/{phase.code}", price) for phase in version.phases for price in phase.prices)
    for product in catalog.products:
        yield from ((product.code, price) for price in product.prices)
    yield from ((addon.code, addon.price) for addon in catalog.addons)
    yield from ((key_of(entry), entry.price) for entry in catalog.meter_prices)
    for service in catalog.services:
        yield from ((f"{service.code}/{part}".rstrip("/"), price) for part, price in service.prices)
