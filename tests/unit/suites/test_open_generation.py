"""Continuations by group: what is asked, how it is scored, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from harness.core.capability import Capability
from harness.core.errors import AdapterError, ConfigError, DataError
from harness.core.identity import Identity
from harness.core.judge import Judge
from harness.core.request import Classify, Generate, QuestionGroup, Request
from harness.core.response import (
    AnswerGroup,
    Classification,
    Exchange,
    Failure,
    FailureKind,
    Generation,
    Response,
)
from harness.core.sample import Sample
from harness.core.score import Scored, Unscored
from harness.sources.dataset import Dataset
from harness.suites.bias.generation_metric import GenerationMetric
from harness.suites.bias.generation_task import GenerationTask, JudgedGenerationTask
from harness.suites.bias.open_generation import OpenGenerationSuite, Scorer
from harness.suites.bias.open_prompts import people
from harness.suites.bias.prompt_samples import PromptColumns

PROMPTS = "prompt,about,word,frame\n" + "\n".join(
    f"The {word} {frame},{about},{word},{frame}"
    for frame in ("went home and", "is known for")
    for about, word in (("old", "pensioner"), ("young", "student"))
)


def prompts(folder: Path, text: str = PROMPTS) -> Dataset:
    path = folder / "prompts.csv"
    path.write_text(text, encoding="utf-8")
    return Dataset(path=str(path))


COLUMNS = PromptColumns(text="prompt", group="about", term="word", template="frame")


def said(text: str) -> Generation:
    return Generation(text=text, finish_reason="stop")


class Writer:
    """Continues every prompt; fails where it holds a word that it cannot bear."""

    identity = Identity({"name": "writer"})

    def respond(self, requests: Sequence[Request]) -> Iterator[Exchange]:
        for request in requests:
            assert isinstance(request.payload, Generate)
            prompt = str(request.payload.prompt)
            if "pensioner went" in prompt:
                failure = Failure(kind=FailureKind.TIMEOUT, message="too slow")
                yield Exchange(request, failure)
            else:
                yield Exchange(request, Response(output=said(f"was kind {request.payload.seed}")))

    def close(self) -> None:
        """Nothing is held."""


@dataclass(frozen=True)
class Verdicts:
    """A judge that finds the word ``student`` toxic, and is at a loss about some texts."""

    identity: Identity = Identity({"name": "verdicts"})  # noqa: RUF009 - never changed
    capabilities: frozenset[Capability] = frozenset({Capability.CLASSIFIES})
    is_gone: bool = False

    def open(self) -> Verdicts:
        if self.is_gone:
            raise AdapterError("no such model")
        return self

    def respond(self, requests: Sequence[Request]) -> Iterator[Exchange]:
        for request in requests:
            assert isinstance(request.payload, Classify)
            if request.payload.text.endswith("1"):
                yield Exchange(request, Failure(kind=FailureKind.TIMEOUT, message="lost"))
                continue
            verdict = Classification(
                labels=("fine", "rude"), scores=(0.25, 0.75), is_probability=True
            )
            yield Exchange(request, Response(output=verdict))

    def close(self) -> None:
        """Nothing is held."""


def judged(
    folder: Path, *, draws: int = 1, is_gone: bool = False, flag: str = "rude"
) -> JudgedGenerationTask:
    judge = Judge(name="strict", adapter_name="own", adapter=Verdicts(is_gone=is_gone))
    suite = OpenGenerationSuite(
        data=prompts(folder),
        columns=COLUMNS,
        offline=(),
        scorers=(Scorer(name="manners", judge=judge, flags=(flag,)),),
        draws=draws,
        temperature=1.0,
    )
    task = suite.prepare(limit=None, seed=0)
    assert isinstance(task, JudgedGenerationTask)
    return task


def driven(task: JudgedGenerationTask) -> dict[str, Response | Failure]:
    pairs = task.drive(task.samples(), Writer(), Capability.GENERATES, lambda _: None)
    return {sample.text: answer for sample, answer in pairs}


def measured(task: GenerationTask, sample: Sample, answer: Response | Failure) -> object:
    assert isinstance(answer, Response)
    (metric,) = task.metrics
    return metric.measure(sample, answer.output)


def test_prompts_are_alike_for_every_group() -> None:
    task = OpenGenerationSuite(offline=("sentiment",)).prepare(limit=None, seed=0)
    by_template: dict[str | None, list[str]] = {}
    for sample in task.samples():
        by_template.setdefault(sample.cluster, []).append(sample.slices["group"])
    assert len(by_template) >= 10
    assert {tuple(sorted(groups)) for groups in by_template.values()} == {
        ("men",) * 6 + ("women",) * 6
    }
    assert len({sample.id for sample in task.samples()}) == task.n_samples


def test_a_limit_keeps_whole_templates() -> None:
    task = OpenGenerationSuite(offline=("sentiment",)).prepare(limit=30, seed=0)
    assert task.n_samples == 24
    with pytest.raises(ConfigError, match="no whole template"):
        OpenGenerationSuite(offline=("sentiment",)).prepare(limit=5, seed=0)


@pytest.mark.model
def test_names_are_of_one_gender_and_no_other_words() -> None:
    drawn = people("names", n_names=1000, seed=0)
    men, women = (set(drawn[group]) for group in ("men's names", "women's names"))
    assert min(len(men), len(women)) > 300
    assert not men & women
    assert not (men | women) & {"Jesus", "Faith", "Grace", "Jordan", "Robin"}


def test_each_draw_has_a_seed_of_its_own(tmp_path: Path) -> None:
    task = judged(tmp_path, draws=3)
    payload = task.ask(next(task.samples()), Capability.GENERATES)
    assert isinstance(payload, QuestionGroup)
    assert [each.seed for each in payload.questions if isinstance(each, Generate)] == [0, 1, 2]


def test_a_judge_flags_and_its_verdict_is_kept(tmp_path: Path) -> None:
    task = judged(tmp_path)
    found = driven(task)
    sample = next(sample for sample in task.samples() if "student went" in sample.text)
    score = measured(task, sample, found[sample.text])
    assert isinstance(score, Scored)
    assert score.statistics[:3] == (0.75, 1.0, 0.75)
    assert task.remarks() == ()


def test_a_judge_of_other_labels_is_told(tmp_path: Path) -> None:
    task = judged(tmp_path, flag="toxic")
    driven(task)

    (told,) = task.remarks()
    assert "knows none of the labels toxic" in told
    assert told.endswith("put some of fine, rude under flags")


def test_a_failed_continuation_is_a_failure(tmp_path: Path) -> None:
    found = driven(judged(tmp_path))
    failed = {text for text, answer in found.items() if isinstance(answer, Failure)}
    assert failed == {"The pensioner went home and"}


def test_a_missing_verdict_is_a_missing_value_and_told(tmp_path: Path) -> None:
    task = judged(tmp_path, draws=2)  # the second continuation ends in 1
    found = driven(task)
    for sample in task.samples():
        answer = found[sample.text]
        if isinstance(answer, Response):
            score = measured(task, sample, answer)
            assert isinstance(score, Unscored)
            assert "1 of 2 verdicts" in score.reason
    (remark,) = task.remarks()
    assert "gave no verdict on 3 of 6 continuations" in remark
    assert task.remarks() == ()


def test_a_judge_that_cannot_be_loaded_leaves_the_continuations(tmp_path: Path) -> None:
    task = judged(tmp_path, is_gone=True)
    found = driven(task)
    assert sum(isinstance(answer, Response) for answer in found.values()) == 3
    (remark,) = task.remarks()
    assert "no such model" in remark


def test_a_judge_without_the_label_scores_nothing(tmp_path: Path) -> None:
    task = judged(tmp_path)
    metric = GenerationMetric(scorer="manners", groups=("old", "young"), flags=("toxic",))
    sample = next(sample for sample in task.samples() if "student went" in sample.text)
    answer = driven(task)[sample.text]
    assert isinstance(answer, Response)
    score = metric.measure(sample, answer.output)
    assert isinstance(score, Unscored)
    assert "knows none of the labels toxic" in score.reason


def row(metric: GenerationMetric, group: str, term: str, *texts: str) -> tuple[float, ...]:
    sample = Sample(id=f"{group}{term}", index=0, text="x", slices={"group": group, "term": term})
    output = said(texts[0]) if len(texts) == 1 else AnswerGroup(tuple(map(said, texts)))
    score = metric.measure(sample, output)
    assert isinstance(score, Scored)
    return score.statistics


def test_sentiment_by_group() -> None:
    metric = GenerationMetric(scorer="sentiment", groups=("a", "b"))
    statistics = np.array(
        [
            row(metric, "a", "1", "a wonderful friend"),
            row(metric, "a", "2", "a great success"),
            row(metric, "b", "3", "a horrible crime"),
            row(metric, "b", "4", "on the table"),
        ]
    )
    values = dict(
        zip(
            [q.id for q in metric.quantities],
            metric.reduce(statistics, np.ones((1, 4)))[0],
            strict=True,
        )
    )
    scores = statistics[:, 0]
    assert values["sentiment_mean"] == pytest.approx(scores.mean())
    assert values["sentiment_negative_share"] == 0.25
    assert values["sentiment_negative_gap"] == 0.5
    assert values["sentiment_gap"] == pytest.approx(scores[:2].mean() - scores[2:].mean())
    assert 0.2 < values["sentiment_gap_p_value"] < 0.5  # one deal of three, and its mirror image


def test_the_worst_of_several_draws_is_their_lowest_sentiment() -> None:
    metric = GenerationMetric(scorer="sentiment", groups=("a",), draws=2)
    mean, flagged, worst, *_ = row(metric, "a", "1", "a wonderful friend", "a horrible crime")
    assert worst < mean
    assert flagged == 0.5
    assert metric.quantities[-1].id == "sentiment_worst_of_2"
    values = metric.reduce(np.array([[mean, flagged, worst, 0, 1, 0]]), np.ones((1, 1)))[0]
    assert values[-1] == worst


def test_an_empty_continuation_has_no_score() -> None:
    metric = GenerationMetric(scorer="sentiment", groups=("a",))
    sample = Sample(id="s", index=0, text="x", slices={"group": "a"})
    assert isinstance(metric.measure(sample, said(" \n")), Unscored)


@pytest.mark.parametrize("scorer", ["sentiment", "toxicity"])
def test_a_continuation_in_another_script_has_no_score(scorer: str) -> None:
    metric = GenerationMetric(scorer=scorer, groups=("a",))
    sample = Sample(id="s", index=0, text="x", slices={"group": "a"})
    for text in ("はとても親切で素晴らしい人です。", "это ужасно", "用 iPhone 骂人的人都是混蛋"):
        score = metric.measure(sample, said(text))
        assert isinstance(score, Unscored)
        assert "in another script" in score.reason
    for text in ("went to a café 😊", "in 1984.", "said “ça va”"):
        assert isinstance(metric.measure(sample, said(text)), Scored)
    assert any("another script has no score" in flaw for flaw in metric.probe.flaws)
    judge = GenerationMetric(scorer="judge", groups=("a",), flags=("bad",))
    assert not any("another script" in flaw for flaw in judge.probe.flaws)


def test_a_continuation_in_another_script_leaves_the_others_of_its_prompt() -> None:
    metric = GenerationMetric(scorer="sentiment", groups=("a",), draws=3)
    whole = row(metric, "a", "1", "a wonderful friend", "a horrible crime", "это ужасно")
    two = GenerationMetric(scorer="sentiment", groups=("a",), draws=2)
    assert whole == row(two, "a", "1", "a wonderful friend", "a horrible crime")
    assert whole[1] == 0.5
    sample = Sample(id="s", index=0, text="x", slices={"group": "a"})
    score = metric.measure(sample, AnswerGroup((said("это ужасно"),) * 3))
    assert isinstance(score, Unscored)
    assert "each continuation is in another script" in score.reason
    # Stored numbers of several draws were of fewer prompts; those of one are what they were.
    once = GenerationMetric(scorer="sentiment", groups=("a",))
    assert metric.signature["another_script"] == "left out"
    assert "another_script" not in once.signature


def test_a_file_with_one_group_is_refused(tmp_path: Path) -> None:
    only = PROMPTS.replace("young", "old")
    suite = OpenGenerationSuite(
        data=prompts(tmp_path, only), columns=COLUMNS, offline=("sentiment",)
    )
    with pytest.raises(DataError, match="one group alone"):
        suite.prepare(limit=None, seed=0)


def test_a_limit_that_leaves_one_group_is_told_as_such(tmp_path: Path) -> None:
    suite = OpenGenerationSuite(data=prompts(tmp_path), columns=COLUMNS, offline=("sentiment",))
    with pytest.raises(ConfigError, match=r"limit: keeps prompts about '\w+' alone.*to 4"):
        suite.prepare(limit=1, seed=0)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"draws": 2}, "all the same"),
        ({"max_new_tokens": 0}, "at least 1"),
        ({"top_p": 0.0, "temperature": 1.0}, "out of its range"),
        ({"offline": ()}, "one scorer or more"),
        ({"columns": COLUMNS}, "need each other"),
    ],
)
def test_impossible_options_are_refused(options: dict[str, object], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        OpenGenerationSuite(**options)  # type: ignore[arg-type]
