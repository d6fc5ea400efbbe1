"""What a model has said of attacked texts serves in later runs, and never for another model."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from fakes.attacks import CountingSession, LabelledTexts, WordByWord, failed
from fakes.explainers import LeaveOneOut

from harness.core.attacked import Attacked
from harness.core.capability import Capability
from harness.core.request import Classify
from harness.core.response import Classification, Response
from harness.engine.attacked_task import AttackedTask
from harness.engine.explained_task import ExplainedTask
from harness.engine.kept_answers import KeptAnswers

TEXTS = {"good good good good": "good", "good good": "good", "x x": "bad"}
OUTPUT = Classification(labels=("bad", "good"), scores=(0.1, 1 / 3), is_probability=True)


@dataclass(slots=True)
class PinnedModel(CountingSession):
    is_pinned: bool = True


@dataclass
class Run:
    """A run of its own: nothing but the cache on disk is shared with others."""

    outcomes: Mapping[str, object]
    remarks: tuple[str, ...]
    n_asked: int
    n_sent: int = field(default=0)


def run(session: CountingSession, *, reuses_answers: bool = True) -> Run:
    task = AttackedTask(
        task=LabelledTexts(TEXTS), attack=WordByWord(), seed=0, reuses_answers=reuses_answers
    )
    driven = list(task.drive(task.samples(), session, Capability.CLASSIFIES, lambda _: None))
    outcomes = {}
    n_sent = 0
    for sample, answer in driven:
        assert isinstance(answer, Response)
        assert isinstance(answer.output, Attacked)
        found = answer.output
        n_sent += found.n_sent
        outcomes[sample.text] = (found.outcome, found.text, found.p_right, found.n_queries)
    return Run(outcomes, tuple(task.remarks()), session.asked.total(), n_sent)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path))
    return tmp_path / "answers" / "answers.sqlite"


def test_a_second_run_asks_nothing_and_comes_to_the_same() -> None:
    first, second = run(PinnedModel()), run(PinnedModel())
    assert second.outcomes == first.outcomes == run(CountingSession()).outcomes
    assert first.n_asked >= first.n_sent > 5
    assert (second.n_asked, second.n_sent) == (0, 0)
    n = first.n_asked
    assert first.remarks == ()
    assert second.remarks == (f"{n} of {n} answers to its queries are those of earlier runs",)


def test_another_checkpoint_is_asked_everything() -> None:
    first = run(PinnedModel(fingerprint="epoch-1"))
    assert run(PinnedModel(fingerprint="epoch-2")).n_asked == first.n_asked
    assert run(PinnedModel(fingerprint="epoch-1")).n_asked == 0


@pytest.mark.parametrize(
    ("session", "reuses_answers"),
    [(CountingSession(), True), (PinnedModel(is_pinned=False), True), (PinnedModel(), False)],
    ids=["says nothing of it", "not pinned", "not wished"],
)
def test_answers_are_kept_of_pinned_models_alone_and_where_it_is_wished(
    session: CountingSession, cache: Path, *, reuses_answers: bool
) -> None:
    assert run(session, reuses_answers=reuses_answers).n_asked > 5
    assert not cache.exists()


def test_failures_are_asked_again() -> None:
    task = AttackedTask(task=LabelledTexts(TEXTS), attack=WordByWord(), seed=0, reuses_answers=True)
    broken = PinnedModel(answer=failed)
    list(task.drive(task.samples(), broken, Capability.CLASSIFIES, lambda _: None))
    assert broken.asked
    assert run(PinnedModel()).n_asked > 5


def test_a_damaged_file_costs_its_answers_and_is_named(cache: Path) -> None:
    first = run(PinnedModel())
    cache.write_bytes(b"no database, but a letter of some length" * 9)
    damaged = run(PinnedModel())
    assert damaged.outcomes == first.outcomes
    assert damaged.n_asked == first.n_asked
    (told,) = damaged.remarks
    assert str(cache) in told
    assert "put aside as answers.damaged" in told
    assert cache.with_suffix(".damaged").exists()
    assert run(PinnedModel()).n_asked == 0, "those of the run after it serve"


def test_a_file_that_cannot_be_opened_is_done_without(cache: Path) -> None:
    cache.mkdir(parents=True)
    (told,) = run(PinnedModel()).remarks
    assert "cannot be had (unable to open database file)" in told
    assert cache.is_dir()


def test_numbers_come_back_to_the_last_digit(cache: Path) -> None:
    cache.parent.mkdir()
    KeptAnswers(cache, "model").keep([(Classify(text="a"), OUTPUT)])
    asked = {"known": Classify(text="a"), "new": Classify(text="b")}
    assert KeptAnswers(cache, "model").outputs(asked) == {"known": OUTPUT}


def test_the_file_is_bounded_and_the_oldest_answers_go_first(cache: Path) -> None:
    cache.parent.mkdir()
    kept = KeptAnswers(cache, "model", most_bytes=200_000)
    asked = [Classify(text=f"text {at}") for at in range(6000)]
    for at in range(0, len(asked), 500):
        kept.keep([(payload, OUTPUT) for payload in asked[at : at + 500]])
    assert cache.stat().st_size < 400_000
    known = kept.outputs({str(at): payload for at, payload in enumerate(asked)})
    places = sorted(map(int, known))
    assert places == list(range(places[0], 6000))
    assert 300 < len(places) < 3000


def test_several_processes_may_keep_answers_at_once(cache: Path) -> None:
    cache.parent.mkdir()
    with ProcessPoolExecutor(2) as pool:
        assert list(pool.map(keep_many, [cache] * 2, [0, 60])) == ["", ""]
    asked = {str(at): Classify(text=f"text {at}") for at in range(120)}
    assert len(KeptAnswers(cache, "model").outputs(asked)) == 120
    with sqlite3.connect(cache) as file:
        assert file.execute("select count(*) from answers").fetchone() == (120,)


def keep_many(path: Path, start: int) -> str:
    """Keep 60 answers one by one; return what went wrong."""
    kept = KeptAnswers(path, "model")
    for at in range(start, start + 60):
        kept.keep([(Classify(text=f"text {at}"), OUTPUT)])
    return kept.problem


def test_answers_to_explanations_are_kept_as_well() -> None:
    def explained(session: CountingSession) -> tuple[int, tuple[str, ...]]:
        task = ExplainedTask(
            task=LabelledTexts(TEXTS),
            explainer=LeaveOneOut(),
            seed=0,
            n_explained=9,
            reuses_answers=True,
        )
        list(task.drive(task.samples(), session, Capability.CLASSIFIES, lambda _: None))
        return session.asked.total(), tuple(task.remarks())

    n, told = explained(PinnedModel())
    assert n > 5
    assert told == ()
    again, told = explained(PinnedModel())
    assert again == 0
    assert told == (f"{n} of {n} answers to its queries are those of earlier runs",)
