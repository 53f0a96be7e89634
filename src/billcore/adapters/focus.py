"""FOCUS 1.x usage exports: the FinOps Foundation's open billing data, read as a stream.

A customer is a ``SubAccountId``, a price a ``SkuPriceId`` at its ``ListUnitPrice``, a usage event a row. Instants
without a zone are UTC. A row that lacks a column, holds what cannot be billed, or whose unit price times quantity is
further than 0.00000000005 from its ``ListCost`` (the file rounds it), is reported by its line number and left out. So
is one that contradicts a row before it, repeats its ``Id``, or is part of a line whose quantities sum to below zero.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import IO

import attrs

from billcore.kernel import (
    MONTH,
    NOT_TEXT,
    ZERO,
    Exact,
    InputError,
    InvalidValue,
    Period,
    cadence,
    checked_id,
    currency,
    instant,
    number,
    rfc3339,
)
from billcore.kernel import exact as ex
from billcore.ports.focus import FocusExport, FocusRow

__all__ = ["read_focus"]

_COLUMNS = (
    "Id",
    "SubAccountId",
    "ServiceName",
    "ChargeDescription",
    "ChargePeriodStart",
    "BillingPeriodStart",
    "BillingPeriodEnd",
    "BillingCurrency",
    "SkuPriceId",
    "PricingUnit",
    "PricingQuantity",
    "ListUnitPrice",
    "ListCost",
)
_TOLERANCE = Decimal("0.00000000005")
_LONGEST_ROW = 64 * 1024
_LONGEST_ID = 200


def read_focus(stream: IO[bytes]) -> FocusExport:
    """Read an export. Raises ``InvalidValue`` where the file is not CSV with a header."""
    rows: list[FocusRow] = []
    problems: list[tuple[int, str]] = []
    together = _Together()
    for line, found in _rows(stream):
        if isinstance(found, InputError):
            problems.append((line, str(found)))
            continue
        try:
            rows.append(together.admitted(_row(line, found)))
        except InputError as error:
            problems.append((line, str(error)))
    kept, fallen = _risen(rows)
    return FocusExport(tuple(kept), tuple(sorted([*problems, *fallen])))


@attrs.define
class _Together:
    """What the rows so far say of ids, currencies and periods, which a later one must not contradict."""

    ids: dict[str, FocusRow] = attrs.field(factory=dict)
    currencies: dict[str, FocusRow] = attrs.field(factory=dict)
    periods: list[Period] = attrs.field(factory=list)

    def admitted(self, row: FocusRow) -> FocusRow:
        """The row, if it fits. Raises ``InvalidValue``."""
        before = self.ids.get(row.id)
        if before is not None:
            same = attrs.evolve(before, line=row.line) == row
            what = "this row stands there already" if same else "this id stands for another row"
            raise InvalidValue(what, place="Id", value=row.id, hint=f"see line {before.line}")
        first = self.currencies.get(row.account, row)
        if first.currency != row.currency:
            hint = f"{row.account} pays in {first.currency}, see line {first.line}"
            raise InvalidValue(
                "a sub-account pays in one currency", place="BillingCurrency", value=row.currency, hint=hint
            )
        self._period(row)
        self.ids[row.id] = self.currencies[row.account] = row
        return row

    def _period(self, row: FocusRow) -> None:
        period, end = Period(row.start, row.end), rfc3339(row.end)
        if period in self.periods:
            return
        if cadence(MONTH, row.start, row.start, "UTC").nth(1) != row.end:
            raise InvalidValue("a billing period that is not a month", place="BillingPeriodEnd", value=end)
        if other := next((one for one in self.periods if one.overlap(row.start, row.end)), None):
            raise InvalidValue(
                "not the billing period of the file", place="BillingPeriodEnd", value=end, hint=str(other)
            )
        self.periods.append(period)


def _risen(rows: Sequence[FocusRow]) -> tuple[list[FocusRow], list[tuple[int, str]]]:
    """The rows whose lines sum to nothing or more, and what is said of the others: no invoice has a line that falls."""
    sums: dict[tuple[object, ...], Exact] = defaultdict(lambda: ZERO)
    for row in rows:
        sums[_line(row)] = ex.add(sums[_line(row)], row.quantity)
    kept, fallen = [], []
    for row in rows:
        if (total := sums[_line(row)]) >= 0:
            kept.append(row)
            continue
        hint = f"the quantities of its line sum to {ex.text(total)}"
        error = InvalidValue("a line below zero", place="PricingQuantity", value=ex.text(row.quantity), hint=hint)
        fallen.append((row.line, str(error)))
    return kept, fallen


def _line(row: FocusRow) -> tuple[object, ...]:
    return (row.account, row.start, *row.price)


def _rows(stream: IO[bytes]) -> Iterator[tuple[int, dict[str, str] | InputError]]:
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="", errors="strict")
    previous = csv.field_size_limit(_LONGEST_ROW)
    try:
        reader = csv.reader(text)
        header = next(reader, None)
        if header is None:
            raise InvalidValue("an empty file", place="line 1")
        for cells in reader:
            if len(cells) == len(header):
                yield reader.line_num, dict(zip(header, cells, strict=True))
            elif cells:  # an empty line is no row
                yield reader.line_num, InvalidValue(f"{len(cells)} cells under {len(header)} columns")
    except (csv.Error, UnicodeDecodeError) as error:
        raise InvalidValue(f"not a CSV file in UTF-8: {error}", place="file") from None
    finally:
        csv.field_size_limit(previous)
        text.detach()


def _row(line: int, cells: dict[str, str]) -> FocusRow:
    for column in _COLUMNS:
        if not cells.get(column):
            raise InvalidValue("the row lacks this column", place=column)
        if NOT_TEXT.search(cells[column]):
            raise InvalidValue("a control character in text", place=column, value=cells[column])
    if len(cells["Id"]) > _LONGEST_ID:
        raise InvalidValue(f"longer than {_LONGEST_ID} characters", place="Id", value=cells["Id"])
    quantity = number(cells["PricingQuantity"], "PricingQuantity")
    price = number(cells["ListUnitPrice"], "ListUnitPrice")
    cost = number(cells["ListCost"], "ListCost")
    if price < 0:
        raise InvalidValue("must not be negative", place="ListUnitPrice", value=cells["ListUnitPrice"])
    gap = ex.subtract(ex.multiply(price, quantity), cost)
    if abs(ex.fraction(gap)) > ex.fraction(_TOLERANCE):
        raise InvalidValue("unit price times quantity is not the cost", place="ListCost", value=cells["ListCost"])
    time, start, end = (
        _instant(cells, name) for name in ("ChargePeriodStart", "BillingPeriodStart", "BillingPeriodEnd")
    )
    if not start <= time < end:
        raise InvalidValue("outside the billing period", place="ChargePeriodStart", value=cells["ChargePeriodStart"])
    return FocusRow(
        line=line,
        id=cells["Id"],
        account=checked_id(cells["SubAccountId"], "SubAccountId"),
        service=cells["ServiceName"],
        description=cells["ChargeDescription"],
        time=time,
        start=start,
        end=end,
        currency=currency(cells["BillingCurrency"], place="BillingCurrency").code,
        sku_price=cells["SkuPriceId"],
        unit=cells["PricingUnit"],
        quantity=quantity,
        unit_price=price,
    )


def _instant(cells: dict[str, str], column: str) -> dt.datetime:
    written = cells[column]
    zoned = written if written[-1:] in "Zz" or written[-6:-5] in ("+", "-") else f"{written}Z"
    return instant(zoned, column)
