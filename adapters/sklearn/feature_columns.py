"""Which columns of a pipeline's features a text has, what they are called, and where they stand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from harness.adapters.sklearn.ngram_places import Place, placed_ngrams
from harness.adapters.sklearn.undecomposable import UndecomposableError

_IN_PLACE = (
    "TfidfTransformer",
    "MaxAbsScaler",
    "StandardScaler",
    "Normalizer",
    "Binarizer",
)
"""Steps whose columns are those of the step before, one by one."""
_NOTHING = (None, "passthrough")


@dataclass(slots=True)
class PlacedFeature:
    """A feature of the text."""

    name: str
    places: list[Place] = field(default_factory=list)


Columns = dict[int, PlacedFeature]


def placed_columns(step: Any, text: str) -> Columns:
    """Return the columns that a text has, by their number.

    Args:
        step: what makes features of texts: a vectoriser, several beside each other
            (``FeatureUnion``), or a pipeline of one and of steps that scale or select columns.
        text: as it stands.

    Raises:
        UndecomposableError: the columns cannot be told, or not where they stand in the text.
    """
    if hasattr(step, "steps"):
        return _of_pipeline([each for _, each in step.steps], text)
    if hasattr(step, "transformer_list"):
        return _of_union([each for _, each in step.transformer_list], text)
    if not hasattr(step, "vocabulary_"):
        raise UndecomposableError(f"a {type(step).__name__} does not tell the words of its columns")
    columns: Columns = {}
    for name, places in placed_ngrams(step, text):
        column = step.vocabulary_.get(name)
        if column is not None:
            columns.setdefault(int(column), PlacedFeature(name)).places.extend(places)
    return columns


def _of_pipeline(steps: list[Any], text: str) -> Columns:
    first, *others = [step for step in steps if step not in _NOTHING]
    columns = placed_columns(first, text)
    for step in others:
        if hasattr(step, "get_support"):
            kept = {int(old): new for new, old in enumerate(step.get_support(indices=True))}
            columns = {kept[old]: each for old, each in columns.items() if old in kept}
        elif type(step).__name__ not in _IN_PLACE:
            raise UndecomposableError(f"a {type(step).__name__} mixes the words of its columns")
    return columns


def _of_union(branches: list[Any], text: str) -> Columns:
    columns: Columns = {}
    n_before = 0
    for branch in branches:
        if isinstance(branch, str):  # "drop" has no columns, and "passthrough" no words
            if branch == "drop":
                continue
            raise UndecomposableError("a branch of the features passes texts through")
        found = placed_columns(branch, text)
        columns.update({n_before + column: each for column, each in found.items()})
        n_before += int(branch.transform([text]).shape[1])
    return columns
