"""The checkers behind ``billcore verify``: the numbered invariants of reliability.md, section 4, held against a store.

It owns what each invariant means in rows and values (``ledger``, ``booked``, ``documents``, ``periods``, ``rating``,
``coupons``, ``grants``, ``stored``, ``tenant``) and the walk over a store (``walk``). It does not own the invariants'
enforcement: the core and the store's constraints hold them; this looks whether they held. Nothing is written.

>>> from billcore.engine.verify import CHECKERS
>>> CHECKERS["I1"].sentence
'An issued document never changes: its content has the hash that it had at issue.'
"""

from billcore.engine.verify.checker import Checker
from billcore.engine.verify.violation import Violation
from billcore.engine.verify.walk import CHECKERS, Progress, verify, violations

__all__ = ["CHECKERS", "Checker", "Progress", "Violation", "verify", "violations"]
