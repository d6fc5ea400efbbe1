"""Tasks of lm-eval from the command line: run, compare, rescore, and what goes wrong."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import pytest
from fakes.lm_eval_tasks import write_tasks
from fakes.workplace import Workplace

pytest.importorskip("lm_eval")

MODELS = """
def sure(prompt, continuations):
    return [-1.0 - place for place, _ in enumerate(continuations)]


def fickle(prompt, continuations):
    wrong = "3 plus 3" in prompt
    return [-1.0 - (place if not wrong else -place) for place, _ in enumerate(continuations)]


def write(prompt):
    return prompt.split(" ", 1)[1]
"""
SPEC = """
[[model]]
name = "sure"
adapter = "python"
target = "models_of_tasks:sure"
path = "."
capability = "scores"

[[model]]
name = "fickle"
adapter = "python"
target = "models_of_tasks:fickle"
path = "."
capability = "scores"

[[model]]
name = "writer"
adapter = "python"
target = "models_of_tasks:write"
path = "."
capability = "generates"

[[suite]]
suite = "lm_eval:choose"
include_path = "tasks"
models = ["sure", "fickle"]

[[suite]]
name = "writing"
suite = "lm_eval:write"
include_path = "tasks"
models = ["writer"]
slices = ["kind"]
"""


@pytest.fixture
def spec(place: Workplace) -> Path:
    write_tasks(place.folder / "tasks")
    # A module stays imported as long as the process lives: each test has one of its own.
    name = f"models_of_{place.folder.name}"
    place.write(f"{name}.py", MODELS)
    return place.write("spec.toml", SPEC.replace("models_of_tasks", name))


def test_run_compare_and_rescore(place: Workplace, spec: Path) -> None:
    outcome = place.harness("run", spec)

    assert outcome.code == 0, outcome.err
    values = place.values()
    assert values["sure", "lm_eval:choose", "acc"]["value"] == 1.0
    assert values["fickle", "lm_eval:choose", "acc"]["value"] == pytest.approx(5 / 6)
    assert values["writer", "writing", "n_words"]["value"] == 4.0
    assert values["writer", "writing", "spread"]["value"] == 0.0

    compared = place.harness("compare", "latest:sure", "latest:fickle")
    assert compared.code == 0, compared.err
    assert "acc" in compared.out

    again = place.harness("rescore", "latest")
    assert again.code == 0, again.err
    assert {key: entry["value"] for key, entry in place.values().items()} == {
        key: entry["value"] for key, entry in values.items()
    }


def test_contexts_are_asked_about_one_by_one_and_kept_as_one_answer(
    place: Workplace, spec: Path
) -> None:
    text = spec.read_text().replace('"lm_eval:choose"', '"lm_eval:mutual"')

    outcome = place.harness("run", place.write("mutual.toml", text), "--suite", "lm_eval:mutual")

    assert outcome.code == 0, outcome.err
    first = place.values()
    assert first["fickle", "lm_eval:mutual", "acc_mutual_info"]["n"] == 6
    again = place.harness("rescore", "latest")
    assert again.code == 0, again.err
    key = ("sure", "lm_eval:mutual", "acc_mutual_info")
    assert place.values()[key]["value"] == first[key]["value"]
    assert place.manifest()["evaluations"][0]["n_answered"] == 6


def test_a_group_is_one_suite_with_slices(place: Workplace, spec: Path) -> None:
    text = spec.read_text().replace("lm_eval:choose", "lm_eval:alike")

    outcome = place.harness("run", place.write("group.toml", text), "--suite", "lm_eval:alike")

    assert outcome.code == 0, outcome.err
    assert place.values()["sure", "lm_eval:alike", "acc"]["value"] == 0.5
    assert place.harness("report", "latest").code == 0


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"lm_eval:write"', '"lm_eval:choose"', "needs a model, one that scores"),
        ('"lm_eval:write"', '"lm_eval:drawn"', "task 'drawn': draws 3 texts for each question"),
        ('include_path = "tasks"', 'include_path = "task"', "no such folder; name the folder"),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence(
    place: Workplace, spec: Path, old: str, new: str, message: str
) -> None:
    place.write("wrong.toml", spec.read_text().replace(old, new))

    outcome = place.harness("run", "wrong.toml")

    assert outcome.code == 2
    assert message in outcome.err
    assert "Traceback" not in outcome.err


def test_data_are_fetched(place: Workplace, spec: Path) -> None:
    outcome = place.harness("data", "fetch", spec)

    assert (outcome.code, outcome.out.splitlines()) == (
        0,
        ["lm_eval:choose: 6 documents of 'choose'", "writing: 6 documents of 'write'"],
    )
    assert place.harness("data", "verify", spec).out.splitlines() == [
        "no pin   lm_eval:choose: its data are not pinned, not checked",
        "no pin   writing: its data are not pinned, not checked",
    ]
    place.write("gone.toml", spec.read_text().replace("lm_eval:choose", "lm_eval:absent"))
    gone = place.harness("data", "fetch", "gone.toml")
    assert gone.code == 2
    assert "task 'absent': its custom_dataset cannot give its data" in gone.err


def test_names_are_listed(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    from harness.suites.lm_eval import task_index

    index = task_index.index_of(Path(write_tasks(place.folder / "tasks")))
    monkeypatch.setattr(task_index, "builtin_index", lambda: index)

    outcome = place.harness("list", "suites", "lm_eval:cho*")

    assert outcome.out.splitlines() == [
        "  lm_eval:choose  multiple_choice",
        "  lm_eval:choose_long  multiple_choice",
    ]
    assert "no name is like 'zz*'" in place.harness("list", "suites", "lm_eval:zz*").err
    refused = place.harness("list", "suites", "generation:x")
    assert (refused.code, refused.errors) == (
        2,
        ["suites 'generation': takes no name behind a colon; leave PATTERN out"],
    )


DUMMY = """
[[model]]
name = "dummy"
adapter = "lm_eval:dummy"

[[suite]]
suite = "lm_eval:choose"
include_path = "tasks"

[[suite]]
suite = "lm_eval:write"
include_path = "tasks"

[[suite]]
suite = "lm_eval:model"
include_path = "tasks"
"""


def test_model_classes_of_lm_eval_are_adapters(place: Workplace) -> None:
    write_tasks(place.folder / "tasks")

    outcome = place.harness("run", place.write("dummy.toml", DUMMY))

    assert outcome.code == 0, outcome.err
    values = place.values()
    assert values["dummy", "lm_eval:write", "n_words"]["value"] == 1.0  # it always says "lol"
    assert 0 <= values["dummy", "lm_eval:choose", "acc"]["value"] <= 1
    assert values["dummy", "lm_eval:model", "word_perplexity"]["n"] == 6
    assert place.manifest()["models"]["dummy"]["class"] == "lm_eval:dummy"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("lm_eval:dummy", "lm_eval:dumy", "model[0].model_class: there is no model class of"),
        ("lm_eval:dummy", "lm_eval:", "there is no adapter named 'lm_eval:'"),
        ('dummy"\n\n', 'dummy"\nmodel_class = "hf"\n\n', "is said behind the colon already"),
        ("lm_eval:dummy", "lm_eval:litellm", "needs a model, one that scores"),
    ],
)
def test_what_is_wrong_with_a_model_class_is_told(
    place: Workplace, old: str, new: str, message: str
) -> None:
    write_tasks(place.folder / "tasks")

    outcome = place.harness("run", place.write("wrong.toml", DUMMY.replace(old, new)))

    assert outcome.code == 2
    assert message in outcome.err


def test_model_classes_are_listed(place: Workplace) -> None:
    outcome = place.harness("list", "adapters", "lm_eval:dum*")

    assert outcome.out == "  lm_eval:dummy  lm_eval.models.dummy:DummyLM\n"


LOOP = (
    *("lm-eval", "run", "--model", "harness", "--model_args", "spec=models.toml"),
    *("--tasks", "contexts,write,model", "--include_path", "tasks"),
    *("--log_samples", "--output_path", "theirs"),
)


@pytest.fixture
def models(place: Workplace) -> Path:
    write_tasks(place.folder / "tasks")
    model = '[[model]]\nname = "echo"\nadapter = "echo"\ntext = "a b c? d"\n'
    return place.write("models.toml", model)


@pytest.mark.slow  # lm-eval reads all of its YAML each time it starts
def test_the_real_command_of_lm_eval_runs_on_our_adapters(place: Workplace, models: Path) -> None:
    outcome = place.console(*LOOP, timeout_s=900)  # and bootstraps 100,000 times

    assert outcome.code == 0, outcome.err
    assert_written(models.parent / "theirs")


def test_lm_evals_loop_runs_on_our_adapters(
    place: Workplace, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_builtin_tasks(monkeypatch)

    outcome = place.harness(*LOOP)

    assert outcome.code == 0, outcome.err
    assert_written(models.parent / "theirs")
    assert [path.name for path in (models.parent / "theirs").iterdir()] == ["echo"]
    unknown = place.harness(*(word.replace("contexts", "contxts") for word in LOOP))
    assert unknown.code == 3
    assert unknown.errors == ["lm-eval: ValueError: Tasks not found: contxts"]
    assert place.harness("lm-eval", "run", "--nonsense").code == 2


LAST = """
include: _rows
task: last
output_type: loglikelihood
doc_to_text: "{{q}}"
doc_to_target: " {{right}}"
metric_list:
  - {metric: perplexity, aggregation: perplexity, higher_is_better: false}
"""
ACCURACY = "  - {metric: acc, aggregation: mean, higher_is_better: true}\n"


def test_a_first_choice_that_is_not_told_is_no_accuracy_of_0(
    place: Workplace, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_builtin_tasks(monkeypatch)
    place.write("tasks/last.yaml", LAST)
    loop = [word.replace("contexts,write,model", "last") for word in LOOP]

    told = place.harness(*loop)
    place.write("tasks/last.yaml", LAST + ACCURACY)
    untold = place.harness(*loop)
    suite = '[[suite]]\nsuite = "lm_eval:last"\ninclude_path = "tasks"\n'
    ran = place.harness("run", place.write("last.toml", models.read_text() + suite))

    assert told.code == 0, told.err
    (samples,) = models.parent.glob("theirs/*/samples_last_*.jsonl")
    assert json.loads(samples.read_text().splitlines()[0])["resps"][0][0][1] == "None"
    assert untold.code == 3
    assert "does not tell whether a continuation is its first choice" in untold.err
    assert ran.code == 0, ran.err
    values = place.values()
    assert values["echo", "lm_eval:last", "acc"]["value"] is None
    assert values["echo", "lm_eval:last", "perplexity"]["value"] > 1
    written = place.harness("report", "latest", "--format", "lm_eval", "-o", "ours")
    assert written.code == 0, written.err
    (samples,) = models.parent.glob("ours/*/samples_last_*.jsonl")
    line = json.loads(samples.read_text().splitlines()[0])
    assert (line["resps"][0][0][1], line["metrics"]) == ("None", ["perplexity"])


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("--model harness --model_args spec=one.toml,x=y", "spec=one.toml,x=y,model=echo"),
        ("-M harness -a spec=one.toml x=y", "spec=one.toml,model=echo x=y"),
        ("--model=harness -a spec=one.toml model=echo", "spec=one.toml model=echo"),
        ("--model hf -a spec=one.toml", "spec=one.toml"),
        ("--model harness -a spec=number.toml", "spec=number.toml"),
        ("--model harness -a spec=two.toml", "spec=two.toml"),
    ],
)
def test_the_only_model_of_a_spec_is_named(place: Workplace, arguments: str, expected: str) -> None:
    from harness.lm_eval_model import named

    one = '[[model]]\nname = "{}"\nadapter = "echo"\n'
    place.write("one.toml", one.format("echo"))
    place.write("number.toml", one.format("01"))
    place.write("two.toml", one.format("echo") + one.format("other"))

    assert " ".join(named(arguments.split())).endswith(f" {expected}")


def without_builtin_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare lm-eval its 13,500 files, and this process its settings of the log."""
    import lm_eval.__main__
    from lm_eval.tasks import TaskManager

    start = functools.partialmethod(TaskManager.__init__, include_defaults=False)
    monkeypatch.setattr(TaskManager, "__init__", start)
    monkeypatch.setattr(lm_eval.__main__, "setup_logging", lambda: None)


def assert_written(folder: Path) -> None:
    (found,) = folder.glob("*/results_*.json")
    results = json.loads(found.read_text(encoding="utf-8"))["results"]
    assert 0 <= results["contexts"]["acc,none"] <= 1
    assert results["write"]["n_words,none"] == 3.0
    assert results["model"]["word_perplexity,none"] > 1
    assert len(list(folder.glob("*/samples_*.jsonl"))) == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("model=echo", "--model harness: needs a spec; write --model_args spec=SPEC.toml"),
        ("spec=none.toml", "none.toml: cannot be read"),
        ("spec=two.toml", "the spec has several models (echo, other)"),
        ("spec=two.toml,model=ecco", "there is no model in the spec named 'ecco'"),
        ("spec=two.toml,mdel=echo", "does not take 'mdel'"),
    ],
)
def test_what_is_wrong_with_model_args_is_told(
    place: Workplace, arguments: str, message: str
) -> None:
    from harness.core.errors import HarnessError
    from harness.lm_eval_model import HarnessModel

    one = '[[model]]\nname = "{}"\nadapter = "echo"\n'
    place.write("two.toml", one.format("echo") + one.format("other"))

    with pytest.raises(HarnessError) as caught:
        HarnessModel.create_from_arg_string(arguments)

    assert message in str(caught.value)


def test_a_folder_of_lm_evals_files_needs_the_data_of_then(place: Workplace, spec: Path) -> None:
    assert place.harness("run", spec).code == 0

    outcome = place.harness("report", "latest", "--format", "lm_eval", "-o", "files")

    assert outcome.code == 0, outcome.err
    names = sorted(str(path.relative_to(place.folder)) for path in place.folder.glob("files/*/*"))
    assert [name.rpartition("_")[0] for name in names] == [
        "files/fickle/results",
        "files/fickle/samples_choose",
        "files/sure/results",
        "files/sure/samples_choose",
        "files/writer/results",
        "files/writer/samples_write",
    ]
    wrong = place.harness("report", "latest", "--format", "md", "-o", "files")
    assert wrong.errors == ["--format md: is one file and no folder; write -o FILE.md"]
    rows = place.folder / "tasks" / "rows.py"
    rows.write_text(rows.read_text().replace("What is", "What was"))
    changed = place.harness("report", "latest", "--format", "lm_eval", "-o", "files")
    assert changed.code == 3
    assert "its data are not those that the run was asked about" in changed.err


UNEVEN = """
group: uneven
task: [many, few]
aggregate_metric_list:
  - {metric: acc, weight_by_size: true}
  - {metric: acc_norm, weight_by_size: true}
"""
MANY = """
include: choose.yaml
task: many
num_fewshot: 2
metric_list:
  - {metric: acc, aggregation: mean, higher_is_better: true}
  - {metric: acc_norm, aggregation: mean, higher_is_better: true}
"""
FEW = """
include: choose_long.yaml
task: few
metric_list: [{metric: acc, aggregation: mean, higher_is_better: true}]
"""


def suites(*tables: str) -> str:
    """Return the spec with other suites, for the two models that score."""
    tail = 'include_path = "tasks"\nmodels = ["sure", "fickle"]\n'
    return SPEC.partition("[[suite]]")[0] + "".join(f"[[suite]]\n{each}\n{tail}" for each in tables)


def read(folder: Path, pattern: str) -> dict[str, Any]:
    (found,) = folder.glob(pattern)
    read: dict[str, Any] = json.loads(found.read_text(encoding="utf-8"))
    return read


def test_two_suites_on_one_task_keep_apart_in_lm_evals_files(place: Workplace, spec: Path) -> None:
    twice = suites(
        'name = "two"\nsuite = "lm_eval:choose"\nnum_fewshot = 2',
        'name = "one"\nsuite = "lm_eval:choose"\nnum_fewshot = 1\nlimit = 3',
    )
    place.write(spec.name, twice.replace("models_of_tasks", f"models_of_{place.folder.name}"))
    assert place.harness("run", spec).code == 0

    for target in ("files", "one.json"):
        outcome = place.harness("report", "latest", "--format", "lm_eval", "-o", target)
        assert outcome.code == 0, outcome.err

    for model in ("sure", "fickle"):
        for suite, n_shots, n_documents in (("two", 2, 6), ("one", 1, 3)):
            folder = place.folder / "files" / model / suite
            results = read(folder, "results_*.json")
            assert results["results"]["choose"]["sample_len"] == n_documents
            assert results["n-samples"] == {"choose": {"original": 6, "effective": n_documents}}
            assert results["n-shot"] == {"choose": n_shots}
            assert results["configs"]["choose"]["num_fewshot"] == n_shots
            (samples,) = folder.glob("samples_choose_*.jsonl")
            assert len(samples.read_text(encoding="utf-8").splitlines()) == n_documents
    together = read(place.folder, "one.json")
    names = {f"{model}/{suite}/choose" for model in ("sure", "fickle") for suite in ("two", "one")}
    assert set(together["results"]) == names
    assert together["n-shot"]["sure/two/choose"] == 2
    assert together["n-shot"]["sure/one/choose"] == 1


def test_a_group_whose_tasks_differ_in_lm_evals_files(place: Workplace, spec: Path) -> None:
    for name, text in (("uneven", UNEVEN), ("many", MANY), ("few", FEW)):
        (place.folder / "tasks" / f"{name}.yaml").write_text(text, encoding="utf-8")
    group = suites('suite = "lm_eval:uneven"')
    place.write(spec.name, group.replace("models_of_tasks", f"models_of_{place.folder.name}"))
    assert place.harness("run", spec).code == 0

    for target in ("files", "one.json"):
        outcome = place.harness("report", "latest", "--format", "lm_eval", "-o", target)
        assert outcome.code == 0, outcome.err

    results = read(place.folder, "files/sure/results_*.json")
    assert results["group_subtasks"] == {"uneven": ["many", "few"]}
    assert results["n-shot"] == {"many": 2, "few": 0}
    assert results["n-samples"] == {
        "many": {"original": 6, "effective": 6},
        "few": {"original": 2, "effective": 2},
    }
    assert {task: one["sample_len"] for task, one in results["results"].items()} == {
        "uneven": 8,
        "many": 6,
        "few": 2,
    }
    assert not any(key.startswith("acc_norm") for key in results["results"]["few"])
    assert set(results["higher_is_better"]["few"]) == {"acc"}
    together = read(place.folder, "one.json")
    assert together["group_subtasks"]["sure/uneven"] == ["sure/many", "sure/few"]
    assert together["n-shot"] == {"sure/many": 2, "fickle/many": 2}
