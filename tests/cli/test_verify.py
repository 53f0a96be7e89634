"""``billcore verify``: every invariant, reading only."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.database import dump
from tests.cli.desk import answered, call, documented, keys
from tests.engine.breaks import broken

BROKEN = [
    ("M2", "UPDATE billcore_posting SET minor = minor + 1 WHERE account = 'revenue'"),
    ("M4", "UPDATE billcore_document SET total = total + 1 WHERE number = 'INV-000001'"),
    ("M11", "UPDATE billcore_document SET settled = total + 1 WHERE number = 'INV-000003'"),
    ("I1", "UPDATE billcore_line SET description = 'another' WHERE position = 1"),
    ("I2", "UPDATE billcore_document SET number = 'INV-000099' WHERE number = 'INV-000004'"),
]


def test_a_good_database_has_no_violation(billed: Path) -> None:
    """Nothing is found, and nothing is written."""
    before = dump(billed)

    assert call("verify", billed).stdout == "0 violations\n"
    assert answered("verify", billed) == []
    assert dump(billed) == before


@pytest.mark.parametrize(("invariant", "statement"), BROKEN, ids=[name for name, _ in BROKEN])
def test_a_broken_row_is_named(billed: Path, invariant: str, statement: str) -> None:
    """Somebody else's statement is found under the invariant that it breaks, with its place; the exit code is 1."""
    broken(billed, statement)
    told = answered("verify", billed, code=1)
    lines = call("verify", billed, code=1).stdout.splitlines()

    assert isinstance(told, list)
    assert invariant in {violation["invariant"] for violation in told}
    assert keys(told) == documented("verify")
    assert lines[:-1] == [_line(found) for found in told]
    assert lines[-1] == f"{len(told)} violation{'' if len(told) == 1 else 's'}"


def _line(found: dict[str, str | None]) -> str:
    value = "" if found["value"] is None else f" (got {found['value']})"
    return f"{found['invariant']} {found['place']}: {found['message']}{value}"


def test_verifying_repairs_nothing(billed: Path) -> None:
    """What is broken is found again."""
    broken(billed, BROKEN[1][1])
    before = dump(billed)

    assert answered("verify", billed, code=1) == answered("verify", billed, code=1)
    assert dump(billed) == before
