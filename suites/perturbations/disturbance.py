"""What all perturbations have in common: a name, a label and a signature."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, ClassVar

from harness.sources.lexicons.lexicon import Lexicon, lexicon_hashes


class Disturbance:
    """The part of the port ``Perturbation`` that is told from the options alone.

    A class for dataclasses to derive from: its name and version are constants, its options are
    the fields.
    """

    __slots__ = ()

    name: ClassVar[str]
    """Registered name."""
    version: ClassVar[int]
    """Raised whenever the same text, options and seed would come out otherwise."""

    @property
    def label(self) -> str:
        """The name, and each option that is not the default."""
        words = [f"{name}={value}" for name, value in self._options().items()]
        return " ".join((self.name, *words))

    @property
    def signature(self) -> Mapping[str, str]:
        """The version, every option, and the hash of each word list."""
        options = self._options(all_of_them=True)
        return {
            "version": str(self.version),
            **{name: str(value) for name, value in options.items()},
            **lexicon_hashes(*self.lexicons),
        }

    @property
    def lexicons(self) -> tuple[Lexicon, ...]:
        """The word lists that it draws on; none by default."""
        return ()

    def _options(self, *, all_of_them: bool = False) -> dict[str, Any]:
        own: Any = self
        return {
            field.name: getattr(self, field.name)
            for field in dataclasses.fields(own)
            if all_of_them or getattr(self, field.name) != field.default
        }
