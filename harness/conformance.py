"""The promises of an adapter, as a check that the author of a plug-in can run.

In a test of your own::

    from harness.conformance import check_adapter
    from harness.core.request import Generate

    def test_it_keeps_the_promises():
        check_adapter(MyAdapter(model="small"), [Generate(prompt="Hello"), Generate(prompt="Bye")])

What is checked:

1. The options are frozen, and the capabilities can be told, twice alike, before anything is open.
2. Two sessions of one adapter have the same identity, made of texts.
3. Each request gets exactly one exchange, which carries that very request; none gets none.
4. An answer has the form that its question asks for: as many scores as continuations, as many
   scores as labels, no log-likelihood above 0, probabilities that sum to 1.
5. Each capability that is claimed answers something; what is not claimed comes back as a
   ``Failure``, never as an exception, and a failure says why.
6. The answers are the same in another order and beside other requests.
7. Answers may be abandoned half-way, and the session goes on.
8. A session may be closed twice.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from math import fsum, isclose, isfinite
from typing import Any

from harness.core.attention import AttentionMaps
from harness.core.capability import Capability
from harness.core.decomposition import Decomposition
from harness.core.identity import Identity
from harness.core.ports import Adapter, Session
from harness.core.request import (
    Attend,
    Classify,
    Decompose,
    Differentiate,
    Embed,
    FitAndClassify,
    Generate,
    LogLikelihood,
    MaskedLogLikelihood,
    Payload,
    Request,
    RollingLogLikelihood,
    TrainingSet,
    capability_of,
)
from harness.core.response import (
    Classification,
    Embedding,
    Exchange,
    Failure,
    Generation,
    LogLikelihoods,
    Output,
    Response,
    TokenLogLikelihoods,
)
from harness.core.token_gradients import TokenGradients

_TRAINING = TrainingSet(
    id="conformance",
    texts=("good film", "bad film", "a good one", "a bad one"),
    labels=("positive", "negative", "positive", "negative"),
)
SPECIMENS: tuple[Payload, ...] = (
    Generate(prompt="The capital of France is", max_new_tokens=4),
    Generate(prompt="One, two, three,", max_new_tokens=4),
    LogLikelihood(prompt="The capital of France is", continuations=(" Paris", " a banana")),
    RollingLogLikelihood(text="The cat sat on the mat."),
    MaskedLogLikelihood(text="The cat sat on the mat.", beside="The dog sat on the mat."),
    Classify(text="a good film"),
    Embed(text="a good film"),
    Differentiate(text="a good film", n_steps=8, n_flips=2, spans=((2, 6), (7, 11))),
    Differentiate(text="The capital of France is", continuations=(" Paris", " a"), n_steps=8),
    Attend(text="a good film", n_mapped=3),
    Decompose(text="a good film"),
    FitAndClassify(text="a good film", training=_TRAINING),
)
"""One small question or two of each kind."""

_OUTPUTS: dict[type, type] = {
    Generate: Generation,
    LogLikelihood: LogLikelihoods,
    RollingLogLikelihood: TokenLogLikelihoods,
    MaskedLogLikelihood: TokenLogLikelihoods,
    Classify: Classification,
    Embed: Embedding,
    Differentiate: TokenGradients,
    Attend: AttentionMaps,
    Decompose: Decomposition,
    FitAndClassify: Classification,
}


def check_adapter(
    adapter: Adapter, payloads: Sequence[Payload] = (), *, tolerance: float = 1e-4
) -> None:
    """Check that an adapter keeps its promises; it is opened twice and asked a few times.

    Args:
        adapter: the adapter, not opened.
        payloads: questions that the model can answer, greedy where they generate; the specimens
            of its capabilities when empty.
        tolerance: how far a number may move when the same question is asked in other company,
            relative to it or absolute, whichever allows more.

    Raises:
        AssertionError: a promise is broken; the text says which, and what was seen.
    """
    capabilities = _check_description(adapter)
    asked = list(payloads) or [p for p in SPECIMENS if capability_of(p) in capabilities]
    first = adapter.open()
    try:
        identity = first.identity  # as it is before any answer: a server tells more with each
        _check_answers(first, capabilities, asked, tolerance)
        second = adapter.open()
        try:
            _check_identity(identity, second.identity)
        finally:
            second.close()
        _check_abandoning(first, asked)
    finally:
        first.close()
    first.close()


def _check_description(adapter: Adapter) -> frozenset[Capability]:
    _require(isinstance(adapter, Adapter), "an adapter offers `capabilities` and `open()`")
    parameters = getattr(adapter, "__dataclass_params__", None)
    _require(parameters is not None and parameters.frozen, "an adapter is a frozen dataclass")
    capabilities = adapter.capabilities
    _require(isinstance(capabilities, frozenset), "`capabilities` is a frozenset")
    _require(bool(capabilities), "an adapter has at least one capability")
    _require(capabilities == adapter.capabilities, "`capabilities` is the same when read again")
    return capabilities


def _check_answers(
    session: Session,
    capabilities: frozenset[Capability],
    payloads: Sequence[Payload],
    tolerance: float,
) -> None:
    _require(not list(session.respond([])), "no request gets no exchange")
    foreign = [p for p in SPECIMENS if capability_of(p) not in capabilities]
    # The first one is asked twice, by two ids: equal questions are still two requests.
    requests = _requests(chain(payloads, payloads[:1], foreign))
    answers = _ask(session, requests)
    for request in requests:
        _check_answer(request.payload, answers[request.id], capabilities)
    answered = {
        capability_of(request.payload)
        for request in requests
        if isinstance(answers[request.id], Response)
    }
    silent = ", ".join(sorted(capabilities - answered))
    _require(
        not silent, f"each capability answers something, but nothing was answered by: {silent}"
    )
    again = _ask(session, requests[::-1])
    for request in requests:
        _check_same(request, answers[request.id], again[request.id], tolerance)


def _check_identity(first: Identity, second: Identity) -> None:
    is_text = all(isinstance(text, str) for text in chain(first.parts, first.parts.values()))
    _require(bool(first.parts) and is_text, f"an identity is made of texts: {first.parts}")
    _require(
        first.fingerprint == second.fingerprint,
        f"two sessions are one model: {first.parts} against {second.parts}",
    )


def _check_abandoning(session: Session, payloads: Sequence[Payload]) -> None:
    requests = _requests(payloads)
    answers = iter(session.respond(requests))
    next(answers)
    close = getattr(answers, "close", None)
    if close is not None:
        close()
    _ask(session, requests)


def _requests(payloads: Iterable[Payload]) -> list[Request]:
    return [Request(f"conformance-{index}", payload) for index, payload in enumerate(payloads)]


def _ask(session: Session, requests: Sequence[Request]) -> dict[str, Response | Failure]:
    sent = {request.id: request for request in requests}
    answers: dict[str, Response | Failure] = {}
    for exchange in session.respond(requests):
        _require(isinstance(exchange, Exchange), f"an Exchange is yielded, not {exchange!r}")
        name = exchange.request.id
        _require(name in sent, f"only what was asked is answered, not {name!r}")
        _require(name not in answers, f"one exchange per request: {name!r} has two")
        _require(exchange.request == sent[name], f"{name!r} comes back with another payload")
        answers[name] = exchange.answer
    missing = sorted(sent.keys() - answers.keys())
    _require(not missing, f"one exchange per request: none for {', '.join(missing)}")
    return answers


def _check_answer(
    payload: Payload, answer: Response | Failure, capabilities: frozenset[Capability]
) -> None:
    kind = type(payload).__name__
    if isinstance(answer, Failure):
        _require(bool(answer.message.strip()), f"the failure of {kind} says why")
        _require(answer.n_attempts >= 1, f"the failure of {kind} took an attempt or more")
        return
    _require(isinstance(answer, Response), f"an answer is a Response or a Failure: {answer!r}")
    _require(capability_of(payload) in capabilities, f"{kind} is answered, but not claimed")
    _require(
        answer.latency_s is None or 0 <= answer.latency_s < float("inf"),
        f"latency_s is None or a number of seconds, not {answer.latency_s}",
    )
    expected = _OUTPUTS[type(payload)]
    _require(
        isinstance(answer.output, expected),
        f"{kind} gets a {expected.__name__}, not {answer.output!r}",
    )
    if type(payload) in _FORMS:
        _FORMS[type(payload)](payload, answer.output)


def _check_log_likelihoods(payload: LogLikelihood, output: LogLikelihoods) -> None:
    n_asked, n_scored = len(payload.continuations), len(output.scores)
    _require(n_asked == n_scored, f"{n_asked} continuations get as many scores, not {n_scored}")
    for score in output.scores:
        _require(score.log_likelihood <= 0, f"a log-likelihood is at most 0: {score}")
        _require(score.n_tokens >= 0, f"a count of tokens is not negative: {score}")


def _check_token_log_likelihoods(_: Payload, output: TokenLogLikelihoods) -> None:
    above = [value for value in output.values if not value <= 0]
    _require(not above, f"a log-likelihood is at most 0, not {above[:1]}")


def _check_classification(_: Payload, output: Classification) -> None:
    n_labels, n_scores = len(output.labels), len(output.scores)
    _require(0 < n_labels == n_scores, f"each of {n_labels} labels has one of {n_scores} scores")
    _require(len(set(output.labels)) == n_labels, f"labels differ: {output.labels}")
    _require(all(map(isfinite, output.scores)), f"scores are finite: {output.scores}")
    if output.is_probability:
        total = fsum(output.scores)
        _require(min(output.scores) >= 0, f"probabilities are not negative: {output.scores}")
        _require(isclose(total, 1, abs_tol=1e-4), f"probabilities sum to 1, not {total}")


def _check_embedding(_: Embed, output: Embedding) -> None:
    is_vector = bool(output.values) and all(map(isfinite, output.values))
    _require(is_vector, "an embedding has finite numbers")


def _check_gradients(payload: Differentiate, output: TokenGradients) -> None:
    _require(output.score <= 0, f"a log-probability is at most 0: {output.score}")
    n_spans, n_norms = len(payload.spans), len(output.span_norms)
    _require(n_spans == n_norms, f"{n_spans} spans get as many norms, not {n_norms}")
    for token in output.tokens:
        is_number = isfinite(token.times_input) and isfinite(token.norm) and token.norm >= 0
        _require(is_number, f"gradients are finite, and norms not negative: {token}")
        _require(len(token.flips) <= payload.n_flips, f"no more flips than asked for: {token}")
        if token.start is not None and token.end is not None:
            _check_place(payload.text, token.start, token.end)
    has_path = output.baseline_score is not None
    _require(has_path == (payload.n_steps > 1), "integrated gradients come when they are asked for")


def _check_attention(payload: Attend, output: AttentionMaps) -> None:
    for kind in ("last", "rollout"):
        paid = [getattr(token, kind) for token in output.tokens]
        _require(min(paid, default=0) >= 0, f"attention is not negative: {paid}")
        total = fsum(paid)
        _require(isclose(total, 1, abs_tol=1e-3), f"attention ({kind}) sums to 1, not {total}")
    for token in output.tokens:
        if token.start is not None and token.end is not None:
            _check_place(payload.text, token.start, token.end)
    _require((output.mapped is not None) == (payload.n_mapped > 0), "maps come when asked for")
    n_mapped = len(output.mapped.tokens) if output.mapped else 0
    _require(n_mapped <= payload.n_mapped, f"no more tokens are mapped than asked for: {n_mapped}")


def _check_decomposition(payload: Decompose, output: Decomposition) -> None:
    for at, label in enumerate(output.labels):
        parts = (output.base[at], output.absent[at], *(each.values[at] for each in output.features))
        total = fsum(parts)
        is_whole = isclose(total, output.total[at], rel_tol=1e-6, abs_tol=1e-6)
        _require(is_whole, f"what the features add to {label} comes to {total}, not {output.total}")
    for feature in output.features:
        for start, end in feature.places:
            _check_place(payload.text, start, end)


def _check_place(text: str, start: int, end: int) -> None:
    is_inside = 0 <= start <= end <= len(text)
    _require(is_inside, f"a token lies within the text: {start} to {end}")


# Each function takes the classes that its key implies, which a dict's type cannot say.
_FORMS: dict[type, Callable[[Any, Any], None]] = {
    LogLikelihood: _check_log_likelihoods,
    RollingLogLikelihood: _check_token_log_likelihoods,
    MaskedLogLikelihood: _check_token_log_likelihoods,
    Classify: _check_classification,
    FitAndClassify: _check_classification,
    Embed: _check_embedding,
    Differentiate: _check_gradients,
    Attend: _check_attention,
    Decompose: _check_decomposition,
}


def _check_same(
    request: Request, one: Response | Failure, other: Response | Failure, tolerance: float
) -> None:
    payload = request.payload
    if isinstance(payload, Generate) and payload.temperature > 0:
        return
    if isinstance(one, Response) and isinstance(other, Response):
        same = _alike(_plain(one.output), _plain(other.output), tolerance)
    else:
        same = type(one) is type(other)
    _require(same, f"order changes nothing, but {payload!r} got {one!r}, then {other!r}")


def _plain(output: Output) -> Any:
    return dataclasses.astuple(output)


def _alike(one: Any, other: Any, tolerance: float) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return one == other or isclose(one, other, rel_tol=tolerance, abs_tol=tolerance)
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(
            _alike(left, right, tolerance) for left, right in zip(one, other, strict=True)
        )
    return bool(one == other)


def _require(kept: object, promise: str) -> None:
    if not kept:
        raise AssertionError(promise)
