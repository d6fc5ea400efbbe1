"""Counts the answers of an evaluation as they come, and what they tell beside their scores."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from harness.core.profile import Profile
from harness.core.response import Failure, failure_of
from harness.core.run import Record
from harness.engine.breakdown import BROKE_DOWN


@dataclass(slots=True)
class Tally:
    """Running totals of one evaluation."""

    failures: Counter[str] = field(default_factory=Counter)
    first_failures: dict[str, str] = field(default_factory=dict)
    """By kind, what was said of the first answer that failed so."""
    n_answered: int = 0
    n_unreadable: int = 0
    n_input_tokens: int = 0
    n_output_tokens: int = 0
    tier: str = ""
    """Where the clock stood, if anything was timed."""
    unstable: dict[str, list[str]] = field(default_factory=dict)
    """By load point, what the rounds tell of an unsteady machine."""
    breaches: dict[str, list[str]] = field(default_factory=dict)
    """By load point, what the rounds tell of figures that cannot be judged by."""
    first_unscored: str = ""
    """Why the first answer that has no score has none."""
    first_defect: str = ""
    """What the suite or a metric broke down on first."""

    def add(self, record: Record) -> None:
        """Count one answer."""
        answer = record.answer
        failure = failure_of(answer)
        if failure is not None:
            self.failures[failure.kind] += 1
            self.first_failures[failure.kind] = (
                self.first_failures.get(failure.kind) or failure.message
            )
        if isinstance(answer, Failure):
            return
        self.n_answered += failure is None
        self.n_unreadable += bool(record.unscored and not record.scores)
        if answer.usage is not None:
            self.n_input_tokens += answer.usage.n_input_tokens or 0
            self.n_output_tokens += answer.usage.n_output_tokens or 0
        if isinstance(answer.output, Profile):
            self._add_profile(record.sample.id, answer.output)
        for reason in record.unscored.values():
            self.first_unscored = self.first_unscored or reason
            if BROKE_DOWN in reason:
                self.first_defect = self.first_defect or reason

    def _add_profile(self, round_id: str, profile: Profile) -> None:
        self.tier = profile.tier.value
        for point in profile.points:
            for told, own in ((self.unstable, point.unstable), (self.breaches, point.breaches)):
                if own:
                    texts = told.setdefault(point.load.key, [])
                    texts += [f"{round_id}: {text}" for text in own]

    @property
    def failures_told(self) -> str:
        """How many answers failed, and what was said of the first of the commonest kind."""
        n = self.failures.total()
        told = f"{n} samples failed"
        if not n:
            return told
        kind, n_alike = self.failures.most_common(1)[0]
        which = (
            "the first" if n_alike == n else f"{n_alike} of them as '{kind}', the first of these"
        )
        message = self.first_failures[kind]
        return f"{told}, {which} so: {message}" if message else told

    @property
    def warnings(self) -> Iterator[str]:
        """A sentence for each load point whose figures are to be taken with care."""
        for what, told in (("was not steady", self.unstable), ("is not valid", self.breaches)):
            for load, texts in told.items():
                more = f" (and {len(texts) - 1} more)" if len(texts) > 1 else ""
                yield f"{load} {what}: {texts[0]}{more}"
