"""A classifier that counts what it is asked, labelled texts, and searches with every bad habit."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from harness.core.attacked import Found, Guess
from harness.core.capability import Capability
from harness.core.errors import DataError
from harness.core.estimate import Estimate
from harness.core.figure import Figure
from harness.core.identity import Identity
from harness.core.ports import CorpusMetric, Metric, Search
from harness.core.request import Classify, Generate, Payload, Request
from harness.core.response import (
    Classification,
    Exchange,
    Failure,
    FailureKind,
    Generation,
    Output,
    Response,
    Usage,
)
from harness.core.sample import Sample
from harness.core.score import Unscored
from harness.suites.metrics.attack import ATTACK_METRICS

LABELS = ("bad", "good")


def goodness(text: str) -> float:
    """Return a probability that falls with every word that is not ``good``."""
    words = text.split()
    return sum(word == "good" for word in words) / len(words) if words else 0.5


@dataclass(slots=True)
class CountingSession:
    """Answers with :func:`goodness`, or as it is told, and keeps what it was asked."""

    answer: Callable[[str], Response | Failure] | None = None
    order: Literal["as asked", "shuffled"] = "as asked"
    calls: list[list[str]] = field(default_factory=list)
    fingerprint: str = "counting"

    @property
    def identity(self) -> Identity:
        return Identity({"kind": self.fingerprint})

    @property
    def asked(self) -> Counter[str]:
        """How often each text was sent."""
        return Counter(text for call in self.calls for text in call)

    def respond(self, requests: Sequence[Request]) -> Iterator[Exchange]:
        texts = [_text(request.payload) for request in requests]
        self.calls.append(texts)
        pairs = list(zip(requests, texts, strict=True))
        if self.order == "shuffled":
            random.Random(len(self.calls)).shuffle(pairs)
        for request, text in pairs:
            yield Exchange(request, self.answer(text) if self.answer else classified(text))

    def close(self) -> None:
        pass


def _text(payload: Payload) -> str:
    assert isinstance(payload, Classify | Generate)
    text = payload.text if isinstance(payload, Classify) else payload.prompt
    assert isinstance(text, str)
    return text


def classified(text: str) -> Response:
    p = goodness(text)
    output = Classification(labels=LABELS, scores=(1 - p, p), is_probability=True)
    return Response(output=output, usage=Usage(n_input_tokens=len(text.split())))


def written(text: str) -> Response:
    return Response(output=Generation(text=text, finish_reason="stop"))


def failed(text: str) -> Failure:
    return Failure(kind=FailureKind.TOO_LONG, message=f"{text!r} is too long")


@dataclass(frozen=True, slots=True)
class LabelledTexts:
    """A task of texts with targets; a written answer is read where it is a label."""

    texts: Mapping[str, str]
    """Target by text."""
    names: Sequence[str] = ()
    """Ids of the samples; their places when empty."""

    @property
    def n_samples(self) -> int:
        return len(self.texts)

    @property
    def data_hash(self) -> str:
        return "data"

    @property
    def metrics(self) -> tuple[Metric, ...]:
        return ()

    @property
    def corpus_metrics(self) -> tuple[CorpusMetric, ...]:
        return ()

    def samples(self) -> Iterator[Sample]:
        for i, (text, target) in enumerate(self.texts.items()):
            name = self.names[i] if self.names else f"s{i}"
            yield Sample(id=name, index=i, text=text, targets=(target,))

    def ask(self, sample: Sample, capability: Capability) -> Payload:
        if capability is Capability.GENERATES:
            return Generate(prompt=sample.text)
        return Classify(text=sample.text)

    def read(self, sample: Sample, output: Output) -> Output | Unscored:
        del sample
        if isinstance(output, Generation):
            if output.text not in LABELS:
                return Unscored(f"{output.text!r} names no label")
            scores = tuple(float(label == output.text) for label in LABELS)
            return Classification(labels=LABELS, scores=scores, is_probability=False)
        return output

    def figures(self, estimates: Sequence[Estimate]) -> tuple[Figure, ...]:
        del estimates
        return ()


Habit = Literal[
    "none",
    "crashes",
    "lacks its word list",
    "claims what is not so",
    "returns what it never asked",
    "returns nothing",
    "asks with a text",
    "never ends",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class WordByWord:
    """Replaces words by ``x`` from the left, asking about two texts at a time.

    Its control replaces one word drawn at random, as often as it may.
    """

    metrics: ClassVar[tuple[Metric, ...]] = ATTACK_METRICS

    budget: int | None = None
    habit: Habit = "none"
    over: str = ""
    """The habit shows with texts that end so."""
    has_control: bool = True

    @property
    def label(self) -> str:
        return "word by word"

    @property
    def signature(self) -> Mapping[str, str]:
        return {"habit": self.habit, "budget": str(self.budget)}

    def search(self, text: str, clean: Guess, rng: random.Random) -> Search:
        del rng
        if self.habit == "lacks its word list":
            raise DataError("words", "are not here", "fetch them")
        is_bad = self.habit != "none" and text.endswith(self.over)
        return self._badly(text) if is_bad else self._searched(text, clean)

    def _searched(self, text: str, clean: Guess) -> Search:
        words = text.split()
        nearest, lowest = text, clean.p_right
        for n in range(1, len(words) + 1):
            one = " ".join(["x"] * n + words[n:])
            batch = [one, f"{one} x"]
            guesses = yield batch
            for candidate, guess in zip(batch, guesses, strict=False):
                if not guess.is_right:
                    return _found(candidate, n, words, has_succeeded=True)
                if guess.p_right < lowest:
                    nearest, lowest = candidate, guess.p_right
            if len(guesses) < len(batch):
                break
        return _found(nearest, 0, words, has_succeeded=False)

    def _badly(self, text: str) -> Any:
        if self.habit == "crashes":
            raise ZeroDivisionError("at once")
        if self.habit == "asks with a text":
            yield text
        while self.habit == "never ends":
            yield [text]
        if self.habit == "returns nothing":
            return None
        is_lie = self.habit == "claims what is not so"
        return _found(text if is_lie else "never asked", 0, [text], has_succeeded=is_lie)

    def control(self, text: str, clean: Guess, rng: random.Random) -> Search | None:
        del clean
        return self._drawn(text, rng) if self.has_control else None

    def _drawn(self, text: str, rng: random.Random) -> Search:
        words = text.split()
        while True:
            place = rng.randrange(len(words))
            draw = [*words[:place], "x" * rng.randint(1, 9), *words[place + 1 :]]
            guesses = yield [" ".join(draw)]
            if not guesses:
                return _found(text, 0, words, has_succeeded=False)
            if not guesses[0].is_right:
                return _found(" ".join(draw), 1, words, has_succeeded=True)


def _found(text: str, n: int, words: Sequence[str], *, has_succeeded: bool) -> Found:
    return Found(has_succeeded=has_succeeded, text=text, n_changed=n, n_words=len(words))
