"""FOCUS 1.x usage exports: the FinOps Foundation's open billing data, read as a stream.

A customer is a ``SubAccountId``, a price a ``SkuPriceId`` at its ``ListUnitPrice``, a usage event a row. Instants
without a zone are UTC. A row that lacks a column, holds what cannot be billed, or whose unit price times quantity is
further than 0.00000000005 from its ``ListCost`` (the file rounds it), is reported by its line number and left out.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import IO

from billcore.kernel import InputError, InvalidValue, checked_id, currency, instant, number
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
_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")  # no store and no page can take it


def read_focus(stream: IO[bytes]) -> FocusExport:
    """Read an export. Raises ``InvalidValue`` where the file is not CSV with a header."""
    rows, problems = [], []
    for line, found in _rows(stream):
        if isinstance(found, InputError):
            problems.append((line, str(found)))
            continue
        try:
            rows.append(_row(line, found))
        except InputError as error:
            problems.append((line, str(error)))
    return FocusExport(tuple(rows), tuple(problems))


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
        if _NOT_TEXT.search(cells[column]):
            raise InvalidValue("a control character in text", place=column, value=cells[column])
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
