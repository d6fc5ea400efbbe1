"""What came out for some texts when each perturbation got its version.

A difference means that runs of yesterday and of today ask about other texts by the same name: raise
the ``version`` of the perturbation, then write the file anew:

    python tests/golden/test_perturbed_texts.py
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from fakes.own_perturbations import plain_perturbations

from harness import registry

_FILE = Path(__file__).with_name("perturbations") / "texts.json"
_TEXTS = (
    "It is not a great film, but the director's 2 earlier ones were well made, I'm sure.",
    "THE COLOR of 21 theaters: naïve, don't you think (or can't you)? We will see at 10:30.",
    "one of the best things that i have seen in a long while and it is funny from start to end",
)
_OPTIONS: dict[str, tuple[dict[str, Any], ...]] = {
    "accents": ({}, {"kind": "strip"}),
    "casing": ({}, {"form": "upper"}, {"form": "title"}),
    "contractions": ({}, {"to": "full"}),
    "dialect": ({}, {"to": "american"}),
    "distractor": ({}, {"kind": "link"}, {"kind": "handle", "at": "start"}),
    "numbers": ({}, {"to": "digits"}),
    "punctuation": ({}, {"kind": "add"}),
    "typos": ({}, {"layout": "azerty", "rate": 0.5}),
    "whitespace": ({}, {"kind": "missing"}),
}
_NAMES = plain_perturbations()


def _made(name: str) -> dict[str, Any]:
    made = {}
    for options in _OPTIONS.get(name, ({},)):
        perturbation = registry.find("perturbations", name, "golden")(**options)
        made[perturbation.label] = {
            "version": perturbation.version,
            "texts": [
                perturbation.perturb(text, random.Random(f"golden/{text}")) for text in _TEXTS
            ],
        }
    return made


@pytest.mark.parametrize("name", _NAMES)
def test_texts_are_those_of_the_version(name: str) -> None:
    kept = json.loads(_FILE.read_text(encoding="utf-8"))

    assert _made(name) == kept[name]


def test_every_version_is_kept() -> None:
    assert list(json.loads(_FILE.read_text(encoding="utf-8"))) == list(_NAMES)


if __name__ == "__main__":
    everything = {name: _made(name) for name in _NAMES}
    _FILE.write_text(json.dumps(everything, indent=1, ensure_ascii=False) + "\n", "utf-8")
