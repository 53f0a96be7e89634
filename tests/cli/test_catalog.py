"""``billcore catalog`` and ``billcore sync``: what differs, what is published, what a source makes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.database import dump
from tests.cli.desk import answered, call, documented, keys
from tests.cli.documents import CATALOG

HEAD = 'format = "billcore-catalog/1"\nversion = "{}"\neffective = 2026-01-01T00:00:00Z\ncurrency = "CHF"\n'
AT = ("--at", "2026-02-01T00:00:00Z")


def sold(version: str, **fees: int) -> str:
    """A catalog file of services by code."""
    return HEAD.format(version) + "".join(f'[[services]]\ncode = "{c}"\nbase_fee = {fee}\n' for c, fee in fees.items())


@pytest.fixture
def files(shop: Path) -> Path:
    """Two catalogs, and an empty one."""
    for name, text in {"a": sold("a", vpn=5, mail=3), "b": sold("b", vpn=6), "none": HEAD.format("none")}.items():
        (shop / f"{name}.toml").write_text(text, encoding="utf-8")
    return shop


def test_diff_tells_words_and_money(files: Path) -> None:
    """Exit code 1 where something differs, 0 where nothing does."""
    told = call("catalog", "diff", files / "a.toml", files / "b.toml", code=1).stdout

    assert told.splitlines() == [
        "services/vpn/base_fee: 5 -> 6",
        "services/mail: removed",
        "",
        "in money:",
        "  services/vpn/base_fee, 1 x a month: 5 -> 6 CHF (+20.0 %)",
        "  services/mail/base_fee, 1 x a month: no more at 3 CHF",
    ]
    assert call("catalog", "diff", files / "a.toml", files / "a.toml").stdout == "no difference\n"
    data = answered("catalog", "diff", files / "a.toml", files / "b.toml", code=1)
    assert keys(data) == documented("catalog diff")


def test_lint_tells_what_looks_wrong(files: Path) -> None:
    """A tier that no service offers; nothing in a catalog that is right."""
    odd = files / "odd.toml"
    odd.write_text(sold("odd", vpn=5) + '[[sla_tiers]]\ncode = "gold"\n', encoding="utf-8")

    assert call("catalog", "lint", odd, code=1).stdout == "sla_tiers/gold: no service offers it\n1 finding\n"
    assert keys(answered("catalog", "lint", odd, code=1)) == documented("catalog lint")
    assert call("catalog", "lint", files / "a.toml").stdout == "0 findings\n"


def test_publish_as_it_was_planned(loaded: Path, files: Path) -> None:
    """The dry run changes nothing and tells the hash; with another hash nothing is published."""
    before = dump(loaded)
    plan = answered("catalog", "publish", loaded, files / "a.toml", "--dry-run", *AT)
    assert isinstance(plan, dict)

    assert keys(plan) == documented("catalog diff") | documented("catalog publish") - {"catalog"}
    assert plan["published"] is False
    call("catalog", "publish", loaded, files / "b.toml", "--expect", plan["hash"], *AT, code=3)
    assert dump(loaded) == before
    told = call("catalog", "publish", loaded, files / "a.toml", "--expect", plan["hash"], *AT).stdout
    assert told.endswith(f"published: {plan['hash']}\n")


def test_publish_says_what_is_published_already(loaded: Path, files: Path) -> None:
    """Again nothing is published, whatever hash is expected; with other content it is refused."""
    plan = answered("catalog", "publish", loaded, files / "a.toml", "--dry-run", *AT)
    assert isinstance(plan, dict)
    again = ("catalog", "publish", loaded, files / "a.toml", *AT)
    assert plan["already"] is False
    call(*again, "--expect", plan["hash"])
    before = dump(loaded)

    assert call(*again, "--expect", plan["hash"]).stdout == "version a is published already: nothing was changed\n"
    told = answered(*again)
    assert isinstance(told, dict)
    assert (told["published"], told["already"]) == (False, True)
    (files / "a.toml").write_text(sold("a", vpn=7), encoding="utf-8")
    call(*again, code=3)
    assert dump(loaded) == before


@pytest.mark.parametrize("command", [("catalog", "publish"), ("sync",)], ids=" ".join)
def test_a_database_that_is_not_there(files: Path, command: tuple[str, ...]) -> None:
    """The error says how to make one."""
    told = call(*command, "b.db", files / "a.toml", code=2).stderr

    assert "File 'b.db' does not exist; `billcore db upgrade b.db` makes a database." in told
    assert not (files / "b.db").exists()


def test_show_tells_prices_and_what_is_given(shop: Path) -> None:
    """What each thing costs, at one and at the bounds of its tiers, and what coupons and commitments are."""
    more = (
        '[[coupons]]\ncode = "START20"\npercent = 20\napplies_to = ["team"]\n'
        '[[commitments]]\nprices = ["seats"]\namount = 50\n'
        '[[products]]\ncode = "fee"\n[[products.prices]]\ncode = "fee"\ncadence = "usage"\nmeter = "gb"\n'
        'model = { type = "percentage", rate = 2 }\n'
    )
    (shop / "catalog.toml").write_text(CATALOG + more, encoding="utf-8")
    lines = [" ".join(line.strip("│").split()) for line in call("catalog", "show", "catalog.toml").stdout.splitlines()]

    assert "coupons/START20 │ 20 % off once, for team" in lines
    assert "commitments/seats │ at least 50 a month" in lines
    assert "plans/team/seats │ 1 │ a month │ 9.9 CHF" in lines
    assert "services/postgres/base_fee │ 1 │ a month │ 12 CHF" in lines
    assert "products/fee/fee │ 1 │ gb as one event │ 0.02 CHF" in lines
    told = answered("catalog", "show", "catalog.toml")
    assert isinstance(told, dict)
    assert {"place": "plans/team/gb", "quantity": "1", "unit": "gb", "currency": "CHF", "amount": "0.1"} in told[
        "prices"
    ]


def test_sync_tells_what_it_does(loaded: Path, files: Path) -> None:
    """R4-01, R4-02, R4-07: created, updated, unchanged, stale; a dry run changes nothing; the check is told."""
    feed, options = files / "feed.toml", ("--name", "shop", *AT)
    feed.write_text(sold("1", vpn=5, mail=3), encoding="utf-8")
    before = dump(loaded)
    told = call("sync", loaded, feed, "--dry-run", *options).stdout
    assert told.startswith("shop: 2 created, 0 updated, 0 unchanged, 0 stale (dry run: nothing was changed)\n")
    assert dump(loaded) == before

    call("sync", loaded, feed, *options)
    again = call("sync", loaded, feed, "--name", "shop", "--at", "2026-02-02T00:00:00Z").stdout
    feed.write_text(sold("1", vpn=6), encoding="utf-8")
    data = answered("sync", loaded, feed, "--name", "shop", "--at", "2026-02-03T00:00:00Z")
    assert isinstance(data, dict)

    assert again.startswith("shop: 0 created, 0 updated, 2 unchanged, 0 stale\n")
    assert (data["updated"], data["stale"], data["unchanged"]) == (["services/vpn"], ["services/mail"], 0)
    assert documented("sync") - {"catalog", "subscription", "customer", "message"} <= keys(data)
    assert (
        "subscriptions checked" in call("sync", loaded, feed, "--name", "shop", "--at", "2026-02-04T00:00:00Z").stdout
    )


def test_sync_brings_what_is_given(loaded: Path, files: Path) -> None:
    """A coupon that is changed, one that is new and one that is left out are told, and are so afterwards."""
    feed, first = files / "feed.toml", '[[coupons]]\ncode = "A"\npercent = 10\n[[coupons]]\ncode = "B"\npercent = 10\n'
    feed.write_text(sold("1", vpn=5, mail=3) + first, encoding="utf-8")
    call("sync", loaded, feed, *AT)
    feed.write_text(sold("1", vpn=5, mail=3) + first.replace("10", "15", 1).replace('"B"', '"C"'), encoding="utf-8")

    told = call("sync", loaded, feed, "--at", "2026-02-02T00:00:00Z").stdout.splitlines()

    assert told[:8] == [
        "file:feed.toml: 1 created, 1 updated, 2 unchanged, 1 stale",
        "  created: coupons/C",
        "  updated: coupons/A",
        "  stale: coupons/B",
        "coupons/A/percent: 10 -> 15",
        "coupons/B/stale: no -> yes",
        "coupons/C: new: 10 % off once",
        "2 subscriptions checked, 0 unsound",
    ]


def test_diff_tells_what_is_given(files: Path) -> None:
    """A coupon in words; what a grant gives in money too."""
    grant = '[[grants]]\ncode = "hello"\nkind = "promotional"\namount = {}\n'
    coupon = '[[coupons]]\ncode = "START20"\npercent = 20\nduration = "repeating"\nperiods = 3\napplies_to = ["vpn"]\n'
    (files / "one.toml").write_text(sold("1", vpn=5) + grant.format(50), encoding="utf-8")
    (files / "two.toml").write_text(sold("2", vpn=5) + grant.format(60) + coupon, encoding="utf-8")

    assert call("catalog", "diff", files / "one.toml", files / "two.toml", code=1).stdout.splitlines() == [
        "coupons/START20: new: 20 % off for 3 periods, for vpn",
        "grants/hello/amount: 50 -> 60",
        "",
        "in money:",
        "  grants/hello, 1 x given: 50 -> 60 CHF (+20.0 %)",
    ]


def test_show_hides_what_is_stale(loaded: Path, files: Path) -> None:
    """R4-05: of a file or of a database; stale entries are shown when asked for."""
    feed = files / "feed.toml"
    for day, fees in (("01", {"vpn": 5, "mail": 3}), ("02", {"vpn": 5})):
        feed.write_text(sold("1", **fees), encoding="utf-8")
        call("sync", loaded, feed, "--at", f"2026-02-{day}T00:00:00Z")
    at = ("--at", "2026-02-03T00:00:00Z")

    assert "services/mail" not in call("catalog", "show", loaded, *at).stdout
    assert "services/mail" in call("catalog", "show", loaded, "--all", *at).stdout
    assert "services/mail" in call("catalog", "show", loaded, "--all", *at).stdout.partition("prices\n")[2]
    assert "services/vpn" in call("catalog", "show", files / "a.toml").stdout
    assert keys(answered("catalog", "show", files / "a.toml")) == documented("catalog show")


def test_a_source_that_fails_changes_nothing(loaded: Path, files: Path) -> None:
    """R4-04: refused with exit code 3, and the database is what it was."""
    call("sync", loaded, files / "a.toml", "--name", "shop", *AT)
    before = dump(loaded)

    for source in ("none.toml", "absent.toml", "story.toml"):
        told = call("sync", loaded, files / source, "--name", "shop", *AT, code=3)
        assert "sync_aborted: " in told.stderr
    told = call("sync", loaded, "http://shop.example/catalog", code=3)
    assert "--allow-http, or allow_http=True, where nobody can listen" in told.stderr
    assert dump(loaded) == before
    pytest.importorskip("httpx", reason="httpx (extra http) is not installed")
    assert "a private address" in call("sync", loaded, "https://127.0.0.1/catalog", code=3).stderr
    assert dump(loaded) == before
