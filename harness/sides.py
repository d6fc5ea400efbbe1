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
from harness.core.abilities import SuiteInRounds
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

    @property
    def is_timed(self) -> bool:
        """Whether a suite has to measure all checkpoints in one run, where they take turns."""
        chosen = self._chosen().name
        return any(
            chosen in suite.models and isinstance(suite.suite, SuiteInRounds)
            for suite in self.spec.suites
        )

    def run(self, checkpoints: Mapping[str, Path], root: Path) -> list[Operand]:
        """Ask the checkpoints what the spec asks of that model, all of them in one run.

        Args:
            checkpoints: by the names that they are to have.
            root: folder of the run folders.

        Returns:
            The run's models, in order.

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
        origin = _origin(adapter)
        models = []
        for name, path in checkpoints.items():
            own: Any = replace(adapter, **{**origin, "path": str(path)})
            models.append(replace(chosen, name=name, adapter=own))
        suites = tuple(
            replace(suite, models=tuple(checkpoints))
            for suite in self.spec.suites
            if chosen.name in suite.models
        )
        what = " and ".join(path.name for path in checkpoints.values())
        spec = replace(
            self.spec,
            name=f"{self.spec.name}: {what}",
            models=tuple(models),
            suites=suites,
            source=self._source(chosen.name, origin, checkpoints),
            out=str(root),
        )
        with self.progress() as progress:
            folder = audit(spec, progress)
        if len(checkpoints) == 1:
            return [find_operand(str(folder), root)]
        return [find_operand(f"{folder}:{name}", root) for name in checkpoints]

    def named(self, checkpoints: Sequence[Path]) -> dict[str, Path]:
        """Name checkpoints as models of one run: ``MODEL:FILE``, numbered where files are alike."""
        model = self._chosen().name
        if len(checkpoints) == 1:
            return {model: checkpoints[0]}
        found: dict[str, Path] = {}
        for path in checkpoints:
            alike = sum(other.name == path.name for other in found.values())
            number = f"-{alike + 1}" if alike else ""
            found[f"{model}:{path.name}{number}"] = path
        return found

    def _source(
        self, model: str, origin: Mapping[str, Any], checkpoints: Mapping[str, Path]
    ) -> dict[str, Any]:
        """Return the spec that the manifest keeps, which has to name what was really asked."""
        tables = {key: _tables(self.spec.source.get(key, ())) for key in ("model", "suite")}
        kept = [
            {key: value for key, value in table.items() if key not in origin}
            for table in tables["model"]
            if table.get("name") == model
        ]
        models = [
            {**table, "name": name, "path": str(path.resolve())}
            for name, path in checkpoints.items()
            for table in kept
        ]
        suites = [
            {**table, "models": list(checkpoints)} if "models" in table else table
            for table in tables["suite"]
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

    Checkpoints are run one after the other; together, as models of one run that take turns, where
    a suite of the spec measures in rounds: a time means little beside one of another hour.

    Args:
        names: runs, baselines, ``RUN:MODEL``, or paths of checkpoints.
        root: folder of the run folders.
        checkpoints: how checkpoints are run; None when there are none.

    Raises:
        ConfigError: no such run, or a checkpoint without a spec.
        StoreError: a run cannot be read or kept.
    """
    if checkpoints is None:
        return [_stored(name, root) for name in names]
    known = [_stored_or_path(name, root) for name in names]
    paths = [side for side in known if isinstance(side, Path)]
    groups = [paths] if checkpoints.is_timed else [[path] for path in paths]
    made = iter(
        [
            operand
            for group in groups
            if group
            for operand in checkpoints.run(checkpoints.named(group), root)
        ]
    )
    return [next(made) if isinstance(side, Path) else side for side in known]


def _stored(name: str, root: Path) -> Operand:
    side = _stored_or_path(name, root)
    if isinstance(side, Operand):
        return side
    reason = "is a path, but no run folder"
    remedy = "if it is a checkpoint, give --spec SPEC.toml, whose suites it is to be asked"
    raise ConfigError(name, reason, remedy)


def _stored_or_path(name: str, root: Path) -> Operand | Path:
    try:
        return find_operand(name, root)
    except ConfigError:
        if not Path(name).exists():
            raise
        return Path(name)


def _tables(value: object) -> list[Mapping[str, Any]]:
    entries = value if isinstance(value, list | tuple) else ()
    return [entry for entry in entries if isinstance(entry, Mapping)]


def _names(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else ()
