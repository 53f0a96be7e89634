"""Instances that an ERP bills: what annotations say of them, and the events that tell the ERP.

It owns the billing items of an instance (``items``), their JSON and ids as the annotation protocol has them, and the
record of created, scaled and deleted events with the state of their delivery (``event``, ``record``). It does not own a
price: the ERP has these; nor the sending, which is ``ports.EventSender``.

Invariants: what an instance lacks is an error, never a zero; the events of a record, in order, say what ran at any
time; those of one product are delivered in order, each at least once under one id.
"""

from billcore.lifecycle.erp.event import BillingEvent, DeliveryState, EventKind, Resend, Retry
from billcore.lifecycle.erp.items import (
    ANNOTATION_PREFIX,
    BillingItem,
    Instance,
    annotations_of,
    billing_items,
    instance_id,
    items_json,
    read_items,
    service_level,
)
from billcore.lifecycle.erp.record import KEPT, BillingRecord

__all__ = [
    "ANNOTATION_PREFIX",
    "KEPT",
    "BillingEvent",
    "BillingItem",
    "BillingRecord",
    "DeliveryState",
    "EventKind",
    "Instance",
    "Resend",
    "Retry",
    "annotations_of",
    "billing_items",
    "instance_id",
    "items_json",
    "read_items",
    "service_level",
]
