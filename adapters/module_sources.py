"""The Python files that a user's module stands on, as one hash.

Covered are the module, the packages around it, and every module that these import (anywhere in
their text, and so on from there) whose file lies below the folder that the module was imported
from. Not covered are other installed packages, modules imported by a computed name, and files
that are no Python, such as weights or settings that the code reads itself.
"""

from __future__ import annotations

import ast
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from harness.core.identity import hash_tree

_INSTALLED = {Path(sysconfig.get_path(kind)) for kind in ("stdlib", "purelib", "platlib")}


def hash_sources(module: ModuleType) -> str | None:
    """SHA-256 (hex) over names and contents of the files, or None when there are none.

    It does not hang on where the folder is, nor on what else the process has imported.
    """
    place = getattr(module, "__file__", None)
    if place is None or not place.endswith(".py"):
        return None
    file = Path(place).absolute()
    name = tuple(module.__name__.split("."))
    root = file.parents[len(name) - (file.name != "__init__.py")]
    found = {file}
    if root not in _INSTALLED:
        found |= _reached(root, file, name)
    return hash_tree(root, [path.relative_to(root).as_posix() for path in found])


def _reached(root: Path, file: Path, name: tuple[str, ...]) -> set[Path]:
    found: set[Path] = set()
    to_read = [file, *_files_of(root, name)]
    while to_read:
        path = to_read.pop()
        if path not in found:
            found.add(path)
            package = path.relative_to(root).parent.parts
            for imported in _imports(path, package):
                to_read += _files_of(root, imported)
    return found


def _imports(file: Path, package: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the full name, cut at its dots, of everything that the file may import."""
    try:
        tree = ast.parse(file.read_bytes())
    except (SyntaxError, ValueError):  # its import fails, and the module may well live without it
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (tuple(alias.name.split(".")) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else ()
            base = (*start, *(node.module.split(".") if node.module else ()))
            yield from ((*base, alias.name) for alias in node.names)


def _files_of(root: Path, name: tuple[str, ...]) -> Iterator[Path]:
    """Yield the files of a module and of the packages around it, where they are below root."""
    for length in range(1, len(name) + 1):
        place = root.joinpath(*name[:length])
        candidates = (place.with_name(f"{place.name}.py"), place / "__init__.py")
        yield from (path for path in candidates if path.is_file())
