"""What of a sample's text a search is shown: what may change, and none of the words around it."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from harness.core.attacked import Found
from harness.core.open_text import OpenText
from harness.core.request import Differentiate
from harness.core.sample import Sample, Span
from harness.core.token_gradients import TokenGradient, TokenGradients

_FIRST_MARK, _LAST_MARK = 0xE000, 0xF8FF
"""Characters for private use: part of no word, and what no search puts for another."""


@dataclass(frozen=True, slots=True)
class SearchedText:
    """The open stretches of a text, one below the other, with a mark between them."""

    whole: OpenText
    mark: str
    """On a line of its own between two stretches; none of them has it."""

    @classmethod
    def of(cls, sample: Sample) -> SearchedText:
        """Return what is searched of a sample's text."""
        marks = map(chr, range(_FIRST_MARK, _LAST_MARK))
        return cls(OpenText.of(sample), next(mark for mark in marks if mark not in sample.text))

    @property
    def shown(self) -> str:
        """What a search begins with; the text itself where all of it may change."""
        return f"\n{self.mark}\n".join(self.whole.stretches)

    def filled(self, shown: str) -> str:
        """Return the whole text in which what is shown stands.

        Raises:
            ValueError: the marks are no longer those that part its stretches.
        """
        return self.whole.filled([shown[start:stop] for start, stop in self._stretches(shown)])

    def searched(self, search: Any) -> Any:
        """Let a search of what is shown ask about whole texts, and end with one."""
        news: Any = None
        while True:
            try:
                wanted = next(search) if news is None else search.send(news)
            except StopIteration as end:
                return self._end(end.value)
            news = yield from self._asked(wanted)

    def _end(self, found: Any) -> Any:
        return replace(found, text=self.filled(found.text)) if isinstance(found, Found) else found

    def _asked(self, wanted: Any) -> Generator[Any, Any, Any]:
        if isinstance(wanted, str):
            return (yield wanted)  # a fault of the search, which whoever asks for it tells of
        answers = yield [self._put(each) for each in wanted]
        return [
            self._put_back(each, answer) if isinstance(answer, TokenGradients) else answer
            for each, answer in zip(wanted, answers, strict=False)
        ]

    def _put(self, question: Any) -> Any:
        if isinstance(question, str):
            return self.filled(question)
        if not isinstance(question, Differentiate):
            return question
        moves = self._moves(question.text)
        spans = tuple(_moved_on(span, moves) for span in question.spans)
        return replace(question, text=self.filled(question.text), spans=spans)

    def _put_back(self, question: Differentiate, answer: TokenGradients) -> TokenGradients:
        moves = self._moves(question.text)
        return replace(answer, tokens=tuple(_moved_back(each, moves) for each in answer.tokens))

    def _moves(self, shown: str) -> list[tuple[Span, int]]:
        """Return each stretch of what is shown, and how much further on it stands in the whole."""
        found, grown = [], 0
        for (start, stop), own in zip(self._stretches(shown), self.whole.spans, strict=True):
            found.append(((start, stop), own[0] + grown - start))
            grown += (stop - start) - (own[1] - own[0])
        return found

    def _stretches(self, shown: str) -> list[Span]:
        """Return where each stretch stands in what is shown."""
        pieces = shown.split(self.mark)
        if len(pieces) != len(self.whole.spans):
            raise ValueError("a text was made in which it cannot be told what is whose column")
        found, at = [], 0
        for number, piece in enumerate(pieces):
            start, stop = at, at + len(piece)
            start += number > 0 and piece[:1].isspace()
            stop -= number < len(pieces) - 1 and start < stop and piece[-1:].isspace()
            found.append((start, stop))
            at += len(piece) + len(self.mark)
        return found


def _moved_on(span: Span, moves: Sequence[tuple[Span, int]]) -> Span:
    for (start, stop), by in moves:
        if start <= span[0] and span[1] <= stop:
            return span[0] + by, span[1] + by
    raise ValueError("a gradient was asked for at what is no word of the text")


def _moved_back(token: TokenGradient, moves: Sequence[tuple[Span, int]]) -> TokenGradient:
    if token.start is None or token.end is None:
        return token
    for (start, stop), by in moves:
        if token.end - by > start and token.start - by < stop:
            own = max(start, token.start - by), min(stop, token.end - by)
            return replace(token, start=own[0], end=own[1])
    return replace(token, start=None, end=None)
