"""A run of disturbed suites from the command line: what its reports say of the drop."""

from __future__ import annotations

import json

import pytest
from fakes.workplace import Workplace

from harness.result import load_run
from harness.robustness import MAX_EXAMPLES, robustness

SPEC = """\
[[model]]
name = "echo"
adapter = "echo"
labels = ["bad", "good"]

[[suite]]
name = "films"
suite = "classification"
data = "films.csv"
columns = { text = "text", target = "label" }
perturb = [{ name = "casing", form = "upper" }, "contractions", "whitespace"]
attack = [{ name = "random", budget = 20 }]
"""
ATTACK = 'attack = [{ name = "random", budget = 20 }]'
OTHERS = ', "contractions", "whitespace"]'
TEXTS = ("a good film that people liked", "a bad film that people left")


@pytest.fixture
def films(place: Workplace) -> Workplace:
    rows = [f"{TEXTS[i % 2]} {i},{'bad' if i % 2 else 'good'}" for i in range(40)]
    place.write("films.csv", "\n".join(["text,label", *rows]) + "\n")
    place.write("films.toml", SPEC)
    return place


def test_the_drop_is_paired_and_told_everywhere(films: Workplace) -> None:
    ended = films.harness("run", "films.toml")

    assert ended.code == 0
    # A model that counts lower-case words takes what is in capitals for its first label.
    (found,) = json.loads(films.harness("report", "latest", "--format", "json").out)["robustness"]
    upper, idle, spaces = found["disturbed"]
    accuracy = {drop["difference"]["quantity"]["id"]: drop for drop in upper["drops"]}["accuracy"]
    assert accuracy["difference"]["baseline"] == 1.0
    assert accuracy["difference"]["candidate"] == 0.5
    assert accuracy["p_adjusted"] < 0.001
    assert (upper["flipped"]["n_hits"], upper["changed"]["n_hits"]) == (20, 40)
    assert (idle["changed"]["n_hits"], idle["drops"][0]["p_adjusted"]) == (0, None)
    assert (spaces["flipped"]["n_hits"], spaces["changed"]["n_hits"]) == (0, 40)
    overall = {
        (each["kind"], each["difference"]["quantity"]["id"]): each for each in found["overall"]
    }
    assert overall["worst", "accuracy"]["difference"]["candidate"] == 0.5
    assert overall["mean", "accuracy"]["difference"]["candidate"] == 0.75
    assert len([one for one in found["examples"] if one["by"] == "casing form=upper"]) == (
        MAX_EXAMPLES
    )
    (attack,) = found["attacks"]
    assert {each["quantity"]["id"] for each in attack["estimates"]} >= {
        "success_rate",
        "accuracy_under_attack",
    }
    _check_documents(films, ended.out)


def _check_documents(films: Workplace, out: str) -> None:
    page = (films.latest / "report.html").read_text(encoding="utf-8")
    assert "Accuracy goes from 1.000 to 0.500" in page
    assert "worst per sample" in out
    assert "films ~ casing form=upper · echo" not in out
    text = films.harness("report", "latest", "--format", "md").out
    assert "accuracy under attack is" in text
    assert "| drops | 1.000 | 0.500 |" in text


MODELS = """\
def votes(text):
    counts = {label: 1 + text.count(label) for label in ("bad", "good")}
    return {label: count / sum(counts.values()) for label, count in counts.items()}


def patient(text):
    return votes(text.lower())


def touchy(text):
    if text.isupper():
        raise ValueError("too loud")
    return votes(text)
"""


def asking(target: str) -> str:
    """Return the spec with a function as the model, one perturbation, no attack."""
    start, _, rest = SPEC.partition("[[suite]]")
    del start
    rest = rest.replace(ATTACK, "").replace(OTHERS, "]")
    options = f'target = "{target}"\ncapability = "classifies"\npath = "."\n'
    return f'[[model]]\nname = "m"\nadapter = "python"\n{options}\n[[suite]]{rest}'


def test_a_failure_is_left_out_and_counted(films: Workplace) -> None:
    films.write("touchy_model.py", MODELS)
    films.write("films.toml", asking("touchy_model:touchy"))

    assert films.harness("run", "films.toml").code == 3

    result = load_run("latest", root=films.folder / "runs")
    (found,) = robustness(result.run, result.folder)
    upper = found.disturbed[0]
    assert (upper.n_failed, upper.n_failed_clean) == (40, 0)
    assert upper.drops[0].difference.n == 0
    assert upper.drops[0].difference.difference is None
    assert [one for one in found.overall if one.difference.n] == []
    page = (films.latest / "report.html").read_text(encoding="utf-8")
    section = page.split('<section id="robustness"')[1].split("</section>")[0]
    assert "40 of 40 under casing form=upper" in section
    assert "Not measured: casing form=upper" in section


def test_disturbed_suites_are_compared_like_any_other(films: Workplace) -> None:
    films.write("film_models.py", MODELS)
    for name in ("votes", "patient"):
        films.write("films.toml", asking(f"film_models:{name}"))
        assert films.harness("run", "films.toml").code == 0
    first, second = (folder.name for folder in films.runs)

    compared = films.harness(
        "compare", first, second, "--suite", "films ~ casing form=upper", "-o", "c.json"
    )

    assert compared.code == 0, compared.err
    known = json.loads((films.folder / "c.json").read_text())["judgement"]["findings"]
    moved = {
        each["difference"]["quantity"]["id"]: each["difference"]
        for each in known
        if each["difference"]["slice"] is None
    }
    assert moved["accuracy"]["difference"] == 0.5
    assert (moved["accuracy"]["n_higher"], moved["accuracy"]["n_lower"]) == (20, 0)


def test_a_model_beside_another_is_not_asked_about_each_perturbation(films: Workplace) -> None:
    gloomy = '[[model]]\nname = "gloomy"\nadapter = "echo"\nlabels = ["bad"]\n\n'
    films.write("films.toml", gloomy + SPEC.replace(ATTACK, "").replace(OTHERS, "]"))
    assert films.harness("run", "films.toml").code == 0

    document = json.loads(films.harness("report", "latest", "--format", "json").out)

    (alternative,) = document["tradeoff"]["alternatives"]
    assert {each["suite"] for each in alternative["quality"]} == {"films"}
    assert [each["model"] for each in document["robustness"]] == ["gloomy", "echo"]


def test_a_run_without_disturbed_suites_has_no_such_section(place: Workplace) -> None:
    place.films()
    assert place.harness("run", "films.toml").code == 0

    assert 'id="robustness"' not in (place.latest / "report.html").read_text(encoding="utf-8")
    assert "robustness" not in json.loads(place.harness("report", "latest", "--format", "json").out)
