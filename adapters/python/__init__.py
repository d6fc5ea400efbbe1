"""``python``: any function as a model.

One function answers one kind of question, which the option ``capability`` names:

==============  =================================================================================
``generates``   ``f(prompt: str) -> str``
``scores``      ``f(prompt: str, continuations: list[str]) -> list[float]``, log-likelihoods; give
                a list per continuation, one number per token, where the tokens are known.
                Whole texts are asked for as ``f("", [text])`` and need the list per token.
``classifies``  ``f(text: str) -> dict[str, float]``, a score for each label
``embeds``      ``f(text: str) -> list[float]``
==============  =================================================================================

A chat prompt arrives as a list of ``{"role": ..., "content": ...}``. A generating function that
has parameters named ``max_new_tokens``, ``min_new_tokens``, ``stop``, ``temperature``, ``top_p`` or
``seed`` is given them. With ``batch`` each argument is a list, and the answer a list of answers.

An exception costs the request that it came from, and no other.

The identity holds a hash of the function's module and of every module below the same folder that
this imports; installed packages, modules imported by a computed name, and files that the code
reads (weights, settings) are not in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from harness.core.capability import Capability
from harness.core.errors import ConfigError

if TYPE_CHECKING:
    from harness.adapters.python.session import PythonSession


@dataclass(frozen=True, slots=True, kw_only=True)
class PythonAdapter:
    """A Python function, found by name and called in this process."""

    is_watchable: ClassVar[bool] = False
    """An answer comes whole: nothing can be timed within it."""

    target: str
    """The function, as ``package.module:function``; dots after the colon reach into classes."""
    capability: Literal["generates", "scores", "classifies", "embeds"] = "generates"
    """What the function does, and so how it is called."""
    labels: tuple[str, ...] = ()
    """The labels of a classifier, in the order to keep; taken from each answer when empty."""
    batch: bool = False
    """Call the function with lists: many questions at once."""
    batch_size: int = 64
    """Most questions in one call; read only with ``batch``."""
    path: str | None = None
    """A folder to import from; it stays on ``sys.path`` for as long as the process lives."""

    def __post_init__(self) -> None:
        """Refuse what no function could satisfy.

        Raises:
            ConfigError: the target is not of the form ``module:function``, or no batch has room.
        """
        module, _, function = self.target.partition(":")
        if not module or not function:
            remedy = "write package.module:function"
            raise ConfigError("target", f"{self.target!r} names no function", remedy)
        if self.batch_size < 1:
            raise ConfigError("batch_size", "must be at least 1", "write batch_size = 64")

    @property
    def capabilities(self) -> frozenset[Capability]:
        """The one thing that the function does."""
        return frozenset({Capability(self.capability)})

    def open(self) -> PythonSession:
        """Import the function.

        Raises:
            ConfigError: there is no such module or function; the nearest name is offered.
            AdapterError: the module raised while it was imported.
        """
        from harness.adapters.python.lookup import find_function, hash_source
        from harness.adapters.python.session import PythonSession
        from harness.core.identity import Identity, hash_json

        function = find_function(self.target, self.path)
        settings = {"capability": self.capability, "labels": list(self.labels)}
        identity = Identity(
            {
                "weights": hash_source(function, self.target),
                "function": self.target,
                "settings": hash_json(settings),
            }
        )
        return PythonSession(function, self, identity)
