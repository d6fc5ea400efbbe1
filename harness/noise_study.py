"""An A/A study: one checkpoint run several times, varied in what must not matter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from harness.audit import audit
from harness.core.abilities import SuiteInRounds
from harness.core.errors import ConfigError, HarnessError, sentence
from harness.core.noise import Noise, NoiseStudy
from harness.core.ports import Progress
from harness.core.run import Evaluation, Manifest, Run, Status
from harness.core.sample_scores import SampleScores
from harness.core.spec import ModelSpec, RunSpec
from harness.engine.noise import Repeat, noise_of
from harness.engine.plan import capability_for
from harness.engine.variation import (
    Variation,
    batch_options,
    is_drawn,
    variation_of,
    with_options,
)
from harness.engine.varied_task import varied
from harness.preparing import Prepared, prepare
from harness.store.noise_studies import write_study
from harness.store.run_folder import load_run_folder, now
from harness.store.sample_scores import read_scores

FEWEST_REPEATS = 2

Key = tuple[str, str]
"""Model and suite."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """One run of the study, as its folder tells it."""

    run: Run
    scores: Mapping[Key, SampleScores]


def study_noise(spec: RunSpec, progress: Progress, *, n_repeats: int = 3) -> Path:
    """Run a spec several times and keep how far every number moves.

    The first run does as the spec says. Each further one asks the samples in another order, in
    batches of another size where the adapter has such an option, and draws tokens with another
    seed where the suite has a temperature. The spec's own seed stays: it draws the samples.

    Args:
        spec: what to run.
        progress: is told how far it has come.
        n_repeats: how often, at least 2.

    Returns:
        The file of the study, below the spec's folder for runs. The runs are kept there as well.

    Raises:
        ConfigError: the spec is wrong, or fewer than two repeats.
        HarnessError: a run is incomplete, or the model is not the same in all of them.
        StoreError: a run or the study cannot be written.
    """
    if n_repeats < FEWEST_REPEATS:
        reason = f"must be at least {FEWEST_REPEATS}, not {n_repeats}"
        raise ConfigError("repeats", reason, "write 3")
    started = now()
    _refuse_rounds(spec)
    # Said before anything is prepared: what is asked of a repeat is never taken from earlier runs.
    # Nor is it a night: it has no place in the history of a line.
    spec = replace(spec, line="", is_repeat=True)
    prepared = prepare(spec, progress)
    kept: list[_Kept] = []
    for repeat in range(n_repeats):
        place = f"A/A {repeat + 1} of {n_repeats}"
        progress.note(place)
        folder = _carry_out(spec, prepared, variation_of(repeat, spec.seed), place, progress)
        kept.append(_checked(folder, place, kept[0].run.manifest if kept else None))
    study = NoiseStudy(
        at=started.isoformat(),
        name=spec.name,
        varied=tuple(_varied(spec, prepared, n_repeats)),
        run_ids=tuple(each.run.manifest.run_id for each in kept),
        noise=tuple(_noise(prepared, kept)),
    )
    return write_study(study, Path(spec.out), spec.secrets)


def _refuse_rounds(spec: RunSpec) -> None:
    """Refuse suites whose rounds tell their own spread; runs of other hours would not add to it."""
    in_rounds = [suite.name for suite in spec.suites if isinstance(suite.suite, SuiteInRounds)]
    if in_rounds:
        raise ConfigError(
            f"suite {in_rounds[0]!r}",
            "measures in rounds that tell their own noise, and has no study of it",
            "compare the checkpoint with itself (harness compare --spec SPEC A A), and study the"
            " other suites with --suite",
        )


def _carry_out(
    spec: RunSpec,
    prepared: Sequence[Prepared],
    variation: Variation | None,
    place: str,
    progress: Progress,
) -> Path:
    named = replace(spec, name=f"{spec.name} ({place})")
    if variation is None:
        return audit(named, progress, prepared=prepared)
    return audit(
        _with_other_batches(named, variation.batch_factor),
        progress,
        prepared=[replace(item, task=varied(item.task, variation)) for item in prepared],
        warnings=(variation.sentence,),
    )


def _with_other_batches(spec: RunSpec, factor: float) -> RunSpec:
    """Change the adapters, and the spec as the run keeps it: a manifest tells what was done."""
    changed = {model.name: batch_options(model.adapter, factor) for model in spec.models}
    tables: Any = spec.source.get("model", ())
    told = [{**table, **changed.get(table.get("name"), {})} for table in tables]
    return replace(
        spec,
        models=tuple(
            replace(model, adapter=with_options(model.adapter, changed[model.name]))
            for model in spec.models
        ),
        source={**spec.source, "model": told} if told else spec.source,
    )


def _checked(folder: Path, place: str, first: Manifest | None) -> _Kept:
    """Read a run back, and refuse what is no repeat of the first.

    Raises:
        HarnessError: it is incomplete, or another checkpoint has answered.
    """
    run = load_run_folder(folder)
    where = f"{place} ({folder})"
    if run.manifest.status is not Status.COMPLETE:
        reason = f"the run is {run.manifest.status}: {_what_is_missing(run.manifest)}"
        raise HarnessError(sentence(where, reason, "see its report, then repeat the study"))
    for done in run.manifest.evaluations:
        before = _of(first, done) if first else done
        if before.model_fingerprint != done.model_fingerprint:
            reason = f"model {done.model!r} is not what it was in the first run of the study"
            remedy = "keep the checkpoint as it is, and leave batch sizes out of its identity"
            raise HarnessError(sentence(where, reason, remedy))
    return _Kept(run, read_scores(folder))


def _what_is_missing(manifest: Manifest) -> str:
    for done in manifest.evaluations:
        if done.error or done.coverage < manifest.min_coverage:
            share = f"{done.coverage:.0%} of its samples have a score"
            return f"{done.suite} on {done.model}: {done.error or share}"
    return "nothing was measured"


def _of(manifest: Manifest, wanted: Evaluation) -> Evaluation:
    return next(
        done
        for done in manifest.evaluations
        if (done.model, done.suite) == (wanted.model, wanted.suite)
    )


def _varied(spec: RunSpec, prepared: Sequence[Prepared], n_repeats: int) -> Iterator[str]:
    """Yield what has really differed between the runs."""
    asked = list(_asked(spec, prepared))
    variations = [variation_of(repeat, spec.seed) for repeat in range(1, n_repeats)]
    factors = [variation.batch_factor for variation in variations if variation]
    if any(batch_options(model.adapter, factor) for model, _ in asked for factor in factors):
        yield "batch size"
    if any(item.task.n_samples > 1 for item in prepared):
        yield "order"
    if any(is_drawn(item.task, capability_for(item.suite, model)) for model, item in asked):
        yield "seed"


def _asked(spec: RunSpec, prepared: Sequence[Prepared]) -> Iterator[tuple[ModelSpec, Prepared]]:
    for item in prepared:
        for model in spec.models:
            if model.name in item.suite.models:
                yield model, item


def _noise(prepared: Sequence[Prepared], kept: Sequence[_Kept]) -> Iterator[Noise]:
    metrics = {item.suite.name: item.task.metrics for item in prepared}
    for done in kept[0].run.manifest.evaluations:
        repeats = [_repeat(each, done.model, done.suite) for each in kept]
        yield from noise_of(repeats, metrics[done.suite])


def _repeat(kept: _Kept, model: str, suite: str) -> Repeat:
    def is_its(thing: Any) -> bool:
        return (thing.model, thing.suite) == (model, suite)

    return Repeat(
        evaluation=next(filter(is_its, kept.run.manifest.evaluations)),
        estimates=tuple(filter(is_its, kept.run.estimates)),
        scores=kept.scores[model, suite],
    )
