"""Any module of the ``evaluate`` library, from a local folder or the Hugging Face hub."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from harness.core.errors import ConfigError
from harness.core.identity import hash_json
from harness.core.response import Generation, Output
from harness.core.sample import Sample
from harness.core.score import Direction, Quantity
from harness.suites.metrics.required_package import required_version
from harness.suites.metrics.tokenization import replace_lone_surrogates

_PROBE = ("one two three four five", "six seven eight nine ten")
"""Texts that a module is tried on, to learn the names of its results before a model is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluateMetric:
    """A module's numeric results on the whole set, each a quantity of its own."""

    module: str
    """Its name, such as ``rouge``; ``evaluate:rouge`` in a list of metrics says the same."""
    path: str | None = None
    """A local folder (or script) that holds it; without this it comes from the hub."""
    revision: str | None = None
    """The hub's tag or commit; a branch moves."""
    trust_remote_code: bool = False
    """Must be true for a module of the hub: loading one runs the Python code in it."""
    config: str | None = None
    """The module's own configuration, such as a language pair."""
    direction: Literal["higher", "lower", "neither"] = "neither"
    """Which way is better; modules do not tell."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Passed to the module's ``compute``."""

    def __post_init__(self) -> None:
        """Refuse to run a stranger's code unasked.

        Raises:
            ConfigError: the module is not local, and remote code is not trusted.
        """
        if self.path is None and not self.trust_remote_code:
            raise ConfigError(
                self._where,
                "comes from the Hugging Face hub, and loading it runs the Python code in it",
                "write trust_remote_code = true, or path = a local folder",
            )

    @property
    def _where(self) -> str:
        return f"metric {self.name!r}"

    @property
    def name(self) -> str:
        """``evaluate:`` and the module's name."""
        return f"evaluate:{self.module}"

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """One for each number that the module returns for two pairs of equal texts."""
        origin = f"at {self.path}" if self.path else "from the hub"
        return tuple(
            Quantity(
                id=key,
                direction=Direction(self.direction),
                definition=f"as computed by the evaluate module {self.module!r} {origin}",
                low=None,
                high=None,
            )
            for key in self._results(_PROBE, [(text,) for text in _PROBE])
        )

    @property
    def signature(self) -> Mapping[str, str]:
        """Where the module comes from, its code's hash, its options, and evaluate's version."""
        return {
            "module": self.module,
            "revision": self.revision or ("local" if self.path else "main"),
            "config": self.config or "default",
            "code": self._loaded().code_hash,
            "options": hash_json(dict(self.options))[:8] if self.options else "none",
            "evaluate": required_version("evaluate", metric=self.name, extra="evaluate"),
        }

    def compute(self, samples: Sequence[Sample], outputs: Sequence[Output]) -> Mapping[str, float]:
        """Return the module's numbers; samples without a reference are left out.

        Raises:
            ConfigError: the module refuses the texts.
        """
        pairs = [
            (output.text, sample.targets)
            for sample, output in zip(samples, outputs, strict=True)
            if isinstance(output, Generation) and sample.targets
        ]
        return self._results([pair[0] for pair in pairs], [pair[1] for pair in pairs])

    def _results(
        self, answers: Sequence[str], references: Sequence[tuple[str, ...]]
    ) -> dict[str, float]:
        if not answers:
            return {}
        clean = [[replace_lone_surrogates(text) for text in texts] for texts in references]
        have_one_each = all(len(texts) == 1 for texts in clean)
        loaded = self._loaded()
        as_texts = have_one_each and loaded.takes_a_text_as_reference
        try:
            raw = loaded.module.compute(
                predictions=[replace_lone_surrogates(text) for text in answers],
                references=[texts[0] for texts in clean] if as_texts else clean,
                **self.options,
            )
        except Exception as error:  # the module is any code
            raise ConfigError(
                self._where, f"fails on these texts ({error})", "check its options and references"
            ) from error
        stem = "evaluate_" + re.sub(r"\W+", "_", self.module)
        return {_named(stem, self.module, key): value for key, value in _numbers(raw)}

    def _loaded(self) -> _Loaded:
        required_version("evaluate", metric=self.name, extra="evaluate")
        return _load(self.module, self.path, self.revision, self.config)


def _named(stem: str, module: str, key: str) -> str:
    return stem if key == module else f"{stem}_{key}"


def _numbers(value: Any, key: str = "") -> Iterator[tuple[str, float]]:
    """Yield every number in nested results under the path of its keys, list places from 1."""
    if isinstance(value, Mapping):
        for inner, item in value.items():
            yield from _numbers(item, f"{key}_{inner}" if key else str(inner))
    elif isinstance(value, list | tuple):
        for place, item in enumerate(value, start=1):
            yield from _numbers(item, f"{key}_{place}")
    elif isinstance(value, str) or value is None:
        return
    elif hasattr(value, "tolist"):  # numpy arrays and scalars
        yield from _numbers(value.tolist(), key)
    else:
        yield key, float(value)


@dataclass(frozen=True, slots=True)
class _Loaded:
    module: Any
    takes_a_text_as_reference: bool
    """False when the module accepts nothing but lists of references."""
    code_hash: str


@lru_cache(maxsize=16)
def _load(name: str, path: str | None, revision: str | None, config: str | None) -> _Loaded:
    import evaluate

    place = name if path is None else str(_local_folder(path))
    try:
        module = evaluate.load(place, config, revision=revision, keep_in_memory=True)
    except Exception as error:  # the module is any code, and its packages may be missing
        origin = "the Hugging Face hub" if path is None else place
        raise ConfigError(
            f"metric 'evaluate:{name}'",
            f"cannot be loaded from {origin} ({_first_line(error)})",
            "connect once to fill the cache, or give path = a local folder that holds it"
            if path is None
            else "the folder must hold a script of its own name that runs",
        ) from error
    formats = module.features if isinstance(module.features, list) else [module.features]
    return _Loaded(
        module=module,
        takes_a_text_as_reference=any(
            getattr(features.get("references"), "dtype", None) == "string" for features in formats
        ),
        code_hash=str(module._hash)[:16],  # noqa: SLF001 - evaluate's hash of the module's code
    )


def _local_folder(path: str) -> Path:
    from harness.sources.source import Source

    return Source(path=path).fetch().resolve()


def _first_line(error: Exception) -> str:
    lines = str(error).splitlines()
    return lines[0] if lines else type(error).__name__
