"""lm-eval's requests about one document, as one payload of ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.core.errors import ConfigError
from harness.core.request import Generate, LogLikelihood, Payload, Prompt, RollingLogLikelihood

_MAX_TOKENS = 256
"""What lm-eval lets a model write where the task does not say."""
_LENGTHS = ("max_gen_toks", "max_new_tokens", "max_tokens", "max_completion_tokens")
"""In lm-eval's order of precedence."""
_UNDERSTOOD = frozenset({"until", "do_sample", "temperature", "top_p", "seed", *_LENGTHS})
_ONLY_WHEN_SAMPLING = frozenset({"top_k", "min_p", "typical_p"})


def payload_of(requests: Sequence[Any], where: str) -> Payload:
    """Return what to ask.

    Args:
        requests: the ``Instance`` objects of one document.
        where: the task, for messages.

    Raises:
        ConfigError: they do not fit into one payload, or ask for what no adapter can do.
    """
    kinds = {request.request_type for request in requests}
    if kinds == {"loglikelihood"}:
        return _log_likelihood([request.args for request in requests])
    if len(requests) == 1 and kinds == {"loglikelihood_rolling"}:
        return RollingLogLikelihood(text=requests[0].args[0], has_special_tokens=True)
    if len(requests) == 1 and kinds == {"generate_until"}:
        prompt, options = requests[0].args
        return _generate(prompt, options, where)
    raise ConfigError(
        where,
        f"asks {len(requests)} questions about a document ({', '.join(sorted(map(str, kinds)))}),"
        " and one is what this suite can ask",
        "run this task with lm-eval itself",
    )


def _log_likelihood(pairs: Sequence[tuple[Prompt, str]]) -> Payload:
    prompts = tuple(prompt for prompt, _ in pairs)
    is_alike = all(prompt == prompts[0] for prompt in prompts)
    return LogLikelihood(
        prompts=() if is_alike else prompts,
        prompt=prompts[0],
        continuations=tuple(continuation for _, continuation in pairs),
        # The empty prompt of a score without context stands beside turns.
        is_split_before_space=any(not isinstance(prompt, str) for prompt in prompts),
    )


def _generate(prompt: Prompt, options: Mapping[str, Any], where: str) -> Generate:
    temperature = float(options.get("temperature") or 0.0)
    is_greedy = options.get("do_sample") is False or temperature == 0.0
    if is_greedy and options.get("do_sample"):
        raise ConfigError(
            where,
            "sets do_sample: true without a temperature above 0 in generation_kwargs, which"
            " lm-eval's own models refuse",
            "set a temperature, or do_sample: false, in a YAML of your own",
        )
    known = _UNDERSTOOD | (_ONLY_WHEN_SAMPLING if is_greedy else frozenset())
    if foreign := sorted(set(options) - known):
        raise ConfigError(
            where,
            f"sets {' and '.join(foreign)} in generation_kwargs, which adapters do not take",
            "leave it out in a YAML of your own",
        )
    until = options.get("until") or []
    stops = [until] if isinstance(until, str) else list(until)
    lengths = [options[key] for key in _LENGTHS if options.get(key) is not None]
    length = int(lengths[0]) if lengths else _MAX_TOKENS
    return Generate(
        prompt=prompt,
        # lm-eval finds the empty text in whatever was written first, and never cuts by it.
        max_new_tokens=1 if "" in stops else length,
        stop=tuple(filter(None, stops)),
        temperature=0.0 if is_greedy else temperature,
        top_p=1.0 if is_greedy else float(options.get("top_p", 1.0)),
    )
