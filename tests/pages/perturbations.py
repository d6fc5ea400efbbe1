"""Each perturbation with its options and what it makes of a sentence."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from fakes.own_perturbations import judges_for

from harness import registry
from pages.options import about, option_table

_SENTENCE = "It is not a great film, but her 2 earlier ones had color, wit and style."
_OPTIONS: dict[str, tuple[dict[str, Any], ...]] = {
    "accents": ({}, {"kind": "strip"}),
    "casing": ({}, {"form": "upper"}, {"form": "title"}),
    "contractions": ({}, {"to": "full"}),
    "distractor": ({}, {"kind": "link"}, {"kind": "handle", "at": "start"}),
    "numbers": ({}, {"to": "digits"}),
    "punctuation": ({}, {"kind": "add"}),
    "whitespace": ({}, {"kind": "missing"}),
}
_OWN_SENTENCES = {
    "accents kind=strip": "A naïve café.",
    "contractions to=full": "I don't think it's good.",
    "numbers to=digits": "Twenty-two of them.",
}


def perturbation_sections() -> str:
    """Return a section for each."""
    sections = []
    for name in registry.registered("perturbations"):
        cls = registry.find("perturbations", name, name)
        examples = "\n".join(_examples(name, cls))
        shown = f"```text\n{examples}\n```\n\n" if examples else ""
        sections.append(f"### {name}\n\n{about(cls)}\n\n{shown}{option_table(cls)}")
    return "\n\n".join(sections)


def _examples(name: str, cls: Any) -> Iterator[str]:
    if judges_for(cls):
        return  # what it makes of a sentence is up to the models that it asks
    for options in _OPTIONS.get(name, ({},)):
        perturbation = cls(**options)
        text = _OWN_SENTENCES.get(perturbation.label, _SENTENCE)
        changed = perturbation.perturb(text, random.Random(0))
        yield f"{perturbation.label}: {''.join(map(_visible, changed))}"


def _visible(character: str) -> str:
    """Return a character as it is, or its code where nobody would see it."""
    return character if character.isprintable() else f"\\u{ord(character):04x}"
