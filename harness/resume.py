"""Taking up a run that was killed: its answers are kept, if they answer the same questions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from harness.core.errors import ConfigError
from harness.core.identity import Identity
from harness.core.judge import Judge
from harness.core.machine import hardware_key, machine_of
from harness.core.response import Failure, FailureKind, Response, failure_of
from harness.core.run import Evaluation, Manifest, Run, Status
from harness.core.text_measures import PairMeasured
from harness.engine.execute import Answered
from harness.store.run_folder import load_run_folder
from harness.store.text_measures_file import Marks, read_text_measures


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """What a killed run has left."""

    manifest: Manifest | None = None
    answers: Mapping[tuple[str, str], Iterable[Answered]] = field(default_factory=dict)
    """By (model, suite). Failures are not among them, nor rounds that ended early: they are asked
    again."""
    measured: Mapping[Marks, PairMeasured] = field(default_factory=dict)
    """What judges have said of its texts."""
    texts: Mapping[tuple[str, str], Mapping[str, str | Failure]] = field(default_factory=dict)
    """By suite and the hash of its data, by sample id: what has come of its texts."""
    judges: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Identity parts by the name of a judge, of those that were asked."""
    text_measures: Mapping[str, str] = field(default_factory=dict)
    """Name of the judge by what it has measured of texts."""

    @property
    def models(self) -> Mapping[str, Mapping[str, str]]:
        """Identity parts by model name, of the models that were loaded."""
        return self.manifest.models if self.manifest else {}

    @property
    def line(self) -> str:
        """Name of the nightly line that the run belongs to; empty for none."""
        return self.manifest.line if self.manifest else ""

    @property
    def is_repeat(self) -> bool:
        """Whether the run is one of a noise study."""
        return self.manifest is not None and self.manifest.is_repeat

    @property
    def rescored_from(self) -> str:
        """Id of the run whose answers these are; empty for a run that asked its models."""
        return self.manifest.rescored_from if self.manifest else ""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was said of such a run from the start, and holds for it still."""
        is_special = self.is_repeat or bool(self.rescored_from)
        return self.manifest.warnings if self.manifest and is_special else ()

    def check_machine(self, now: Manifest, in_rounds: Collection[str]) -> None:
        """Refuse to mix times that two machines have taken.

        Args:
            now: the run as it is taken up.
            in_rounds: names of the suites whose answers hang on the machine.

        Raises:
            ConfigError: some of them are answered, and the machine is another than it was then.
        """
        if self.manifest is None or hardware_key(self.manifest) == hardware_key(now):
            return
        timed = sorted({suite for _, suite in self.answers if suite in in_rounds})
        if not timed:
            return
        before, after = machine_of(self.manifest), machine_of(now)
        name = min(key for key in {*before, *after} if before.get(key) != after.get(key))
        raise ConfigError(
            "--resume",
            f"rounds of suite {timed[0]!r} were timed on another machine ({name} was"
            f" {before.get(name, 'not there')}, and is {after.get(name, 'not there')})",
            "take it up as then, or start a new run",
        )

    def check_model(self, name: str, identity: Identity) -> None:
        """Refuse to mix the answers of two models.

        Raises:
            ConfigError: the model loaded now is another than the one that answered then.
        """
        _check_same("model", name, self.models, identity.fingerprint)

    def with_judges(self, now: Manifest, judges: Iterable[Judge]) -> Manifest:
        """Return the manifest with what the judges are that have been asked.

        Raises:
            ConfigError: one of them is another than the one that was asked then.
        """
        known = dict(now.judges)
        for judge in judges:
            if judge.identity is not None:
                fingerprint = judge.identity.fingerprint
                _check_same("judge", judge.name, self.judges, fingerprint)
                own = {"adapter": judge.adapter_name, "fingerprint": fingerprint}
                known[judge.name] = {**judge.identity.parts, **own}
        return replace(now, judges=known)


def _check_same(
    kind: str, name: str, known: Mapping[str, Mapping[str, str]], fingerprint: str
) -> None:
    before = known.get(name, {}).get("fingerprint", fingerprint)
    if before != fingerprint:
        raise ConfigError(
            "--resume",
            f"{kind} {name!r} is not the one that answered before (fingerprint {before[:12]},"
            f" now {fingerprint[:12]})",
            "start a new run",
        )


def read_earlier(folder: Path, planned: Iterable[Evaluation], seed: int) -> Earlier:
    """Read the run to be resumed.

    Args:
        folder: the run.
        planned: what the spec asks now.
        seed: of the spec now.

    Raises:
        ConfigError: it is complete, or the spec now asks something else.
        StoreError: it cannot be read.
    """
    run = load_run_folder(folder)
    if run.manifest.status is Status.COMPLETE:
        raise ConfigError("--resume", f"{folder} is complete", "start a new run")
    if run.manifest.seed != seed:
        reason = f"the seed was {run.manifest.seed}, and is {seed}"
        raise ConfigError("--resume", reason, f"give --seed {run.manifest.seed}")
    before = {(done.model, done.suite): done for done in run.manifest.evaluations}
    now = {(plan.model, plan.suite): plan for plan in planned}
    if before.keys() != now.keys():
        others = ", ".join(
            sorted(f"{suite} on {model}" for model, suite in before.keys() ^ now.keys())
        )
        raise ConfigError(
            "--resume",
            f"the run and the spec differ by {others}",
            "give the same --model and --suite as then, or start a new run",
        )
    for key, plan in now.items():
        _check_same_question(before[key], plan)
    answers: dict[tuple[str, str], dict[str, Answered]] = {}
    for record in run.records:
        if isinstance(record.answer, Response) and failure_of(record.answer) is None:
            kept = Answered(record.sample, record.payload, record.answer, is_new=False)
            answers.setdefault((record.model, record.suite), {})[record.sample.id] = kept
    return Earlier(
        manifest=run.manifest,
        answers={key: own.values() for key, own in answers.items()},
        measured=read_text_measures(folder),
        texts=_texts_of(run, is_failed_again=True),
        judges=run.manifest.judges,
        text_measures=run.manifest.text_measures,
    )


def inherited(folder: Path) -> Earlier:
    """Read what a run that is scored again has made of texts by models that are not asked again.

    Args:
        folder: the run whose answers are given again.

    Raises:
        StoreError: it cannot be read.
    """
    run = load_run_folder(folder)
    return Earlier(
        measured=read_text_measures(folder),
        texts=_texts_of(run, is_failed_again=False),
        judges=run.manifest.judges,
        text_measures=run.manifest.text_measures,
    )


def _texts_of(
    run: Run, *, is_failed_again: bool
) -> dict[tuple[str, str], dict[str, str | Failure]]:
    """Return the texts of perturbed suites that judges had a part in.

    Args:
        run: as stored.
        is_failed_again: leave out texts that could not be disturbed, so that it is tried again.
    """
    hashes = {
        done.suite: done.data_hash
        for done in run.manifest.evaluations
        if done.perturbation and done.judges
    }
    found: dict[tuple[str, str], dict[str, str | Failure]] = {}
    for record in run.records if hashes else ():
        if record.suite not in hashes:
            continue
        own = found.setdefault((record.suite, hashes[record.suite]), {})
        answer = record.answer
        if not (isinstance(answer, Failure) and answer.kind is FailureKind.UNDISTURBED):
            own[record.sample.id] = record.sample.text
        elif not is_failed_again:
            own.setdefault(record.sample.id, answer)
    return found


def _check_same_question(before: Evaluation, now: Evaluation) -> None:
    if (before.suite_hash, before.data_hash) != (now.suite_hash, now.data_hash):
        reason = f"suite {now.suite!r} or its data have changed since"
        raise ConfigError("--resume", reason, "start a new run")
    if (before.n_samples, before.capability) != (now.n_samples, now.capability):
        raise ConfigError(
            "--resume",
            f"suite {now.suite!r} asked {before.n_samples} samples of a model that"
            f" {before.capability}, and now {now.n_samples} of one that {now.capability}",
            "use the same limit and options, or start a new run",
        )
