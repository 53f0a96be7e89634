"""Walking a store: its customers a page at a time, then what no single account shows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

import attrs

from billcore.engine.verify import booked, coupons, documents, grants, ledger, periods, rating, stored, tenant
from billcore.engine.verify.checker import AccountCheck, Checker, TenantCheck
from billcore.engine.verify.tenant import TenantView
from billcore.engine.verify.values import UNREADABLE
from billcore.engine.verify.view import AccountView
from billcore.engine.verify.violation import Violation
from billcore.kernel import InvalidValue
from billcore.ports import ReadTx, Scope, Store
from billcore.ports.tables import CUSTOMER
from billcore.pricing import Price
from billcore.settlement import Policy

__all__ = ["CHECKERS", "Progress", "verify", "violations"]

PAGE = 100
"""Customers in one consistent view."""
_MOST_SNAPSHOTS = 10_000


@attrs.frozen
class Progress:
    """How far it is: customers checked, and violations found so far."""

    customers: int
    violations: int


def _checker(
    invariant: str, account: AccountCheck | None, whole: TenantCheck | None = None, *, rows: bool = False
) -> Checker:
    sentence = (account or whole).__doc__ or ""
    return Checker(invariant, " ".join(sentence.split()), account, whole, rows)


_ALL = (
    _checker("M1", ledger.check_m1, tenant.check_amounts, rows=True),
    _checker("M2", ledger.check_m2, rows=True),
    _checker("M3", ledger.check_m3, tenant.check_sums),
    _checker("M4", ledger.check_m4),
    _checker("M5", documents.check_m5),
    _checker("M6", documents.check_m6),
    _checker("M8", ledger.check_m8, rows=True),
    _checker("M10", ledger.check_m10),
    _checker("M11", ledger.check_m11),
    _checker("M13", coupons.check_m13),
    _checker("P1", periods.check_p1),
    _checker("P2", periods.check_p2),
    _checker("P3", periods.check_p3),
    _checker("P4", rating.check_p4, tenant.check_prices, rows=True),
    _checker("P5", rating.check_p5),
    _checker("P6", rating.check_p6),
    _checker("P8", periods.check_p8),
    _checker("I1", documents.check_i1),
    _checker("I2", documents.check_i2, tenant.check_numbers),
    _checker("I3", documents.check_i3),
    _checker("I4", documents.check_i4),
    _checker("I5", documents.check_i5),
    _checker("K5", stored.check_k5, rows=True),
    _checker("S2", stored.check_s2, rows=True),
    _checker("S3", stored.check_s3, rows=True),
    _checker("S4", stored.check_s4, rows=True),
    _checker("S5", stored.check_s5, rows=True),
    _checker("S8", booked.check_s8, rows=True),
    _checker("S10", stored.check_s10, rows=True),
    _checker("T1", stored.check_t1, tenant.check_strangers, rows=True),
    _checker("V1", None, coupons.check_redemptions),
    _checker("V2", coupons.check_v2),
    _checker("V3", ledger.check_v3),
    _checker("V6", grants.check_v6),
)

CHECKERS: dict[str, Checker] = {checker.invariant: checker for checker in _ALL}
"""The checkers by the id of their invariant (reliability.md, section 4)."""


def verify(store: Store, scope: Scope, policy: Policy, *, only: Collection[str] | None = None) -> tuple[Violation, ...]:
    """All violations: ``()`` where the books are in order. ``only`` names the invariants to check, default all."""
    return tuple(violations(store, scope, policy, only=only))


def violations(
    store: Store,
    scope: Scope,
    policy: Policy,
    *,
    only: Collection[str] | None = None,
    page: int = PAGE,
    progress: Callable[[Progress], None] | None = None,
) -> Iterator[Violation]:
    """Violations as they are found; nothing is written, and memory does not grow with the number of customers.

    Each page of customers is read in one consistent view, so that a store may be checked while it is used. Under a
    customer's scope only what that customer's rows show is checked. ``progress`` is called after each page.
    """
    chosen = _chosen(only)
    walk = _Walk(policy, chosen, page)
    customers = found = 0
    last: str | None = None
    while True:
        names, broken = store.read(scope, lambda tx, last=last: walk.page(tx, last))  # type: ignore[misc]  # a default binds the loop's value
        if not names:
            break
        yield from broken
        last, customers, found = names[-1], customers + len(names), found + len(broken)
        if progress is not None:
            progress(Progress(customers, found))
    if scope.customer is None:
        whole = TenantView(store, scope)
        for checker in chosen:
            if checker.tenant is not None:
                yield from checker.tenant(whole)


def _chosen(only: Collection[str] | None) -> tuple[Checker, ...]:
    unknown = sorted(set(only or ()) - CHECKERS.keys())
    if unknown:
        raise InvalidValue("no checker of this invariant", place="only", value=unknown[0], hint=" ".join(CHECKERS))
    return tuple(checker for checker in CHECKERS.values() if only is None or checker.invariant in only)


@attrs.frozen
class _Walk:
    policy: Policy
    chosen: Sequence[Checker]
    limit: int
    snapshots: dict[str, Price] = attrs.field(factory=dict)

    def page(self, tx: ReadTx, last: str | None) -> tuple[list[str], list[Violation]]:
        """The customers behind ``last``, and what is wrong with them."""
        if len(self.snapshots) > _MOST_SNAPSHOTS:
            self.snapshots.clear()
        rows = tx.find(CUSTOMER, None, after=None if last is None else (last,), limit=self.limit)
        names = [str(row[0]) for row in rows]
        return names, [
            violation
            for view in AccountView.page(tx, self.policy, names, self.snapshots)
            for checker in self.chosen
            for violation in _checked(checker, view)
        ]


def _checked(checker: Checker, view: AccountView) -> Iterator[Violation]:
    """What one checker finds; where it cannot look at rows that somebody else wrote, it says so."""
    if checker.account is None or not (checker.rows or view.values):
        return
    try:
        yield from checker.account(view)
    except UNREADABLE as error:
        yield Violation(checker.invariant, view.customer, "cannot be checked", f"{type(error).__name__}: {error}")
