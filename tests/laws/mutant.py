"""What a mutant is; ``mutants.py`` says what they are for."""

from __future__ import annotations

import attrs

__all__ = ["Mutant"]


@attrs.frozen
class Mutant:
    """One break, and the law that must notice it."""

    law: str
    module: str
    fragment: str
    replacement: str

    def __str__(self) -> str:
        return f"{self.law.partition('::')[2]}: {self.module}: {self.fragment.strip()} -> {self.replacement.strip()}"
