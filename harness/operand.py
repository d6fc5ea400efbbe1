"""What a comparison is asked about: a run, or one model of it, by any of its names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.core.errors import ConfigError, did_you_mean
from harness.core.run import Evaluation, Run
from harness.core.sample_scores import SampleScores
from harness.store.run_folder import find_run, load_run_folder
from harness.store.sample_scores import read_scores


@dataclass(frozen=True, slots=True, kw_only=True)
class Operand:
    """One side of a comparison."""

    name: str
    """As it was given."""
    folder: Path
    run: Run
    model: str | None
    """The one model that is meant; None for all of them."""

    def evaluations(self) -> tuple[Evaluation, ...]:
        """Return what was asked of the model that is meant, or of all."""
        return tuple(
            done for done in self.run.manifest.evaluations if self.model in (None, done.model)
        )

    def scores(self) -> Mapping[tuple[str, str], SampleScores]:
        """Read the statistics of every sample, by (model, suite)."""
        return read_scores(self.folder)


def find_operand(name: str, root: Path) -> Operand:
    """Find a side by ``RUN`` or ``RUN:MODEL``.

    Args:
        name: a run by folder, id, start of an id, baseline or ``latest``; after a colon, the name
            of one of its models.
        root: folder of the run folders.

    Raises:
        ConfigError: there is no such run, or no such model in it.
        StoreError: the run cannot be read.
    """
    try:
        folder, model = find_run(name, root), None
    except ConfigError:
        run_name, colon, model = name.rpartition(":")
        if not colon:
            raise
        folder = find_run(run_name, root)
    run = load_run_folder(folder)
    models = list(dict.fromkeys(done.model for done in run.manifest.evaluations))
    if model is not None and model not in models:
        raise ConfigError(
            name,
            f"the run {run.manifest.run_id} has no model {model!r}",
            did_you_mean(model, models),
        )
    return Operand(name=name, folder=folder, run=run, model=model)
