"""What a host supplies, and the words it is spoken in: the store, the clock, ids, the way to an ERP, usage and stories.

It owns protocols and the values that cross them. It does not own an implementation: adapters do.
"""

from billcore.ports.catalog import CatalogSource, Feed
from billcore.ports.clock import Clock, Ids
from billcore.ports.erp import EventSender
from billcore.ports.store import Operation, ReadTx, Scope, Store, Tx, Usage
from billcore.ports.tables import TABLES, Column, Index, Row, Table, Value

__all__ = [
    "TABLES",
    "CatalogSource",
    "Clock",
    "Column",
    "EventSender",
    "Feed",
    "Ids",
    "Index",
    "Operation",
    "ReadTx",
    "Row",
    "Scope",
    "Store",
    "Table",
    "Tx",
    "Usage",
    "Value",
]
