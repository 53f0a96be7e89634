"""Random catalogs, selections, lives and coupons in the names of FORMATS.md."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

from tests.pricing.oracle.lives import Lived
from tests.pricing.random_documents import AMOUNTS, EVENTS, MEASURES, UNITS, Draw, Made

__all__ = ["coupons", "instant", "lived", "plans", "products", "selection", "services", "tax_rates", "used"]

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Africa/Cairo", "Australia/Lord_Howe", "Asia/Kathmandu")
INTERVALS = ("month", "month", "month", "quarter", "half_year", "year", "week", "day")
METERS = ("calls", "gb")


def instant(draw: Draw, first: str = "2026-01-01", days: int = 400) -> dt.datetime:
    """An instant to the second; often a UTC midnight."""
    at = dt.datetime.fromisoformat(first).replace(tzinfo=dt.UTC) + dt.timedelta(days=draw.random.randrange(days))
    return at if draw.chance(4) else at + dt.timedelta(seconds=draw.random.randrange(86_400))


def written(at: dt.datetime) -> str:
    """An instant as documents write it."""
    return at.isoformat().replace("+00:00", "Z")


def anchor(draw: Draw) -> object:
    """Where periods are counted from."""
    return draw.one_of(("calendar", "calendar", "start", {"day": draw.random.randint(1, 31)}))


def price(draw: Draw, code: str, meters: dict[str, Made], cadences: tuple[str, ...]) -> Made:
    """A price of any cadence; those of one meter share its interval and have what it counts."""
    cadence = draw.one_of(cadences)
    made: Made = {"code": code, "cadence": cadence, **draw.some(tax_category=draw.one_of(("standard", "reduced")))}
    made |= draw.some(proration=draw.one_of(MEASURES))
    if cadence == "usage":
        meter = draw.one_of(("calls", "calls", "gb"))
        kinds = EVENTS if meters[meter]["by_event"] else (*UNITS, *AMOUNTS)
        model = draw.model(kinds)
        if kinds is not EVENTS and draw.chance(3):  # a change that cuts windows is rare enough
            model |= {"included": draw.number(9, 1), "per_window": draw.one_of(("minute", "hour", "day"))}
        return made | {"meter": meter, "interval": meters[meter]["interval"], "model": model}
    made["model"] = draw.model(metered=False)
    if cadence == "recurring":
        made |= draw.some(interval=draw.one_of(INTERVALS))
        if draw.chance(2):
            return made | {"per": draw.one_of(("hour", "minute"))}
    return made | draw.some(timing=draw.one_of(("advance", "arrears")))


def _catalog(draw: Draw) -> Made:
    return {
        "format": "billcore-catalog/1",
        "version": "1",
        "effective": "2020-01-01T00:00:00Z",
        "currency": draw.one_of(("CHF", "EUR", "JPY", "KWD")),
        "tax_rates": tax_rates(draw),
    }


def tax_rates(draw: Draw) -> list[Made]:
    """Rates of two countries, one of which changes at a date; not every category has one."""
    changes = instant(draw).date().isoformat()
    return [
        {"code": "old", "country": "CH", "percent": draw.number(25, 1), "to": changes},
        {"code": "new", "country": "CH", "percent": draw.number(25, 1), "from": changes},
        *([{"code": "low", "country": "CH", "percent": "2.6", "category": "reduced"}] if draw.chance(6) else []),
        {"code": "mwst", "country": "DE", "percent": 19},
    ]


def _metered(draw: Draw) -> dict[str, Made]:
    return {
        code: {
            "interval": draw.one_of(INTERVALS),
            "by_event": draw.chance(3),
            "aggregation": draw.one_of(("sum", "sum", "count")),
        }
        for code in METERS
    }


def plans(draw: Draw, names: tuple[str, ...] = ("basic",)) -> Made:
    """A catalog of plans, with meters and addons."""
    meters = _metered(draw)
    addons = []
    for place in range(draw.random.randrange(3)):
        gives = [code for code in METERS if not meters[code]["by_event"]]
        more = {"meter": draw.one_of(gives), "quantity": draw.number(50, 1)} if gives and draw.chance(7) else {}
        own = price(draw, f"addon{place}", meters, ("recurring", "recurring", "once", "usage"))
        addons.append({"code": f"a{place}", "price": own, **more})
    return _catalog(draw) | {
        "meters": [{"code": code, "aggregation": told["aggregation"]} for code, told in meters.items()],
        "plans": [
            {
                "code": name,
                "anchor": anchor(draw),
                "versions": [
                    {
                        "version": 1,
                        "prices": [
                            price(draw, f"{name}{place}", meters, ("recurring", "recurring", "usage", "usage", "once"))
                            for place in range(draw.random.randint(1, 4))
                        ],
                    }
                ],
            }
            for name in names
        ],
        "addons": addons,
    }


def products(draw: Draw) -> Made:
    """A catalog of one product, some prices of which go by a size."""
    prices = []
    for place in range(draw.random.randint(1, 4)):
        made = price(draw, f"p{place}", {}, ("recurring", "recurring", "once"))
        sized = made["model"]["type"] != "flat" and draw.chance(5)
        prices.append(made | ({"size": draw.one_of(("ram", "disk"))} if sized else {}))
    return _catalog(draw) | {"products": [{"code": "vm", "prices": prices}]}


def services(draw: Draw) -> Made:
    """A catalog of one decomposed service."""
    tiers = [{"code": "none"}, {"code": "gold", **draw.some(min_replicas=draw.random.randint(1, 5))}]
    service = {
        "code": "db",
        "base_fee": draw.number(60),
        "sla_surcharges": {"none": 0, "gold": draw.number(300)},
        "billing_unit": draw.one_of(("ram_gib", "vcpu", "instance", "user")),
        "minimum_units": draw.number(12, 1),
        "compute_plans": [
            {"code": code, "cpu": draw.number(8, 1, 1), "ram_gib": draw.number(16, 1, 1), "price": draw.number(1, 4)}
            for code in ("small", "large")
        ],
        "storage": [
            {
                "code": code,
                "price": draw.number(1, 6),
                **draw.some(per=draw.one_of(("hour", "month")), per_replica=draw.chance(5)),
            }
            for code in ("ssd", "hdd")
        ],
        **draw.some(discount_brackets=draw.brackets),
        "resources": [
            {
                "code": code,
                "price": draw.number(20),
                **draw.some(provider=draw.one_of(("exo", "aws")), per=draw.one_of(("hour", "month"))),
            }
            for code in ("lb", "ip")
        ],
    }
    return _catalog(draw) | {"sla_tiers": tiers, "services": [service]}


def selection(draw: Draw, catalog: Made) -> Made:
    """What somebody might select of a catalog."""
    made: Made = draw.some(
        country=draw.one_of(("CH", "CH", "DE", "FR")),
        timezone=draw.one_of(ZONES),
        starts_on=lambda: written(instant(draw)),
        anchor=anchor(draw),
        hours=lambda: draw.number(800, 1, 1),
    )
    if "services" in catalog:
        return made | _of_service(draw, catalog["services"][0])
    if "products" in catalog:
        prices = catalog["products"][0]["prices"]
        sizes = {one["size"]: draw.number(64, 1) for one in prices if "size" in one}
        counts = not sizes or any("size" not in one and one["model"]["type"] != "flat" for one in prices)
        made |= {"quantity": draw.number(9, 1)} if counts else {}
        return made | {"product": "vm", **({"sizes": sizes} if sizes else {})}
    codes = [addon["code"] for addon in catalog["addons"]]
    made |= {"plan": "basic", "quantity": draw.number(9, 0)}
    made |= {"addons": draw.random.choices(codes, k=draw.random.randrange(4))} if codes else {}
    metered = {one["meter"] for one in catalog["plans"][0]["versions"][0]["prices"] if "meter" in one}
    return made | {"usage": {meter: draw.number(200, 2) for meter in sorted(metered) if draw.chance(8)}}


def _of_service(draw: Draw, service: Made) -> Made:
    made: Made = {"service": "db", "compute_plan": draw.one_of(("small", "large"))}
    made |= draw.some(sla_tier=draw.one_of(("none", "gold")), replicas=draw.random.randint(1, 6))
    made |= draw.some(provider=draw.one_of(("exo", "aws")))
    made |= {"storage_gib": draw.number(200, 1, 1), "storage": draw.one_of(("ssd", "hdd"))} if draw.chance(7) else {}
    made |= draw.some(resources=lambda: {code: draw.number(4, 0) for code in ("lb", "ip") if draw.chance(6)})
    known = sorted({one["provider"] for one in service["resources"] if "provider" in one})
    if made.get("resources") and known:  # none, or one that nothing knows, is refused
        made["provider"] = draw.one_of(known)
    return made | ({"quantity": draw.number(30, 0)} if service["billing_unit"] == "user" else {})


def coupons(draw: Draw, lines: int) -> list[Made]:
    """Up to four coupons, each a percentage or an amount (here in minor units), for all lines or some of them."""
    stacking = ("scope", "scope", "as_applied", "additive", "exclusive", "best")
    found = []
    for place in range(draw.random.randrange(5)):
        made: Made = {"code": f"c{place}", **draw.some(stacking=draw.one_of(stacking))}
        if made.get("stacking") == "additive" or draw.chance(6):
            made["percent"] = draw.number(60, 2)
        else:
            made["amount"] = draw.random.randrange(4_000)
        within = draw.random.sample(range(lines), draw.random.randint(1, lines))
        found.append(made | draw.some(lines=within))
    return found


def lived(draw: Draw, catalog: Made) -> tuple[Lived, dt.datetime]:
    """A subscription to the first plan, perhaps with another quantity or plan later and an end; and until when."""
    days = draw.one_of((120, 120, 120, 500))
    start = instant(draw, days=days // 2)
    marks = sorted({instant(draw, days=days) for _ in range(4)} - {start})
    marks = [mark for mark in marks if mark > start]
    codes = [addon["code"] for addon in catalog["addons"]]
    first = {"plan": catalog["plans"][0]["code"], "quantity": draw.number(9, 0)}
    addons = {"addons": draw.random.choices(codes, k=draw.random.randrange(3))} if codes else {}
    then = end = None
    if marks and draw.chance(8):
        then = (marks.pop(0), {"plan": draw.one_of(catalog["plans"])["code"], "quantity": draw.number(9, 0)})
    if marks and draw.chance(4):
        end = marks.pop(0)
    last = max(mark for mark in (start, then and then[0], end) if mark) + dt.timedelta(days=draw.random.randrange(60))
    life = Lived(start, {**first, **addons}, anchor(draw), draw.one_of(ZONES), then, end, keep=draw.chance(5))
    return life, last


def used(draw: Draw, life: Lived, until: dt.datetime) -> list[Made]:
    """Events of both meters, some of them close together, some at the very edges."""
    edges = [life.start, until, *(mark for mark in (life.then and life.then[0], life.end) if mark)]
    length = max(int((until - life.start).total_seconds()), 1)
    found: list[Made] = []
    at = life.start
    for place in range(draw.random.randrange(12)):
        near = at + dt.timedelta(seconds=draw.random.randrange(7_200))
        at = draw.one_of((*edges, near, near, life.start + dt.timedelta(seconds=draw.random.randrange(length))))
        told = {"meter": draw.one_of(METERS), "time": written(at), "value": draw.value()}
        # Events of one instant have no order that the formats know.
        if told["time"] not in {event["time"] for event in found}:
            found.append(
                {"id": f"e{place}", "source": "test", "customer": "acme", "properties": draw.properties(), **told}
            )
    return found


def share(draw: Draw) -> Fraction:
    """A share of a period."""
    over = draw.random.randint(1, 31)
    return Fraction(draw.random.randint(0, over), over)
