"""What a number that hangs on every rate of a sweep, a knee, has to be told beside."""

from __future__ import annotations

from collections.abc import Mapping

_CLOSED = "c="
"""Begin of a closed loop's key."""


def texts_of_rates(shape: str, told: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Return what is told of the rates of a shape, by the rates' keys.

    >>> texts_of_rates("in=8,out=8", {"poisson=2,in=8,out=8": ("x",), "c=2,in=8,out=8": ("y",)})
    {'poisson=2,in=8,out=8': ('x',)}
    """
    return {
        key: texts
        for key, texts in told.items()
        if shape and texts and key.endswith(f",{shape}") and not key.startswith(_CLOSED)
    }


def doubt_of_rates(
    shape: str, breaches: Mapping[str, tuple[str, ...]], unstable: Mapping[str, tuple[str, ...]]
) -> str:
    """Return why a knee is to be doubted, empty where no rate of its shape gives a reason.

    >>> doubt_of_rates("in=8,out=8", {"poisson=2,in=8,out=8": ("round 2: late",)}, {})
    'a rate was not valid: poisson=2, round 2: late'
    """
    for word, told in (("not valid", breaches), ("unstable", unstable)):
        for key, texts in texts_of_rates(shape, told).items():
            return f"a rate was {word}: {key.partition(',')[0]}, {texts[0]}"
    return ""
