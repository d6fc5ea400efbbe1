"""Taking up a run that was killed: its answers are kept, if they answer the same questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harness.core.errors import ConfigError
from harness.core.identity import Identity
from harness.core.response import Response
from harness.core.run import Manifest, Status
from harness.engine.execute import Answered
from harness.store.run_folder import load_run_folder


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a killed run has left."""

    answers: Mapping[tuple[str, str], list[Answered]] = field(default_factory=dict)
    """By (model, suite). Failures are not among them: they are asked again."""
    fingerprints: Mapping[str, str] = field(default_factory=dict)

    def check_model(self, name: str, identity: Identity) -> None:
        """Refuse to mix the answers of two models.

        Raises:
            ConfigError: the model loaded now is another than the one that answered then.
        """
        before = self.fingerprints.get(name, identity.fingerprint)
        if before != identity.fingerprint:
            raise ConfigError(
                "--resume",
                f"model {name!r} is not the one that answered before (fingerprint {before[:12]},"
                f" now {identity.fingerprint[:12]})",
                "start a new run",
            )


def read_earlier(folder: Path, planned: Manifest) -> Earlier:
    """Read the run to be resumed.

    Raises:
        ConfigError: it is complete, or the spec now asks something else.
        StoreError: it cannot be read.
    """
    run = load_run_folder(folder)
    if run.manifest.status is Status.COMPLETE:
        raise ConfigError("--resume", f"{folder} is complete", "start a new run")
    before = {
        (done.model, done.suite): (done.suite_hash, done.data_hash)
        for done in run.manifest.evaluations
    }
    for plan in planned.evaluations:
        key = (plan.model, plan.suite)
        if before.get(key, (plan.suite_hash, plan.data_hash)) != (plan.suite_hash, plan.data_hash):
            raise ConfigError(
                "--resume",
                f"suite {plan.suite!r} or its data have changed since {folder}",
                "start a new run",
            )
    answers: dict[tuple[str, str], list[Answered]] = {}
    for record in run.records:
        if isinstance(record.answer, Response):
            kept = Answered(record.sample, record.payload, record.answer, is_new=False)
            answers.setdefault((record.model, record.suite), []).append(kept)
    fingerprints = {name: parts["fingerprint"] for name, parts in run.manifest.models.items()}
    return Earlier(answers, fingerprints)
