"""Pictures: a price over quantity, as a curve to look at. The only module that imports matplotlib, on first use.

What is drawn is rated exactly; numbers become floats only where they become places on paper.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Literal

import attrs

from billcore.kernel import ZERO, Exact, InvalidValue, Number, currency_name, from_extra, number
from billcore.kernel import exact as ex
from billcore.pricing import Price, PriceModel, amount_of, bounds_of

__all__ = ["PictureFormat", "PricePoint", "picture", "points", "reach"]

PictureFormat = Literal["svg", "png", "pdf"]
_STEPS = 200
_NO_END = Decimal(100)
_BEYOND = Decimal("1.5")
_JUST = Decimal("0.000001")


@attrs.frozen
class PricePoint:
    """What so many units cost, and what one of them does on average (nothing of none)."""

    quantity: Decimal
    amount: Exact
    average: Exact | None


def reach(model: PriceModel) -> Decimal:
    """How far a picture goes by itself: half as far again as the last tier begins; 100 where nothing does."""
    last = max((ex.ratio(bound, 1) for bound in bounds_of(model)), default=None)
    if isinstance(last, Decimal):
        return number(ex.text(ex.multiply(last, _BEYOND)))
    return _NO_END if last is None else Decimal(int(last) * 2)


def points(model: PriceModel, to: Number | None = None) -> tuple[PricePoint, ...]:
    """The price at some 200 quantities from 0 to ``to``, and on both sides of each bound. Raises ``InvalidValue``."""
    end = reach(model) if to is None else number(to, "to")
    if end <= ZERO:
        raise InvalidValue("a picture goes to a quantity above zero", place="to", value=str(end))
    step = ex.ratio(end, _STEPS)
    regular = [ex.multiply(step, ex.whole(n)) for n in range(_STEPS + 1)]
    sides = [side for bound in bounds_of(model) for side in (bound, ex.add(bound, ex.multiply(end, _JUST)))]
    quantities = sorted({number(ex.text(one)) for one in (*regular, *sides) if isinstance(one, Decimal) and one <= end})
    return tuple(_point(model, quantity) for quantity in quantities)


def _point(model: PriceModel, quantity: Decimal) -> PricePoint:
    amount = amount_of(model, quantity)
    return PricePoint(quantity, amount, ex.ratio(amount, quantity) if quantity else None)


def picture(price: Price, found: Sequence[PricePoint], title: str, form: PictureFormat = "svg") -> bytes:
    """The amount over quantity, the average price of a unit below it, and a line where each tier or bracket begins.

    The same points give the same bytes. Raises ``ExtraMissing`` without matplotlib (``billcore[plot]``).
    """
    with from_extra("plot", "matplotlib", what="drawing a picture"):
        import matplotlib as mpl
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    unit = price.unit or "units"
    with mpl.rc_context({"svg.hashsalt": "billcore", "svg.fonttype": "none"}):
        figure = Figure(figsize=(8, 6), layout="constrained")
        FigureCanvasAgg(figure)
        above, below = figure.subplots(2, 1, sharex=True)
        end = float(found[-1].quantity)
        above.plot([float(one.quantity) for one in found], [float(one.amount) for one in found], color="#1a5fb4")
        averages = [(float(one.quantity), float(one.average)) for one in found if one.average is not None]
        below.plot([x for x, _ in averages], [y for _, y in averages], color="#26a269")
        for axes in (above, below):
            for bound in bounds_of(price.model):
                if float(bound) < end:
                    axes.axvline(float(bound), color="#999999", linewidth=0.8, linestyle="--")
            axes.set_ylim(bottom=0)
            axes.grid(visible=True, alpha=0.3)
        above.set_title(title)
        above.set_ylabel(f"amount ({currency_name(price.currency or '')})".replace(" ()", ""))
        below.set_ylabel(f"average of a unit ({currency_name(price.currency or '')})".replace(" ()", ""))
        below.set_xlabel(unit)
        out = io.BytesIO()
        stamps: Mapping[str, None] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(form, {})
        figure.savefig(out, format=form, metadata=dict(stamps))
    return out.getvalue()
