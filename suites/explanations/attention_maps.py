"""What the methods of attention have in common: the question, and the maps that are kept."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from harness.core.attention import AttentionMap, AttentionMaps, AttentionToken
from harness.core.capability import Capability
from harness.core.errors import ConfigError
from harness.core.explained import Attribution
from harness.core.explainer import Subject
from harness.core.request import Attend, InsideQuestion
from harness.core.response import InsideAnswer
from harness.suites.explanations.masking import Masking
from harness.suites.explanations.token_parts import part_values


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionMethod(Masking):
    """A method whose values are attention; each says which."""

    needs: ClassVar[Capability] = Capability.ATTENDS
    draws: ClassVar[bool] = False

    n_mapped: int = 32
    """Tokens of each text, the first ones, that the record keeps maps between, for the report; 0:
    none. A map is n_mapped x n_mapped numbers of four digits."""

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        if self.n_mapped < 0:
            raise ConfigError("n_mapped", f"must be at least 0, not {self.n_mapped}", "write 32")

    def _attribution(
        self,
        subject: Subject,
        paid: Callable[[AttentionToken], float],
        shown: Callable[[Sequence[AttentionMap]], tuple[AttentionMap, ...]],
    ) -> Generator[Sequence[InsideQuestion], Sequence[InsideAnswer], Attribution]:
        """Ask where the model looks.

        Args:
            subject: the text.
            paid: the attention that counts of a token.
            shown: the maps to keep.
        """
        (found,) = yield [Attend(text=subject.text, n_mapped=self.n_mapped)]
        if not isinstance(found, AttentionMaps):
            raise TypeError(f"{type(found).__name__} came for attention")
        pieces = [
            ((token.start, token.end), (paid(token),))
            for token in found.tokens
            if token.start is not None and token.end is not None
        ]
        mapped = found.mapped
        return Attribution(
            values=part_values(subject.spans, pieces),
            columns=(subject.chosen,),
            is_in_output_unit=False,
            attention=None if mapped is None else replace(mapped, maps=shown(mapped.maps)),
        )
