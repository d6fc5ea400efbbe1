"""Answers with a fitted pipeline, and with pipelines fitted anew on request."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from harness.adapters.refusal import refuse
from harness.adapters.sklearn.classifying import Classifier, answer, crash
from harness.adapters.sklearn.decomposing import Decomposer
from harness.core.identity import Identity
from harness.core.request import Classify, Decompose, FitAndClassify, Request, TrainingSet
from harness.core.response import Exchange, Failure, Response

_MAX_FITS_KEPT = 8
"""A fit of ten thousand texts takes some 20 MB."""

FitAnew = Callable[[TrainingSet], Classifier]


class SklearnSession:
    """A fitted pipeline.

    Args:
        identity: what it is.
        pipeline: answers ``Classify``.
        batch_size: texts per call of a pipeline.
        fit: makes the pipelines that answer ``FitAndClassify``; None when nothing can be fitted.
        decomposer: answers ``Decompose``.
    """

    def __init__(
        self,
        *,
        identity: Identity,
        pipeline: Classifier,
        batch_size: int,
        decomposer: Decomposer,
        fit: FitAnew | None = None,
    ) -> None:
        self.identity = identity
        self._pipeline = pipeline
        self._batch_size = batch_size
        self._decomposer = decomposer
        self._fit = fit
        self._fits: OrderedDict[str, Classifier | Failure] = OrderedDict()

    def respond(self, requests: Sequence[Request]) -> Iterator[Exchange]:
        """Yield one exchange per request, those that share a training set together."""
        groups: defaultdict[str, list[tuple[Request, str]]] = defaultdict(list)
        to_decompose: list[tuple[Request, str]] = []
        training_sets: dict[str, TrainingSet] = {}
        for request in requests:
            payload = request.payload
            if isinstance(payload, Classify):
                groups[""].append((request, payload.text))
            elif isinstance(payload, Decompose):
                to_decompose.append((request, payload.text))
            elif isinstance(payload, FitAndClassify) and self._fit is not None:
                training_sets[payload.training.id] = payload.training
                groups[payload.training.id].append((request, payload.text))
            else:
                yield Exchange(request, refuse("sklearn", payload))
        for training_id, group in groups.items():
            training = training_sets.get(training_id)
            pipeline = self._pipeline if training is None else self._fitted(training)
            yield from self._respond_with(pipeline, group)
        yield from self._in_batches(self._decomposer.answer, to_decompose)

    def close(self) -> None:
        """Forget the pipelines fitted on request."""
        self._fits.clear()

    def _respond_with(
        self, pipeline: Classifier | Failure, group: Sequence[tuple[Request, str]]
    ) -> Iterator[Exchange]:
        if isinstance(pipeline, Failure):
            yield from (Exchange(request, pipeline) for request, _ in group)
        else:
            yield from self._in_batches(partial(answer, pipeline), group)

    def _in_batches(
        self,
        answered: Callable[[Sequence[str]], Sequence[Response | Failure]],
        group: Sequence[tuple[Request, str]],
    ) -> Iterator[Exchange]:
        for start in range(0, len(group), self._batch_size):
            batch = group[start : start + self._batch_size]
            answers = answered([text for _, text in batch])
            for (request, _), each in zip(batch, answers, strict=True):
                yield Exchange(request, each)

    def _fitted(self, training: TrainingSet) -> Classifier | Failure:
        """Fit, or give what was fitted on the same set before; a failed fit is kept as well."""
        if training.id not in self._fits:
            self._fits[training.id] = self._try_to_fit(training)
            if len(self._fits) > _MAX_FITS_KEPT:
                self._fits.popitem(last=False)
        self._fits.move_to_end(training.id)
        return self._fits[training.id]

    def _try_to_fit(self, training: TrainingSet) -> Classifier | Failure:
        assert self._fit is not None  # respond refuses before
        try:
            return self._fit(training)
        except Exception as error:  # noqa: BLE001 - a pipeline holds anybody's code
            return crash(error)
