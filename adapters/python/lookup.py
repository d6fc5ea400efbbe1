"""From ``package.module:function`` to the function."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import sys
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from pathlib import Path
from types import ModuleType
from typing import Any

from harness.adapters.module_sources import hash_sources
from harness.core.errors import AdapterError, ConfigError
from harness.core.identity import hash_json

_TARGET = "python.target"


def find_function(target: str, path: str | None) -> Callable[..., Any]:
    """Import a function.

    Args:
        target: ``package.module:function``.
        path: a folder to put in front of ``sys.path``, or None.

    Raises:
        ConfigError: no such folder, module or function, or the name is no function's.
        AdapterError: the module raised while it was imported.
    """
    module_name, _, name = target.partition(":")
    folder = None if path is None else _add_to_path(path)
    module = _import(module_name)
    if folder is not None:
        _check_origin(module, folder)
    found: Any = module
    for part in name.split("."):
        if not hasattr(found, part):
            reason = f"{module_name} has no function {name!r}"
            raise ConfigError(_TARGET, reason, _nearest(part, _public_callables(found)))
        found = getattr(found, part)
    if not callable(found):
        reason = f"{target} is a {type(found).__name__}"
        raise ConfigError(_TARGET, reason, "name a function")
    function: Callable[..., Any] = found
    return function


def hash_source(function: Callable[..., Any], target: str) -> str:
    """SHA-256 (hex) of the source that the function stands on, or words that say it has none.

    That is :mod:`harness.adapters.module_sources` of the module named in ``target``, and of the
    one that made the function where it is another.
    """
    plain = inspect.unwrap(function)
    names = {target.partition(":")[0], getattr(plain, "__module__", "")} - {"functools"}
    modules = [sys.modules[name] for name in sorted(names) if name in sys.modules]
    hashes = [hash_sources(module) for module in modules]
    known = [digest for digest in hashes if digest is not None]
    return hash_json(known) if known else "unknown (no source file)"


def _add_to_path(path: str) -> Path:
    folder = Path(path).resolve()
    if not folder.is_dir():
        raise ConfigError("python.path", f"{path} is no folder", "name one that exists")
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    return folder


def _import(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        # A module that exists, and imports one that does not, is another matter.
        if error.name is not None and f"{name}.".startswith(f"{error.name}."):
            reason = f"there is no module {name!r}"
            remedy = _nearest(name, _siblings(name))
            raise ConfigError(_TARGET, reason, remedy or "check python.path") from error
        raise AdapterError(f"{_TARGET}: {name} cannot be imported: {error}") from error
    except Exception as error:
        reason = f"{name} cannot be imported: {type(error).__name__}: {error}"
        raise AdapterError(f"{_TARGET}: {reason}") from error


def _check_origin(module: ModuleType, folder: Path) -> None:
    # Python imports a name once: without this check, a second model.py would be the first one.
    places = [module.__file__] if module.__file__ else list(getattr(module, "__path__", []))
    if not any(Path(place).resolve().is_relative_to(folder) for place in places):
        reason = f"{module.__name__} comes from {', '.join(places) or 'the interpreter'}"
        raise ConfigError("python.path", reason, f"rename the one in {folder}")


def _siblings(name: str) -> list[str]:
    parent, _, _ = name.rpartition(".")
    if not parent:
        return [module.name for module in pkgutil.iter_modules()]
    try:
        package = importlib.import_module(parent)
    except ImportError:
        return []
    return [f"{parent}.{m.name}" for m in pkgutil.iter_modules(getattr(package, "__path__", []))]


def _public_callables(owner: object) -> list[str]:
    return [
        name
        for name in dir(owner)
        if not name.startswith("_") and callable(getattr(owner, name, None))
    ]


def _nearest(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, list(known), n=1)
    return f"did you mean {near[0]!r}?" if near else ""
