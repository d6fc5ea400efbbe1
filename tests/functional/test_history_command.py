"""``harness history`` over a season of nights, and over runs of one's own."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from fakes.many_runs import FIRST_NIGHT, SECONDS_PER_SAMPLE, Step, write_many_runs
from fakes.workplace import Workplace

from harness.core.policy import Policy
from harness.engine.alarms import alarms_of
from harness.engine.history import with_shifts
from harness.store.histories import read_histories

N_NIGHTS = 30
STEPS = (
    Step(night=18, quantity="accuracy", add=-0.07),
    Step(night=12, quantity="token_perplexity", times=0.8),
    Step(night=20, quantity=SECONDS_PER_SAMPLE, times=1.5),
)


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("season") / "runs"
    write_many_runs(root, n_runs=N_NIGHTS, steps=STEPS)
    return root


def test_a_number_is_drawn_and_its_change_dated(place: Workplace, nights: Path) -> None:
    outcome = place.harness(
        "history", "--root", nights, "--metric", "accuracy", "--model", "small", "--suite", "q*"
    )

    assert outcome.code == 0
    heading, summary, shift = outcome.out.splitlines()
    assert heading.startswith("line nightly: questions · small  (code ")
    first, last = "2025-07-11", "2025-08-09"
    assert re.fullmatch(
        rf"  accuracy ↑    30 runs  {first} … {last}  [▁▂▃▄▅▆▇█]{{24}}  0\.7\d* \[0\.7.*, 0\.7.*\]",
        summary,
    )
    assert re.fullmatch(r"      2025-07-29 accuracy 0\.81 -> 0\.74 worse \(p 0\.005\)", shift)


def test_time_and_perplexity_are_better_when_they_fall(place: Workplace, nights: Path) -> None:
    out = place.harness("history", "--root", nights, "--model", "small", "--suite", "q*").out

    assert re.search(r"2025-07-23 token_perplexity 18 -> 14 better", out)
    assert re.search(r"2025-07-31 seconds_per_sample 0\.0[34]\d* -> 0\.06\d* worse", out)
    assert "AMD EPYC 7763, 2 cores)" in out


def test_the_page_shows_this_season(place: Workplace, nights: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "history.md").read_text(encoding="utf-8")
    _, _, rest = page.partition("```text\n")
    shown = rest.partition("```")[0]

    out = place.harness("history", "--root", nights, "--model", "small", "--suite", "q*").out

    assert shown
    assert out.startswith(shown)


def test_csv_has_a_row_for_each_run_and_marks_the_change(place: Workplace, nights: Path) -> None:
    out = place.harness(
        "history", "--root", nights, "--metric", "accuracy", "--suite", "q*", "--format", "csv"
    ).out

    rows = list(csv.DictReader(io.StringIO(out)))

    assert len(rows) == 2 * N_NIGHTS
    (changed,) = [row for row in rows if row["shift"]]
    assert (changed["model"], changed["shift"]) == ("small", "worse")
    assert changed["at"][:10] == f"{FIRST_NIGHT.replace(day=29):%Y-%m-%d}"
    assert {row["line"] for row in rows} == {"nightly"}
    assert all(float(row["low"]) < float(row["value"]) < float(row["high"]) for row in rows)


def test_json_holds_points_and_shifts(place: Workplace, nights: Path) -> None:
    out = place.harness(
        "history", "--root", nights, "--metric", "acc*", "--suite", "q*", "--format", "json"
    ).out

    found = {series["model"]: series for series in json.loads(out)}

    assert len(found["small"]["points"]) == N_NIGHTS
    assert [shift["is_better"] for shift in found["small"]["shifts"]] == [False]
    assert found["large"]["shifts"] == []


@pytest.mark.parametrize(
    ("choice", "error"),
    [
        (("--metric", "acuracy"), "--metric: none is named 'acuracy'; did you mean 'accuracy'?"),
        (
            ("--line", "nigthly"),
            "--line: no complete run is of a line 'nigthly'; did you mean 'nightly'?",
        ),
        (("--model", "x*"), "--model: none is named 'x*'; known are large, small"),
        (
            ("--root", "nowhere"),
            "--root nowhere: is no folder; give the folder of the run folders",
        ),
    ],
    ids=lambda choice: choice[0],
)
def test_nothing_found_is_told(
    place: Workplace, nights: Path, choice: tuple[str, str], error: str
) -> None:
    outcome = place.harness("history", "--root", nights, *choice)

    assert (outcome.code, outcome.errors) == (2, [error])


def test_a_root_without_runs_has_no_history(place: Workplace) -> None:
    outcome = place.harness("history", "--root", place.folder)
    assert outcome.code == 2
    assert "there is no complete run in" in outcome.errors[0]


def test_a_fall_that_stays_is_an_alarm_of_its_second_night(tmp_path: Path) -> None:
    fall = Step(night=38, quantity="accuracy", add=-0.06)
    *_, first, second = write_many_runs(tmp_path, n_runs=40, steps=(fall,))
    series = [with_shifts(series) for series in read_histories(tmp_path, line="nightly").series]

    heard = {
        run.name: [
            (alarm.model, alarm.suite, alarm.quantity.id, alarm.is_better, alarm.is_confirmed)
            for alarm in alarms_of(series, Policy(), run_id=run.name)
        ]
        for run in (first, second)
    }

    assert heard[first.name] == [("small", "questions", "accuracy", False, False)]
    assert heard[second.name] == [("small", "questions", "accuracy", False, True)]
    assert alarms_of(series, Policy(), run_id=first.name)[0].n == 38


def test_own_runs_have_a_history_outside_any_line(place: Workplace) -> None:
    place.films()
    for _ in range(2):
        assert place.harness("run", "films.toml").code == 0
    (place.runs[0] / "notes").mkdir()
    torn = place.folder / "runs" / "20260101T000000000-aaaaaa"
    torn.mkdir()
    (torn / "manifest.json").write_text("{")

    outcome = place.harness("history", "--line", "", "--metric", "accuracy")

    assert outcome.code == 0
    assert outcome.out.startswith("no line: films · echo  (code ")
    assert re.search(r"accuracy ↑ +2 runs  (\S+) … \1  ▄▄ +1 \[0\.\d+, 1\]", outcome.out)
    assert outcome.err.startswith("left out of the history: runs/20260101T000000000-aaaaaa")


def test_names_cannot_write_on_the_terminal(place: Workplace) -> None:
    place.films()
    spec = place.folder / "films.toml"
    spec.write_text(spec.read_text().replace('name = "films"', 'name = "fi\\u001blms"'))
    assert place.harness("run", "films.toml").code == 0

    assert "\x1b" not in place.harness("history").out
