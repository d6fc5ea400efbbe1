"""Attention and what is asked for it as JSON values, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from harness.core.attention import AttentionMap, AttentionMaps, AttentionToken, MappedTokens
from harness.core.float_codec import decode_floats, encode_float, encode_floats
from harness.core.request import Attend

Json: TypeAlias = dict[str, Any]


def encode_attend(payload: Attend) -> Json:
    """Return the question as a JSON object."""
    return {"kind": "Attend", "text": payload.text, "n_mapped": payload.n_mapped}


def decode_attend(data: Mapping[str, Any]) -> Attend:
    """Return the question that ``encode_attend`` turned into ``data``.

    Only ``text`` has to be there.
    """
    return Attend(text=data["text"], n_mapped=data.get("n_mapped", 0))


def encode_attention_maps(output: AttentionMaps) -> Json:
    """Return the attention as a JSON object, each token as a list."""
    return {
        "kind": "AttentionMaps",
        "tokens": [
            [
                token.text,
                token.start,
                token.end,
                encode_float(token.last),
                encode_float(token.rollout),
            ]
            for token in output.tokens
        ],
        "reader": output.reader,
        "n_layers": output.n_layers,
        "mapped": None if output.mapped is None else encode_mapped_tokens(output.mapped),
    }


def decode_attention_maps(data: Mapping[str, Any]) -> AttentionMaps:
    """Return the attention that ``encode_attention_maps`` turned into ``data``."""
    mapped = data["mapped"]
    return AttentionMaps(
        tokens=tuple(
            AttentionToken(
                text=text, start=start, end=end, last=float(last), rollout=float(rollout)
            )
            for text, start, end, last, rollout in data["tokens"]
        ),
        reader=data["reader"],
        n_layers=data["n_layers"],
        mapped=None if mapped is None else decode_mapped_tokens(mapped),
    )


def encode_mapped_tokens(mapped: MappedTokens) -> Json:
    """Return the maps as a JSON object, each as its layer and its rows."""
    return {
        "tokens": list(mapped.tokens),
        "n_left_out": mapped.n_left_out,
        "maps": [[each.layer, [*map(encode_floats, each.rows)]] for each in mapped.maps],
    }


def decode_mapped_tokens(data: Mapping[str, Any]) -> MappedTokens:
    """Return the maps that ``encode_mapped_tokens`` turned into ``data``."""
    return MappedTokens(
        tokens=tuple(data["tokens"]),
        n_left_out=data["n_left_out"],
        maps=tuple(
            AttentionMap(layer=layer, rows=tuple(map(decode_floats, rows)))
            for layer, rows in data["maps"]
        ),
    )
