"""Finds the options of a multiple-choice question in its prompt, and puts them in another order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from harness.core.sample import Sample
from harness.suites.frame import with_text

_MARK = r"(?:[(\[<]?(?:[A-Za-z]|\d{1,2}|[ivxIVX]{1,4})[.):\]>]{1,2}[ \t]*|[-*•][ \t]+)?"
"""What stands before an option: a letter or a number with its signs, a bullet, or nothing."""
_GAP = r"[\s,;|/]+(?:(?:and|or)\s+)?"
"""What stands between two options of a list."""
_NAME = re.compile(r"[(\[<]?([A-Za-z]|\d{1,2}|[ivxIVX]{1,4})[.):\]>]{0,2}")
"""A choice that is no more than the mark of an option."""

Span = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownOptions:
    """Where the options stand in a text; option p is the sample's choice p."""

    marks: tuple[Span, ...]
    """From where to before where; empty spans where options have no mark."""
    contents: tuple[Span, ...]
    are_named: bool
    """Whether an answer is an option's mark, and not its content."""

    def written(self, text: str) -> tuple[str, ...]:
        """Return the contents of the options of that text."""
        return tuple(text[start:stop] for start, stop in self.contents)

    def names(self, text: str) -> tuple[str, ...]:
        """Return the letters or numbers of the marks of that text; empty where there are none."""
        found = (_NAME.match(text, start, stop) for start, stop in self.marks)
        return tuple(match[1] if match else "" for match in found)


def shown_options(text: str, choices: Sequence[str]) -> ShownOptions | None:
    r"""Return where all choices are listed one after the other; None where they are not.

    >>> shown_options("Bank or river?\nA. bank\nB. river\nAnswer:", ("bank", "river")).contents
    ((18, 22), (26, 31))
    """
    are_named = are_marks(choices)
    pattern = _named_list(choices) if are_named else None
    match = _last(pattern, text) if pattern else None
    if match is None and choices:
        are_named = False
        match = _last(_list(choices), text)
    if match is None:
        return None
    n = len(choices)
    return ShownOptions(
        marks=tuple(match.span(2 * p + 1) for p in range(n)),
        contents=tuple(match.span(2 * p + 2) for p in range(n)),
        are_named=are_named,
    )


def are_marks(choices: Sequence[str]) -> bool:
    """Tell whether choices are no more than the marks of options, such as ``A`` or ``(2)``."""
    return bool(choices) and all(_NAME.fullmatch(choice.strip()) for choice in choices)


def reordered(sample: Sample, shown: ShownOptions, order: Sequence[int]) -> Sample:
    """Return the sample with its options shown in another order.

    Its choices stay where they are, so that a model's scores of them mean the same; where an
    answer is an option's mark, each is the mark that its option has now.

    Args:
        sample: as it is.
        shown: where its options stand.
        order: which choice is shown at each place.
    """
    text, pieces, end = sample.text, [], 0
    for (start, stop), choice in zip(shown.contents, order, strict=True):
        first, last = shown.contents[choice]
        pieces += [text[end:start], text[first:last]]
        end = stop
    moved = with_text(sample, "".join((*pieces, text[end:])))
    if not shown.are_named:
        return moved
    places = {choice: place for place, choice in enumerate(order)}
    return with_choices(moved, [sample.choices[places[i]] for i in range(len(order))])


def with_choices(sample: Sample, choices: Sequence[str]) -> Sample:
    """Return the sample with other choices, in the same order."""
    return replace(sample, choices=tuple(choices))


def name_of(choice: str) -> Span:
    """Return where the letter or number stands in a choice that is the mark of an option.

    >>> name_of("(B)")
    (1, 2)
    """
    match = _NAME.search(choice)
    assert match is not None
    return match.span(1)


def _list(choices: Sequence[str]) -> re.Pattern[str]:
    items = (f"({_MARK})({re.escape(choice.strip())})" for choice in choices)
    return re.compile(rf"(?<!\w){_GAP.join(items)}(?!\w)")


def _named_list(choices: Sequence[str]) -> re.Pattern[str]:
    """Match a line for each option, from its mark to the end."""
    names = (choice.strip()[slice(*name_of(choice.strip()))] for choice in choices)
    items = (rf"[ \t]*([(\[<]?{name}[.):\]>]{{1,2}}[ \t]+)([^\n]*[^\s])[ \t]*" for name in names)
    return re.compile("^" + r"\n+".join(items) + "$", re.MULTILINE)


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    found = None
    for match in pattern.finditer(text):
        found = match
    return found
