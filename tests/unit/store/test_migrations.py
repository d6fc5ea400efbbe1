"""What earlier versions of a document become, and which options of a metric are certain."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from harness.core.errors import StoreError
from harness.core.schema import SCHEMA_VERSION
from harness.store.migrations import Document, upgraded
from harness.store.options_of_version_1 import metric_options

PATH = Path("runs/r1/manifest.json")
CONFUSION = {"confusion": "labels:no,yes|positive:yes"}


def manifest(signatures: dict[str, str], **suite_table: Any) -> dict[str, Any]:
    return {
        "schema_version": 1,
        "spec": {"suite": [{"suite": "generation", **suite_table}]},
        "evaluations": [{"suite": "generation", "metric_signatures": signatures}],
    }


def test_a_manifest_is_upgraded_to_the_version_of_now_and_left_as_it_was() -> None:
    old = manifest({"exact_match": "…"})
    before = deepcopy(old)
    new = upgraded("manifest", old, PATH)
    assert new["schema_version"] == SCHEMA_VERSION
    assert new["evaluations"][0]["metric_options"].keys() == {"exact_match"}
    assert old == before


@pytest.mark.parametrize("kind", ["manifest", "metrics", "judgement"])
def test_a_document_of_now_is_taken_as_it_is(kind: Document) -> None:
    value = {"schema_version": SCHEMA_VERSION, "anything": 1}
    assert upgraded(kind, value, PATH) == value


@pytest.mark.parametrize("kind", ["metrics", "judgement"])
def test_what_did_not_change_gets_the_number_alone(kind: Document) -> None:
    old = {"schema_version": 1, "estimates": []}
    assert upgraded(kind, old, PATH) == {"schema_version": SCHEMA_VERSION, "estimates": []}


@pytest.mark.parametrize("kind", ["manifest", "metrics", "judgement"])
def test_a_newer_document_is_refused(kind: Document) -> None:
    with pytest.raises(StoreError, match=r"r1/manifest\.json: has schema version 3, .*; update"):
        upgraded(kind, {"schema_version": SCHEMA_VERSION + 1}, PATH)


def test_an_unnamed_suite_goes_by_what_it_is_and_a_named_one_by_its_name() -> None:
    old = manifest({"chrf": "…"}, name="echoes", metrics=[{"name": "chrf", "beta": 3}])
    assert upgraded("manifest", old, PATH)["evaluations"][0]["metric_options"] == {}
    old["evaluations"][0]["suite"] = "echoes"
    (done,) = upgraded("manifest", old, PATH)["evaluations"]
    assert done["metric_options"]["chrf"]["beta"] == 3


def test_a_run_without_a_spec_and_one_never_begun_have_no_options() -> None:
    old = manifest({"bleu": "…"})
    specs: list[dict[str, Any]] = [{}, {"suite": []}]
    for spec in specs:
        (done,) = upgraded("manifest", {**old, "spec": spec}, PATH)["evaluations"]
        assert done["metric_options"] == {}
    assert metric_options({}, {"suite": "generation"}) == {}


def test_metrics_without_options_need_no_spec() -> None:
    names = ("choice", "fold_spread", "perplexity")
    assert metric_options(dict.fromkeys(names, "…"), {}) == {name: {} for name in names}


def test_a_table_and_the_language_come_before_the_defaults() -> None:
    table = {"suite": "generation", "language": "ja", "metrics": ["bleu", {"name": "ter"}]}
    found = metric_options({"bleu": "…", "ter": "…"}, table)
    assert found["bleu"] == {"tokenize": "ja-mecab", "lowercase": False, "smooth": "exp"}
    assert (found["ter"]["normalized"], found["ter"]["no_punct"]) == (True, False)
    table["metrics"] = [{"name": "bleu", "tokenize": "char"}]
    assert metric_options({"bleu": "…"}, table)["bleu"]["tokenize"] == "char"


def test_two_labels_are_read_from_what_the_confusion_signs() -> None:
    signatures = {**CONFUSION, "calibration": "bins:15|labels:no,yes"}
    assert metric_options(signatures, {"suite": "classification"}) == {
        "confusion": {"labels": ["no", "yes"], "positive": "yes"},
        "calibration": {"labels": ["no", "yes"], "n_bins": 15},
    }


@pytest.mark.parametrize(
    "signature",
    [
        "labels:a,b,c",
        "labels:a,b",  # of three labels, one with a comma in it? two would have a positive one
        "labels:no, never,yes|positive:yes",
        "labels:no,yes|positive:ye",
    ],
)
def test_labels_that_cannot_be_told_apart_are_left_out(signature: str) -> None:
    assert metric_options({"confusion": signature}, {"suite": "classification"}) == {}


def test_labels_that_the_spec_names_are_certain() -> None:
    table = {"suite": "classification", "labels": ["a", "b,c", "d"]}
    signatures = {"confusion": "labels:a,b,c,d", "ranking": "labels:a,b,c,d|positive:one-vs-rest"}
    found = metric_options(signatures, table)
    assert found == {name: {"labels": ["a", "b,c", "d"]} for name in signatures}


@pytest.mark.parametrize("name", ["evaluate:wer", "bertscore", "palindromes"])
def test_what_others_measure_is_left_out(name: str) -> None:
    assert metric_options({name: "…"}, {"suite": "generation"}) == {}
