"""What explanations of a suite come to, for programs."""

from __future__ import annotations

from collections.abc import Sequence

from harness.core.estimate import Estimate
from harness.core.explained_attacks import AttackMethod
from harness.core.explanations import Explanations, Method, Paraphrased, Shortcuts
from harness.reports.plain_data import Json, plain
from harness.reports.robustness_data import share_data


def explanation_data(found: Explanations) -> dict[str, Json]:
    """Return it as plain data; of the examples the ids, whose texts are in the run folder."""
    return {
        "model": found.model,
        "suite": found.suite,
        "level": found.level,
        "n_samples": found.n_samples,
        "lead": found.lead.label if found.lead else None,
        "methods": [_method(method) for method in found.methods],
        "agreements": plain(found.agreements),
        "words": plain(found.words),
        "n_words": found.n_words,
        "notes": list(found.notes),
        "written": plain(found.written),
        "shortcuts": _shortcuts(found.shortcuts),
        "leaks": [
            {
                "word": leak.word,
                "label": leak.label,
                "share": share_data(leak.share),
                "base": leak.base,
                "n_leant": leak.n_leant,
                "is_name": leak.is_name,
            }
            for leak in found.leaks
        ],
        "examples": [{"kind": one.kind.value, "sample_id": one.id} for one in found.examples],
        "attacks": [_attack(found, one) for one in found.attacks.methods],
    }


def _method(method: Method) -> Json:
    return {
        "suite": method.suite,
        "method": method.label,
        "trust": method.trust.value,
        "tests": plain(method.tests),
        "unit": method.unit,
        "is_in_unit": method.is_in_unit,
        "version": method.version,
        "n_explained": method.n_explained,
        "n_capped": method.n_capped,
        "n_failed": method.n_failed,
        "paraphrased": _paraphrased(method.paraphrased),
        "note": method.note,
        "quantities": _quantities(method.estimates),
    }


def _attack(found: Explanations, one: AttackMethod) -> Json:
    return {
        "suite": one.suite,
        "attack": one.attack,
        "method": one.method,
        "n_attacked": one.n_attacked,
        "n_turned": one.n_turned,
        "n_pairs": one.n_pairs,
        "n_failed": one.n_failed,
        "note": one.note,
        "quantities": _quantities(one.estimates),
        "examples": [
            shown.id
            for shown in found.attacks.shown
            if (shown.attack, shown.method) == (one.attack, one.method)
        ],
    }


def _quantities(estimates: Sequence[Estimate]) -> Json:
    return {
        each.quantity.id: {
            "value": each.value,
            "interval": plain(each.interval),
            "n": each.n,
        }
        for each in estimates
    }


def _paraphrased(found: Paraphrased | None) -> Json:
    if found is None:
        return None
    return {
        "by": found.by,
        "n": found.n,
        "n_compared": found.n_compared,
        "left_out": {why.value: n for why, n in found.left_out.items()},
    }


def _shortcuts(found: Shortcuts | None) -> Json:
    if found is None:
        return None
    return {
        "found": share_data(found.found),
        "by_chance": found.by_chance,
        "words": plain(found.words),
    }
