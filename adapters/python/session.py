"""Calls the function, once for each question or once for many."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from time import perf_counter
from typing import TYPE_CHECKING, Any

from harness.adapters.plain_answers import AnswerFormError, read_output
from harness.adapters.quoting import shorten
from harness.adapters.refusal import refuse
from harness.core.identity import Identity
from harness.core.request import (
    AskAgain,
    AttackText,
    Classify,
    Embed,
    ExplainText,
    Generate,
    LoadTest,
    LogLikelihood,
    Payload,
    Prompt,
    QuestionGroup,
    Request,
    RollingLogLikelihood,
)
from harness.core.response import Exchange, Failure, FailureKind, Response

if TYPE_CHECKING:
    from harness.adapters.python import PythonAdapter

_ANSWERS: dict[str, tuple[type, ...]] = {
    "generates": (Generate,),
    "scores": (LogLikelihood, RollingLogLikelihood),
    "classifies": (Classify,),
    "embeds": (Embed,),
}
_SETTINGS = ("max_new_tokens", "min_new_tokens", "stop", "temperature", "top_p", "seed")


class PythonSession:
    """A function that is ready to be called."""

    def __init__(
        self, function: Callable[..., Any], adapter: PythonAdapter, identity: Identity
    ) -> None:
        self.identity = identity
        self._function = function
        self._target = adapter.target
        self._labels = adapter.labels
        self._kinds = _ANSWERS[adapter.capability]
        self._batch_size = adapter.batch_size if adapter.batch else None
        self._settings = _wanted_settings(function) if Generate in self._kinds else ()

    def respond(self, requests: Sequence[Request]) -> Iterator[Exchange]:
        """Yield one exchange per request, in order."""
        if self._batch_size is None:
            return map(self._ask_one, requests)
        return self._ask_in_batches(iter(requests), self._batch_size)

    def close(self) -> None:
        """Do nothing: a function needs no end."""

    def _ask_one(self, request: Request) -> Exchange:
        payload = request.payload
        if type(payload) not in self._kinds:
            return Exchange(request, refuse("python", payload))
        arguments, settings = self._call(payload)
        started = perf_counter()
        try:
            value = self._function(*arguments, **settings)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a stranger's function
            return Exchange(request, self._crash(error))
        return Exchange(request, self._read(payload, value, perf_counter() - started))

    def _ask_in_batches(self, requests: Iterator[Request], size: int) -> Iterator[Exchange]:
        while batch := list(islice(requests, size)):
            asked = [request for request in batch if type(request.payload) in self._kinds]
            for request in batch:
                if type(request.payload) not in self._kinds:
                    yield Exchange(request, refuse("python", request.payload))
            if asked:
                yield from self._ask_batch(asked)

    def _ask_batch(self, requests: list[Request]) -> Iterator[Exchange]:
        calls = [self._call(request.payload) for request in requests]
        columns = [list(column) for column in zip(*(call[0] for call in calls), strict=True)]
        settings = {name: [call[1][name] for call in calls] for name in self._settings}
        try:
            values = self._function(*columns, **settings)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a stranger's function
            yield from self._isolate(requests, error)
            return
        values = values.tolist() if hasattr(values, "tolist") else values
        if not isinstance(values, Sequence) or len(values) != len(requests):
            reason = f"{self._target}: {len(requests)} questions must get a list of as many answers"
            failure = Failure(kind=FailureKind.PROTOCOL, message=reason)
            yield from (Exchange(request, failure) for request in requests)
            return
        for request, value in zip(requests, values, strict=True):
            # Requests that shared a call have no latency of their own.
            yield Exchange(request, self._read(request.payload, value, None))

    def _isolate(self, requests: list[Request], error: BaseException) -> Iterator[Exchange]:
        # Halving finds the questions that a batch cannot survive, and spares all the others.
        if len(requests) == 1:
            yield Exchange(requests[0], self._crash(error))
            return
        middle = len(requests) // 2
        yield from self._ask_batch(requests[:middle])
        yield from self._ask_batch(requests[middle:])

    def _call(self, payload: Payload) -> tuple[tuple[Any, ...], dict[str, Any]]:
        if isinstance(payload, Generate):
            settings = {name: getattr(payload, name) for name in self._settings}
            return (_plain_prompt(payload.prompt),), settings
        if isinstance(payload, LogLikelihood):
            return (_plain_prompt(payload.prompt), list(payload.continuations)), {}
        if isinstance(payload, RollingLogLikelihood):
            return ("", [payload.text]), {}
        if isinstance(payload, LoadTest | AttackText | ExplainText | AskAgain | QuestionGroup):
            raise TypeError("a load test, an attack or several questions are never sent")
        return (payload.text,), {}

    def _read(self, payload: Payload, value: Any, latency_s: float | None) -> Response | Failure:
        try:
            if type(payload) is RollingLogLikelihood:
                value = _only_item(value)
            output = read_output(payload, value, self._labels)
        except AnswerFormError as error:
            return Failure(kind=FailureKind.PROTOCOL, message=f"{self._target}: {error}")
        return Response(output=output, latency_s=latency_s)

    def _crash(self, error: BaseException) -> Failure:
        reason = shorten(f"{type(error).__name__}: {error}")
        return Failure(kind=FailureKind.CRASHED, message=f"{self._target}: raised {reason}")


def _plain_prompt(prompt: Prompt) -> str | list[dict[str, str]]:
    if isinstance(prompt, str):
        return prompt
    return [{"role": turn.role, "content": turn.content} for turn in prompt]


def _only_item(value: Any) -> Any:
    value = value.tolist() if hasattr(value, "tolist") else value
    if not isinstance(value, Sequence) or len(value) != 1:
        raise AnswerFormError("one text was asked about: the answer must be a list of one list")
    return value[0]


def _wanted_settings(function: Callable[..., Any]) -> tuple[str, ...]:
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):  # some functions written in C tell no signature
        return ()
    return tuple(name for name in _SETTINGS if name in parameters)
