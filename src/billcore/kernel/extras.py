"""Packages that an extra brings: loaded where they are needed, and one error where they are not installed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from billcore.kernel.errors import ExtraMissing

__all__ = ["from_extra"]


@contextmanager
def from_extra(extra: str, package: str, *more: str, what: str) -> Iterator[None]:
    """Imports of ``package`` stand in this block; where it is not installed, ``what`` needs the extra.

    Raises ``ExtraMissing`` with the command that installs it. Another module that is missing is somebody else's fault,
    and stays a ``ModuleNotFoundError``.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in (package, *more):
            raise
        raise ExtraMissing(f"{what} needs an extra", hint=f"pip install 'billcore[{extra}]'") from None
