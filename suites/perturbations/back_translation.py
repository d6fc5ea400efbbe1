"""The text put into another language and back by translators: other words for the same."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from harness.core.capability import Capability
from harness.core.errors import AdapterError, ConfigError
from harness.core.judge import Judge, answers_of, asked_to
from harness.core.request import Generate
from harness.core.response import Failure, FailureKind, Generation, Response
from harness.suites.perturbations.disturbance import Disturbance
from harness.suites.prompting import prompt_of

_PLACE = "{text}"
_PROMPTS = ("there_prompt", "back_prompt")
_FINISHED = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class BackTranslation(Disturbance):
    """Has one judge translate each text, and another translate that back.

    Both write greedily. A text that comes to nothing on the way, or to more than fits, is not
    asked about at all: it is a failure of the kind ``undisturbed``, never the text as it was. The
    texts of a suite are translated all at once, before any model is loaded.
    """

    name: ClassVar[str] = "back_translation"
    version: ClassVar[int] = 1

    there: Judge = field(metadata=asked_to(Capability.GENERATES))
    """The judge that translates into another language."""
    back: Judge = field(metadata=asked_to(Capability.GENERATES))
    """The judge that translates from there; it may be the same one."""
    there_prompt: str = _PLACE
    """What ``there`` is sent, with ``{text}`` for the text: the text alone suits a translator, and
    a language model needs to be told."""
    back_prompt: str = _PLACE
    """What ``back`` is sent, with ``{text}`` for the translation."""
    chat: bool = False
    """Send each prompt as a user turn through the judge's chat template."""
    max_new_tokens: int = 256
    """Longest translation; one that is cut short by it has failed."""

    def __post_init__(self) -> None:
        """Refuse prompts without a text, and translations without room."""
        for name in _PROMPTS:
            if _PLACE not in getattr(self, name):
                reason = f"has no {_PLACE}, the place of the text"
                raise ConfigError(name, reason, f'write "… {_PLACE}"')
        if self.max_new_tokens < 1:
            raise ConfigError("max_new_tokens", "must be at least 1", "write 256")

    def perturb(self, text: str, rng: random.Random) -> str:
        """Return one text as it comes back; many are better translated at once.

        Raises:
            AdapterError: it could not be translated.
            HarnessError: a judge cannot be loaded.
        """
        del rng  # nothing is drawn
        (found,) = self.perturb_all([text], lambda _: None)
        if isinstance(found, Failure):
            raise AdapterError(found.message)
        return found

    def perturb_all(self, texts: Sequence[str], note: Callable[[str], None]) -> list[str | Failure]:
        """Return every text as it comes back, or why it does not; see ``PerturbationOfAll``.

        A text of nothing stays as it is.

        Raises:
            HarnessError: a judge cannot be loaded.
        """
        abroad = self._translated(self.there, self.there_prompt, texts, note)
        return self._translated(self.back, self.back_prompt, abroad, note)

    def _translated(
        self,
        judge: Judge,
        template: str,
        texts: Sequence[str | Failure],
        note: Callable[[str], None],
    ) -> list[str | Failure]:
        """Translate those that are texts, and are not empty."""
        said = list(dict.fromkeys(_texts_in(texts)))
        note(f"{self.label}: {judge.name} translates {len(said)} texts")
        payloads = [self._question(template, text) for text in said]
        answers = answers_of(judge, payloads, note)
        found = {
            text: _translation(judge, answer) for text, answer in zip(said, answers, strict=True)
        }
        return [found.get(text, text) if isinstance(text, str) else text for text in texts]

    def _question(self, template: str, text: str) -> Generate:
        prompt = prompt_of(template.replace(_PLACE, text), chat=self.chat, system=None)
        return Generate(prompt=prompt, max_new_tokens=self.max_new_tokens)

    def _options(self, *, all_of_them: bool = False) -> dict[str, Any]:
        """Return the options with judges by their names; prompts are too long for a label."""
        # A class with slots is made anew, and the short form of super knows the old one.
        options = super(BackTranslation, self)._options(all_of_them=all_of_them)
        return {
            name: value.name if isinstance(value, Judge) else value
            for name, value in options.items()
            if all_of_them or name not in _PROMPTS
        }


def _texts_in(texts: Iterable[str | Failure]) -> Iterable[str]:
    return (text for text in texts if isinstance(text, str) and text.strip())


def _translation(judge: Judge, answer: Response | Failure) -> str | Failure:
    """Return what was written, white space around it taken off."""
    if isinstance(answer, Failure):
        return _undisturbed(judge, f"{answer.kind.value}: {answer.message}")
    output = answer.output
    if not isinstance(output, Generation):
        return _undisturbed(judge, f"it gave {type(output).__name__}, which is no text")
    if output.finish_reason != _FINISHED:
        return _undisturbed(judge, f"its translation was not finished ({output.finish_reason})")
    text = output.text.strip()
    return text or _undisturbed(judge, "its translation is empty")


def _undisturbed(judge: Judge, reason: str) -> Failure:
    message = f"not translated by judge {judge.name!r}, and so not asked ({reason})"
    return Failure(kind=FailureKind.UNDISTURBED, message=message)
