"""Text classifiers of scikit-learn: stored ones, and ones that the spec asks to be fitted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from harness.core.capability import Capability
from harness.core.errors import ConfigError
from harness.sources.columns import Columns
from harness.sources.dataset import Dataset
from harness.sources.source import Source

if TYPE_CHECKING:
    from harness.adapters.sklearn.session import SklearnSession

Recipe = Literal["logistic_regression", "linear_svm", "naive_bayes", "k_nearest_neighbours"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A classifier to be fitted: on what, and which."""

    data: Dataset
    """Labelled texts. Where a suite evaluates on the same file, give this table
    ``part = "train"`` and the suite's ``part = "test"``."""
    columns: Columns
    """``text`` and ``target``."""
    limit: int | None = None
    """Fit on at most this many rows, drawn with ``seed``."""
    recipe: Recipe | None = None
    """TF-IDF of words and word pairs, then this classifier; logistic regression by default."""
    char_ngrams: bool = False
    """Add TF-IDF of 2 to 5 characters within words: for misspelt texts, for languages rich in
    endings, and for those that write no spaces (whose words the tokenizer cannot find)."""
    n_neighbours: int = 5
    """For ``k_nearest_neighbours``: how many vote, each with 1 / its cosine distance."""
    pipeline: str | None = None
    """Instead of a recipe: ``package.module:function``, called without arguments to make an
    unfitted scikit-learn pipeline that takes texts. It is fitted anew in each run."""
    seed: int = 0
    """Of the limit's draw and of the recipe's estimator."""

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        if self.recipe is not None and self.pipeline is not None:
            raise ConfigError("pipeline", "stands beside recipe", "keep one of the two")
        if self.pipeline is not None and ":" not in self.pipeline:
            raise ConfigError(
                "pipeline", f"{self.pipeline!r} names no function", "write package.module:function"
            )
        if self.columns.target is None:
            raise ConfigError("columns", "fitting needs target", "add target = …")
        for name in ("n_neighbours", "limit"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ConfigError(name, f"must be at least 1, not {value}", f"write {name} = 5")


@dataclass(frozen=True, slots=True, kw_only=True)
class SklearnAdapter(Source):
    """A fitted pipeline from a skops file, or one fitted first: any with a score for each class.

    ``predict_proba`` gives probabilities. Where only ``decision_function`` is there, its values
    are scores without that claim; two classes, of which it scores the second alone as d, are
    given (-d, d).
    """

    fit: Fit | None = None
    """Fit a pipeline instead of loading one; a recipe's is kept in the cache for the next run."""
    trusted: tuple[str, ...] = ()
    """Types outside scikit-learn, numpy and scipy that a skops file may make, by full name."""
    allow_pickle: bool = False
    """Load a pickle or joblib file, which may run any code. Only for files that you made."""
    batch_size: int = 1024
    """Texts per call of the pipeline."""

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        is_stored = bool(self.path or self.hub or self.package)
        if not is_stored and self.fit is None:
            raise ConfigError(
                "path", "is missing, and so is fit", "name a stored model, or fit one"
            )
        if is_stored and self.fit is not None:
            raise ConfigError("fit", "stands beside a stored model", "keep one of the two")
        if self.fit is not None and (self.trusted or self.allow_pickle):
            raise ConfigError(
                "trusted" if self.trusted else "allow_pickle",
                "stands beside fit, which loads no file of yours",
                "leave it out",
            )
        if self.batch_size < 1:
            raise ConfigError("batch_size", "must be at least 1", "write batch_size = 1024")

    @property
    def capabilities(self) -> frozenset[Capability]:
        """Classifying; fitting too, where the spec says how.

        Scores of nearest neighbours are no sum over words. Whether those of a pipeline that is not
        one of the recipes are, only it can tell when it is asked.
        """
        offered = {Capability.CLASSIFIES}
        if self.fit is not None:
            offered.add(Capability.FITS)
        if self.fit is None or self.fit.recipe != "k_nearest_neighbours":
            offered.add(Capability.DECOMPOSES)
        return frozenset(offered)

    def open(self) -> SklearnSession:
        """Load the pipeline, or fit it where the cache does not hold it yet.

        Raises:
            AdapterError: it cannot be loaded or fitted, or gives no scores.
            ConfigError: an untrusted type, a pickle without leave, scikit-learn not installed.
            DataError: the training data cannot be used.
            SourceError: the bytes cannot be had.
        """
        _require_packages()
        if self.fit is not None:
            from harness.adapters.sklearn.fitting import open_fitted

            return open_fitted(self.fit, batch_size=self.batch_size)
        from harness.adapters.sklearn.stored import open_stored

        return open_stored(
            self.fetch(),
            trusted=self.trusted,
            allow_pickle=self.allow_pickle,
            batch_size=self.batch_size,
        )


def _require_packages() -> None:
    from importlib.util import find_spec

    missing = [name for name in ("sklearn", "skops") if find_spec(name) is None]
    if missing:
        raise ConfigError(
            "adapter = 'sklearn'",
            f"needs {' and '.join(missing)}, not installed here",
            "pip install 'model-audit-harness[sklearn]'",
        )
