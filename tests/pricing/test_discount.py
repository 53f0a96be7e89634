"""Discounts and coupons: laws, the ways of stacking, and how long a coupon holds."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcore.kernel import InvalidValue, instant
from billcore.kernel import exact as ex
from billcore.pricing import Coupon, CouponDuration, Discount, Stacking, discounted
from billcore.testing.strategies import amounts, roundings

LINES = st.lists(st.integers(0, 100_000), min_size=1, max_size=5)
PLACES = st.none() | st.sets(st.integers(0, 4), min_size=1, max_size=3)
WAYS = st.sampled_from(Stacking)


@st.composite
def discounts(draw: st.DrawFn, ways: st.SearchStrategy[Stacking] = WAYS) -> list[Discount]:
    """A few discounts, of every kind."""
    made = []
    for place in range(draw(st.integers(0, 4))):
        way, off = draw(ways), draw(amounts(max_value=100, places=3))
        if way is Stacking.ADDITIVE or draw(st.booleans()):
            made.append(Discount(code=f"d{place}", percent=off, lines=draw(PLACES), stacking=way))
        else:
            amount = draw(st.integers(0, 50_000))
            made.append(Discount(code=f"d{place}", amount=amount, lines=draw(PLACES), stacking=way))
    return made


@given(LINES, discounts(), roundings())
def test_no_line_falls_below_zero_and_none_rises(lines: list[int], offs: list[Discount], mode: object) -> None:
    """Law: whatever is stacked, each line keeps between nothing and all of it; net and discounts are the line (M13)."""
    found = discounted(lines, offs, mode)  # type: ignore[arg-type]  # a rounding

    for line, off, net in zip(lines, found.lines, found.net, strict=True):
        assert 0 <= off <= line
        assert net == line - off
    assert all(one.total > 0 for one in found.used)


@given(LINES, discounts())
def test_a_discount_stays_in_its_scope(lines: list[int], offs: list[Discount]) -> None:
    """Law: a discount that names lines takes nothing off any other."""
    scopes = {one.code: one.lines for one in offs}

    for used in discounted(lines, offs).used:
        scope = scopes[used.code]
        assert all(scope is None or place in scope for place, part in enumerate(used.lines) if part)


@given(LINES, amounts(max_value=100, places=3))
def test_a_percentage_is_rounded_once(lines: list[int], percent: Decimal) -> None:
    """Law: a percentage off several lines is the rounded percentage of their sum, not a sum of rounded ones (D16)."""
    whole = discounted([sum(lines)], [Discount(code="d", percent=percent)])

    assert discounted(lines, [Discount(code="d", percent=percent)]).total == whole.total


@given(LINES, discounts(st.just(Stacking.SCOPE)), st.randoms(use_true_random=False))
def test_the_order_of_application_matters_among_like_ones_alone(
    lines: list[int], offs: list[Discount], chance: st.DataObject
) -> None:
    """Law: percentages and amounts, narrow and wide, give the same whichever was applied first."""
    one_of_a_kind = list({(one.percent is None, one.lines is None, len(one.lines or ())): one for one in offs}.values())
    mixed = list(one_of_a_kind)
    chance.shuffle(mixed)  # type: ignore[attr-defined]  # a random

    assert discounted(lines, mixed) == discounted(lines, one_of_a_kind)


@given(LINES, discounts(st.just(Stacking.BEST)))
def test_the_best_one_takes_off_the_most(lines: list[int], offs: list[Discount]) -> None:
    """Law: of several best ones that one is used that takes off as much as any alone."""
    assert discounted(lines, offs).total == max((discounted(lines, [one]).total for one in offs), default=0)


TENTH, TEN = Discount(code="tenth", percent=10), Discount(code="ten", amount=1_000)


def with_(one: Discount, stacking: Stacking) -> Discount:
    """The same discount, stacked in another way."""
    return Discount(code=one.code, percent=one.percent, amount=one.amount, lines=one.lines, stacking=stacking)


@pytest.mark.parametrize(
    ("offs", "net"),
    [
        ([TEN, TENTH], 8_000),
        ([with_(TEN, Stacking.AS_APPLIED), with_(TENTH, Stacking.AS_APPLIED)], 8_100),
        ([TENTH, Discount(code="other", percent=10)], 8_100),
        ([with_(TENTH, Stacking.ADDITIVE), Discount(code="o", percent=10, stacking=Stacking.ADDITIVE)], 8_000),
        ([TEN, with_(TENTH, Stacking.EXCLUSIVE)], 9_000),
        ([Discount(code="b", amount=900, stacking=Stacking.BEST), with_(TENTH, Stacking.BEST)], 9_000),
    ],
)
def test_the_ways_of_stacking(offs: list[Discount], net: int) -> None:
    """100.00, with 10.00 and 10 % off: percentages first, as applied, compounded, summed, one alone, the best."""
    assert ex.total(discounted([10_000], offs).net) == net


def test_summed_percentages_are_told_apart() -> None:
    """10 % and 20 % of 0.05 are 0.02 (0.015 rounded): the larger one has the cent that is left."""
    offs = [Discount(code=str(percent), percent=percent, stacking=Stacking.ADDITIVE) for percent in (10, 20)]

    found = discounted([5], offs)

    assert [(one.code, one.total) for one in found.used] == [("10", 1), ("20", 1)]
    assert ex.total(found.net) == 3


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        ({}, "percent"),
        ({"percent": 10, "amount": 5}, "percent"),
        ({"percent": 101}, "percent"),
        ({"amount": -1}, "amount"),
        ({"amount": 1.5}, "amount"),
        ({"amount": 5, "stacking": Stacking.ADDITIVE}, "stacking"),
        ({"amount": 5, "stacking": "best"}, "stacking"),
    ],
)
def test_bad_discounts(keys: dict[str, object], place: str) -> None:
    """A discount is one of the two, within its bounds; the error names the place."""
    with pytest.raises(InvalidValue, match=f"^{place}: "):
        Discount(code="d", **keys)  # type: ignore[arg-type]  # the point


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        ({"percent": 10, "duration": CouponDuration.REPEATING}, "periods"),
        ({"percent": 10, "periods": 3}, "periods"),
        ({"amount": 10, "limit": 0}, "limit"),
        ({"amount": 10, "applies_to": "plan"}, "applies_to"),
        ({"percent": 10, "starts": "2026-02-01T00:00:00Z", "expires": "2026-01-01T00:00:00Z"}, "expires"),
    ],
)
def test_bad_coupons(keys: dict[str, object], place: str) -> None:
    """A coupon that contradicts itself is refused with the place."""
    with pytest.raises(InvalidValue, match=f"^{place}: "):
        Coupon(code="c", **keys)  # type: ignore[arg-type]  # the point


def test_how_long_a_coupon_holds() -> None:
    """Once: one period; repeating: as many as it says; forever. Its window is half open."""
    once = Coupon(code="c", percent=10, starts="2026-01-01T00:00:00Z", expires="2026-02-01T00:00:00Z")
    three = Coupon(code="c", percent=10, duration=CouponDuration.REPEATING, periods=3)
    always = Coupon(code="c", percent=10, duration=CouponDuration.FOREVER)

    assert [one.lasts(used) for one in (once, three, always) for used in (0, 1, 3)] == [
        *(True, False, False),
        *(True, True, False),
        *(True, True, True),
    ]
    days = ("2025-12-31", "2026-01-01", "2026-01-31", "2026-02-01")
    assert [once.holds(instant(f"{day}T00:00:00Z")) for day in days] == [False, True, True, False]
