r"""Documents in and out: TOML, JSON and CSV to the values of the core and of the ports, and back.

It owns strictness at the border (nothing coerced, every problem with its place and value, all of a document's at once),
the limits of what is read, the names of what a later version builds, and the JSON Schema of each document. It does not
own what a value may be: the classes refuse that themselves. The only place that imports cattrs.

>>> data = load_toml('plan = "pro"\nquantity = 0.5\nseats = 3')
>>> selection_from(data)
Traceback (most recent call last):
...
billcore.kernel.errors.InvalidDocument: document has 1 problem
  seats: unknown key (sizes?)
"""

from billcore.adapters.serialization.documents import (
    BILLING_RECORD,
    CATALOG,
    SCENARIO,
    billing_event_from,
    billing_event_to,
    billing_record_from,
    billing_record_to,
    catalog_from,
    catalog_to,
    kind_of,
    price_from,
    price_model_from,
    price_model_to,
    price_to,
    scenario_from,
    scenario_to,
    selection_from,
    selection_to,
)
from billcore.adapters.serialization.loader import DEEPEST, LIMIT, load_json, load_toml, read_document
from billcore.adapters.serialization.records import LONGEST_RECORD
from billcore.adapters.serialization.schema import SCHEMAS, schema, schema_text
from billcore.adapters.serialization.usage import Found, read_usage, usage_from_csv, usage_from_json

__all__ = [
    "BILLING_RECORD",
    "CATALOG",
    "DEEPEST",
    "LIMIT",
    "LONGEST_RECORD",
    "SCENARIO",
    "SCHEMAS",
    "Found",
    "billing_event_from",
    "billing_event_to",
    "billing_record_from",
    "billing_record_to",
    "catalog_from",
    "catalog_to",
    "kind_of",
    "load_json",
    "load_toml",
    "price_from",
    "price_model_from",
    "price_model_to",
    "price_to",
    "read_document",
    "read_usage",
    "scenario_from",
    "scenario_to",
    "schema",
    "schema_text",
    "selection_from",
    "selection_to",
    "usage_from_csv",
    "usage_from_json",
]
