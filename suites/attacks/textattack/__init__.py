"""Recipes of TextAttack, run by TextAttack's own classes in the lock step of this engine."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, ClassVar

from harness.core.errors import ConfigError, did_you_mean
from harness.sources.lexicons.lexicon import Lexicon, lexicon_hashes
from harness.sources.lexicons.stop_words import STOP_WORDS
from harness.sources.lexicons.wordnet_files import WORDNET
from harness.suites.attacks.input_reduction import InputReduction
from harness.suites.attacks.recipe import check_budget
from harness.suites.attacks.textattack.catalogue import CATALOGUE, Entry

if TYPE_CHECKING:
    from harness.core.attacked import Guess
    from harness.core.ports import GradientSearch, Metric, Search

_VERSION = 1
"""Raised whenever the same seed, text and TextAttack would come out otherwise."""
_SHARE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class TextAttackRecipe:
    """A recipe of TextAttack: its transformation, constraints, search and goal, as it builds them.

    ``attack = ["textattack:pwws"]`` says the same as
    ``attack = [{name = "textattack", recipe = "pwws"}]``. ``harness list attacks 'textattack:*'``
    names the recipes and what each still lacks here.
    """

    option_after_colon: ClassVar[str] = "recipe"
    """Where ``NAME`` of ``textattack:NAME`` goes."""
    weight: ClassVar[float] = 100
    """Bytes that a search takes for each that the same texts would take as strings: every candidate
    is an object with its words, and stays in the attack's caches until its end (measured on texts
    of 20 words: ``pruthi`` 93)."""

    recipe: str
    """Name of the recipe, as TextAttack's own command spells it."""
    budget: int | None = None
    """Most queries for one sample, the one about the text as it is among them; none: no bound.
    It becomes the ``query_budget`` of TextAttack's goal function."""
    share: float = _SHARE
    """Of ``input-reduction`` alone: the share of the words that has to go for a success, in
    (0, 1]. TextAttack tells of no success there."""

    def __post_init__(self) -> None:
        """Refuse impossible values, and recipes that cannot attack what is asked for a label."""
        check_budget(self.budget)
        if self.recipe not in CATALOGUE:
            reason = f"TextAttack has no recipe named {self.recipe!r}"
            raise ConfigError("recipe", reason, did_you_mean(self.recipe, CATALOGUE))
        entry = CATALOGUE[self.recipe]
        if entry.never:
            remedy = "choose another: see harness list attacks 'textattack:*'"
            raise ConfigError("recipe", f"{self.recipe!r} {entry.never}", remedy)
        if self.budget is not None and not entry.heeds_budget:
            reason = f"{self.recipe!r} breaks down when its queries are bounded"
            raise ConfigError("budget", reason, "leave it out")
        if self.share != _SHARE and not entry.keeps_label:
            reason = f"says nothing to {self.recipe!r}"
            raise ConfigError("share", reason, "leave it out")
        if not 0 < self.share <= 1:
            reason = f"must be above 0 and at most 1, not {self.share}"
            raise ConfigError("share", reason, "write share = 0.5")

    @staticmethod
    def listed(pattern: str) -> Iterator[tuple[str, str]]:
        """Yield the recipes like a shell pattern, with what each lacks here."""
        from harness.suites.attacks.textattack.installed import missing_package

        for name, entry in CATALOGUE.items():
            if fnmatchcase(name, pattern):
                missing = missing_package() or entry.missing
                standing = "; ".join(missing) if missing else "runs"
                yield name, f"never runs: {entry.never}" if entry.never else standing

    @property
    def label(self) -> str:
        """The name, and each option that is not the default."""
        said = {"budget": self.budget, "share": self.share}
        usual = {"budget": None, "share": _SHARE}
        told = (f"{name}={value}" for name, value in said.items() if value != usual[name])
        return " ".join((f"textattack:{self.recipe}", *told))

    @property
    def keeps_label(self) -> bool:
        """Whether it succeeds while the model stays right."""
        return self._entry.keeps_label

    @property
    def lexicons(self) -> tuple[Lexicon, ...]:
        """What TextAttack wants of NLTK when it is imported, whatever the recipe."""
        return (STOP_WORDS, WORDNET)

    @property
    def signature(self) -> Mapping[str, str]:
        """Options, the versions of TextAttack and of what it leans on, and hashes of its data.

        Raises:
            ConfigError: TextAttack, or something that the recipe needs, is not here.
        """
        from harness.suites.attacks.textattack.installed import versions

        found = versions()
        self._entry.require(self.label)
        return {
            "version": str(_VERSION),
            "recipe": self.recipe,
            "budget": str(self.budget),
            "share": str(self.share),
            **found,
            **lexicon_hashes(*self.lexicons),
            **{need.name: need.fingerprint() for need in self._entry.needs},
        }

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """Those of every attack, less what says nothing of this one."""
        from harness.suites.metrics.attack import ATTACK_METRICS, METRICS_WITHOUT_CONTROL

        if self.keeps_label:
            return InputReduction().metrics
        return METRICS_WITHOUT_CONTROL if self._entry.twin is None else ATTACK_METRICS

    def search(self, text: str, clean: Guess, rng: random.Random) -> Search:
        """Start on one text.

        Raises:
            ConfigError: TextAttack, or something that the recipe needs, is not here.
            SourceError: the word lists cannot be had.
        """
        from harness.suites.attacks.textattack.building import attack_of
        from harness.suites.attacks.textattack.course import Finding, course

        self._entry.require(self.label)
        attack = attack_of(self.recipe, self.budget)
        least_share = self.share if self.keeps_label else None
        return course(attack, text, clean, rng, Finding(least_share))

    def control(
        self, text: str, clean: Guess, rng: random.Random
    ) -> Search | GradientSearch | None:
        """Return a random search over the same changes, where a recipe of our own makes them."""
        if self.keeps_label:
            return InputReduction(share=self.share).control(text, clean, rng)
        twin = self._entry.twin
        return None if twin is None else twin.control(text, clean, rng)

    @property
    def _entry(self) -> Entry:
        return CATALOGUE[self.recipe]
