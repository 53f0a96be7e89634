"""What is owed, paid and booked: charges by key, their difference to what was billed, documents, payments, a ledger.

It owns the decision of a billing date (``decide``), documents (``document``, ``documents``), stored value and how it
pays (``credit``, ``strategy``, ``pay``) and balanced entries (``ledger``). It does not own prices, facts or storage.

Invariants: an issued document never changes; after a run the exact amounts of a key's lines sum to what the facts ask;
every entry balances; no stored value falls below zero.
"""

from billcore.settlement.account import AccountFacts, AccountState, Policy
from billcore.settlement.billed import Billed, BilledLine, BilledOff
from billcore.settlement.coupons import Coupons, amounts_since, charge_names
from billcore.settlement.credit import Credit, CreditKind, Voucher, burn_order, known_credits, marked
from billcore.settlement.decide import Bill, Funds, decide, decide_charges, late_dates, shared_since
from billcore.settlement.difference import difference
from billcore.settlement.discounts import discount
from billcore.settlement.document import Document, DocumentKind, Invoice, InvoiceStatus, Line, LineKind
from billcore.settlement.documents import Issue, credit_note, credit_notes, invoice, note_tax, note_taxes, opening
from billcore.settlement.interim import interim_since, is_open, not_below, open_period_of, within_cap
from billcore.settlement.key import ChargeKey
from billcore.settlement.ledger import (
    Account,
    Entry,
    Posting,
    credit_granted,
    document_issued,
    document_voided,
    paid,
    returned,
)
from billcore.settlement.moves import Difference, Fall, Fallen, Off, Rise, RoundingGroup
from billcore.settlement.nets import discount_of, net_falls, net_lines, root_of, roots
from billcore.settlement.note import LineNote, note_of
from billcore.settlement.pay import Payout, pay
from billcore.settlement.payment import Payment, Source
from billcore.settlement.rounding_terms import RoundingTerms
from billcore.settlement.strategy import SettlementPlan, Strategy, Use, plan
from billcore.settlement.summed import Covered, Summed, beside
from billcore.settlement.used import UsageLookup, Used, used
from billcore.settlement.wanted import (
    Charge,
    Costs,
    Modes,
    charge,
    charges,
    key_of,
    one_off_charge,
    open_charge,
    over_others,
    touches,
    uncapped,
)

__all__ = [
    "Account",
    "AccountFacts",
    "AccountState",
    "Bill",
    "Billed",
    "BilledLine",
    "BilledOff",
    "Charge",
    "ChargeKey",
    "Costs",
    "Coupons",
    "Covered",
    "Credit",
    "CreditKind",
    "Difference",
    "Document",
    "DocumentKind",
    "Entry",
    "Fall",
    "Fallen",
    "Funds",
    "Invoice",
    "InvoiceStatus",
    "Issue",
    "Line",
    "LineKind",
    "LineNote",
    "Modes",
    "Off",
    "Payment",
    "Payout",
    "Policy",
    "Posting",
    "Rise",
    "RoundingGroup",
    "RoundingTerms",
    "SettlementPlan",
    "Source",
    "Strategy",
    "Summed",
    "UsageLookup",
    "Use",
    "Used",
    "Voucher",
    "amounts_since",
    "beside",
    "burn_order",
    "charge",
    "charge_names",
    "charges",
    "credit_granted",
    "credit_note",
    "credit_notes",
    "decide",
    "decide_charges",
    "difference",
    "discount",
    "discount_of",
    "document_issued",
    "document_voided",
    "interim_since",
    "invoice",
    "is_open",
    "key_of",
    "known_credits",
    "late_dates",
    "marked",
    "net_falls",
    "net_lines",
    "not_below",
    "note_of",
    "note_tax",
    "note_taxes",
    "one_off_charge",
    "open_charge",
    "open_period_of",
    "opening",
    "over_others",
    "paid",
    "pay",
    "plan",
    "returned",
    "root_of",
    "roots",
    "shared_since",
    "touches",
    "uncapped",
    "used",
    "within_cap",
]
