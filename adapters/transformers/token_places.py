"""Where in a text each token of it stands."""

from __future__ import annotations

from typing import Any

from harness.adapters.transformers.answering import RefusedError

Place = tuple[int, int]


def token_places(tokenizer: Any, text: str) -> list[Place]:
    """Return beginning and end of each token of the text alone, in characters, without white space.

    A character that takes several tokens is the place of each of them.

    Raises:
        RefusedError: the tokenizer, one written in Python, cannot tell.
    """
    if not tokenizer.is_fast:
        raise RefusedError("the tokenizer cannot tell where its tokens stand in a text")
    read = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
    return [_trimmed(text, start, end) for start, end in read["offset_mapping"]]


def _trimmed(text: str, start: int, end: int) -> Place:
    # Some tokenizers count the space before a word to its first token, and others do not.
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    return start, max(start, start + len(piece.strip()))
