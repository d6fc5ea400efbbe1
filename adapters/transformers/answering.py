"""From requests to exchanges: read into rows, computed in batches, gathered into answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from harness.adapters.transformers.batching import Row
from harness.core.request import Request
from harness.core.response import Exchange, Failure, FailureKind, Response

RowT = TypeVar("RowT", bound=Row)
ResultT = TypeVar("ResultT")
RowT_co = TypeVar("RowT_co", bound=Row, covariant=True)
ResultT_contra = TypeVar("ResultT_contra", contravariant=True)


class RefusedError(Exception):
    """One request cannot be answered; becomes its Failure."""

    def __init__(self, message: str, kind: FailureKind = FailureKind.REJECTED) -> None:
        self.failure = Failure(kind=kind, message=message)
        super().__init__(message)


class Question(Protocol[RowT_co, ResultT_contra]):
    """A request as the model reads it."""

    @property
    def rows(self) -> Sequence[RowT_co]:
        """What the model has to compute; at least one row."""
        ...

    def gather(self, results: Sequence[ResultT_contra]) -> Response:
        """Make the answer out of the rows' results, given in the order of the rows.

        Raises:
            RefusedError: the results are no answer.
        """
        ...


class Responder(Protocol[RowT, ResultT]):
    """How one kind of question is put to a model."""

    def read(self, request: Request) -> Question[RowT, ResultT]:
        """Tokenise.

        Raises:
            RefusedError: the request cannot be answered.
        """
        ...

    def compute(
        self, rows: Sequence[RowT], max_batch_tokens: int
    ) -> Iterator[tuple[RowT, ResultT | Failure]]:
        """Yield each of these distinct rows with its result, as soon as it is there."""
        ...


@dataclass(slots=True)
class _Waiting(Generic[RowT, ResultT]):
    """A request some of whose rows are not yet computed."""

    request: Request
    question: Question[RowT, ResultT]
    n_missing: int
    results: dict[RowT, ResultT | Failure] = field(default_factory=dict)


def answer(
    responder: Responder[RowT, ResultT], requests: Sequence[Request], max_batch_tokens: int
) -> Iterator[Exchange]:
    """Yield one exchange per request, each as soon as its last row is computed.

    Rows that several requests share are computed once.
    """
    asking: dict[RowT, list[_Waiting[RowT, ResultT]]] = {}
    for request in requests:
        try:
            question = responder.read(request)
        except RefusedError as refused:
            yield Exchange(request, refused.failure)
            continue
        distinct = dict.fromkeys(question.rows)
        waiting = _Waiting[RowT, ResultT](request, question, len(distinct))
        for row in distinct:
            asking.setdefault(row, []).append(waiting)
    for row, result in responder.compute(list(asking), max_batch_tokens):
        for waiting in asking.pop(row):
            waiting.results[row] = result
            waiting.n_missing -= 1
            if waiting.n_missing == 0:
                yield Exchange(waiting.request, _gathered(waiting))


def _gathered(waiting: _Waiting[RowT, ResultT]) -> Response | Failure:
    results: list[ResultT] = []
    for row in waiting.question.rows:
        result = waiting.results[row]
        if isinstance(result, Failure):
            return result
        results.append(result)
    try:
        return waiting.question.gather(results)
    except RefusedError as refused:
        return refused.failure
