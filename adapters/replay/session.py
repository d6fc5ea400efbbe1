"""Looks answers up."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from harness.adapters.refusal import refuse
from harness.adapters.replay.stored_run import (
    StoredAnswers,
    find_model,
    read_answers,
    read_identity,
)
from harness.core.codec import decode_answer, hash_payload
from harness.core.request import AttackText, ExplainText, Payload, Request, capability_of
from harness.core.response import Exchange, Failure, FailureKind, Response

if TYPE_CHECKING:
    from harness.adapters.replay import ReplayAdapter


class ReplaySession:
    """The answers of one model in one run."""

    def __init__(self, adapter: ReplayAdapter) -> None:
        folder = Path(adapter.run)
        model = find_model(folder, adapter.model)
        self.identity = read_identity(folder, model)
        self._capabilities = adapter.capabilities
        self._answers = read_answers(folder, model)
        self._has_any_version = adapter.any_version
        self.is_replay = True
        self._place = f"replay of {model} in {folder.name}"

    def respond(self, requests: Sequence[Request]) -> Iterator[Exchange]:
        """Yield one exchange per request, in order."""
        return (Exchange(request, self._answer(request)) for request in requests)

    def close(self) -> None:
        """Forget the answers. Safe to call twice."""
        self._answers = StoredAnswers()

    def _forms(self, payload: Payload) -> Iterator[Payload]:
        """Yield a question as it is recorded now, and then as it may have been recorded before."""
        forms = [payload]
        if isinstance(payload, ExplainText):
            if self._has_any_version:
                forms.append(replace(payload, version=""))
            # Where a pair does not tell by which search it was found, its whole version has to.
            if payload.found:
                forms.append(replace(payload, found=""))
        for each in forms:
            yield each
            if isinstance(each, AttackText | ExplainText):
                yield replace(each, question="")

    def _answer(self, request: Request) -> Response | Failure:
        payload = request.payload
        if capability_of(payload) not in self._capabilities:
            return refuse("replay", payload)
        question, stored = "", None
        for form in self._forms(payload):
            question = hash_payload(form)
            stored = self._answers.find(request.id, question)
            if stored is not None:
                break
        if self._answers.is_ambiguous(request.id, question):
            reason = "the run holds several answers about this text, and not which is asked for"
            return Failure(kind=FailureKind.MISSING, message=f"{self._place}: {reason}")
        if stored is None:
            reason = f"the run holds no answer to this {type(payload).__name__}"
            return Failure(kind=FailureKind.MISSING, message=f"{self._place}: {reason}")
        try:
            return decode_answer(json.loads(stored))
        except ValueError as error:
            return Failure(kind=FailureKind.PROTOCOL, message=f"{self._place}: {error}")
