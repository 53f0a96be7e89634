"""The mutator makes every small mistake that it knows, and nothing else; its samples can be repeated."""

from __future__ import annotations

import ast

import pytest

from tests.laws.mutation import all_mutations, sampled, survivors
from tests.laws.mutations import mutations

SOURCE = '''
"""A module."""

__all__ = ["least"]
LIMIT: int = 40

@cached(maxsize=10)
def least(a: int, b: int = 1, *, flat: bool = False) -> int:
    """The least of both."""
    if a < b and not flat:
        raise ValueError(f"{a + 1}", place=str(2))
    for n in range(b):
        a += n
        continue
    check(a)
    return max(a - 1, b * 2) if a else -b
'''


def test_every_small_mistake_once() -> None:
    """In the order of the file; types, docstrings, decorators, ``__all__`` and the words of errors are left alone."""
    assert [f"{one.scope}: {one.change}" for one in mutations(SOURCE, "x.py")] == [
        "module: 40 -> 41",
        "least: 1 -> 2",
        "least: False -> True",
        "least: a < b and not flat -> a < b or not flat",
        "least: a < b -> a <= b",
        "least: not flat -> flat",
        'least: raise ValueError(f"{a + 1}", place=str(2)) -> pass',
        "least: a += n -> a -= n",
        "least: continue -> break",
        "least: check(a) -> pass",
        "least: max(a - 1, b * 2) if a else -b -> -b if a else max(a - 1, b * 2)",
        "least: max(a - 1, b * 2) -> min(a - 1, b * 2)",
        "least: a - 1 -> a + 1",
        "least: 1 -> 2",
        "least: b * 2 -> b + 2",
        "least: 2 -> 3",
        "least: -b -> b",
    ]


def test_one_thing_changes() -> None:
    """Each mutation differs from the source in one line, by what it says."""
    for one in mutations(SOURCE, "x.py"):
        pairs = zip(SOURCE.splitlines(), one.text.splitlines(), strict=True)
        assert [n for n, (before, after) in enumerate(pairs, 1) if before != after] == [one.line]


def test_every_mutation_of_the_core_is_a_module() -> None:
    """What cannot be read is no mistake that a test finds: each is still Python, and differs from what there was."""
    found = list(all_mutations())
    assert len(found) > 1_000
    for one in found:
        ast.parse(one.text)


def test_a_sample_can_be_repeated() -> None:
    """The same seed gives the same, another another; one larger than all gives all."""
    found = list(all_mutations(["kernel"]))

    assert sampled(found, 20, 1) == sampled(found, 20, 1) != sampled(found, 20, 2)
    assert len(sampled(found, 20, 1)) == 20
    assert sampled(found, None, 1) == sampled(found, 10**6, 1) == found


@pytest.mark.parametrize("named", survivors(), ids=str)
def test_a_named_survivor_is_still_there(named: object) -> None:
    """The code may move, but a name for a mutation that no longer exists is taken off the list; each has a reason."""
    one = next(one for one in survivors() if one == named)

    assert one.reason
    assert any(one.names(found) for found in all_mutations([one.module]))
