"""Mutants of a cell as text: each changes one place and leaves the rest as it was written."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Set

from autograder.verify.mutants import expressions, statements
from autograder.verify.mutants.statements import Change


def mutate(source: str, lines: Iterable[int], modules: Set[str] = frozenset()) -> Iterator[str]:
    """Every mutant of a cell that changes these lines (from 1), each text once.

    modules: names that stand for modules, whose functions are no methods of a value.
    """
    within = frozenset(lines)
    tree = ast.parse(source)
    seen = {ast.dump(tree)}
    for change in _changes(tree, within, modules):
        text = _written(source, change)
        dumped = _dumped(text)
        if dumped and dumped not in seen:
            seen.add(dumped)
            yield text


def _changes(tree: ast.Module, within: Set[int], modules: Set[str]) -> Iterator[Change]:
    silent = {id(each) for node in ast.walk(tree) for each in _silent(node)}
    nodes = [node for node in ast.walk(tree) if getattr(node, "lineno", 0) in within]
    for node in sorted(nodes, key=_place):
        if id(node) not in silent:
            yield from statements.of(node, _bound(tree, node))
            for new in expressions.of(node, modules):
                yield Change(node, new)


def _place(node: ast.AST) -> tuple[int, int]:
    return node.lineno, node.col_offset  # type: ignore[attr-defined]  # placed nodes


def _silent(node: ast.AST) -> Iterator[ast.AST]:
    """What no test looks at: docstrings, annotations, the words of an exception, strict=."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        yield from ast.walk(node)
    elif isinstance(node, ast.Raise) and node.exc is not None:
        yield from ast.walk(node.exc)
    elif isinstance(node, ast.Assert) and node.msg is not None:
        yield from ast.walk(node.msg)
    elif isinstance(node, ast.keyword) and node.arg == "strict":
        yield from ast.walk(node)
    elif isinstance(node, ast.arg | ast.AnnAssign) and node.annotation is not None:
        yield from ast.walk(node.annotation)
    elif isinstance(node, ast.JoinedStr):
        yield from (each for each in ast.walk(node) if isinstance(each, ast.Constant))


def _bound(tree: ast.Module, at: ast.AST) -> frozenset[str]:
    """The names that are given a value above a node, in the cell."""
    above = [node for node in ast.walk(tree) if getattr(node, "lineno", at) != at]
    names = {
        node.id
        for node in above
        if isinstance(node, ast.Name)
        and isinstance(node.ctx, ast.Store)
        and _place(node) < _place(at)
    }
    arguments = {
        node.arg for node in above if isinstance(node, ast.arg) and _place(node) < _place(at)
    }
    return frozenset(names | arguments)


def _written(source: str, change: Change) -> str:
    """The source with the change in it, in brackets where it would bind otherwise."""
    new = change.new if isinstance(change.new, str) else ast.unparse(change.new)
    plain = _replaced(source, change, new)
    if not isinstance(change.new, ast.expr) or isinstance(change.new, ast.Slice):
        return plain
    bracketed = _replaced(source, change, f"({new})")
    return plain if _dumped(plain) == _dumped(bracketed) else bracketed


def _replaced(source: str, change: Change, new: str) -> str:
    """Columns count bytes of UTF-8."""
    lines = source.encode().split(b"\n")
    (row, column), end = _place(change.node), change.until or change.node
    last_row, last_column = end.end_lineno, end.end_col_offset  # type: ignore[attr-defined]  # placed nodes
    before = b"\n".join([*lines[: row - 1], lines[row - 1][:column]])
    after = b"\n".join([lines[last_row - 1][last_column:], *lines[last_row:]])
    return (before + new.encode() + after).decode()


def _dumped(text: str) -> str | None:
    try:
        return ast.dump(ast.parse(text))
    except SyntaxError:
        return None
