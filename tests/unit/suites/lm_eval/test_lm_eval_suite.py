from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes.lm_eval_tasks import write_tasks

import harness
from harness.audit import render
from harness.config import parse_spec
from harness.core.build import options_of
from harness.core.capability import Capability
from harness.core.errors import ConfigError, DataError, HarnessError
from harness.core.ports import CorpusMetric, Metric
from harness.core.request import Generate, LogLikelihood
from harness.core.response import (
    ContinuationScore,
    Generation,
    LogLikelihoods,
    Output,
    TokenLogLikelihoods,
)
from harness.core.run import Evaluation
from harness.core.score import Direction, Scored, Unscored
from harness.stored_metrics import stored_metrics
from harness.suites.lm_eval import LmEvalSuite, values
from harness.suites.lm_eval.task import LmEvalTask

pytest.importorskip("lm_eval")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    return write_tasks(tmp_path_factory.mktemp("lm_eval") / "tasks")


def prepared(folder: str, task: str, limit: int | None = None, **options: Any) -> LmEvalTask:
    suite = LmEvalSuite(task=task, include_path=folder, **options)
    return suite.prepare(limit=limit, seed=0)


def scores(*values: float) -> LogLikelihoods:
    return LogLikelihoods(tuple(ContinuationScore(value, 1, is_greedy=False) for value in values))


def outputs_of(task: LmEvalTask, answers: Iterator[Output]) -> list[tuple[Any, Output]]:
    return [(sample, next(answers)) for sample in task.samples()]


def values_of(task: LmEvalTask, pairs: list[tuple[Any, Output]]) -> dict[str, float]:
    """Return every number of the whole set."""
    found: dict[str, float] = {}
    for metric in task.metrics:
        rows = []
        for sample, output in pairs:
            score = metric.measure(sample, output)
            assert isinstance(score, Scored)
            rows.append(score.statistics)
        value = metric.reduce(np.array(rows), np.ones((1, len(rows))))
        found[metric.quantities[0].id] = float(value[0, 0])
    for corpus_metric in task.corpus_metrics:
        found |= corpus_metric.compute([s for s, _ in pairs], [o for _, o in pairs])
    return found


def test_documents_become_samples(folder: str) -> None:
    task = prepared(folder, "choose", limit=3, slices=("kind",))

    samples = list(task.samples())

    assert [sample.id for sample in samples] == ["0", "1", "2"]
    assert task.n_samples == 3
    assert samples[2].text == "What is 2 plus 2?"
    assert samples[2].choices == ("4", "2 and more")
    assert samples[2].targets == ("4",)
    assert samples[1].slices == {"kind": "b"}
    assert task.ask(samples[2], Capability.SCORES) == LogLikelihood(
        prompt="What is 2 plus 2?", continuations=(" 4", " 2 and more")
    )


def test_choices_may_be_contexts(folder: str) -> None:
    task = prepared(folder, "contexts", limit=3)

    last = list(task.samples())[2]

    assert (last.text, last.choices, last.targets) == (
        "What is 2 plus 2?",
        ("4", "2 and more"),
        ("2 and more",),
    )
    assert task.ask(last, Capability.SCORES) == LogLikelihood(
        prompt="4", prompts=("4", "2 and more"), continuations=(" What is 2 plus 2?",) * 2
    )
    assert values_of(task, outputs_of(task, iter([scores(-2.0, -1.0)] * 3))) == {"acc": 1.0}


def test_mutual_information_is_measured_on_choices_without_context(folder: str) -> None:
    task = prepared(folder, "mutual", limit=1)

    (sample,) = task.samples()

    asked = task.ask(sample, Capability.SCORES)
    assert isinstance(asked, LogLikelihood)
    assert asked.prompts == ("What is 0 plus 0?", "What is 0 plus 0?", "", "")
    assert asked.continuations == (" 0", " 0 and more") * 2
    (metric,) = task.metrics
    score = metric.measure(sample, scores(-3.0, -2.0, -9.0, -5.0))  # gains of 6 and 3
    assert score == Scored((1.0, 1.0))


def test_few_shot_examples_stand_in_the_prompt(folder: str) -> None:
    plain = prepared(folder, "choose")
    shots = prepared(folder, "choose", num_fewshot=2)

    first = next(shots.samples())
    asked = shots.ask(first, Capability.SCORES)

    assert isinstance(asked, LogLikelihood)
    assert isinstance(asked.prompt, str)
    assert asked.prompt.count("What is") == 3
    assert first.text == "What is 0 plus 0?"
    assert plain.data_hash != shots.data_hash
    assert shots.data_hash == prepared(folder, "choose", num_fewshot=2).data_hash
    assert shots.data_hash != prepared(folder, "choose", num_fewshot=2, fewshot_seed=5).data_hash


def test_numbers_of_choices(folder: str) -> None:
    task = prepared(folder, "choose")
    answers = iter([scores(-1.0, -2.0)] * 4 + [scores(-2.0, -1.0)] * 2)

    found = values_of(task, outputs_of(task, answers))

    assert found == {"acc": pytest.approx(4 / 6), "mcc": 0.0}
    (metric,) = task.metrics
    assert metric.quantities[0].direction is Direction.HIGHER
    assert (metric.quantities[0].low, metric.quantities[0].high) == (0.0, 1.0)
    statistics = np.array([[1.0, 1.0]] * 4 + [[0.0, 1.0]] * 2)
    assert metric.intervals(statistics, None, 0.95)["acc"].method == "wilson"


def test_numbers_of_a_tasks_own(folder: str) -> None:
    task = prepared(folder, "write")
    texts = iter(Generation(text="word " * n, finish_reason="stop") for n in (1, 2, 3, 4, 5, 9))

    found = values_of(task, outputs_of(task, texts))

    assert found == {"n_words": 4.0, "spread": 40.0, "seen": 1.0}  # nobody declared the last
    directions = {m.quantities[0].id: m.quantities[0].direction for m in task.metrics}
    assert directions == {"n_words": Direction.LOWER, "seen": Direction.NEITHER}
    asked = task.ask(next(task.samples()), Capability.GENERATES)
    assert asked == Generate(prompt="What is 0 plus 0?", max_new_tokens=8, stop=("?",))


def test_numbers_of_a_text(folder: str) -> None:
    task = prepared(folder, "model")
    answers = iter([TokenLogLikelihoods(values=(-2.0, -n)) for n in range(6)])

    found = values_of(task, outputs_of(task, answers))

    n_words = 6 * 5
    assert found == {"word_perplexity": pytest.approx(math.exp((12 + 15) / n_words))}


def test_declared_numbers_are_measured_where_a_document_has_them(folder: str) -> None:
    task = prepared(folder, "late")  # the first 20 documents, all that are tried, have no "late"
    samples = list(task.samples())
    text = Generation(text="a", finish_reason="stop")

    by_name = {metric.name: metric for metric in task.metrics}

    assert set(by_name) == {"lm_eval:right", "lm_eval:late", "lm_eval:never"}
    late = [by_name["lm_eval:late"].measure(sample, text) for sample in samples]
    assert late[21] == Scored((1.0, 1.0))
    assert late[20] == Unscored("the task gives this document no late", is_moot=True)


def test_a_number_that_nobody_foresaw_is_told(folder: str) -> None:
    task = prepared(folder, "late", limit=2)
    first, second = task.samples()

    task.read(first, Generation(text="a surprise", finish_reason="stop"))
    task.read(second, Generation(text="nothing", finish_reason="stop"))

    (remark,) = task.remarks()
    assert remark.startswith("surprise,none: not measured, since no metric_list declares it")
    assert task.remarks() == ()


def test_a_run_tells_of_what_it_does_not_measure(folder: str, tmp_path: Path) -> None:
    table = {
        "out": str(tmp_path),
        "model": [{"name": "m", "adapter": "echo", "text": "a surprise"}],
        "suite": [{"suite": "lm_eval:late", "include_path": folder}],
    }

    run = harness.run(parse_spec(table, folder=tmp_path)).run

    assert {e.quantity.id: e.value for e in run.estimates} == {"right": 1.0, "late": 1.0}
    (warning,) = [text for text in run.manifest.warnings if "surprise" in text]
    assert warning.startswith("lm_eval:late on m: surprise,none: not measured, since")


def test_filters_see_repeats_of_a_text_that_is_not_drawn(folder: str) -> None:
    task = prepared(folder, "often", limit=1)

    found = values_of(task, outputs_of(task, iter([Generation(text="a", finish_reason="stop")])))

    assert found == {"n_votes,all": 3.0, "n_votes,most": 1.0}


def test_an_aggregation_may_return_several_numbers(folder: str) -> None:
    task = prepared(folder, "kinds")
    answers = (Generation(text="x" * n, finish_reason="stop") for n in range(6))

    found = values_of(task, outputs_of(task, answers))

    assert found == {"n_words": 5 / 6, "seen": 5 / 6, "spread,a": 0 + 2 + 4, "spread,b": 1 + 3 + 5}


def test_several_numbers_of_one_aggregation_are_a_mapping_in_lm_evals_file(
    folder: str, tmp_path: Path
) -> None:
    table = {
        "out": str(tmp_path),
        "model": [{"name": "m", "adapter": "echo", "text": "ab"}],
        "suite": [{"suite": "lm_eval:kinds", "include_path": folder}],
    }

    run = harness.run(parse_spec(table, folder=tmp_path)).run

    document = json.loads(render(run, "lm_eval"))
    assert document["results"]["kinds"]["spread,none"] == {"a": 6.0, "b": 6.0}


def test_lm_evals_file_names_no_task_of_a_group_that_it_has_no_entry_of(
    folder: str, tmp_path: Path
) -> None:
    table = {
        "out": str(tmp_path),
        "model": [{"name": "m", "adapter": "echo"}],
        "suite": [{"suite": "lm_eval:judging", "include_path": folder}],
    }
    run = harness.run(parse_spec(table, folder=tmp_path)).run
    assert run.manifest.evaluations[0].part_slices == ("task",)
    begun = tuple(e for e in run.estimates if e.slice != ("task", "judged_more"))

    for estimates, tasks in ((run.estimates, ["judged", "judged_more"]), (begun, ["judged"])):
        document = json.loads(render(replace(run, estimates=estimates), "lm_eval"))
        assert document["group_subtasks"] == {"judging": tasks}
        assert document["results"].keys() == {"judging", *tasks}


def test_tasks_of_a_group_count_alike_or_by_documents(folder: str) -> None:
    task = prepared(folder, "alike")  # six documents, and two with the other answer right
    answers = iter([scores(-1.0, -2.0)] * 8)

    found = values_of(task, outputs_of(task, answers))

    assert found["acc"] == pytest.approx((1.0 + 0.0) / 2)
    assert [sample.slices["task"] for sample in task.samples()].count("choose_long") == 2
    assert next(task.samples()).id == "choose/0"
    pooled = values_of(prepared(folder, "toys"), outputs_of(task, iter([scores(-1.0, -2.0)] * 8)))
    assert pooled["acc"] == pytest.approx(6 / 8)


def test_a_task_that_stands_in_a_group_twice_counts_twice(folder: str) -> None:
    task = prepared(folder, "twice")  # judged has six documents, judged_more nine
    samples = list(task.samples())
    first = scores(-1.0, -2.0)

    found = values_of(task, [(sample, first) for sample in samples])

    few, many = (
        values_of(one, [(sample, first) for sample in one.samples()])
        for one in (prepared(folder, "judged"), prepared(folder, "judged_more"))
    )
    assert found["acc"] == pytest.approx((2 * 6 * few["acc"] + 9 * many["acc"]) / 21)
    assert found["f1"] == pytest.approx((2 * few["f1"] + many["f1"]) / 3)
    assert "group" not in samples[0].slices
    metric = next(metric for metric in task.metrics if metric.name == "lm_eval:acc")
    assert metric.signature["weighting"] == "documents, judged 2 times"


def test_what_a_tasks_own_code_raises_is_told_and_costs_its_filter_alone(folder: str) -> None:
    task = prepared(folder, "colours", limit=1)
    (sample,) = task.samples()
    plain, second = task.metrics

    assert plain.measure(sample, Generation(text="red", finish_reason="stop")) == Scored((1.0, 1.0))
    with pytest.raises(ConfigError) as filtering:
        second.measure(sample, Generation(text="red", finish_reason="stop"))
    with pytest.raises(ConfigError) as processing:
        plain.measure(sample, Generation(text="grey", finish_reason="stop"))

    assert str(filtering.value) == (
        "task 'colours', document 0: its filter 'second' raises IndexError: list index out of"
        " range; check the task's functions"
    )
    assert str(processing.value) == (
        "task 'colours', document 0: its process_results raises KeyError: 'colour';"
        " check the task's functions"
    )


def test_group_means_follow_the_weights(folder: str) -> None:
    (metric,) = prepared(folder, "alike").metrics
    statistics = np.array([[1.0, 1.0, 0.0], [0.0, 1.0, 0.0], [1.0, 1.0, 1.0]])
    weights = np.array([[1.0, 1.0, 1.0], [3.0, 1.0, 2.0], [1.0, 1.0, 0.0]])

    assert metric.reduce(statistics, weights)[:, 0] == pytest.approx([0.75, 0.875, 0.5])
    by_documents = replace(metric, weighting="documents", aggregation="perplexity")  # type: ignore[type-var]
    expected = (2 * math.exp(-0.5) + 1 * math.exp(-1.0)) / 3
    assert by_documents.reduce(statistics, weights[:1])[0, 0] == pytest.approx(expected)


def test_groups_in_groups_have_a_slice(folder: str) -> None:
    task = prepared(folder, "outer", limit=1)

    slices = [dict(sample.slices) for sample in task.samples()]

    assert slices == [
        {"task": "choose"},  # alike counts tasks alike, and outer documents: another number
        {"task": "choose_long"},
        {"task": "model", "group": "outer::inner"},
    ]
    assert {metric.name for metric in task.metrics} == {"lm_eval:acc", "lm_eval:word_perplexity"}
    same = prepared(folder, "same", limit=1)
    assert [sample.slices.get("group") for sample in same.samples()] == [
        "same::within",
        "same::within",
        None,
    ]
    last = list(task.samples())[-1]
    acc = next(metric for metric in task.metrics if metric.name == "lm_eval:acc")
    assert acc.measure(last, TokenLogLikelihoods(values=(-1.0,))) == Unscored(
        "the task gives this document no acc", is_moot=True
    )


def test_a_stored_run_needs_no_suite(folder: str) -> None:
    task = prepared(folder, "choose")
    every: tuple[Metric | CorpusMetric, ...] = (*task.metrics, *task.corpus_metrics)
    options = {metric.name: options_of(metric) for metric in every}
    evaluation = Evaluation(
        model="m", suite="s", capability="scores", n_samples=6, metric_options=options
    )

    again = stored_metrics(evaluation, options)

    assert again.missing == ()
    assert (*again.metrics, *again.corpus_metrics) == every
    pairs = outputs_of(task, iter([scores(-1.0, -2.0)] * 6))
    corpus = again.corpus_metrics[0]
    assert corpus.compute([s for s, _ in pairs], [o for _, o in pairs]) == {"mcc": 0.0}


def test_the_definition_is_in_the_signature(folder: str, tmp_path: Path) -> None:
    other = Path(write_tasks(tmp_path / "tasks"))
    file = other / "choose.yaml"
    same = prepared(str(other), "choose").metrics[0].signature
    file.write_text(
        file.read_text() + "filter_list: [{name: none, filter: [{function: take_first}]}]"
    )
    changed = prepared(str(other), "choose").metrics[0].signature

    assert same == prepared(folder, "choose").metrics[0].signature
    assert same["definition"] != changed["definition"]


@pytest.mark.parametrize(
    ("task", "options", "message"),
    [
        ("drawn", {}, "draws 3 texts for each question, and this suite draws one"),
        ("beams", {}, "sets num_beams in generation_kwargs"),
        ("unsafe", {}, "runs code that the model writes; write confirm_run_unsafe_code = true"),
        ("mixed", {}, "needs? different models .one that generates and one that scores."),
        ("choose", {"slices": ("colour",)}, "slices: documents have no field 'colour'"),
        ("choose", {"num_fewshot": -1}, "num_fewshot: is below 0; write 0 for no examples"),
        (
            "choose",
            {"num_fewshot": 7},
            r"task 'choose', document 0: no question .*\(ValueError: .*\); set num_fewshot below 7",
        ),
        (
            "refusing",
            {},
            r"'refusing', document 2: no question can be .* \(KeyError: 'the colour'\); check the",
        ),
        ("misspelt", {}, "lm-eval cannot load it .ValueError: Got invalid output_type 'thinking'"),
    ],
)
def test_what_cannot_be_carried_out_is_refused(
    folder: str, task: str, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        prepared(folder, task, **options)


def test_unsafe_code_runs_when_it_is_confirmed(folder: str) -> None:
    assert prepared(folder, "unsafe", confirm_run_unsafe_code=True).n_samples == 6


@pytest.mark.parametrize(
    ("task", "reason", "remedy"),
    [
        (
            "absent",
            "its custom_dataset cannot give its data (ConnectionError: the store is closed)",
            "see what that function needs",
        ),
        (
            "hub",
            "its data set 'some/where' (part) is neither in the cache of the Hugging Face hub",
            "dataset_kwargs: {data_files: {train: FILE, validation: FILE}}",
        ),
        (
            "hub",
            "its data set 'some/where' (part) is neither in the cache of the Hugging Face hub",
            "run harness data fetch SPEC once with a network",
        ),
        (
            "unsplit",
            "its data has no split 'train'",
            "bring it ({data_files: {train: FILE, validation: FILE}} for files), or say another",
        ),
        (
            "python",
            "its custom_dataset cannot give its data (ConnectionError: the store is closed)",
            "see what that function needs",
        ),
        (
            "from_hub",
            "its custom_dataset cannot give its data (",
            "run harness data fetch SPEC once with a network and without HF_HUB_OFFLINE, or see",
        ),
        ("files", "its json files cannot be read (FileNotFoundError: ", "check dataset_kwargs"),
    ],
)
def test_data_that_cannot_be_had_are_named(
    folder: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    task: str,
    reason: str,
    remedy: str,
) -> None:
    import datasets

    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)

    with pytest.raises(DataError) as caught:
        prepared(folder, task)

    text = str(caught.value)
    assert text.startswith(f"task {task!r}: {reason}")
    assert remedy in text
    assert "\n" not in text
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("offline", "remedy"),
    [
        ("1", "; unset HF_HUB_OFFLINE, which forbids all fetching, or copy the task's YAML"),
        ("", "; fetch it where the hub can be reached, and copy the cache from there, or copy"),
    ],
)
def test_fetching_advises_no_fetching(
    folder: str, monkeypatch: pytest.MonkeyPatch, offline: str, remedy: str
) -> None:
    import datasets
    from huggingface_hub import constants

    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", bool(offline))

    with pytest.raises(DataError) as caught:
        LmEvalSuite(task="hub", include_path=folder).fetch()

    assert remedy in str(caught.value)
    assert "harness data fetch" not in str(caught.value)


def test_an_aggregation_that_raises_is_named_once(folder: str, tmp_path: Path) -> None:
    table = {
        "out": str(tmp_path),
        "model": [{"name": "m", "adapter": "echo", "text": "ab"}],
        "suite": [{"suite": "lm_eval:failing", "include_path": folder}],
    }

    run = harness.run(parse_spec(table, folder=tmp_path)).run

    assert run.manifest.evaluations[0].error == (
        "task 'failing': its aggregation of 'spread' raises ValueError: no two of them;"
        " check metric_list"
    )
    assert {e.quantity.id for e in run.estimates} >= {"n_words,one", "n_words,other"}


def test_each_answer_of_a_specimen_is_processed_once(
    folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from harness.suites.lm_eval import specimens

    asked: list[str] = []

    def processed(task: Any, doc: Any, output: Output) -> Any:
        asked.append(doc["q"])
        return values.processed(task, doc, output)

    monkeypatch.setattr(specimens, "processed", processed)

    task = prepared(folder, "kinds")

    assert sorted(asked) == sorted(sample.text for sample in task.samples())


TOLD_OR_NOT = """
include: _rows
task: last
output_type: loglikelihood
doc_to_text: "{{q}}"
doc_to_target: " {{right}}"
metric_list:
  - {metric: perplexity, aggregation: perplexity, higher_is_better: false}
  - {metric: acc, aggregation: AGGREGATION, higher_is_better: true}
"""
CHOICE_OR_NOT = """
include: choose.yaml
task: exact
metric_list:
  - {metric: acc, aggregation: mean, higher_is_better: true}
  - {metric: exact_match, aggregation: mean, higher_is_better: true}
"""


def untold(*values: float) -> LogLikelihoods:
    return LogLikelihoods(tuple(ContinuationScore(value, 1, is_greedy=None) for value in values))


def test_what_hangs_on_an_untold_first_choice_is_unscored_and_the_rest_is_measured(
    tmp_path: Path,
) -> None:
    folder = write_tasks(tmp_path / "tasks")
    (tmp_path / "tasks" / "last.yaml").write_text(TOLD_OR_NOT.replace("AGGREGATION", "mean"))
    (tmp_path / "tasks" / "exact.yaml").write_text(CHOICE_OR_NOT)
    reason = "the model does not tell whether the continuation is its first choice"
    for name, number, kept in (("last", "acc", "perplexity"), ("exact", "exact_match", "acc")):
        task = prepared(folder, name, limit=1)
        (sample,) = task.samples()
        by_key = {metric.quantities[0].id: metric for metric in task.metrics}
        answers = (-1.0,) if name == "last" else (-1.0, -2.0)

        assert by_key[number].measure(sample, untold(*answers)) == Unscored(reason)
        assert by_key[number].measure(sample, scores(*answers)) == Scored((0.0, 1.0))
        told, not_told = (by_key[kept].measure(sample, f(*answers)) for f in (scores, untold))
        assert isinstance(told, Scored)
        assert told == not_told


def test_an_aggregation_is_not_given_what_is_untold(tmp_path: Path) -> None:
    folder = write_tasks(tmp_path / "tasks")
    (tmp_path / "tasks" / "last.yaml").write_text(TOLD_OR_NOT.replace("AGGREGATION", "median"))
    task = prepared(folder, "last", limit=1)
    (metric,) = task.corpus_metrics
    samples = list(task.samples())

    assert metric.compute(samples, [scores(-1.0)]) == {"acc": 0.0}
    with pytest.raises(ConfigError, match="acc cannot be had, since the model does not tell"):
        metric.compute(samples, [untold(-1.0)])


def test_global_generators_stay_as_they_were(folder: str) -> None:
    import random

    random.seed(5)
    expected = random.random()
    random.seed(5)
    prepared(folder, "choose", num_fewshot=1)

    assert random.random() == expected


def spec_of(**suite: Any) -> dict[str, Any]:
    return {"model": [{"name": "m", "adapter": "echo"}], "suite": [suite]}


def test_the_name_behind_the_colon_is_an_option(folder: str) -> None:
    table = spec_of(suite="lm_eval:choose", include_path="tasks", limit=2)

    (suite,) = parse_spec(table, folder=Path(folder).parent).suites

    assert suite.suite == LmEvalSuite(task="choose", include_path=folder)
    assert suite.name == suite.suite_name == "lm_eval:choose"


@pytest.mark.parametrize(
    ("suite", "message"),
    [
        ({"suite": "lm_eval:choose", "task": "write"}, "is said behind the colon already"),
        ({"suite": "lm_eval:"}, "there is no suite named 'lm_eval:'"),
        ({"suite": "lm_eval"}, "lacks 'task'"),
        ({"suite": "multiple_choice:choose"}, "there is no suite named 'multiple_choice:choose'"),
        ({"suite": "lm_evil:choose"}, "there is no suite named 'lm_evil:choose'"),
    ],
)
def test_names_with_a_colon_are_checked(suite: dict[str, Any], message: str) -> None:
    with pytest.raises(HarnessError, match=message):
        parse_spec(spec_of(**suite), folder=Path())
