"""What hosts and adapter authors test with: public, versioned, needs the ``testing`` extra.

It owns the Hypothesis strategies of billcore's values (``billcore.testing.strategies``), which ``st.from_type`` knows
as soon as Hypothesis is imported. It does not own tests: those are yours.

This package imports nothing on its own, so that Hypothesis can load its entry point in the middle of any import.
"""

__all__: list[str] = []
