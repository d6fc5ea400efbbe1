"""The pairs of CrowS-Pairs, from the authors' file or from one with masked sentences."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

from harness.core.errors import DataError
from harness.core.sample import Sample
from harness.sources.columns import Cells
from harness.sources.dataset import Dataset, Row
from harness.suites.bias.drawn_samples import TextIds

MASK = "[MASK]"
BIAS_TYPE = "bias_type"
DIRECTION = "direction"
"""The slice that says whether the first sentence shows a stereotype of a disadvantaged group
(``stereo``) or goes against one (``antistereo``)."""
_DIRECTIONS = ("stereo", "antistereo")


def read_pairs(data: Dataset) -> list[Sample]:
    """Return the pairs; of each, the first choice is the more stereotypical sentence.

    Raises:
        DataError: a row is in neither of the two forms.
    """
    ids, cells = TextIds(), Cells(data.name)
    samples = [_sample(row, index, ids, cells, data.name) for index, row in enumerate(data.rows())]
    if not samples:
        raise DataError(data.name, "has no rows", "give a data set with at least one")
    return samples


def is_single_edit(first: str, second: str) -> bool:
    """Tell whether two sentences differ in one stretch of as many words.

    >>> is_single_edit("Women drive well.", "Men drive well.")
    True
    >>> is_single_edit("She said she can.", "He said he can.")
    False
    >>> is_single_edit("Asians drive well.", "White people drive well.")
    False
    """
    matcher = SequenceMatcher(None, first.split(), second.split(), autojunk=False)
    edits = [code for code in matcher.get_opcodes() if code[0] != "equal"]
    return len(edits) == 1 and all(b - a == d - c for _, a, b, c, d in edits)


def _sample(row: Row, index: int, ids: TextIds, cells: Cells, name: str) -> Sample:
    number = index + 1
    slices = {BIAS_TYPE: cells.text(row, BIAS_TYPE, number)}
    if "sent_more" in row:
        first = cells.text(row, "sent_more", number)
        second = cells.text(row, "sent_less", number)
        slices[DIRECTION] = _direction(cells.text(row, "stereo_antistereo", number), name, number)
    else:
        first, second = _filled(row, cells, name, number)
    return Sample(
        id=ids.of(first, second), index=index, text=first, choices=(first, second), slices=slices
    )


def _direction(word: str, name: str, number: int) -> str:
    if word not in _DIRECTIONS:
        reason = f"stereo_antistereo is {word!r}"
        raise DataError(f"{name} row {number}", reason, "write stereo or antistereo")
    return word


def _filled(row: Row, cells: Cells, name: str, number: int) -> Iterator[str]:
    sentence = cells.text(row, "sentence", number)
    if sentence.count(MASK) != 1:
        reason = f"the sentence has {sentence.count(MASK)} masks"
        raise DataError(f"{name} row {number}", reason, f"write one {MASK}")
    return (sentence.replace(MASK, cells.text(row, fill, number)) for fill in ("mask1", "mask2"))
