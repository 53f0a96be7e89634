"""The problems that a document is refused for."""

from __future__ import annotations

from typing import Any

import pytest

from billcore.adapters.serialization import (
    SCENARIO,
    catalog_from,
    scenario_from,
)
from billcore.kernel import (
    InputError,
    InvalidDocument,
)

__all__ = ["problems_of"]


def problems_of(data: dict[str, Any]) -> dict[str | None, InputError]:
    """The problems of a document by place."""
    read = scenario_from if data.get("format") == SCENARIO else catalog_from
    with pytest.raises(InvalidDocument) as caught:
        read(data)
    return {problem.place: problem for problem in caught.value.problems}
