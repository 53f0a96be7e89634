"""What a billing date moves: lines that add, lines that fall, and what coupons take off."""

from __future__ import annotations

import attrs

from billcore.kernel import Exact, Rounding
from billcore.pricing import AppliedRate, price_hash
from billcore.settlement.billed import BilledLine
from billcore.settlement.document import Document, Line, LineKind
from billcore.settlement.key import ChargeKey
from billcore.settlement.wanted import Charge

__all__ = ["Difference", "Fall", "Fallen", "Off", "Rise", "RoundingGroup"]


@attrs.frozen
class Fall:
    """A line that falls, and the document whose line it names."""

    line: Line
    document: Document


@attrs.define
class Fallen:
    """What fell of a line in this difference, above zero, and why."""

    entry: BilledLine
    exact: Exact
    minor: int
    reason: str


@attrs.frozen
class Off:
    """What a coupon takes off a line that adds, above zero; a percentage has a key and its ordinal in the charge's."""

    coupon: str
    description: str
    exact: Exact
    minor: int
    key: ChargeKey | None = None
    nth: int | None = None


@attrs.frozen
class RoundingGroup:
    """How lines are rounded: the currency's places, the mode, and whether an invoice is one group."""

    places: int
    mode: Rounding = Rounding.HALF_UP
    whole_invoice: bool = False


@attrs.define
class Rise:
    """A line that adds, before its document gives it an id and a tax."""

    charge: Charge
    kind: LineKind
    exact: Exact
    minor: int
    rate: AppliedRate
    nth: int
    corrects: str | None
    reason: str | None
    snapshot: str | None = None
    offs: tuple[Off, ...] = ()

    @property
    def net(self) -> int:
        """What coupons leave of it, in minor units."""
        return self.minor - sum(off.minor for off in self.offs)

    def line(self, name: str, tax: int) -> Line:
        """The line, named and taxed."""
        charge = self.charge
        return Line(
            id=name,
            kind=self.kind,
            description=charge.description,
            price=charge.key.price,
            part=charge.part,
            quantity=charge.quantity,
            exact=self.exact,
            minor=self.minor,
            rate=self.rate,
            tax=tax,
            key=charge.key,
            nth=self.nth,
            corrects=self.corrects,
            reason=self.reason,
            snapshot=self.snapshot if charge.price is None else price_hash(charge.price),
            coupon=charge.key.coupon,
        )


@attrs.define
class Difference:
    """The lines that add (with ids and taxes still to come) and those that fall; ``fallen`` sums the latter by line."""

    rises: list[Rise] = attrs.field(factory=list)
    falls: list[Fall] = attrs.field(factory=list)
    fallen: dict[str, Fallen] = attrs.field(factory=dict)
