"""Sources of catalogs: what a website, a file or a folder says is sold."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import attrs

from billcore.kernel import of_kind, text_or_none
from billcore.pricing import Catalog

__all__ = ["CatalogSource", "Feed"]


@attrs.frozen
class Feed:
    """What a source answered; ``tag`` names this content, so that the next fetch may say that it is still the same."""

    catalog: Catalog
    tag: str | None = None

    def __attrs_post_init__(self) -> None:
        of_kind(self.catalog, Catalog, "catalog")
        text_or_none(self.tag, "tag")


@runtime_checkable
class CatalogSource(Protocol):
    """Where a catalog comes from.

    It answers all that it has or raises: a part is never taken for the whole, since what is missing would go stale.
    ``billcore.testing.contracts.CatalogSourceContract`` checks an implementation.
    """

    @property
    def name(self) -> str:
        """What its entries say they come from; the same for as long as it is the same source, without secrets."""
        ...

    def fetch(self, known: str | None) -> Feed | None:
        """Everything it sells, or ``None`` where that is still what the tag ``known`` named.

        Raises ``SyncAborted`` where it cannot be reached in time, or answers anything but one whole right document.
        """
        ...
