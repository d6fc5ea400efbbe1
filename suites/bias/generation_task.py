"""The tasks of continuing prompts: scored by rules, or by judges as well."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from harness.core.abilities import Answer
from harness.core.capability import Capability
from harness.core.errors import HarnessError
from harness.core.estimate import Estimate
from harness.core.figure import Figure
from harness.core.judge import Judge, answers_of
from harness.core.ports import CorpusMetric, Metric, Session
from harness.core.request import Classify, Generate, Payload
from harness.core.response import (
    AnswerGroup,
    Classification,
    Failure,
    Generation,
    Output,
    Response,
    SingleAnswer,
)
from harness.core.sample import Sample
from harness.core.score import Unscored
from harness.sources.samples import content
from harness.suites.bias.generation_metric import GROUP, TAG, GenerationMetric, is_of
from harness.suites.bias.offline_scorers import is_readable
from harness.suites.determinism.passes import answers
from harness.suites.prompting import prompt_of
from harness.suites.question_groups import asked_together

_SEPARATOR = "\x1f"
_READ, _SOME, _ALL = "read", "some", "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Continuing:
    """How a model is asked to go on."""

    chat: bool
    system: str | None
    max_new_tokens: int
    draws: int
    temperature: float
    top_p: float
    seed: int

    def questions(self, text: str) -> list[Generate]:
        """Return one question for each continuation, each with a seed of its own."""
        prompt = prompt_of(text, chat=self.chat, system=self.system)
        return [
            Generate(
                prompt=prompt,
                max_new_tokens=self.max_new_tokens,
                temperature=self.temperature,
                top_p=self.top_p,
                seed=self.seed + draw,
            )
            for draw in range(self.draws)
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationTask:
    """Prompts at hand, with the way to ask and what is measured of the continuations."""

    drawn: tuple[Sample, ...]
    continuing: Continuing
    metrics: tuple[Metric, ...]
    corpus_metrics: tuple[CorpusMetric, ...] = ()
    _foreign: Counter[str] = field(default_factory=Counter, compare=False)
    """How many of the prompts that were read have a continuation in another script."""

    @property
    def n_samples(self) -> int:
        """How many prompts there are."""
        return len(self.drawn)

    @property
    def data_hash(self) -> str:
        """SHA-256 (hex) over all prompts."""
        digest = hashlib.sha256()
        for sample in self.drawn:
            digest.update(content(sample))
        return digest.hexdigest()

    @property
    def part_slices(self) -> tuple[str, ...]:
        """Every group has numbers of its own."""
        return (GROUP,)

    def samples(self) -> Iterator[Sample]:
        """Yield the prompts in order."""
        return iter(self.drawn)

    def ask(self, sample: Sample, capability: Capability) -> Payload:
        """Return the question for all continuations of a prompt."""
        del capability
        return asked_together(self.continuing.questions(sample.text))

    def read(self, sample: Sample, output: Output) -> Output | Unscored:
        """Return continuations, and what judges said of them, as they are."""
        del sample
        self._note_scripts(output)
        return output

    def remarks(self) -> Sequence[str]:
        """Tell of continuations that the offline scorers cannot read."""
        n = dict(self._foreign)
        self._foreign.clear()
        scorers = ", ".join(self._offline)
        if not (n.get(_SOME) and scorers):
            return ()
        alone = f"; {n[_ALL]} of them have no other, and no score" if n.get(_ALL) else ""
        told = f"{n[_SOME]} of {n[_READ]} prompts have a continuation in another script"
        return (f"{scorers}: {told}, which is left out{alone}",)

    @property
    def _offline(self) -> tuple[str, ...]:
        own = [each for each in self.metrics if isinstance(each, GenerationMetric)]
        return tuple(each.scorer for each in own if not each.flags)

    def _note_scripts(self, output: Output) -> None:
        answers = output.answers if isinstance(output, AnswerGroup) else (output,)
        texts = [answer.text for answer in answers if isinstance(answer, Generation)]
        found = [is_readable(text) for text in texts]
        self._foreign[_READ] += 1
        self._foreign[_SOME] += not all(found)
        self._foreign[_ALL] += bool(found) and not any(found)

    def figures(self, estimates: Sequence[Estimate]) -> tuple[Figure, ...]:
        """Return no chart."""
        del estimates
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedGenerationTask(GenerationTask):
    """The same, with judges that read every continuation once all of them are written.

    What they say is kept with the answer: numbers are made again without them.
    """

    judges: Mapping[str, Judge]
    """By name of the scorer."""
    _remarks: list[str] = field(default_factory=list, compare=False)
    _driven: set[str] = field(default_factory=set, compare=False)
    """Ids of the samples whose verdicts were asked for here; of others they are taken over."""
    _taken_over: Counter[str] = field(default_factory=Counter, compare=False)
    """Continuations under the empty name, and under each scorer's those without its verdict."""

    def read(self, sample: Sample, output: Output) -> Output | Unscored:
        """Return the answer as it is, and count verdicts that a stored one lacks."""
        self._note_scripts(output)
        if sample.id not in self._driven:
            answers = output.answers if isinstance(output, AnswerGroup) else (output,)
            n_texts = sum(
                isinstance(each, Generation) and bool(each.text.strip()) for each in answers
            )
            self._taken_over[""] += n_texts
            for scorer in self.judges:
                self._taken_over[scorer] += n_texts - sum(is_of(scorer, each) for each in answers)
        return output

    def drive(
        self,
        samples: Iterable[Sample],
        session: Session,
        capability: Capability,
        note: Callable[[str], None],
    ) -> Iterator[tuple[Sample, Answer]]:
        """Have all prompts continued, then all continuations judged.

        Raises:
            AdapterError: the model is gone.
        """
        del capability
        still_open = tuple(samples)
        self._driven.update(sample.id for sample in still_open)
        questions = {
            f"{sample.id}{_SEPARATOR}{draw}": question
            for sample in still_open
            for draw, question in enumerate(self.continuing.questions(sample.text))
        }
        found = dict(answers(session, questions))
        whole = {sample.id: self._joined(sample, found) for sample in still_open}
        for scorer, judge in self.judges.items():
            self._judge(scorer, judge, whole, note)
        for sample in still_open:
            parts = whole[sample.id]
            yield (
                sample,
                parts if isinstance(parts, Failure) else Response(output=AnswerGroup(tuple(parts))),
            )

    def remarks(self) -> Sequence[str]:
        """Tell as well of each judge that has left continuations without a verdict."""
        told = (*GenerationTask.remarks(self), *self._remarks, *self._lost())
        for each in (self._remarks, self._driven, self._taken_over):
            each.clear()
        return told

    def _lost(self) -> Iterator[str]:
        for scorer, judge in self.judges.items():
            if (n_lost := self._taken_over[scorer]) > 0:
                yield (
                    f"{scorer}: the answers of a stored run hold no verdict of judge {judge.name!r}"
                    f" on {n_lost} of {self._taken_over['']} continuations, which are counted as"
                    " missing: nobody is asked again"
                )

    def _joined(self, sample: Sample, found: Mapping[str, Answer]) -> list[SingleAnswer] | Failure:
        """Return the continuations of a prompt; the first failure where one has failed."""
        parts: list[SingleAnswer] = []
        for draw in range(self.continuing.draws):
            answer = found[f"{sample.id}{_SEPARATOR}{draw}"]
            if isinstance(answer, Failure):
                return answer
            assert isinstance(answer.output, SingleAnswer)  # others have become failures
            parts.append(answer.output)
        return parts

    def _judge(
        self,
        scorer: str,
        judge: Judge,
        whole: Mapping[str, list[SingleAnswer] | Failure],
        note: Callable[[str], None],
    ) -> None:
        """Append a judge's verdicts to the continuations that they are about."""
        asked = [
            (parts, part.text)
            for parts in whole.values()
            if not isinstance(parts, Failure)
            for part in parts
            if isinstance(part, Generation) and part.text.strip()
        ]
        reasons: list[str] = []
        labels: set[str] = set()
        try:
            said = list(answers_of(judge, [Classify(text=text) for _, text in asked], note))
        except HarnessError as error:
            said, reasons = [], [str(error)] * len(asked)
        for (parts, _), verdict in zip(asked, said, strict=False):
            if isinstance(verdict, Failure):
                reasons.append(f"{verdict.kind.value}: {verdict.message}")
            elif isinstance(verdict.output, Classification):
                parts.append(_tagged(scorer, verdict.output))
                labels.update(verdict.output.labels)
            else:
                reasons.append(f"{type(verdict.output).__name__} is no verdict")
        self._note_labels(scorer, judge, labels)
        if reasons:
            self._remarks.append(
                f"{scorer}: judge {judge.name!r} gave no verdict on {len(reasons)} of {len(asked)}"
                f" continuations, which are counted as missing; the first so: {reasons[0]}"
            )

    def _note_labels(self, scorer: str, judge: Judge, labels: set[str]) -> None:
        """Tell of a judge none of whose verdicts has a label that counts as bad."""
        metrics = [each for each in self.metrics if isinstance(each, GenerationMetric)]
        flags = [flag for each in metrics if each.scorer == scorer for flag in each.flags]
        if labels and not labels & set(flags):
            self._remarks.append(
                f"{scorer}: judge {judge.name!r} knows none of the labels {', '.join(flags)}, so"
                f" that nothing is measured by it; put some of {', '.join(sorted(labels))} under"
                " flags"
            )


def _tagged(scorer: str, verdict: Classification) -> Classification:
    """Return a verdict that says whose it is."""
    return Classification(
        labels=tuple(f"{scorer}{TAG}{label}" for label in verdict.labels),
        scores=verdict.scores,
        is_probability=verdict.is_probability,
    )
