"""Load tests and profiles as JSON values, and back; the traces of a load stand in columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any, TypeAlias

from harness.core.capability import Capability
from harness.core.load import Load, Tier
from harness.core.profile import LoadProfile, Profile, Telemetry
from harness.core.request import LoadTest
from harness.core.response import Failure, FailureKind
from harness.core.trace import Trace

Json: TypeAlias = dict[str, Any]

_TRACE_COLUMNS = tuple(field.name for field in fields(Trace) if field.name != "failure")


def encode_load_test(payload: LoadTest) -> Json:
    """Return the load test as a JSON object."""
    return {
        "kind": "LoadTest",
        "capability": payload.capability.value,
        "points": [asdict(point) for point in payload.points],
    }


def decode_load_test(data: Mapping[str, Any]) -> LoadTest:
    """Return the load test that ``encode_load_test`` turned into ``data``."""
    return LoadTest(
        capability=Capability(data["capability"]),
        points=tuple(Load(**point) for point in data["points"]),
    )


def encode_profile(output: Profile) -> Json:
    """Return the profile as a JSON object."""
    return {
        "kind": "Profile",
        "tier": output.tier.value,
        "points": [_encode_point(point) for point in output.points],
        "facts": dict(output.facts),
        "sources": dict(output.sources),
        "lost": _encode_failure(output.lost),
    }


def decode_profile(data: Mapping[str, Any]) -> Profile:
    """Return the profile that ``encode_profile`` turned into ``data``."""
    return Profile(
        tier=Tier(data["tier"]),
        points=tuple(_decode_point(point) for point in data["points"]),
        facts=data["facts"],
        sources=data["sources"],
        lost=_decode_failure(data.get("lost")),
    )


def _encode_point(point: LoadProfile) -> Json:
    columns = {name: [getattr(trace, name) for trace in point.traces] for name in _TRACE_COLUMNS}
    return {
        "load": asdict(point.load),
        "traces": {**columns, "failure": [_encode_failure(t.failure) for t in point.traces]},
        "n_warm_up": point.n_warm_up,
        "telemetry": asdict(point.telemetry),
        "resources": dict(point.resources),
        "sources": dict(point.sources),
        "unstable": list(point.unstable),
        "breaches": list(point.breaches),
    }


def _decode_point(data: Mapping[str, Any]) -> LoadProfile:
    telemetry = data["telemetry"]
    series = {name: tuple(values) for name, values in telemetry["series"].items()}
    return LoadProfile(
        load=Load(**data["load"]),
        traces=tuple(_decode_traces(data["traces"])),
        n_warm_up=data["n_warm_up"],
        telemetry=Telemetry(at_ns=tuple(telemetry["at_ns"]), series=series),
        resources=data["resources"],
        sources=data["sources"],
        unstable=tuple(data["unstable"]),
        breaches=tuple(data["breaches"]),
    )


def _decode_traces(columns: Mapping[str, list[Any]]) -> list[Trace]:
    names = (*_TRACE_COLUMNS, "failure")
    rows = zip(*(columns[name] for name in names), strict=True)
    return [_decode_trace(dict(zip(names, row, strict=True))) for row in rows]


def _decode_trace(row: Json) -> Trace:
    tokens = row["chunk_tokens"]
    return Trace(
        **{
            **row,
            "chunk_ns": tuple(row["chunk_ns"]),
            "chunk_tokens": None if tokens is None else tuple(tokens),
            "failure": _decode_failure(row["failure"]),
        }
    )


def _encode_failure(failure: Failure | None) -> Json | None:
    return None if failure is None else {**asdict(failure), "kind": failure.kind.value}


def _decode_failure(data: Mapping[str, Any] | None) -> Failure | None:
    return None if data is None else Failure(**{**data, "kind": FailureKind(data["kind"])})
