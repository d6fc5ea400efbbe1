"""Carrying out a spec from Python."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from harness.audit import audit
from harness.config import load_spec
from harness.core.ports import Progress
from harness.core.spec import RunSpec
from harness.overrides import overridden
from harness.result import Result, load_run


class Silent:
    """Shows no progress."""

    def begin(self, model: str, suite: str, n_samples: int) -> None:
        """Say nothing."""

    def advance(self, *, failed: bool) -> None:
        """Say nothing."""

    def note(self, text: str) -> None:
        """Say nothing."""


def run(
    spec: str | Path | RunSpec,
    *,
    models: Sequence[str] = (),
    suites: Sequence[str] = (),
    limit: int | None = None,
    seed: int | None = None,
    out: str | Path | None = None,
    progress: Progress | None = None,
) -> Result:
    """Carry out a spec.

    Args:
        spec: path of a TOML file, or a spec already loaded.
        models: names of the models to ask; all when empty.
        suites: names of the suites to run; all when empty.
        limit: samples per suite, drawn with the seed; the spec's own when None.
        seed: in place of the spec's.
        out: folder for run folders, in place of the spec's.
        progress: is told how far the run has come; silent when None.

    Returns:
        The run, with ``to_frame()`` and ``samples()``; its report shows itself in a notebook.

    Raises:
        ConfigError: the spec or its data are wrong.
        StoreError: the run folder cannot be written.
    """
    loaded = overridden(
        spec if isinstance(spec, RunSpec) else load_spec(spec),
        models=models,
        suites=suites,
        limit=limit,
        seed=seed,
        out=None if out is None else str(out),
    )
    return load_run(audit(loaded, progress or Silent()))
