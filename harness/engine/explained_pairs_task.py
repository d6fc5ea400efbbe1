"""A task whose texts an attack has turned: some of them are explained beside what they were."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from harness.core.attacked import Attacked, Outcome
from harness.core.capability import Capability
from harness.core.explained_pair import ExplainedPair, Fate
from harness.core.explainer import Explainer
from harness.core.identity import hash_json
from harness.core.open_text import version_of_open_text, version_of_open_texts
from harness.core.ports import Attack, Metric, Session
from harness.core.request import ExplainText
from harness.core.response import Failure, FailureKind, Output, Response
from harness.core.sample import Sample
from harness.core.score import Unscored
from harness.engine.driven_texts import DrivenTexts
from harness.engine.explanation_pool import ExplanationCache, ExplanationPool, Question, Told
from harness.engine.kept_answers import kept_answers
from harness.engine.lock_step import Room
from harness.engine.noted_answers import NotedAnswers
from harness.engine.pair_course import pair_course
from harness.engine.pooled_drive import ROOM, driven

Answer = Response | Failure


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedPairsTask(DrivenTexts):
    """The samples of an attacked task; a draw of those that the attack has turned is explained.

    The attacked suite is carried out before, and its answers are noted as they come: new ones as
    those that a resumed run takes over. Nothing is searched for again.
    """

    attack: Attack
    explainer: Explainer
    n_explained: int
    """Most pairs; the same ones for every method."""
    metrics: tuple[Metric, ...]
    attacked: NotedAnswers = field(default_factory=NotedAnswers)
    """What the attack has come to."""
    cache: ExplanationCache = field(default_factory=ExplanationCache)
    """Shared by all that explains texts of the task."""
    room: Room[Question] = ROOM
    _own: NotedAnswers = field(default_factory=NotedAnswers, init=False)

    @property
    def data_hash(self) -> str:
        """SHA-256 (hex) of the task's data, the attack, what is drawn, and the method."""
        return hash_json(
            {
                "clean": self.task.data_hash,
                "pairs": self._version(version_of_open_texts(self.task)),
                "n_explained": self.n_explained,
            }
        )

    def ask(self, sample: Sample, capability: Capability) -> ExplainText:
        """Return the order to explain a pair: what is kept on record, and never sent."""
        return ExplainText(
            capability=capability,
            text=sample.text,
            explainer=self.explainer.label,
            version=self._version(version_of_open_text(sample))[:16],
            attack=self.attack.label,
            found=hash_json(self._search(version_of_open_text(sample)))[:16],
            question=self.question_of(sample, capability),
        )

    def read(self, sample: Sample, output: Output) -> Output | Unscored:
        """Return the pair as it is."""
        del sample
        if isinstance(output, ExplainedPair):
            return output
        return Unscored(f"{type(output).__name__} is no explained pair")

    def note_answer(self, fingerprint: str, sample: Sample, answer: Answer) -> None:
        """Keep which samples are explained: of a run that is resumed they count among the most."""
        self._own.note(fingerprint, sample.id, answer)

    def drive(
        self,
        samples: Iterable[Sample],
        session: Session,
        capability: Capability,
        note: Callable[[str], None],
    ) -> Iterator[tuple[Sample, Answer]]:
        """Explain both sides of all pairs in lock step; see ``DrivenTask.drive``.

        Raises:
            AdapterError: the model is gone.
            HarnessError: what the method needs cannot be had.
        """
        fingerprint = session.identity.fingerprint
        still_open = {sample.id: sample for sample in samples}
        found = self.attacked.of(fingerprint)
        turned = {name: found[name] for name in still_open if _is_turned(found.get(name))}
        drawn = self._drawn(turned, self._n_done(fingerprint, still_open))
        for name, sample in still_open.items():
            if name not in drawn:
                yield sample, self._unexplained(found.get(name))
        pool = ExplanationPool(
            task=self.task,
            session=session,
            capability=capability,
            known=self.cache.of(fingerprint),
            kept=kept_answers(session) if self.reuses_answers else None,
        )
        courses = (self._course(still_open[name], turned[name]) for name in drawn)
        self._learnt.extend((yield from driven(courses, pool, self.room, note, "explanations")))

    def _drawn(self, turned: Collection[str], n_done: int) -> list[str]:
        """Draw without a look at what came of them; an order of all samples serves every method."""
        names = [sample.id for sample in self.task.samples()]
        rng = random.Random(f"{self.seed}/explained pairs")  # noqa: S311 - no secret
        order = (names[place] for place in rng.sample(range(len(names)), len(names)))
        return [name for name in order if name in turned][: max(0, self.n_explained - n_done)]

    def _n_done(self, fingerprint: str, still_open: Collection[str]) -> int:
        """Count the pairs that the run that is resumed has explained."""
        return sum(
            isinstance(answer, ExplainedPair) and answer.fate is Fate.EXPLAINED
            for name, answer in self._own.of(fingerprint).items()
            if name not in still_open
        )

    def _unexplained(self, outcome: Output | Failure | None) -> Answer:
        """Return what a sample comes to of which no pair is explained."""
        if isinstance(outcome, Attacked):
            fate = Fate.NOT_DRAWN if _is_turned(outcome) else Fate.NOT_TURNED
            return Response(output=ExplainedPair(fate=fate))
        who = f"the attack {self.attack.label}"
        if isinstance(outcome, Failure):
            return Failure(kind=outcome.kind, message=f"{who}: {outcome.message}")
        reason = f"{who} was not carried out on this text"
        return Failure(kind=FailureKind.MISSING, message=reason)

    def _course(
        self, sample: Sample, attacked: Output | Failure
    ) -> Generator[Question, Told, tuple[Sample, Answer]]:
        assert isinstance(attacked, Attacked)  # nothing else has turned an answer
        answer = yield from pair_course(self.explainer, self.seed, sample, attacked)
        return sample, answer

    def _version(self, of_texts: Mapping[str, str]) -> str:
        return hash_json(
            {
                **self._search(of_texts),
                "explainer": self.explainer.label,
                "signature": dict(self.explainer.signature),
            }
        )

    def _search(self, of_texts: Mapping[str, str]) -> dict[str, object]:
        return {
            "attack": self.attack.label,
            "attack_signature": dict(self.attack.signature),
            "seed": self.seed,
            **of_texts,
        }


def _is_turned(outcome: Output | Failure | None) -> bool:
    return isinstance(outcome, Attacked) and outcome.outcome is Outcome.SUCCEEDED
