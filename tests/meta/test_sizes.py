"""Modules, functions, parameter lists and nesting stay small enough to be read at once."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("harness", "adapters", "suites", "reports")
MAX_MODULE_LINES = 400
MAX_CLASS_LINES = 200
MAX_FUNCTION_LINES = 60
MAX_PARAMETERS = 7
MAX_NESTING = 3

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
_BLOCKS = (
    ast.If,
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.With,
    ast.AsyncWith,
    ast.Try,
    ast.TryStar,
    ast.Match,
)


def modules() -> list[Path]:
    found = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    # The links lead to the other three rooms, which are visited under their own names.
    return sorted({path.resolve() for path in found})


def nesting(node: ast.AST, depth: int = 0) -> int:
    """Return how deep control blocks stand in one another; ``elif`` is no deeper than ``if``."""
    deepest = depth
    for name, value in ast.iter_fields(node):
        children = value if isinstance(value, list) else [value]
        for child in children:
            if not isinstance(child, ast.AST) or isinstance(child, Function):
                continue
            is_elif = name == "orelse" and isinstance(node, ast.If) and isinstance(child, ast.If)
            is_deeper = isinstance(child, _BLOCKS) and not is_elif
            deepest = max(deepest, nesting(child, depth + is_deeper))
    return deepest


def problems(path: Path) -> Iterator[str]:
    text = path.read_text(encoding="utf-8")
    n_lines = len(text.splitlines())
    if n_lines > MAX_MODULE_LINES:
        yield f"{n_lines} lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ClassDef) and _length(node) > MAX_CLASS_LINES:
            yield f"class {node.name}: {_length(node)} lines"
        if isinstance(node, Function):
            yield from (f"{node.name}: {problem}" for problem in _function_problems(node))


def _function_problems(node: Function) -> Iterator[str]:
    if _length(node) > MAX_FUNCTION_LINES:
        yield f"{_length(node)} lines"
    if _n_parameters(node) > MAX_PARAMETERS and not _is_command(node):
        yield f"{_n_parameters(node)} parameters"
    if nesting(node) > MAX_NESTING:
        yield f"nested {nesting(node)} deep"


def _length(node: Function | ast.ClassDef) -> int:
    return (node.end_lineno or 0) - node.lineno + 1


def _n_parameters(node: Function) -> int:
    arguments = node.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return len([argument for argument in named if argument.arg not in ("self", "cls")])


def _is_command(node: Function) -> bool:
    """Tell whether click calls it, with one parameter per option of the command line."""
    return any("command" in ast.unparse(decorator) for decorator in node.decorator_list)


def test_the_check_sees_what_it_should() -> None:
    deep = "def f(a):\n for b in a:\n  if b:\n   while b:\n    with b:\n     pass\n"
    flat = "def f(a):\n if a:\n  pass\n elif a:\n  pass\n elif a:\n  pass\n else:\n  pass\n"
    assert nesting(ast.parse(deep).body[0]) == 4
    assert nesting(ast.parse(flat).body[0]) == 1
    assert len(modules()) > 80


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_sizes(path: Path) -> None:
    assert list(problems(path)) == []
