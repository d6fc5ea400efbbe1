"""Text into token ids, with the special tokens that a model expects around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from harness.adapters.transformers.answering import RefusedError
from harness.core.request import Message, Prompt

Tokens = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """A context and a continuation that meet where one tokenisation of both would split."""

    context: Tokens
    continuation: Tokens
    is_chat: bool
    """True when a chat template wrote the context, special tokens and all."""


@dataclass(frozen=True, slots=True)
class PromptText:
    """A prompt as one text."""

    text: str
    is_chat: bool


class TextEncoder:
    """A tokenizer without surprises: no hidden special tokens, padding or truncation.

    Args:
        tokenizer: of transformers.
        template: Jinja text of the chat template, or None when there is none.
    """

    def __init__(self, tokenizer: Any, template: str | None) -> None:
        self.tokenizer = tokenizer
        self.template = template
        self.prefix, self.suffix = _affixes(tokenizer)

    def plain(self, text: str) -> Tokens:
        """Return the ids of the text alone.

        Raises:
            RefusedError: the text has half a surrogate pair, which no tokenizer can read.
        """
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise RefusedError(f"the text is no valid Unicode ({error.reason})") from error
        return tuple(self.tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"])

    def wrap(self, tokens: Tokens) -> Tokens:
        """Put the tokenizer's special tokens around the ids of one text."""
        return (*self.prefix, *tokens, *self.suffix)

    def wrapped(self, text: str) -> Tokens:
        """Return the ids as the tokenizer itself gives them, special tokens and all.

        A text that brings the first of them is left as it is.

        Raises:
            RefusedError: as :meth:`plain`.
        """
        tokens = self.plain(text)
        return tokens if self._is_opened(tokens) else self.wrap(tokens)

    def opened(self, tokens: Tokens) -> Tokens:
        """Put the special tokens before the ids, unless the text brought them itself.

        What comes after (an end token) is left away: the text is to be continued.
        """
        return tokens if self._is_opened(tokens) else (*self.prefix, *tokens)

    def prompt_text(self, prompt: Prompt) -> PromptText:
        """Return a prompt as text; chat turns go through the template.

        A last turn of the assistant is left open, to be continued.

        Raises:
            RefusedError: there is no template, or it refuses these turns.
        """
        if isinstance(prompt, str):
            return PromptText(prompt, is_chat=False)
        if self.template is None:
            raise RefusedError("the model has no chat template; set chat_template, or send text")
        from jinja2 import TemplateError

        try:
            return PromptText(self._apply_template(prompt), is_chat=True)
        except (TemplateError, ValueError) as error:
            raise RefusedError(f"the chat template refuses these turns ({error})") from error

    def prompt_tokens(self, prompt: Prompt) -> Tokens:
        """Return the ids of a prompt that is to be continued."""
        read = self.prompt_text(prompt)
        return self.plain(read.text) if read.is_chat else self.opened(self.plain(read.text))

    def pair(self, prompt: Prompt, continuation: str, *, before_space: bool = False) -> Pair:
        """Tokenise a prompt and its continuation, no special tokens added.

        Spaces that end a plain prompt go to the continuation, for most vocabularies hold the
        space with the word after it; both are then tokenised as one text and parted at the
        number of the prompt's tokens (the definition of lm-evaluation-harness, which makes the
        numbers comparable). The end of a chat template stays where it is: it is a given of the
        format and not something to be predicted, unless that is asked for.

        Args:
            prompt: text or chat turns.
            continuation: what comes after.
            before_space: treat the text that a template makes like any other.

        Raises:
            RefusedError: the continuation has no token.
        """
        read = self.prompt_text(prompt)
        is_chat = read.is_chat and not before_space
        context = read.text if is_chat else read.text.rstrip()
        continuation = read.text[len(context) :] + continuation
        head = self.plain(context)
        tail = self.plain(context + continuation)[len(head) :]
        # Nothing is left when the continuation melts into the prompt's last token.
        tail = tail or self.plain(continuation)
        if not tail:
            raise RefusedError("a continuation is empty; it has no likelihood")
        return Pair(head, tail, is_chat)

    def written_pair(self, prompt: Prompt, continuation: str) -> Pair:
        """Tokenise a continuation behind the tokens of a prompt that is to be continued.

        No token of the prompt is another for what comes after it, as none is where a model writes.
        A continuation that would melt into the prompt is tokenised alone.

        Raises:
            RefusedError: the continuation has no token.
        """
        read = self.prompt_text(prompt)
        head, whole = self.plain(read.text), self.plain(read.text + continuation)
        is_parted = len(whole) > len(head) and whole[: len(head)] == head
        tail = whole[len(head) :] if is_parted else self.plain(continuation)
        if not tail:
            raise RefusedError("a continuation is empty; it has no likelihood")
        return Pair(head, tail, read.is_chat)

    def _is_opened(self, tokens: Tokens) -> bool:
        return bool(self.prefix) and tokens[: len(self.prefix)] == self.prefix

    def _apply_template(self, turns: tuple[Message, ...]) -> str:
        is_open = bool(turns) and turns[-1].role == "assistant"
        text = self.tokenizer.apply_chat_template(
            [{"role": turn.role, "content": turn.content} for turn in turns],
            chat_template=self.template,
            tokenize=False,
            add_generation_prompt=not is_open,
            continue_final_message=is_open,
        )
        return str(text)


def _affixes(tokenizer: Any) -> tuple[Tokens, Tokens]:
    """Find the special tokens that the tokenizer puts before and after a text."""
    inner = tokenizer("a", add_special_tokens=False)["input_ids"]
    outer = tokenizer("a")["input_ids"]
    n_before = next(
        (at for at in range(len(outer)) if outer[at : at + len(inner)] == inner), len(outer)
    )
    return tuple(outer[:n_before]), tuple(outer[n_before + len(inner) :])
