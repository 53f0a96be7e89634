"""Mutants: for each law, a way to break billcore that the law must notice.

A law that no mutant breaks proves nothing: it may test itself, or values on which nothing happens. So every test whose
docstring begins with "Law: " has at least one row here, of four texts:

- ``law``: the test, as pytest names it from the repository's root: ``tests/kernel/test_money.py::test_...``;
- ``module``: the file under ``src/billcore`` that is changed;
- ``fragment``: a piece of it that occurs exactly once;
- ``replacement``: what stands there instead: a mistake that somebody could make and no type checker would find.

``test_laws_bite`` applies each to a copy of ``src`` and runs the law against it, which must fail by an assertion or an
error of its own, not by a module that cannot be imported. To add rows, append to the tuple of your package
(``kernel_mutants.py`` and so on), or add such a module and its tuple to ``MUTANTS`` below; when code moves, a fragment
that is gone or no longer unique is reported with its row.

The module is a pytest plugin, too: ``-p tests.laws.mutants`` makes Hypothesis draw the same examples every time, and
stop at the first that fails.
"""

from __future__ import annotations

import os

import hypothesis

from tests.laws.coupon_mutants import COUPONS
from tests.laws.early_mutants import EARLY
from tests.laws.grant_mutants import GRANTS
from tests.laws.kernel_mutants import KERNEL
from tests.laws.life_mutants import LIFE
from tests.laws.mutant import Mutant
from tests.laws.oracle_mutants import ORACLE
from tests.laws.pricing_mutants import PRICING
from tests.laws.together_mutants import TOGETHER

__all__ = ["EXAMPLES", "MUTANTS", "PROFILE"]

PROFILE = "mutants"
EXAMPLES = "BILLCORE_LAW_EXAMPLES"
"""The variable of the environment that says how many examples a law gets."""

MUTANTS: tuple[Mutant, ...] = (*KERNEL, *PRICING, *ORACLE, *LIFE, *COUPONS, *EARLY, *GRANTS, *TOGETHER)


def pytest_configure() -> None:
    """Load the profile after every conftest has loaded its own."""
    hypothesis.settings.register_profile(
        PROFILE,
        max_examples=int(os.environ.get(EXAMPLES, "200")),
        derandomize=True,
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    hypothesis.settings.load_profile(PROFILE)
