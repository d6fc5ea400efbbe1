from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from harness.core.errors import ConfigError, UnknownName
from harness.suites.metric_names import choose_metrics
from harness.suites.metrics.bleu import Bleu
from harness.suites.metrics.distinct import Distinct
from harness.suites.metrics.evaluate import EvaluateMetric
from harness.suites.metrics.rouge import Rouge


def test_names_and_tables() -> None:
    chosen = choose_metrics(["rouge", {"name": "bleu", "tokenize": "zh"}, "distinct"], {})
    assert chosen.per_sample == (Rouge(), Bleu(tokenize="zh"))
    assert chosen.on_the_set == (Distinct(),)
    assert [metric.name for metric in chosen] == ["rouge", "bleu", "distinct"]


def test_a_table_goes_before_the_defaults() -> None:
    defaults = {"bleu": {"tokenize": "zh"}}
    assert choose_metrics(["bleu"], defaults).per_sample == (Bleu(tokenize="zh"),)
    table = {"name": "bleu", "tokenize": "char", "lowercase": True}
    assert choose_metrics([table], defaults).per_sample == (Bleu(tokenize="char", lowercase=True),)


def test_modules_of_evaluate(tmp_path: Path) -> None:
    (metric,) = choose_metrics([{"name": "evaluate:mine", "path": str(tmp_path)}], {})
    assert metric == EvaluateMetric(module="mine", path=str(tmp_path))
    with pytest.raises(ConfigError, match=r"^metrics\[0\].*write trust_remote_code = true"):
        choose_metrics(["evaluate:rouge"], {})


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("blue", r"metrics\[0\]\.name: there is no metric named 'blue'; did you mean 'bleu'\?"),
        ({"name": "bleu", "tokenise": "zh"}, r"unknown key 'tokenise'; did you mean 'tokenize'\?"),
        ({"name": "bleu", "tokenize": "zg"}, r"'zg' is not possible; known are 13a, char"),
        ({"name": "rouge", "stem": 1}, r"metrics\[0\]\.stem: must be true or false"),
        ({"tokenize": "zh"}, r"metrics\[0\]: lacks a name"),
        ({"name": "bertscore"}, r"metrics\[0\]: lacks 'model'"),
    ],
)
def test_what_is_wrong_is_one_sentence(entry: str | Mapping[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        choose_metrics([entry], {})
    assert "\n" not in str(caught.value)


def test_one_metric_twice_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"metrics\[1\]: 'bleu' is listed twice"):
        choose_metrics(["bleu", {"name": "bleu", "tokenize": "zh"}], {})


def test_a_strangers_metric_works_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "stranger_metric.py").write_text(
        "from dataclasses import dataclass\n"
        "@dataclass(frozen=True, slots=True, kw_only=True)\n"
        "class Vowels:\n"
        "    name = 'vowels'\n"
        "    letters: str = 'aeiou'\n"
        "    def compute(self, samples, outputs): return {}\n"
    )
    info = tmp_path / "stranger_metric-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger-metric\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[harness.metrics]\nvowels = stranger_metric:Vowels\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    (metric,) = choose_metrics([{"name": "vowels", "letters": "y"}], {})
    assert metric.name == "vowels"
    assert getattr(metric, "letters", None) == "y"
    with pytest.raises(UnknownName, match="did you mean 'vowels'"):
        choose_metrics(["vowel"], {})


def test_a_metric_that_cannot_be_imported_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = tmp_path / "broken_metric-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken-metric\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[harness.metrics]\nbroken = no_such_module:Broken\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    with pytest.raises(ConfigError, match=r"'broken' cannot be imported.*no_such_module"):
        choose_metrics(["broken"], {})
