"""The harness's victims: sessions that count what they are asked."""

from __future__ import annotations

import pickle
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.core.capability import Capability
from harness.core.identity import Identity
from harness.core.ports import Session
from harness.core.request import Request
from harness.core.response import Exchange


@dataclass
class Count:
    """Since the last reset."""

    n_calls: int = 0
    n_texts: int = 0
    n_tokens: int = 0
    """Of all batches, padding included."""
    cpu_s: float = 0.0


@dataclass(frozen=True)
class Victim:
    """A session, what it is asked for, and what a suite has to know of it."""

    session: Session
    capability: Capability
    count: Count
    options: dict[str, Any] = field(default_factory=dict)


class _Counted:
    """A fitted pipeline."""

    def __init__(self, path: str, count: Count) -> None:
        self.pipeline = pickle.loads(Path(path).read_bytes())
        self.classes_ = [str(label) for label in self.pipeline.classes_]
        self.count = count

    def predict_proba(self, texts: list[str]) -> Any:
        started = time.process_time()
        self.count.n_calls += 1
        self.count.n_texts += len(texts)
        answers = self.pipeline.predict_proba(texts)
        self.count.cpu_s += time.process_time() - started
        return answers


def pipeline(job: dict[str, Any]) -> Victim:
    from harness.adapters.sklearn.decomposing import Decomposer
    from harness.adapters.sklearn.session import SklearnSession

    count = Count()
    counted = _Counted(job["victim"], count)
    session = SklearnSession(
        identity=Identity({"weights": "fitted"}),
        pipeline=counted,
        batch_size=job["batch_size"],
        decomposer=Decomposer(counted.pipeline),
    )
    return Victim(session, Capability.CLASSIFIES, count)


def checkpoint(job: dict[str, Any]) -> Victim:
    from harness.adapters.transformers import TransformersAdapter

    session = TransformersAdapter(path=job["victim"], task="classifier", device="cpu").open()
    count = Count()

    def counted(_: Any, __: Any, named: dict[str, Any]) -> None:
        count.n_calls += 1
        count.n_texts += len(named["input_ids"])
        count.n_tokens += named["input_ids"].numel()

    assert session._loaded is not None  # noqa: SLF001 - there is no public door to the model
    session._loaded.model.register_forward_pre_hook(counted, with_kwargs=True)  # noqa: SLF001
    names = {"label_map": {"negative": "0", "positive": "1"}}
    return Victim(session, Capability.CLASSIFIES, count, names)


@dataclass
class _Overheard:
    """A session of a server: each text is a call of its own."""

    session: Session
    count: Count

    @property
    def identity(self) -> Identity:
        return self.session.identity

    def respond(self, requests: Sequence[Request]) -> Iterator[Exchange]:
        self.count.n_calls += len(requests)
        self.count.n_texts += len(requests)
        return self.session.respond(requests)

    def close(self) -> None:
        self.session.close()


def endpoint(job: dict[str, Any]) -> Victim:
    from harness.adapters.openai import OpenAIAdapter

    adapter = OpenAIAdapter(
        base_url=job["victim"], model="labelling", max_concurrency=job["concurrency"]
    )
    count = Count()
    asking = {
        "prompt": "{text}\nLabel:",
        "chat": True,
        "verbalisers": {"0": "negative", "1": "positive"},
    }
    return Victim(_Overheard(adapter.open(), count), Capability.GENERATES, count, asking)


VICTIMS = {"pipeline": pipeline, "checkpoint": checkpoint, "endpoint": endpoint}
