"""Templates that a package keeps as Python source with named marks: read, never run."""

from __future__ import annotations

import ast
from pathlib import Path

from harness.core.errors import SourceError, sentence


def class_templates(path: Path, owner: str, attribute: str, mark: str) -> tuple[str, ...]:
    """Return the texts that a class lists, with ``{mark}`` where the source puts a name of its own.

    A list of f-strings in which one constant's name stands between braces is no literal; joining
    and repeating are the only other things that are understood.

    Args:
        path: the module.
        owner: the class.
        attribute: of the class, a list of texts.
        mark: the constant whose place each text is to keep.

    Raises:
        SourceError: the class has no such list, or it holds something else.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for statement in _body_of(tree, owner):
        if isinstance(statement, ast.Assign) and _names(statement, attribute):
            return _texts(statement.value, mark, path)
    raise _not_understood(path, f"{owner}.{attribute}")


def _body_of(tree: ast.Module, owner: str) -> list[ast.stmt]:
    classes = (node for node in tree.body if isinstance(node, ast.ClassDef))
    return next((node.body for node in classes if node.name == owner), [])


def _names(statement: ast.Assign, attribute: str) -> bool:
    return [ast.unparse(target) for target in statement.targets] == [attribute]


def _texts(value: ast.expr, mark: str, path: Path) -> tuple[str, ...]:
    if not isinstance(value, ast.List):
        raise _not_understood(path, ast.unparse(value))
    return tuple(_text(element, mark, path) for element in value.elts)


def _text(node: ast.expr, mark: str, path: Path) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(_text(part, mark, path) for part in parts)
        case ast.FormattedValue(value=ast.Name(id=name)) if name == mark:
            return f"{{{mark}}}"
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _text(left, mark, path) + _text(right, mark, path)
        case ast.BinOp(left=left, op=ast.Mult(), right=ast.Constant(value=int(times))):
            return _text(left, mark, path) * times
    raise _not_understood(path, ast.unparse(node))


def _not_understood(path: Path, what: str) -> SourceError:
    return SourceError(sentence(path.name, f"holds no list of texts at {what!r}", "report it"))
