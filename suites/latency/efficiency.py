"""Memory, energy, the share of the hardware's peak that was used, and money."""

from __future__ import annotations

from collections.abc import Callable
from statistics import fmean

from harness.core import latency
from harness.core.load import Tier
from harness.core.score import Direction, Unscored
from harness.suites.latency.measure import Measure
from harness.suites.latency.view import View, moot, total

_IN_PROCESS = (Tier.IN_PROCESS,)
_HERE = (Tier.IN_PROCESS, Tier.LOOPBACK)
"""What the machine's own instruments tell of: of a model on another machine they tell nothing."""
_MEMORY = {
    "mem_rss_peak": "most memory that the process had resident (sampled), the texts of"
    " its requests among it; a headline where objectives are set",
    "mem_dev_alloc_peak": "most memory of the device that the model's tensors took",
    "mem_dev_reserved_peak": "most memory of the device that the framework held",
    "mem_dev_used_peak": "most memory of the device in use by anybody, as its driver counts",
}


def _resource(name: str) -> Callable[[View], float | Unscored]:
    def read(view: View) -> float | Unscored:
        found = view.point.resources.get(name)
        return moot("it could not be measured here") if found is None else found

    return read


def _energy_per_token(view: View) -> float | Unscored:
    energy = view.point.resources.get("energy_j")
    n_tokens = total(trace.n_output_tokens for trace in view.answered)
    return energy / n_tokens if energy is not None and n_tokens else moot("no energy, or no tokens")


def _energy_per_item(view: View) -> float | Unscored:
    energy = view.point.resources.get("energy_j")
    n_items = sum(trace.n_items for trace in view.answered)
    return energy / n_items if energy is not None and n_items else moot("no energy, or no answers")


def decode_traffic(view: View) -> tuple[float, float] | None:
    """Return the bytes and floating-point operations that one output token costs, at c = 1.

    Every weight that takes part is read once (of a mixture of experts those of some), and the keys
    and values of all tokens before; two operations for each parameter (gpt-fast). Without
    ``kv_bytes_per_token`` the cache counts as nothing, so that the bytes are a lower bound.
    """
    facts = view.profile.facts
    n_bytes = facts.get("active_parameter_bytes", facts.get("parameter_bytes"))
    n_parameters = facts.get("n_active_parameters", facts.get("n_parameters"))
    if n_bytes is None or n_parameters is None or view.load.concurrency != 1:
        return None
    lengths = [
        trace.n_input_tokens + trace.n_output_tokens / 2
        for trace in view.answered
        if trace.n_input_tokens is not None and trace.n_output_tokens is not None
    ]
    if not lengths:
        return None
    return n_bytes + facts.get("kv_bytes_per_token", 0.0) * fmean(lengths), 2 * n_parameters


def tokens_per_s(view: View) -> float | None:
    """Return 1 / mean tpot; None where no answer has one."""
    steps = [step for step in map(latency.tpot, view.answered) if step]
    return 1 / fmean(steps) if steps else None


def prefill_rate(view: View) -> float | None:
    """Return the mean rate on prompts as the device timed it; None where only ttft is known."""
    timed = [trace for trace in view.answered if trace.prefill_ns is not None]
    rates = [rate for rate in map(latency.prefill_tps, timed) if rate is not None]
    return fmean(rates) if rates else None


def _share_of(
    peak: str,
    traffic: Callable[[View], float | None],
    rate: Callable[[View], float | None],
    unknown: str,
) -> Callable[[View], float | Unscored]:
    """Return what a model makes of a measured peak: traffic per step times steps per second."""

    def share(view: View) -> float | Unscored:
        amount, per_s, most = traffic(view), rate(view), view.profile.facts.get(peak)
        if amount is None or per_s is None or not most:
            return moot(f"peak, {unknown} is not known")
        return amount * per_s / most

    return share


def _bytes_per_step(view: View) -> float | None:
    traffic = decode_traffic(view)
    return traffic and traffic[0]


def _flops_per_token(view: View) -> float | None:
    traffic = decode_traffic(view)
    return traffic and traffic[1]


_bandwidth = _share_of(
    "peak_bytes_per_s", _bytes_per_step, tokens_per_s, "size of the weights or tpot of one stream"
)
_compute = _share_of(
    "peak_flops", _flops_per_token, tokens_per_s, "number of parameters or tpot of one stream"
)
_prefill_compute = _share_of(
    "peak_flops",
    _flops_per_token,
    prefill_rate,
    "number of parameters or the device's time on prompts",
)


def _cost(view: View) -> float | Unscored:
    prices = view.prices
    if prices is None:
        return moot("nobody is paid for it")
    n_in = total(trace.n_input_tokens for trace in view.answered)
    n_out = total(trace.n_output_tokens for trace in view.answered)
    if n_in is None or n_out is None:
        return Unscored("a price needs the tokens of every answer, and nobody counted them")
    spent = n_in * prices.input_per_million + n_out * prices.output_per_million
    return spent / 1e6 / len(view.answered)


# What is left of an energy when that of an idle machine is taken off may be 0, and by the noise of
# both measurements below it: no factors, and no floor.
ANY = (
    *(
        Measure(
            id=name,
            definition=f"{words}; bytes",
            of=_resource(name),
            tiers=_HERE if name == "mem_dev_used_peak" else _IN_PROCESS,
            is_headline=name == "mem_rss_peak",
            is_promised=True,
        )
        for name, words in _MEMORY.items()
    ),
    Measure(
        id="energy_j",
        definition="energy during the load less that of an idle machine; joules; the profile says"
        " whether a counter or an estimate told it",
        of=_resource("energy_j"),
        tiers=_HERE,
        low=None,
        direction=Direction.NEITHER,
    ),
)
READING = (
    Measure(
        id="j_per_item",
        definition="energy_j / texts of all answered batches; joules",
        of=_energy_per_item,
        tiers=_HERE,
        low=None,
    ),
)
_SHARE = "; 1 is all that a calibration on this machine reached"
GENERATING = (
    Measure(
        id="j_per_tok",
        definition="energy_j / output tokens; joules",
        of=_energy_per_token,
        tiers=_HERE,
        low=None,
    ),
    Measure(
        id="mbu",
        definition="memory bandwidth used in decoding: (bytes of weights + bytes of keys and"
        f" values) / tpot / measured peak bytes per second{_SHARE}",
        of=_bandwidth,
        tiers=_IN_PROCESS,
        direction=Direction.HIGHER,
    ),
    Measure(
        id="mfu",
        definition=f"compute used in decoding: 2 · parameters / tpot / measured peak flops{_SHARE}",
        of=_compute,
        tiers=_IN_PROCESS,
        direction=Direction.HIGHER,
    ),
    Measure(
        id="mfu_prefill",
        definition="compute used on prompts: 2 · parameters · prefill_tps / measured peak flops"
        f"{_SHARE}",
        of=_prefill_compute,
        tiers=_IN_PROCESS,
        direction=Direction.HIGHER,
    ),
)
COST = Measure(
    id="cost",
    definition="mean price of one answered request, in the currency of the price table",
    of=_cost,
    tiers=(Tier.LOOPBACK, Tier.REMOTE),
)
