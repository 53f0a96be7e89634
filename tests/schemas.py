"""The JSON Schemas that are shipped as files: ``python -m tests.schemas`` writes them anew from the classes."""

from __future__ import annotations

from pathlib import Path

import billcore
from billcore.adapters.serialization import SCHEMAS, schema_text

__all__ = ["SHIPPED", "write"]

SHIPPED = Path(billcore.__file__).parent / "adapters" / "serialization" / "schemas"


def write() -> None:
    """Write the schema of each document."""
    SHIPPED.mkdir(exist_ok=True)
    for name in SCHEMAS:
        (SHIPPED / f"{name}.json").write_text(schema_text(name), encoding="utf-8")


if __name__ == "__main__":
    write()
