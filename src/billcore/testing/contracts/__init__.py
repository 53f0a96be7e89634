"""Contract suites: what an adapter must pass to be one, as pytest classes.

Subclass ``StoreContract`` in a test module of yours, name the class ``Test...`` and override ``make_store``; for a way
to an ERP, ``EventSenderContract`` with its three methods; for a source of catalogs, ``CatalogSourceContract``; for what
decides tax, ``TaxContract``; for a price model of your own, ``PriceContract`` with ``make_model``. Each test is one
promise. It owns the promises and what they are tried with. It does not own your adapter's own tests: what only a file,
a server or a driver can do wrong.
"""

from billcore.testing import _extra as _extra  # isort: skip - says what to install, before anything fails

import pytest

_PARTS = (
    "case", "constraints", "erp", "finding", "operations", "paging", "price", "rows", "scopes", "source", "sums",
    "taxes",
    "texts", "threads", "transactions", "updates",
)  # fmt: skip
pytest.register_assert_rewrite(*(f"{__name__}.{part}" for part in _PARTS))

from billcore.testing.contracts.erp import EventSenderContract  # noqa: E402 - after pytest knows whose asserts to explain
from billcore.testing.contracts.price import PriceContract  # noqa: E402 - as above
from billcore.testing.contracts.source import CatalogSourceContract  # noqa: E402 - as above
from billcore.testing.contracts.store import StoreContract  # noqa: E402 - as above
from billcore.testing.contracts.taxes import TaxContract  # noqa: E402 - as above

__all__ = ["CatalogSourceContract", "EventSenderContract", "PriceContract", "StoreContract", "TaxContract"]
