"""A case's price as a value of billcore, and amounts as the case writes them."""

from __future__ import annotations

from decimal import Decimal

from billcore.kernel import ONE, Exact, minor_units, number, places
from billcore.kernel import exact as ex
from billcore.pricing import Flat, Graduated, Package, PackageRound, PerUnit, PriceModel, Tier, Volume, Wrapped
from tests.conformance.case import Case
from tests.conformance.subscription import CURRENCY

__all__ = ["major", "minor_shown", "model_of", "shown"]


def _places(case: Case) -> int:
    return places(case.maybe("currency") or CURRENCY)


def _in_minor(case: Case) -> bool:
    return case.maybe("amounts_in") == "minor"


def major(case: Case, amount: str) -> Decimal:
    """An amount of the case in major units."""
    return number(amount).scaleb(-_places(case), ex.CONTEXT) if _in_minor(case) else number(amount)


def shown(case: Case, exact: Exact) -> Exact | int:
    """An amount as the case writes amounts: rounded where it names a currency, in minor units where it says so."""
    if "currency" in case:
        return minor_shown(case, minor_units(exact, _places(case)))
    return ex.multiply(exact, ex.whole(10 ** _places(case))) if _in_minor(case) else exact


def minor_shown(case: Case, minor: int) -> Exact | int:
    """Minor units as the case writes amounts."""
    return minor if _in_minor(case) else ex.scaled(minor, _places(case))


def _tiers(case: Case) -> list[Tier]:
    return [
        Tier(tier.maybe("up_to"), major(case, tier["unit_amount"]), major(case, tier["flat_amount"]))
        for tier in case.part("params").parts("tiers")
    ]


def model_of(case: Case) -> Wrapped:
    """The case's price, in major units."""
    params, multiplier = case.part("params"), ONE
    inner: PriceModel
    match case["model"]:
        case "per_unit" if _in_minor(case) and case.texts("asked") == ["amount"] and "free_units" not in params:
            # So many cents a unit is as many dollars a hundred units, which keeps all twelve digits of the price.
            inner, multiplier = PerUnit(params["unit_amount"]), ex.scaled(1, _places(case))
        case "per_unit":
            inner = PerUnit(major(case, params["unit_amount"]))
        case "flat":
            inner = Flat(major(case, params["amount"]))
        case "package":
            way = PackageRound(params.maybe("round") or "up")
            inner = Package(params["package_size"], major(case, params["amount"]), way)
        case "graduated":
            inner = Graduated(_tiers(case), case.maybe("policy") == "flat_on_zero")
        case "volume":
            inner = Volume(_tiers(case), case.maybe("policy") == "flat_on_zero")
        case model:
            raise NotImplementedError(f"{model}: a model that no step has named")
    minimum, maximum = params.maybe("minimum_amount"), params.maybe("maximum_amount")
    return Wrapped(
        model=inner,
        unit_multiplier=multiplier,
        included=params.maybe("free_units") or 0,
        minimum=None if minimum is None else major(case, minimum),
        maximum=None if maximum is None else major(case, maximum),
    )
