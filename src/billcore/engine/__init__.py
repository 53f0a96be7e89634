"""The imperative shell: load, decide by the core, save, in one unit of work.

It owns the handle (``billing``) and its nouns, the run (``running``), corrections and explanations. It does not own a
rule of meaning: those are in the core.
"""

from billcore.engine.billing import Billing

__all__ = ["Billing"]
