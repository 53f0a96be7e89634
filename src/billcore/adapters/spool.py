"""A spool: billing events as files of a directory, which the ERP's importer takes up; the simplest ``EventSender``.

A file is named by the event's instant, sequence and id. It is written whole beside its place, forced to the disk and
then moved there: an importer never sees half of one. What the ERP has, the importer moves to ``taken``, and it is not
written again.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from billcore.adapters.serialization import billing_event_to
from billcore.kernel import DeliveryFailed, micros
from billcore.lifecycle.erp import BillingEvent

__all__ = ["Spool"]

_TAKEN = "taken"


class Spool:
    """Writes each event once, as ``DIRECTORY/MICROSECONDS-SEQUENCE-ID.json``: by name is by time."""

    def __init__(self, directory: str | os.PathLike[str]) -> None:
        self.directory = Path(directory)

    def send(self, event: BillingEvent) -> None:
        """Write the event, unless it is there or was taken. Raises ``DeliveryFailed`` where the disk refuses."""
        name = f"{micros(event.at):020d}-{event.sequence:06d}-{event.id}.json"
        place = self.directory / name
        try:
            if place.exists() or (self.directory / _TAKEN / name).exists():
                return
            self._write(place, json.dumps(billing_event_to(event), ensure_ascii=False, indent=2) + "\n")
        except OSError as error:
            why = f"the spool did not take it: {error.strerror}"
            raise DeliveryFailed(why, place=str(self.directory)) from error

    def waiting(self) -> tuple[Path, ...]:
        """Files that nobody took yet, oldest event first."""
        return tuple(sorted(self.directory.glob("*.json")))

    def taken(self, path: Path) -> None:
        """Say that the ERP has what a file holds: it moves to ``taken``."""
        (self.directory / _TAKEN).mkdir(exist_ok=True)
        path.rename(self.directory / _TAKEN / path.name)

    def _write(self, place: Path, text: str) -> None:
        beside = place.with_suffix(".part")
        with beside.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(place)
        if os.name == "nt":  # a directory cannot be opened there, nor need it be
            return
        folder = os.open(self.directory, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
