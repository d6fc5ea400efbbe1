from dataclasses import replace

import pytest
from fakes.synthetic_run import synthetic_run, without_numbers

from harness.core.run import Evaluation, Run, Status
from harness.reports.standing import Severity, alerts, failure_counts, standing

RUN = synthetic_run(n=100)


def with_manifest(**changes: object) -> Run:
    return replace(RUN, manifest=replace(RUN.manifest, **changes))  # type: ignore[arg-type]


def titles(run: Run) -> list[str]:
    return [alert.title for alert in alerts(run)]


def evaluation(**changes: object) -> Evaluation:
    plain = Evaluation(model="m", suite="s", capability="scores", n_samples=200, n_answered=200)
    return replace(plain, **changes)  # type: ignore[arg-type]


def test_a_complete_run_says_how_many_were_answered() -> None:
    run = with_manifest(evaluations=(evaluation(n_samples=1200, n_answered=1200),))
    assert standing(run.manifest).sentence == "complete: 1,200 of 1,200 samples answered"
    assert titles(run) == []


def test_failed_and_unasked_samples_are_told_apart() -> None:
    run = with_manifest(evaluations=(evaluation(n_answered=150, n_failed=20),))
    assert standing(run.manifest).counts == "150 of 200 samples answered; 20 failed, 30 not asked"


@pytest.mark.parametrize(
    ("status", "title"),
    [
        (Status.RUNNING, "This run has not finished"),
        (Status.INCOMPLETE, "This run is incomplete"),
        (Status.INTERRUPTED, "This run was interrupted"),
    ],
)
def test_a_run_that_is_not_complete_says_so_first(status: Status, title: str) -> None:
    found = alerts(with_manifest(status=status))
    assert found[0].title == title
    assert found[0].severity is Severity.GRAVE


def test_coverage_below_the_floor_names_suite_model_and_numbers() -> None:
    run = with_manifest(evaluations=(evaluation(n_answered=180, n_failed=20),))
    (alert,) = alerts(run)
    assert alert.severity is Severity.GRAVE
    assert alert.sentence == (
        "s on m: 180 of 200 samples answered (coverage 0.9), below the floor of 0.95"
    )


def test_coverage_at_the_floor_is_enough() -> None:
    assert titles(with_manifest(evaluations=(evaluation(n_answered=190, n_failed=10),))) == []


def test_an_error_of_a_suite_takes_the_place_of_its_coverage() -> None:
    run = with_manifest(evaluations=(evaluation(n_answered=0, error="the model went away"),))
    assert [a.sentence for a in alerts(run)] == ["s on m: the model went away"]


def test_failures_are_counted_by_kind_the_most_frequent_first() -> None:
    parts = (evaluation(failures={"timeout": 2, "crashed": 1}), evaluation(failures={"crashed": 4}))
    assert list(failure_counts(parts).items()) == [("crashed", 5), ("timeout", 2)]
    (alert,) = alerts(with_manifest(evaluations=parts))
    assert alert.title == "7 samples failed"
    assert alert.sentence.startswith("5 crashed, 2 timeout.")


def test_measuring_nothing_is_grave() -> None:
    assert "Nothing was measured" in titles(without_numbers(RUN))


def test_warnings_follow_what_is_grave_and_a_limit_comes_last() -> None:
    run = with_manifest(status=Status.INTERRUPTED, warnings=("the disk is slow",), limit=100)
    severities = [alert.severity for alert in alerts(run)]
    assert severities == sorted(severities, key=list(Severity).index)
    assert (severities[0], severities[-1]) == (Severity.GRAVE, Severity.NOTE)
    assert "the disk is slow" in [alert.sentence for alert in alerts(run)]
