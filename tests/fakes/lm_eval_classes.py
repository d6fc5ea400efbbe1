"""A model class of lm-eval whose answers can be foretold, with every weakness that classes have."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from lm_eval.api.model import LM


class ToyLM(LM):  # type: ignore[misc] # lm-eval ships no types
    """Likes short continuations; what it does beyond that, a word in the context asks for."""

    def __init__(self, words: str = "", api_key: str = "", **kwargs: Any) -> None:
        super().__init__()
        if words == "unloadable":
            raise OSError(f"no such weights for {api_key}")
        if kwargs:
            raise TypeError(f"unexpected keyword {min(kwargs)!r}")
        self.words = words
        self.api_key = api_key
        self.calls: list[list[tuple[Any, ...]]] = []

    def loglikelihood(self, requests: Sequence[Any]) -> list[tuple[float, bool]]:
        self._heard(requests)
        values = {"NAN": float("nan"), "POSITIVE": 1.0}
        return [
            (values.get(request.args[0], -float(len(request.args[1]))), len(request.args[1]) == 1)
            for request in requests
        ]

    def loglikelihood_rolling(self, requests: Sequence[Any]) -> list[float]:
        raise NotImplementedError("no rolling here")

    def generate_until(self, requests: Sequence[Any], *, disable_tqdm: bool = False) -> list[Any]:
        assert disable_tqdm
        self._heard(requests)
        return [self._text(str(request.args[0]), request.args[1]) for request in requests]

    def apply_chat_template(
        self, chat_history: list[dict[str, str]], *, add_generation_prompt: bool = True
    ) -> str:
        if any(turn["role"] == "system" for turn in chat_history):
            raise ValueError("no system turns")
        text = "".join(f"<{turn['role']}>{turn['content']}" for turn in chat_history)
        return text + "<assistant>" * add_generation_prompt

    def _heard(self, requests: Sequence[Any]) -> None:
        self.calls.append([request.args for request in requests])
        if self.words == "dead":
            raise ConnectionError(f"nobody there for {self.api_key}")
        if any("POISON" in str(request.args[0]) for request in requests):
            raise RuntimeError(f"one of them is poison, says {self.api_key}")

    def _text(self, context: str, kwargs: Mapping[str, Any]) -> Any:
        if "NONE" in context:
            return None
        if "NULL" in context:
            log = logging.getLogger("lm_eval.models.api_models")
            log.warning("API returned null content. Filled in.")
            return ""
        if "EMPTY" in context:
            return ""
        return f"{context} {kwargs['max_gen_toks']} {kwargs['do_sample']}"


class TemplatelessLM(ToyLM):
    """Has lm-eval's own way of having no chat template."""

    apply_chat_template = LM.apply_chat_template
