"""The spool keeps the contract of a sender, and an importer never sees half a file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from billcore.adapters.serialization import billing_event_from, load_json
from billcore.adapters.spool import Spool
from billcore.kernel import DeliveryFailed, instant
from billcore.lifecycle.erp import BillingEvent, BillingItem, BillingRecord
from billcore.ports import EventSender
from billcore.testing.contracts import EventSenderContract


class TestSpool(EventSenderContract):
    """The contract, over a directory."""

    @pytest.fixture(autouse=True)
    def _directory(self, tmp_path: Path) -> None:
        self.directory = tmp_path

    def make_sender(self) -> EventSender:
        """A spool in the test's directory."""
        return Spool(self.directory)

    def make_broken_sender(self) -> EventSender:
        """A spool in a directory that is not there."""
        return Spool(self.directory / "gone")

    def received(self) -> Sequence[BillingEvent]:
        """What stands in the files, by name."""
        return [billing_event_from(load_json(path.read_text())) for path in Spool(self.directory).waiting()]


def created() -> BillingEvent:
    """An event."""
    items = [BillingItem(product_id="app", value="1")]
    return BillingRecord(instance="shop").changed(items, instant("2026-05-01T00:00:00Z")).events[0]


def test_what_the_importer_took_is_not_written_again(tmp_path: Path) -> None:
    """R4-23: a resend of what the ERP has makes no second file, also after the importer moved the first away."""
    spool = Spool(tmp_path)
    spool.send(created())
    (path,) = spool.waiting()
    spool.taken(path)
    spool.send(created())

    assert spool.waiting() == ()
    assert [json.loads(taken.read_text())["kind"] for taken in (tmp_path / "taken").iterdir()] == ["created"]


def test_a_file_that_was_begun_is_not_seen(tmp_path: Path) -> None:
    """What a dead process left half written is no event, and the next attempt writes it whole."""
    spool = Spool(tmp_path)
    spool.send(created())
    (path,) = spool.waiting()
    whole = path.read_text()
    path.unlink()
    path.with_suffix(".part").write_text(whole[:10])

    assert spool.waiting() == ()
    spool.send(created())
    assert [found.read_text() for found in spool.waiting()] == [whole]


def test_a_disk_that_refuses_is_told(tmp_path: Path) -> None:
    """A directory that is a file is a failure to deliver, with the place and what the system said."""
    file = tmp_path / "file"
    file.write_text("")

    with pytest.raises(DeliveryFailed, match=r"file: the spool did not take it: Not a directory"):
        Spool(file).send(created())
