"""Operators on expressions: from a node to the expressions that may stand in its place."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Set
from typing import Any, TypeVar

N = TypeVar("N", bound=ast.AST)

_BINARY: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.MatMult: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
_COMPARE: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
_ALSO = {
    "all": "any",
    "amax": "amin",
    "argmax": "argmin",
    "eval": "train",
    "log_softmax": "softmax",
    "max": "min",
    "maximum": "minimum",
    "mean": "sum",
    "no_grad": "enable_grad",
    "zeros": "ones",
    "zeros_like": "ones_like",
}
_INSTEAD = {**_ALSO, **{new: old for old, new in _ALSO.items()}}
# Attributes that are themselves a tensor, read another way.
_READINGS = {"T", "mT", "data", "real"}
_COMMUTES = {"max", "min"}
# zip's strict= asks for equal lengths, which the arguments of an exercise have anyway.
_UNSEEN = {"strict"}


def of(node: ast.AST, modules: Set[str]) -> Iterator[ast.expr]:
    """What may stand in the place of an expression. modules: names that are no values."""
    for kinds, operator in _OPERATORS:
        if isinstance(node, kinds):
            yield from operator(node)
    if isinstance(node, ast.Call):
        yield from without_the_call(node, modules)


def binary(node: ast.BinOp) -> Iterator[ast.expr]:
    """Another operator, or one of the operands alone."""
    other = _BINARY.get(type(node.op))
    if other:
        yield changed(node, op=other())
    yield node.left
    yield node.right


def comparison(node: ast.Compare) -> Iterator[ast.expr]:
    """The bound itself taken in or left out, and the opposite."""
    for index, operator in enumerate(node.ops):
        for other in _COMPARE[type(operator)]:
            ops = [*node.ops[:index], other(), *node.ops[index + 1 :]]
            yield changed(node, ops=ops)


def boolean(node: ast.BoolOp) -> Iterator[ast.expr]:
    """`or` for `and`, and each part left out."""
    yield changed(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
    for index in range(len(node.values)):
        rest = node.values[:index] + node.values[index + 1 :]
        yield rest[0] if len(rest) == 1 else changed(node, values=rest)


def unary(node: ast.UnaryOp) -> Iterator[ast.expr]:
    """The operand as it is."""
    if isinstance(node.op, ast.Not | ast.USub | ast.Invert):
        yield node.operand


def constant(node: ast.Constant) -> Iterator[ast.expr]:
    """A number beside it, the other truth value, the next letter, or no text."""
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int):
        yield from (_number(value + 1), _number(value - 1))
    elif isinstance(value, float):
        yield _number(value + 1)
    elif isinstance(value, str) and value:
        is_letter = len(value) == 1 and value.isalpha()
        yield ast.Constant(chr(ord(value) + 1) if is_letter else "")


def _number(value: float) -> ast.expr:
    if value < 0:
        return ast.UnaryOp(ast.USub(), ast.Constant(-value))
    return ast.Constant(value)


def choice(node: ast.IfExp) -> Iterator[ast.expr]:
    """The two results in each other's place."""
    yield changed(node, body=node.orelse, orelse=node.body)


def call(node: ast.Call) -> Iterator[ast.expr]:
    """A keyword dropped, two neighbors among the arguments swapped, a related function."""
    for keyword in node.keywords:
        if keyword.arg not in _UNSEEN:
            yield changed(node, keywords=[each for each in node.keywords if each is not keyword])
    name = _name(node.func)
    if name not in _COMMUTES:
        for index in range(len(node.args) - 1):
            args = list(node.args)
            args[index : index + 2] = args[index + 1], args[index]
            yield changed(node, args=args)
    if name in _INSTEAD:
        yield changed(node, func=_renamed(node.func, _INSTEAD[name]))


def without_the_call(node: ast.Call, modules: Set[str]) -> Iterator[ast.expr]:
    """What a method was called on, as in a chain; a method in place, out of place."""
    on = node.func
    if not isinstance(on, ast.Attribute) or _is_super(on.value):
        return
    if not (isinstance(on.value, ast.Name) and on.value.id in modules):
        yield on.value
    if on.attr.endswith("_") and not on.attr.endswith("__"):
        yield changed(node, func=_renamed(on, on.attr[:-1]))


def reading(node: ast.Attribute) -> Iterator[ast.expr]:
    """`x` for `x.T`."""
    if node.attr in _READINGS:
        yield node.value


def slicing(node: ast.Slice) -> Iterator[ast.expr]:
    """A slice without one of its bounds, or without its step."""
    for part in ("lower", "upper", "step"):
        if getattr(node, part) is not None:
            yield changed(node, **{part: None})


def comprehension(
    node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp,
) -> Iterator[ast.expr]:
    """A comprehension that leaves nothing out."""
    for index, generator in enumerate(node.generators):
        for condition in generator.ifs:
            ifs = [each for each in generator.ifs if each is not condition]
            generators = list(node.generators)
            generators[index] = changed(generator, ifs=ifs)
            yield changed(node, generators=generators)


def changed(node: N, **fields: Any) -> N:
    """A copy of the node with other fields."""
    new = copy.copy(node)
    for name, value in fields.items():
        setattr(new, name, value)
    return new


def _renamed(function: ast.expr, name: str) -> ast.expr:
    if isinstance(function, ast.Attribute):
        return changed(function, attr=name)
    return ast.Name(name, ast.Load())


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _is_super(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and _name(node.func) == "super"


_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_OPERATORS: tuple[tuple[Any, Any], ...] = (
    (ast.BinOp, binary),
    (ast.Compare, comparison),
    (ast.BoolOp, boolean),
    (ast.UnaryOp, unary),
    (ast.Constant, constant),
    (ast.IfExp, choice),
    (ast.Call, call),
    (ast.Attribute, reading),
    (ast.Slice, slicing),
    (_COMPREHENSIONS, comprehension),
)
