"""``shap``: Shapley values over a tree of words, as the text explainer of the library shap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.core.capability import Capability
from harness.core.errors import ConfigError
from harness.core.explained import Attribution
from harness.suites.explanations.masking import Masking

if TYPE_CHECKING:
    import random

    from harness.core.explainer import Explaining, Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Shap(Masking):
    r"""What each word adds, on average over contexts (Lundberg and Lee 2017; Owen 1977).

    The values sum to the outputs of the whole text less those of the blank one. They equal those
    of ``shap.Explainer(f, shap.maskers.Text(r"\W+"))`` of shap 0.51 for the same parts.
    """

    name: ClassVar[str] = "shap"
    version: ClassVar[int] = 1
    needs: ClassVar[Capability | None] = None
    draws: ClassVar[bool] = False

    max_evals: int = 500
    """Most texts that are asked about for one sample, the whole and the blank one counted in; 4 or
    more. 500 reach for a text of about 22 words; of a longer one, some words share a value."""
    batch_size: int = 5
    """Texts that a round asks about, where the budget does not reach, rounded up to an even
    number; 2 or more. Each round decides on the next, so that it changes values a little."""

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        if self.max_evals < 4:  # noqa: PLR2004 - whole, blank, and the two children of the root
            raise ConfigError("max_evals", f"must be at least 4, not {self.max_evals}", "raise it")
        if self.batch_size < 2:  # noqa: PLR2004 - the two children of one node
            raise ConfigError(
                "batch_size", f"must be at least 2, not {self.batch_size}", "write batch_size = 5"
            )

    def explain(self, subject: Subject, rng: random.Random) -> Explaining:
        """Start on one text; see ``owen_values``."""
        from harness.suites.explanations.owen import owen_values
        from harness.suites.explanations.word_tree import word_tree

        del rng
        tree = word_tree([subject.text[start:end] for start, end in subject.spans])
        found = yield from owen_values(tree, subject.blank, self.max_evals, self.batch_size)
        return Attribution(
            values=tuple(map(tuple, found.values.tolist())),
            base=subject.blank,
            total=tuple(found.whole.tolist()),
            is_capped=found.is_capped,
        )
