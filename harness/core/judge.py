"""A model that says something about texts, and is not itself evaluated.

A spec names it in a ``[[judge]]`` table. An option that needs one is a field of the type
:class:`Judge`, with ``metadata=asked_to(…)`` for what it will be asked; in the spec its value is
the judge's name. What is asked of a judge goes through :func:`answers_of`, all of it at once: the
judge is loaded for that and let go afterwards, so that it shares no memory with the models.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.core.capability import Capability
from harness.core.checked import checked
from harness.core.errors import AdapterError, HarnessError
from harness.core.identity import Identity
from harness.core.ports import Adapter, Session
from harness.core.request import Request, SingleQuestion
from harness.core.response import Failure, FailureKind, Response

WINDOW = 8192
"""Questions handed over at once: enough to sort by length, few enough to bound memory."""
_CAPABILITY = "capability"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """A model by the name that options call it by; nothing is loaded."""

    name: str
    adapter_name: str
    adapter: Adapter = field(repr=False)
    _known: list[Identity] = field(default_factory=list, init=False, repr=False, compare=False)

    @property
    def identity(self) -> Identity | None:
        """What the model is; None until it was loaded for the first time."""
        return self._known[-1] if self._known else None

    def open(self) -> Session:
        """Load the model, and remember what it is.

        Raises:
            HarnessError: it cannot be loaded; the message names the judge.
        """
        place = f"judge {self.name!r}"
        try:
            session = self.adapter.open()
            self._known[:] = [session.identity]
        except HarnessError as error:
            error.args = (f"{place}: {error}",)
            raise
        except Exception as error:
            reason = f"{place}: cannot be loaded ({type(error).__name__}: {error})"
            raise AdapterError(reason) from error
        return session


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """An option that names a judge."""

    option: str
    judge: Judge
    capability: Capability | None
    """What the judge will be asked to do; None where the option does not say."""


def asked_to(capability: Capability) -> Mapping[str, Any]:
    """Return the metadata of a field of the type :class:`Judge`: what the judge has to be able to.

    >>> asked_to(Capability.EMBEDS)
    {'capability': <Capability.EMBEDS: 'embeds'>}
    """
    return {_CAPABILITY: capability}


def uses_in(thing: object) -> Iterator[Use]:
    """Yield every option of a registered thing that names a judge, those of inner tables too."""
    if isinstance(thing, tuple):
        for item in thing:
            yield from uses_in(item)
    if not dataclasses.is_dataclass(thing) or isinstance(thing, type | Judge):
        return
    for own in dataclasses.fields(thing):
        value = getattr(thing, own.name)
        if isinstance(value, Judge):
            yield Use(option=own.name, judge=value, capability=own.metadata.get(_CAPABILITY))
        else:
            yield from uses_in(value)


def _silence(text: str) -> None:
    """Tell nobody."""


def answers_of(
    judge: Judge, payloads: Sequence[SingleQuestion], note: Callable[[str], None] = _silence
) -> Iterator[Response | Failure]:
    """Ask a judge many questions, and yield its answers in their order.

    It is loaded before the first and let go after the last, or when nobody wants more; equal
    questions that stand within :data:`WINDOW` of each other are asked once. A judge that is lost
    on the way leaves a failure for each question that is still open.

    Args:
        judge: whom to ask.
        payloads: the questions; without any nothing is loaded.
        note: is told that a model is being loaded, and of one that cannot be closed.

    Raises:
        HarnessError: the judge cannot be loaded.
    """
    if not payloads:
        return
    note(f"judge {judge.name}: loading")
    session = judge.open()
    try:
        for start in range(0, len(payloads), WINDOW):
            window = payloads[start : start + WINDOW]
            found = _answered(judge, session, list(dict.fromkeys(window)))
            yield from (found[payload] for payload in window)
    finally:
        try:
            session.close()
        except Exception as error:  # noqa: BLE001 - its answers are here, whatever its end is like
            note(f"judge {judge.name}: {type(error).__name__}: {error}")


def _answered(
    judge: Judge, session: Session, payloads: Sequence[SingleQuestion]
) -> dict[SingleQuestion, Response | Failure]:
    """Return one answer to each question, a failure where there is none."""
    by_id = {str(number): payload for number, payload in enumerate(payloads)}
    found: dict[SingleQuestion, Response | Failure] = {}
    missing = Failure(
        kind=FailureKind.PROTOCOL, message=f"judge {judge.name!r} gave no answer to a question"
    )
    try:
        for exchange in session.respond([Request(name, by_id[name]) for name in by_id]):
            payload = by_id.get(exchange.request.id)
            if payload is not None:
                found.setdefault(payload, checked(exchange.answer))
    except Exception as error:  # noqa: BLE001 - what was answered counts, and the rest is told of
        reason = f"judge {judge.name!r} is lost ({type(error).__name__}: {error})"
        missing = Failure(kind=FailureKind.CRASHED, message=reason)
    return {payload: found.get(payload, missing) for payload in payloads}
