"""What one entry of a catalog document says of another: codes that repeat, names that nothing has, missing currencies.

The classes check this too, but only once every entry is right, and they stop at the first. Here the plain data is
looked at, so that a document tells these problems together with all the others. What is not as expected is passed
over: its own problem is told elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from billcore.adapters.serialization.problems import brief, step_into
from billcore.kernel import InputError, InvalidValue, UnknownCurrency, currency, nearest
from billcore.pricing import checked_currency

__all__ = ["reference_problems"]

_LISTS = (
    *("sla_tiers", "services", "meters", "products", "plans", "addons", "coupons"),
    *("grants", "credit_units", "currencies"),
)
Row = Mapping[str, object]


def reference_problems(data: Row) -> Iterator[InputError]:
    """The problems of a catalog's plain data, in its order."""
    for name in _LISTS:
        yield from _repeated(data, name, "code")
    codes = {name: {str(row["code"]) for _, row in _rows(data, name) if "code" in row} for name in _LISTS}
    yield from _of_services(data, codes["sla_tiers"])
    for place, plan in _rows(data, "plans"):
        yield from _known(plan, "product", codes["products"], place)
        yield from _repeated(plan, "versions", "version", place)
        for there, version in _rows(plan, "versions", place):
            yield from _repeated(version, "phases", "code", there)
    for place, addon in _rows(data, "addons"):
        yield from _known(addon, "meter", codes["meters"], place)
    yield from _of_names(data, codes)
    yield from _of_sums(data)
    for place, prices in _price_lists(data):
        yield from _repeated(prices, "prices", "code", place)
    yield from _of_currencies(data, codes["currencies"], codes["credit_units"])
    for place, price, has_currency in _prices(data):
        yield from _known(price, "meter", codes["meters"], place)
        if not price.get("currency") and not has_currency:
            yield InvalidValue("no currency", place=f"{place}.currency")


def _of_names(data: Row, codes: Mapping[str, set[str]]) -> Iterator[InvalidValue]:
    """Parts of products, services that support others, what is available, and the rules of addons."""
    for place, product in _rows(data, "products"):
        for where, part in _rows(product, "composed_of", place):
            yield from _known(part, "product", codes["products"], where)
    for place, service in _rows(data, "services"):
        yield from _all_known(service, "supporting", codes["services"], "service", place)
    for place, row in _rows(data, "availability"):
        yield from _known(row, "service", codes["services"], place)
    sold = codes["plans"] | codes["products"] | codes["services"]
    for place, addon in _rows(data, "addons"):
        yield from _all_known(addon, "available_with", sold, "plan, product or service", place)
        yield from _all_known(addon, "included_with", codes["plans"], "plan", place)
        yield from _all_known(addon, "excludes", codes["addons"], "addon", place)


_OF_SERVICES = ("base", "sla", "compute", "storage")


def _of_sums(data: Row) -> Iterator[InvalidValue]:
    """Prices that commitments cover, each in one, and prices that others are over."""
    sold = {str(price.get("code")) for _, price, _ in _prices(data)}
    for _, service in _rows(data, "services"):
        sold |= {*_OF_SERVICES, *(f"resource:{row.get('code')}" for _, row in _rows(service, "resources"))}
    seen: set[str] = set()
    for place, row in _rows(data, "commitments"):
        names = row.get("prices")
        for index, name in enumerate(names if isinstance(names, list) else ()):
            if isinstance(name, str) and name in seen:
                yield InvalidValue("a price is committed to once", place=f"{place}.prices[{index}]", value=name)
            seen.add(str(name))
        yield from _all_sold(row, "prices", sold, place)
    for place, price, _ in _prices(data):
        yield from _all_sold(price, "sum_of", sold, place)


def _all_sold(row: Row, key: str, sold: set[str], place: str) -> Iterator[InvalidValue]:
    names = row.get(key)
    for index, name in enumerate(names if isinstance(names, list) else ()):
        if isinstance(name, str) and name not in sold:
            yield InvalidValue("nothing of this code is sold", place=f"{place}.{key}[{index}]", value=name)


def _all_known(row: Row, key: str, codes: set[str], what: str, place: str) -> Iterator[InvalidValue]:
    names = row.get(key)
    for index, name in enumerate(names if isinstance(names, list) else ()):
        if isinstance(name, str) and name not in codes:
            yield InvalidValue(
                f"no such {what}", place=f"{place}.{key}[{index}]", value=name, hint=nearest(name, codes)
            )


def _of_services(data: Row, tiers: set[str]) -> Iterator[InvalidValue]:
    for place, service in _rows(data, "services"):
        surcharges = service.get("sla_surcharges")
        for tier in surcharges if isinstance(surcharges, Mapping) else ():
            if str(tier) not in tiers:
                yield InvalidValue("no such SLA tier", place=f"{place}.sla_surcharges.{step_into(tier)}", value=tier)
        if not service.get("currency") and not data.get("currency"):
            yield InvalidValue("no currency", place=f"{place}.currency")


def _of_currencies(data: Row, own: set[str], units: set[str]) -> Iterator[InputError]:
    """Words for currencies that neither ISO 4217 nor the catalog knows."""
    said = [("", data), *_rows(data, "services"), *_rows(data, "products"), *_rows(data, "plans")]
    said += [(place, price) for place, price, _ in _prices(data)]
    for place, row in said:
        code = row.get("currency")
        if not isinstance(code, str) or code in own or "." in code:
            continue
        if code in units:
            if not place or place.startswith("services"):
                yield UnknownCurrency("credits are no currency", place=f"{place}.currency".lstrip("."), value=code)
            continue
        yield from _unknown(code, f"{place}.currency".lstrip("."))


def _unknown(code: str, place: str) -> Iterator[InputError]:
    try:
        checked_currency(code)
    except InputError:
        return  # told where it is read
    try:
        currency(code, place=place)
    except UnknownCurrency as error:
        yield error


def _price_lists(data: Row) -> Iterator[tuple[str, Row]]:
    """Place and table of whatever has a list of prices."""
    yield from _rows(data, "products")
    for place, plan in _rows(data, "plans"):
        for there, version in _rows(plan, "versions", place):
            yield there, version
            yield from _rows(version, "phases", there)


def _prices(data: Row) -> Iterator[tuple[str, Row, bool]]:
    """Every price, its place, and whether it could take a currency from what it belongs to."""
    usual = bool(data.get("currency"))
    for place, product in _rows(data, "products"):
        for where, price in _rows(product, "prices", place):
            yield where, price, usual or bool(product.get("currency"))
    for place, plan in _rows(data, "plans"):
        for there, version in _rows(plan, "versions", place):
            lists = [(there, version), *_rows(version, "phases", there)]
            for where, price in (found for spot, row in lists for found in _rows(row, "prices", spot)):
                yield where, price, usual or bool(plan.get("currency"))
    for name in ("addons", "meter_prices"):
        for place, entry in _rows(data, name):
            own = entry.get("price")
            if isinstance(own, Mapping):
                yield f"{place}.price", own, usual


def _known(row: Row, key: str, codes: set[str], place: str) -> Iterator[InvalidValue]:
    name = row.get(key)
    if isinstance(name, str) and name not in codes:
        yield InvalidValue(f"no such {key}", place=f"{place}.{key}", value=name, hint=nearest(name, codes))


def _repeated(data: Row, name: str, key: str, place: str = "") -> Iterator[InvalidValue]:
    seen: set[object] = set()
    for where, row in _rows(data, name, place):
        code = row.get(key)
        if isinstance(code, (str, int)):
            if code in seen:
                yield InvalidValue(f"a {key} stands twice", place=f"{where}.{key}", value=brief(code))
            seen.add(code)


def _rows(data: Row, name: str, place: str = "") -> Iterator[tuple[str, Row]]:
    rows = data.get(name)
    for index, row in enumerate(rows if isinstance(rows, list) else ()):
        if isinstance(row, Mapping):
            yield f"{place}{'.' if place else ''}{name}[{index}]", row
