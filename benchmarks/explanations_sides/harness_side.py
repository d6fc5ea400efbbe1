"""The harness's side: the same texts and model, all texts in lock step.

    python harness_side.py JOB.json        (prints one line of JSON)

``is_audited``: each explanation is tried beside random rankings as well, as in every run of the
harness; without it, the engine asks what the method asks and nothing more.
"""

from __future__ import annotations

import json
import pickle
import sys
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from counting import Count, measured

from harness.adapters.sklearn.decomposing import Decomposer
from harness.adapters.sklearn.session import SklearnSession
from harness.adapters.transformers import TransformersAdapter
from harness.core.capability import Capability
from harness.core.explained import Attribution, Explained
from harness.core.explainer import Subject
from harness.core.identity import Identity
from harness.core.response import Response
from harness.core.sample import Sample
from harness.engine.explained_task import ExplainedTask
from harness.engine.explanation_pool import ExplanationPool, Question, Told
from harness.engine.lock_step import in_lock_step
from harness.engine.masked_inquiry import Inquiry
from harness.engine.method_course import attributed
from harness.engine.pooled_drive import ROOM
from harness.sources.columns import Columns
from harness.sources.dataset import Dataset
from harness.suites.classification import ClassificationSuite
from harness.suites.explanations.shap import Shap

JOB = json.loads(Path(sys.argv[1]).read_text())
Course = Generator[Question, Told, tuple[str, Attribution]]


def course(method: Shap, sample: Sample) -> Course:
    """Explain a text and leave it at that: ``course_of`` without the trials."""
    inquiry = Inquiry(explainer=method, sample=sample, spans=method.parts(sample.text))
    whole = yield from inquiry.begin()
    blank = yield from inquiry.ask(np.zeros((1, len(inquiry.spans)), dtype=bool), inquiry.method)
    subject = Subject(
        text=sample.text,
        spans=inquiry.spans,
        outputs=inquiry.outputs,
        chosen=int(np.argmax(whole)),
        whole=whole,
        blank=tuple(blank[0].tolist()),
    )
    return sample.id, (yield from attributed(inquiry, subject, "", inquiry.method))


def explained(method: Shap, task: Any, session: Any, capability: Any) -> dict[str, Attribution]:
    """Return the attribution of each sample by id."""
    driven = ExplainedTask(task=task, explainer=method, seed=JOB["seed"], n_explained=10**9)
    if not JOB["is_audited"]:
        known = driven.cache.of(session.identity.fingerprint)
        pool = ExplanationPool(task=task, session=session, capability=capability, known=known)
        courses = (course(method, sample) for sample in task.samples())
        return dict(in_lock_step(courses, pool.answer, ROOM))
    found = {}
    for sample, answer in driven.drive(task.samples(), session, capability, lambda _: None):
        if not (isinstance(answer, Response) and isinstance(answer.output, Explained)):
            sys.exit(f"sample {sample.id}: {answer}")
        found[sample.id] = answer.output.attribution
    return found


@dataclass
class Fitted:
    """A pipeline of scikit-learn that counts."""

    pipeline: Any
    count: Count

    @property
    def classes_(self) -> Any:
        return self.pipeline.classes_

    def predict_proba(self, texts: list[str]) -> Any:
        return self.count.counted(self.pipeline.predict_proba, texts)


def opened(count: Count) -> Any:
    """Return a session of the model."""
    if JOB["kind"] == "sklearn":
        fitted = Fitted(pickle.loads(Path(JOB["model"]).read_bytes()), count)
        identity = Identity({"weights": "fitted"})
        return SklearnSession(
            identity=identity,
            pipeline=fitted,
            batch_size=8192,
            decomposer=Decomposer(fitted.pipeline),
        )
    adapter = TransformersAdapter(
        path=JOB["model"], task="classifier", device="cpu", **JOB["options"]
    )
    session = adapter.open()
    count.watch(session._loaded.model)  # noqa: SLF001 - there is no public door to the model
    return session


def main() -> None:
    """Explain the texts."""
    count = Count()
    session = opened(count)
    labels = ("negative", "positive")
    suite = ClassificationSuite(
        data=Dataset(path=JOB["rows"]),
        columns=Columns(text="text", target="label"),
        labels=labels,
    )
    task = suite.prepare(limit=None, seed=JOB["seed"])
    method = Shap(max_evals=JOB["max_evals"], splitter="shap")
    told: dict[str, Any] = {}
    with measured(count, told):
        found = explained(method, task, session, Capability.CLASSIFIES)
    rows = [found[sample.id] for sample in task.samples()]
    told["values"] = [each.values for each in rows]
    told["base"] = [each.base for each in rows]
    print(json.dumps(told))


if __name__ == "__main__":
    main()
