"""From bytes with times to a trace: done when the load is over, so that it delays nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import pairwise
from typing import Any

from harness.adapters.openai.event_stream import events
from harness.adapters.openai.reading import decoded, read_body, read_count
from harness.adapters.openai.refusal import kind_of_refusal
from harness.adapters.openai.stream_frame import StreamFrame, read_frame
from harness.adapters.openai.wire_record import WireRecord
from harness.adapters.plain_answers import AnswerFormError
from harness.core.response import Failure, FailureKind
from harness.core.trace import CONTENT, NOTHING, Counter, Trace

_DONE = b"[DONE]"


@dataclass(slots=True)
class _Reading:
    """What the frames of one answer came to."""

    times: list[int] = field(default_factory=list)
    frames: list[StreamFrame] = field(default_factory=list)
    usage: Mapping[str, Any] = field(default_factory=dict)
    timings: Mapping[str, Any] = field(default_factory=dict)
    fingerprint: str = ""
    finish_reason: str = ""
    is_done: bool = False
    trouble: tuple[FailureKind, str] | None = None


@dataclass(frozen=True, slots=True)
class TraceReader:
    """Reads the records of one load."""

    began_ns: int
    """When the load began, by the records' clock."""
    place: str
    """The address, for messages."""
    quote: Callable[[str], str]
    """Shortens words of the server, and strikes secrets out."""

    def read(self, record: WireRecord, due_ns: int | None) -> tuple[Trace, str]:
        """Return the trace, and the build that the server claims to be (or nothing)."""
        reading = _Reading()
        if record.answer.status == HTTPStatus.OK:
            _read_answer(record, reading)
        trouble = record.problem or self._refusal(record) or reading.trouble
        counts = _chunk_tokens(reading.frames)
        trace = Trace(
            due_ns=due_ns,
            sent_ns=record.sent_ns - self.began_ns,
            ended_ns=record.ended_ns - self.began_ns,
            header_ns=record.header_ns - self.began_ns if record.header_ns else None,
            chunk_ns=tuple(at_ns - self.began_ns for at_ns in reading.times),
            chunk_channels=_channels(reading.frames, counts),
            chunk_tokens=counts,
            prefill_ns=_prefill_ns(reading.timings),
            finish_reason=reading.finish_reason,
            failure=self._failure(trouble) if trouble else None,
            **_counted(reading, counts),
        )
        return trace, reading.fingerprint

    def _refusal(self, record: WireRecord) -> tuple[FailureKind, str] | None:
        status = record.answer.status
        if status == HTTPStatus.OK:
            return None
        text = b"".join(piece for _, piece in record.pieces).decode("utf-8", "replace")
        after = record.answer.headers.get("retry-after")
        asked = f" (Retry-After: {after})" if after else ""
        return kind_of_refusal(status, text), f"HTTP {status}{asked}: {text or 'no words'}"

    def _failure(self, trouble: tuple[FailureKind, str]) -> Failure:
        kind, message = trouble
        return Failure(kind=kind, message=f"{self.place}: {self.quote(message)}")


def _read_answer(record: WireRecord, reading: _Reading) -> None:
    is_whole = "json" in record.answer.headers.get("content-type", "")
    try:
        if is_whole:
            data = read_body(decoded(b"".join(piece for _, piece in record.pieces)))
            _read_rest(data, reading)
            reading.finish_reason = read_frame(data).finish_reason
        else:
            _read_stream(record, reading)
    except AnswerFormError as error:
        reading.trouble = (FailureKind.PROTOCOL, str(error))
        return
    if reading.trouble is None and not is_whole and not (reading.is_done or reading.finish_reason):
        reading.trouble = (FailureKind.PROTOCOL, "the stream ended before the answer was whole")


def _read_stream(record: WireRecord, reading: _Reading) -> None:
    for at_ns, content in events(record.pieces):
        if content.strip() == _DONE:
            reading.is_done = True
            return
        data = read_body(decoded(content))
        frame = read_frame(data)
        reading.times.append(at_ns)
        reading.frames.append(frame)
        reading.finish_reason = frame.finish_reason or reading.finish_reason
        _read_rest(data, reading)
        if frame.is_refused:
            reading.trouble = (FailureKind.REJECTED, "the model refused to answer")
        elif frame.finish_reason == "content_filter":
            words = "a content filter held the answer back"
            reading.trouble = (FailureKind.REJECTED, words)


def _read_rest(data: Mapping[str, Any], reading: _Reading) -> None:
    if isinstance(usage := data.get("usage"), dict):
        reading.usage = usage
    if isinstance(timings := data.get("timings"), dict):
        reading.timings = timings
    if isinstance(fingerprint := data.get("system_fingerprint"), str):
        reading.fingerprint = fingerprint
    if error := data.get("error"):
        code = error.get("code") if isinstance(error, dict) else None
        status = code if isinstance(code, int) else HTTPStatus.INTERNAL_SERVER_ERROR
        reading.trouble = (kind_of_refusal(status, str(error)), f"the stream broke off: {error}")


def _chunk_tokens(frames: Sequence[StreamFrame]) -> tuple[int, ...] | None:
    """Return the tokens of each frame, or None unless every frame with text tells its own.

    A count that comes once, with the last frame, is no count of that frame.
    """
    with_text = [frame for frame in frames if frame.channel != NOTHING]
    if with_text and all(frame.n_tokens is not None for frame in with_text):
        return tuple(frame.n_tokens or 0 for frame in frames)
    if not with_text or any(frame.n_so_far is None for frame in with_text):
        return None
    so_far = [0]
    for frame in frames:
        so_far.append(so_far[-1] if frame.n_so_far is None else frame.n_so_far)
    # A count that falls is some other count.
    steps = tuple(after - before for before, after in pairwise(so_far))
    return steps if min(steps) >= 0 else None


def _channels(frames: Sequence[StreamFrame], counts: Sequence[int] | None) -> str:
    """Return the channels; tokens without text are where they say, or where the next text is.

    Half a letter names its field and leaves it empty; a mark such as ``<think>`` names none. What
    is behind all text, such as the end token, is of the answer.
    """
    known = counts or [0] * len(frames)
    following, channels = CONTENT, list[str]()
    for frame, n_tokens in zip(reversed(frames), reversed(known), strict=True):
        if frame.channel != NOTHING:
            following = frame.channel
        has_tokens_only = frame.channel == NOTHING and n_tokens > 0
        named = frame.named if frame.named != NOTHING else following
        channels.append(named if has_tokens_only else frame.channel)
    return "".join(reversed(channels))


def _counted(reading: _Reading, counts: Sequence[int] | None) -> dict[str, Any]:
    """Return the numbers of tokens, and who counted them; what is not said is None."""
    usage = reading.usage
    n_output = read_count(usage.get("completion_tokens"))
    if n_output is None and counts is not None:
        n_output = sum(counts)
    counted_by: Counter = "nobody" if n_output is None else "usage"
    return {
        "n_input_tokens": read_count(usage.get("prompt_tokens")),
        "n_output_tokens": n_output,
        "n_reasoning_tokens": _detail(usage, "completion_tokens_details", "reasoning_tokens"),
        "n_cached_tokens": _n_cached(usage, reading.timings),
        "counted_by": counted_by,
    }


def _n_cached(usage: Mapping[str, Any], timings: Mapping[str, Any]) -> int | None:
    """Return the prompt's tokens that were at hand: told, or all that llama.cpp did not work on."""
    found = _detail(usage, "prompt_tokens_details", "cached_tokens")
    if found is None:
        found = read_count(timings.get("cache_n"))
    if found is not None:
        return found
    n_input, n_worked_on = (
        read_count(usage.get("prompt_tokens")),
        read_count(timings.get("prompt_n")),
    )
    if n_input is None or n_worked_on is None:
        return None
    return max(0, n_input - n_worked_on)


def _detail(usage: Mapping[str, Any], group: str, name: str) -> int | None:
    details = usage.get(group)
    return read_count(details.get(name)) if isinstance(details, dict) else None


def _prefill_ns(timings: Mapping[str, Any]) -> int | None:
    """Return the server's own time on the prompt, which llama.cpp tells in milliseconds."""
    value = timings.get("prompt_ms")
    is_time = isinstance(value, int | float) and value > 0
    return int(value * 1e6) if is_time else None  # type: ignore[operator] # narrowed one line above
