"""A text as the model reads it, each token with its place in the text."""

from __future__ import annotations

from dataclasses import dataclass

from harness.adapters.transformers.loaded import LoadedModel
from harness.adapters.transformers.texts import text_row
from harness.adapters.transformers.token_places import Place, token_places

Tokens = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PlacedText:
    """Ids, and where they come from; both in the model's order."""

    tokens: Tokens
    places: tuple[Place | None, ...]
    """None for a token that the tokenizer has added."""

    def pieces(self, loaded: LoadedModel) -> tuple[str, ...]:
        """Return the tokens as the tokenizer writes them."""
        return tuple(loaded.encoder.tokenizer.convert_ids_to_tokens(list(self.tokens)))


def placed_text(loaded: LoadedModel, text: str, *, is_cut: bool) -> PlacedText:
    """Tokenise a text, with its special tokens around it.

    Raises:
        RefusedError: longer than the window, and not to be cut; or the tokenizer cannot tell.
    """
    encoder = loaded.encoder
    tokens = text_row(loaded, text, is_cut=is_cut).tokens
    n_own = len(tokens) - len(encoder.prefix + encoder.suffix)
    own = token_places(encoder.tokenizer, text)[:n_own]
    return PlacedText(
        tokens, (*(None,) * len(encoder.prefix), *own, *(None,) * len(encoder.suffix))
    )


def placed_prompt(loaded: LoadedModel, text: str) -> PlacedText:
    """Tokenise a text that is to be continued, up to where a continuation that is scored begins.

    White space that ends the text counts to the continuation, as for likelihoods, and no special
    token comes after it.

    Raises:
        RefusedError: longer than the window; or the tokenizer cannot tell.
    """
    encoder, text = loaded.encoder, text.rstrip()
    own = encoder.plain(text)
    tokens = encoder.opened(own)
    loaded.check_fits(len(tokens))
    places = token_places(encoder.tokenizer, text)
    return PlacedText(tokens, (*(None,) * (len(tokens) - len(own)), *places))
