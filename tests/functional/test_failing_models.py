"""A model or suite that breaks down costs what it must, and the run says so."""

from __future__ import annotations

from typing import Any

import pytest
from fakes.toy_models import Habit, ToyAdapter, ToySession
from fakes.toy_spec import toy_spec
from fakes.toy_suite import Place, ToySuite
from fakes.workplace import Workplace

from harness import load_run
from harness.api import Silent
from harness.audit import audit, render
from harness.cli.run import carry_out
from harness.core.response import Failure
from harness.core.run import Status
from harness.result import Result

GOOD = ToyAdapter()


def carried_out(place: Workplace, *models: ToyAdapter, **options: Any) -> Result:
    return load_run(audit(toy_spec(place.folder / "runs", *models, **options), Silent()))


def value_of(result: Result, model: str = "model0", suite: str = "suite0") -> float | None:
    (value,) = [
        estimate.value
        for estimate in result.run.estimates
        if (estimate.model, estimate.suite, estimate.quantity.id, estimate.slice)
        == (model, suite, "right", None)
    ]
    return value


def errors_of(result: Result) -> list[str]:
    return [done.error for done in result.run.manifest.evaluations]


def code_of(place: Workplace, *models: ToyAdapter, **options: Any) -> int:
    return carry_out(toy_spec(place.folder / "runs", *models, **options))


@pytest.mark.parametrize("habit", ["fails always", "answers null"])
def test_a_model_without_a_usable_answer(habit: Habit, place: Workplace) -> None:
    result = carried_out(place, ToyAdapter(habit=habit))
    expected = "nothing was measured: all 10 samples failed"
    [error] = errors_of(result)
    assert error.startswith(f"{expected}, the first so: ")
    assert result.run.manifest.status is Status.INCOMPLETE
    assert expected in render(result.run, "html")
    assert expected in render(result.run, "md")


def test_a_classifier_that_talks_nonsense(place: Workplace) -> None:
    spec = """
        [[model]]
        name = "talker"
        adapter = "python"
        target = "talker:talk"
        path = "."

        [[suite]]
        suite = "classification"
        data = "films.csv"
        columns = { text = "text", target = "label" }
    """
    place.films()
    place.write("talker.py", "def talk(prompt):\n    return 'I had rather not say.'\n")
    outcome = place.harness("run", place.write("spec.toml", spec))

    assert outcome.code == 3
    assert "nothing was measured: none of 4 answers has a score" in outcome.out
    assert "the run is incomplete" in outcome.out
    assert "nothing was measured" in (place.latest / "report.html").read_text()
    assert {entry["value"] for entry in place.values().values()} == {None}
    assert {entry["n_unscored"] for entry in place.values().values()} == {4}


def test_a_silent_suite_beside_a_good_one_is_no_pass(place: Workplace) -> None:
    models = (GOOD, ToyAdapter(habit="fails always"))
    assert code_of(place, *models) == 3
    assert code_of(place, *models, min_coverage=0.0) == 3


def test_answers_that_cannot_be_read_are_not_covered(place: Workplace) -> None:
    spec = """
        [[model]]
        name = "talker"
        adapter = "python"
        target = "mumbler:talk"
        path = "."

        [[suite]]
        suite = "classification"
        data = "films.csv"
        columns = { text = "text", target = "label" }
        metrics = ["confusion"]
    """
    place.films()
    place.write("mumbler.py", "def talk(prompt):\n    return 'good' if 'film' in prompt else '?'\n")
    outcome = place.harness("run", place.write("spec.toml", spec))

    assert outcome.code == 3
    (done,) = place.manifest()["evaluations"]
    assert (done["n_answered"], done["n_unreadable"], done["error"]) == (4, 2, "")
    report = (place.latest / "report.html").read_text()
    assert "4 of 4 samples answered, 2 of the answers unreadable (coverage 0.5)" in report


def test_coverage_below_the_floor(place: Workplace) -> None:
    model = ToyAdapter(habit="fails once in three")
    assert code_of(place, model, min_coverage=0.8) == 3
    assert code_of(place, model, min_coverage=0.7) == 0
    done = place.manifest()["evaluations"][0]
    assert (done["n_answered"], done["n_failed"]) == (7, 3)
    assert done["failures"] == {"server_error": 3}


def test_a_lost_model_keeps_what_it_answered(place: Workplace) -> None:
    result = carried_out(place, ToyAdapter(habit="is lost"), GOOD)

    assert result.run.manifest.status is Status.INCOMPLETE
    assert errors_of(result) == ["toy: the model is gone; start it again", ""]
    assert value_of(result) == pytest.approx(2 / 3)  # of samples 0, 1 and 2 the first is wrong
    assert value_of(result, "model1") == 0.7
    assert len(result.samples()) == 13
    assert "the model is gone" in render(result.run, "html")


def test_a_lost_model_ends_with_3(place: Workplace) -> None:
    assert code_of(place, ToyAdapter(habit="is lost")) == 3


def test_a_model_that_cannot_be_loaded_costs_no_other(place: Workplace) -> None:
    result = carried_out(place, ToyAdapter(habit="cannot be loaded"), GOOD)
    assert errors_of(result) == ["toy: the weights are gone; look under the sofa", ""]
    assert value_of(result, "model1") == 0.7
    assert result.run.manifest.status is Status.INCOMPLETE


def test_a_model_that_is_misconfigured(place: Workplace, toys: None) -> None:
    del toys
    place.write(
        "spec.toml",
        """
        [[model]]
        name = "good"
        adapter = "toy"

        [[model]]
        name = "bad"
        adapter = "toy"
        habit = "is misconfigured"

        [[suite]]
        suite = "toy"
        """,
    )
    outcome = place.harness("run", "spec.toml")
    # Something was measured, so this is not the 2 of a spec that was refused.
    assert outcome.code == 3
    assert "toy.habit: is a bad one; choose another" in outcome.out
    # What the first model answered is not lost over it.
    assert place.values()["good", "toy", "right"]["value"] == 0.7
    assert place.manifest()["status"] == "incomplete"
    assert (place.latest / "report.html").is_file()


def test_a_defect_of_an_adapter(place: Workplace) -> None:
    result = carried_out(place, ToyAdapter(habit="is buggy"), GOOD)
    error, other = errors_of(result)
    assert error.startswith(
        "internal error, please report it: ZeroDivisionError: seven by zero (toy_models.py line "
    )
    assert other == ""
    assert value_of(result) == pytest.approx(2 / 3)
    assert len(list(result.run.records)) == 13
    assert code_of(place, ToyAdapter(habit="is buggy")) == 3


@pytest.mark.parametrize("defect", ["ask", "read", "measure", "reduce", "figures", "compute"])
def test_a_defect_of_a_suite(defect: Place, place: Workplace) -> None:
    suites = (ToySuite(defect=defect), ToySuite())
    result = carried_out(place, GOOD, suites=suites)
    error, other = errors_of(result)
    assert f"DefectError: in {defect} (toy_suite.py line " in error
    assert other == ""
    assert result.run.manifest.status is Status.INCOMPLETE
    assert value_of(result, suite="suite1") == 0.7
    n_kept = 0 if defect == "ask" else 10
    assert result.run.manifest.evaluations[0].n_answered == n_kept
    assert len(list(result.run.records)) == n_kept + 10


@pytest.mark.parametrize(
    ("defect", "told"),
    [
        ("id", "suite 'suite0': a sample's id is 2, no text; make a text of it"),
        ("ids", "suite 'suite0': two samples have the id 'id-2'; make the ids unique"),
    ],
)
def test_ids_that_name_no_sample_are_told(defect: Place, told: str, place: Workplace) -> None:
    result = carried_out(place, GOOD, suites=(ToySuite(defect=defect), ToySuite()))
    assert errors_of(result) == [told, ""]
    assert result.run.manifest.status is Status.INCOMPLETE
    assert value_of(result, suite="suite1") == 0.7


def test_a_session_that_cannot_be_closed_costs_nothing(place: Workplace) -> None:
    assert code_of(place, ToyAdapter(habit="cannot be closed")) == 0


def test_an_interruption_keeps_and_estimates_what_was_answered(
    place: Workplace, toys: None
) -> None:
    del toys
    place.write(
        "spec.toml",
        """
        [[model]]
        name = "m"
        adapter = "toy"
        habit = "is interrupted"

        [[suite]]
        suite = "toy"

        [[suite]]
        name = "never asked"
        suite = "toy"
        """,
    )
    outcome = place.harness("run", "spec.toml")

    assert outcome.code == 130
    assert "interrupted; what was answered until now is kept" in outcome.err
    assert place.manifest()["status"] == "interrupted"
    first, second = place.manifest()["evaluations"]
    assert (first["n_answered"], first["error"]) == (3, "interrupted")
    assert (second["n_answered"], second["error"]) == (0, "")
    assert place.values()["m", "toy", "right"]["value"] == pytest.approx(2 / 3)
    assert (place.latest / "report.html").is_file()
    assert (place.latest / "samples.jsonl").is_file()
    assert ToySession.asked == [f"id-{i}" for i in range(10)]


def test_failures_are_rows_with_their_reason(place: Workplace) -> None:
    result = carried_out(place, ToyAdapter(habit="fails once in three"))
    failures = [record for record in result.run.records if isinstance(record.answer, Failure)]
    assert [record.sample.index for record in failures] == [1, 4, 7]
    assert all(dict(record.scores) == {} for record in failures)
    assert all(record.unscored == {"toy": "failure: server_error"} for record in failures)
    frame = result.samples()
    assert list(frame["failure"][frame["failure"] != ""]) == ["server_error: 503"] * 3


def test_a_suite_that_needs_more_than_the_adapter_can(place: Workplace) -> None:
    place.films()
    place.write("module_that_must_stay_unloaded.py", "raise SystemExit('it was loaded')\n")
    place.write(
        "spec.toml",
        """
        [[model]]
        name = "writer"
        adapter = "python"
        target = "module_that_must_stay_unloaded:f"
        path = "."

        [[suite]]
        name = "quiz"
        suite = "multiple_choice"
        data = "films.csv"
        columns = { text = "text", choices = ["label", "genre"], target = "label" }

        [[suite]]
        name = "prose"
        suite = "language_modelling"
        data = "films.csv"
        columns = { text = "text" }
        """,
    )
    outcome = place.harness("run", "spec.toml")
    assert outcome.code == 2
    assert outcome.errors == [
        f"suite {name!r} on model 'writer': the suite {kind!r} needs a model, one that scores, but"
        " the adapter 'python' as configured generates; name other models in the suite, as in"
        " models = [\"…\"], or change 'writer'"
        for name, kind in (("quiz", "multiple_choice"), ("prose", "language_modelling"))
    ]
    assert place.runs == []
