"""Moving old prices in: what an older portal kept, brought into the shape of a catalog and of instances (5.6).

Each function takes what there is, and the old data, and gives what there should be: applied to its own result it
changes nothing, so a migration that died half way is simply run again. What a person or a synchronisation wrote since
is kept. What the old data does not say, or says twice, is told, never guessed; nothing gets a price of zero for want of
one.

It owns the availability and prices of plans by SLA (``availability``), component specs of a ``billing_config``
(``components``), SLA tiers, brackets and sizes (``tiers``), and quotas of vouchers (``quota``). It does not own the
rows of the older portal: the host reads these.
"""

from billcore.lifecycle.backfill.availability import (
    Collapsed,
    OldAssignment,
    OldPlan,
    OldPrice,
    PlanOffering,
    collapse_availability,
    with_old_prices,
)
from billcore.lifecycle.backfill.components import component_specs, with_components
from billcore.lifecycle.backfill.quota import OldVoucher, quota_credit
from billcore.lifecycle.backfill.tiers import (
    NO_SLA,
    OldInstance,
    backfill_tiers,
    copy_brackets,
    decimal_gib,
    offer_no_sla,
    seed_tiers,
    unknown_slas,
)

__all__ = [
    "NO_SLA",
    "Collapsed",
    "OldAssignment",
    "OldInstance",
    "OldPlan",
    "OldPrice",
    "OldVoucher",
    "PlanOffering",
    "backfill_tiers",
    "collapse_availability",
    "component_specs",
    "copy_brackets",
    "decimal_gib",
    "offer_no_sla",
    "quota_credit",
    "seed_tiers",
    "unknown_slas",
    "with_components",
    "with_old_prices",
]
