"""Texts translated there and back by judges: a translator of word lists, in files of the user's."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from fakes.workplace import Workplace

from harness.result import load_run

TRANSLATORS = '''\
"""English to German and back, word by word; the log tells how often they were asked."""
from pathlib import Path

LOG = Path(__file__).with_name("log.txt")
TO_GERMAN = {"a": "ein", "good": "gut", "bad": "schlecht", "film": "Film", "one": "eins"}
TO_ENGLISH = {"ein": "a", "gut": "good", "schlecht": "bad", "Film": "movie", "eins": "one"}

def german(prompts):
    _told(f"german {len(prompts)}")
    return [_translated(prompt, TO_GERMAN) for prompt in prompts]

def english(prompts):
    _told(f"english {len(prompts)}")
    return [_translated(prompt, TO_ENGLISH) for prompt in prompts]

def _told(line):
    with LOG.open("a") as file:
        file.write(line + "\\n")

def _translated(text, words):
    return " ".join(words[word] for word in text.split())

def told(prompt):
    """A language model that does as it is told."""
    order, _, text = prompt[-1]["content"].partition(": ")
    return _translated(text, {"German": TO_GERMAN, "English": TO_ENGLISH}[order])
'''
SPEC = """\
[[model]]
name = "echo"
adapter = "echo"
labels = ["bad", "good"]

[[model]]
name = "other"
adapter = "echo"
labels = ["good", "bad"]

[[judge]]
name = "en-de"
adapter = "python"
target = "translators:german"
path = "."
batch = true

[[judge]]
name = "de-en"
adapter = "python"
target = "translators:english"
path = "."
batch = true

[[suite]]
name = "films"
suite = "classification"
data = "films.csv"
columns = { text = "text", target = "label" }
perturb = [{ name = "back_translation", there = "en-de", back = "de-en" }]
"""
SMALL = SPEC.replace(
    """[[model]]
name = "other"
adapter = "echo"
labels = ["good", "bad"]

""",
    "",
)
"""One model."""
TWIN = "films ~ back_translation there=en-de back=de-en"
FILMS = "text,label\na good film,good\na bad film,bad\na good one,good\na bad one,bad\n"


@pytest.fixture
def films(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    monkeypatch.delitem(sys.modules, "translators", raising=False)
    place.write("translators.py", TRANSLATORS)
    place.write("films.csv", FILMS)
    place.write("films.toml", SPEC)
    return place


def texts(folder: Path, model: str) -> dict[str, Any]:
    return {
        record.sample.id: record.sample.text
        for record in load_run(folder).run.records
        if (record.model, record.suite) == (model, TWIN)
    }


def log(place: Workplace) -> list[str]:
    return (place.folder / "log.txt").read_text(encoding="utf-8").splitlines()


def test_all_texts_are_translated_at_once_for_all_models(films: Workplace) -> None:
    assert films.harness("run", "films.toml").code == 0

    expected = ["a good movie", "a bad movie", "a good one", "a bad one"]
    for model in ("echo", "other"):
        assert list(texts(films.latest, model).values()) == expected
    assert log(films) == ["german 4", "english 4"]
    manifest = films.manifest()
    assert sorted(manifest["judges"]) == ["de-en", "en-de"]
    assert [done["judges"] for done in manifest["evaluations"]] == [[], ["en-de", "de-en"]] * 2
    assert "en-de" in (films.latest / "report.html").read_text(encoding="utf-8")


def test_what_cannot_be_translated_is_a_failure_and_never_asked(films: Workplace) -> None:
    films.write("films.toml", SMALL)
    films.write("films.csv", FILMS + "a strange film,bad\n")

    assert films.harness("run", "films.toml").code == 3

    (done,) = (
        one
        for one in films.manifest()["evaluations"]
        if (one["model"], one["suite"]) == ("echo", TWIN)
    )
    assert (done["n_answered"], done["failures"]) == (4, {"undisturbed": 1})
    (found,) = json.loads(films.harness("report", "latest", "--format", "json").out)["robustness"]
    assert found["disturbed"][0]["changed"]["n_hits"] == 2
    assert found["disturbed"][0]["n_failed"] == 1
    answers = [
        record.answer for record in load_run(films.latest).run.records if record.suite == TWIN
    ]
    assert "not translated by judge 'en-de', and so not asked (crashed: " in str(answers)


def test_a_judge_that_cannot_be_loaded_costs_its_suite_alone(films: Workplace) -> None:
    films.write("films.toml", SMALL)
    films.write("translators.py", TRANSLATORS.replace("LOG =", "raise OSError('broken')\nLOG ="))

    assert films.harness("run", "films.toml").code == 3

    done = {(one["model"], one["suite"]): one for one in films.manifest()["evaluations"]}
    assert done["echo", "films"]["n_answered"] == 4
    assert done["echo", TWIN]["failures"] == {"undisturbed": 4}
    assert "judge 'en-de'" in done["echo", TWIN]["error"]


def test_a_run_that_is_scored_again_translates_nothing(
    films: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    films.write("films.toml", SMALL)
    films.write("films.csv", FILMS + "a strange film,bad\n")
    assert films.harness("run", "films.toml").code == 3
    before = texts(films.latest, "echo")
    told = log(films)
    monkeypatch.delitem(sys.modules, "translators")
    films.write("translators.py", "raise OSError('gone')")

    assert films.harness("rescore", "latest").code == 3

    assert len(films.runs) == 2
    assert texts(films.latest, "echo") == before
    assert log(films) == told
    assert sorted(films.manifest()["judges"]) == ["de-en", "en-de"]


def test_a_run_that_is_resumed_translates_only_what_is_open(films: Workplace) -> None:
    films.write("films.toml", SMALL)
    films.write("films.csv", FILMS + "a strange film,bad\n")
    assert films.harness("run", "films.toml").code == 3
    before, told = texts(films.latest, "echo"), log(films)

    assert films.harness("run", "films.toml", "--resume", films.latest).code == 3

    assert log(films) == [*told, "german 1"]
    assert texts(films.latest, "echo") == before


def test_a_run_is_not_resumed_with_another_translator(
    films: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    films.write("films.toml", SMALL)
    films.write("films.csv", FILMS + "a strange film,bad\n")
    assert films.harness("run", "films.toml").code == 3
    monkeypatch.delitem(sys.modules, "translators")
    films.write("translators.py", f"{TRANSLATORS}\nTO_GERMAN['one'] = 'einer'\n")

    ended = films.harness("run", "films.toml", "--resume", films.latest)

    assert ended.code == 2
    assert "judge 'en-de' is not the one that answered before" in ended.err


def test_another_translator_is_flagged_by_a_comparison(
    films: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    films.write("films.toml", SMALL)
    assert films.harness("run", "films.toml").code == 0
    monkeypatch.delitem(sys.modules, "translators")
    films.write("translators.py", f"{TRANSLATORS}\nTO_ENGLISH['gut'] = 'fine'\n")
    assert films.harness("run", "films.toml").code == 0

    ended = films.harness("compare", *films.runs)

    assert f"suite '{TWIN}' asked another judge: 'en-de' with fingerprint" in ended.out + ended.err


def test_a_language_model_is_told_what_to_do(films: Workplace) -> None:
    told = 'name = "chat"\nadapter = "python"\ntarget = "translators:told"\npath = "."'
    films.write(
        "films.toml",
        f"""{SMALL.partition("[[judge]]")[0]}
[[judge]]
{told}

[[suite]]
name = "films"
suite = "classification"
data = "films.csv"
columns = {{ text = "text", target = "label" }}

[[suite.perturb]]
name = "back_translation"
there = "chat"
back = "chat"
there_prompt = "German: {{text}}"
back_prompt = "English: {{text}}"
chat = true
""",
    )
    assert films.harness("run", "films.toml").code == 0
    found = [
        record.sample.text
        for record in load_run(films.latest).run.records
        if record.suite == "films ~ back_translation there=chat back=chat chat=True"
    ]
    assert found[:2] == ["a good movie", "a bad movie"]


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (
            'back = "de-en"',
            'back = "de-eng"',
            "suite[0].perturb[0].back: there is no judge named 'de-eng'; did you mean 'de-en'?",
        ),
        (
            ', back = "de-en"',
            "",
            "suite[0].perturb[0]: lacks 'back'; add back = …",
        ),
        (
            'back = "de-en"',
            'back = "de-en", back_prompt = "Translate"',
            (
                "suite[0].perturb[0].back_prompt: has no {text}, the place of the text;"
                ' write "… {text}"'
            ),
        ),
        (
            'target = "translators:english"',
            'target = "translators:english"\ncapability = "embeds"',
            (
                f"suite {TWIN!r}, option 'back': needs a judge that generates, but 'de-en', of the"
                " adapter 'python' as configured, embeds; name another"
            ),
        ),
    ],
)
def test_wrong_options_are_refused(films: Workplace, before: str, after: str, message: str) -> None:
    films.write("films.toml", SPEC.replace(before, after))
    ended = films.harness("run", "films.toml")
    assert ended.code == 2
    assert message in ended.errors
