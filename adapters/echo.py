"""``echo``: a model that costs nothing and can be foretold, for tests and examples."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any, ClassVar

from harness.adapters.refusal import refuse
from harness.adapters.stop_strings import before_stop
from harness.core.capability import Capability
from harness.core.identity import Identity, hash_json
from harness.core.request import (
    Classify,
    Embed,
    Generate,
    LogLikelihood,
    Prompt,
    Request,
    RollingLogLikelihood,
)
from harness.core.response import (
    Classification,
    ContinuationScore,
    Embedding,
    Exchange,
    Generation,
    LogLikelihoods,
    Output,
    Response,
    TokenLogLikelihoods,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EchoAdapter:
    """Answers by rules that fit in one line each.

    - generates: the last line of the prompt, or ``text``; again and again where the answer has
      to be longer. Words stand for tokens.
    - scores: minus the number of characters; words stand for tokens.
    - classifies: each label gets one vote, and one more for each time it stands in the text.
    - embeds: the numbers of characters, words and lines.
    """

    is_watchable: ClassVar[bool] = False
    """An answer comes whole: nothing can be timed within it."""

    text: str | None = None
    """What to generate, whatever the prompt; None echoes the prompt's last line."""
    labels: tuple[str, ...] = ()
    """The labels to classify into; without any, the model does not classify."""

    @property
    def capabilities(self) -> frozenset[Capability]:
        """All but fitting; classifying when there are labels."""
        always = {Capability.GENERATES, Capability.SCORES, Capability.EMBEDS}
        return frozenset(always | ({Capability.CLASSIFIES} if self.labels else set()))

    def open(self) -> EchoSession:
        """Return the session; there is nothing to load."""
        return EchoSession(self)


class EchoSession:
    """Answers in the order asked."""

    def __init__(self, adapter: EchoAdapter) -> None:
        settings = hash_json({"text": adapter.text, "labels": list(adapter.labels)})
        self.identity = Identity({"weights": "none (echo)", "settings": settings})
        self._text = adapter.text
        self._labels = adapter.labels
        self._answer: dict[type, Callable[[Any], Output]] = {
            Generate: self._generate,
            LogLikelihood: _score,
            RollingLogLikelihood: _score_words,
            Embed: _embed,
        }
        if adapter.labels:
            self._answer[Classify] = self._classify

    def respond(self, requests: Sequence[Request]) -> Iterator[Exchange]:
        """Yield one exchange per request, in order."""
        for request in requests:
            answer = self._answer.get(type(request.payload))
            if answer is None:
                yield Exchange(request, refuse("echo", request.payload))
            else:
                yield Exchange(request, Response(output=answer(request.payload)))

    def close(self) -> None:
        """Do nothing: there is nothing to give back."""

    def _generate(self, payload: Generate) -> Generation:
        text = _last_line(payload.prompt) if self._text is None else self._text
        held = 0
        if payload.min_new_tokens:
            text, held = _lengthened(text, payload.min_new_tokens)
        text = before_stop(text, payload.stop, held=held)
        words = text.split(" ") if len(text) > payload.max_new_tokens else []
        if len(words) <= payload.max_new_tokens:
            return Generation(text=text, finish_reason="stop")
        return Generation(text=" ".join(words[: payload.max_new_tokens]), finish_reason="length")

    def _classify(self, payload: Classify) -> Classification:
        votes = [1 + payload.text.count(label) for label in self._labels]
        total = sum(votes)
        scores = tuple(count / total for count in votes)
        return Classification(labels=self._labels, scores=scores, is_probability=True)


def _lengthened(text: str, n_words: int) -> tuple[str, int]:
    """Say the text again until it has so many words; also the characters that none may end in."""
    words = text.split(" ")
    words = list(islice(cycle(words), max(n_words, len(words))))
    return " ".join(words), len(" ".join(words[: n_words - 1]))


def _last_line(prompt: Prompt) -> str:
    text = prompt if isinstance(prompt, str) else prompt[-1].content if prompt else ""
    return text.rstrip().rpartition("\n")[2]


def _score(payload: LogLikelihood) -> LogLikelihoods:
    return LogLikelihoods(
        tuple(
            ContinuationScore(-float(len(text)), len(text.split()), is_greedy=None)
            for text in payload.continuations
        )
    )


def _score_words(payload: RollingLogLikelihood) -> TokenLogLikelihoods:
    return TokenLogLikelihoods(values=tuple(-float(len(word)) for word in payload.text.split()))


def _embed(payload: Embed) -> Embedding:
    text = payload.text
    return Embedding((float(len(text)), float(len(text.split())), float(text.count("\n") + 1)))
