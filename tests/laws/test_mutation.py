"""The mutator makes every small mistake that it knows, and nothing else; its samples can be repeated."""

from __future__ import annotations

import ast
from types import FunctionType

import attrs
import pytest

from tests.laws.mutation import again, all_mutations, sampled, survivors
from tests.laws.mutations import mutations
from tests.laws.warm import swap

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

RUNNING = """
LEAST = 2
def most(a):
    return max(LEAST, a)
def sum_below(a):
    return sum(n for n in range(a) if n > 0)
def outer(least):
    def inner(a):
        return a + least
    return inner
inner = outer(LEAST)
def watched(least):
    def refuse(a):
        check(a, least)
    return refuse
refuse = watched(LEAST)
"""


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


def test_a_mutation_knows_its_statement() -> None:
    """A test that runs nothing of the statement, of an ``if`` its question, cannot notice the mutation."""
    question = "    if (\n        a\n        and not a\n    ):\n"
    source = f"def f(a):\n{question}        return max(\n            a,\n            -a,\n        )\n"

    assert [(one.change, one.statement) for one in mutations(source, "x.py")] == [
        ("a and not a -> a or not a", range(2, 6)),
        ("not a -> a", range(2, 6)),
        ("max( a, -a, ) -> min(a, -a)", range(6, 10)),
        ("-a -> a", range(6, 10)),
    ]


def test_a_mutation_is_made_in_functions_that_are_there() -> None:
    """Whoever holds them; what ran when the module was made cannot be changed any more, and that is told."""
    code = compile(RUNNING, "x.py", "exec")
    namespace: dict[str, FunctionType] = {}
    exec(code, namespace)  # noqa: S102 - six lines of our own
    held = [namespace[name] for name in ("most", "sum_below", "inner")]
    there = [*held, *(namespace[name] for name in ("outer", "watched", "refuse"))]
    before = {function: function.__code__ for function in there}
    done: dict[str, list[int] | None] = {}
    for one in mutations(RUNNING, "x.py"):
        swapped = swap(code, compile(one.text, "x.py", "exec"), {before[function]: [function] for function in there})
        done[one.change] = [function(3) for function in held] if swapped else None
        for function in there:
            function.__code__ = before[function]

    assert [function(3) for function in held] == [3, 3, 5]
    assert done == {
        "2 -> 3": None,
        "max(LEAST, a) -> min(LEAST, a)": [2, 3, 5],
        "n > 0 -> n >= 0": [3, 3, 5],
        "0 -> 1": [3, 2, 5],
        "a + least -> a - least": [3, 3, 1],
        "check(a, least) -> pass": None,
    }


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


def test_what_survived_is_tried_again() -> None:
    """Told by its module, its function and its change: its line may be another by now."""
    found = list(mutations(SOURCE, "x.py"))
    output = f"3 mutations of 9\nsurvived  {attrs.evolve(found[1], line=999)}\nsurvived  y.py:1 f: 1 -> 2\n"

    assert again(found, output) == [
        one for one in found if (one.scope, one.change) == (found[1].scope, found[1].change)
    ]
    assert again(found, "") == []
