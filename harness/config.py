"""From a TOML file to a RunSpec: every problem found in one pass, each in one sentence."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from math import isfinite
from pathlib import Path
from typing import Any

from harness import registry
from harness.core.build import Problems, build, check_keys, shown
from harness.core.errors import ConfigError, UnknownName, nearest
from harness.core.judge import Judge
from harness.core.redact import redacted, secret_values
from harness.core.spec import ModelSpec, RunSpec, SuiteSpec
from harness.core.text_measures import TextMeasures
from harness.option_values import Resolver
from harness.variants import KEYS, variants

_TOP: dict[str, tuple[type, str]] = {
    "name": (str, "a text"),
    "seed": (int, "a whole number"),
    "limit": (int, "a whole number"),
    "confidence_level": (float, "a number"),
    "min_coverage": (float, "a number"),
    "reuse_answers": (bool, "true or false"),
    "out": (str, "a text"),
}
_LARGEST_SEED = 2**63 - 1
"""What every random generator in use takes."""
_TABLES = ("model", "suite", "data", "judge")
_MEASURES = ("meaning", "fluency")
_MODEL_KEYS = ("name", "adapter")
_SUITE_KEYS = ("name", "suite", "models", "limit", *KEYS)


def load_spec(path: str | Path) -> RunSpec:
    """Read a spec file.

    Args:
        path: a TOML file; relative paths inside it are relative to its folder.

    Raises:
        SpecErrors: everything that is wrong with it.
        ConfigError: it cannot be read at all.
    """
    file = Path(path)
    return parse_spec(read_table(file), folder=file.parent, name=file.stem)


def load_models(path: str | Path) -> tuple[ModelSpec, ...]:
    """Read the models of a spec file, whatever else it holds, suites or none.

    Raises:
        SpecErrors: everything that is wrong with them.
        ConfigError: the file cannot be read at all.
    """
    file = Path(path)
    problems = Problems()
    resolve = Resolver({}, file.parent, problems)
    tables = _tables(read_table(file), "model", problems)
    models = _models(tables, resolve, problems)
    problems.raise_any()
    return models


def read_table(path: Path) -> dict[str, Any]:
    """Read a spec file as nested tables, unchecked.

    Raises:
        ConfigError: it is not there, or no TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigError(
            str(path), f"cannot be read ({error.strerror})", "check the path"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(str(path), f"is not TOML: {error}", "mend that line") from error


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
    misspelt = check_keys(table, (*_TOP, *_MEASURES, *_TABLES), "spec", problems)
    top = _top_values(table, problems)
    resolve = Resolver(_shared_data(table, problems), folder, problems)
    model_tables, suite_tables = (
        [] if key in misspelt else _tables(table, key, problems) for key in ("model", "suite")
    )
    models = _models(model_tables, resolve, problems)
    judge_tables = _tables(table, "judge", problems) if "judge" in table else []
    judges = [
        Judge(name=one.name, adapter_name=one.adapter_name, adapter=one.adapter)
        for one in _models(judge_tables, resolve, problems, "judge")
    ]
    named = (str(entry.get("name", "")) for entry in judge_tables)
    resolve.judges = {**dict.fromkeys(named), **{judge.name: judge for judge in judges}}
    measured = {key: table[key] for key in _MEASURES if key in table}
    measures = build(
        TextMeasures, resolve.options(TextMeasures, measured, "spec"), "spec", problems
    )
    names = [str(entry.get("name", "")) for entry in model_tables]
    suites = [
        suite
        for i, entry in enumerate(suite_tables)
        for suite in _suites(entry, f"suite[{i}]", names, resolve, problems)
    ]
    _check_unique([suite.name for suite in suites], "suite", problems)
    resolve.check_unused()
    if not len(problems):
        _check_storable(table, "", problems)
    problems.raise_any()
    return RunSpec(
        **{"name": name, **top},
        models=models,
        suites=tuple(suites),
        judges=tuple(judges),
        measures=measures,
        source=redacted(table),
        folder=str(folder.resolve()),
        secrets=tuple(filter(None, secret_values(table))),
    )


def _check_storable(value: Any, where: str, problems: Problems) -> None:
    """Refuse what TOML can say and JSON cannot: the spec is kept with the run."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            _check_storable(inner, f"{where}.{key}" if where else key, problems)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            _check_storable(inner, f"{where}[{place}]", problems)
    elif isinstance(value, float) and not isfinite(value):
        problems.add(where, f"must be a finite number, not {value}", "write a number")
    elif not isinstance(value, str | int | float):
        problems.add(where, f"must not be a {type(value).__name__}", "put it in quotes")


def _top_values(table: Mapping[str, Any], problems: Problems) -> dict[str, Any]:
    values = {}
    for key, (kind, name) in _TOP.items():
        if key not in table:
            continue
        value = table[key]
        is_kind = isinstance(value, kind) or (kind is float and isinstance(value, int))
        # In Python True is a whole number; in a spec it is none.
        if not is_kind or isinstance(value, bool) is not (kind is bool):
            problems.add(key, f"must be {name}, not {shown(value)}", f"write {name}")
            continue
        try:
            values[key] = kind(value)
        except OverflowError:
            problems.add(key, f"is too large a number ({shown(value)})", "choose a smaller one")
    _check_range(values, "confidence_level", (0.5, 0.9999), problems)
    _check_range(values, "min_coverage", (0.0, 1.0), problems)
    _check_range(values, "seed", (0, _LARGEST_SEED), problems)
    if values.get("limit", 1) < 1:
        problems.add("limit", f"must be at least 1, not {values['limit']}", "leave it out for all")
    return values


def _check_range(
    values: Mapping[str, Any], key: str, ends: tuple[float, float], problems: Problems
) -> None:
    low, high = ends
    if key in values and not low <= values[key] <= high:
        reason = f"must be between {low} and {high}, not {values[key]}"
        problems.add(key, reason, "choose a number in between")


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
    if not entries and entries is not False:
        problems.add("spec", f"has no {key}", f"add a [[{key}]] table")
        return []
    if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
        problems.add(key, "must be an array of tables", f"write [[{key}]] with double brackets")
        return []
    return entries


def _models(
    tables: list[Mapping[str, Any]], resolve: Resolver, problems: Problems, kind: str = "model"
) -> tuple[ModelSpec, ...]:
    models = [_model(entry, f"{kind}[{i}]", resolve, problems) for i, entry in enumerate(tables)]
    _check_unique([str(entry.get("name", "")) for entry in tables], kind, problems)
    return tuple(model for model in models if model)


def _model(
    table: Mapping[str, Any], where: str, resolve: Resolver, problems: Problems
) -> ModelSpec | None:
    name = _required(table, "name", where, problems)
    kind = _required(table, "adapter", where, problems)
    factory, named = _registered("adapters", kind, f"{where}.adapter", problems)
    if not (name and factory and kind):
        return None
    _check_said_once(table, named, where, problems)
    options = resolve.options(factory, {**table, **named}, where, _MODEL_KEYS)
    adapter = build(factory, options, where, problems, _MODEL_KEYS)
    if adapter is None:
        return None
    return ModelSpec(name=name, adapter_name=kind, adapter=adapter)


def _suites(
    table: Mapping[str, Any],
    where: str,
    model_names: list[str],
    resolve: Resolver,
    problems: Problems,
) -> Iterator[SuiteSpec]:
    """Yield the suite of a table, and those that disturb or attack its texts."""
    clean = _suite(table, where, model_names, resolve, problems)
    if clean is not None:
        yield clean
        yield from variants(clean, table, where, problems, resolve.options)


def _suite(
    table: Mapping[str, Any],
    where: str,
    model_names: list[str],
    resolve: Resolver,
    problems: Problems,
) -> SuiteSpec | None:
    kind = _required(table, "suite", where, problems)
    name = _required(table, "name", where, problems) if "name" in table else kind
    factory, named = _registered("suites", kind, f"{where}.suite", problems)
    every_model = list(dict.fromkeys(model_names))
    models = _asked(table.get("models", every_model), f"{where}.models", every_model, problems)
    limit = _limit(table, where, problems)
    for key in ("metrics", "labels"):
        if table.get(key) == []:
            problems.add(f"{where}.{key}", "is empty", "list at least one, or leave it out")
    if not (factory and kind):
        return None
    _check_said_once(table, named, where, problems)
    options = resolve.options(factory, {**table, **named}, where, _SUITE_KEYS)
    suite = build(factory, options, where, problems, _SUITE_KEYS)
    if suite is None or name is None:
        return None
    return SuiteSpec(name=name, suite_name=kind, suite=suite, models=models, limit=limit)


def _limit(table: Mapping[str, Any], where: str, problems: Problems) -> int | None:
    limit = table.get("limit")
    if limit is None or (isinstance(limit, int) and not isinstance(limit, bool) and limit > 0):
        return limit
    reason = f"must be a whole number from 1, not {shown(limit)}"
    problems.add(f"{where}.limit", reason, "leave it out for all")
    return None


def _required(table: Mapping[str, Any], key: str, where: str, problems: Problems) -> str | None:
    value = table.get(key)
    if isinstance(value, str) and value:
        return value
    if key in table:
        problems.add(f"{where}.{key}", f"must be a text, not {shown(value)}", "write a text")
    else:
        near = nearest(key, table)
        remedy = f"rename {near[0]!r}" if near else f'add {key} = "…"'
        problems.add(where, f"lacks {key!r}", remedy)
    return None


def _registered(
    kind: registry.Kind, name: str | None, where: str, problems: Problems
) -> tuple[Any, dict[str, str]]:
    if name is None:
        return None, {}
    try:
        return registry.find_with_option(kind, name, where)
    except ConfigError as error:
        problems.keep(error)
        return None, {}


def _check_said_once(
    table: Mapping[str, Any], named: Mapping[str, str], where: str, problems: Problems
) -> None:
    for key in named:
        if key in table:
            problems.add(f"{where}.{key}", "is said behind the colon already", "leave it out")


def _asked(value: Any, where: str, known: list[str], problems: Problems) -> tuple[str, ...]:
    is_list = isinstance(value, list) and all(isinstance(name, str) for name in value)
    if not is_list or (known and not value):
        reason = f"must be a list of model names, not {shown(value)}"
        problems.add(where, reason, 'write models = ["…"], or leave it out for all')
        return ()
    for name in sorted(set(value)):
        if known and name not in known:
            problems.keep(UnknownName(where, "model", name, known))
        elif value.count(name) > 1:
            problems.add(where, f"names {name!r} twice", "name it once")
    return tuple(value)


def _check_unique(names: list[str], kind: str, problems: Problems) -> None:
    for name in sorted({name for name in names if name and names.count(name) > 1}):
        problems.add(kind, f"two {kind}s are named {name!r}", "give each a name of its own")
