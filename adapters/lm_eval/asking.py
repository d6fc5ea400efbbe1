"""Our questions as lm-evaluation-harness's requests, and its answers as ours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from harness.adapters.plain_answers import AnswerFormError, check_log_likelihood, check_text
from harness.adapters.refusal import refuse
from harness.adapters.stop_strings import before_stop
from harness.core.request import Generate, LogLikelihood, Payload, Prompt, RollingLogLikelihood
from harness.core.response import (
    ContinuationScore,
    Failure,
    FailureKind,
    Generation,
    LogLikelihoods,
    Output,
    TokenLogLikelihoods,
)

Kind: TypeAlias = Literal["loglikelihood", "loglikelihood_rolling", "generate_until"]
"""The three methods of a class."""
Arguments: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """What has to be asked of a class for one payload."""

    kind: Kind
    arguments: tuple[Arguments, ...]
    """One for each of lm-eval's requests."""


def call_of(payload: Payload, as_context: Callable[[Prompt], Any]) -> Call | Failure:
    """Return lm-eval's requests, or why there are none.

    Args:
        payload: the question.
        as_context: makes what the class takes for a context out of a prompt; may raise anything.
    """
    try:
        if isinstance(payload, Generate):
            context = as_context(payload.prompt)
            return Call("generate_until", ((context, _generation_kwargs(payload)),))
        if isinstance(payload, RollingLogLikelihood):
            return _rolling(payload)
        if isinstance(payload, LogLikelihood):
            return _scoring(payload, as_context(payload.prompt))
    except Exception as error:  # noqa: BLE001 - a template is a stranger's code
        message = f"the chat template does not take these turns ({error})"
        return Failure(kind=FailureKind.REJECTED, message=message)
    return refuse("lm_eval", payload)


def output_of(payload: Payload, results: Sequence[Any]) -> Output:
    """Return what a class has answered, in our form.

    A class gives one number for a continuation or text: their numbers of tokens stay unknown. It
    does not say why a text ends.

    Args:
        payload: the question.
        results: one for each of lm-eval's requests.

    Raises:
        AnswerFormError: what came back is no answer.
    """
    if isinstance(payload, Generate):
        text = before_stop(check_text(results[0]), payload.stop)
        return Generation(text=text, finish_reason="unknown")
    if isinstance(payload, LogLikelihood):
        return LogLikelihoods(tuple(map(_score, results)))
    return TokenLogLikelihoods(values=(check_log_likelihood(_total(results[0])),), is_total=True)


def _scoring(payload: LogLikelihood, context: Any) -> Call | Failure:
    if "" in payload.continuations:
        message = "a continuation is empty; it has no likelihood"
        return Failure(kind=FailureKind.REJECTED, message=message)
    return Call("loglikelihood", tuple((context, text) for text in payload.continuations))


def _rolling(payload: RollingLogLikelihood) -> Call | Failure:
    if not payload.text:
        message = "the text is empty; it has no likelihood"
        return Failure(kind=FailureKind.REJECTED, message=message)
    return Call("loglikelihood_rolling", ((payload.text,),))


def _generation_kwargs(payload: Generate) -> dict[str, Any]:
    kwargs: dict[str, Any] = {
        "until": list(payload.stop),
        "max_gen_toks": payload.max_new_tokens,
        "do_sample": payload.temperature > 0,
        "temperature": payload.temperature,
    }
    if payload.temperature > 0 and payload.top_p < 1:
        kwargs["top_p"] = payload.top_p
    return kwargs


def _score(result: Any) -> ContinuationScore:
    try:
        log_likelihood, is_greedy = result
    except (TypeError, ValueError) as error:
        raise AnswerFormError("lm-eval gave no log-likelihood for a continuation") from error
    return ContinuationScore(check_log_likelihood(log_likelihood), 0, bool(is_greedy))


def _total(result: Any) -> Any:
    """Return the number; some classes wrap it as they do for a continuation."""
    return result[0] if isinstance(result, tuple) and result else result
