"""``billcore explain``: why a line has its amount, as text, as a page, as data."""

from __future__ import annotations

from pathlib import Path

import click

from billcore.adapters.explanations import explanation_html, explanation_text
from billcore.adapters.formatting import is_locale
from billcore.adapters.results import explanation_to
from billcore.cli.opening import DATABASE, opened
from billcore.cli.output import answer, json_option, text_argument, written
from billcore.pricing import Explanation

__all__ = ["explain", "locale_option", "page_option", "tell"]

PAGE = click.Path(dir_okay=False, path_type=Path)

page_option = click.option("--html", "page", type=PAGE, default=None, help="Write an HTML page here.")


def _locale(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """A locale that is known. Raises ``click.BadParameter``."""
    name = text_argument(ctx, param, value)
    if name is not None and not is_locale(name):
        raise click.BadParameter(f"{name!r} is no locale: write it like de_CH.")
    return name


locale_option = click.option(
    "--locale",
    default=None,
    callback=_locale,
    help="The numbers, and the language where it is spoken (en, de, fr, it; else English), like de_CH.",
)


def tell(tree: Explanation, locale: str, timezone: str, page: Path | None, *, as_json: bool) -> None:
    """Answer an explanation as text, or write it as a page."""
    text = explanation_text(tree, locale, timezone) if page is None else None
    if page is not None:
        text = written(page, explanation_html(tree, locale, timezone))
    answer(explanation_to(tree), as_json=as_json, text=text)


@click.command()
@click.argument("database", type=DATABASE)
@click.argument("invoice", callback=text_argument)
@click.argument("line", callback=text_argument)
@page_option
@locale_option
@json_option
def explain(database: Path, invoice: str, line: str, page: Path | None, locale: str | None, as_json: bool) -> None:  # noqa: FBT001 - click passes by position
    """Explain a LINE (its place from 1, or its id) of an INVOICE (its number): why it has its amount.

    In the customer's language, unless --locale names another.
    """
    with opened(database) as billing:
        tree = billing.invoices.explain(invoice, line)
        document = billing.invoices.get(invoice).document
        profile = billing.customers.get(document.customer).profile(document.billing_date)
    tell(tree, locale or profile.locale, profile.timezone, page, as_json=as_json)
