"""Meaning and fluency of changed texts, from the spec to every report."""

from __future__ import annotations

import csv
import io
import json
import sys
from typing import Any

import pytest
from fakes.workplace import Outcome as Ended
from fakes.workplace import Workplace

from harness.core.attacked import Attacked, Outcome
from harness.core.response import Response
from harness.result import load_run

JUDGES = '''\
"""Judges that count letters; the log tells what they were asked."""
from pathlib import Path

LOG = Path(__file__).with_name("log.txt")

def embed(text):
    _told("embed")
    if "STRANGE" in text:
        raise ValueError("too strange")
    return [1.0, float(sum(map(str.isupper, text)))]

def score(prompt, continuations):
    _told("score")
    return [[-1.0 - any(map(str.isupper, word)) for word in text.split()] for text in continuations]

def _told(line):
    with LOG.open("a") as file:
        file.write(line + "\\n")
'''
SPEC = """\
meaning = "letters"
fluency = "words"

[[judge]]
name = "letters"
adapter = "python"
target = "letter_judges:embed"
capability = "embeds"
path = "."

[[judge]]
name = "words"
adapter = "python"
target = "letter_judges:score"
capability = "scores"
path = "."

[[model]]
name = "echo"
adapter = "echo"
labels = ["bad", "good"]

[[model]]
name = "other"
adapter = "echo"
labels = ["good", "bad"]

[[suite]]
name = "films"
suite = "classification"
data = "films.csv"
columns = { text = "text", target = "label" }
perturb = [{ name = "casing", form = "upper" }, "whitespace"]
attack = [{ name = "deepwordbug", budget = 40 }]
"""
SMALL = SPEC.replace(
    """[[model]]
name = "other"
adapter = "echo"
labels = ["good", "bad"]

""",
    "",
).partition(', "whitespace"]')[0]
SMALL = f"{SMALL}]\n"
"""One model and one perturbation."""
TEXTS = ("a good film that people liked", "a bad film that people left")


@pytest.fixture
def films(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    monkeypatch.delitem(sys.modules, "letter_judges", raising=False)
    rows = [f"{TEXTS[i % 2]} {i},{'bad' if i % 2 else 'good'}" for i in range(8)]
    place.write("films.csv", "\n".join(["text,label", *rows]) + "\n")
    place.write("letter_judges.py", JUDGES)
    place.write("films.toml", SPEC)
    return place


def found(films: Workplace, *run: object) -> Any:
    out = films.harness("report", *(run or ("latest",)), "--format", "json").out
    return json.loads(out)["robustness"]


def n_asked(films: Workplace, word: str) -> int:
    return (films.folder / "log.txt").read_text(encoding="utf-8").split().count(word)


def _texts_found(films: Workplace) -> set[str]:
    """Return the texts by which an attack or the random search beside it has succeeded."""
    outputs = [
        record.answer.output
        for record in load_run(films.latest).run.records
        if isinstance(record.answer, Response) and isinstance(record.answer.output, Attacked)
    ]
    return {
        text
        for output in outputs
        for outcome, text in (
            (output.outcome, output.text),
            (output.control, output.control_text),
        )
        if outcome is Outcome.SUCCEEDED
    }


def ran(films: Workplace, *more: object) -> Ended:
    ended = films.harness("run", "films.toml", *more)
    assert ended.code == 0, ended.err
    return ended


def test_both_are_measured_once_for_all_models_and_told_everywhere(films: Workplace) -> None:
    ended = ran(films)

    echo, other = found(films)
    upper, spaces = echo["disturbed"]
    meaning, fluency = upper["closeness"]
    assert (meaning["measure"], meaning["judge"], meaning["n"]) == ("meaning", "letters", 8)
    # Beside (1, 0) a vector (1, u) of u capitals has the cosine 1 / sqrt(1 + u²).
    assert 0 < meaning["value"] < 0.1
    assert (meaning["n_far"], meaning["n_missing"]) == (8, 0)
    # Six of seven words have a capital: each is e times less likely.
    assert fluency["value"] == pytest.approx(2.718281828 ** (6 / 7))
    assert fluency["interval"] is None  # all agree
    assert spaces["closeness"][0]["value"] == pytest.approx(1.0)
    assert spaces["closeness"][0]["n_far"] == 0
    assert [row["closeness"] for row in other["disturbed"]] == [
        row["closeness"] for row in echo["disturbed"]
    ]
    # As they are, in capitals, with other spaces; two models. The rest are texts of attacks.
    asked = {n_asked(films, word) for word in ("embed", "score")}
    assert asked == {24 + len(_texts_found(films))}
    (attack,) = echo["attacks"]
    assert attack["closeness"][0]["n"] > 0
    assert {"meaning", "fluency"} == {each["measure"] for each in attack["control_closeness"]}
    assert all("similarity" in str(one["measured"]) for one in echo["examples"])
    _check_documents(films, ended.out)


def _check_documents(films: Workplace, out: str) -> None:
    page = (films.latest / "report.html").read_text(encoding="utf-8")
    for words in ("Similarity", "Perplexity ratio", "8 of 8 below 0.8", "Judges", "similarity 0"):
        assert words in page
    assert "similar" in out
    text = films.harness("report", "latest", "--format", "md").out
    assert "| Similarity | Perplexity ratio |" in text
    assert "Judges: letters `" in text
    rows = list(
        csv.DictReader(io.StringIO(films.harness("report", "latest", "--format", "csv").out))
    )
    (upper,) = (
        row
        for row in rows
        if (row["suite"], row["model"], row["quantity"], row["slice_column"])
        == ("films ~ casing form=upper", "echo", "accuracy", "")
    )
    assert float(upper["similarity"]) < 0.1
    assert (upper["similarity_n"], upper["similarity_below"]) == ("8", "8")
    assert float(upper["perplexity_ratio"]) == pytest.approx(2.718281828 ** (6 / 7))
    attacked = [row for row in rows if row["disturbed_by"].startswith("deepwordbug")]
    assert all(row["similarity"] for row in attacked if not row["slice_column"])


def test_what_a_judge_fails_on_is_missing_and_never_0(films: Workplace) -> None:
    films.write("films.toml", SMALL)
    rows = (films.folder / "films.csv").read_text(encoding="utf-8") + "a strange good film,good\n"
    films.write("films.csv", rows)
    ended = ran(films)

    meaning, fluency = found(films)[0]["disturbed"][0]["closeness"]
    assert (meaning["n"], meaning["n_missing"], fluency["n"]) == (8, 1, 9)
    assert "meaning: judge 'letters' gave no value on 1 of " in ended.err
    assert "too strange" in ended.err
    assert "1 missing" in (films.latest / "report.html").read_text(encoding="utf-8")


def test_a_judge_that_cannot_be_loaded_is_a_warning(films: Workplace) -> None:
    films.write("films.toml", SMALL)
    films.write("letter_judges.py", "raise OSError('broken')")
    ended = ran(films)

    assert "meaning was not measured: judge 'letters'" in ended.err
    closeness = found(films)[0]["disturbed"][0]["closeness"]
    assert [(one["value"], one["n_missing"]) for one in closeness] == [(None, 8)] * 2


def test_a_run_that_is_scored_again_keeps_what_judges_said(
    films: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    films.write("films.toml", SMALL)
    ran(films)
    before, judges = found(films), films.manifest()["judges"]
    monkeypatch.delitem(sys.modules, "letter_judges")
    films.write("letter_judges.py", "raise OSError('gone')")

    assert films.harness("rescore", "latest").code == 0

    after = found(films)
    assert [one["disturbed"][0]["closeness"] for one in after] == [
        one["disturbed"][0]["closeness"] for one in before
    ]
    assert films.manifest()["judges"] == judges


def test_a_run_that_is_resumed_asks_only_about_what_is_open(films: Workplace) -> None:
    films.write("films.toml", SMALL)
    ran(films, "--limit", "6")
    asked = n_asked(films, "embed")
    manifest = films.latest / "manifest.json"
    killed = manifest.read_text(encoding="utf-8").replace('"complete"', '"incomplete"')
    manifest.write_text(killed, encoding="utf-8")

    ran(films, "--limit", "6", "--resume", films.latest)

    assert n_asked(films, "embed") == asked
    assert found(films)[0]["disturbed"][0]["closeness"][0]["n"] == 6


def test_a_run_without_judges_has_no_such_columns(films: Workplace) -> None:
    plain = SMALL.partition("[[model]]")[2]
    films.write("films.toml", f"[[model]]{plain}")
    ended = ran(films)
    assert "similar" not in ended.out
    assert "Similarity" not in (films.latest / "report.html").read_text(encoding="utf-8")
    assert not (films.latest / "text_measures.parquet").exists()
