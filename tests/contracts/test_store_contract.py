"""The contract suite itself: no promise hides another."""

from collections import Counter

from billcore.testing.contracts import StoreContract


def test_no_promise_hides_another() -> None:
    """Each test of the contract has a name of its own among all its parts."""
    names = Counter(name for part in StoreContract.__mro__ for name in vars(part) if name.startswith("test_"))

    assert [name for name, times in names.items() if times > 1] == []


def test_every_promise_has_its_sentence() -> None:
    """An adapter author reads what failed in one line."""
    names = [name for name in dir(StoreContract) if name.startswith("test_")]

    assert len(names) >= 120
    assert [name for name in names if not getattr(StoreContract, name).__doc__] == []
