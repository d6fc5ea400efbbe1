"""A task whose texts a search changes until the model is wrong; the samples are its own."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from harness.core.attacked import Attacked, Outcome
from harness.core.capability import Capability
from harness.core.identity import hash_json
from harness.core.open_text import version_of_open_text, version_of_open_texts
from harness.core.ports import Attack, Metric, Session
from harness.core.request import AttackText
from harness.core.response import Failure, FailureKind, Output
from harness.core.sample import Sample
from harness.core.score import Unscored
from harness.engine.attack_course import Answer, course_of
from harness.engine.driven_texts import DrivenTexts
from harness.engine.guess_cache import GuessCache
from harness.engine.guessing import Guessing, Question, Told
from harness.engine.kept_answers import kept_answers
from harness.engine.lock_step import Room
from harness.engine.noted_answers import NotedAnswers
from harness.engine.pooled_drive import ROOM, driven

_OUTCOMES = 2
"""Version of what a search's end is taken for. 2: a text that the attack knows no change of is a
failure, where it was a model that stood its ground."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttackedTask(DrivenTexts):
    """The same samples by the same ids, so that each is the twin of a clean one."""

    attack: Attack
    cache: GuessCache = field(default_factory=GuessCache)
    """Shared by all attacks on the task."""
    room: Room[Question] = ROOM
    outcomes: NotedAnswers = field(default_factory=NotedAnswers)
    """Kept for suites that explain the texts that were found."""
    _has_no_change: list[bool] = field(default_factory=list, init=False)
    """Of each search that ended since the last remarks: whether there was nothing to change."""

    @property
    def data_hash(self) -> str:
        """SHA-256 (hex) of the task's data and of what is done to them."""
        return hash_json(
            {
                "clean": self.task.data_hash,
                "attack": self._version(version_of_open_texts(self.task)),
            }
        )

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The attack's."""
        return self.attack.metrics

    def ask(self, sample: Sample, capability: Capability) -> AttackText:
        """Return the order to attack a sample: what is kept on record, and never sent."""
        return AttackText(
            capability=capability,
            text=sample.text,
            attack=self.attack.label,
            version=self._version(version_of_open_text(sample))[:16],
            question=self.question_of(sample, capability),
        )

    def read(self, sample: Sample, output: Output) -> Output | Unscored:
        """Return the outcome as it is."""
        del sample
        if isinstance(output, Attacked):
            return output
        return Unscored(f"{type(output).__name__} is no outcome of an attack")

    def drive(
        self,
        samples: Iterable[Sample],
        session: Session,
        capability: Capability,
        note: Callable[[str], None],
    ) -> Iterator[tuple[Sample, Answer]]:
        """Attack all samples in lock step; see ``DrivenTask.drive``.

        Raises:
            AdapterError: the model is gone.
            DataError: the recipe's word lists cannot be had.
        """
        kept = kept_answers(session) if self.reuses_answers else None
        guessing = Guessing(
            task=self.task,
            session=session,
            capability=capability,
            known=self.cache.of(session.identity.fingerprint),
            kept=kept,
        )
        # A recipe that keeps more of each text than its characters says by how much.
        most = self.room.most_weight / getattr(self.attack, "weight", 1)
        room = replace(self.room, most_weight=most)
        courses = map(self._course, samples)
        self._learnt.extend((yield from driven(courses, guessing, room, note, "searches")))

    def remarks(self) -> Sequence[str]:
        """Tell what was known from earlier runs, and where the attack could change nothing."""
        n, n_without = len(self._has_no_change), sum(self._has_no_change)
        self._has_no_change.clear()
        if n_without:
            self._learnt.append(
                f"{self.attack.label} could change nothing in {n_without} of {n} texts that the"
                " model was right about; those are failures: no rate counts them, and accuracies"
                " here are lower for it"
            )
        return super(AttackedTask, self).remarks()

    def note_answer(self, fingerprint: str, sample: Sample, answer: Answer) -> None:
        """Keep what the attack has come to on a sample, now or in the run that is resumed."""
        if sample.targets and _is_searched(answer):
            self._has_no_change.append(isinstance(answer, Failure))
        self.outcomes.note(fingerprint, sample.id, answer)

    def _course(self, sample: Sample) -> Generator[Question, Told, tuple[Sample, Answer]]:
        return sample, (yield from course_of(self.attack, self.seed, sample))

    def _version(self, of_texts: Mapping[str, str]) -> str:
        return hash_json(
            {
                "attack": self.attack.label,
                "signature": dict(self.attack.signature),
                "seed": self.seed,
                "outcomes": _OUTCOMES,
                **of_texts,
            }
        )


def _is_searched(answer: Answer) -> bool:
    """Tell whether a search has come to its end, if only as it had nothing to change."""
    if isinstance(answer, Failure):
        return answer.kind is FailureKind.UNDISTURBED
    return isinstance(answer.output, Attacked) and answer.output.outcome is not Outcome.SKIPPED
