from __future__ import annotations

import random
from typing import Any, TypeAlias

import numpy as np
import pytest
import sacrebleu.metrics
from sacrebleu.significance import _bootstrap_resample

from harness.core.errors import ConfigError
from harness.core.response import Generation
from harness.core.sample import Sample
from harness.core.score import Scored
from harness.suites.metrics.bleu import Bleu
from harness.suites.metrics.chrf import Chrf
from harness.suites.metrics.ter import Ter

Metric: TypeAlias = Bleu | Chrf | Ter

ENGLISH = [
    "The",
    "quick",
    "brown",
    "fox,",
    "who",
    "jumped",
    "over",
    "12",
    "lazy",
    "dogs.",
    "Isn't",
    "so?",
    "cafés",
]
SAMPLES = {
    "13a": ENGLISH,
    "intl": ["“Größe”", "naïve…", "Москва", "is", "the", "3,5%", "x"],
    "char": ["ฉันรักแมว", "แมวกินปลา", "ฉัน", "ปลา"],
    "zh": ["我喜欢吃苹果", "他去了北京", "abc", "我", "苹果。"],
    "ja-mecab": ["私は猫が好きです", "彼は東京に行った", "猫", "東京"],
    "ko-mecab": ["나는 고양이를 좋아한다", "그는 서울에 갔다", "고양이", "서울"],
    "none": ENGLISH,
}


def corpus(pool: list[str], *, n: int, n_references: int, seed: int) -> tuple[list[str], list[Any]]:
    """Answers and, as sacrebleu wants them, streams of references; some answers are empty."""
    rng = random.Random(seed)

    def text(shortest: int) -> str:
        return " ".join(rng.choices(pool, k=rng.randrange(shortest, 12)))

    streams = [[text(1) for _ in range(n)] for _ in range(n_references)]
    answers = [
        text(0) if rng.random() < 0.5 else stream_text + " " + text(0) for stream_text in streams[0]
    ]
    return answers, streams


def statistics_of(metric: Metric, answers: list[str], streams: list[Any]) -> Any:
    rows = []
    for i, answer in enumerate(answers):
        sample = Sample(id=str(i), index=i, text="q", targets=tuple(s[i] for s in streams))
        score = metric.measure(sample, Generation(text=answer, finish_reason="stop"))
        assert isinstance(score, Scored)
        assert len(score.statistics) == len(metric.columns)
        rows.append(score.statistics)
    return np.array(rows)


def reduced(metric: Metric, statistics: Any, weights: Any) -> Any:
    return metric.reduce(statistics, np.asarray(weights, dtype=float))[:, 0]


METRICS: list[tuple[Metric, Any, list[str]]] = [
    *[
        (Bleu(tokenize=name), sacrebleu.metrics.BLEU(tokenize=name, force=True), pool)  # type: ignore[arg-type]  # names of the Literal
        for name, pool in SAMPLES.items()
    ],
    (Bleu(lowercase=True), sacrebleu.metrics.BLEU(lowercase=True), ENGLISH),
    (Bleu(smooth="floor"), sacrebleu.metrics.BLEU(smooth_method="floor"), ENGLISH),
    (Bleu(smooth="add-k"), sacrebleu.metrics.BLEU(smooth_method="add-k"), ENGLISH),
    (Bleu(smooth="none"), sacrebleu.metrics.BLEU(smooth_method="none"), ENGLISH),
    (Chrf(), sacrebleu.metrics.CHRF(), ENGLISH),
    (Chrf(word_order=2), sacrebleu.metrics.CHRF(word_order=2), ENGLISH),
    (
        Chrf(char_order=4, beta=3, lowercase=True, whitespace=True),
        sacrebleu.metrics.CHRF(char_order=4, beta=3, lowercase=True, whitespace=True),
        SAMPLES["zh"],
    ),
    (Ter(), sacrebleu.metrics.TER(), ENGLISH),
    (
        Ter(normalized=True, asian_support=True),
        sacrebleu.metrics.TER(normalized=True, asian_support=True),
        SAMPLES["zh"],
    ),
    (
        Ter(no_punct=True, case_sensitive=True),
        sacrebleu.metrics.TER(no_punct=True, case_sensitive=True),
        ENGLISH,
    ),
]
CASES = pytest.mark.parametrize(
    ("metric", "theirs", "pool"), METRICS, ids=[str(metric) for metric, _, _ in METRICS]
)


@CASES
@pytest.mark.parametrize("n_references", [1, 3])
def test_equals_corpus_score(
    metric: Metric, theirs: Any, pool: list[str], n_references: int
) -> None:
    answers, streams = corpus(pool, n=25, n_references=n_references, seed=n_references)
    ours = reduced(metric, statistics_of(metric, answers, streams), np.ones((1, 25)))
    assert ours[0] == pytest.approx(theirs.corpus_score(answers, streams).score, abs=1e-9)


@CASES
def test_weights_are_repetitions(metric: Metric, theirs: Any, pool: list[str]) -> None:
    answers, streams = corpus(pool, n=12, n_references=2, seed=7)
    weights = np.random.default_rng(0).integers(0, 4, size=(5, 12))
    ours = reduced(metric, statistics_of(metric, answers, streams), weights)
    for row, value in zip(weights, ours, strict=True):
        places = np.repeat(np.arange(12), row)
        repeated = [[stream[i] for i in places] for stream in streams]
        expected = theirs.corpus_score([answers[i] for i in places], repeated).score
        assert value == pytest.approx(expected, abs=1e-9)


@CASES
def test_equals_sacrebleus_own_bootstrap(
    metric: Metric, theirs: Any, pool: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SACREBLEU_SEED", "11")
    answers, streams = corpus(pool, n=30, n_references=1, seed=3)
    statistics = statistics_of(metric, answers, streams)
    _, scores = _bootstrap_resample(statistics.tolist(), theirs, 50)
    draws = np.random.default_rng(11).choice(30, size=(50, 30), replace=True)
    weights = np.stack([np.bincount(draw, minlength=30) for draw in draws])
    # sacrebleu resamples in single precision
    assert reduced(metric, statistics, weights) == pytest.approx(
        [score.score for score in scores], rel=2e-5
    )


@CASES
def test_signature_is_sacrebleus(metric: Metric, theirs: Any, pool: list[str]) -> None:
    answers, streams = corpus(pool, n=3, n_references=2, seed=1)
    theirs.corpus_score(answers, streams)
    expected = dict(pair.split(":", 1) for pair in theirs.get_signature().format().split("|"))
    assert metric.signature == {**expected, "nrefs": "var"}


@pytest.mark.parametrize(
    ("metric", "answer", "reference", "expected"),
    [
        (Bleu(tokenize="zh"), "我喜欢吃苹果", "我喜欢吃苹果", 100.0),
        (Bleu(tokenize="char"), "ฉันรักแมวดำ", "ฉันรักแมวดำ", 100.0),
        # 6 characters: 4/6, 3/5, 2/4, 1/3 match, no brevity penalty
        (
            Bleu(tokenize="zh"),
            "我喜欢吃香蕉",
            "我喜欢吃苹果",
            100 * (4 / 6 * 3 / 5 / 2 / 3) ** 0.25,
        ),
        (Ter(), "a b c", "a b d", 100 / 3),
        (Ter(), "", "a b", 100.0),
        (Bleu(), "", "a b", 0.0),
        (Chrf(), "", "a b", 0.0),
        (Chrf(), "猫", "猫", 100.0),
    ],
)
def test_by_hand(metric: Metric, answer: str, reference: str, expected: float) -> None:
    statistics = statistics_of(metric, [answer], [[reference]])
    assert reduced(metric, statistics, [[1.0]])[0] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("metric", [Bleu(tokenize=t) for t in SAMPLES] + [Chrf(), Ter()])  # type: ignore[arg-type]  # names of the Literal
def test_half_characters_are_measured(metric: Metric) -> None:
    value = reduced(metric, statistics_of(metric, ["a \udc80 b"], [["a b\ud800"]]), [[1.0]])
    assert np.isfinite(value).all()


def test_no_weight_is_undefined() -> None:
    for metric in (Bleu(), Chrf(), Ter()):
        statistics = statistics_of(metric, ["a b"], [["a b"]])
        assert np.isnan(reduced(metric, statistics, [[0.0]])).all()


def test_long_texts_are_measured() -> None:
    text = " ".join(ENGLISH * 700)  # ten thousand words
    for metric in (Bleu(), Chrf()):
        statistics = statistics_of(metric, [text], [[text]])
        assert reduced(metric, statistics, [[1.0]])[0] == pytest.approx(100.0)


def test_flores_is_refused_where_its_model_would_be_downloaded(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sacrebleu.utils.SACREBLEU_DIR", str(tmp_path))
    with pytest.raises(ConfigError, match=r"its model is not at .*; run sacrebleu once"):
        _ = Bleu(tokenize="flores200").signature
