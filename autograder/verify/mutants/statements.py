"""Operators on statements: from a node to the changes that a slip makes to it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Set
from dataclasses import dataclass

from autograder.verify.mutants.expressions import changed

_AUGMENTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.MatMult: ast.Mult,
}


@dataclass(frozen=True)
class Change:
    """What stands in the place of a part of the text. until: the node where that part ends."""

    node: ast.AST
    new: ast.AST | str
    until: ast.AST | None = None


def of(node: ast.AST, bound: Set[str]) -> Iterator[Change]:
    """The changes to a statement. bound: the names that have a value before it."""
    if _can_be_dropped(node, bound):
        yield Change(node, ast.Pass())
    elif isinstance(node, ast.AugAssign):
        yield from _augmented(node)
    elif isinstance(node, ast.Return) and node.value is not None:
        yield Change(node, ast.Return(None))
    elif isinstance(node, ast.Break | ast.Continue):
        yield Change(node, ast.Pass())
        yield Change(node, ast.Continue() if isinstance(node, ast.Break) else ast.Break())
    else:
        yield from _compound(node)


def _can_be_dropped(node: ast.AST, bound: Set[str]) -> bool:
    if isinstance(node, ast.Expr):
        return not isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Assign):
        return not _is_first(node.targets, bound)
    return isinstance(node, ast.Raise | ast.Delete | ast.Assert)


def _augmented(node: ast.AugAssign) -> Iterator[Change]:
    yield Change(node, ast.Pass())
    yield Change(node, ast.Assign([node.target], node.value, lineno=0))
    other = _AUGMENTED.get(type(node.op))
    if other:
        yield Change(node, changed(node, op=other()))


def _compound(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.If | ast.While):
        # The opposite of a comparison is an operator of its own.
        if not isinstance(node.test, ast.Compare | ast.UnaryOp):
            yield Change(node.test, ast.UnaryOp(ast.Not(), node.test))
        if isinstance(node, ast.If) and not node.orelse:
            yield Change(node, ast.Pass())
    elif isinstance(node, ast.With):
        last = node.items[-1]
        yield Change(node, "if True", until=last.optional_vars or last.context_expr)
    elif isinstance(node, ast.FunctionDef):
        for decorator in node.decorator_list:
            yield Change(decorator, ast.parse("(lambda function: function)").body[0])


def _is_first(targets: list[ast.expr], bound: Set[str]) -> bool:
    """Whether an assignment gives a name its first value: without it there is a NameError."""
    names = [each for each in targets if isinstance(each, ast.Name)]
    return len(names) == len(targets) and not {each.id for each in names} & bound
