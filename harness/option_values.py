"""What stands in a spec for something else: names of data and judges, relative paths."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, get_type_hints

from harness.core.build import Problems, build, dataclass_in, shown
from harness.core.errors import ConfigError, UnknownName, nearest
from harness.core.judge import Judge
from harness.sources.dataset import Dataset


class Resolver:
    """Puts shared data tables and absolute paths into a model's or suite's options."""

    def __init__(self, shared: Mapping[str, Any], folder: Path, problems: Problems) -> None:
        """Take the tables under ``data``, and the folder that relative paths begin in."""
        self._shared = shared
        self._unused = dict(shared)
        self._folder = folder
        self._problems = problems
        self.judges: Mapping[str, Judge | None] = {}
        """By name; None for one whose own table is wrong."""

    def options(
        self, cls: type, table: Mapping[str, Any], where: str, reserved: Iterable[str] = ()
    ) -> dict[str, Any]:
        """Return the table with what belongs to options of ``cls`` resolved.

        A table that is no dataclass (a map of labels, extra fields of a request) is the user's own
        and stays as it is.
        """
        hints = get_type_hints(cls)
        return {
            key: self._value(key, table[key], hints.get(key), f"{where}.{key}")
            for key in table
            if key not in reserved
        }

    def _value(self, key: str, value: Any, hint: Any, where: str) -> Any:
        nested = dataclass_in(hint)
        if nested is Judge:
            return self._judge(value, where)
        if nested is not None and key == "data" and isinstance(value, str):
            value = self._data(value, where)
        if nested is not None and isinstance(value, Mapping | list):
            return self._nested(nested, value, where)
        if key in ("path", "run", "include_path") and isinstance(value, str):
            return self._located(value)
        if key == "model_args" and isinstance(value, Mapping):
            return {name: self._argument(each) for name, each in value.items()}
        if key == "metrics" and isinstance(value, list):
            return [self._metric(entry) for entry in value]
        return value

    def _nested(self, nested: type, value: Any, where: str) -> Any:
        """Resolve a table, or each table of a list."""
        if isinstance(value, Mapping):
            return self.options(nested, value, where)
        return [
            self.options(nested, each, f"{where}[{i}]") if isinstance(each, Mapping) else each
            for i, each in enumerate(value)
        ]

    def _judge(self, name: Any, where: str) -> Judge | ConfigError:
        """Return the judge of that name, or why there is none."""
        if not isinstance(name, str):
            reason = f"must be the name of a judge, not {shown(name)}"
            return ConfigError(where, reason, 'write [[judge]] with a name, and "NAME" here')
        if not self.judges:
            return ConfigError(
                where, "needs a judge, and the spec has none", "add a [[judge]] table"
            )
        if name not in self.judges:
            return UnknownName(where, "judge", name, self.judges)
        reason = f"names the judge {name!r}, whose own table is wrong"
        return self.judges[name] or ConfigError(where, reason, "mend that first")

    def _metric(self, entry: Any) -> Any:
        if isinstance(entry, Mapping) and isinstance(entry.get("path"), str):
            return {**entry, "path": self._located(entry["path"])}
        return entry

    def _argument(self, value: Any) -> Any:
        """Resolve what can only be a path: ``org/model`` may be a folder or a name of the hub."""
        is_path = isinstance(value, str) and value.startswith(("./", "../", "~/"))
        return self._located(value) if is_path else value

    def _located(self, path: str) -> str:
        return str(self._folder / Path(path).expanduser())

    def check_unused(self) -> None:
        """Check the data tables that nobody names as strictly as those that somebody does."""
        for name, table in self._unused.items():
            where = f"data.{name}"
            build(Dataset, self.options(Dataset, table, where), where, self._problems)

    def _data(self, name: str, where: str) -> Mapping[str, Any]:
        if name in self._shared:
            self._unused.pop(name, None)
            table: Mapping[str, Any] = self._shared[name]
            return table
        if nearest(name, self._shared) and not (self._folder / name).exists():
            self._problems.keep(UnknownName(where, "data table", name, self._shared))
        return {"path": name}
