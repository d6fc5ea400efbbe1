"""Writes what shap and lime say of a few texts. Run it from the root:

PYTHONPATH=tests python tests/golden/explanations/make.py
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
from fakes.explained_words import OUTPUTS, said_of

from harness.suites.explanations.parts import Splitter, parts_of

GOLDEN = Path(__file__).parent / "values.json"
WORDS = ("the", "a", "film", "is", "good", "bad", "but", "and", "very,", "(quite)", "plot.", "it's")
SEED = 7


def text_of(n_words: int) -> str:
    """Return words in disorder, some of them more than once, with punctuation at the end."""
    rng = random.Random(n_words)
    return " ".join(rng.choice(WORDS) + rng.choice(("", "1", "2")) for _ in range(n_words)) + "!"


SHAP_CASES: tuple[tuple[int, int, Splitter], ...] = (
    (2, 500, "shap"),
    (6, 500, "words"),
    (15, 500, "shap"),
    (15, 37, "words"),
    (40, 500, "shap"),
    (40, 38, "shap"),
    (120, 500, "words"),
    (512, 500, "words"),
)
"""Words, texts that may be asked about, and where the text is cut. At most about 15 need no cap."""
LIME_CASES = ((1, 40, True), (9, 200, True), (9, 200, False), (30, 300, True), (30, 25, False))
"""Words, texts that are asked about, and whether a word's places are one."""


class Parts:
    """Cuts a text for shap as the harness does."""

    def __call__(self, text: str, *, return_offsets_mapping: bool = True) -> dict[str, Any]:
        """Return the parts and where they lie."""
        del return_offsets_mapping
        spans = parts_of(text)
        return {"input_ids": [text[start:end] for start, end in spans], "offset_mapping": spans}


def by_shap(n_words: int, max_evals: int, splitter: Splitter) -> dict[str, Any]:
    """Return values and base values of ``shap.Explainer``."""
    import shap

    masker = shap.maskers.Text(r"\W+" if splitter == "shap" else Parts())
    explainer = shap.Explainer(said_of, masker)
    found = explainer([text_of(n_words)], max_evals=max_evals, silent=True)
    return {"values": found.values[0].tolist(), "base": found.base_values[0].tolist()}


def by_lime(n_words: int, n_samples: int, bag_of_words: bool) -> dict[str, Any]:  # noqa: FBT001 - a case
    """Return slopes by the place at which a word first begins, and intercepts."""
    from lime.lime_text import LimeTextExplainer

    explainer = LimeTextExplainer(
        bow=bag_of_words, mask_string="", random_state=SEED, feature_selection="none"
    )
    found = explainer.explain_instance(
        text_of(n_words),
        said_of,
        labels=range(len(OUTPUTS)),
        num_samples=n_samples,
    )
    places = found.domain_mapper.indexed_string
    slopes = {
        str(np.min(places.string_position(word))): [
            dict(found.local_exp[label])[word] for label in range(len(OUTPUTS))
        ]
        for word in range(places.num_words())
    }
    return {
        "slopes": slopes,
        "intercepts": [found.intercept[label] for label in range(len(OUTPUTS))],
    }


def all_cases() -> dict[str, list[dict[str, Any]]]:
    """Return what both libraries say of their cases."""
    return {
        "shap": [by_shap(*case) for case in SHAP_CASES],
        "lime": [by_lime(*case) for case in LIME_CASES],
    }


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(all_cases(), indent=None, separators=(",", ":")) + "\n")
