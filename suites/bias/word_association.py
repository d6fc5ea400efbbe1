"""Word association: whether an embedder's vectors hold the associations that people have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from harness.core.capability import Capability
from harness.core.errors import ConfigError
from harness.core.sample import Sample
from harness.sources.lexicons.association_words import ASSOCIATION_WORDS
from harness.sources.lexicons.lexicon import Lexicon
from harness.sources.source import Source
from harness.suites.bias.association_metric import TEST, AssociationMetric, Shape
from harness.suites.bias.association_task import AssociationTask
from harness.suites.bias.word_sets import AssociationTest, published_tests, read_tests

WORD = "{word}"
SENTENCES = (
    "The word is {word}.",
    "Somebody wrote {word} on the wall.",
    "They talked about {word} yesterday.",
    "One of the cards says {word}.",
)
"""They say nothing of what the word means, and are right for nouns, names, verbs and adjectives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordAssociationSuite:
    """The tests of Caliskan et al. (2017) on words, or of May et al. (2019) on sentences.

    Each test is one sample: all of its words are embedded, and a test that lacks one of them has
    failed.
    """

    needs: ClassVar[tuple[Capability, ...]] = (Capability.EMBEDS,)

    data: Source | None = None
    """A TOML file of tests, or its path; without it the ten of Caliskan et al."""
    level: Literal["word", "sentence"] = "word"
    """``word``: each word alone (WEAT). ``sentence``: each in sentences that say little else
    (SEAT); the numbers have other names."""
    sentences: tuple[str, ...] = SENTENCES
    """With ``level = "sentence"``: each has ``{word}`` in it."""
    permutations: int = 10_000
    """Of more than 36 target words so many deals are drawn; of fewer all are counted."""

    def __post_init__(self) -> None:
        """Refuse impossible values.

        Raises:
            ConfigError: a number out of its range, or sentences without a place for the word.
        """
        if self.permutations < 100:  # noqa: PLR2004 - fewer cannot tell 1 % from nothing
            reason = f"must be at least 100, not {self.permutations}"
            raise ConfigError("permutations", reason, "write 10000")
        if not self.sentences or not all(WORD in text for text in self.sentences):
            raise ConfigError("sentences", f"needs {WORD} in each", f'write ["This is {WORD}."]')

    @property
    def lexicons(self) -> tuple[Lexicon, ...]:
        """The published word sets, unless a file of own tests is given."""
        return (ASSOCIATION_WORDS,) if self.data is None else ()

    def prepare(self, *, limit: int | None, seed: int) -> AssociationTask:
        """Read the tests; a limit keeps the first of them."""
        tests = tuple(published_tests()) if self.data is None else read_tests(self.data)
        tests = tests[:limit]
        carriers = (WORD,) if self.level == "word" else self.sentences
        shapes = {
            test.name: Shape(
                n_words=tuple(len(each.words) for each in test.sets),
                n_sentences=len(carriers),
                names=tuple(each.name for each in test.sets),
            )
            for test in tests
        }
        metric = AssociationMetric(
            kind="weat" if self.level == "word" else "seat",
            shapes=shapes,
            permutations=self.permutations,
            seed=seed,
        )
        texts = {test.name: _texts(test, carriers) for test in tests}
        return AssociationTask(
            drawn=tuple(_sample(test, index) for index, test in enumerate(tests)),
            texts=texts,
            metric=metric,
        )


def _texts(test: AssociationTest, carriers: tuple[str, ...]) -> tuple[str, ...]:
    """Return all texts to embed: set by set, word by word, sentence by sentence."""
    words = (word for each in test.sets for word in each.words)
    return tuple(carrier.replace(WORD, word) for word in words for carrier in carriers)


def _sample(test: AssociationTest, index: int) -> Sample:
    return Sample(id=test.name, index=index, text=test.shown, slices={TEST: test.name})
