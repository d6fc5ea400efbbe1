"""Adversarial pairs explained on both sides: run, taken up, scored again, compared, reported."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fakes.workplace import Workplace

from harness.core.explained_pair import ExplainedPair, ExplainedSide, Fate
from harness.core.response import Failure, FailureKind, Response
from harness.store.judgement_file import read_judgement
from harness.store.run_folder import load_run_folder
from harness.suites.attacks.deepwordbug import DeepWordBug
from harness.suites.explanations.occlusion import Occlusion

_MODELS = """\
import re
from pathlib import Path

KNOWN = set("a film about people one two three four five six".split())
GOOD = {"splendid": 0.45}
BAD = {"dreadful": 0.45, "dull": 0.2}


def judged(texts, good=GOOD):
    if Path("stop").exists() and any(is_attacked_and_masked(text) for text in texts):
        raise KeyboardInterrupt
    with Path("asked.txt" if good else "deaf.txt").open("a") as file:
        file.writelines(f"{text}\\n" for text in texts)
    answers = []
    for text in texts:
        words = re.findall(r"\\w+", text)
        p = 0.5 + sum(good.get(word, 0) - BAD.get(word, 0) for word in words)
        p = 0.48 if p == 0.5 else p
        answers.append({"bad": 1 - p, "good": p})
    return answers


def is_attacked_and_masked(text):
    words = set(re.findall(r"\\w+", text))
    return "..." in text and bool(words - KNOWN - set(GOOD) - set(BAD))


def deaf(texts):
    return judged(texts, good={})


def stubborn(texts):
    return [{"bad": 0.1, "good": 0.9} for _ in texts]
"""
_MODEL = """\
[[model]]
name = "{function}"
adapter = "python"
target = "{module}:{function}"
capability = "classifies"
batch = true
path = "."
"""
_SUITE = """
[[suite]]
name = "films"
suite = "classification"
data = "films.csv"
columns = {{ text = "text", target = "label" }}
metrics = ["confusion"]
{keys}
"""
_KEYS = """\
attack = ["deepwordbug"]
explain = ["occlusion", "random"]
n_explained = 4
paraphrase = []
"""
_NUMBERS = ("one", "two", "three", "four", "five", "six")
_FILMS = [
    row
    for n in range(1, 7)
    for row in (
        f"a splendid film about {' '.join(_NUMBERS[:n])} people,good",
        f"a dull film about {' '.join(_NUMBERS[:n])} people,bad",
    )
]
ATTACK, PAIRS = "films ! deepwordbug", "films ! deepwordbug ? occlusion"
RANDOM_PAIRS = "films ! deepwordbug ? random"
FITTED = """\
[[model]]
name = "fitted"
adapter = "sklearn"
fit.data = "train.csv"
fit.columns = { text = "text", target = "label" }
"""


def spec(place: Workplace, *functions: str, keys: str = _KEYS) -> Path:
    module = f"attacked_{place.folder.name}"  # a process imports a name once
    place.write(f"{module}.py", _MODELS)
    place.write("films.csv", "\n".join(["text,label", *_FILMS]) + "\n")
    models = "\n".join(_MODEL.format(module=module, function=each) for each in functions)
    return place.write("films.toml", models + _SUITE.format(keys=keys))


def pairs(folder: Path, suite: str = PAIRS, model: str = "judged") -> dict[str, ExplainedPair]:
    """Return by text what came of each sample."""
    found = {}
    for record in load_run_folder(folder).records:
        if (record.suite, record.model) == (suite, model):
            assert isinstance(record.answer, Response), record.answer
            assert isinstance(record.answer.output, ExplainedPair)
            found[record.sample.text] = record.answer.output
    return found


def told(place: Workplace, form: str) -> str:
    outcome = place.harness("report", "latest", "--format", form)
    assert outcome.code == 0, outcome.err
    return outcome.out


@pytest.fixture
def films(place: Workplace) -> Workplace:
    """Fit a pipeline to which two words say all, and attack and explain it."""
    rows = [f"a {word} film,{label}" for word, label in (("splendid", "good"), ("dull", "bad"))]
    place.write("train.csv", "\n".join(["text,label", *rows * 3]) + "\n")
    spec(place)
    outcome = place.harness("run", place.write("fitted.toml", FITTED + _SUITE.format(keys=_KEYS)))
    assert outcome.code == 0, outcome.err
    assert "what attacks struck, as explained before" in outcome.out
    return place


def test_a_pipeline_is_struck_where_its_explanation_points(films: Workplace) -> None:
    found = pairs(films.latest, model="fitted")
    explained = [pair for pair in found.values() if pair.fate is Fate.EXPLAINED]
    assert len(explained) == 4
    for pair in explained:
        assert pair.before is not None
        assert pair.after is not None
        assert pair.before.label != pair.after.label
        assert pair.changes is not None
        struck = {pair.before.words[place].strip() for one in pair.changes for place in one.before}
        assert struck & {"splendid", "dull"}
    random = pairs(films.latest, "films ! deepwordbug ? random", "fitted")
    assert {text: pair.fate for text, pair in random.items()} == {
        text: pair.fate for text, pair in found.items()
    }
    values = {name: one for (_, suite, name), one in films.values().items() if suite == PAIRS}
    assert values["attacked_excess"]["n"] == 4
    assert values["attacked_excess"]["interval"]["low"] > 0
    assert values["worth_before"]["value"] > values["worth_after"]["value"]
    by_chance = films.values()["fitted", "films ! deepwordbug ? random", "attacked_excess"]
    assert by_chance["interval"]["low"] < values["attacked_excess"]["interval"]["low"]
    _check_reports(films, n_turned=sum(p.fate is not Fate.NOT_TURNED for p in found.values()))
    _check_scored_again(films)


def _check_reports(films: Workplace, n_turned: int) -> None:
    (report,) = json.loads(told(films, "json"))["explanations"]
    first, second = report["attacks"]
    assert [first["method"], second["method"]] == ["occlusion", "random"]
    assert (first["n_turned"], first["n_pairs"], second["n_pairs"]) == (n_turned, 4, 4)
    mass = films.values()["fitted", PAIRS, "attacked_mass"]["value"]
    assert first["quantities"]["attacked_mass"]["value"] == mass
    assert [one["method"] for one in report["methods"]] == ["occlusion", "random"]
    assert "| deepwordbug | occlusion |" in told(films, "md")
    rows = [line for line in told(films, "csv").splitlines() if f",{PAIRS}," in line]
    assert rows
    assert all(row.endswith(",occlusion,films,,deepwordbug") for row in rows)
    page = (films.latest / "report.html").read_text(encoding="utf-8")
    part = page.split('<section id="explanations"')[1].split("</section>")[0]
    assert "Where attacks strike and explanations point: films, fitted" in part
    assert f"of {n_turned} turned" in part


def _check_scored_again(films: Workplace) -> None:
    before = films.latest
    assert films.harness("rescore", before.name).code == 0
    assert pairs(films.latest, model="fitted") == pairs(before, model="fitted")
    assert [(one["value"], one["n"]) for one in films.values().values()] == [
        (one["value"], one["n"]) for one in films.values(before).values()
    ]
    compared = films.harness("compare", before.name, films.latest.name, "-o", "c.html")
    assert compared.code == 0, compared.err


def test_a_run_that_was_interrupted_explains_what_its_attack_has_found(place: Workplace) -> None:
    path = spec(place, "judged", "deaf")
    assert place.harness("run", path).code == 0
    whole = place.latest
    # The second model calls nothing good, and is wrong where the first was turned.
    assert {pair.fate for pair in pairs(whole, model="deaf").values()} == {Fate.NOT_TURNED}
    stop = place.folder / "stop"
    stop.touch()
    assert place.harness("run", path).code == 130
    cut = place.latest
    assert {pair.fate for pair in pairs(cut).values()} == {Fate.NOT_TURNED, Fate.NOT_DRAWN}
    stop.unlink()
    asked = place.folder / "asked.txt"
    asked.unlink()
    assert place.harness("run", path, "--resume", cut.name).code == 0
    for model in ("judged", "deaf"):
        assert _costless(pairs(cut, model=model)) == _costless(pairs(whole, model=model))
    found = [pair for pair in pairs(cut).values() if pair.fate is Fate.EXPLAINED]
    attacked = {side.text for pair in found if (side := pair.after) is not None}
    assert len(attacked) == 4
    # What the attack has found of the first model is on record, and searched for no more.
    strange = set(filter(is_strange, asked.read_text().splitlines()))
    assert {text for text in strange if "..." not in text} == attacked


def test_pairs_that_an_earlier_version_of_the_attack_has_found_do_not_serve(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert place.harness("run", spec(place, "judged")).code == 0
    before = place.latest
    assert pairs(before)
    monkeypatch.setattr(DeepWordBug, "version", DeepWordBug.version + 1)
    place.harness("rescore", before.name)
    assert place.latest != before
    answers = [
        record.answer
        for record in load_run_folder(place.latest).records
        if record.suite in (ATTACK, PAIRS)
    ]
    assert len(answers) == 2 * len(_FILMS)
    assert {answer.kind for answer in answers if isinstance(answer, Failure)} == {
        FailureKind.MISSING
    }
    assert not [answer for answer in answers if isinstance(answer, Response)]


def test_pairs_explained_by_an_earlier_version_of_the_method_are_scored_again(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert place.harness("run", spec(place, "judged")).code == 0
    before, found = place.latest, pairs(place.latest)
    monkeypatch.setattr(Occlusion, "version", Occlusion.version + 1)
    outcome = place.harness("rescore", before.name)
    assert outcome.code == 0
    assert f"{PAIRS}: its data are not those of the run that is scored again" in outcome.err
    assert place.latest != before
    assert pairs(place.latest) == found


def is_strange(text: str) -> bool:
    """Tell whether a text has a word that an attack has made."""
    known = {"a", "splendid", "dull", "film", "about", "people", *_NUMBERS}
    return not set(text.replace("...", " ").split()) <= known


def _costless(found: dict[str, ExplainedPair]) -> dict[str, ExplainedPair]:
    """Leave out what was sent: it hangs on what was known."""

    def side(one: ExplainedSide | None) -> ExplainedSide | None:
        return None if one is None else replace(one, n_sent=0)

    return {
        text: replace(pair, before=side(pair.before), after=side(pair.after))
        for text, pair in found.items()
    }


def test_an_attack_that_turns_nothing_says_so(place: Workplace) -> None:
    outcome = place.harness("run", spec(place, "stubborn", keys=f"{_KEYS}limit = 2\n"))
    assert outcome.code == 0, outcome.err
    assert "deepwordbug has turned no answer: there is no pair to explain" in outcome.out
    values = place.values()
    assert values["stubborn", PAIRS, "turned_share"]["value"] == 0.0
    assert ("stubborn", PAIRS, "attacked_mass") not in values
    assert "The attack deepwordbug has turned no answer" in told(place, "md")
    assert place.manifest()["status"] == "complete"


def test_an_attack_on_a_model_that_is_never_right_was_not_carried_out(place: Workplace) -> None:
    path = spec(place, "stubborn", keys=f'{_KEYS}labels = ["bad", "good"]\n')
    place.write("films.csv", "text,label\na dull film,bad\na dreadful film,bad\n")
    outcome = place.harness("run", path)
    assert outcome.code == 0, outcome.err
    sentence = "he attack deepwordbug was not carried out: there is no right answer to turn"
    assert f"t{sentence}" in outcome.out
    assert f"T{sentence}" in told(place, "md")
    (report,) = json.loads(told(place, "json"))["explanations"]
    assert [(one["n_attacked"], one["n_turned"]) for one in report["attacks"]] == [(0, 0)] * 2


_UNTARGETED = """
[[suite]]
name = "films"
suite = "explain"
data = "films.csv"
columns = {{ text = "text" }}
{keys}
"""


def test_texts_without_right_answers_are_not_attacked(place: Workplace) -> None:
    spec(place, "judged")
    model = _MODEL.format(module="missing", function="judged")
    keys = 'attack = ["deepwordbug"]\nexplain = ["occlusion"]\n'
    path = place.write("explain.toml", model + _UNTARGETED.format(keys=keys))
    (error,) = place.harness("run", path).errors
    assert error == (
        "suite[0].attack: the suite 'explain' has no right answers here that it could turn;"
        ' write target = "…" among columns, or leave it out'
    )


def test_what_an_attack_turned_on_one_side_alone_forbids_no_verdict(place: Workplace) -> None:
    for function in ("judged", "deaf"):  # the second calls nothing good
        assert place.harness("run", spec(place, function)).code == 0
        place.harness("baseline", "set", function, place.latest.name)
    policy = '[[gate]]\nmetric = "{metric}"\nmargin = 0.9\n'
    place.write("held.toml", policy.format(metric="f1_macro"))
    place.write("mass.toml", policy.format(metric="attacked_mass"))

    outcome = place.harness("gate", "deaf", "--baseline", "judged", "--policy", "held.toml")

    alone = f"of suite '{PAIRS}' on deaf are in the baseline alone"
    assert outcome.code == 0, outcome.out
    (note,) = [line for line in outcome.out.splitlines() if alone in line]
    assert note.startswith("not compared: metrics 'attack_mass', ")
    kept = read_judgement(place.latest)
    assert kept is not None
    assert kept.invalid == ()
    assert {one.suite for one in kept.comparison.one_sided} == {PAIRS, RANDOM_PAIRS}
    assert "On one side only" in (place.latest / "report.html").read_text(encoding="utf-8")
    held = place.harness("gate", "deaf", "--baseline", "judged", "--policy", "mass.toml")
    assert held.code == 3
    gate = "gate[0] (metric 'attacked_mass')"
    assert f"{gate} fits only numbers of which neither direction is better" in held.out


def _suites(place: Workplace) -> list[str]:
    done: list[dict[str, Any]] = place.manifest()["evaluations"]
    return [one["suite"] for one in done]


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (f"{_KEYS}explain_attacked = 3", "suite[0].explain_attacked: must be true or false, not 3"),
        (
            'explain = ["occlusion"]\nexplain_attacked = true',
            "suite[0].explain_attacked: has no attacked text that could be explained; write",
        ),
        (
            f'{_KEYS}explain_attacked = "no"',
            "suite[0].explain_attacked: must be true or false, not 'no'; leave it out",
        ),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(place: Workplace, keys: str, message: str) -> None:
    (error,) = place.harness("run", spec(place, "judged", keys=keys)).errors
    assert error.startswith(message)


def test_pairs_are_not_explained_without_their_attack(place: Workplace) -> None:
    path = spec(place, "judged", keys=f"{_KEYS}limit = 2\n")
    (error,) = place.harness("run", path, "--suite", PAIRS).errors
    assert error == (
        f"suite '{PAIRS}': explains what '{ATTACK}' finds, which is left out;"
        f" add --suite '{ATTACK}'"
    )
    assert place.harness("run", path, "--suite", ATTACK, "--suite", PAIRS).code == 0
    assert _suites(place) == [ATTACK, PAIRS]
    assert Fate.EXPLAINED in {pair.fate for pair in pairs(place.latest).values()}
    assert "no method was tried" in told(place, "html")
