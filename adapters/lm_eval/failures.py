"""Why a class of lm-evaluation-harness has not answered, in our words."""

from __future__ import annotations

from harness.adapters.plain_answers import AnswerFormError
from harness.core.response import FailureKind

_KINDS: tuple[tuple[type[Exception], FailureKind], ...] = (
    (AnswerFormError, FailureKind.PROTOCOL),
    (NotImplementedError, FailureKind.REJECTED),
    (MemoryError, FailureKind.OUT_OF_MEMORY),
    (TimeoutError, FailureKind.TIMEOUT),
    (ConnectionError, FailureKind.UNREACHABLE),
)
_NAMED = {
    "OutOfMemoryError": FailureKind.OUT_OF_MEMORY,
    "ClientConnectorError": FailureKind.UNREACHABLE,
    "ServerDisconnectedError": FailureKind.UNREACHABLE,
    "ConnectTimeout": FailureKind.TIMEOUT,
    "ReadTimeout": FailureKind.TIMEOUT,
}
"""By class name: those of torch, aiohttp and requests, which may not be installed."""
_TOO_MANY, _SERVER_ERRORS = 429, 500


def kind_of(error: Exception) -> FailureKind:
    """Return the kind of failure that an exception is.

    >>> kind_of(TimeoutError()), kind_of(ValueError("no"))
    (<FailureKind.TIMEOUT: 'timeout'>, <FailureKind.CRASHED: 'crashed'>)
    """
    status = _http_status(error)
    if status is not None:
        if status == _TOO_MANY:
            return FailureKind.RATE_LIMITED
        return FailureKind.SERVER_ERROR if status >= _SERVER_ERRORS else FailureKind.REJECTED
    named = _NAMED.get(type(error).__name__)
    known = (kind for cls, kind in _KINDS if isinstance(error, cls))
    return named or next(known, FailureKind.CRASHED)


def _http_status(error: Exception) -> int | None:
    """Return the status of a refused request (aiohttp and requests keep it in different places)."""
    status = getattr(error, "status", None)
    if status is None:
        status = getattr(getattr(error, "response", None), "status_code", None)
    return status if isinstance(status, int) else None
