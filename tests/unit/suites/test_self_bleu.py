from __future__ import annotations

import random
import time

import pytest
import sacrebleu.metrics

from harness.core.response import Generation
from harness.core.sample import Sample
from harness.suites.metrics.self_bleu import SelfBleu

WORDS = ["the", "cat", "sat", "on", "a", "mat.", "dogs", "bark", "loudly,"]


def self_bleu(answers: list[str], metric: SelfBleu | None = None) -> dict[str, float]:
    samples = [Sample(id=str(i), index=i, text="q") for i in range(len(answers))]
    outputs = [Generation(text=answer, finish_reason="stop") for answer in answers]
    return dict((metric or SelfBleu()).compute(samples, outputs))


def random_answers(n: int, seed: int = 0) -> list[str]:
    rng = random.Random(seed)
    return [" ".join(rng.choices(WORDS, k=rng.randrange(12))) for _ in range(n)]


def test_is_the_mean_of_sacrebleus_sentence_scores() -> None:
    answers = random_answers(25)
    bleu = sacrebleu.metrics.BLEU(effective_order=True)
    scores = [
        bleu.sentence_score(answer, answers[:i] + answers[i + 1 :]).score
        for i, answer in enumerate(answers)
    ]
    expected = sum(scores) / len(scores)
    assert self_bleu(answers)["self_bleu"] == pytest.approx(expected, abs=1e-9)


def test_equal_answers_are_100_and_unlike_ones_0() -> None:
    assert self_bleu(["the cat sat on the mat"] * 3)["self_bleu"] == pytest.approx(100.0)
    assert self_bleu(["alpha beta", "gamma delta"]) == {"self_bleu": 0.0}
    chinese = SelfBleu(tokenize="zh")
    assert self_bleu(["我喜欢吃苹果"] * 2, chinese)["self_bleu"] == pytest.approx(100.0)


def test_one_answer_has_nothing_to_repeat() -> None:
    assert self_bleu(["alone"]) == {}


def test_the_draw_is_seeded_and_stable_when_others_leave() -> None:
    answers = random_answers(60)
    few = SelfBleu(max_answers=10, seed=1)
    assert self_bleu(answers, few) == self_bleu(answers, few)
    assert self_bleu(answers, few) != self_bleu(answers, SelfBleu(max_answers=10, seed=2))
    drawn = few._draw(
        [Sample(id=str(i), index=i, text="q") for i in range(60)],
        [Generation(text=str(i), finish_reason="stop") for i in range(60)],
    )
    without = [i for i in range(60) if str(i) not in drawn][:20]
    stay = [i for i in range(60) if i not in without]
    assert drawn == few._draw(
        [Sample(id=str(i), index=i, text="q") for i in stay],
        [Generation(text=str(i), finish_reason="stop") for i in stay],
    )


def test_cost_is_bounded() -> None:
    start = time.process_time()
    self_bleu(random_answers(20_000))
    assert time.process_time() - start < 5


def test_signature_tells_the_draw() -> None:
    assert SelfBleu(seed=3).signature == {
        "tok": "13a",
        "eff": "yes",
        "max_answers": "500",
        "seed": "3",
        "version": sacrebleu.__version__,
    }
