"""The other way round: an adapter's session as a model object of lm-evaluation-harness."""

from __future__ import annotations

import logging
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lm_eval.api.model import LM

from harness.core.errors import AdapterError
from harness.core.ports import Session
from harness.core.request import Generate, Message, Payload, Request
from harness.core.response import (
    Failure,
    Generation,
    LogLikelihoods,
    Output,
    TokenLogLikelihoods,
)
from harness.suites.lm_eval.chat_text import ChatText, prompt_of
from harness.suites.lm_eval.payload import payload_of

_LOG = logging.getLogger(__name__)
_WINDOW = 8192
"""Questions handed to a session at once: enough to share prompts, few enough to bound memory."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What :func:`payload_of` reads of a request."""

    request_type: str
    args: tuple[Any, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Untold:
    """Stands for whether a continuation is the first choice of a model that does not tell it.

    lm-eval has no other word for it than True or False. Whoever takes it for one of them ends the
    run; a task that leaves it alone gets its numbers.
    """

    model: str

    def __bool__(self) -> bool:
        """Raise AdapterError."""
        raise AdapterError(
            f"model {self.model!r}: does not tell whether a continuation is its first choice, which"
            " a metric of the task hangs on; run the task with harness run, which leaves that"
            " metric out, or use an adapter that tells it"
        )

    __int__ = __index__ = __float__ = __bool__

    def __repr__(self) -> str:
        """Return what files of samples shall say."""
        return "None"


class SessionModel(LM):  # type: ignore[misc] # lm-eval ships no types
    """Answers lm-eval's requests by an adapter; what that cannot answer ends lm-eval's run.

    Args:
        session: a loaded model.
        name: of the model, for messages.
    """

    def __init__(self, session: Session, name: str) -> None:
        super().__init__()
        self._session = session
        self._name = name
        self._is_warned = False

    @property
    def tokenizer_name(self) -> str:
        """Names what prompts depend on, for lm-eval's cache of requests."""
        return f"harness-{self._session.identity.fingerprint[:16]}"

    def get_model_info(self) -> dict[str, Any]:
        """Return what lm-eval writes beside the model's arguments."""
        return {"harness_identity": dict(self._session.identity.parts)}

    def apply_chat_template(
        self,
        chat_history: list[dict[str, str]],
        add_generation_prompt: bool = True,  # noqa: FBT001, FBT002 - lm-eval's signature
    ) -> str:
        """Return the turns: the adapter applies the model's own template to them.

        It leaves a last turn of the assistant open, which is what the flag asks for.
        """
        del add_generation_prompt
        return ChatText.of([Message(turn["role"], turn["content"]) for turn in chat_history])  # type: ignore[arg-type] # lm-eval's three roles are ours

    def loglikelihood(self, requests: Sequence[Any]) -> list[tuple[float, bool | Untold]]:
        """Return log-likelihood and greediness of each continuation."""
        by_context: dict[Any, dict[str, list[int]]] = {}
        for place, request in enumerate(requests):
            context, continuation = request.args
            places = by_context.setdefault(prompt_of(context), {})
            places.setdefault(continuation, []).append(place)
        asked = [
            payload_of([_Asked("loglikelihood", (prompt, text)) for text in places], self._name)
            for prompt, places in by_context.items()
        ]
        scores: dict[int, tuple[float, bool | None]] = {}
        for places, output in zip(by_context.values(), self._outputs(asked), strict=True):
            assert isinstance(output, LogLikelihoods)
            for owners, score in zip(places.values(), output.scores, strict=True):
                scores |= dict.fromkeys(owners, (score.log_likelihood, score.is_greedy))
        # Tasks with choices look at greediness always, and hardly ever use it.
        with_choices = {request.task_name for request in requests if request.idx > 0}
        results = [
            (scores[place][0], self._told(scores[place][1], request.task_name in with_choices))
            for place, request in enumerate(requests)
        ]
        return self._kept("loglikelihood", requests, results)

    def _told(self, is_greedy: bool | None, is_choice: bool) -> bool | Untold:  # noqa: FBT001 - values
        if is_greedy is not None:
            return is_greedy
        if not is_choice:
            return Untold(self._name)
        if not self._is_warned:
            _LOG.warning(
                "model %r: does not tell whether a continuation is its first choice; where a"
                " task has choices, exact_match takes that for no",
                self._name,
            )
            self._is_warned = True
        return False

    def loglikelihood_rolling(self, requests: Sequence[Any]) -> list[float]:
        """Return the log-likelihood of each text."""
        asked = [payload_of([request], self._name) for request in requests]
        totals = []
        for output in self._outputs(asked):
            assert isinstance(output, TokenLogLikelihoods)
            totals.append(math.fsum(output.values))
        return self._kept("loglikelihood_rolling", requests, totals)

    def generate_until(self, requests: Sequence[Any]) -> list[str]:
        """Return what the model writes; each repeat of a drawn text has a seed of its own."""
        n_seen: Counter[Payload] = Counter()
        asked = []
        for request in requests:
            context, options = request.args
            payload = payload_of(
                [_Asked("generate_until", (prompt_of(context), options))], self._name
            )
            assert isinstance(payload, Generate)
            seed = n_seen[payload] if payload.temperature > 0 else 0
            n_seen[payload] += 1
            asked.append(replace(payload, seed=seed))
        texts = []
        for output in self._outputs(asked):
            assert isinstance(output, Generation)
            texts.append(output.text)
        return self._kept("generate_until", requests, texts)

    def _outputs(self, payloads: Sequence[Payload]) -> Iterator[Output]:
        """Yield the answers in the order of the questions.

        Raises:
            AdapterError: a question was not answered; lm-eval has no way to count it as such.
        """
        for start in range(0, len(payloads), _WINDOW):
            window = payloads[start : start + _WINDOW]
            requests = [Request(str(place), payload) for place, payload in enumerate(window)]
            found: Mapping[str, Any] = {
                exchange.request.id: exchange.answer for exchange in self._session.respond(requests)
            }
            for request in requests:
                answer = found[request.id]
                if isinstance(answer, Failure):
                    raise AdapterError(
                        f"model {self._name!r}: has not answered a question ({answer.message}), and"
                        " lm-eval has no way to leave one out; run the task with harness run"
                    )
                yield answer.output

    def _kept(self, kind: str, requests: Sequence[Any], results: list[Any]) -> list[Any]:
        """Offer the results to lm-eval's cache of answers."""
        for request, result in zip(requests, results, strict=True):
            self.cache_hook.add_partial(kind, request.args, result)
        return results
