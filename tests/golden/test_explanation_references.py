"""Values of SHAP and LIME are those of the libraries shap 0.51.0 and lime 0.2.0.1."""

from __future__ import annotations

import json
import random
import re
import warnings
from typing import Any

import numpy as np
import pytest
from fakes.explained_words import played
from golden.explanations.make import GOLDEN, LIME_CASES, SEED, SHAP_CASES, all_cases, text_of

from harness.suites.explanations.lime import Lime
from harness.suites.explanations.parts import parts_of
from harness.suites.explanations.shap import Shap

KNOWN: dict[str, list[dict[str, Any]]] = json.loads(GOLDEN.read_text())


class Seeded(random.Random):
    """Seeds lime's generator with the number that lime was given."""

    def getrandbits(self, n_bits: int, /) -> int:
        assert n_bits == 32
        return SEED


@pytest.mark.parametrize("number", range(len(SHAP_CASES)), ids=lambda at: str(SHAP_CASES[at]))
def test_values_and_base_are_those_of_shap(number: int) -> None:
    n_words, max_evals, splitter = SHAP_CASES[number]
    known = KNOWN["shap"][number]
    found = played(Shap(max_evals=max_evals, splitter=splitter), text_of(n_words))
    np.testing.assert_allclose(found.attribution.values, known["values"], rtol=0, atol=1e-12)
    assert found.attribution.base is not None
    np.testing.assert_allclose(found.attribution.base, known["base"], rtol=0, atol=1e-12)
    assert sum(found.rounds) + 1 <= max_evals + max_evals % 2  # the blank text is one


@pytest.mark.parametrize("number", range(len(LIME_CASES)), ids=lambda at: str(LIME_CASES[at]))
def test_slopes_and_intercepts_are_those_of_lime(number: int) -> None:
    n_words, n_samples, bag_of_words = LIME_CASES[number]
    known = KNOWN["lime"][number]
    text = text_of(n_words)
    method = Lime(mask_token="", n_samples=n_samples, bag_of_words=bag_of_words)
    found = played(method, text, rng=Seeded()).attribution
    by_word: dict[str, Any] = {}
    for (start, end), row in zip(parts_of(text), found.values, strict=True):
        word = re.findall(r"\w+", text[start:end])[0]
        name = word if bag_of_words else str(start)
        by_word[name] = by_word.get(name, 0) + np.array(row)
    slopes = {
        re.findall(r"\w+", text[int(start) :])[0] if bag_of_words else start: row
        for start, row in known["slopes"].items()
    }
    assert set(by_word) == set(slopes)
    for name, row in slopes.items():
        np.testing.assert_allclose(by_word[name], row, rtol=0, atol=1e-12)
    assert found.base is not None
    np.testing.assert_allclose(found.base, known["intercepts"], rtol=0, atol=1e-12)


@pytest.mark.slow
def test_both_libraries_still_say_what_is_on_record() -> None:
    pytest.importorskip("shap")
    pytest.importorskip("lime")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # theirs
        found = all_cases()
    for ours, theirs in zip(found["shap"], KNOWN["shap"], strict=True):
        np.testing.assert_allclose(ours["values"], theirs["values"], rtol=0, atol=1e-12)
        np.testing.assert_allclose(ours["base"], theirs["base"], rtol=0, atol=1e-12)
    for ours, theirs in zip(found["lime"], KNOWN["lime"], strict=True):
        assert ours["slopes"].keys() == theirs["slopes"].keys()
        for place, row in ours["slopes"].items():
            np.testing.assert_allclose(row, theirs["slopes"][place], rtol=0, atol=1e-10)
