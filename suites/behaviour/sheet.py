"""A file of behavioural tests: words, and tests with their templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from harness.core.errors import ConfigError
from harness.sources.lexicons.lexicon import Lexicon
from harness.sources.source import Source
from harness.suites.behaviour.templates import ORIGINAL, check_braces, placeholders
from harness.suites.behaviour.words import FromLexicon, Words
from harness.suites.expectation import Expectation
from harness.suites.toml_sheet import read_toml_sheet

Kind = Literal["MFT", "INV", "DIR"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BehaviouralTest:
    """One test of CheckList (Ribeiro et al. 2020), filled from templates."""

    name: str
    """Unique in the file."""
    capability: str
    """What is tested, such as ``negation``; numbers are repeated for each."""
    kind: Kind
    """``MFT``: a text has this label. ``INV``: variants of a text have the label of the original,
    whatever it is. ``DIR``: from the original to its variants the score of a label rises or falls.
    """
    templates: tuple[str, ...]
    """Texts with placeholders such as ``{city}``, or ``{a:job}`` with its article; of ``INV`` and
    ``DIR`` the originals."""
    label: str | None = None
    """``MFT``: the right one."""
    vary: str | None = None
    """``INV``: a placeholder; a variant has another word there."""
    variants: int = 3
    """With ``vary``: how many other words are drawn for each original."""
    becomes: tuple[str, ...] = ()
    """``INV``, ``DIR``: a template for each variant, filled with the words of the original;
    ``{original}`` is its whole text."""
    rises: str | None = None
    """``DIR``: the label whose score is to rise from the original to a variant."""
    falls: str | None = None
    """``DIR``: the label whose score is to fall."""
    margin: float = 0.0
    """``DIR``: least change of the probability, in [-1, 1]. At 0 it may stay as it is; below 0 it
    may move the wrong way by so much. Other than 0 it needs a model with probabilities."""
    n: int | None = None
    """How many cases to draw; all combinations of words when absent."""

    def __post_init__(self) -> None:
        """Refuse what does not go together."""
        if not self.templates:
            raise ConfigError("templates", "is empty", "write at least one")
        for template in (*self.templates, *self.becomes):
            check_braces(template, "templates" if template in self.templates else "becomes")
        if self.n is not None and self.n < 1:
            raise ConfigError("n", f"must be at least 1, not {self.n}", "leave it out for all")
        if self.variants < 1:
            raise ConfigError("variants", f"must be at least 1, not {self.variants}", "write 3")
        if not -1 <= self.margin <= 1:
            raise ConfigError("margin", f"must be in [-1, 1], not {self.margin}", "write 0.1")
        self._check_kind()
        if self.kind == "INV":
            self._check_variants()

    def _check_kind(self) -> None:
        """Refuse options of another kind, and the lack of its own."""
        written = {
            "label": self.label is not None,
            "vary": self.vary is not None,
            "becomes": bool(self.becomes),
            "rises": self.rises is not None,
            "falls": self.falls is not None,
            "margin": self.margin != 0,
        }
        foreign = [
            name for name, is_there in written.items() if is_there and name not in _OWN[self.kind]
        ]
        if foreign:
            raise ConfigError(foreign[0], f"is not for a test of kind {self.kind}", "leave it out")
        if self.kind == "MFT" and self.label is None:
            raise ConfigError("", "lacks 'label'", "add label = …, the right one")
        if self.kind == "DIR" and (self.rises is None) == (self.falls is None):
            raise ConfigError("", "needs one of 'rises' and 'falls'", "add falls = …, a label")
        if self.kind == "DIR" and not self.becomes:
            raise ConfigError("", "lacks 'becomes'", 'add becomes = ["{original} Sadly."]')

    def _check_variants(self) -> None:
        if (self.vary is None) == (not self.becomes):
            raise ConfigError(
                "", "needs one of 'vary' and 'becomes'", "add vary = …, a placeholder"
            )
        for template in self.templates if self.vary is not None else ():
            if self.vary not in placeholders([template]):
                raise ConfigError("vary", f"{{{self.vary}}} is not in {template!r}", "put it there")

    @property
    def expectation(self) -> Expectation:
        """What is expected of the answers."""
        if self.label is not None:
            return Expectation(what="is", label=self.label)
        if self.rises is not None:
            return Expectation(what="rises", label=self.rises, margin=self.margin)
        if self.falls is not None:
            return Expectation(what="falls", label=self.falls, margin=self.margin)
        return Expectation(what="unchanged")

    def names_in(self, template: str) -> tuple[str, ...]:
        """Return the placeholders of a template and of what it becomes."""
        found = placeholders((template, *self.becomes))
        return tuple(name for name in found if name != ORIGINAL)


_OWN: Mapping[Kind, frozenset[str]] = {
    "MFT": frozenset({"label"}),
    "INV": frozenset({"vary", "becomes"}),
    "DIR": frozenset({"becomes", "rises", "falls", "margin"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The tests of one file."""

    test: tuple[BehaviouralTest, ...]
    """At least one."""
    words: Mapping[str, Words] = field(default_factory=dict)
    """By placeholder: a list, or ``{ lexicon = "given_names" }``."""

    def __post_init__(self) -> None:
        """Refuse a file without tests, two of one name, and a list without words."""
        if not self.test:
            raise ConfigError("test", "is empty", "add a [[test]] table")
        names = [test.name for test in self.test]
        twice = [name for name in names if names.count(name) > 1]
        if twice:
            raise ConfigError("test", f"two have the name {twice[0]!r}", "rename one of them")
        for name, entry in self.words.items():
            if entry == ():
                raise ConfigError(f"words.{name}", "is empty", "write at least one word")

    @property
    def lexicons(self) -> tuple[Lexicon, ...]:
        """The word lists that placeholders are filled from."""
        entries = (entry for entry in self.words.values() if isinstance(entry, FromLexicon))
        return tuple(dict.fromkeys(each for entry in entries for each in entry.sources))


def read_sheet(source: Source) -> Sheet:
    """Read and check a file of tests.

    Raises:
        ConfigError: what is wrong in it, all at once.
        DataError: it is not TOML.
        SourceError: the bytes cannot be had.
    """
    return read_toml_sheet(Sheet, source)
