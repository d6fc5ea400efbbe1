"""Checks a spec and reads the data of its suites, before any model is loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from harness import registry
from harness.core.abilities import SuiteInRounds
from harness.core.build import Problems
from harness.core.errors import HarnessError
from harness.core.ports import Adapter, Metric, Perturbation, Progress, Task
from harness.core.response import Failure
from harness.core.spec import RunSpec, SuiteSpec
from harness.engine.attacked_task import AttackedTask
from harness.engine.code_hash import suite_hash
from harness.engine.explained_pairs_task import ExplainedPairsTask
from harness.engine.explained_task import ExplainedTask
from harness.engine.explanation_pool import ExplanationCache
from harness.engine.guess_cache import GuessCache
from harness.engine.noted_answers import NotedAnswers
from harness.engine.paraphrasing import Paraphrasing
from harness.engine.perturbed_task import PerturbedTask
from harness.engine.plan import check_capabilities, may_be_written
from harness.sources.lexicons.fetching import lexicons_of
from harness.sources.source import Source

_PAIR_METRICS = ("attack_pairs", "attack_mass", "attack_mass_control", "attack_worth")
"""What is told of pairs, whatever method explains them."""


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
    explanations: ExplanationCache = field(default_factory=ExplanationCache)
    """What models say of its texts with parts masked: shared by the methods that explain it."""
    outcomes: NotedAnswers = field(default_factory=NotedAnswers)
    """What its attack comes to, for suites that explain the texts it finds."""
    taken_over: str = ""
    """The hash of the data that its answers are about, where they are a stored run's and those
    data can no longer be made."""

    @property
    def data_hash(self) -> str:
        """SHA-256 (hex) of what the run's answers are about."""
        return self.taken_over or self.task.data_hash


def prepare(spec: RunSpec, progress: Progress) -> list[Prepared]:
    """Check the spec and read the data of every suite; no model is loaded.

    Raises:
        ConfigError: what is wrong with several suites is told at once.
    """
    check_capabilities(spec)
    problems = Problems()
    adapters = [model.adapter for model in spec.models]
    for adapter in (*adapters, *(judge.adapter for judge in spec.judges)):
        with problems.kept():
            _check_local_files(adapter)
    prepared: dict[str, Prepared | None] = {}
    for suite in spec.suites:
        prepared[suite.name] = None
        with problems.kept():
            needed = [prepared.get(name, suite) for name in (suite.clean, suite.attacked)]
            if None not in needed:  # or else its data are reported
                clean, attacked = prepared.get(suite.clean), prepared.get(suite.attacked)
                prepared[suite.name] = _prepare(suite, spec, progress, clean, attacked)
    problems.raise_any()
    return [item for item in prepared.values() if item is not None]


def _check_local_files(adapter: Adapter) -> None:
    """Miss a model's file now, and not after the models before it have been audited."""
    if isinstance(adapter, Source) and adapter.path is not None:
        adapter.fetch()


def _prepare(
    suite: SuiteSpec,
    spec: RunSpec,
    progress: Progress,
    clean: Prepared | None,
    attacked: Prepared | None,
) -> Prepared:
    if clean is None:
        progress.note(f"{suite.name}: reading data")
    limit = spec.limit if suite.limit is None else min(suite.limit, spec.limit or suite.limit)
    outcomes = attacked.outcomes if attacked is not None else NotedAnswers()
    with _told_of(suite):
        task = suite.suite.prepare(limit=limit, seed=spec.seed) if clean is None else clean.task
        _bring_lexicons(suite)
        if suite.perturbation is not None:
            task = _perturbed(suite.perturbation, task, spec.seed)
        if suite.attack is not None or suite.explainer is not None:
            task = _searched(suite, spec, task, clean, outcomes)
        if suite.forms is not None:
            task = suite.forms.task_of(suite.suite, task, seed=spec.seed)
    asked = [model for model in spec.models if model.name in suite.models]
    return Prepared(
        suite=suite,
        task=task,
        hash=suite_hash(suite.suite, task, filter(None, _added(suite))),
        is_replayed=any(model.adapter_name == "replay" for model in asked),
        limit=limit,
        outcomes=outcomes,
    )


@contextmanager
def _told_of(suite: SuiteSpec) -> Iterator[None]:
    """Name the suite in what is raised: the place is half the message."""
    try:
        yield
    except HarnessError as error:
        error.args = (f"suite {suite.name!r}: {error}",)
        raise


def _searched(
    suite: SuiteSpec, spec: RunSpec, task: Task, clean: Prepared | None, outcomes: NotedAnswers
) -> Task:
    """Return the task that attacks texts, explains them, or explains those that were turned."""
    attack, explainer = suite.attack, suite.explainer
    explanations = clean.explanations if clean is not None else ExplanationCache()
    # A noise study would find none where the second run repeats the words of the first.
    reuses_answers = spec.reuse_answers and not spec.is_repeat
    if attack is not None and explainer is not None:
        return ExplainedPairsTask(
            task=task,
            attack=attack,
            explainer=explainer,
            seed=spec.seed,
            n_explained=suite.n_explained,
            metrics=_pair_metrics(),
            attacked=outcomes,
            cache=explanations,
            reuses_answers=reuses_answers,
        )
    if attack is not None:
        return AttackedTask(
            task=task,
            attack=attack,
            seed=spec.seed,
            cache=clean.guesses if clean is not None else GuessCache(),
            outcomes=outcomes,
            reuses_answers=reuses_answers,
        )
    assert explainer is not None  # one of the two is there
    return ExplainedTask(
        task=task,
        explainer=explainer,
        seed=spec.seed,
        n_explained=suite.n_explained,
        is_written=may_be_written(suite),
        paraphrasing=_paraphrasing(suite, spec.seed),
        n_paraphrased=suite.n_paraphrased,
        cache=explanations,
        reuses_answers=reuses_answers,
    )


def _pair_metrics() -> tuple[Metric, ...]:
    return tuple(registry.find("metrics", name, "explain")() for name in _PAIR_METRICS)


def _paraphrasing(suite: SuiteSpec, seed: int) -> Paraphrasing | None:
    if not suite.paraphrase:
        return None
    return Paraphrasing(perturbations=suite.paraphrase, seed=seed)


def _perturbed(perturbation: Perturbation, clean: Task, seed: int) -> Task:
    task = PerturbedTask(task=clean, perturbation=perturbation, seed=seed)
    task.reword()
    return task


def _added(suite: SuiteSpec) -> tuple[object, ...]:
    """Return what is done to the texts of a suite, or with them."""
    return suite.perturbation, suite.attack, suite.forms, suite.explainer, *suite.paraphrase


def _bring_lexicons(suite: SuiteSpec) -> None:
    """Miss a word list now, and not when its first word is wanted."""
    for lexicon in lexicons_of((suite.suite, *_added(suite))):
        for source in lexicon.sources:
            source.fetch()


def rewrite_texts(
    prepared: Iterable[Prepared],
    known: Mapping[tuple[str, str], Mapping[str, str | Failure]],
    note: Callable[[str], None],
) -> None:
    """Have the texts disturbed that need models of their own, before one is loaded to be asked.

    Args:
        prepared: the suites.
        known: by suite and the hash of its data, by sample id: what has come of texts before.
        note: is told what takes time.

    Raises:
        ConfigError: such a model is set up wrongly.
    """
    for item in prepared:
        if isinstance(item.task, PerturbedTask):
            before = known.get((item.suite.name, item.task.data_hash), {})
            item.task.rewrite(before, note)


def is_in_rounds(item: Prepared) -> bool:
    """Tell whether a suite needs processes of its own; a replay has nothing to time."""
    return isinstance(item.suite.suite, SuiteInRounds) and not item.is_replayed
