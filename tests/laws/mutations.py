r"""Mutations: every small mistake that could be made in a module, one at a time, as text.

The recorded mutants (``mutants.py``) ask whether each law bites; these ask whether each line of the core is held by
some test. A mutation replaces one node of the syntax tree, or drops one statement; the rest of the file stays as it is
written, so that a survivor reads like a diff. What no test of behaviour could see is left alone: docstrings, types,
``__all__``, decorators (memos), slots for later versions, how a derived field is compared, and the wording of errors.

>>> for found in mutations("def least(a, b):\\n    return a if a < b else b\n", "kernel/x.py"):
...     print(found.change)
a if a < b else b -> b if a < b else a
a < b -> a <= b
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Sequence

import attrs

__all__ = ["Mutation", "mutations"]

_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_COUNTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
}
_CALLED = {
    "add": "subtract",
    "subtract": "add",
    "multiply": "add",
    "_add": "_subtract",
    "_subtract": "_add",
    "_multiply": "_add",
    "min": "max",
    "max": "min",
    "any": "all",
    "all": "any",
    "floor": "ceil",
    "bisect_left": "bisect_right",
    "bisect_right": "bisect_left",
}


@attrs.frozen
class Mutation:
    """One change of a module: ``change`` as ``before -> after``, ``scope`` the function or class that it is in.

    ``statement`` has the lines of the statement it is in, of an ``if`` or a loop those before its body: a test that
    runs none of them cannot notice it.
    """

    module: str
    scope: str
    line: int
    change: str
    text: str = attrs.field(repr=False)
    statement: range = attrs.field(repr=False)

    def __str__(self) -> str:
        return f"{self.module}:{self.line} {self.scope}: {self.change}"


def mutations(text: str, module: str) -> Iterator[Mutation]:
    """Every mutation of a module's text, in the order of the file; each is still a module of Python."""
    tree = ast.parse(text)
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line.encode()))
    raw = text.encode()
    statements = [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]
    for scope, node, made in _walk(tree, ""):
        first = starts[node.lineno - 1] + node.col_offset
        last = starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)
        before = raw[first:last].decode()
        yield Mutation(
            module,
            scope or "module",
            node.lineno,
            f"{_line(before)} -> {_line(made[1:-1] if made.startswith('(') else made)}",
            (raw[:first] + made.encode() + raw[last:]).decode(),
            _statement(statements, node.lineno),
        )


def _statement(statements: Sequence[ast.stmt], line: int) -> range:
    """The lines of the innermost statement that has this one, without those of its body."""
    around = [one for one in statements if one.lineno <= line <= (one.end_lineno or line)]
    held = max(around, key=lambda one: (one.lineno, one.col_offset))
    body: Sequence[ast.stmt] = getattr(held, "body", ())
    last = max(held.lineno, body[0].lineno - 1) if body else held.end_lineno or line
    return range(held.lineno, last + 1)


def _line(text: str) -> str:
    return " ".join(text.split())


def _walk(node: ast.AST, scope: str) -> Iterator[tuple[str, ast.stmt | ast.expr, str]]:
    """What is changed: the function or class it is in, the node, and what stands there instead."""
    for child in ast.iter_child_nodes(node):
        inner = scope
        if isinstance(child, ast.FunctionDef | ast.ClassDef):
            inner = f"{scope}.{child.name}".strip(".")
        if isinstance(child, ast.stmt | ast.expr):
            for made in _changes(child):
                yield inner, child, made
        yield from _below(child, inner)


def _below(node: ast.AST, scope: str) -> Iterator[tuple[str, ast.stmt | ast.expr, str]]:
    """The same for the parts of a node that a test of behaviour can see."""
    match node:
        case ast.Import() | ast.ImportFrom() | ast.Raise():
            return
        case ast.Expr(value=ast.Constant()):
            return
        case ast.Assign(targets=[ast.Name(id="__all__")]):
            return
        case ast.AnnAssign(value=value):
            if value is not None:
                yield from _walk(ast.Expr(value), scope)
        case ast.FunctionDef(name="__repr__" | "__str__"):
            return
        case ast.FunctionDef(body=body, args=arguments):
            yield from _walk(ast.Tuple([*arguments.defaults, *filter(None, arguments.kw_defaults)]), scope)
            yield from _walk(ast.Module(body, []), scope)
        case ast.ClassDef(body=body):
            yield from _walk(ast.Module(body, []), scope)
        case ast.Call(keywords=keywords):
            kept = copy.copy(node)
            derived = any(word.arg == "init" for word in keywords)
            unseen = ("hint", "repr", *(("init", "eq") if derived else ()))
            kept.keywords = [word for word in keywords if word.arg not in unseen]
            yield from _walk(kept, scope)
        case _:
            yield from _walk(node, scope)


def _changes(node: ast.stmt | ast.expr) -> Iterator[str]:
    """What may stand there instead of a node, as text."""
    match node:
        case ast.Constant(value=bool(value)):
            yield str(not value)
        case ast.Constant(value=int(value)):
            yield str(value + 1)
        case ast.Call(func=ast.Name(id=name) as func) if name in _CALLED:
            yield _with(node, func=ast.Name(_CALLED[name], func.ctx))
        case ast.Call(func=ast.Attribute(attr=name) as func) if name in _CALLED:
            yield _with(node, func=ast.Attribute(func.value, _CALLED[name], func.ctx))
        case ast.Continue():
            yield "break"
        case ast.Break():
            yield "continue"
        case ast.Raise() | ast.Expr(value=ast.Call()):
            yield "pass"
        case _:
            yield from _operators(node)


def _operators(node: ast.stmt | ast.expr) -> Iterator[str]:
    match node:
        case ast.Compare(ops=[op]) if type(op) in _COMPARED:
            yield _with(node, ops=[_COMPARED[type(op)]()])
        case ast.BinOp(op=op) if type(op) in _COUNTED and not _text(node):
            yield _with(node, op=_COUNTED[type(op)]())
        case ast.AugAssign(op=op) if type(op) in _COUNTED:
            yield _with(node, op=_COUNTED[type(op)]())[1:-1]
        case ast.BoolOp(op=op):
            yield _with(node, op=ast.Or() if isinstance(op, ast.And) else ast.And())
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield f"({ast.unparse(operand)})"
        case ast.IfExp(body=body, orelse=orelse):
            yield _with(node, body=orelse, orelse=body)
        case _:
            pass


def _text(node: ast.AST) -> bool:
    """It puts text together, not numbers."""
    return any(isinstance(part, ast.JoinedStr | ast.List) for part in ast.walk(node)) or any(
        isinstance(part, ast.Constant) and isinstance(part.value, str) for part in ast.walk(node)
    )


def _with(node: ast.stmt | ast.expr, **fields: object) -> str:
    """The node with other fields, as text, in parentheses that keep it together."""
    made = copy.copy(node)
    for name, value in fields.items():
        setattr(made, name, value)
    return f"({ast.unparse(made)})"
