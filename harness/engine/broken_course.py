"""How a course of questions ends before its time: at its own defect, or without an answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from harness.core.errors import HarnessError
from harness.core.response import Failure, FailureKind, Usage
from harness.engine.breakdown import sentence_of

Value = TypeVar("Value")


class Broken(Exception):  # noqa: N818 - a course that ends, and no error of its caller's
    """A course that cannot be believed, or one of its queries without an answer."""

    def __init__(self, failure: Failure) -> None:
        self.failure = failure
        super().__init__(failure.message)

    @classmethod
    def by_defect(cls, who: str, reason: str) -> Broken:
        """Return the end of a course by a defect of its own."""
        return cls(Failure(kind=FailureKind.CRASHED, message=f"{who} {reason}"))


def guarded(who: str, step: Callable[[], Value]) -> Value:
    """Let a stranger's code run; what it breaks on costs this sample and no other.

    Raises:
        Broken: it has raised something.
        HarnessError: what it needs cannot be had.
    """
    try:
        return step()
    except (Broken, HarnessError):
        raise
    except (Exception, SystemExit) as defect:
        raise Broken.by_defect(who, f"broke down: {sentence_of(defect)}") from defect


def total_usage(usages: Sequence[Usage]) -> Usage | None:
    """Add up what many requests took; None where it is not known of any."""
    if not usages:
        return None
    n_input = [each.n_input_tokens for each in usages if each.n_input_tokens is not None]
    n_output = [each.n_output_tokens for each in usages if each.n_output_tokens is not None]
    return Usage(
        n_input_tokens=sum(n_input) if n_input else None,
        n_output_tokens=sum(n_output) if n_output else None,
    )
