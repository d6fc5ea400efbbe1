"""Two texts that a model wrote for one prompt, the words that differ marked."""

from __future__ import annotations

from dataclasses import dataclass

from harness.core.request import AskAgain
from harness.core.response import AnswerGroup, Failure, Generation
from harness.core.run import Record
from harness.reports.visible_text import visible_text
from harness.reports.word_difference import Segment, word_difference


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatedAnswer:
    """Both texts, which differ."""

    circumstance: str
    """What was another the second time."""
    first: tuple[Segment, ...]
    second: tuple[Segment, ...]


def repeated_answer(record: Record, *, max_characters: int) -> RepeatedAnswer | None:
    """Return the two texts of a prompt that was sent twice; None where they are the same.

    Args:
        record: of any suite.
        max_characters: that are shown of each.
    """
    answer, payload = record.answer, record.payload
    if isinstance(answer, Failure) or not isinstance(payload, AskAgain):
        return None
    output = answer.output
    written = output.answers if isinstance(output, AnswerGroup) else ()
    texts = [each.text for each in written if isinstance(each, Generation)]
    if len(texts) != 2 or texts[0] == texts[1]:  # noqa: PLR2004 - a first answer and a second
        return None
    first, second = (visible_text(text[:max_characters]) for text in texts)
    marked = word_difference(first, second)
    return RepeatedAnswer(
        circumstance=payload.circumstance, first=marked.before, second=marked.after
    )
