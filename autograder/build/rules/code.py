"""The code of a cell as Python, with IPython's magics and top-level await."""

from __future__ import annotations

import ast

from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode


def parse(cell: NotebookNode) -> ast.Module:
    """The syntax tree of a code cell. SyntaxError as Python says it."""
    source = TransformerManager().transform_cell(cell.source)
    flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    tree = compile(source, "<cell>", "exec", flags=flags, dont_inherit=True)
    if not isinstance(tree, ast.Module):
        raise TypeError("a cell is a module")
    return tree


def calls(tree: ast.Module, function: str) -> list[int]:
    """The lines (from 1) of the calls of `function`, by its name or as an attribute."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and _name(node.func) == function
    ]


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
