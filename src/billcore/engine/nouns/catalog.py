"""``billing.catalog`` and ``billing.quotes``."""

from __future__ import annotations

import datetime as dt

import attrs

from billcore.engine.catalogs import catalog_at, catalog_named
from billcore.engine.session import Call, Session
from billcore.kernel import AlreadyExists, fingerprint, instant, micros, of_kind
from billcore.ports import Tx
from billcore.ports.tables import CATALOG
from billcore.pricing import Catalog, Quote, Selection, archive, quote

__all__ = ["Catalogs", "Quotes"]


@attrs.frozen
class Catalogs:
    """Catalogs: published whole, each version once; later ones never reach who already bought."""

    session: Session

    def publish(self, catalog: Catalog, *, key: str | None = None) -> Catalog:
        """Publish a catalog; it is in force from its ``effective`` instant on.

        Publishing the same version with the same content again changes nothing; with other content ``AlreadyExists``.
        """
        self.session.for_house("catalog.publish")
        of_kind(catalog, Catalog, "catalog")
        body = archive(catalog)

        def work(tx: Tx, call: Call) -> str:
            row = tx.get(CATALOG, (catalog.version,))
            if row is not None and row[3] != body:
                raise AlreadyExists("this version was published with other content", value=catalog.version)
            if row is None:
                tx.insert(CATALOG, [(catalog.version, micros(catalog.effective), micros(call.now), body)])
            return catalog.version

        return self.get(self.session.write("catalog.publish", fingerprint(body), key, work))

    def get(self, version: str) -> Catalog:
        """The catalog of that version. Raises ``NotFound``."""
        of_kind(version, str, "version")
        return self.session.read(lambda tx: catalog_named(tx, version))

    def as_of(self, at: dt.datetime | str | None = None) -> Catalog:
        """The catalog in force at an instant, default now. Raises ``PriceUnavailable`` before the first."""
        when = self.session.now() if at is None else instant(at, "at")
        return self.session.read(lambda tx: catalog_at(tx, when))

    def list(self) -> tuple[str, ...]:
        """The versions that were published, by the instant from which each holds."""
        rows = self.session.read(lambda tx: tx.find(CATALOG, CATALOG.indexes[0]))
        return tuple(str(row[0]) for row in rows)


@attrs.frozen
class Quotes:
    """Quotes: what a selection would cost."""

    session: Session

    def preview(self, selection: Selection, *, at: dt.datetime | str | None = None) -> Quote:
        """Price a selection from the catalog in force at ``at``, default now; nothing is saved."""
        of_kind(selection, Selection, "selection")
        when = self.session.now() if at is None else instant(at, "at")
        catalog = self.session.read(lambda tx: catalog_at(tx, when))
        return quote(catalog, selection, when, self.session.policy.rounding)
