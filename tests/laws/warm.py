"""A warmed interpreter in which mutations are tried, each in a fork: what ``mutation.py`` runs them by.

To start Python, import billcore and collect the tests takes seconds, to find a mistake mostly milliseconds. So pytest
collects the tests once, and runs them once under coverage: it is known then which of them run which line, and how long
each takes. Each mutation is made in a fork, where the code of the changed function is put into the function that is
there (``swap``), and the tests that run its statement are run, the quickest first, up to the first that fails. Limits
of time and memory end those that would not.

What is decided while a module is imported (a constant, a default, a field) cannot be changed like that: such a mutation
is written into a copy of ``src``, and a Python of its own (``afresh.py``) runs all tests that run anything of the
module.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import os
import pickle
import resource
import signal
import tempfile
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import CodeType, FunctionType
from typing import TYPE_CHECKING

import attrs
import pytest
from _pytest.runner import runtestprotocol

from tests.laws.afresh import BILLCORE, OPTIONS, passes
from tests.laws.mutations import Mutation

if TYPE_CHECKING:
    import coverage

__all__ = ["Baseline", "Warm", "swap"]

_PATIENCE = 20
_LEAST_SECONDS = 5
_BYTES = 4 * 1024**3


@attrs.frozen
class Baseline:
    """What the tests do without any mutation; a test is its place among those collected."""

    seconds: Mapping[int, float]
    """How long each takes; those that are skipped are not in it."""
    ran: Mapping[str, Mapping[int, frozenset[int]]]
    """By module and line, the tests that run it."""
    early: Mapping[str, frozenset[int]]
    """By module, the lines that run before any test does: while it, another module or a file of tests is imported."""

    def touching(self, mutation: Mutation) -> list[int]:
        """The tests that run the statement of a mutation, the quickest first."""
        lines = self.ran.get(mutation.module, {})
        return self._quickest(lines.get(line, frozenset()) for line in mutation.statement)

    def of_module(self, module: str) -> list[int]:
        """The tests that run anything of a module, the quickest first."""
        return self._quickest(self.ran.get(module, {}).values())

    def is_early(self, mutation: Mutation) -> bool:
        """Its statement runs before any test does."""
        return not self.early.get(mutation.module, frozenset()).isdisjoint(mutation.statement)

    def _quickest(self, found: Iterable[frozenset[int]]) -> list[int]:
        return sorted(frozenset().union(*found), key=lambda test: (self.seconds[test], test))


@attrs.define
class Warm:
    """A plugin of pytest that tries ``mutations`` instead of running the tests, and calls ``tell`` for each."""

    mutations: Sequence[Mutation]
    tell: Callable[[Mutation, bool], None]
    jobs: int = 1
    baseline: Baseline | None = attrs.field(init=False, default=None)
    """``None`` where the tests fail without any mutation, or cannot be collected."""
    _cover: coverage.Coverage = attrs.field(init=False)

    @_cover.default
    def _core_alone(self) -> coverage.Coverage:
        import coverage  # a session needs it, the tests of its parts do not

        return coverage.Coverage(data_file=None, config_file=False, include=[f"{BILLCORE}/*"])

    def run(self, tests: Sequence[str]) -> None:
        """Collect the tests and try the mutations."""
        self._cover.start()
        pytest.main([*OPTIONS, "-s", *tests], plugins=[self])

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Instead of the tests, the mutations."""
        if session.testsfailed:
            return True
        functions, memos = _found()
        with tempfile.TemporaryDirectory() as folder:
            written = Path(folder, "baseline")
            status = _status(_forked(lambda: _ran(session.items, self._cover, memos, written)))
            self._cover.stop()
            if status == 0:
                self.baseline = pickle.loads(written.read_bytes())  # noqa: S301 - our own fork has written it
        if self.baseline is not None:
            trial = _Trial(session.items, self.baseline, functions, memos)
            gc.freeze()  # what all forks share is not walked, and so not copied, by each of them
            for mutation, alive in _outcomes(self.mutations, trial.survives, self.jobs):
                self.tell(mutation, alive)
        return True


@attrs.frozen
class _Trial:
    items: Sequence[pytest.Item]
    baseline: Baseline
    functions: Mapping[CodeType, Sequence[FunctionType]]
    memos: Sequence[functools._lru_cache_wrapper[object]]

    def survives(self, mutation: Mutation) -> bool:
        """No test notices a mutation; called in a fork that ends after it."""
        path = BILLCORE / mutation.module
        old = compile(path.read_text(encoding="utf-8"), str(path), "exec", dont_inherit=True)
        new = compile(mutation.text, str(path), "exec", dont_inherit=True)
        swapped = swap(old, new, self.functions)
        if swapped:
            for memo in self.memos:
                memo.cache_clear()
            if tests := self.baseline.touching(mutation):
                return self._pass(tests)
        return (swapped and not self.baseline.is_early(mutation)) or self._passes_afresh(mutation)

    def _pass(self, tests: Sequence[int]) -> bool:
        """None of the tests fails; one that takes far longer than it did ends the fork by a signal."""
        resource.setrlimit(resource.RLIMIT_AS, (_BYTES, _BYTES))
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        for test, after in zip(tests, [*tests[1:], None], strict=True):
            signal.setitimer(signal.ITIMER_REAL, _LEAST_SECONDS + _PATIENCE * self.baseline.seconds[test])
            if "failed" in _outcome(self.items[test], None if after is None else self.items[after]):
                return False
        signal.setitimer(signal.ITIMER_REAL, 0)
        return True

    def _passes_afresh(self, mutation: Mutation) -> bool:
        """No test that runs anything of the module notices a mutation that is there from the start."""
        near = f"tests/{mutation.module.partition('/')[0]}/"
        tests = self.baseline.of_module(mutation.module)
        # A test of a call that is refused at once runs nothing of the module, and may be what notices.
        others = [test for test, item in enumerate(self.items) if item.nodeid.startswith(near)]
        tests += [test for test in others if test in self.baseline.seconds.keys() - tests]
        seconds = sum(self.baseline.seconds[test] for test in tests)
        return passes(mutation, [self.items[test].nodeid for test in tests], 60 + _PATIENCE * seconds)


def swap(old: CodeType, new: CodeType, functions: Mapping[CodeType, Sequence[FunctionType]]) -> bool:
    """Give each of the functions that has a code of ``old`` the code that stands there in ``new``.

    ``False`` where that is not enough: something changed that runs when a module or a class is made.
    """
    held = functions.get(old, ())
    try:
        for function in held:
            function.__code__ = new
    except ValueError:  # another number of variables from outside
        return False
    before, after = _inner(old), _inner(new)
    if not held and (_alone(old) != _alone(new) or len(before) != len(after)):
        return False
    # What a function makes when it is called is made anew by its new code; what it has made already is not.
    return all(
        swap(first, second, functions) or (bool(held) and first not in functions)
        for first, second in zip(before, after, strict=False)
    )


def _inner(code: CodeType) -> list[CodeType]:
    return [part for part in code.co_consts if isinstance(part, CodeType)]


def _alone(code: CodeType) -> tuple[object, ...]:
    """What a code does, without the code inside it and where it stands."""
    consts = [repr(part) for part in code.co_consts if not isinstance(part, CodeType)]
    return (code.co_code, consts, code.co_names, code.co_exceptiontable)


def _found() -> tuple[dict[CodeType, list[FunctionType]], list[functools._lru_cache_wrapper[object]]]:
    """Billcore's functions, by their code, and its memos."""
    functions: dict[CodeType, list[FunctionType]] = defaultdict(list)
    memos: list[functools._lru_cache_wrapper[object]] = []
    for one in gc.get_objects():
        if isinstance(one, FunctionType) and one.__code__.co_filename.startswith(str(BILLCORE)):
            functions[one.__code__].append(one)
        elif isinstance(one, functools._lru_cache_wrapper) and str(one.__module__).startswith("billcore."):
            memos.append(one)
    return dict(functions), memos


def _forked(work: Callable[[], bool]) -> int:
    """The id of a fork that ends with status 0 if the work returns true, silent and in a process group of its own."""
    if child := os.fork():
        return child
    try:
        os.setsid()
        silent = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(silent, stream)
        os._exit(0 if work() else 1)
    finally:
        os._exit(2)


def _status(child: int) -> int:
    """The status of a fork, when it has ended; what it has left running is ended, too."""
    status = os.waitpid(child, 0)[1]
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    return status


def _outcomes(
    mutations: Sequence[Mutation], survives: Callable[[Mutation], bool], jobs: int
) -> Iterator[tuple[Mutation, bool]]:
    """Each mutation, and whether it survives; so many are tried at a time."""
    running: deque[tuple[Mutation, int]] = deque()
    for mutation in mutations:
        if len(running) >= jobs:
            first, child = running.popleft()
            yield first, _status(child) == 0
        running.append((mutation, _forked(functools.partial(survives, mutation))))
    for first, child in running:
        yield first, _status(child) == 0


def _ran(
    items: Sequence[pytest.Item],
    cover: coverage.Coverage,
    memos: Sequence[functools._lru_cache_wrapper[object]],
    written: Path,
) -> bool:
    """Run all tests once, and write what they ran; ``False`` where one fails."""
    seconds: dict[int, float] = {}
    for index, (item, after) in enumerate(zip(items, [*items[1:], None], strict=True)):
        for memo in memos:
            memo.cache_clear()
        cover.switch_context(str(index))
        before = time.perf_counter()
        outcome = _outcome(item, after)
        if "failed" in outcome:
            return False
        if "skipped" not in outcome:
            seconds[index] = time.perf_counter() - before
    cover.stop()
    data = cover.get_data()
    lines = {
        Path(file).relative_to(BILLCORE).as_posix(): data.contexts_by_lineno(file) for file in data.measured_files()
    }
    ran = {
        module: {line: frozenset(int(test) for test in tests if test) & seconds.keys() for line, tests in found.items()}
        for module, found in lines.items()
    }
    early = {module: frozenset(line for line in found if "" in found[line]) for module, found in lines.items()}
    written.write_bytes(pickle.dumps(Baseline(seconds, ran, early)))
    return True


def _outcome(item: pytest.Item, after: pytest.Item | None) -> set[str]:
    """How setup, call and teardown of a test end."""
    return {report.outcome for report in runtestprotocol(item, log=False, nextitem=after)}
