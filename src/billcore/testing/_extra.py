"""Imported first by what needs the ``testing`` extra: says so, where it is not installed."""

from __future__ import annotations

from billcore.kernel import from_extra

__all__: list[str] = []

with from_extra("testing", "hypothesis", "pytest", what="billcore.testing"):
    import hypothesis
    import pytest

    del hypothesis, pytest
