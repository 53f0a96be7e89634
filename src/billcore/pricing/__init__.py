"""What is sold and what it costs: models, prices, plans, services, catalogs, quotes.

It owns the arithmetic that quote and invoice share: price, quantities and window to exact amounts (``charge``,
``proration``), tax over lines (``tax``), explanations (``explain``) and price snapshots (``archive``). It does not own
who buys, windows of a customer's life, differences or documents.

Invariants: rating is exact, nothing is rounded inside a charge; a price built wrong refuses with the place; whatever a
plan, a product or a service recipe expands to is a tuple of ``OrderRecord``, and from there on nothing knows which.

>>> from decimal import Decimal
>>> from billcore.pricing import Graduated, Tier
>>> Graduated([Tier(10, "1.00"), Tier(None, "0.50")]).amount(Decimal(14))
Decimal('12.0')
"""

from billcore.pricing.archive import archive, price_hash, unarchive
from billcore.pricing.availability import Availability
from billcore.pricing.bounds import bounds_of
from billcore.pricing.catalog import Catalog
from billcore.pricing.charge import (
    Allowance,
    events_rating,
    recurring_amount,
    shortfall,
    time_amount,
    usage_rating,
    windows_rating,
)
from billcore.pricing.commitment import Commitment, Committed, CommittedKind, Overage, TrueUp, committed_as
from billcore.pricing.committing import clash, committed_records, is_commitment
from billcore.pricing.component import PRODUCT_NAMES, Component
from billcore.pricing.costs import Cost, catalog_prices
from billcore.pricing.coupon import Coupon, CouponDuration, coupon_minor, coupon_scope
from billcore.pricing.credit_unit import CreditUnit
from billcore.pricing.diff import CatalogDiff, Difference, catalog_diff
from billcore.pricing.discount import Discount, Discounted, Stacking, UsedDiscount, discounted, take_off
from billcore.pricing.entry import Entry, sold, unmarked
from billcore.pricing.expansion import addons_that_go, main_of
from billcore.pricing.explain import About, Branches, ExplainedKind, Explanation, Operation, leaf
from billcore.pricing.explain_rating import explain_rating
from billcore.pricing.explain_sum import explain_cap, explain_sum, summed_lines
from billcore.pricing.grant import Grant, GrantKind, granted_minor
from billcore.pricing.in_words import entry_words
from billcore.pricing.lint import Finding, check_selection, lint
from billcore.pricing.model.asked import rating_by
from billcore.pricing.model.each import EachEvent
from billcore.pricing.model.flat import Flat, PerUnit
from billcore.pricing.model.matrix import Cell, Matrix
from billcore.pricing.model.package import Package, PackageRound
from billcore.pricing.model.percentage import Dynamic, GraduatedPercentage, Percentage, PercentTier
from billcore.pricing.model.progressive import Bracket, Progressive
from billcore.pricing.model.tiered import Graduated, StairStep, Volume
from billcore.pricing.model.wrapped import UnitRound, Wrapped, credits_of, without_credits
from billcore.pricing.options import Option, options
from billcore.pricing.own_currency import OwnCurrency, checked_currency
from billcore.pricing.period_discount import PeriodDiscount
from billcore.pricing.phases import phase_starts
from billcore.pricing.plan import Phase, Plan, PlanStatus, PlanVersion
from billcore.pricing.price import OnChange, OnEnd, Price, PriceCadence, Proration, Timing, amount_of
from billcore.pricing.product import Addon, Aggregation, Meter, MeterPrice, Part, Product, period_of
from billcore.pricing.proration import share
from billcore.pricing.publishing import CatalogPlan, plan_catalog, plan_hash
from billcore.pricing.quote import Quote, QuotePhase, QuoteTotal, anchor_of, quote
from billcore.pricing.quote_discount import QuoteDiscount
from billcore.pricing.quote_line import QuoteLine, allowance_of
from billcore.pricing.rating import Event, EventModel, PriceModel, Rating, Step
from billcore.pricing.record import OrderRecord, refuse_units_of_events
from billcore.pricing.selection import HOURS_PER_MONTH, Selection
from billcore.pricing.service import Service
from billcore.pricing.sized import ComputePlan, Resource, SlaTier, Storage
from billcore.pricing.sizing import SizingUnit, cluster_quantity, size_in
from billcore.pricing.stacking import CouponGroup, HeldCoupon, Pot, Pots, exact_offs, paper_offs, stacked
from billcore.pricing.summed import SumShare, cap_of, commitment_of, sum_amount, sum_rating
from billcore.pricing.sync import MOST_STALE, Merged, SyncChange, merged, restamped, stale_by_age
from billcore.pricing.tax import NO_RATE, AppliedRate, Tax, Taxes, TaxRounding, lines_by_rate, tax_over, why_zero
from billcore.pricing.tax_rates import (
    EU_COUNTRIES,
    REVERSE_CHARGE,
    CatalogTaxes,
    EuVat,
    TaxCase,
    TaxProvider,
    TaxRate,
    TaxTable,
    find_rate,
    rate_by,
)
from billcore.pricing.tier import Tier
from billcore.pricing.units import BillingUnit, Per
from billcore.pricing.value_path import ValuePath
from billcore.pricing.walk import entries, key_of

__all__ = [
    "EU_COUNTRIES",
    "HOURS_PER_MONTH",
    "MOST_STALE",
    "NO_RATE",
    "PRODUCT_NAMES",
    "REVERSE_CHARGE",
    "About",
    "Addon",
    "Aggregation",
    "Allowance",
    "AppliedRate",
    "Availability",
    "BillingUnit",
    "Bracket",
    "Branches",
    "Catalog",
    "CatalogDiff",
    "CatalogPlan",
    "CatalogTaxes",
    "Cell",
    "Commitment",
    "Committed",
    "CommittedKind",
    "Component",
    "ComputePlan",
    "Cost",
    "Coupon",
    "CouponDuration",
    "CouponGroup",
    "CreditUnit",
    "Difference",
    "Discount",
    "Discounted",
    "Dynamic",
    "EachEvent",
    "Entry",
    "EuVat",
    "Event",
    "EventModel",
    "ExplainedKind",
    "Explanation",
    "Finding",
    "Flat",
    "Graduated",
    "GraduatedPercentage",
    "Grant",
    "GrantKind",
    "HeldCoupon",
    "Matrix",
    "Merged",
    "Meter",
    "MeterPrice",
    "OnChange",
    "OnEnd",
    "Operation",
    "Option",
    "OrderRecord",
    "Overage",
    "OwnCurrency",
    "Package",
    "PackageRound",
    "Part",
    "Per",
    "PerUnit",
    "PercentTier",
    "Percentage",
    "PeriodDiscount",
    "Phase",
    "Plan",
    "PlanStatus",
    "PlanVersion",
    "Pot",
    "Pots",
    "Price",
    "PriceCadence",
    "PriceModel",
    "Product",
    "Progressive",
    "Proration",
    "Quote",
    "QuoteDiscount",
    "QuoteLine",
    "QuotePhase",
    "QuoteTotal",
    "Rating",
    "Resource",
    "Selection",
    "Service",
    "SizingUnit",
    "SlaTier",
    "Stacking",
    "StairStep",
    "Step",
    "Storage",
    "SumShare",
    "SyncChange",
    "Tax",
    "TaxCase",
    "TaxProvider",
    "TaxRate",
    "TaxRounding",
    "TaxTable",
    "Taxes",
    "Tier",
    "Timing",
    "TrueUp",
    "UnitRound",
    "UsedDiscount",
    "ValuePath",
    "Volume",
    "Wrapped",
    "addons_that_go",
    "allowance_of",
    "amount_of",
    "anchor_of",
    "archive",
    "bounds_of",
    "cap_of",
    "catalog_diff",
    "catalog_prices",
    "check_selection",
    "checked_currency",
    "clash",
    "cluster_quantity",
    "commitment_of",
    "committed_as",
    "committed_records",
    "coupon_minor",
    "coupon_scope",
    "credits_of",
    "discounted",
    "entries",
    "entry_words",
    "events_rating",
    "exact_offs",
    "explain_cap",
    "explain_rating",
    "explain_sum",
    "find_rate",
    "granted_minor",
    "is_commitment",
    "key_of",
    "leaf",
    "lines_by_rate",
    "lint",
    "main_of",
    "merged",
    "options",
    "paper_offs",
    "period_of",
    "phase_starts",
    "plan_catalog",
    "plan_hash",
    "price_hash",
    "quote",
    "rate_by",
    "rating_by",
    "recurring_amount",
    "refuse_units_of_events",
    "restamped",
    "share",
    "shortfall",
    "size_in",
    "sold",
    "stacked",
    "stale_by_age",
    "sum_amount",
    "sum_rating",
    "summed_lines",
    "take_off",
    "tax_over",
    "time_amount",
    "unarchive",
    "unmarked",
    "usage_rating",
    "why_zero",
    "windows_rating",
    "without_credits",
]
