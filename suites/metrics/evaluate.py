"""Any module of the ``evaluate`` library, from a local folder or the Hugging Face hub."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from statistics import fmean
from typing import Any, Literal

from harness.core.errors import ConfigError
from harness.core.identity import hash_json
from harness.core.response import Generation, Output
from harness.core.sample import Sample
from harness.core.score import Direction, Quantity
from harness.suites.metrics.required_package import required_version
from harness.suites.metrics.tokenization import replace_lone_surrogates

_PROBES = (
    ("one two three four five", "six seven eight nine ten"),
    ("one two three four five", "six seven eight nine ten", "two four six eight ten"),
)
"""Texts that a module is tried on, to learn the names of its results before a model is asked: a
list that is as long as there are texts, twice, has a value per text."""


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
    low: float | None = None
    """Smallest possible value of its results; unbounded when absent."""
    high: float | None = None
    """Largest possible value of its results; unbounded when absent."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Passed to the module's ``compute``."""

    def __post_init__(self) -> None:
        """Refuse to run a stranger's code unasked, and an empty range.

        Raises:
            ConfigError: the module is not local, and remote code is not trusted; or ``low`` is
                not below ``high``.
        """
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise ConfigError(
                f"{self._where}, low", f"{self.low} is not below {self.high}", "change low or high"
            )
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
        """One for each number that the module returns for pairs of equal texts.

        Raises:
            ConfigError: it returns none.
        """
        origin = f"at {self.path}" if self.path else "from the hub"
        return tuple(
            Quantity(
                id=key,
                direction=Direction(self.direction),
                definition=f"as computed by the evaluate module {self.module!r} {origin}",
                low=self.low,
                high=self.high,
            )
            for key in self._names()
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
        if not pairs:
            return {}
        raw = self._raw([pair[0] for pair in pairs], [pair[1] for pair in pairs])
        # Most modules return no such list, and some take long to be tried again.
        may_be_per_text = any(length == len(pairs) for _, length in _list_lengths(raw))
        per_text = self._per_text() if may_be_per_text else frozenset()
        return {self._id(key): value for key, value in _numbers(raw, per_text)}

    def _names(self) -> tuple[str, ...]:
        numbers = [key for key, _ in _numbers(self._probed(_PROBES[0]), self._per_text())]
        if not numbers:
            raise ConfigError(
                self._where, "returns no number", "choose a module that scores a set of texts"
            )
        return tuple(map(self._id, numbers))

    def _per_text(self) -> frozenset[str]:
        """Return the keys of lists with a value for each text."""
        lengths = [dict(_list_lengths(self._probed(texts))) for texts in _PROBES]
        followed = [
            {key for key, length in found.items() if length == len(texts)}
            for found, texts in zip(lengths, _PROBES, strict=True)
        ]
        return frozenset.intersection(*map(frozenset, followed))

    def _probed(self, texts: Sequence[str]) -> Any:
        return self._raw(texts, [(text,) for text in texts])

    def _id(self, key: str) -> str:
        stem = "evaluate_" + re.sub(r"\W+", "_", self.module)
        return stem if key == self.module else f"{stem}_{key}"

    def _raw(self, answers: Sequence[str], references: Sequence[tuple[str, ...]]) -> Any:
        clean = [[replace_lone_surrogates(text) for text in texts] for texts in references]
        have_one_each = all(len(texts) == 1 for texts in clean)
        loaded = self._loaded()
        as_texts = have_one_each and loaded.takes_a_text_as_reference
        try:
            return loaded.module.compute(
                predictions=[replace_lone_surrogates(text) for text in answers],
                references=[texts[0] for texts in clean] if as_texts else clean,
                **self.options,
            )
        except Exception as error:  # the module is any code
            raise ConfigError(
                self._where, f"fails on these texts ({error})", "check its options and references"
            ) from error

    def _loaded(self) -> _Loaded:
        required_version("evaluate", metric=self.name, extra="evaluate")
        return _load(self.module, self.path, self.revision, self.config)


def _numbers(value: Any, per_text: frozenset[str], key: str = "") -> Iterator[tuple[str, float]]:
    """Yield every number in nested results under the path of its keys, list places from 1.

    A list with a value for each text gives one number, their mean.
    """
    value = _plain(value)
    if key in per_text:
        inner = [number for _, number in _numbers(value, frozenset(), key)]
        if inner:
            yield f"{key}_mean", fmean(inner)
    elif isinstance(value, str) or value is None:
        return
    elif isinstance(value, Mapping | list | tuple):
        for path, item in _items(value, key):
            yield from _numbers(item, per_text, path)
    else:
        yield key, float(value)


def _list_lengths(value: Any, key: str = "") -> Iterator[tuple[str, int]]:
    """Yield the length of every list in nested results, under its path."""
    value = _plain(value)
    if isinstance(value, list | tuple):
        yield key, len(value)
    if isinstance(value, Mapping | list | tuple):
        for path, item in _items(value, key):
            yield from _list_lengths(item, path)


def _items(value: Mapping[Any, Any] | Sequence[Any], key: str) -> Iterator[tuple[str, Any]]:
    pairs = value.items() if isinstance(value, Mapping) else enumerate(value, start=1)
    return ((f"{key}_{inner}" if key else str(inner), item) for inner, item in pairs)


def _plain(value: Any) -> Any:
    """Return numpy's arrays and scalars as lists and numbers."""
    return value.tolist() if hasattr(value, "tolist") else value


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
