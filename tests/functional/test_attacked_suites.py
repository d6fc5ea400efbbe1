"""A suite whose texts are attacked: run, taken up, scored again, compared and gated."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

import pytest
from fakes.workplace import Outcome, Workplace

from harness import load_run
from harness.core.attacked import Attacked
from harness.core.attacked import Outcome as Came
from harness.core.response import Failure, Response
from harness.store.run_folder import load_run_folder

N = 40
_VICTIMS = """
from pathlib import Path

GOOD, BAD = ("good", "great", "lovely"), ("bad", "dull", "awful")
n_calls = 0


def judged(texts, key):
    global n_calls
    n_calls = n_calls + 1 if Path("stop").exists() else 0
    if n_calls == 5:
        raise KeyboardInterrupt
    if Path("flaky").exists() and any("zz" in text for text in texts):
        raise RuntimeError("no z, please")
    good, bad = ({key(word) for word in words} for words in (GOOD, BAD))
    answers = []
    for text in texts:
        words = [key(word) for word in text.split()]
        n_good, n_bad = (sum(word in side for word in words) for side in (good, bad))
        p = (1 + n_good) / (2 + n_good + n_bad)
        answers.append({"bad": 1 - p, "good": p})
    return answers


def fragile(texts):
    return judged(texts, str)


def firm(texts):
    return judged(texts, lambda word: "".join(sorted(word)))


def writer(prompts):
    return ["good" if "good" in prompt.split() else "hard to say" for prompt in prompts]
"""
_MODEL = """\
[[model]]
name = "judge"
adapter = "python"
target = "{module}:{function}"
capability = "{capability}"
batch = true
path = "."
"""
_SUITE = """
[[suite]]
name = "films"
suite = "classification"
data = "films.csv"
columns = {{ text = "text", target = "label", slices = ["genre"] }}
prompt = "{{text}}"
metrics = ["confusion"]
attack = {attack}
"""
_RANDOM = '["random"]'
_SUCCESS = ("judge", "films ! random", "success_rate")


def films() -> str:
    rng = random.Random(0)
    rows = ["text,label,genre"]
    for i in range(N):
        label, words = ("good", ["good", "great"]) if i % 2 else ("bad", ["bad", "dull"])
        text = [*rng.choices(["the", "plot", "zz", "film"], k=5), rng.choice(words)]
        text += ["good", "great"] if i % 10 == 0 else []
        rng.shuffle(text)
        rows.append(f"{' '.join(text)} {i},{label},{'drama' if i < N / 2 else 'comedy'}")
    return "\n".join(rows) + "\n"


def spec(
    place: Workplace,
    function: str = "fragile",
    attack: str = _RANDOM,
    capability: str = "classifies",
) -> Path:
    module = f"victims_of_{place.folder.name}"  # a process imports a name once
    place.write(f"{module}.py", _VICTIMS)
    place.write("films.csv", films())
    model = _MODEL.format(module=module, function=function, capability=capability)
    return place.write("films.toml", model + _SUITE.format(attack=attack))


def run(place: Workplace, *arguments: str, **options: str) -> Outcome:
    return place.harness("run", spec(place, **options), *arguments)


def answers(folder: Path, suite: str = "films ! random") -> dict[str, Any]:
    return {
        record.sample.id: record.answer.output
        if isinstance(record.answer, Response)
        else record.answer
        for record in load_run_folder(folder).records
        if record.suite == suite
    }


def test_a_run_tells_what_attacks_came_to(place: Workplace) -> None:
    outcome = run(place, attack='["random", {name = "random", budget = 4}]')
    assert outcome.code == 0
    values = place.values()
    accuracy = values["judge", "films", "accuracy"]["value"]
    assert accuracy == 0.9
    short = values["judge", "films ! random budget=4", "success_rate"]
    long = values[_SUCCESS]
    assert 0 < short["value"] < long["value"] < 1
    assert short["n"] == long["n"] == 36
    assert values["judge", "films ! random", "clean_accuracy"]["value"] == accuracy
    under = values["judge", "films ! random", "accuracy_under_attack"]
    assert under["n"] == N
    assert under["value"] == pytest.approx(accuracy * (1 - long["value"]))
    assert values["judge", "films ! random budget=4", "queries"]["value"] <= 4
    again = answers(place.latest, "films ! random budget=4").values()
    assert all(each.n_sent < each.n_queries for each in again), (
        "the first has asked of the originals"
    )
    pairs = [
        (done["suite"], done["clean"], done["attack"]) for done in place.manifest()["evaluations"]
    ]
    assert pairs == [
        ("films", "", ""),
        ("films ! random", "films", "random"),
        ("films ! random budget=4", "films", "random budget=4"),
    ]
    page = (place.latest / "report.html").read_text(encoding="utf-8")
    assert "Success against queries" in page
    assert {name for name, _ in by_genre(place)} == {"success_rate", "accuracy_under_attack"}


def by_genre(place: Workplace) -> list[tuple[str, str]]:
    return [
        (each.quantity.id, each.slice[1])
        for each in load_run_folder(place.latest).estimates
        if each.slice and each.suite == "films ! random"
    ]


def test_a_record_holds_the_text_that_the_model_is_wrong_about(place: Workplace) -> None:
    run(place)
    clean = answers(place.latest, "films")
    found = answers(place.latest)
    assert found.keys() == clean.keys()
    fallen = [each for each in found.values() if each.outcome is Came.SUCCEEDED]
    assert fallen
    for name, each in found.items():
        assert each.clean_label == clean[name].label
    assert all(each.label != each.clean_label for each in fallen)
    assert all(1 < each.found_at <= each.n_queries for each in fallen)


def test_perturbations_and_attacks_stand_side_by_side(place: Workplace) -> None:
    path = spec(place)
    path.write_text(path.read_text() + 'perturb = ["casing"]\n')
    assert place.harness("run", path, "--limit", 8).code == 0
    suites = [done["suite"] for done in place.manifest()["evaluations"]]
    assert suites == ["films", "films ~ casing", "films ! random"]


def test_scoring_again_gives_the_same_numbers_and_asks_nobody(place: Workplace) -> None:
    run(place, attack='["random", {name = "random", budget = 9}]')
    before = place.latest
    (place.folder / "stop").touch()
    assert place.harness("rescore", before.name).code == 0
    assert place.latest != before
    assert place.values() == {
        key: entry | {"signature": place.values()[key]["signature"]}
        for key, entry in place.values(before).items()
    }
    assert answers(place.latest) == answers(before)


def test_another_recipe_has_no_stored_answers(place: Workplace) -> None:
    run(place)
    before = place.latest
    path = spec(place, attack='[{name = "random", budget = 9}]')
    outcome = place.harness("rescore", before.name, "--spec", path)
    assert outcome.code != 0
    missing = answers(place.latest, "films ! random budget=9").values()
    assert all(isinstance(each, Failure) and each.kind == "missing" for each in missing)


def test_a_run_that_was_interrupted_is_taken_up(place: Workplace) -> None:
    assert run(place).code == 0
    whole = place.latest
    stop = place.folder / "stop"
    stop.touch()
    assert run(place).code == 130
    cut = place.latest
    n_before = len(answers(cut))
    assert 0 < n_before < N
    stop.unlink()
    assert place.harness("run", "films.toml", "--resume", cut.name).code == 0
    assert place.runs == [whole, cut]
    costless = {key: each for key, each in place.values(cut).items() if key[2] != "queries_sent"}
    assert costless == {k: v for k, v in place.values(whole).items() if k[2] != "queries_sent"}
    assert texts(cut) == texts(whole)


def texts(folder: Path) -> dict[str, tuple[str, str]]:
    return {name: (each.outcome, each.text) for name, each in answers(folder).items()}


def test_a_query_that_fails_is_a_failure_and_is_asked_again(place: Workplace) -> None:
    flaky = place.folder / "flaky"
    flaky.touch()
    assert run(place).code == 3
    failures = [each for each in answers(place.latest).values() if isinstance(each, Failure)]
    assert failures
    assert all("no z, please" in each.message for each in failures)
    done = place.manifest()["evaluations"][1]
    assert done["failures"] == {"crashed": len(failures)}
    assert place.values()["judge", "films ! random", "accuracy_under_attack"]["n"] < N
    flaky.unlink()
    assert place.harness("run", "films.toml", "--resume", "latest").code == 0
    assert all(isinstance(each, Attacked) for each in answers(place.latest).values())


def test_texts_of_before_count_in_what_is_told_when_a_run_is_taken_up(place: Workplace) -> None:
    path = spec(place)
    rows = ("the film bad,bad", "the plot great,good", "plot zz bad,bad", "aa,bad")
    place.write("films.csv", "\n".join(["text,label,genre", *(f"{row},drama" for row in rows)]))
    flaky = place.folder / "flaky"
    flaky.touch()
    place.harness("run", path)
    assert told_of_no_change(place) == ["1 of 3"]  # one cannot be asked about
    flaky.unlink()
    place.harness("run", path, "--resume", "latest")
    assert len(place.runs) == 1
    assert told_of_no_change(place) == ["1 of 4"]


def told_of_no_change(place: Workplace) -> list[str]:
    """Return which of the texts are told to have no letters that could be swapped."""
    pattern = re.compile(r"random could change nothing in (\d+ of \d+) texts")
    found = map(pattern.search, place.manifest()["warnings"])
    return [match[1] for match in found if match]


def test_the_gate_sees_a_model_that_falls_more_often(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")  # names of metrics are folded where there is no room
    run(place, function="firm")
    firm = place.latest
    assert place.values()[_SUCCESS]["value"] == 0.0
    assert place.harness("baseline", "set", "main", firm.name).code == 0
    run(place, function="firm")
    assert place.harness("gate", "latest", "--baseline", "main").code == 0
    run(place, function="fragile")
    outcome = place.harness("gate", "latest", "--baseline", "main")
    assert outcome.code == 1
    assert "success_rate" in outcome.out
    compared = place.harness("compare", firm.name, place.latest.name)
    assert "accuracy_under_attack" in compared.out


def test_what_names_no_label_is_neither_a_success_nor_right(place: Workplace) -> None:
    run(place, function="writer", capability="generates")
    values = place.values()
    found = [each for each in answers(place.latest).values() if isinstance(each, Attacked)]
    undecided = [each for each in found if each.outcome is Came.UNDECIDED]
    assert undecided
    assert values[_SUCCESS]["value"] == 0.0
    rate = values["judge", "films ! random", "undecided_rate"]
    assert rate["value"] == len(undecided) / rate["n"]
    assert values["judge", "films ! random", "accuracy_under_attack"]["value"] == 0.0
    unread = [each for each in answers(place.latest).values() if isinstance(each, Failure)]
    assert len(unread) + len(found) == N
    assert all("no label can be read" in each.message for each in unread)


def test_the_frame_of_samples_has_the_outcomes(place: Workplace) -> None:
    run(place)
    frame = load_run(place.latest).samples()
    attacked = frame[frame["suite"] == "films ! random"]
    assert attacked["attack_success.success"].sum() == pytest.approx(
        36 * place.values()[_SUCCESS]["value"]
    )


@pytest.mark.parametrize(
    ("attack", "message"),
    [
        ('"random"', "suite[0].attack: must be a list, not 'random'; write attack = "),
        ('["rndom"]', "suite[0].attack[0]: there is no attack named 'rndom'"),
        ("[7]", "suite[0].attack[0]: must be a name or a table with one, not 7; write attack"),
        ('["random", "random"]', "suite[0].attack[1]: is 'random' again; name it once"),
        ('[{name = "random", budgt = 9}]', "suite[0].attack[0]: unknown key 'budgt'; did you"),
        ('[{name = "random", budget = 1}]', "suite[0].attack[0].budget: must be at least 2"),
    ],
)
def test_what_is_wrong_with_an_attack_is_said_in_one_sentence(
    place: Workplace, attack: str, message: str
) -> None:
    outcome = run(place, attack=attack)
    assert outcome.code == 2
    (error,) = outcome.errors
    assert error.startswith(message)


def test_a_suite_that_reads_no_label_cannot_be_attacked(place: Workplace) -> None:
    path = spec(place, capability="generates", function="writer")
    path.write_text(
        path.read_text()
        .replace('prompt = "{text}"', "")
        .replace('"classification"', '"generation"')
        .replace('["confusion"]', '["exact_match"]')
    )
    (error,) = place.harness("run", path).errors
    assert error.startswith("suite[0].attack: the suite 'generation' reads no label from an answer")
