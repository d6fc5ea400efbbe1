"""The options of a registered thing, with the texts that stand under its fields."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import textwrap
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class OptionDoc:
    """One option."""

    name: str
    type: str
    default: str | None
    """As Python text; None when the option is required."""
    doc: str


def option_docs(cls: type) -> list[OptionDoc]:
    """Return the options of a dataclass, its bases' included, in order."""
    texts: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        texts |= _texts_under_fields(base)
    fields = [field for field in dataclasses.fields(cls) if field.init]
    return [
        OptionDoc(field.name, str(field.type), _default(field), texts.get(field.name, ""))
        for field in fields
    ]


def _default(field: dataclasses.Field[object]) -> str | None:
    if field.default is not dataclasses.MISSING:
        return repr(field.default)
    if field.default_factory is not dataclasses.MISSING:
        return repr(field.default_factory())
    return None


def _texts_under_fields(cls: type) -> dict[str, str]:
    if not dataclasses.is_dataclass(cls):
        return {}
    try:
        source = textwrap.dedent(inspect.getsource(cls))
    except (OSError, TypeError):
        return {}
    (node,) = ast.parse(source).body
    body = node.body if isinstance(node, ast.ClassDef) else []
    found = {}
    for field, below in pairwise(body):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(below, ast.Expr)
            and isinstance(below.value, ast.Constant)
        ):
            found[field.target.id] = " ".join(str(below.value.value).split())
    return found
