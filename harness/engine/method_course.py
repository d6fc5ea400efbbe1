"""A method of explanation at work on one text, held to what it may ask and has to return."""

from __future__ import annotations

import random
from collections.abc import Generator, Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from harness.core.explained import Attribution, Row
from harness.core.explainer import Subject, UnexplainableError
from harness.core.request import InsideQuestion
from harness.core.response import Failure, FailureKind, InsideAnswer
from harness.engine.broken_course import Broken, guarded
from harness.engine.explanation_pool import Question, Told
from harness.engine.masked_inquiry import Cost, Inquiry

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Masks: TypeAlias = NDArray[np.bool_]
    Outputs: TypeAlias = NDArray[np.float64]
    Wanted: TypeAlias = Masks | Sequence[InsideQuestion]
    News: TypeAlias = Outputs | Sequence[InsideAnswer]

_MOST_IN_VAIN = 1000
"""Times in a row that a method may ask about nothing; more, and it has no end."""


def attributed(
    inquiry: Inquiry, subject: Subject, key: str, cost: Cost
) -> Generator[Question, Told, Attribution]:
    """Let a method ask until it is done.

    Args:
        inquiry: asks for it.
        subject: the text.
        key: what it draws by.
        cost: what its queries are counted to.

    Raises:
        Broken: it has a defect, or one of its queries no answer.
        HarnessError: what it needs cannot be had.
    """
    rng = random.Random(key)  # noqa: S311 - no secret
    # What a method is sent fits what it asked; a type cannot say so.
    running: Any = guarded(inquiry.who, lambda: inquiry.explainer.explain(subject, rng))
    n_in_vain = 0
    wanted = guarded(inquiry.who, lambda: _stepped(running, None))
    while not isinstance(wanted, Attribution):
        n_in_vain = 0 if len(wanted) else n_in_vain + 1
        if n_in_vain > _MOST_IN_VAIN:
            raise Broken.by_defect(inquiry.who, "goes on asking about nothing")
        news = yield from _asked(inquiry, wanted, cost)
        wanted = guarded(inquiry.who, lambda: _stepped(running, news))  # noqa: B023 - called at once
    _check(inquiry, wanted)
    return wanted


def _asked(inquiry: Inquiry, wanted: Wanted, cost: Cost) -> Generator[Question, Told, News]:
    if isinstance(wanted, np.ndarray):
        return (yield from inquiry.ask(wanted, cost))
    if not all(isinstance(each, InsideQuestion) for each in wanted):
        reason = "asks neither with masks nor about the model's inside"
        raise Broken.by_defect(inquiry.who, reason)
    return (yield from inquiry.look_inside(wanted, cost))


def _stepped(running: Any, news: News | None) -> Wanted | Attribution:
    """Take a method to its next question, or to its end."""
    try:
        wanted: Wanted = next(running) if news is None else running.send(news)
    except StopIteration as end:
        if not isinstance(end.value, Attribution):
            raise TypeError(f"it returns {type(end.value).__name__}, not Attribution") from end
        return end.value
    except UnexplainableError as error:
        failure = Failure(kind=FailureKind.PROTOCOL, message=str(error))
        raise Broken(failure) from error
    return wanted


def _check(inquiry: Inquiry, found: Attribution) -> None:
    """Refuse values that do not fit the parts and outputs, or are no numbers."""
    n_outputs = len(inquiry.outputs)
    n_columns = n_outputs if found.columns is None else len(found.columns)
    is_placed = all(0 <= place < n_outputs for place in found.columns or ())
    rows: list[Row] = [*found.values, *filter(None, (found.base, found.total))]
    is_fit = len(found.values) == len(inquiry.spans) and is_placed
    if not is_fit or any(len(row) != n_columns for row in rows):
        raise Broken.by_defect(inquiry.who, "returns values that do not fit parts and outputs")
    if not all(isfinite(value) for row in rows for value in row):
        raise Broken.by_defect(inquiry.who, "returns a value that is no finite number")
