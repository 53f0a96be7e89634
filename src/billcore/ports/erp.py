"""The sender port: who takes the billing events of instances to an ERP."""

from __future__ import annotations

from typing import Protocol

from billcore.lifecycle.erp import BillingEvent

__all__ = ["EventSender"]


class EventSender(Protocol):
    """A way to the ERP, and what it promises.

    - *Returned is taken.* When ``send`` returns, the ERP has the event and will not lose it.
    - *Once by id.* The same event again, by this sender or another, today or next year, has no second effect.
    - *All of it.* Kind, product, quantity, instant, sales order and descriptions arrive as they are.
    - *In order.* What is sent later is not applied before what was sent earlier.
    - *Told.* Whatever keeps the event from being taken, or from being known to be taken, raises ``DeliveryFailed``: a
      time-out too. Any other error is a mistake in the program, and stops the delivery.
    """

    def send(self, event: BillingEvent) -> None:
        """Take the event to the ERP. Raises ``DeliveryFailed``."""
        ...
