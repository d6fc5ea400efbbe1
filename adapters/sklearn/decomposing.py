"""A pipeline's scores taken apart into what the words and characters of a text add to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from harness.adapters.sklearn.classifying import crash
from harness.adapters.sklearn.feature_columns import placed_columns
from harness.adapters.sklearn.linear_parts import is_linear, linear_model
from harness.adapters.sklearn.tree_parts import is_tree, tree_explainer, tree_values
from harness.adapters.sklearn.undecomposable import UndecomposableError
from harness.core.decomposition import Decomposition, Feature
from harness.core.response import Failure, FailureKind, Response

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]
    Integers: TypeAlias = NDArray[np.int64]

_MAX_NUMBERS = 2**23
"""Trees read dense rows: no more numbers than this (64 MiB) at a time, unless one row has more."""


@dataclass(frozen=True, slots=True)
class _Scored:
    """One text's scores, and how to take them apart."""

    method: Literal["linear", "tree"]
    unit: Literal["probability", "score"]
    background: str
    base: Floats
    """(C,)."""
    total: Floats
    """(C,)."""
    added: Callable[[Integers], Floats]
    """Returns (k, C) for k columns."""


class Decomposer:
    """Takes the scores of one pipeline apart.

    Args:
        pipeline: of scikit-learn, fitted.
        background: texts that it was fitted on; where none are known, the empty text stands for
            them.
    """

    def __init__(self, pipeline: Any, background: Sequence[str] = ()) -> None:
        self._pipeline = pipeline
        self._background = background or ("",)
        self._words = f"{len(background)} training texts" if background else "the empty text"
        self._means: Floats | None = None
        self._trees: Any = None

    def answer(self, texts: Sequence[str]) -> list[Response | Failure]:
        """Take the scores of each text apart; answers in the order of the texts."""
        try:
            steps = [step for _, step in getattr(self._pipeline, "steps", ())]
            scored = self._scored(steps, texts)
            return [self._told(text, each) for text, each in zip(texts, scored, strict=True)]
        except UndecomposableError as error:
            return [_refusal(error)] * len(texts)
        except Exception as error:  # noqa: BLE001 - a pipeline holds anybody's code
            return [crash(error)] * len(texts)

    def _scored(self, steps: Sequence[Any], texts: Sequence[str]) -> Iterator[_Scored]:
        if len(steps) < 2:  # noqa: PLR2004 - one makes features, one classifies
            kind = type(self._pipeline).__name__
            raise UndecomposableError(f"a {kind} is no pipeline of features and a classifier")
        estimator = steps[-1]
        if is_linear(estimator):
            return self._linear(estimator, self._features(texts))
        if is_tree(estimator):
            return self._of_trees(estimator, self._features(texts))
        kind = type(estimator).__name__
        raise UndecomposableError(f"a {kind} is neither linear in its features nor made of trees")

    def _features(self, texts: Sequence[str]) -> Any:
        from scipy.sparse import csr_array

        return csr_array(self._pipeline[:-1].transform(list(texts)))

    def _linear(self, estimator: Any, features: Any) -> Iterator[_Scored]:
        model = linear_model(estimator, features)
        if self._means is None:
            self._means = np.asarray(self._features(self._background).mean(axis=0)).ravel()
        means = self._means
        base, totals = model.scores(means[None])[0], model.scores(features)
        for at, total in enumerate(totals):
            row = features[[at]].toarray()[0]

            def added(columns: Integers, row: Floats = row) -> Floats:
                return model.added(columns, row[columns], means[columns])

            yield _Scored("linear", "score", self._words, base, total, added)

    def _of_trees(self, estimator: Any, features: Any) -> Iterator[_Scored]:
        if self._trees is None:
            self._trees = tree_explainer(estimator)
        words = "the training texts, along the paths of the trees"
        at_a_time = max(1, _MAX_NUMBERS // (features.shape[1] * len(self._pipeline.classes_)))
        for start in range(0, features.shape[0], at_a_time):
            rows = features[start : start + at_a_time].toarray()
            found = tree_values(self._trees, estimator, rows)
            for values in found.values:
                total = found.base + values.sum(axis=0)
                yield _Scored("tree", found.unit, words, found.base, total, values.__getitem__)

    def _told(self, text: str, scored: _Scored) -> Response | Failure:
        try:
            columns = placed_columns(self._pipeline[:-1], text)
        except UndecomposableError as error:
            return _refusal(error)
        order = sorted(columns)
        added = scored.added(np.array(order, dtype=np.int64))
        output = Decomposition(
            method=scored.method,
            labels=tuple(str(label) for label in self._pipeline.classes_),
            unit=scored.unit,
            background=scored.background,
            base=tuple(scored.base.tolist()),
            absent=tuple((scored.total - scored.base - added.sum(axis=0)).tolist()),
            total=tuple(scored.total.tolist()),
            features=tuple(
                Feature(
                    name=columns[column].name,
                    places=tuple(columns[column].places),
                    values=tuple(row),
                )
                for column, row in zip(order, added.tolist(), strict=True)
            ),
        )
        return Response(output=output)


def _refusal(error: UndecomposableError) -> Failure:
    return Failure(kind=FailureKind.REJECTED, message=f"the scores cannot be taken apart: {error}")
