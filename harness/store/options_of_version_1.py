"""The options of a metric in a run of schema version 1, which did not write them down.

What version 1 of the built-in suites made of a spec is fixed for good, and stands here. Where it
does not settle an option beyond doubt, the metric is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

Options: TypeAlias = dict[str, Any]

_WITHOUT_OPTIONS = ("choice", "fold_spread", "perplexity")
_N_BINS = 15
_A_PAIR = 2
_DEFAULTS: Mapping[str, Options] = {
    "bleu": {"tokenize": "13a", "lowercase": False, "smooth": "exp"},
    "chrf": {
        "char_order": 6,
        "word_order": 0,
        "beta": 2,
        "lowercase": False,
        "whitespace": False,
    },
    "distinct": {"by_character": False},
    "exact_match": {"ignore_case": False, "ignore_punctuation": False, "normalise": "none"},
    "length_ratio": {"tokenizer": "auto"},
    "meteor": {"wordnet": "auto", "tokenizer": "auto"},
    "rouge": {"tokenizer": "auto", "stem": False},
    "self_bleu": {"tokenize": "13a", "max_answers": 500, "seed": 0},
    "ter": {
        "normalized": False,
        "no_punct": False,
        "asian_support": False,
        "case_sensitive": False,
    },
    "token_f1": {"tokenizer": "auto"},
}
"""Of the suite ``generation``. Modules of other packages (``bertscore``, ``evaluate``) are not
here: their options name places that a spec gave relative to its own."""
_BLEU_TOKENIZERS = {"zh": "zh", "ja": "ja-mecab", "ko": "ko-mecab", "th": "char"}
_SPLIT_BY_CHARACTER = ("zh", "ja")


def metric_options(
    signatures: Mapping[str, str], suite_table: Mapping[str, Any]
) -> dict[str, Options]:
    """Return the options of those metrics of an evaluation for which they are certain.

    Args:
        signatures: by metric, as the evaluation holds them.
        suite_table: the suite in the run's spec; empty for a run that was made without one.
    """
    labels = _labels(signatures, suite_table)
    found = {name: _options(name, signatures[name], labels, suite_table) for name in signatures}
    return {name: options for name, options in found.items() if options is not None}


def _options(
    name: str, signature: str, labels: list[str] | None, suite_table: Mapping[str, Any]
) -> Options | None:
    if name in _WITHOUT_OPTIONS:
        return {}
    if name in _DEFAULTS and suite_table.get("suite") == "generation":
        return _of_generation(name, suite_table)
    if labels is None:
        return None
    if name == "calibration":
        return {"labels": labels, "n_bins": _N_BINS}
    if name in ("confusion", "ranking"):
        return {"labels": labels, **_positive(signature, labels)}
    return None


def _positive(signature: str, labels: list[str]) -> Options:
    """Return the positive one of two labels; more have none."""
    positive = _parts(signature).get("positive")
    return {"positive": positive} if len(labels) == _A_PAIR and positive in labels else {}


def _of_generation(name: str, suite_table: Mapping[str, Any]) -> Options:
    tables = [entry for entry in suite_table.get("metrics", ()) if isinstance(entry, Mapping)]
    written = {entry["name"]: {**entry} for entry in tables}.get(name, {})
    written.pop("name", None)
    return {**_DEFAULTS[name], **_of_language(name, suite_table.get("language", "en")), **written}


def _of_language(name: str, language: str) -> Options:
    if name in ("bleu", "self_bleu") and language in _BLEU_TOKENIZERS:
        return {"tokenize": _BLEU_TOKENIZERS[language]}
    if name == "ter" and language in _SPLIT_BY_CHARACTER:
        return {"normalized": True, "asian_support": True}
    return {}


def _labels(signatures: Mapping[str, str], suite_table: Mapping[str, Any]) -> list[str] | None:
    """Return the labels that a suite names or, of two, those that the signature joins.

    More than two cannot be told apart there: one of them may have held the comma.
    """
    if "labels" in suite_table:
        return list(suite_table["labels"])
    for name in ("confusion", "ranking"):
        parts = _parts(signatures.get(name, ""))
        labels = parts.get("labels", "").split(",")
        if len(labels) == _A_PAIR and parts.get("positive") in labels:
            return labels
    return None


def _parts(signature: str) -> dict[str, str]:
    return dict(part.partition(":")[::2] for part in signature.split("|"))
