"""A task with its texts disturbed is the task in everything else."""

from __future__ import annotations

import pickle
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

import pytest
from fakes.toy_suite import ToySuite, ToyTask

from harness.core.abilities import RemarkingTask
from harness.core.capability import Capability
from harness.core.identity import hash_json
from harness.core.ports import Perturbation, Task
from harness.core.request import Generate
from harness.core.response import Generation
from harness.core.sample import Sample
from harness.engine.perturbed_task import PerturbedTask


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbering:
    """Writes a drawn number behind the texts that end with one of some digits."""

    endings: str = "0123456789"
    version: str = "1"
    changes_target: bool = False
    name: ClassVar[str] = "numbering"

    @property
    def label(self) -> str:
        return self.name

    @property
    def signature(self) -> Mapping[str, str]:
        return {"version": self.version}

    def perturb(self, text: str, rng: random.Random) -> str:
        return f"{text} {rng.randrange(1000)}" if text[-1] in self.endings else text


@pytest.fixture
def clean() -> Task:
    return ToySuite().prepare(limit=None, seed=0)


def disturbed(
    clean: Task, perturbation: Perturbation | None = None, seed: int = 0
) -> PerturbedTask:
    return PerturbedTask(task=clean, perturbation=perturbation or Numbering(), seed=seed)


def texts(task: Task) -> dict[str, str]:
    return {sample.id: sample.text for sample in task.samples()}


def test_it_is_a_task_that_remarks(clean: Task) -> None:
    assert isinstance(Numbering(), Perturbation)
    assert isinstance(disturbed(clean), RemarkingTask)


def test_samples_keep_everything_but_their_texts(clean: Task) -> None:
    before, after = list(clean.samples()), list(disturbed(clean).samples())

    assert len(before) == len(after) == disturbed(clean).n_samples == clean.n_samples
    for old, new in zip(before, after, strict=True):
        assert new.text != old.text
        assert replace(new, text=old.text) == old


def test_the_question_is_the_tasks_own_about_the_new_text(clean: Task) -> None:
    task = disturbed(clean)
    sample = next(iter(task.samples()))

    assert task.ask(sample, Capability.GENERATES) == clean.ask(sample, Capability.GENERATES)
    payload = task.ask(sample, Capability.GENERATES)
    assert isinstance(payload, Generate)
    assert sample.text in str(payload.prompt)
    answer = Generation(text="x", finish_reason="stop")
    assert task.read(sample, answer) == clean.read(sample, answer)
    assert task.metrics == clean.metrics
    assert task.corpus_metrics == clean.corpus_metrics
    assert task.figures(()) == clean.figures(())


def test_a_text_is_drawn_from_seed_and_id_alone(clean: Task) -> None:
    whole = texts(disturbed(clean))
    few = texts(disturbed(ToySuite().prepare(limit=2, seed=0)))

    assert texts(disturbed(clean)) == whole
    assert 0 < len(few) < len(whole)
    assert few.items() <= whole.items()
    assert texts(disturbed(clean, seed=1)) != whole
    assert len({text.split()[-1] for text in whole.values()}) > 1, "each sample draws for itself"


def test_the_data_hash_knows_what_is_done_to_the_data(clean: Task) -> None:
    hashes = [
        clean.data_hash,
        disturbed(clean).data_hash,
        disturbed(clean, seed=1).data_hash,
        disturbed(clean, Numbering(version="2")).data_hash,
    ]

    assert len(set(hashes)) == len(hashes)
    assert disturbed(clean).data_hash == hashes[1]


class Open(ToyTask):
    """Of each of its texts the first word may change."""

    def samples(self) -> Iterator[Sample]:
        for sample in ToyTask.samples(self):
            yield replace(sample, open_spans=((0, len(sample.text.split()[0])),))


def test_only_what_may_change_of_a_text_is_disturbed_and_the_hash_knows(clean: Task) -> None:
    assert isinstance(clean, ToyTask)
    task = disturbed(Open(clean.suite, clean.n_samples), Numbering(endings="e"))
    for old, new in zip(clean.samples(), task.samples(), strict=True):
        first, rest = old.text.split(maxsplit=1)
        assert re.fullmatch(rf"{first} \d+ {re.escape(rest)}", new.text)
    same = {"clean": clean.data_hash, "perturbation": "numbering", "seed": 0}
    assert disturbed(clean).data_hash == hash_json({**same, "signature": {"version": "1"}})
    assert task.data_hash not in (disturbed(clean).data_hash, clean.data_hash)


def test_it_tells_when_most_texts_stayed_as_they_were(clean: Task) -> None:
    task = disturbed(clean, Numbering(endings="0"))
    n_changed = sum(texts(task)[i] != text for i, text in texts(clean).items())
    list(task.samples())

    assert 0 < 2 * n_changed < clean.n_samples
    (remark,) = task.remarks()
    assert remark.startswith(f"numbering changed {n_changed} of the {clean.n_samples} texts")
    assert task.remarks() == (), "once"


def test_it_is_silent_when_most_texts_were_changed(clean: Task) -> None:
    task = disturbed(clean)
    list(task.samples())

    assert task.remarks() == ()


def test_it_tells_when_the_targets_no_longer_hold(clean: Task) -> None:
    task = disturbed(clean, Numbering(changes_target=True))
    list(task.samples())

    (remark,) = task.remarks()
    assert remark.startswith("numbering changes what a text says; against the targets")


def test_an_unasked_task_has_nothing_to_tell(clean: Task) -> None:
    assert disturbed(clean, Numbering(changes_target=True)).remarks() == ()


def test_it_survives_the_way_to_another_process(clean: Task) -> None:
    task = disturbed(clean)

    assert texts(pickle.loads(pickle.dumps(task))) == texts(task)
