"""What is sold and what it costs: models, prices, plans, services, catalogs, quotes.

It owns the arithmetic that quote and invoice share: price, quantities and window to exact amounts (``charge``,
``proration``), tax over lines (``tax``), explanations (``explain``) and price snapshots (``snapshot``). It does not own
who buys, windows of a customer's life, differences or documents.

Invariants: rating is exact, nothing is rounded inside a charge; a price built wrong refuses with the place; whatever a
plan, a product or a service recipe expands to is a tuple of ``OrderRecord``, and from there on nothing knows which.

>>> from decimal import Decimal
>>> from billcore.pricing import Graduated, Tier
>>> Graduated([Tier(10, "1.00"), Tier(None, "0.50")]).amount(Decimal(14))
Decimal('12.0')
"""

from billcore.pricing.archive import archive, price_hash, unarchive
from billcore.pricing.catalog import Catalog
from billcore.pricing.charge import Allowance, events_rating, recurring_amount, usage_rating, windows_rating
from billcore.pricing.commitment import Commitment, Committed
from billcore.pricing.coupon import Coupon, CouponDuration
from billcore.pricing.credit_unit import CreditUnit
from billcore.pricing.discount import Discount, Discounted, Stacking, UsedDiscount, discounted
from billcore.pricing.explain import Explanation, Operation, explain_rating, leaf
from billcore.pricing.model.flat import Flat, PerUnit
from billcore.pricing.model.matrix import Cell, Matrix
from billcore.pricing.model.package import Package, PackageRound
from billcore.pricing.model.percentage import Dynamic, GraduatedPercentage, Percentage, PercentTier
from billcore.pricing.model.progressive import Bracket, Progressive
from billcore.pricing.model.tiered import Graduated, StairStep, Volume
from billcore.pricing.model.wrapped import UnitRound, Wrapped
from billcore.pricing.price import OnChange, OnEnd, Price, PriceCadence, Proration, Timing, amount_of
from billcore.pricing.product import Addon, Aggregation, Meter, Phase, Plan, PlanStatus, PlanVersion, Product, period_of
from billcore.pricing.proration import share
from billcore.pricing.quote import Quote, QuoteLine, QuoteTotal, allowance_of, anchor_of, quote
from billcore.pricing.rating import Event, EventModel, PriceModel, Rating, Step
from billcore.pricing.record import OrderRecord, refuse_units_of_events
from billcore.pricing.selection import HOURS_PER_MONTH, Selection
from billcore.pricing.service import BillingUnit, ComputePlan, Per, Resource, Service, SlaTier, Storage
from billcore.pricing.tax import NO_RATE, AppliedRate, Tax, Taxes, TaxRate, find_rate, tax_over
from billcore.pricing.tier import Tier

__all__ = [
    "HOURS_PER_MONTH",
    "NO_RATE",
    "Addon",
    "Aggregation",
    "Allowance",
    "AppliedRate",
    "BillingUnit",
    "Bracket",
    "Catalog",
    "Cell",
    "Commitment",
    "Committed",
    "ComputePlan",
    "Coupon",
    "CouponDuration",
    "CreditUnit",
    "Discount",
    "Discounted",
    "Dynamic",
    "Event",
    "EventModel",
    "Explanation",
    "Flat",
    "Graduated",
    "GraduatedPercentage",
    "Matrix",
    "Meter",
    "OnChange",
    "OnEnd",
    "Operation",
    "OrderRecord",
    "Package",
    "PackageRound",
    "Per",
    "PerUnit",
    "PercentTier",
    "Percentage",
    "Phase",
    "Plan",
    "PlanStatus",
    "PlanVersion",
    "Price",
    "PriceCadence",
    "PriceModel",
    "Product",
    "Progressive",
    "Proration",
    "Quote",
    "QuoteLine",
    "QuoteTotal",
    "Rating",
    "Resource",
    "Selection",
    "Service",
    "SlaTier",
    "Stacking",
    "StairStep",
    "Step",
    "Storage",
    "Tax",
    "TaxRate",
    "Taxes",
    "Tier",
    "Timing",
    "UnitRound",
    "UsedDiscount",
    "Volume",
    "Wrapped",
    "allowance_of",
    "amount_of",
    "anchor_of",
    "archive",
    "discounted",
    "events_rating",
    "explain_rating",
    "find_rate",
    "leaf",
    "period_of",
    "price_hash",
    "quote",
    "recurring_amount",
    "refuse_units_of_events",
    "share",
    "tax_over",
    "unarchive",
    "usage_rating",
    "windows_rating",
]
