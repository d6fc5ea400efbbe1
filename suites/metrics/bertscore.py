"""BERTScore, as bert-score computes it, with a model that is pinned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar, Literal

from harness.core.errors import ConfigError
from harness.core.score import Direction, Quantity
from harness.sources.source import Source
from harness.suites.metrics.against_references import AgainstReferences
from harness.suites.metrics.mean_of_values import MeanOfValues
from harness.suites.metrics.required_package import required_version
from harness.suites.metrics.tokenization import replace_lone_surrogates


def _quantity(name: str, what: str, *, is_headline: bool = False) -> Quantity:
    return Quantity(
        id=f"bertscore_{name}",
        direction=Direction.HIGHER,
        definition=f"{what}, best reference, mean over samples, not rescaled (Zhang et al. 2020;"
        " bert-score)",
        low=-1.0,
        is_headline=is_headline,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BertScore(AgainstReferences, MeanOfValues):
    """Greedy matching of the tokens' contextual embeddings by cosine."""

    name: ClassVar[str] = "bertscore"
    unicode: ClassVar[Literal["kept"]] = "kept"  # the encoder's tokenizer has its own way
    quantities: ClassVar[tuple[Quantity, ...]] = (
        _quantity("precision", "mean over the answer's tokens of the nearest reference token"),
        _quantity("recall", "mean over the reference's tokens of the nearest answer token"),
        _quantity("f1", "harmonic mean of BERTScore precision and recall", is_headline=True),
    )

    model: Source
    """A folder with a transformers encoder and its tokenizer."""
    layer: int
    """Take the embeddings after this many layers; values of different layers do not compare."""
    device: str = "cpu"
    """``cpu``, ``cuda``, ``mps``."""

    @property
    def signature(self) -> Mapping[str, str]:
        """The model's hash, the layer, and the packages' versions."""
        versions = {
            package: required_version(package, metric=self.name, extra="bertscore")
            for package in ("bert-score", "transformers")
        }
        return {"model": _weights_hash(self._folder()), "layer": str(self.layer), **versions}

    def compare(self, answer: str, references: tuple[str, ...]) -> tuple[float, ...]:
        """Return precision, recall and F1, each the best over the references."""
        wanted = [replace_lone_surrogates(text) for text in references if text.strip()]
        found = replace_lone_surrogates(answer)
        if not found.strip() or not wanted:
            # bert-score's own value for an empty text, without its line on standard error
            return (0.0,) * len(self.quantities)
        scores = _scorer(self._folder(), self.layer, self.device).score([found], [wanted])
        return tuple(float(column[0]) for column in scores)

    def _folder(self) -> Path:
        folder = self.model.fetch()
        if not (folder / "config.json").is_file():
            raise ConfigError(
                "metric 'bertscore', model",
                f"{folder} holds no config.json",
                "name a folder with a transformers model",
            )
        return folder


@lru_cache(maxsize=2)
def _scorer(folder: Path, layer: int, device: str) -> Any:
    try:
        from bert_score import BERTScorer
    except ImportError as error:
        raise ConfigError(
            "metric 'bertscore'", f"bert-score cannot be imported ({error})", "mend the packages"
        ) from error
    try:
        return BERTScorer(model_type=str(folder), num_layers=layer, device=device)
    except AssertionError as error:
        raise ConfigError("metric 'bertscore', layer", str(error), "choose one of those") from error
    except (OSError, ValueError) as error:
        raise ConfigError(
            "metric 'bertscore', model",
            f"{folder} cannot be loaded ({error})",
            "name a folder with a transformers encoder and its tokenizer",
        ) from error


@lru_cache(maxsize=2)
def _weights_hash(folder: Path) -> str:
    from harness.core.identity import hash_tree

    return hash_tree(folder)
