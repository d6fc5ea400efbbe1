"""SHAP of a model's own features: linear SHAP and tree SHAP, exact, without one masked text."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from harness.core.capability import Capability
from harness.core.decomposition import Decomposition
from harness.core.explained import Attribution, Row
from harness.core.explainer import Explaining, Subject, UnexplainableError
from harness.core.request import Decompose
from harness.suites.explanations.masking import Masking
from harness.suites.explanations.token_parts import Place, part_values


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureShap(Masking):
    """Shapley values of a scikit-learn pipeline's own features: n-grams of words or characters.

    Of a linear model: coefficient times the distance from the background's mean (linear SHAP, with
    features independent of each other; Lundberg and Lee 2017). Of trees: tree SHAP along the paths
    of the training texts (Lundberg et al. 2020). An n-gram's value is divided evenly among its
    words, over all of its places. What the absent features add is part of the base.
    """

    name: ClassVar[str] = "feature_shap"
    version: ClassVar[int] = 1
    needs: ClassVar[Capability] = Capability.DECOMPOSES
    draws: ClassVar[bool] = False

    def explain(self, subject: Subject, rng: random.Random) -> Explaining:
        """Ask once."""
        del rng
        (found,) = yield [Decompose(text=subject.text)]
        if not isinstance(found, Decomposition):
            raise TypeError(f"{type(found).__name__} came for what features add")
        order = _order(found, subject)

        def ordered(row: Row) -> Row:
            return tuple(row[place] for place in order)

        values = part_values(
            subject.spans, [(place, ordered(row)) for place, row in _pieces(found)]
        )
        n_outputs = len(subject.outputs)
        base = [known + absent for known, absent in zip(found.base, found.absent, strict=True)]
        return Attribution(
            # No feature of the model is in the text.
            values=values if found.features else ((0.0,) * n_outputs,) * len(subject.spans),
            base=ordered(tuple(base)),
            total=ordered(found.total),
            is_in_output_unit=found.unit == "probability",
        )


def _pieces(found: Decomposition) -> Iterator[tuple[Place, Row]]:
    for feature in found.features:
        row = tuple(value / len(feature.places) for value in feature.values)
        for place in feature.places:
            yield place, row


def _order(found: Decomposition, subject: Subject) -> tuple[int, ...]:
    """Return the place of each output among the model's labels, which a suite may call otherwise.

    Raises:
        UnexplainableError: they are not the same in number, or the choice is another.
    """
    if set(found.labels) == set(subject.outputs):
        return tuple(map(found.labels.index, subject.outputs))
    best = max(range(len(found.total)), key=found.total.__getitem__)
    if len(found.labels) != len(subject.outputs) or best != subject.chosen:
        raise UnexplainableError(
            f"the model's labels {', '.join(found.labels)} are not those that the suite reads:"
            f" {', '.join(subject.outputs)}"
        )
    return tuple(range(len(found.labels)))
