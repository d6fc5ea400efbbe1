"""The recipes of TextAttack as a spec names them, whether TextAttack is installed or not."""

from __future__ import annotations

import os
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness import registry
from harness.core.attacked import Guess
from harness.core.build import Problems, build
from harness.core.errors import ConfigError
from harness.suites.attacks.textattack import TextAttackRecipe
from harness.suites.attacks.textattack.catalogue import CATALOGUE
from harness.suites.attacks.textattack.importing import _no_first_download, _unchanged_environment
from harness.suites.attacks.textattack.victim import RIGHT, rows

VECTORS = Path("word_embeddings/paragramcf")


def made(name: str, **options: Any) -> Any:
    factory, named = registry.find_with_option("attacks", name, "attack[0]")
    problems = Problems()
    attack = build(factory, {**named, **options}, "attack[0]", problems)
    problems.raise_any()
    return attack


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "harness.suites.attacks.textattack.installed.version", lambda package: f"{package} 1"
    )


def test_a_recipe_is_named_behind_the_colon() -> None:
    assert made("textattack:pwws") == TextAttackRecipe(recipe="pwws")
    assert made("textattack:deepwordbug", budget=20).label == "textattack:deepwordbug budget=20"
    assert made("textattack:input-reduction", share=0.3).keeps_label


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("textattack:pws", {}, "attack[0].recipe: TextAttack has no recipe named 'pws'; did you"),
        ("textattack:hotflip", {}, "attack[0].recipe: 'hotflip' goes by gradients"),
        ("textattack:seq2sick", {}, "attack[0].recipe: 'seq2sick' attacks what a model writes"),
        ("textattack:pwws", {"budget": 1}, "attack[0].budget: must be at least 2, not 1; raise it"),
        ("textattack:pwws", {"share": 0.4}, "attack[0].share: says nothing to 'pwws'"),
        ("textattack:input-reduction", {"share": 0.0}, "attack[0].share: must be above 0"),
        ("textattack:bad-characters-invisible", {"budget": 9}, "attack[0].budget: 'bad-char"),
        ("textattack:", {}, "attack[0]: there is no attack named 'textattack:'"),
        ("pwws:x", {}, "attack[0]: there is no attack named 'pwws:x'; did you mean 'pwws'?"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(
    name: str, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        made(name, **options)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_a_missing_package_is_told_before_any_model_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def version(package: str) -> str:
        if package == "textattack":
            raise PackageNotFoundError
        return "1"

    monkeypatch.setattr("harness.suites.attacks.textattack.installed.version", version)
    with pytest.raises(ConfigError) as caught:
        _ = made("textattack:pwws").signature
    assert str(caught.value) == (
        "attack 'textattack': lacks the package textattack;"
        " make an environment of its own for it, as it needs transformers below 5:"
        " pip install -c constraints-textattack.txt 'model-audit-harness[textattack]'"
    )
    standing = dict(TextAttackRecipe.listed("p*"))
    assert set(standing) == {"pruthi", "pso", "pwws"}
    assert all(
        words.startswith("lacks the package textattack; make") for words in standing.values()
    )


@pytest.mark.usefixtures("installed")
def test_missing_data_is_told_with_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TA_CACHE_DIR", str(tmp_path))
    with pytest.raises(ConfigError) as caught:
        _ = made("textattack:iga").signature
    assert str(caught.value) == (
        "attack 'textattack:iga': lacks the counter-fitted word vectors at"
        f" {tmp_path / VECTORS}; copy it from the cache of a TextAttack that has had a network, or"
        " name that cache in TA_CACHE_DIR (mind that TextAttack unpickles what it finds there)"
    )


@pytest.mark.usefixtures("installed")
def test_data_in_place_is_found_and_goes_into_the_signature(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    signatures = []
    for content in ("one", "two"):
        cache = tmp_path / content
        monkeypatch.setenv("TA_CACHE_DIR", str(cache))
        (cache / VECTORS).mkdir(parents=True)
        (cache / VECTORS / "paragram.npy").write_text(content)
        assert dict(TextAttackRecipe.listed("iga")) == {"iga": "runs"}
        signatures.append(made("textattack:iga").signature)
    one, two = signatures
    assert {name for name in one if one[name] != two[name]} == {str(VECTORS)}
    assert one["textattack"] == "textattack 1"
    assert {"stop words", "WordNet", "nltk", "numpy", "recipe", "budget"} <= one.keys()


@pytest.mark.usefixtures("installed")
def test_all_recipes_are_listed_and_each_says_how_it_stands() -> None:
    standing = dict(TextAttackRecipe.listed("*"))
    assert list(standing) == sorted(CATALOGUE)
    assert {name for name, words in standing.items() if words == "runs"} >= {
        "bad-characters-deletions",
        "bad-characters-invisible",
        "bad-characters-reorderings",
        "deepwordbug",
        "input-reduction",
        "leap",
        "pruthi",
        "pwws",
    }
    for words in standing.values():
        assert words == "runs" or words.startswith(("never runs: ", "lacks "))


def test_a_recipe_of_ours_with_the_same_changes_gives_the_control() -> None:
    names = {
        name: [metric.name for metric in TextAttackRecipe(recipe=name).metrics]
        for name in ("pwws", "leap", "input-reduction")
    }
    assert "attack_control" in names["pwws"]
    assert "attack_control" not in names["leap"]
    assert "accuracy_under_attack" in names["leap"]
    assert "accuracy_under_attack" not in names["input-reduction"]


@pytest.mark.parametrize(
    ("is_right", "p_right", "first"),
    [
        (True, 0.9, 0.1),
        (True, 0.5, np.nextafter(0.5, 0)),  # of two equals the right one
        (True, 0.4, np.nextafter(0.4, 0)),  # of more than two labels
        (True, 1.0, 0.0),
        (False, 0.1, 0.9),
        (False, 0.5, 0.5),
        (False, 0.0, 1.0),
    ],
)
def test_a_guess_reads_the_same_as_class_probabilities(
    *, is_right: bool, p_right: float, first: float
) -> None:
    table = rows([Guess(label="x", is_right=is_right, p_right=p_right)])
    assert (int(table[0].argmax()) == RIGHT) is is_right
    assert float(table[0][RIGHT]) == p_right
    assert float(table[0][0]) == pytest.approx(first, abs=1e-15)
    assert float(table[0].sum()) == pytest.approx(1, abs=1e-9)


def test_guesses_of_one_question_make_one_table() -> None:
    guesses = [Guess(label="x", is_right=True, p_right=p) for p in (0.21, 0.99)]
    table = rows(guesses)
    assert table.shape == (2, 5)
    assert table.argmax(dim=1).tolist() == [RIGHT, RIGHT]
    assert rows([Guess(label="x", is_right=False, p_right=0.6)]).tolist() == [[0.5, 0.5]]


def test_to_import_textattack_leaves_no_trace(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    marker = tmp_path / "cache" / "post_install_check_3"
    monkeypatch.setenv("TA_CACHE_DIR", str(marker.parent))
    monkeypatch.setenv("SOME_SETTING", "as it was")
    with _no_first_download(), _unchanged_environment("SOME_SETTING"):
        assert marker.exists()
        monkeypatch.setenv("SOME_SETTING", "changed")
    assert not marker.exists()
    assert os.environ["SOME_SETTING"] == "as it was"
    marker.touch()
    with _no_first_download():
        pass
    assert marker.exists()  # it was TextAttack's own
