"""From a TOML file to a RunSpec: every problem found in one pass, each in one sentence."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from harness import registry
from harness.core.build import Problems, build, check_keys
from harness.core.errors import ConfigError, UnknownName
from harness.core.redact import redacted
from harness.core.spec import ModelSpec, RunSpec, SuiteSpec

_TOP = {
    "name": str,
    "seed": int,
    "limit": int,
    "confidence_level": float,
    "min_coverage": float,
    "out": str,
}
_TABLES = ("model", "suite", "data")
_MODEL_KEYS = ("name", "adapter")
_SUITE_KEYS = ("name", "suite", "models", "limit")


def load_spec(path: str | Path) -> RunSpec:
    """Read a spec file.

    Args:
        path: a TOML file; relative paths inside it are relative to its folder.

    Raises:
        SpecErrors: everything that is wrong with it.
        ConfigError: it cannot be read at all.
    """
    file = Path(path)
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(
            str(path), f"cannot be read ({error.strerror})", "check the path"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(str(path), f"is not TOML: {error}", "mend that line") from error
    return parse_spec(table, folder=file.parent, name=file.stem)


def parse_spec(table: Mapping[str, Any], *, folder: Path, name: str = "run") -> RunSpec:
    """Check a spec given as nested tables and build what it names.

    Args:
        table: as TOML gives it.
        folder: what relative paths are relative to.
        name: the run's name when the spec gives none.

    Raises:
        SpecErrors: everything that is wrong with it.
    """
    problems = Problems()
    check_keys(table, (*_TOP, *_TABLES), "spec", problems)
    top = _top_values(table, problems)
    shared = _shared_data(table, problems)
    resolve = _Resolver(shared, folder)
    models = [
        _model(entry, f"model[{i}]", resolve, problems)
        for i, entry in enumerate(_tables(table, "model", problems))
    ]
    names = [str(entry.get("name", "")) for entry in _tables(table, "model", Problems())]
    suites = [
        _suite(entry, f"suite[{i}]", names, resolve, problems)
        for i, entry in enumerate(_tables(table, "suite", problems))
    ]
    _check_unique(names, "model", problems)
    _check_unique([suite.name for suite in suites if suite], "suite", problems)
    problems.raise_any()
    return RunSpec(
        **{"name": name, **top},
        models=tuple(model for model in models if model),
        suites=tuple(suite for suite in suites if suite),
        source=redacted(table),
        secrets=_secrets(table),
    )


class _Resolver:
    """Puts shared data tables and absolute paths into a model's or suite's options."""

    def __init__(self, shared: Mapping[str, Any], folder: Path) -> None:
        self._shared = shared
        self._folder = folder

    def options(self, table: Mapping[str, Any], reserved: Iterable[str]) -> dict[str, Any]:
        return {key: self._value(key, table[key]) for key in table if key not in reserved}

    def _value(self, key: str, value: Any) -> Any:
        if key == "data" and isinstance(value, str):
            return self._value(key, self._shared.get(value, {"path": value}))
        if key in ("path", "run") and isinstance(value, str):
            return str(self._folder / Path(value).expanduser())
        if isinstance(value, Mapping):
            return {inner: self._value(inner, value[inner]) for inner in value}
        if isinstance(value, list):
            return [self._value("", item) for item in value]
        return value


def _top_values(table: Mapping[str, Any], problems: Problems) -> dict[str, Any]:
    values = {}
    for key, kind in _TOP.items():
        if key not in table:
            continue
        value = table[key]
        is_number = kind is float and isinstance(value, int) and not isinstance(value, bool)
        if not is_number and (not isinstance(value, kind) or isinstance(value, bool)):
            problems.add(key, f"must be a {kind.__name__}, not {value!r}", "mend the value")
            continue
        values[key] = kind(value)
    _check_range(values, "confidence_level", 0.5, 0.9999, problems)
    _check_range(values, "min_coverage", 0.0, 1.0, problems)
    if values.get("limit", 1) < 1:
        problems.add("limit", f"must be at least 1, not {values['limit']}", "leave it out for all")
    return values


def _check_range(
    values: Mapping[str, Any], key: str, low: float, high: float, problems: Problems
) -> None:
    if key in values and not low <= values[key] <= high:
        problems.add(key, f"must be between {low} and {high}, not {values[key]}", "mend the value")


def _shared_data(table: Mapping[str, Any], problems: Problems) -> Mapping[str, Any]:
    shared = table.get("data", {})
    if not isinstance(shared, Mapping) or not all(
        isinstance(entry, Mapping) for entry in shared.values()
    ):
        problems.add("data", "must hold named tables", "write [data.NAME] above its keys")
        return {}
    return shared


def _tables(table: Mapping[str, Any], key: str, problems: Problems) -> list[Mapping[str, Any]]:
    entries = table.get(key)
    if entries is None:
        problems.add("spec", f"has no {key}", f"add a [[{key}]] table")
        return []
    if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
        problems.add(key, "must be an array of tables", f"write [[{key}]] with double brackets")
        return []
    return entries


def _model(
    table: Mapping[str, Any], where: str, resolve: _Resolver, problems: Problems
) -> ModelSpec | None:
    name = _required(table, "name", where, problems)
    kind = _required(table, "adapter", where, problems)
    factory = kind and _registered("adapters", kind, f"{where}.adapter", problems)
    if not (name and factory and kind):
        return None
    adapter = build(factory, resolve.options(table, _MODEL_KEYS), where, problems, _MODEL_KEYS)
    if adapter is None:
        return None
    return ModelSpec(name=name, adapter_name=kind, adapter=adapter)


def _suite(
    table: Mapping[str, Any],
    where: str,
    model_names: list[str],
    resolve: _Resolver,
    problems: Problems,
) -> SuiteSpec | None:
    kind = _required(table, "suite", where, problems)
    factory = kind and _registered("suites", kind, f"{where}.suite", problems)
    models = _asked(table.get("models", model_names), f"{where}.models", model_names, problems)
    limit = table.get("limit")
    if limit is not None and (not isinstance(limit, int) or isinstance(limit, bool) or limit < 1):
        problems.add(f"{where}.limit", f"must be a whole number from 1, not {limit!r}", "mend it")
        limit = None
    name = table.get("name", kind)
    if not isinstance(name, str) or not name:
        problems.add(f"{where}.name", f"must be a text, not {name!r}", "quote it")
        return None
    if not (factory and kind):
        return None
    suite = build(factory, resolve.options(table, _SUITE_KEYS), where, problems, _SUITE_KEYS)
    if suite is None:
        return None
    return SuiteSpec(name=name, suite_name=kind, suite=suite, models=models, limit=limit)


def _required(table: Mapping[str, Any], key: str, where: str, problems: Problems) -> str | None:
    value = table.get(key)
    if isinstance(value, str) and value:
        return value
    if key not in table:
        problems.add(where, f"lacks {key!r}", f'add {key} = "…"')
    else:
        problems.add(f"{where}.{key}", f"must be a text, not {value!r}", "quote it")
    return None


def _registered(kind: registry.Kind, name: str, where: str, problems: Problems) -> Any:
    try:
        return registry.find(kind, name, where)
    except ConfigError as error:
        problems.keep(error)
        return None


def _asked(value: Any, where: str, known: list[str], problems: Problems) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        problems.add(where, f"must be a list of model names, not {value!r}", 'write ["name"]')
        return ()
    for name in value:
        if name not in known:
            problems.keep(UnknownName(where, "model", name, known))
    return tuple(value)


def _check_unique(names: list[str], kind: str, problems: Problems) -> None:
    for name in sorted({name for name in names if name and names.count(name) > 1}):
        problems.add(kind, f"two {kind}s are named {name!r}", "give each a name of its own")


def _secrets(table: object) -> tuple[str, ...]:
    """Return the values of the environment variables that the spec names in ``…_env`` keys."""
    if isinstance(table, Mapping):
        own = [
            os.environ[value]
            for key, value in table.items()
            if str(key).endswith("_env") and isinstance(value, str) and os.environ.get(value)
        ]
        return tuple(own) + tuple(s for value in table.values() for s in _secrets(value))
    if isinstance(table, list):
        return tuple(s for value in table for s in _secrets(value))
    return ()
