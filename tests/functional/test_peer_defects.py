"""Defects found in other harnesses, none of which may be found here: one test or more for each.

The numbers are those of the study of peers. Those of statistics stand in
``tests/unit/test_peer_defects_statistics.py``.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from fakes.toy_models import Habit, ToyAdapter, ToySession
from fakes.toy_spec import toy_spec
from fakes.toy_suite import ToySuite
from fakes.workplace import FILMS_SPEC, Workplace

from harness import load_run
from harness.api import Silent
from harness.audit import audit
from harness.cli.run import carry_out
from harness.core.errors import ConfigError, StoreError
from harness.core.response import Failure
from harness.result import Result

FIT = """
[[model]]
name = "fitted"
adapter = "sklearn"

[model.fit]
data = "train.csv"
columns = { text = "text", target = "label" }

[[suite]]
name = "films"
suite = "classification"
data = "films.csv"
columns = { text = "text", target = "label" }
"""


def result_of(place: Workplace, model: ToyAdapter, *suites: ToySuite) -> Result:
    spec = toy_spec(place.folder / "runs", model, suites=suites or (ToySuite(),))
    return load_run(audit(spec, Silent()))


class TestEachSampleIsAskedOnce:
    """Defect 3: the whole data set was sent again for each split."""

    def test_with_slices_clusters_and_several_metrics(self, place: Workplace) -> None:
        result_of(place, ToyAdapter(), ToySuite(n=50, n_slices=5, n_clusters=10))
        assert Counter(ToySession.asked) == {f"id-{i}": 1 for i in range(50)}

    def test_however_many_windows_it_takes(
        self, place: Workplace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("harness.engine.execute.WINDOW", 7)
        result = result_of(place, ToyAdapter(), ToySuite(n=50))
        assert Counter(ToySession.asked) == {f"id-{i}": 1 for i in range(50)}
        assert len(result.samples()) == 50


class TestIdentityIsMoreThanAName:
    """Defects 4 and 5: a cache without the model's identity, or without its options."""

    def test_two_checkpoints_of_one_name_never_share_answers(self, place: Workplace) -> None:
        runs = place.folder / "runs"
        with pytest.raises(KeyboardInterrupt):
            audit(toy_spec(runs, ToyAdapter(habit="is interrupted", weights="a")), Silent())
        other = toy_spec(runs, ToyAdapter(weights="b"))
        with pytest.raises(ConfigError, match="is not the one that answered before"):
            audit(other, Silent(), resume=place.latest)

    def test_the_signature_of_a_number_tells_the_weights(self, place: Workplace) -> None:
        one, other = (result_of(place, ToyAdapter(weights=weights)) for weights in "ab")
        texts = [result.run.estimates[0].signature for result in (one, other)]
        parts = [dict(part.split(":", 1) for part in text.split("|")) for text in texts]
        assert parts[0].pop("model") != parts[1].pop("model")
        assert parts[0] == parts[1]

    def test_options_are_part_of_the_model(self, place: Workplace) -> None:
        place.films()
        fingerprints = set()
        for options in (
            'labels = ["bad", "good"]',
            'labels = ["good", "bad"]',
            'text = "x"\nlabels = ["bad", "good"]',
        ):
            place.write("spec.toml", FILMS_SPEC.replace('labels = ["bad", "good"]', options))
            assert place.harness("run", "spec.toml").code == 0
            fingerprints.add(place.manifest()["models"]["echo"]["fingerprint"])
        assert len(fingerprints) == 3

    def test_the_cache_of_fitted_models_knows_its_training_data(self, place: Workplace) -> None:
        place.films(FIT)
        values = []
        for good, bad in (("good", "bad"), ("bad", "good")):
            rows = f"a good film,{good}\na bad film,{bad}\n" * 10
            place.write("train.csv", f"text,label\n{rows}")
            assert place.harness("run", "films.toml").code == 0
            values.append(place.values()["fitted", "films", "accuracy"]["value"])
        assert values == [1.0, 0.0]


class TestAFailureIsNoAnswer:
    """Defects 6 and 7: placeholders and empty texts of failed calls were scored as wrong."""

    @pytest.mark.parametrize(
        "habit", ["fails always", "answers null", "answers a null output", "forgets"]
    )
    def test_it_is_counted_and_never_scored(self, habit: Habit, place: Workplace) -> None:
        result = result_of(place, ToyAdapter(habit=habit))
        n_answered = 3 if habit == "forgets" else 0
        right = result.run.estimates[0]
        assert (right.quantity.id, right.n, right.n_unscored) == (
            "right",
            n_answered,
            10 - n_answered,
        )
        assert right.value == (pytest.approx(2 / 3) if n_answered else None)
        failed = [r for r in result.run.records if isinstance(r.answer, Failure)]
        assert len(failed) == 10 - n_answered
        assert all(not record.scores for record in failed)
        assert result.run.manifest.evaluations[0].n_failed == 10 - n_answered

    def test_the_value_is_over_what_was_answered(self, place: Workplace) -> None:
        whole = result_of(place, ToyAdapter())
        some = result_of(place, ToyAdapter(habit="fails once in three"))
        right = [result.samples()["toy.right"].dropna() for result in (whole, some)]
        assert [len(column) for column in right] == [10, 7]
        assert some.run.estimates[0].value == pytest.approx(right[1].mean())


class TestFailuresOfTheStoreAreToldOf:
    """Defect 9: a result that could not be saved was a warning, and exit 0."""

    @pytest.mark.parametrize("step", ["append", "manifest", "metrics", "compact", "report"])
    def test_at_every_step(
        self, step: str, place: Workplace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object) -> None:
            raise StoreError("the disk: is gone; bring it back")

        monkeypatch.setattr(f"harness.store.run_folder.RunWriter.{step}", fail)
        outcome = place.harness("run", place.films())
        assert outcome.code == 3
        assert outcome.errors == ["the disk: is gone; bring it back"]
        assert "report:" not in outcome.out


class TestMeasuredNothingIsNoPass:
    """Defects 10 and 16: an evaluation whose samples all failed, or that crashed, ended with 0."""

    @pytest.mark.parametrize("habit", ["fails always", "answers null", "is buggy", "is lost"])
    def test_one_bad_model(self, habit: Habit, place: Workplace) -> None:
        model = ToyAdapter(habit=habit, after=0)
        assert carry_out(toy_spec(place.folder / "runs", model)) == 3
        assert carry_out(toy_spec(place.folder / "runs", ToyAdapter(), model)) == 3
        assert carry_out(toy_spec(place.folder / "runs", model, ToyAdapter())) == 3

    def test_a_crashed_suite_is_named_and_not_a_dash(
        self, place: Workplace, capsys: pytest.CaptureFixture[str]
    ) -> None:
        suites = (ToySuite(), ToySuite(defect="ask"))
        assert carry_out(toy_spec(place.folder / "runs", ToyAdapter(), suites=suites)) == 3
        assert "DefectError: in ask" in capsys.readouterr().out
        for form in ("html", "md", "json", "junit"):
            assert "DefectError" in place.harness("report", "latest", "--format", form).out


class TestDirectionBelongsToTheMetric:
    """Defect 17: that lower is better was a setting of the whole harness."""

    def test_it_is_kept_with_every_number(self, place: Workplace) -> None:
        result = result_of(place, ToyAdapter())
        directions = {e.quantity.id: str(e.quantity.direction) for e in result.run.estimates}
        assert directions == {"right": "higher", "length": "lower", "variety": "higher"}
        frame = result.to_frame().set_index("metric")
        assert dict(frame.direction) == directions

    def test_the_table_shows_it(self, place: Workplace) -> None:
        audit(toy_spec(place.folder / "runs", ToyAdapter()), Silent())
        out = place.harness("show", "latest").out
        assert re.search(r"right ↑", out)
        assert re.search(r"length ↓", out)


def test_standard_errors_of_one_sample_are_absent_and_not_zero(place: Workplace) -> None:
    # Defect 11: a standard error of 0.0 for a single sample.
    result = result_of(place, ToyAdapter(), ToySuite(n=1))
    for estimate in result.run.estimates:
        assert (estimate.n, estimate.interval, estimate.stderr) == (1, None, None)
        assert estimate.note


def test_every_number_has_its_spread_or_a_reason(place: Workplace) -> None:
    # Defect 18: scores without any standard error.
    result = result_of(place, ToyAdapter(), ToySuite(n=60, n_slices=4))
    for estimate in result.run.estimates:
        assert (estimate.interval is not None) != bool(estimate.note)


def test_the_bytes_of_a_local_model_are_its_identity(place: Workplace, tmp_path: Path) -> None:
    # Defect 4 once more, for a function: its file's contents count, and its name does not.
    prints = []
    for number in (1, 2):
        folder = tmp_path / f"version{number}"
        name = f"twice_written_{number}"
        place.write(f"version{number}/{name}.py", f"def f(prompt):\n    return {number * 'x'!r}\n")
        from harness.adapters.python import PythonAdapter

        adapter = PythonAdapter(target=f"{name}:f", path=str(folder))
        prints.append(adapter.open().identity)
    assert prints[0].parts["weights"] != prints[1].parts["weights"]
    same_name = [
        replace(identity, parts={**identity.parts, "function": "f"}) for identity in prints
    ]
    assert same_name[0].fingerprint != same_name[1].fingerprint
