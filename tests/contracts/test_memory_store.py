"""The memory store keeps every promise of the port."""

from pathlib import Path

from billcore.adapters.memory import MemoryStore
from billcore.ports import Store
from billcore.testing.contracts import StoreContract


class TestMemoryStore(StoreContract):
    """The contract over ``MemoryStore``."""

    def make_store(self, folder: Path) -> Store:
        """A store in memory."""
        del folder
        return MemoryStore()
