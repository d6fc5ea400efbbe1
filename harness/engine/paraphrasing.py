"""Puts a text in other words, so that a method can be asked to explain it once more."""

from __future__ import annotations

import random
from dataclasses import dataclass

from harness.core.identity import hash_json
from harness.core.open_text import OpenText, draw_keys
from harness.core.ports import Perturbation
from harness.core.sample import Sample
from harness.engine.broken_course import Broken, guarded


@dataclass(frozen=True, slots=True, kw_only=True)
class Paraphrasing:
    """Perturbations that keep what a text means, one after the other."""

    perturbations: tuple[Perturbation, ...]
    """At least one."""
    seed: int
    """Of the run."""

    @property
    def label(self) -> str:
        """Their labels in order, such as ``contractions to=full + filler``."""
        return " + ".join(each.label for each in self.perturbations)

    @property
    def version(self) -> str:
        """Changes with their code, their options and their word lists."""
        return hash_json([dict(each.signature) for each in self.perturbations])[:12]

    def paraphrase(self, sample: Sample) -> str:
        """Return the text of a sample in other words; as it is where none are found.

        Each draws as it does in a suite of its own, so that the text of one alone is that of its
        disturbed suite.

        Raises:
            Broken: one of them broke down, or returned no text.
            HarnessError: what one needs cannot be had.
        """
        whole = OpenText.of(sample)
        texts = list(whole.stretches)
        for each in self.perturbations:
            pairs = zip(draw_keys(sample), texts, strict=True)
            texts = [self._put(each, text, key) for key, text in pairs]
        return whole.filled(texts)

    def _put(self, perturbation: Perturbation, text: str, name: str) -> str:
        who = f"the perturbation {perturbation.label}"
        rng = random.Random(f"{self.seed}/{perturbation.label}/{name}")  # noqa: S311 - no secret
        found: object = guarded(who, lambda: perturbation.perturb(text, rng))
        if not isinstance(found, str):
            raise Broken.by_defect(who, f"returns {type(found).__name__}, not a text")
        return found
