"""One format of a prompt: how descriptors, separators, fields and options are written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from harness.suites.forms.layout import Token

_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

CASINGS: Mapping[str, Callable[[str], str]] = {
    "upper": str.upper,
    "lower": str.lower,
    "title": str.title,
}
"""Of descriptors."""
SEPARATORS: Sequence[tuple[str, str]] = (
    (":", " "),
    (" :", " "),
    (" ::", " "),
    (" -", " "),
    (" =", " "),
    (":", "\n"),
    ("", "\n"),
    (":", "\t"),
)
"""Between a descriptor and what it announces: the sign, and the gap behind it."""
SPACINGS: Sequence[str] = ("\n", "\n\n", " ", " | ", " || ", "; ", "\t")
"""Between one field and the next; next to a list of options only those with a line's end."""
MARKS: Sequence[str] = ("A.", "A)", "(A)", "[A]", "a)", "(a)", "1.", "1)", "(1)", "i.", "(i)")
"""Before the options, as the first of them has it."""
JOINERS: Sequence[str] = (", ", " / ", " | ", "; ", " or ")
"""Between the labels of a list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Formatting:
    """What is written otherwise; None for what stays as it is."""

    casing: str | None = None
    separator: tuple[str, str] | None = None
    spacing: str | None = None
    mark: str | None = None
    joiner: str | None = None

    @property
    def name(self) -> str:
        """What is written otherwise, in a few words."""
        words = (
            self.casing and f"casing {self.casing}",
            self.separator and f"separator {_quoted(''.join(self.separator))}",
            self.spacing and f"spacing {_quoted(self.spacing)}",
            self.mark and f"options {self.mark}",
            self.joiner and f"list {_quoted(self.joiner)}",
        )
        return ", ".join(filter(None, words)) or "as written"

    def written(self, tokens: Sequence[Token], labels: Sequence[str] = ()) -> str:
        """Return the prompt.

        Args:
            tokens: of the prompt as it is.
            labels: what the field ``labels`` lists.
        """
        return "".join(self._token(token, labels) for token in tokens)

    def shown(self, tokens: Sequence[Token], labels: Sequence[str] = ()) -> str:
        """Return what the prompt looks like: fields in braces, options as dots."""
        return "".join(
            self._token(token, labels)
            if not _is_filled(token) or (token.field == "labels" and labels)
            else "…"
            if token.kind == "option"
            else f"{{{token.field}}}"
            for token in tokens
        )

    def name_of_option(self, place: int) -> str | None:
        """Return the letter or number of an option; None where it stays as it is."""
        return None if self.mark is None else _names(self.mark)[place]

    def _token(self, token: Token, labels: Sequence[str]) -> str:
        written: str | None = None
        if token.kind == "descriptor" and self.casing:
            written = CASINGS[self.casing](token.text)
        elif token.kind in {"sign", "gap"} and self.separator:
            written = self.separator[token.kind == "gap"]
        elif token.kind == "break" or (token.kind == "edge" and "\n" in (self.spacing or "")):
            written = self.spacing
        elif token.kind == "mark" and self.mark:
            gap = token.text[len(token.text.rstrip()) :]
            written = self.mark.replace(_core(self.mark), _names(self.mark)[token.place]) + gap
        elif token.field == "labels" and self.joiner and labels:
            written = self.joiner.join(labels)
        return token.text if written is None else written


def most_options(marks: Sequence[str] = MARKS) -> int:
    """Return how many options all marks have names for."""
    return min(len(_names(mark)) for mark in marks)


def _is_filled(token: Token) -> bool:
    return token.kind in {"option", "field"}


def _core(mark: str) -> str:
    return next(character for character in mark if character.isalnum())


def _names(mark: str) -> Sequence[str]:
    core = _core(mark)
    if core == "i":
        return _ROMAN
    if core == "1":
        return [str(number) for number in range(1, len(_LETTERS) + 1)]
    return _LETTERS if core.isupper() else _LETTERS.lower()


def _quoted(text: str) -> str:
    return '"' + text.replace("\n", "\\n").replace("\t", "\\t") + '"'
