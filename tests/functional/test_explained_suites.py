"""A suite whose texts are explained: run, taken up, scored again, and what is wrong with a spec."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fakes.workplace import Outcome, Workplace

from harness.core.explained import Explained
from harness.core.response import Failure, FailureKind, Response
from harness.core.run import Record
from harness.engine import explained_task
from harness.engine.driven_texts import DrivenTexts
from harness.store.run_folder import load_run_folder
from harness.suites.perturbations.distractor import Distractor

_MODELS = """
from pathlib import Path

n_calls = 0


def judged(texts):
    global n_calls
    n_calls = n_calls + 1 if Path("stop").exists() else 0
    if n_calls > 2:
        raise KeyboardInterrupt
    if Path("flaky").exists() and any("zz" in text for text in texts):
        raise RuntimeError("no z, please")
    with Path("asked.txt").open("a") as file:
        file.writelines(f"{text}\\n" for text in texts)
    answers = []
    for text in texts:
        words = text.replace("...", " ").split()
        p = 0.5 + 0.4 * (("good" in words) - ("bad" in words))
        answers.append({"bad": 1 - p, "good": p})
    return answers


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
{keys}
"""
_FILMS = """\
text,label,genre
a b c d good,good,drama
a b bad d e,bad,drama
zz y good y zz,good,comedy
a b c d e,good,comedy
"""
SUITE = "films ? occlusion"


def spec(
    place: Workplace,
    keys: str = 'explain = ["occlusion"]',
    function: str = "judged",
    capability: str = "classifies",
) -> Path:
    module = f"explained_by_{place.folder.name}"  # a process imports a name once
    place.write(f"{module}.py", _MODELS)
    place.write("films.csv", _FILMS)
    model = _MODEL.format(module=module, function=function, capability=capability)
    return place.write("films.toml", model + _SUITE.format(keys=keys))


def run(place: Workplace, *arguments: str, **options: str) -> Outcome:
    return place.harness("run", spec(place, **options), *arguments)


def answers(folder: Path, suite: str = SUITE) -> dict[str, Any]:
    return {
        record.sample.text: record.answer.output
        if isinstance(record.answer, Response)
        else record.answer
        for record in load_run_folder(folder).records
        if record.suite == suite
    }


def test_a_run_tells_what_the_answer_hangs_on_and_whether_that_is_so(place: Workplace) -> None:
    outcome = run(place, keys='explain = ["occlusion", {name = "occlusion", mask_token = ""}]')
    assert outcome.code == 0
    found = answers(place.latest)["a b c d good"]
    assert found.outputs == ("bad", "good")
    assert (found.unit, found.chosen) == ("probability", 1)
    assert found.whole == pytest.approx((0.1, 0.9))
    assert found.blank == pytest.approx((0.5, 0.5))
    assert [row[1] for row in found.attribution.values] == pytest.approx([0, 0, 0, 0, 0.4])
    assert found.trial.without == pytest.approx([0.5] * 5)
    assert found.trial.alone == pytest.approx([0.9] * 5)
    assert len(found.random) == 5
    assert found.infidelity == pytest.approx(0.0)
    assert (found.n_queries, found.n_sent) == (2 + 5, 2 + 5)
    values = place.values()
    drops = {name: entry["value"] for (_, suite, name), entry in values.items() if suite == SUITE}
    assert drops["comprehensiveness"] == pytest.approx(0.3)  # the fourth text hangs on no word
    assert drops["sufficiency"] == pytest.approx(0.0)
    assert drops["comprehensiveness_gain"] > 0
    assert drops["sufficiency_gain"] < 0
    done = [(one["suite"], one["clean"], one["explainer"]) for one in _evaluations(place)]
    other = "occlusion mask_token="
    assert done == [
        ("films", "", ""),
        (SUITE, "films", "occlusion"),
        (f"films ? {other}", "films", other),
    ]
    assert SUITE in (place.latest / "report.html").read_text(encoding="utf-8")


def test_texts_in_other_words_tell_how_steady_a_method_is(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    # It is no paraphrase, but leaves every word of these texts where it was.
    monkeypatch.setattr(Distractor, "is_paraphrase", True, raising=False)
    keys = 'explain = ["occlusion", "random"]\nparaphrase = ["distractor"]'
    assert run(place, keys=keys).code == 0
    found = answers(place.latest)["a b c d good"].paraphrase
    assert found.text.startswith("a b c d good ")
    assert found.pairs == tuple((part, part) for part in range(5))
    assert found.values[:5] == pytest.approx((0, 0, 0, 0, 0.4))
    number = place.values()["judge", SUITE, "paraphrase_stability"]
    # The fourth text has no word that says more than another.
    assert (number["value"], number["n"]) == (pytest.approx(1.0), 3)
    report = json.loads(place.harness("report", "latest", "--format", "json").out)
    first, second = (method["paraphrased"] for method in report["explanations"][0]["methods"])
    told = {"by": "distractor", "n": 4, "n_compared": 3, "left_out": {"words of equal value": 1}}
    assert first == told
    assert second == {**told, "n_compared": 4, "left_out": {}}
    signature = _evaluations(place)[1]["metric_signatures"]["explanation_paraphrase"]
    assert "by:distractor" in signature


def test_without_other_words_nothing_is_told_of_them(place: Workplace) -> None:
    outcome = run(place, keys='explain = ["occlusion"]\nparaphrase = []')
    assert outcome.code == 0
    assert {one.paraphrase for one in answers(place.latest).values()} == {None}
    assert ("judge", SUITE, "paraphrase_stability") not in place.values()
    assert "explanation_paraphrase" not in _evaluations(place)[1]["metric_signatures"]


def test_a_run_of_before_paraphrases_is_reported_and_scored_again(place: Workplace) -> None:
    assert run(place, keys='explain = ["occlusion"]\nparaphrase = []').code == 0
    before, path = place.latest, place.latest / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    del manifest["spec"]["suite"][0]["paraphrase"]
    path.write_text(json.dumps(manifest), "utf-8")
    values = place.values(before)
    assert place.harness("report", before.name).code == 0
    # The key's default is another by now, and the answers have nothing of it.
    assert place.harness("rescore", before.name).code == 0
    assert place.latest != before
    now = place.values()
    assert ("judge", SUITE, "paraphrase_stability") not in now
    assert {key: one["value"] for key, one in now.items()} == {
        key: one["value"] for key, one in values.items()
    }
    # Code and settings are others, as after every change of a metric.
    assert place.harness("compare", before.name, "latest", "--force").code == 0


def test_a_run_by_an_earlier_version_of_a_method_is_scored_again_and_warned_of(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(place, keys='explain = ["occlusion"]').code == 0
    before, values = place.latest, place.values()
    monkeypatch.setattr(explained_task, "TRIALS_VERSION", 0)
    outcome = place.harness("rescore", before.name)
    assert outcome.code == 0
    assert f"{SUITE}: its data are not those of the run that is scored again" in outcome.err
    assert {key: one["value"] for key, one in place.values().items()} == {
        key: one["value"] for key, one in values.items()
    }


_PROSE = """\
[[model]]
name = "echo"
adapter = "echo"
text = "as it says"

[[suite]]
name = "films"
suite = "generation"
data = "films.csv"
columns = { text = "text", target = "label" }
metrics = ["exact_match"]
explain = ["occlusion"]
paraphrase = []
"""


def test_written_answers_explained_by_an_earlier_version_stay_other_data(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.write("films.csv", _FILMS)
    path = place.write("films.toml", _PROSE)
    with monkeypatch.context() as then:
        then.setattr(explained_task, "WRITTEN_VERSION", 0)
        assert place.harness("run", path).code == 0
    before = place.latest
    outcome = place.harness("rescore", before.name)
    assert outcome.code == 0
    assert f"{SUITE}: its data are not those of the run that is scored again" in outcome.err
    again = place.latest
    assert again != before
    assert answers(again) == answers(before)
    assert place.harness("run", path).code == 0
    for old in (before, again):
        (error,) = place.harness("compare", old.name, "latest").errors
        assert f"suite '{SUITE}' asked other data" in error
    assert place.harness("compare", before.name, again.name).code == 0
    fewer = place.write("fewer.toml", _PROSE + "n_explained = 2\n")
    assert place.harness("rescore", before.name, "--spec", fewer).code == 0
    rescored = place.latest
    assert place.harness("run", fewer).code == 0
    (error,) = place.harness("compare", rescored.name, "latest").errors
    assert f"suite '{SUITE}' asked other data" in error


@pytest.mark.parametrize("function", ["judged", "writer"])
def test_labels_know_no_version_of_written_answers(
    place: Workplace, monkeypatch: pytest.MonkeyPatch, function: str
) -> None:
    options = {
        "function": function,
        "capability": "classifies" if function == "judged" else "generates",
    }
    code, before = run(place, **options).code, place.latest
    hashes = [one["data_hash"] for one in _evaluations(place)]
    monkeypatch.setattr(explained_task, "WRITTEN_VERSION", 0)
    assert run(place, **options).code == code
    assert [one["data_hash"] for one in _evaluations(place)] == hashes
    outcome = place.harness("rescore", before.name)
    assert outcome.code == code
    assert "its data are not those" not in outcome.err


_FILLED = 'explain = ["occlusion"]\nparaphrase = [{name = "filler", rate = 1.0}]'
_USUAL = 'explain = ["occlusion"]'
_PLAIN = 'explain = ["occlusion"]\nparaphrase = []'
OTHER = "again ? occlusion"


def run_two(place: Workplace, first: str, second: str) -> Path:
    """Run two suites that differ in how texts are put in other words, and in nothing else."""
    path = spec(place, first)
    again = _SUITE.format(keys=second).replace('name = "films"', 'name = "again"')
    path.write_text(path.read_text("utf-8") + again, "utf-8")
    assert place.harness("run", path).code == 0
    return place.latest


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (_USUAL, _FILLED),
        (_FILLED, _USUAL),
        (_PLAIN, _FILLED),
        (_FILLED, _PLAIN),
        (_FILLED, _FILLED + "\nn_paraphrased = 1"),
    ],
)
def test_suites_that_differ_in_paraphrases_stay_apart_when_scored_again(
    place: Workplace, first: str, second: str
) -> None:
    before = run_two(place, first, second)
    values = {key: one["value"] for key, one in place.values().items()}
    assert answers(before) != answers(before, OTHER)
    assert place.harness("rescore", before.name).code == 0
    assert place.latest != before
    for suite in (SUITE, OTHER):
        assert answers(place.latest, suite) == answers(before, suite)
    assert {key: one["value"] for key, one in place.values().items()} == values


def test_suites_that_differ_in_their_prompt_stay_apart_when_scored_again(place: Workplace) -> None:
    before = run_two_prompts(place)
    values = {key: one["value"] for key, one in place.values().items()}
    place.harness("rescore", before.name)
    for record, now in records_of_both(before, place.latest):
        assert now.answer == record.answer
    assert {key: one["value"] for key, one in place.values().items()} == values


def test_records_that_do_not_tell_what_was_asked_are_no_other_suites(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as then:
        then.setattr(DrivenTexts, "question_of", lambda *_: "")
        before = run_two_prompts(place)
    place.harness("rescore", before.name)
    n_missing: Counter[str] = Counter()
    for record, now in records_of_both(before, place.latest):
        if isinstance(now.answer, Failure) and now.answer.kind is FailureKind.MISSING:
            assert "holds several answers about this text" in now.answer.message
            n_missing[now.suite] += 1
        else:
            assert now.answer == record.answer
    for suite in (SUITE, OTHER, "films ! deepwordbug", "again ! deepwordbug"):
        assert n_missing[suite] == 4  # all


def run_two_prompts(place: Workplace) -> Path:
    """Run two suites that differ in what they ask about a text, and in nothing else."""
    keys = 'explain = ["occlusion"]\nattack = ["deepwordbug"]'
    path = spec(place, keys=keys, function="writer", capability="generates")
    again = path.read_text("utf-8").split("[[suite]]")[1].replace('"films"', '"again"')
    again = again.replace('"{text}"', '"{text} or good"')
    path.write_text(f"{path.read_text('utf-8')}[[suite]]{again}", "utf-8")
    place.harness("run", path)
    for plain, other in ((SUITE, OTHER), ("films ! deepwordbug", "again ! deepwordbug")):
        assert answers(place.latest, plain) != answers(place.latest, other)
    return place.latest


def records_of_both(before: Path, after: Path) -> Iterator[tuple[Record, Record]]:
    assert after != before
    yield from zip(load_run_folder(before).records, load_run_folder(after).records, strict=True)


def test_explanations_of_an_earlier_version_that_several_suites_have_are_missing(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = run_two(place, _USUAL, _FILLED)
    monkeypatch.setattr(explained_task, "TRIALS_VERSION", 0)
    _check_ambiguous(place, before)


def test_explanations_of_before_versions_told_paraphrases_apart_are_missing(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as then:
        then.setattr(explained_task.ExplainedTask, "_paraphrased", {})
        before = run_two(place, _PLAIN, _FILLED)
    _check_ambiguous(place, before)


def _check_ambiguous(place: Workplace, before: Path) -> None:
    place.harness("rescore", before.name)
    assert place.latest != before
    for suite in (SUITE, OTHER):
        for answer in answers(place.latest, suite).values():
            assert isinstance(answer, Failure)
            assert answer.kind is FailureKind.MISSING
            assert "holds several answers about this text" in answer.message


@pytest.mark.parametrize("then", [["typos"], []])
def test_a_run_whose_paraphrases_are_refused_by_now_is_scored_again_without_them(
    place: Workplace, then: list[str]
) -> None:
    assert run(place, keys='explain = ["occlusion"]\nparaphrase = []').code == 0
    before, values = place.latest, place.values()
    path = before / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    manifest["spec"]["suite"][0].update(paraphrase=then, n_paraphrased=7)
    path.write_text(json.dumps(manifest), "utf-8")
    assert place.harness("rescore", before.name).code == 0
    assert place.latest != before
    assert {key: one["value"] for key, one in place.values().items()} == {
        key: one["value"] for key, one in values.items()
    }


def _evaluations(place: Workplace) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = place.manifest()["evaluations"]
    return found


def test_texts_without_spaces_are_explained_word_by_word(place: Workplace) -> None:
    rows = ("剧情非常无聊,bad,drama", "หนังgoodมาก,good,comedy", "演员good。,good,drama")
    path = spec(place, keys='explain = ["occlusion", "shap", {name = "lime", n_samples = 20}]')
    place.write("films.csv", "\n".join((_FILMS.splitlines()[0], *rows)) + "\n")
    module = place.folder / f"explained_by_{place.folder.name}.py"
    module.write_text(module.read_text().replace('("good" in words)', '("good" in text)'))
    assert place.harness("run", path).code == 0
    found = answers(place.latest)
    values = {
        text: [round(row[1], 6) for row in one.attribution.values] for text, one in found.items()
    }
    assert values == {
        "剧情非常无聊": [0.0, 0.0, 0.0],
        "หนังgoodมาก": [0.0, 0.4, 0.0],
        "演员good。": [0.0, 0.4],
    }
    asked = (place.folder / "asked.txt").read_text().splitlines()
    assert not any(" " in text for text in asked)
    assert {"...", "剧情...无聊", "หนัง...มาก", "演员..."} <= set(asked)
    shap = answers(place.latest, "films ? shap")["หนังgoodมาก"]
    assert [row[1] for row in shap.attribution.values] == pytest.approx([0, 0.4, 0])


def test_no_text_is_asked_about_twice_whatever_the_method(place: Workplace) -> None:
    run(place, keys='explain = ["occlusion", {name = "occlusion", splitter = "shap"}]')
    asked = (place.folder / "asked.txt").read_text().splitlines()
    n_films = 4
    assert len(asked) - n_films == len(set(asked))  # the suite itself has asked about them too
    first, second = (
        answers(place.latest, f"films ? occlusion{more}").values()
        for more in ("", " splitter=shap")
    )
    assert sum(one.n_sent + one.n_audit_sent for one in first) == len(set(asked))
    assert all(one.n_sent + one.n_audit_sent == 0 < one.n_queries for one in second)


def test_a_draw_is_explained_and_it_is_the_same_for_each_method(place: Workplace) -> None:
    keys = 'explain = ["occlusion", {name = "occlusion", mask_token = ""}]\nn_explained = 2'
    assert run(place, keys=keys).code == 0
    first, second = (
        set(answers(place.latest, f"films ? occlusion{more}")) for more in ("", " mask_token=")
    )
    assert first == second
    assert len(first) == 2
    assert run(place, "--seed", "1", keys=keys).code == 0
    assert [one["n_samples"] for one in _evaluations(place)] == [4, 2, 2]


def test_scoring_again_gives_the_same_numbers_and_asks_nobody(place: Workplace) -> None:
    run(place)
    before = place.latest
    (place.folder / "asked.txt").unlink()
    assert place.harness("rescore", before.name).code == 0
    assert place.latest != before
    assert not (place.folder / "asked.txt").exists()
    assert place.values() == {
        key: entry | {"signature": place.values()[key]["signature"]}
        for key, entry in place.values(before).items()
    }
    assert answers(place.latest) == answers(before)


def test_a_run_that_was_interrupted_is_taken_up(place: Workplace) -> None:
    run(place)
    whole = place.latest
    stop = place.folder / "stop"
    stop.touch()
    assert run(place).code == 130
    cut = place.latest
    assert not answers(cut)
    stop.unlink()
    assert place.harness("run", "films.toml", "--resume", cut.name).code == 0
    assert answers(cut) == answers(whole)


def test_a_masked_text_without_an_answer_is_a_failure_and_is_asked_again(place: Workplace) -> None:
    flaky = place.folder / "flaky"
    flaky.touch()
    assert run(place, keys='explain = ["occlusion"]').code == 3
    failures = {
        text: one for text, one in answers(place.latest).items() if isinstance(one, Failure)
    }
    assert "zz y good y zz" in failures
    assert all("no z, please" in one.message for one in failures.values())
    flaky.unlink()
    assert place.harness("run", "films.toml", "--resume", "latest").code == 0
    assert all(isinstance(one, Explained) for one in answers(place.latest).values())


def test_a_label_that_is_written_is_explained_where_the_text_as_it_is_has_one(
    place: Workplace,
) -> None:
    run(place, function="writer", capability="generates")
    found = answers(place.latest)
    assert found["a b c d good"].trial.without == (0.0,) * 5
    assert found["a b c d good"].trial.is_turned == (True,) * 5
    assert found["a b c d good"].n_unreadable > 5
    unread = [one for one in found.values() if isinstance(one, Failure)]
    assert len(unread) == 2
    assert all("no label can be read" in one.message for one in unread)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (
            'explain = "occlusion"',
            "suite[0].explain: must be a list, not 'occlusion'; write",
        ),
        ('explain = ["oclusion"]', "suite[0].explain[0]: there is no explainer named 'oclusion'"),
        ('explain = ["occlusion", "occlusion"]', "suite[0].explain[1]: is 'occlusion' again"),
        ('explain = [{name = "occlusion", tokn = 9}]', "suite[0].explain[0]: unknown key"),
        (
            'explain = ["occlusion"]\nn_explained = 0',
            "suite[0].n_explained: must be a whole",
        ),
        ("n_explained = 5", "suite[0].n_explained: has nothing to bound; write explain"),
    ],
)
def test_what_is_wrong_with_an_explanation_is_said_in_one_sentence(
    place: Workplace, keys: str, message: str
) -> None:
    outcome = run(place, keys=keys)
    assert outcome.code == 2
    (error,) = outcome.errors
    assert error.startswith(message)


def test_text_can_only_be_explained_of_a_model_that_scores(place: Workplace) -> None:
    path = spec(place, capability="generates", function="writer")
    path.write_text(
        path.read_text()
        .replace('prompt = "{text}"', "")
        .replace('"classification"', '"generation"')
        .replace('["confusion"]', '["exact_match"]')
    )
    (error,) = place.harness("run", path).errors
    assert "the method 'occlusion' needs a model, one that scores, as its answers are text" in error


def test_a_suite_that_asks_for_no_answer_cannot_be_explained(place: Workplace) -> None:
    place.write("films.csv", _FILMS)
    place.write(
        "films.toml",
        """\
        [[model]]
        name = "echo"
        adapter = "echo"
        [[suite]]
        suite = "language_modelling"
        data = "films.csv"
        columns = { text = "text" }
        explain = ["occlusion"]
        """,
    )
    (error,) = place.harness("run", "films.toml").errors
    assert error.startswith("suite[0].explain: the suite 'language_modelling' gives no answer")


def test_texts_without_right_answers_are_explained_by_shap(place: Workplace) -> None:
    path = spec(place, keys="")
    model = path.read_text().split("[[suite]]")[0]
    suite = '[[suite]]\nsuite = "explain"\ndata = "films.csv"\ncolumns = { text = "text" }\n'
    path.write_text(f"{model}\n{suite}limit = 2\n")
    assert place.harness("run", path).code == 0
    assert [one["suite"] for one in _evaluations(place)] == ["explain", "explain ? shap"]
    values = place.values()
    assert 0.5 <= values["judge", "explain", "confidence"]["value"] <= 0.9
    assert values["judge", "explain ? shap", "capped_rate"]["value"] == 0.0
    path.write_text(path.read_text().replace('"classifies"', '"generates"'))
    error = place.harness("run", path).errors[0]
    assert "a model that generates has no labels of its own to choose from" in error


def test_a_suite_that_is_there_to_be_explained_needs_a_method(place: Workplace) -> None:
    model = spec(place).read_text("utf-8").partition("[[suite]]")[0]
    suite = '[[suite]]\nsuite = "explain"\ndata = "films.csv"\ncolumns = { text = "text" }\n'
    outcome = place.harness("run", place.write("empty.toml", f"{model}{suite}explain = []\n"))
    assert outcome.code == 2
    (error,) = outcome.errors
    assert error.startswith("suite[0].explain: names no method, and the suite 'explain' is there")
    assert error.endswith("leave it out for shap, or name one")


def test_texts_of_one_word_are_explained_and_not_tried(place: Workplace) -> None:
    path = spec(place)
    place.write("films.csv", "text,label,genre\ngood,good,drama\nbad!,bad,drama\n")
    assert place.harness("run", path).code == 0

    report = json.loads(place.harness("report", "latest", "--format", "json").out)

    (found,) = report["explanations"]
    (method,) = found["methods"]
    assert (method["n_explained"], method["trust"], found["lead"]) == (2, "not tried", None)
    assert found["notes"][0].startswith("2 of 2 texts are one word, which cannot be ranked")
    markdown = place.harness("report", "latest", "--format", "md").out
    assert "2 of 2 texts are one word" in markdown
