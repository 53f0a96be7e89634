"""Publishing: a plan of what a catalog will change, and the hash by which it is applied as it was planned.

The hash covers the catalog that is published and the one in force that it was planned against. If either is another one
when the plan is applied, nothing is published: what a person looked at is what takes effect.
"""

from __future__ import annotations

import attrs

from billcore.kernel import fingerprint
from billcore.pricing.archive import archive
from billcore.pricing.catalog import Catalog
from billcore.pricing.diff import CatalogDiff, catalog_diff
from billcore.pricing.plan import Plan, PlanStatus

__all__ = ["CatalogPlan", "plan_catalog", "plan_hash"]


@attrs.frozen
class CatalogPlan:
    """What publishing ``catalog`` will change; ``base`` is the version in force at its instant, if there is one.

    ``warnings`` say what is allowed and seldom meant: a version of a plan that was sold has other prices now.
    """

    base: str | None
    catalog: Catalog
    diff: CatalogDiff
    warnings: tuple[str, ...]
    hash: str


def plan_hash(base: str | None, catalog: Catalog) -> str:
    """SHA-256 of the version in force, whose content never changes, and of the archived text of what is published."""
    return fingerprint([base, archive(catalog)])


def plan_catalog(base: Catalog | None, catalog: Catalog) -> CatalogPlan:
    """The plan to publish a catalog where ``base`` is in force. Pure; nothing is published."""
    warnings = () if base is None else tuple(_rewritten(base, catalog))
    version = None if base is None else base.version
    return CatalogPlan(version, catalog, catalog_diff(base, catalog), warnings, plan_hash(version, catalog))


def _rewritten(base: Catalog, catalog: Catalog) -> list[str]:
    """Versions of plans that were published and are no longer what they were."""
    plans = {plan.code: plan for plan in catalog.plans}
    return [
        f"plans/{plan.code}/versions/{number}: {what}; give the new prices a new version"
        for plan in base.plans
        for number, what in _changed(plan, plans.get(plan.code))
    ]


def _changed(had: Plan, has: Plan | None) -> list[tuple[int, str]]:
    found = []
    for version in had.versions:
        now = None if has is None else has.version(version.version)
        if version.status is PlanStatus.DRAFT or has is None:
            continue
        if now is None:
            found.append((version.version, "a published version is gone"))
        elif now.status is PlanStatus.DRAFT:
            found.append((version.version, "a published version is a draft again"))
        elif (now.prices, now.phases) != (version.prices, version.phases):
            found.append((version.version, "a published version has other prices"))
    return found
