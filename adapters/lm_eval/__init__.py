"""Any model class of lm-evaluation-harness: vLLM, SGLang, GGUF servers, hosted APIs and others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, ClassVar

from harness.adapters.lm_eval.classes import class_names, only_generates
from harness.core.capability import Capability
from harness.core.errors import ConfigError, UnknownName

if TYPE_CHECKING:
    from harness.adapters.lm_eval.session import LmEvalSession


@dataclass(frozen=True, slots=True, kw_only=True)
class LmEvalAdapter:
    """A model as lm-evaluation-harness runs it.

    ``adapter = "lm_eval:vllm"`` says the same as ``adapter = "lm_eval"`` with
    ``model_class = "vllm"``. Tokens, batches, windows and chat templates are those of that class:
    a prompt that is too long is cut from the left, as there.
    """

    option_after_colon: ClassVar[str] = "model_class"
    """Where ``NAME`` of ``lm_eval:NAME`` goes."""

    model_class: str
    """What ``lm-eval run --model`` takes; ``harness list adapters 'lm_eval:*'`` has all of them."""
    model_args: Mapping[str, Any] = field(default_factory=dict)
    """What ``--model_args`` takes, with ``batch_size`` and ``device`` among it. A path that begins
    with ``./``, ``../`` or ``~/`` is relative to the spec."""
    max_requests: int = 256
    """Questions handed over at once; their answers come, and are kept, together."""

    def __post_init__(self) -> None:
        """Refuse what lm-eval does not know.

        Raises:
            ConfigError: no such class, lm_eval is not installed, or nothing is to be handed over.
        """
        known = class_names()
        if self.model_class not in known:
            raise UnknownName("model_class", "model class of lm-eval", self.model_class, known)
        if self.max_requests < 1:
            raise ConfigError("max_requests", "must be at least 1", "write 256")

    @staticmethod
    def listed(pattern: str) -> Iterator[tuple[str, str]]:
        """Yield the classes like a shell pattern, with where each of them is written."""
        for name, place in class_names().items():
            if fnmatchcase(name, pattern):
                yield name, place

    @property
    def capabilities(self) -> frozenset[Capability]:
        """Generating, and scoring unless the class is known to lack it."""
        scoring = set() if only_generates(self.model_class) else {Capability.SCORES}
        return frozenset({Capability.GENERATES} | scoring)

    def open(self) -> LmEvalSession:
        """Make the class load its model.

        Raises:
            ConfigError: a package that it needs is not installed, or an argument is none of its.
            AdapterError: it cannot load the model.
        """
        from harness.adapters.lm_eval.session import LmEvalSession

        return LmEvalSession(self)
