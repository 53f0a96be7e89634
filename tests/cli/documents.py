"""A small shop in files: a catalog, a story of two customers, usage, a credit, and a story that is refused."""

from __future__ import annotations

__all__ = ["CATALOG", "CREDIT", "REFUSED", "SHOP", "STORY", "USAGE"]

CATALOG = """\
format = "billcore-catalog/1"
version = "1"
effective = 2025-12-01T00:00:00Z
currency = "CHF"
meters = [{ code = "gb" }]
tax_rates = [{ code = "CH", country = "CH", percent = "8.1" }, { code = "FR", country = "FR", percent = "20" }]
sla_tiers = [{ code = "standard", name = "Standard" }]

[[plans]]
code = "team"

[[plans.versions]]
version = 1

[[plans.versions.prices]]
code = "seats"
description = "Seats"
model = { type = "per_unit", unit_amount = "9.90" }

[[plans.versions.prices]]
code = "gb"
description = "Traffic"
cadence = "usage"
meter = "gb"
model = { type = "per_unit", unit_amount = "0.10" }

[[products]]
code = "bucket"

[[products.prices]]
code = "space"
description = "Space"
size = "gib"
model = { type = "per_unit", unit_amount = "0.0225" }

[[services]]
code = "postgres"
base_fee = "12.00"
sla_surcharges = { standard = "16.00" }
billing_unit = "ram_gib"
compute_plans = [{ code = "small", cpu = 1, ram_gib = 2, price = "0.03" }]
"""

STORY = """\
format = "billcore-scenario/1"
name = "spring"
start = 2025-12-31T23:00:00Z
customers = [
    { id = "acme", currency = "CHF", country = "CH", locale = "de_CH", timezone = "Europe/Zurich" },
    { id = "lyon", currency = "CHF", country = "FR", locale = "fr_FR", timezone = "Europe/Paris" },
]

[[steps]]
at = 2026-01-01T00:00:00+01:00
do = "subscribe"
customer = "acme"
subscription = "s-acme"
plan = "team"
quantity = 3

[[steps]]
at = 2026-01-01T00:00:00+01:00
do = "subscribe"
customer = "lyon"
subscription = "s-lyon"
plan = "team"
quantity = 200

[[steps]]
at = 2026-01-20T12:00:00+01:00
do = "add_item"
customer = "acme"
amount = "50.00"
description = "Hilfe <script>alert('1')</script> & Rat [/b] [red]"
"""

USAGE = """\
id,source,customer,meter,time,value
1,edge,acme,gb,2026-01-10T00:00:00Z,25
2,edge,acme,gb,2026-01-11T00:00:00Z,2.5
"""

CREDIT = """\
format = "billcore-scenario/1"
name = "goodwill"

[[steps]]
at = 2026-02-10T00:00:00Z
do = "credit"
document = "INV-000001"
amount = "5.00"
reason = "an outage"
"""

REFUSED = """\
format = "billcore-scenario/1"
name = "hasty"
customers = [{ id = "hasty", currency = "CHF" }]

[[steps]]
at = 2026-01-05T00:00:00Z
do = "change"
subscription = "not-there"
quantity = 2

[[steps]]
at = 2026-01-06T00:00:00Z
do = "top_up"
customer = "hasty"
amount = "20.00"
"""

SHOP = {"catalog.toml": CATALOG, "story.toml": STORY, "usage.csv": USAGE, "credit.toml": CREDIT}
