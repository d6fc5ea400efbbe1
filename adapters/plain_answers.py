"""Plain values as outputs: the contract that ``python`` functions and ``command`` programs share.

========================  =====================================================================
payload                   plain value
========================  =====================================================================
``Generate``              a string
``LogLikelihood``         one item per continuation: its log-likelihood (natural logarithm, at
                          most 0), or the list of its tokens' log-likelihoods. A single number
                          tells no token count: ``n_tokens`` is then 0. What the model
                          would have written itself is not told: ``is_greedy`` is None.
``RollingLogLikelihood``  the list of the tokens' log-likelihoods
``Classify``              a score per label, as an object ``{label: score}``
``Embed``                 a list of numbers
========================  =====================================================================

Arrays of numpy or torch are taken wherever a list or a number is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import fsum, isfinite
from typing import Any

from harness.adapters.quoting import shorten
from harness.adapters.stop_strings import before_stop
from harness.core.request import (
    Classify,
    Embed,
    Generate,
    LogLikelihood,
    Payload,
    RollingLogLikelihood,
)
from harness.core.response import (
    Classification,
    ContinuationScore,
    Embedding,
    Generation,
    LogLikelihoods,
    Output,
    TokenLogLikelihoods,
)

_ROUNDING = 1e-6
"""Slack for single-precision arithmetic: a log-likelihood of 1e-8, a sum of 0.9999999."""


class AnswerFormError(ValueError):
    """Something came back, but not an answer in the agreed form; the text says what was wrong."""


def read_output(payload: Payload, value: object, labels: Sequence[str] = ()) -> Output:
    """Return the output that a plain value stands for.

    Args:
        payload: what was asked.
        value: what came back, in the form of the table above.
        labels: the labels that a classification must have, in the order to keep; any when empty.

    Raises:
        AnswerFormError: the value has another form.
    """
    if type(payload) is Classify:
        return _read_classification(value, labels)
    return _READ[type(payload)](payload, value)


def check_text(text: object, name: str = "the answer") -> str:
    """Return the text, which must be a string that UTF-8 can write.

    Raises:
        AnswerFormError: it is not.
    """
    if not isinstance(text, str):
        raise AnswerFormError(f"{name} must be a string, not {_shown(text)}")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise AnswerFormError(f"{name} holds half a character: {error.reason}") from error
    return text


def _read_generation(payload: Generate, value: object) -> Generation:
    text = check_text(value)
    if payload.stop:
        text = before_stop(text, payload.stop)
    return Generation(text=text, finish_reason="stop")


def _read_log_likelihoods(payload: LogLikelihood, value: object) -> LogLikelihoods:
    items = _list(value)
    asked = len(payload.continuations)
    if len(items) != asked:
        raise AnswerFormError(f"{asked} continuations were asked about, {len(items)} answered")
    return LogLikelihoods(tuple(map(_read_continuation, items)))


def _read_continuation(value: object) -> ContinuationScore:
    value = _unwrapped(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        tokens = [check_log_likelihood(token) for token in value]
        return ContinuationScore(fsum(tokens), len(tokens), is_greedy=None)
    return ContinuationScore(check_log_likelihood(value), 0, is_greedy=None)


def _read_token_log_likelihoods(_: RollingLogLikelihood, value: object) -> TokenLogLikelihoods:
    return TokenLogLikelihoods(values=tuple(map(check_log_likelihood, _list(value))))


def _read_classification(value: object, labels: Sequence[str]) -> Classification:
    if not isinstance(value, Mapping) or not value:
        raise AnswerFormError(f"the answer must give a score per label, not {_shown(value)}")
    if labels and set(labels) != set(value):
        shown = ", ".join(sorted(map(str, value)))
        raise AnswerFormError(f"the labels are {', '.join(labels)}; the answer has {shown}")
    names = tuple(labels) or tuple(check_text(label, "a label") for label in value)
    scores = tuple(_finite(value[name]) for name in names)
    is_probability = min(scores) >= 0 and max(scores) <= 1 and abs(fsum(scores) - 1) <= _ROUNDING
    return Classification(labels=names, scores=scores, is_probability=is_probability)


def _read_embedding(_: Embed, value: object) -> Embedding:
    values = tuple(map(_finite, _list(value)))
    if not values:
        raise AnswerFormError("the answer is an empty vector")
    return Embedding(values)


def _unwrapped(value: object) -> object:
    # Arrays and their scalars, of numpy and torch alike, turn into plain values this way.
    tolist = getattr(value, "tolist", None)
    return tolist() if callable(tolist) else value


def _list(value: object) -> Sequence[object]:
    value = _unwrapped(value)
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise AnswerFormError(f"the answer must be a list, not {_shown(value)}")
    return value


def _number(value: object) -> float:
    value = _unwrapped(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise AnswerFormError(f"a number was expected, not {_shown(value)}")
    try:
        return float(value)
    except OverflowError as error:
        raise AnswerFormError("an integer is beyond the range of a float") from error


def _finite(value: object) -> float:
    number = _number(value)
    if not isfinite(number):
        raise AnswerFormError(f"a finite number was expected, not {number}")
    return number


def check_log_likelihood(value: object) -> float:
    """Return the number, which must be at most 0; slightly more is rounding, and 0.

    Raises:
        AnswerFormError: it is more, no number, or none at all.
    """
    number = _number(value)
    if not number <= _ROUNDING:  # written so that NaN is refused as well
        raise AnswerFormError(f"a log-likelihood is at most 0, not {number}")
    return min(number, 0.0)


def _shown(value: object) -> str:
    return f"{type(value).__name__} {shorten(repr(value), 80)}"


# Each function takes the one class that its key names, which a dict's type cannot say.
_READ: dict[type, Callable[[Any, object], Output]] = {
    Generate: _read_generation,
    LogLikelihood: _read_log_likelihoods,
    RollingLogLikelihood: _read_token_log_likelihoods,
    Embed: _read_embedding,
}
