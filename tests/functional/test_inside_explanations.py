"""Explanations by methods that look into a model, through the command line."""

from __future__ import annotations

import shutil
import subprocess
import sys
from math import exp, fsum
from pathlib import Path

import pytest
from fakes.workplace import Workplace

from harness.core.explained import Explained, LeftOut
from harness.core.response import Response
from harness.store.run_folder import load_run_folder

_REVIEWS = [
    (f"{word} {subject} it is, {word}", label)
    for label, words in (("good", ("splendid", "superb")), ("bad", ("dreadful", "dull")))
    for word in words
    for subject in ("film", "plot", "cast", "ending")
]
_FITTED = """\
[[model]]
name = "fitted"
adapter = "sklearn"

[model.fit]
data = "reviews.csv"
columns = {{ text = "text", target = "label" }}
recipe = "{recipe}"

[[suite]]
name = "reviews"
suite = "classification"
data = "reviews.csv"
columns = {{ text = "text", target = "label" }}
metrics = ["confusion"]
explain = ["{method}"]
n_explained = 4
"""


def explained(place: Workplace, method: str) -> list[Explained]:
    """Return what a method made of the texts of the newest run."""
    found = []
    for record in load_run_folder(place.latest).records:
        if record.suite.endswith(f"? {method}"):
            assert isinstance(record.answer, Response), record.answer
            assert isinstance(record.answer.output, Explained)
            found.append(record.answer.output)
    return found


def spec(place: Workplace, *, recipe: str, method: str) -> Path:
    rows = "".join(f'"{text}",{label}\n' for text, label in _REVIEWS)
    place.write("reviews.csv", f"text,label\n{rows}")
    return place.write("fitted.toml", _FITTED.format(recipe=recipe, method=method))


@pytest.mark.parametrize("recipe", ["logistic_regression", "naive_bayes"])
def test_the_words_of_a_fitted_pipeline_add_up_to_its_score(place: Workplace, recipe: str) -> None:
    assert place.harness("run", spec(place, recipe=recipe, method="feature_shap")).code == 0
    found = explained(place, "feature_shap")
    assert len(found) == 4
    for one in found:
        attribution = one.attribution
        assert (one.outputs, attribution.columns) == (("bad", "good"), None)
        assert attribution.base is not None
        assert attribution.total is not None
        sums = [fsum(column) for column in zip(*attribution.values, strict=True)]
        for column in range(2):
            total = attribution.total[column]
            assert attribution.base[column] + sums[column] == pytest.approx(total)
        # The score is the log-odds of the probability that the suite has read.
        log_odds = attribution.total[one.chosen]
        assert 1 / (1 + exp(-log_odds)) == pytest.approx(one.whole[one.chosen])
        ranked = sorted(range(5), key=lambda at: -attribution.values[at][one.chosen])
        assert set(ranked[:2]) == {0, 4}  # the words of praise or blame, which come twice
        assert one.infidelity is None
        assert one.n_queries == 2  # the text and the blank one: no masked text was asked about


@pytest.mark.parametrize(
    ("recipe", "method", "needed"),
    [
        (
            "k_nearest_neighbours",
            "feature_shap",
            "a scikit-learn vectoriser with a linear model or trees",
        ),
        ("logistic_regression", "integrated_gradients", "a transformers model in torch"),
        ("logistic_regression", "attention_rollout", "a transformers model in torch"),
    ],
)
def test_a_model_without_such_an_inside_is_refused_before_anything_is_loaded(
    place: Workplace, recipe: str, method: str, needed: str
) -> None:
    outcome = place.harness("run", spec(place, recipe=recipe, method=method))
    assert outcome.code != 0
    (error,) = outcome.errors
    assert f"the method {method!r} needs " in error
    assert f", which {needed} " in error


_INSIDE = """
models = ["epoch-2"]
limit = 24
n_explained = 24
explain = ["gradient_x_input", "integrated_gradients", "attention", "attention_rollout"]
"""
_METHODS = ("gradient_x_input", "integrated_gradients", "attention", "attention_rollout")


@pytest.mark.model
@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.usefixtures("users_cache")
def test_a_fine_tuned_checkpoint_is_looked_into(place: Workplace) -> None:
    example = Path(__file__).parents[2] / "examples" / "checkpoints"
    shutil.copy(example / "finetune_minilm.py", place.folder)
    spec = Path(shutil.copy(example / "minilm.toml", place.folder))  # the script reads it too
    done = subprocess.run([sys.executable, "finetune_minilm.py"], check=False)
    assert done.returncode == 0
    # The table of the suite is the last one.
    spec.write_text(spec.read_text() + _INSIDE)
    outcome = place.harness("run", spec)
    assert outcome.code == 0, outcome.err
    found = {method: explained(place, method) for method in _METHODS}
    assert {len(each) for each in found.values()} == {24}
    gains = {
        suite.partition("? ")[2]: entry["interval"]
        for (_, suite, name), entry in place.values().items()
        if name == "comprehensiveness_gain"
    }
    for one in found["integrated_gradients"]:
        attribution = one.attribution
        assert attribution.base is not None
        assert attribution.total is not None
        (base,), (total,) = attribution.base, attribution.total
        assert exp(total) == pytest.approx(one.whole[one.chosen], rel=1e-4)
        missed = abs(base + fsum(value for (value,) in attribution.values) - total)
        assert missed < 0.01 * abs(total - base)
        assert not attribution.is_capped
    for one in found["attention"]:
        maps = one.attribution.attention
        assert maps is not None
        assert [each.layer for each in maps.maps] == [1, 2, 3, 4, 5, 6]
        assert maps.tokens[0] == "[CLS]"
        assert len(maps.tokens) <= 32
        for each in maps.maps:
            sums = [fsum(row) for row in each.rows]
            assert all(total <= 1.01 for total in sums)
            assert maps.n_left_out or sums == pytest.approx([1] * len(sums), abs=0.01)
    for method in _METHODS:
        tried = [one.paraphrase for one in found[method] if one.paraphrase is not None]
        assert len(tried) == 20
        assert not {one.left_out for one in tried} & {LeftOut.FAILED, LeftOut.UNEXPLAINED}
        compared = [one for one in tried if one.left_out is None]
        assert len(compared) > 10
        assert all(len(one.values) == len(one.spans) >= len(one.pairs) >= 3 for one in compared)
    # On this model integrated gradients tell more than chance, and rollout and products do not.
    assert gains["integrated_gradients"]["low"] > 0.1
    assert gains["gradient_x_input"]["low"] < 0.1
    assert gains["attention_rollout"]["low"] < 0.1
