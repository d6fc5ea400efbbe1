from __future__ import annotations

from pathlib import Path

import pytest
from fakes.lm_eval_tasks import write_tasks

from harness.core.capability import Capability
from harness.core.errors import ConfigError
from harness.suites.lm_eval import LmEvalSuite
from harness.suites.lm_eval.catalogue import Catalogue
from harness.suites.lm_eval.definition_file import Definition, read_definition, read_members
from harness.suites.lm_eval.task_index import Index, builtin_index, index_of

pytest.importorskip("lm_eval")


def task(name: str, output_type: str | None, *tags: str) -> Definition:
    return Definition(name, is_group=False, tags=tags, output_type=output_type)


def group(name: str) -> Definition:
    return Definition(name, is_group=True, tags=(), output_type="generate_until")


def definition(folder: Path, text: str) -> Definition | None:
    file = folder / "file.yaml"
    file.write_text(text, encoding="utf-8")
    return read_definition(file)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("task: a # so called\n", task("a", "generate_until")),
        ("\"task\": 'a'\noutput_type: \"loglikelihood\"\n", task("a", "loglikelihood")),
        ("task: a\ntag:\n  - x\n  - y\n", task("a", "generate_until", "x", "y")),
        ("task: a\ntag: [x]\n", task("a", "generate_until", "x")),
        ("group: g\ntask:\n- a\n- b\n", group("g")),
        ("task: a\nclass: !function m.C\n", task("a", None)),
        ("doc_to_text: task\n", None),
        ("task: [\n", None),
        ("- task: a\n", None),
    ],
)  # fmt: skip
def test_a_file_defines(tmp_path: Path, text: str, expected: Definition | None) -> None:
    assert definition(tmp_path, text) == expected


def test_own_keys_go_before_included_ones(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("tag: x\noutput_type: loglikelihood\ninclude: file.yaml\n")
    (tmp_path / "two").write_text("output_type: multiple_choice\ntask: theirs\n")

    found = definition(tmp_path, "include:\n  - one\n  - two\n  - nowhere\ntask: own\n")

    assert found == task("own", "multiple_choice", "x")


def test_members_of_a_group_and_of_groups_inside_it(tmp_path: Path) -> None:
    file = tmp_path / "group.yaml"
    file.write_text("group: g\ntask: [a, {task: b, num_fewshot: 2}, {group: h, task: [c, a]}, 4]\n")

    assert read_members(file) == ("a", "b", "h", "c")


def test_index_of_a_folder(tmp_path: Path) -> None:
    folder = Path(write_tasks(tmp_path / "tasks"))
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "x.yaml").write_text("task: hidden\n")
    (folder / "z.yaml").write_text("task: choose\noutput_type: loglikelihood\n")

    index = index_of(folder)

    assert index["choose"].output_type == "multiple_choice"  # the first of two files
    assert index["toys"].members == ("choose", "choose_long")
    assert index["outer"].kind == "group"
    assert "hidden" not in index
    with pytest.raises(ConfigError, match="no such folder; name the folder of the task files"):
        index_of(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("task", "needs"),
    [
        ("choose", (Capability.SCORES,)),
        ("outer", (Capability.SCORES,)),
        ("toys", (Capability.SCORES,)),
        ("write", (Capability.GENERATES,)),
        ("mixed", (Capability.GENERATES,)),
    ],
)
def test_needs_are_those_of_the_task(
    tmp_path: Path, task: str, needs: tuple[Capability, ...]
) -> None:
    suite = LmEvalSuite(task=task, include_path=write_tasks(tmp_path / "tasks"))

    assert suite.needs == needs
    assert set(LmEvalSuite.needs) == {Capability.SCORES, Capability.GENERATES}


def set_builtin_index(monkeypatch: pytest.MonkeyPatch, index: Index) -> None:
    def builtin(*, anew: bool = False) -> Index:
        del anew
        return index

    monkeypatch.setattr("harness.suites.lm_eval.catalogue.builtin_index", builtin)


@pytest.fixture
def no_builtin_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare the reading of thirteen thousand files."""
    set_builtin_index(monkeypatch, {})


def test_folders_are_the_users_own_and_those_of_builtin_members(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(write_tasks(tmp_path / "tasks"))
    builtin = tmp_path / "builtin"
    for name in ("b/inner", "b", "a"):
        (builtin / name).mkdir(parents=True, exist_ok=True)
        (builtin / name / "t.yaml").write_text(f"task: {name.replace('/', '_')}\ntag: all\n")
    index = index_of(builtin)
    set_builtin_index(monkeypatch, index)
    (folder / "wide.yaml").write_text("group: wide\ntask: [choose, all]\n")

    catalogue = Catalogue.with_folder(str(folder))

    assert catalogue.folders("choose") == [folder]
    assert catalogue.folders("wide") == [builtin / "b", builtin / "a", folder]


@pytest.mark.usefixtures("no_builtin_tasks")
def test_an_unknown_name_is_met_with_the_nearest(tmp_path: Path) -> None:
    catalogue = Catalogue.with_folder(write_tasks(tmp_path / "tasks"))

    with pytest.raises(ConfigError, match=r"task 'chose': .*; did you mean 'choose'\?"):
        catalogue.find("chose")
    with pytest.raises(ConfigError, match="see harness list suites 'lm_eval:"):
        catalogue.find("zzz")


@pytest.mark.slow
def test_builtin_index_is_lm_evals_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lm_eval.tasks import TaskManager

    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path))
    kinds = {"TASK": "task", "PY_TASK": "task", "GROUP": "group", "TAG": "tag"}

    theirs = {
        name: (kinds[e.kind.name], e.yaml_path and str(e.yaml_path))
        for name, e in TaskManager().task_index.items()
    }

    assert len(theirs) > 10_000
    assert {name: (e.kind, e.path) for name, e in builtin_index().items()} == theirs
