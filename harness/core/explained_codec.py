"""Explanations and the orders for them as JSON values, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any, TypeAlias

from harness.core.attention_codec import decode_mapped_tokens, encode_mapped_tokens
from harness.core.capability import Capability
from harness.core.explained import Attribution, Explained, LeftOut, Paraphrase, Row, Trial
from harness.core.request import ExplainText

Json: TypeAlias = dict[str, Any]


def encode_explain_text(payload: ExplainText) -> Json:
    """Return the order as a JSON object."""
    data = {"kind": "ExplainText", **asdict(payload), "capability": payload.capability.value}
    for name in ("attack", "found", "question"):
        if not data[name]:  # so that an old order's hash is what it was
            del data[name]
    return data


def decode_explain_text(data: Mapping[str, Any]) -> ExplainText:
    """Return the order that ``encode_explain_text`` turned into ``data``."""
    return ExplainText(
        capability=Capability(data["capability"]),
        text=data["text"],
        explainer=data["explainer"],
        version=data["version"],
        attack=data.get("attack", ""),
        found=data.get("found", ""),
        question=data.get("question", ""),
    )


def encode_explained(output: Explained) -> Json:
    """Return the explanation as a JSON object; its numbers are finite."""
    again = output.again
    return {
        "kind": "Explained",
        **asdict(output),
        "attribution": encode_attribution(output.attribution),
        "again": None if again is None else encode_attribution(again),
    }


def decode_explained(data: Mapping[str, Any]) -> Explained:
    """Return the explanation that ``encode_explained`` turned into ``data``."""
    # An answer's usage and latency stand beside the fields of its output.
    own = {field.name: data[field.name] for field in fields(Explained) if field.name in data}
    again = own.get("again")
    return Explained(
        **{
            **own,
            "outputs": tuple(own["outputs"]),
            "whole": decode_row(own["whole"]),
            "blank": decode_row(own["blank"]),
            "spans": _pairs(own["spans"]),
            "attribution": decode_attribution(own["attribution"]),
            "trial": _trial(own["trial"]),
            "random": tuple(map(_trial, own["random"])),
            "again": None if again is None else decode_attribution(again),
            "paraphrase": _paraphrase(own.get("paraphrase")),
        }
    )


def encode_attribution(attribution: Attribution) -> Json:
    """Return what a method makes of a text as a JSON object."""
    maps = attribution.attention
    return {
        **asdict(attribution),
        "attention": None if maps is None else encode_mapped_tokens(maps),
    }


def decode_attribution(data: Mapping[str, Any]) -> Attribution:
    """Return what ``encode_attribution`` turned into ``data``."""
    columns, attention = data["columns"], data["attention"]
    return Attribution(
        values=tuple(map(decode_row, data["values"])),
        columns=None if columns is None else tuple(columns),
        attention=None if attention is None else decode_mapped_tokens(attention),
        base=_maybe_row(data["base"]),
        total=_maybe_row(data["total"]),
        is_capped=data["is_capped"],
        is_in_output_unit=data["is_in_output_unit"],
    )


def _paraphrase(data: Mapping[str, Any] | None) -> Paraphrase | None:
    """Return what is stored of a paraphrase; runs of before it was tried have nothing of it."""
    if data is None:
        return None
    return Paraphrase(
        by=data["by"],
        left_out=None if data["left_out"] is None else LeftOut(data["left_out"]),
        reason=data["reason"],
        text=data["text"],
        spans=_pairs(data["spans"]),
        values=decode_row(data["values"]),
        pairs=_pairs(data["pairs"]),
    )


def _trial(data: Mapping[str, Any]) -> Trial:
    return Trial(**{field.name: tuple(data[field.name]) for field in fields(Trial)})


def _pairs(rows: Sequence[Sequence[int]]) -> tuple[tuple[int, int], ...]:
    return tuple((first, second) for first, second in rows)


def decode_row(values: Sequence[float]) -> Row:
    """Return a row of numbers."""
    return tuple(map(float, values))


def _maybe_row(values: Sequence[float] | None) -> Row | None:
    return None if values is None else decode_row(values)
