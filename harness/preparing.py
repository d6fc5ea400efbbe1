"""Checks a spec and reads the data of its suites, before any model is loaded."""

from __future__ import annotations

from dataclasses import dataclass, field

from harness.core.abilities import SuiteInRounds
from harness.core.build import Problems
from harness.core.errors import HarnessError
from harness.core.ports import Progress, Task
from harness.core.spec import ModelSpec, RunSpec, SuiteSpec
from harness.engine.attacked_task import AttackedTask
from harness.engine.code_hash import suite_hash
from harness.engine.guess_cache import GuessCache
from harness.engine.perturbed_task import PerturbedTask
from harness.engine.plan import check_capabilities
from harness.sources.lexicons.fetching import lexicons_of
from harness.sources.source import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A suite with its data at hand: read, checked and hashed."""

    suite: SuiteSpec
    task: Task
    hash: str
    is_replayed: bool
    """Its models give the answers of a stored run again."""
    limit: int | None
    """The smaller of the spec's and the suite's own."""
    guesses: GuessCache = field(default_factory=GuessCache)
    """What models take its texts for: shared by the attacks on it."""


def prepare(spec: RunSpec, progress: Progress) -> list[Prepared]:
    """Check the spec and read the data of every suite; no model is loaded.

    Raises:
        ConfigError: what is wrong with several suites is told at once.
    """
    check_capabilities(spec)
    problems = Problems()
    for model in spec.models:
        with problems.kept():
            _check_local_files(model)
    prepared: list[Prepared] = []
    for suite in spec.suites:
        with problems.kept():
            clean = next((item for item in prepared if item.suite.name == suite.clean), None)
            prepared.append(_prepare(suite, spec, progress, clean))
    problems.raise_any()
    return prepared


def _check_local_files(model: ModelSpec) -> None:
    """Miss a model's file now, and not after the models before it have been audited."""
    if isinstance(model.adapter, Source) and model.adapter.path is not None:
        model.adapter.fetch()


def _prepare(
    suite: SuiteSpec, spec: RunSpec, progress: Progress, clean: Prepared | None
) -> Prepared:
    progress.note(f"{suite.name}: reading data")
    limit = spec.limit if suite.limit is None else min(suite.limit, spec.limit or suite.limit)
    try:
        task = suite.suite.prepare(limit=limit, seed=spec.seed) if clean is None else clean.task
        _bring_lexicons(suite)
    except HarnessError as error:
        # The place is half the message: say which suite's data it was.
        error.args = (f"suite {suite.name!r}: {error}",)
        raise
    if suite.perturbation is not None:
        task = PerturbedTask(task=task, perturbation=suite.perturbation, seed=spec.seed)
    if suite.attack is not None:
        cache = clean.guesses if clean is not None else GuessCache()
        task = AttackedTask(
            task=task,
            attack=suite.attack,
            seed=spec.seed,
            cache=cache,
            # A noise study would find none where the second run repeats the words of the first.
            reuses_answers=spec.reuse_answers and not spec.is_repeat,
        )
    asked = [model for model in spec.models if model.name in suite.models]
    return Prepared(
        suite=suite,
        task=task,
        hash=suite_hash(suite.suite, task, filter(None, (suite.perturbation, suite.attack))),
        is_replayed=any(model.adapter_name == "replay" for model in asked),
        limit=limit,
    )


def _bring_lexicons(suite: SuiteSpec) -> None:
    """Miss a word list now, and not when its first word is wanted."""
    for lexicon in lexicons_of((suite.suite, suite.perturbation, suite.attack)):
        for source in lexicon.sources:
            source.fetch()


def is_in_rounds(item: Prepared) -> bool:
    """Tell whether a suite needs processes of its own; a replay has nothing to time."""
    return isinstance(item.suite.suite, SuiteInRounds) and not item.is_replayed
