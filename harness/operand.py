"""What a comparison is asked about: a run, or one model of it, by any of its names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.core.errors import ConfigError, did_you_mean
from harness.core.run import Evaluation, Run
from harness.core.sample_scores import SampleScores
from harness.store.run_folder import find_run, load_unjudged
from harness.store.sample_scores import read_scores


@dataclass(frozen=True, slots=True, kw_only=True)
class Operand:
    """One side of a comparison."""

    run_name: str
    """What the run was called: its folder, id, baseline, ..."""
    folder: Path
    run: Run
    model: str | None
    """The one model that is meant; None for all of them."""

    def evaluations(self) -> tuple[Evaluation, ...]:
        """Return what was asked of the model that is meant, or of all."""
        return tuple(
            done for done in self.run.manifest.evaluations if self.model in (None, done.model)
        )

    def models(self) -> frozenset[str]:
        """Return the names of the models that are meant."""
        return frozenset(done.model for done in self.evaluations())

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
    run_name, folder, model = _parted(name, root)
    run = load_unjudged(folder)
    models = list(dict.fromkeys(done.model for done in run.manifest.evaluations))
    if model is not None and model not in models:
        raise ConfigError(
            name,
            f"the run {run.manifest.run_id} has no model {model!r}",
            did_you_mean(model, models),
        )
    return Operand(run_name=run_name, folder=folder, run=run, model=model)


def _parted(name: str, root: Path) -> tuple[str, Path, str | None]:
    """Return the name of the run, its folder, and the name of the model, which may have colons."""
    parts: list[tuple[str, str | None]] = [(name, None), *at_each_colon(name)]
    errors = []
    for run_name, model in parts:
        try:
            return run_name, find_run(run_name, root), model
        except ConfigError as error:
            errors.append(error)
    # Where there are colons, the part before the first is the likeliest name of a run.
    raise errors[1] if len(errors) > 1 else errors[0]


def at_each_colon(name: str) -> Iterator[tuple[str, str]]:
    """Yield what stands before and after each colon, from the left: models' names have them too."""
    for place, letter in enumerate(name):
        if letter == ":":
            yield name[:place], name[place + 1 :]
