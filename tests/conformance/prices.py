"""A case's price as a value of billcore, and amounts as the case writes them."""

from __future__ import annotations

from decimal import Decimal

from billcore.kernel import ONE, Exact, Rounding, minor_units, number, places
from billcore.kernel import exact as ex
from billcore.pricing import (
    Dynamic,
    Flat,
    Graduated,
    GraduatedPercentage,
    Package,
    PackageRound,
    Percentage,
    PercentTier,
    PerUnit,
    PriceModel,
    Tier,
    UnitRound,
    Volume,
    Wrapped,
)
from tests.conformance.case import Case
from tests.conformance.subscription import CURRENCY

__all__ = ["major", "minor_shown", "model_of", "shown", "transformed"]


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


def _percent_tiers(case: Case) -> list[PercentTier]:
    tiers = case.part("params").parts("tiers")
    return [PercentTier(tier.maybe("up_to"), tier["rate_percent"], major(case, tier["flat_amount"])) for tier in tiers]


def _blocks(case: Case) -> list[Tier]:
    """Tiers of so many blocks each. A last one with a bound is open here (D03); no quantity reaches its bound."""
    above, made = number(0), []
    tiers = case.part("params").parts("tiers")
    for place, tier in enumerate(tiers, 1):
        size, most = number(tier["block_size"]), tier.maybe("max_blocks")
        if place < len(tiers):
            above = above + size * number(most or 0)
        made.append(Tier(None if place == len(tiers) else above, tier["block_price"], 0, size))
    return made


_ROUNDED = {"ceiling": Rounding.UP, "floor": Rounding.DOWN, "half_up": Rounding.HALF_UP}


def transformed(transform: Case) -> dict[str, object]:
    """The wrapper's keys for a transformation of units."""
    factor = {"divide": "unit_divisor", "multiply": "unit_multiplier"}[transform["op"]]
    way = transform.maybe("rounding") or "none"
    places = int(transform.fields.get("precision", 0))  # type: ignore[call-overload]  # a number
    rounded = None if way == "none" else UnitRound(places=places, mode=_ROUNDED[way])
    return {factor: transform["factor"], "unit_round": rounded}


def model_of(case: Case) -> Wrapped:
    """The case's price, in major units."""
    params, multiplier = case.part("params"), ONE
    inner: PriceModel
    if (
        _in_minor(case)
        and case["model"] == "per_unit"
        and case.texts("asked") == ["amount"]
        and "free_units" not in params
    ):
        # So many cents a unit is as many dollars a hundred units, which keeps all twelve digits of the price.
        inner, multiplier = PerUnit(params["unit_amount"]), ex.scaled(1, _places(case))
    else:
        inner = _inner(case, params)
    minimum, maximum = params.maybe("minimum_amount"), params.maybe("maximum_amount")
    more = transformed(params.part("unit_transform")) if "unit_transform" in params else {"unit_multiplier": multiplier}
    return Wrapped(
        model=inner,
        included=params.maybe("free_units") or 0 if case["model"] != "percentage" else 0,
        minimum=None if minimum is None else major(case, minimum),
        maximum=None if maximum is None else major(case, maximum),
        **more,
    )


def _inner(case: Case, params: Case) -> PriceModel:
    on_zero = case.maybe("policy") == "flat_on_zero"
    match case["model"]:
        case "per_unit":
            return PerUnit(major(case, params["unit_amount"]))
        case "flat":
            return Flat(major(case, params["amount"]))
        case "package":
            way = PackageRound(params.maybe("round") or "up")
            return Package(params["package_size"], major(case, params["amount"]), way)
        case "graduated":
            return Graduated(_tiers(case), on_zero)
        case "volume":
            return Volume(_tiers(case), on_zero)
        case model:
            return _further(case, params, model)


def _further(case: Case, params: Case, model: str) -> PriceModel:
    match model:
        case "graduated_blocks":
            return Graduated(_blocks(case))
        case "volume_blocks":
            return Volume(_blocks(case))
        case "graduated_percentage":
            return GraduatedPercentage(_percent_tiers(case))
        case "dynamic":
            return Dynamic(params.maybe("multiplier") or 1)
        case "percentage":
            return Percentage(
                params["rate_percent"],
                fixed_amount=params.maybe("fixed_amount_per_event") or 0,
                free_events=int(params.fields.get("free_events") or 0),  # type: ignore[call-overload]  # a number
                free_amount=params.maybe("free_units") or 0,
                event_minimum=params.maybe("per_event_min"),
                event_maximum=params.maybe("per_event_max"),
            )
        case _:
            raise NotImplementedError(f"{model}: a model that no step has named")
