"""One run of several models: its report says what each loses and gains beside the first."""

from __future__ import annotations

import json

import pytest
from fakes.workplace import Workplace

SPEC = """\
[[model]]
name = "fair"
adapter = "echo"
labels = ["bad", "good"]

[[model]]
name = "gloomy"
adapter = "echo"
labels = ["bad"]

[[suite]]
name = "films"
suite = "classification"
data = "films.csv"
columns = { text = "text", target = "label" }
"""
TEXTS = ["a good film", "a bad film"]


@pytest.fixture
def films(place: Workplace) -> Workplace:
    rows = [f"{TEXTS[i % 2]} {i},{'bad' if i % 2 else 'good'}" for i in range(40)]
    place.write("films.csv", "\n".join(["text,label", *rows]) + "\n")
    place.write("films.toml", SPEC)
    assert place.harness("run", "films.toml").code == 0
    return place


def test_the_report_has_what_a_comparison_of_the_two_finds(films: Workplace) -> None:
    shown = films.harness("report", "latest", "--format", "json")
    tradeoff = json.loads(shown.out)["tradeoff"]
    films.harness("compare", "latest:fair", "latest:gloomy", "-o", "c.json")
    compared = json.loads((films.folder / "c.json").read_text())

    (gloomy,) = tradeoff["alternatives"]
    assert (tradeoff["base"], gloomy["model"], gloomy["gains"]) == ("fair", "gloomy", [])
    found = {each["quantity"]["id"]: each for each in gloomy["quality"]}
    known = {
        each["difference"]["quantity"]["id"]: each["difference"]
        for each in compared["judgement"]["findings"]
        if each["difference"]["slice"] is None
    }
    assert found["accuracy"]["difference"] == -0.5
    assert found
    assert all(known[name]["interval"] == each["interval"] for name, each in found.items())


def test_the_page_and_the_summary_show_it(films: Workplace) -> None:
    (page,) = films.folder.glob("runs/*/report.html")
    assert '<section id="trade-off"' in page.read_text()
    assert "### Quality against cost" in films.harness("report", "latest", "--format", "md").out


@pytest.mark.usefixtures("toys")
def test_a_model_that_is_lost_leaves_a_report_all_the_same(place: Workplace) -> None:
    gone = '[[model]]\nname = "gone"\nadapter = "toy"\nhabit = "cannot be loaded"\n'
    place.films(f"{gone}\n{SPEC}")

    outcome = place.harness("run", "films.toml")

    assert outcome.code == 3
    (page,) = place.folder.glob("runs/*/report.html")
    assert "gloomy" in page.read_text()
