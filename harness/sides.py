"""The sides of a comparison: stored runs, and checkpoints that a spec's suites are asked of."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from harness.audit import audit
from harness.config import load_spec
from harness.core.errors import ConfigError, did_you_mean
from harness.core.ports import Progress
from harness.core.spec import ModelSpec, RunSpec
from harness.operand import Operand, at_each_colon, find_operand
from harness.sources.source import Source

_FITTED = "fit"
"""The option of adapters that may make their model themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointSpec:
    """How a checkpoint comes to be a run: in the place of one of a spec's models."""

    spec: RunSpec
    model: str | None
    """None where the spec has but one model."""
    progress: Callable[[], AbstractContextManager[Progress]]

    def run(self, checkpoint: Path, root: Path) -> Operand:
        """Ask the checkpoint what the spec asks of that model.

        Raises:
            ConfigError: the spec has no such model, or one that no path can be given to.
            StoreError: the run folder cannot be written.
        """
        chosen = self._chosen()
        adapter = chosen.adapter
        if not (isinstance(adapter, Source) and dataclasses.is_dataclass(adapter)):
            raise ConfigError(
                "--spec",
                f"model {chosen.name!r} is not read from a path",
                "name one that is, as --spec SPEC:MODEL",
            )
        own: Any = replace(adapter, **{**_origin(adapter), "path": str(checkpoint)})
        suites = tuple(
            replace(suite, models=(chosen.name,))
            for suite in self.spec.suites
            if chosen.name in suite.models
        )
        spec = replace(
            self.spec,
            name=f"{self.spec.name}: {checkpoint.name}",
            models=(replace(chosen, adapter=own),),
            suites=suites,
            source=self._source(chosen.name, adapter, checkpoint),
            out=str(root),
        )
        with self.progress() as progress:
            return find_operand(str(audit(spec, progress)), root)

    def _source(self, model: str, adapter: Any, checkpoint: Path) -> dict[str, Any]:
        """Return the spec that the manifest keeps, which has to name what was really asked."""
        origin = _origin(adapter)
        tables = {key: self.spec.source.get(key, ()) for key in ("model", "suite")}
        models = [
            {key: value for key, value in table.items() if key not in origin}
            | {"path": str(checkpoint.resolve())}
            for table in _tables(tables["model"])
            if table.get("name") == model
        ]
        suites = [
            table
            for table in _tables(tables["suite"])
            if model in _names(table.get("models", (model,)))
        ]
        return {**self.spec.source, "model": models, "suite": suites}

    def _chosen(self) -> ModelSpec:
        models = {model.name: model for model in self.spec.models}
        if self.model is None and len(models) == 1:
            return self.spec.models[0]
        if self.model is None:
            reason = f"has the models {', '.join(models)}"
            raise ConfigError("--spec", reason, "name one, as --spec SPEC:MODEL")
        if self.model not in models:
            reason = f"the spec has no model named {self.model!r}"
            raise ConfigError("--spec SPEC:MODEL", reason, did_you_mean(self.model, models))
        return models[self.model]


def _origin(adapter: Any) -> dict[str, Any]:
    """Return the options that say where a model comes from, each as if it were not given."""
    own = {field.name: field.default for field in dataclasses.fields(adapter)}
    known = {field.name for field in dataclasses.fields(Source)} | {_FITTED}
    return {name: own[name] for name in own.keys() & known}


def checkpoint_spec(
    name: str, progress: Callable[[], AbstractContextManager[Progress]]
) -> CheckpointSpec:
    """Read ``SPEC`` or ``SPEC:MODEL``.

    Raises:
        ConfigError: it cannot be read, or is wrong.
    """
    parts: list[tuple[str, str | None]] = [(name, None), *at_each_colon(name)]
    path, model = next((part for part in parts if Path(part[0]).is_file()), parts[-1])
    return CheckpointSpec(spec=load_spec(path), model=model, progress=progress)


def find_sides(
    names: Sequence[str], root: Path, checkpoints: CheckpointSpec | None
) -> list[Operand]:
    """Return the sides in order.

    Args:
        names: runs, baselines, ``RUN:MODEL``, or paths of checkpoints.
        root: folder of the run folders.
        checkpoints: how checkpoints are run; None when there are none.

    Raises:
        ConfigError: no such run, or a checkpoint without a spec.
        StoreError: a run cannot be read or kept.
    """
    return [_found(name, root, checkpoints) for name in names]


def _found(name: str, root: Path, checkpoints: CheckpointSpec | None) -> Operand:
    try:
        return find_operand(name, root)
    except ConfigError as error:
        if not Path(name).exists():
            raise
        if checkpoints is None:
            raise ConfigError(
                name,
                "is a path, but no run folder",
                "if it is a checkpoint, give --spec SPEC.toml, whose suites it is to be asked",
            ) from error
    return checkpoints.run(Path(name), root)


def _tables(value: object) -> list[Mapping[str, Any]]:
    entries = value if isinstance(value, list | tuple) else ()
    return [entry for entry in entries if isinstance(entry, Mapping)]


def _names(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else ()
