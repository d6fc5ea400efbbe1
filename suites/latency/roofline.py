"""Where decoding and prefill stand under the roof that memory and arithmetic make."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.core.figure import Figure, FigureKind
from harness.core.profile import Profile
from harness.suites.latency.efficiency import decode_traffic, prefill_rate, tokens_per_s
from harness.suites.latency.view import View


def roofline(profiles: Sequence[Profile]) -> Iterator[Figure]:
    """Yield the roofline of the first round; none where a peak or the model's size is not known."""
    profile = profiles[0]
    flops, bandwidth = (profile.facts.get(name) for name in ("peak_flops", "peak_bytes_per_s"))
    points = [point for load in profile.points for point in _points(profile, load.load.key)]
    if flops is None or bandwidth is None or not points:
        return
    data = {
        "peak_flops": flops,
        "peak_bytes_per_s": bandwidth,
        "source": profile.sources.get("peak_flops", "measured"),
        "points": points,
    }
    yield Figure(kind=FigureKind.ROOFLINE, title="Under the roofline", data=data)


def _points(profile: Profile, key: str) -> Iterator[dict[str, object]]:
    """Yield prefill and decoding of one stream.

    Prefill reads the weights once for all tokens of the prompt, decoding once for each token.
    """
    view = View(
        profile=profile, points=tuple(point for point in profile.points if point.load.key == key)
    )
    traffic = decode_traffic(view)
    if traffic is None:
        return
    n_bytes, flops = traffic
    lengths = [trace.n_input_tokens for trace in view.answered if trace.n_input_tokens]
    for label, rate, n_tokens in (
        ("decode", tokens_per_s(view), 1.0),
        ("prefill", prefill_rate(view), sum(lengths) / len(lengths) if lengths else 1.0),
    ):
        if rate is not None:
            yield {
                "label": f"{label}, {key}",
                "flops_per_byte": flops * n_tokens / n_bytes,
                "flops_per_s": flops * rate,
            }
