"""Commitments of a catalog: whether they fit what is sold, the prices that they bring, and who takes them.

A commitment is sold as a price over the prices that it covers, so that an order keeps it as any other snapshot: a
``TrueUp``, and an ``Overage`` where what goes beyond costs more. They are named by the first price that is covered,
which no other commitment has: ``calls:true-up``, ``calls:overage``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs

from billcore.kernel import ONE, Interval, InvalidValue
from billcore.pricing.commitment import Commitment, Overage, TrueUp
from billcore.pricing.entry import unmarked
from billcore.pricing.price import Price, PriceCadence
from billcore.pricing.record import OrderRecord
from billcore.pricing.service import Service

__all__ = ["clash", "committed_prices", "committed_records", "is_commitment", "refuse_sums"]

_SHORTEST_MONTH, _LONGEST_MONTH = 28, 31
_DAY_SECONDS = 86_400
_STANDARD = "standard"


def committed_prices(
    commitments: Sequence[Commitment], priced: Iterable[tuple[str, Price]], services: Iterable[Service]
) -> tuple[Price, ...]:
    """The prices that the commitments bring, but for stale ones: nobody new commits to those.

    Raises ``InvalidValue`` where one does not fit what is sold.
    """
    if not commitments:
        return ()
    known = _by_code(priced, services)
    seen: set[str] = set()
    found: list[Price] = []
    for index, commitment in enumerate(map(unmarked, commitments)):
        if commitments[index].stale:
            continue
        covered: list[Price] = []
        for n, code in enumerate(commitment.prices):
            place = f"commitments[{index}].prices[{n}]"
            if code in seen:
                raise InvalidValue("a price is committed to once", place=place, value=code)
            seen.add(code)
            _refuse(commitment, known.get(code, ()), covered, place, code)
            covered += known[code]
        made = tuple(_sold(commitment, covered, f"commitments[{index}].prices[0]"))
        for price in made:
            if price.code in known:
                place = f"commitments[{index}].prices[0]"
                raise InvalidValue("its true-up needs this code, which a price has", place=place, value=price.code)
        found += made
    return tuple(found)


def _by_code(priced: Iterable[tuple[str, Price]], services: Iterable[Service]) -> Mapping[str, Sequence[Price]]:
    """What is sold under each code; what is metered outside plans is nobody's subscription."""
    known: dict[str, list[Price]] = {}
    for place, price in priced:
        if not place.startswith("meter_prices"):
            known.setdefault(price.code, []).append(price)
    for service in services:
        for code in sorted(service.price_codes):
            known.setdefault(code, []).append(Price(code=code, model=_ANY.model, currency=service.currency))
    return known


def _refuse(commitment: Commitment, sold: Sequence[Price], before: Sequence[Price], place: str, code: str) -> None:
    """Raise ``InvalidValue`` for a price that cannot be covered."""
    if not sold:
        raise InvalidValue("nothing of this code is sold", place=place, value=code)
    for price in sold:
        first = before[0] if before else sold[0]
        if price.cadence is PriceCadence.ONCE:
            raise InvalidValue("only what recurs or is used is committed to", place=place, value=code)
        if price.currency != first.currency:
            raise InvalidValue("prices of two currencies", place=place, value=f"{first.currency} and {price.currency}")
        if _longer(price.interval, commitment.period):
            raise InvalidValue("billed by a longer period than the commitment's", place=place, value=code)
        if commitment.cap is not None and price.interval != first.interval:
            raise InvalidValue("a cap is over prices of one interval", place=place, value=code)
        if commitment.cap is not None and price.sum_of:
            raise InvalidValue("a cap is not over a price over others", place=place, value=code)


def _longer(one: Interval, other: Interval) -> bool:
    """A period of the one may be longer than one of the other; a month has 28 to 31 days."""
    if one.months and other.months:
        return one.months > other.months
    return _seconds(one, _LONGEST_MONTH) > _seconds(other, _SHORTEST_MONTH)


def _seconds(interval: Interval, month: int) -> int:
    """Its length, with months of so many days; in seconds."""
    return interval.seconds + (interval.days + interval.months * month) * _DAY_SECONDS


def _sold(commitment: Commitment, covered: Sequence[Price], place: str) -> Iterator[Price]:
    """The true-up, and the overage where there can be one; taxed as what they are over, if that is taxed alike."""
    categories = {price.tax_category for price in covered}
    common = attrs.evolve(
        _ANY,
        currency=covered[0].currency,
        interval=commitment.period,
        tax_category=categories.pop() if len(categories) == 1 else _STANDARD,
        sum_of=commitment.prices,
        description=commitment.told(price.description or price.code for price in covered),
    )
    first = commitment.prices[0]
    try:
        yield attrs.evolve(common, code=f"{first}:true-up", model=TrueUp(commitment))
        if commitment.overage_factor > ONE:
            yield attrs.evolve(common, code=f"{first}:overage", model=Overage(commitment))
    except InvalidValue as error:
        raise InvalidValue("too long a code to name a true-up by", place=place, value=first) from error


_ANY = Price(code="any", model=TrueUp(Commitment(prices=["any"], amount=0)))


def committed_records(
    committed: Iterable[Price], records: Sequence[OrderRecord], held: Iterable[Price] = ()
) -> Iterator[OrderRecord]:
    """The commitments that these records bring, but for those that are had already or clash with what is ``held``.

    One belongs to the base where that has one of its prices, else to the addon that has.
    """
    there = list(held)
    codes = {price.code for price in there}
    owners: dict[str, str | None] = {}
    for record in records:
        owners.setdefault(record.price.code, record.addon)
    for price in committed:
        found = [owners[code] for code in price.sum_of if code in owners]
        if found and price.code not in codes and not any(clash(price, other) for other in there):
            yield OrderRecord(price=price, addon=None if None in found else found[0])


def is_commitment(price: Price) -> bool:
    """It is what a commitment brings."""
    return isinstance(price.model, TrueUp | Overage)


def clash(one: Price, other: Price) -> bool:
    """They are of two commitments, by two catalogs, over a common price: it counts for one of them alone."""
    if not (isinstance(one.model, TrueUp | Overage) and isinstance(other.model, TrueUp | Overage)):
        return False
    return one.model.commitment != other.model.commitment and not set(one.sum_of).isdisjoint(other.sum_of)


def refuse_sums(priced: Iterable[tuple[str, Price]], services: Iterable[Service]) -> None:
    """Raise ``InvalidValue`` where a price is over what is not sold beside it, or over a price over others."""
    listed = list(priced)
    if not any(price.sum_of for _, price in listed):
        return
    known = _by_code(listed, services)
    for place, price in listed:
        for n, code in enumerate(price.sum_of):
            where = f"{place}.sum_of[{n}]"
            sold = [one for one in known.get(code, ()) if one.currency == price.currency]
            if not sold:
                raise InvalidValue("nothing of this code is sold in its currency", place=where, value=code)
            for one in sold:
                if one.sum_of:
                    raise InvalidValue("a price over others is not over one that is", place=where, value=code)
                if one.cadence is PriceCadence.ONCE:
                    raise InvalidValue("only what recurs or is used is summed", place=where, value=code)
                if _longer(one.interval, price.interval):
                    raise InvalidValue("billed by a longer period than this price", place=where, value=code)
