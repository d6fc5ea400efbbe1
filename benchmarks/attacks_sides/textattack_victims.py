"""TextAttack's victims: model wrappers that count what they are asked."""

from __future__ import annotations

import asyncio
import pickle
import time
from pathlib import Path
from typing import Any

from textattack.models.wrappers import HuggingFaceModelWrapper, ModelWrapper


class Counting:
    """Counts; to be mixed in before a wrapper."""

    n_calls = n_texts = n_tokens = 0
    cpu_s = 0.0

    def __call__(self, texts: list[str]) -> Any:
        started = time.process_time()
        self.n_calls += 1
        self.n_texts += len(texts)
        answers = super().__call__(texts)
        self.cpu_s += time.process_time() - started
        return answers

    def reset(self) -> None:
        self.n_calls = self.n_texts = self.n_tokens = 0
        self.cpu_s = 0.0


class PipelineWrapper(ModelWrapper):
    """A fitted pipeline of scikit-learn."""

    def __init__(self, job: dict[str, Any]) -> None:
        self.model = pickle.loads(Path(job["victim"]).read_bytes())
        self.delay_s = job["delay_s"]

    def __call__(self, texts: list[str]) -> Any:
        if self.delay_s:
            time.sleep(self.delay_s * len(texts))
        return self.model.predict_proba(texts)


class CheckpointWrapper(HuggingFaceModelWrapper):
    """TextAttack's own wrapper of a model of transformers."""

    def __init__(self, job: dict[str, Any]) -> None:
        from transformers import AutoModelForSequenceClassification, AutoTokenizer

        model = AutoModelForSequenceClassification.from_pretrained(job["victim"]).eval()
        super().__init__(model, AutoTokenizer.from_pretrained(job["victim"]))
        model.register_forward_pre_hook(self._count_tokens, with_kwargs=True)

    def _count_tokens(self, _: Any, positional: Any, named: dict[str, Any]) -> None:
        self.n_tokens += named["input_ids"].numel()


class EndpointWrapper(ModelWrapper):
    """A server of the OpenAI chat API, over connections that are kept.

    One text after another, as TextAttack's own ``RemoteModelWrapper`` asks; with ``"peer_at_once"``
    in the job all texts of a call together.
    """

    def __init__(self, job: dict[str, Any]) -> None:
        import httpx

        self.model = None
        self.url = f"{job['victim']}/chat/completions"
        self.loop = asyncio.new_event_loop()
        most = job["concurrency"] if job["peer_at_once"] else 1
        limits = httpx.Limits(max_connections=most, max_keepalive_connections=most)
        self.client = httpx.AsyncClient(timeout=None, limits=limits)

    def __call__(self, texts: list[str]) -> Any:
        return self.loop.run_until_complete(self._all(texts))

    async def _all(self, texts: list[str]) -> list[list[float]]:
        return list(await asyncio.gather(*map(self._one, texts)))

    async def _one(self, text: str) -> list[float]:
        message = {"role": "user", "content": f"{text}\nLabel:"}
        body = {"model": "labelling", "messages": [message], "max_tokens": 16, "temperature": 0}
        done = await self.client.post(self.url, json=body)
        label = done.raise_for_status().json()["choices"][0]["message"]["content"]
        return [float(label == name) for name in ("negative", "positive")]


class CountedPipeline(Counting, PipelineWrapper):
    pass


class CountedCheckpoint(Counting, CheckpointWrapper):
    pass


class CountedEndpoint(Counting, EndpointWrapper):
    """Each text is a call of its own."""

    def __call__(self, texts: list[str]) -> Any:
        self.n_calls += len(texts) - 1
        return super().__call__(texts)


VICTIMS = {
    "pipeline": CountedPipeline,
    "checkpoint": CountedCheckpoint,
    "endpoint": CountedEndpoint,
}
