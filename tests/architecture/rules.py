"""The house rules that neither ruff nor mypy knows: what is banned where, and what to write instead.

A rule is a function from a module to what it finds there; ``RULES`` lists them all. To except a module from a rule,
name it in the rule's constant, with the reason.
"""

import ast
import re
from collections.abc import Callable, Iterator
from typing import TypeAlias

import attrs

from tests.architecture.source import CORE, Source

# The one module where numbers are divided, and the result kept exact.
DIVIDES = ("kernel/exact.py",)
# Where the machine's clock and ids come in, behind their ports; the simulator's chance is seeded.
CLOCKS = ("engine/machine.py",)
CHANCE = ("testing", *CLOCKS)
# The one place where statements are put together, out of constants and dialect alone.
SQL = ("adapters/sql",)
PRINTS = ("cli",)
# Hooks take what cattrs hands them, and it hands them anything; the package's door has none.
ANYTHING = tuple(f"adapters/serialization/{name}.py" for name in ("scalars", "schema", "story", "strict", "values"))

LONG, TOO_LONG = 300, 400
# Modules between 300 and 400 lines, each with the reason why it is not two.
LONG_FOR_A_REASON = {
    "kernel/errors.py": "one tree: every error of the package, drawn and defined",
    "kernel/_iso4217.py": "a table: one line a currency",
    "adapters/wording.py": "a table: a word in every language",
}

# In capitals one word tells a statement; in small letters prose may start so, and it takes two.
SQL_START = re.compile(
    r"\s*((SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|REPLACE|WITH|PRAGMA)\s"
    r"|(?i:select\s.*\sfrom|insert\s+into|delete\s+from|(create|alter|drop)\s+(table|index))\s)"
)
# date.today, datetime.now and so on, by the last two names of what is called.
CLOCK_CALLS = {
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns", "time.monotonic",
}  # fmt: skip
CHANCE_MODULES = {"random", "secrets"}
CHANCE_NAMES = {"uuid1", "uuid4"}


@attrs.frozen
class Finding:
    """One break of a rule: the line, and what to write instead."""

    line: int
    message: str


Rule: TypeAlias = Callable[[Source], Iterator[Finding]]


def _dotted(node: ast.expr) -> str:
    """``a.b.c`` as text; empty for anything but names."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=name):
            return f"{_dotted(value)}.{name}"
        case _:
            return ""


def _calls(source: Source) -> Iterator[tuple[ast.Call, str]]:
    """Each call, with the last two names of what it calls: ``datetime.datetime.now()`` gives ``datetime.now``."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call):
            yield node, ".".join(_dotted(node.func).split(".")[-2:])


def no_float(source: Source) -> Iterator[Finding]:
    """The core has no float: neither a literal nor a conversion."""
    if source.package not in CORE:
        return
    for node in ast.walk(source.tree):
        match node:
            case ast.Constant(value=float(value)):
                yield Finding(node.lineno, f'a float literal: write Decimal("{value}") or a pair of integers')
            case ast.Call(func=ast.Name(id="float")):
                yield Finding(node.lineno, "float(...): stay exact, by kernel.exact.number")
            case _:
                pass


def no_division(source: Source) -> Iterator[Finding]:
    """The core divides in one module; everywhere else a quotient loses a cent or depends on a context."""
    if source.package not in CORE or source.within(*DIVIDES):
        return
    for node in ast.walk(source.tree):
        match node:
            case ast.BinOp(op=ast.Div()) | ast.AugAssign(op=ast.Div()):
                yield Finding(node.lineno, "`/`: use allocate for shares, or the functions of kernel.exact")
            case _:
                pass


def no_clock(source: Source) -> Iterator[Finding]:
    """Now is an argument."""
    if source.within(*CLOCKS):
        return
    for node, name in _calls(source):
        if name in CLOCK_CALLS:
            yield Finding(node.lineno, f"{name}(): take the instant as an argument, or ask ports.Clock in the engine")


def no_chance(source: Source) -> Iterator[Finding]:
    """Ids and random numbers are arguments."""
    if source.within(*CHANCE):
        return
    message = "take the id or the number as an argument, or ask ports.Ids in the engine"
    for node in ast.walk(source.tree):
        match node:
            case ast.Import(names=names) if any(name.name.split(".")[0] in CHANCE_MODULES for name in names):
                yield Finding(node.lineno, message)
            case ast.ImportFrom(module=str(module)) if module in CHANCE_MODULES:
                yield Finding(node.lineno, message)
            case ast.Name(id=name) | ast.Attribute(attr=name) if name in CHANCE_NAMES:
                yield Finding(node.lineno, f"{name}: {message}")
            case _:
                pass


def decimal_from_decimal(source: Source) -> Iterator[Finding]:
    """An editor's completion may import ``Decimal`` from a library that happens to have it."""
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.ImportFrom) or node.module == "decimal":
            continue
        if any(name.name == "Decimal" for name in node.names):
            yield Finding(node.lineno, f"Decimal from {node.module}: write `from decimal import Decimal`")


def aware_timestamps(source: Source) -> Iterator[Finding]:
    """An instant without a zone is no instant."""
    for node, name in _calls(source):
        last = name.split(".")[-1]
        zoned = len(node.args) > 1 or any(keyword.arg == "tz" for keyword in node.keywords)
        if last == "utcfromtimestamp" or (last == "fromtimestamp" and not zoned):
            yield Finding(node.lineno, f"{last} without a zone: write fromtimestamp(seconds, UTC)")


def _spliced(node: ast.AST) -> str | None:
    """The constant start of a string that is put together at run time."""
    match node:
        case ast.JoinedStr(values=[ast.Constant(value=str(text)), *_]):
            return text
        case ast.BinOp(op=ast.Mod() | ast.Add(), left=ast.Constant(value=str(text))):
            return text
        case ast.Call(func=ast.Attribute(attr="format", value=ast.Constant(value=str(text)))):
            return text
        case _:
            return None


def no_spliced_sql(source: Source) -> Iterator[Finding]:
    """A statement is a constant with parameters."""
    if source.within(*SQL):
        return
    for node in ast.walk(source.tree):
        text = _spliced(node)
        if text is not None and SQL_START.match(text):
            yield Finding(
                getattr(node, "lineno", 1), "SQL put together: write a constant with parameters, in adapters/sql"
            )


def short_modules(source: Source) -> Iterator[Finding]:
    """A module fits in the head."""
    length = len(source.text.splitlines())
    listed = source.place in LONG_FOR_A_REASON
    if length > TOO_LONG:
        yield Finding(TOO_LONG, f"{length} lines: cut the module in two by what its parts are about")
    elif length > LONG and not listed:
        yield Finding(LONG, f"{length} lines: cut it, or say why not in LONG_FOR_A_REASON")
    elif length <= LONG and listed:
        yield Finding(length, f"{length} lines: take it off LONG_FOR_A_REASON")


def no_print(source: Source) -> Iterator[Finding]:
    """A library is silent."""
    if source.within(*PRINTS):
        return
    for node, name in _calls(source):
        if name == "print":
            yield Finding(node.lineno, "print(): return the value; only the cli prints")


def _annotations(scope: ast.Module | ast.ClassDef) -> Iterator[ast.expr]:
    """The annotations of a scope's public functions, classes and attributes."""
    for node in scope.body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) if not name.startswith("_"):
                arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
                rest = [argument for argument in (node.args.vararg, node.args.kwarg) if argument]
                yield from (argument.annotation for argument in [*arguments, *rest] if argument.annotation)
                if node.returns:
                    yield node.returns
            case ast.ClassDef(name=name) if not name.startswith("_"):
                yield from _annotations(node)
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation) if not name.startswith("_"):
                yield annotation
            case _:
                pass


def no_any(source: Source) -> Iterator[Finding]:
    """What is public says what it takes and gives."""
    if source.within(*ANYTHING):
        return
    for annotation in _annotations(source.tree):
        for node in ast.walk(annotation):
            if isinstance(node, ast.Name | ast.Attribute) and _dotted(node).split(".")[-1] == "Any":
                yield Finding(node.lineno, "Any in a public signature: write object, a union, a Protocol or a TypeVar")


def _docstrings(source: Source) -> Iterator[tuple[int, str]]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node)
            if text is not None:
                yield getattr(node, "lineno", 1), text


def docstrings_run(source: Source) -> Iterator[Finding]:
    """An example in a docstring is a doctest, or nobody knows that it is wrong."""
    for line, text in _docstrings(source):
        if "```" in text:
            yield Finding(line, "a fenced block in a docstring is not run: write it as >>> lines")


def adapters_on_first_use(source: Source) -> Iterator[Finding]:
    """The engine loads an adapter inside the function that opens it, so that ``import billcore`` stays fast."""
    if source.package != "engine":
        return
    for node in source.tree.body:
        names = [name.name for name in node.names] if isinstance(node, ast.Import) else []
        module = (node.module or "") if isinstance(node, ast.ImportFrom) else ""
        if any(name.startswith("billcore.adapters") for name in [module, *names]):
            yield Finding(node.lineno, "adapters imported with the module: import inside Billing.open or in_memory")


RULES: tuple[Rule, ...] = (
    no_float,
    no_division,
    no_clock,
    no_chance,
    decimal_from_decimal,
    aware_timestamps,
    no_spliced_sql,
    short_modules,
    no_print,
    no_any,
    docstrings_run,
    adapters_on_first_use,
)
