"""A shop for worked examples: a handle in memory, a clock, plans in two words, and documents as short rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

import attrs

from billcore.engine import Billing
from billcore.kernel import Number, instant, zone
from billcore.lifecycle import UsageEvent
from billcore.pricing import Addon, Catalog, Flat, Meter, Plan, PlanVersion, Price, PriceModel, TaxProvider, TaxRate
from billcore.settlement import Invoice, Policy
from billcore.testing import ManualClock, laws

__all__ = ["Shop", "base", "catalog", "plan", "sound"]


def base(amount: Number | PriceModel, code: str = "base", **more: object) -> Price:
    """A monthly price; a number is a flat amount."""
    model = Flat(amount) if isinstance(amount, int | str | Decimal) else amount
    return Price(code=code, model=model, **more)  # type: ignore[arg-type]  # keywords of Price


def plan(code: str, *prices: Price) -> Plan:
    """A plan of one version."""
    return Plan(code=code, versions=[PlanVersion(version=1, prices=prices)])


def catalog(
    *plans: Plan,
    version: str = "1",
    effective: str = "2020-01-01T00:00:00Z",
    addons: Iterable[Addon] = (),
    meters: Iterable[Meter] = (),
    taxes: Iterable[TaxRate] = (),
) -> Catalog:
    """A catalog in Swiss francs."""
    return Catalog(
        version=version,
        effective=effective,
        currency="CHF",
        plans=plans,
        addons=addons,
        meters=meters,
        tax_rates=taxes,
    )


@attrs.frozen
class Shop:
    """A handle with its clock, and the customer ``acme``."""

    billing: Billing
    clock: ManualClock

    @classmethod
    def new(
        cls,
        sold: Catalog,
        at: str,
        *,
        policy: Policy | None = None,
        taxes: TaxProvider | None = None,
        **customer: object,
    ) -> Shop:
        """A shop that opens at an instant."""
        clock = ManualClock(at)
        billing = Billing.in_memory(clock=clock, policy=policy, taxes=taxes)
        billing.catalog.publish(sold)
        about = {"currency": sold.currency or "CHF", **customer}
        billing.customers.create("acme", **about)  # type: ignore[arg-type]  # keywords of create
        return cls(billing, clock)

    def at(self, at: str | dt.datetime) -> Billing:
        """The handle, its clock put to an instant."""
        self.clock.set(at)
        return self.billing

    def run(self, at: str) -> list[str]:
        """Run at an instant; the new documents as rows, by billing date."""
        known = {one.id for one in self.documents()}
        self.at(at).invoices.run()
        return [row(one, self.zone) for one in self.documents() if one.id not in known]

    @property
    def zone(self) -> str:
        """The time zone of ``acme`` now."""
        return self.billing.customers.get("acme").profile(self.clock.now()).timezone

    def documents(self) -> tuple[Invoice, ...]:
        """All documents of ``acme``, by billing date."""
        return self.billing.invoices.list("acme", limit=1_000).items

    def rows(self) -> list[str]:
        """All documents of ``acme`` as rows, by billing date."""
        return [row(one, self.zone) for one in self.documents()]

    def paid_run(self, at: str) -> list[str]:
        """A run after which everything that is open is paid by hand."""
        made = self.run(at)
        for one in self.documents():
            if one.open:
                self.billing.payments.record(str(one.number), one.due, "bank")
        return made

    def use(self, name: str, time: str, value: Number, *, meter: str = "gb", subscription: str | None = None) -> None:
        """Record one event of ``acme``."""
        event = UsageEvent(
            id=name,
            source="test",
            customer="acme",
            meter=meter,
            time=instant(time),
            value=Decimal(value),
            subscription=subscription,
        )
        assert self.billing.usage.record([event]).accepted == 1


def row(one: Invoice, where: str = "UTC") -> str:
    """A document in a line: number, billing date (month-day), each line's price and amount, tax, what is left to pay.

    ``INV-000002 06-16: base 12.50 | due 5.00``
    """
    document = one.document

    def text(minor: int) -> str:
        return str(document.money(minor)).partition(" ")[0]

    lines = ", ".join(f"{line.price} {text(line.minor)}" for line in document.lines)
    tax = f" | tax {text(document.tax)}" if document.tax else ""
    due = f" | due {text(one.open)}" if one.open else ""
    date = document.billing_date.astimezone(zone(where))
    return f"{document.number} {date:%m-%d}: {lines}{tax}{due}"


def sound(billing: Billing) -> None:
    """Every law that only reads the books."""
    laws.books_are_sound(billing)
    laws.lines_sum_to_what_the_facts_ask(billing)
    laws.lines_explain_themselves(billing)
    laws.invoices_only_add_and_notes_only_lower(billing)
    laws.notes_never_exceed_their_invoice(billing)
    laws.discounts_never_raise_a_price(billing)
    laws.discounts_are_rounded_once(billing)
    laws.grants_never_exceed_what_was_given(billing)
    laws.ledger_sums_to_zero(billing)
