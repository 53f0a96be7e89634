"""``billing.catalog`` and ``billing.quotes``."""

from __future__ import annotations

import datetime as dt

import attrs

from billcore.engine.accounts import load_customer
from billcore.engine.catalogs import catalog_at, catalog_found, catalog_named, stamped
from billcore.engine.checking import CatalogCheck, check_subscriptions
from billcore.engine.publishing import (
    SyncPlan,
    SyncReport,
    fetched,
    insert_catalog,
    known_tag,
    plan_feed,
    report_of,
    report_text,
    write_sync,
)
from billcore.engine.session import Call, Session
from billcore.kernel import checked_text, fingerprint, instant, of_kind
from billcore.ports import CatalogSource, ReadTx, Tx
from billcore.ports.tables import CATALOG
from billcore.pricing import (
    MOST_STALE,
    Catalog,
    CatalogPlan,
    Option,
    Quote,
    Selection,
    archive,
    options,
    plan_catalog,
    quote,
    stale_by_age,
)

__all__ = ["Catalogs", "Quotes"]


@attrs.frozen
class Catalogs:
    """Catalogs: published whole, each version once; later ones never reach who already bought."""

    session: Session

    def plan(self, catalog: Catalog) -> CatalogPlan:
        """What publishing a catalog would change, in words and in money, and the hash to apply it by."""
        self.session.for_house("catalog.plan")
        of_kind(catalog, Catalog, "catalog")
        return plan_catalog(self.session.read(lambda tx: catalog_found(tx, catalog.effective)), catalog)

    def apply(self, plan: CatalogPlan, *, key: str | None = None) -> Catalog:
        """Publish what was planned. Raises ``CatalogMoved`` where another catalog is in force than it was then."""
        self.session.for_house("catalog.apply")
        of_kind(plan, CatalogPlan, "plan")
        return self.publish(plan.catalog, expect=plan.hash, key=key)

    def publish(self, catalog: Catalog, *, expect: str | None = None, key: str | None = None) -> Catalog:
        """Publish a catalog; it is in force from its ``effective`` instant on.

        Publishing the same version with the same content again changes nothing; with other content ``AlreadyExists``.
        With ``expect``, a plan's hash, ``CatalogMoved`` where catalog and base are not those of the plan.
        """
        self.session.for_house("catalog.publish")
        of_kind(catalog, Catalog, "catalog")

        def work(tx: Tx, call: Call) -> str:
            insert_catalog(tx, catalog, call.now, expect)
            return catalog.version

        return self.get(self.session.write("catalog.publish", fingerprint(archive(catalog)), key, work))

    def plan_sync(self, source: CatalogSource, *, most_stale: int = MOST_STALE) -> SyncPlan:
        """What a sync with a source would do: it is asked, and nothing is changed.

        ``most_stale`` is the percentage of the source's entries that may go stale at once. Raises ``SyncAborted``.
        """
        self.session.for_house("catalog.plan_sync")
        of_kind(source, CatalogSource, "source")
        now, name = self.session.now(), checked_text(source.name, "source.name")
        tag = self.session.read(lambda tx: known_tag(tx, name, now))
        feed = fetched(source, tag)
        when = now if feed is None else max(now, feed.catalog.effective)
        base = self.session.read(lambda tx: catalog_found(tx, when))
        return plan_feed(base, name, feed, tag, now, most_stale)

    def apply_sync(self, plan: SyncPlan, *, key: str | None = None) -> SyncReport:
        """Publish what a sync was planned to. Raises ``CatalogMoved`` where the catalog in force is another by now."""
        self.session.for_house("catalog.apply_sync")
        of_kind(plan, SyncPlan, "plan")

        def work(tx: Tx, call: Call) -> str:
            return report_text(write_sync(tx, plan, call.now))

        return report_of(self.session.write("catalog.sync", plan.source, key, work))

    def sync(self, source: CatalogSource, *, most_stale: int = MOST_STALE, key: str | None = None) -> SyncReport:
        """Bring the catalog to what a source sells (R4-01): created, updated and unchanged entries, and stale ones.

        What the source has no more is stale: not sold to anybody new, still there for those who have it. Where the
        source fails or says too little, ``SyncAborted``, and nothing is changed.
        """
        self.session.for_house("catalog.sync")
        return self.apply_sync(self.plan_sync(source, most_stale=most_stale), key=key)

    def check(self, *, at: dt.datetime | str | None = None) -> CatalogCheck:
        """Whether every subscription has a price and an SLA tier, and rests on no stale entry (R4-28)."""
        self.session.for_house("catalog.check")
        when = self.session.now() if at is None else instant(at, "at")
        return self.session.read(lambda tx: check_subscriptions(tx, when))

    def get(self, version: str) -> Catalog:
        """The catalog of that version, as it was published. Raises ``NotFound``."""
        of_kind(version, str, "version")
        return self.session.read(lambda tx: catalog_named(tx, version))

    def as_of(self, at: dt.datetime | str | None = None, *, max_age: dt.timedelta | None = None) -> Catalog:
        """The catalog in force at an instant, default now, its entries stamped by the syncs up to then.

        With ``max_age``, what no source has named for longer is stale (R4-09). Raises ``PriceUnavailable`` before
        the first.
        """
        when = self.session.now() if at is None else instant(at, "at")

        def work(tx: ReadTx) -> Catalog:
            return stamped(tx, catalog_at(tx, when), when)

        found = self.session.read(work)
        return found if max_age is None else stale_by_age(found, when, max_age)

    def list(self) -> tuple[str, ...]:
        """The versions that were published, by the instant from which each holds."""
        rows = self.session.read(lambda tx: tx.find(CATALOG, CATALOG.indexes[0]))
        return tuple(str(row[0]) for row in rows)


@attrs.frozen
class Quotes:
    """Quotes: what a selection would cost."""

    session: Session

    def preview(
        self,
        selection: Selection,
        *,
        at: dt.datetime | str | None = None,
        customer: str | None = None,
        tax_id: str | None = None,
    ) -> Quote:
        """Price a selection from the catalog in force at ``at``, default now; nothing is saved.

        For a ``customer`` by its country and time zone, where the selection names none, its tax id, and why it is
        exempt, if it is; for somebody who is not yet one by ``tax_id``. So a quote is taxed as the invoice will be:
        every tax of zero has its reason. Raises ``NotFound`` and ``InvalidValue``.
        """
        of_kind(selection, Selection, "selection")
        when = self.session.now() if at is None else instant(at, "at")
        exempt = None
        if customer is not None:
            profile = self.session.read(lambda tx: load_customer(tx, customer)).profile(when)
            zoned = profile.timezone if selection.timezone == "UTC" else selection.timezone
            selection = attrs.evolve(selection, country=selection.country or profile.country, timezone=zoned)
            if selection.country is not None:
                tax_id, exempt = tax_id or profile.tax_id, profile.tax_exempt
        catalog = self.session.read(lambda tx: catalog_at(tx, when))
        policy = self.session.policy
        hours, taxes = policy.hours_per_month, self.session.taxes
        return quote(
            catalog,
            selection,
            when,
            policy.rounding,
            hours,
            taxes=taxes,
            tax_rounding=policy.tax,
            tax_id=tax_id,
            exempt=exempt,
        )

    def options(
        self,
        service: str,
        *,
        provider: str | None = None,
        within: str | None = None,
        selection: Selection | None = None,
        at: dt.datetime | str | None = None,
    ) -> tuple[Option, ...]:
        """Every compute plan with every SLA tier of a service, and what it costs a month; nothing is saved.

        ``selection`` sizes it (replicas, storage, resources), ``within`` names the service that this one supports.
        Raises ``NotFound`` and ``NotAvailable``.
        """
        of_kind(service, str, "service")
        of_kind(selection, Selection | None, "selection")
        when = self.session.now() if at is None else instant(at, "at")
        catalog = self.session.read(lambda tx: catalog_at(tx, when))
        policy = self.session.policy
        return options(
            catalog,
            service,
            when,
            provider=provider,
            within=within,
            selection=selection,
            mode=policy.rounding,
            hours=policy.hours_per_month,
        )
