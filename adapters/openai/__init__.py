"""``openai``: any server that speaks the OpenAI chat or completions API over HTTP.

The key is read from the environment when the session opens, and is kept in memory only: it is in
no option, identity, message or answer, even where a server sends it back.

What is sent again, with a growing and random pause: 408, 409, 425, 429, 5xx, time-outs and lost
connections. What is not: any other refusal, and an answer in another form than the agreed one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from harness.core.capability import Capability
from harness.core.errors import ConfigError

if TYPE_CHECKING:
    from harness.adapters.openai.session import OpenAISession

_OURS = frozenset({"model", "messages", "prompt", "stream", "n", "logprobs", "echo"})
"""Fields of the body that decide how an answer is read, and so are not the user's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAIAdapter:
    """A model behind an HTTP endpoint."""

    base_url: str
    """Where the API begins, up to ``/v1``: ``http://127.0.0.1:8080/v1``."""
    model: str
    """The model's name at the server."""
    api: Literal["chat", "completions"] = "chat"
    """``chat`` sends turns to ``/chat/completions`` (a plain prompt is one user turn);
    ``completions`` sends plain text to ``/completions``, and cannot send turns."""
    api_key_env: str | None = None
    """The environment variable that holds the key; no key is sent without it."""
    max_concurrency: int = 8
    """Requests under way at once."""
    timeout_s: float = 120.0
    """Seconds for one attempt, from connecting to the last byte."""
    max_attempts: int = 5
    """Times that a request is sent before it counts as failed."""
    first_retry_wait_s: float = 0.5
    """Longest pause before the second attempt; doubled before each further one."""
    max_retry_wait_s: float = 60.0
    """Longest pause before any attempt, also where the server asks for more."""
    retry_seed: int = 0
    """Seed of the pauses' lengths."""
    max_tokens_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    """What the server calls the budget of new tokens."""
    length_fields: tuple[Literal["ignore_eos", "min_tokens"], ...] = ("ignore_eos", "min_tokens")
    """Fields sent to hold an answer to its length, in load tests alone; ``[]`` for a server that
    refuses fields it does not know: answers then end when the model ends them."""
    continuous_usage: bool = False
    """Ask for the tokens so far in every chunk of a load test; not every server knows the wish."""
    scores: bool = False
    """Ask for log-likelihoods by ``echo`` and ``logprobs``; few servers give those of a prompt."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """More fields for the body of each request, such as ``top_k`` or ``reasoning_effort``."""

    def __post_init__(self) -> None:
        """Refuse what no server could satisfy.

        Raises:
            ConfigError: an address without host or with a password, a limit below 1, scores from
                the chat API, or an extra field that is set by the adapter itself.
        """
        _check_address(self.base_url)
        if self.api_key_env is not None and not self.api_key_env.isidentifier():
            # Not shown: it may well be the key itself.
            remedy = "write the variable's name, never the key"
            raise ConfigError("api_key_env", "is no name of an environment variable", remedy)
        if min(self.max_concurrency, self.max_attempts) < 1:
            where = "max_attempts" if self.max_concurrency >= 1 else "max_concurrency"
            raise ConfigError(where, "must be at least 1", f"write {where} = 1")
        if self.timeout_s <= 0:
            raise ConfigError("timeout_s", "must be positive", "write timeout_s = 120")
        if min(self.first_retry_wait_s, self.max_retry_wait_s) < 0:
            raise ConfigError("max_retry_wait_s", "a pause cannot be negative", "write 0 for none")
        if self.scores and self.api == "chat":
            reason = "the chat API gives no log-likelihoods of a prompt"
            raise ConfigError("scores", reason, 'write api = "completions"')
        taken = sorted(_OURS & self.extra.keys())
        if taken:
            raise ConfigError(f"extra.{taken[0]}", "is set by the adapter itself", "leave it out")

    @property
    def capabilities(self) -> frozenset[Capability]:
        """Generating, and scoring where the options promise it."""
        scoring = {Capability.SCORES} if self.scores else set()
        return frozenset({Capability.GENERATES} | scoring)

    def open(self) -> OpenAISession:
        """Read the key and start the connection pool; nothing is sent yet.

        Raises:
            ConfigError: the key's variable is not set, or holds no key.
        """
        from harness.adapters.openai.session import OpenAISession

        return OpenAISession(self)


def _check_address(base_url: str) -> None:
    # The address is kept with the run, so a login inside it is refused, and never shown.
    remedy = "write http://host:port/v1"
    try:
        parts = urlsplit(base_url)
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname)
        is_address = is_address and parts.port != 0
    except ValueError:
        raise ConfigError("base_url", "is no address", remedy) from None
    if parts.username is not None or parts.password is not None:
        raise ConfigError("base_url", "holds a login", "name the key's variable in api_key_env")
    if not is_address or parts.query or parts.fragment:
        raise ConfigError("base_url", f"{base_url!r} is not the address of an API", remedy)
