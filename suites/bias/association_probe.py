"""What association tests say of bias, for readers who build no models."""

from __future__ import annotations

from collections.abc import Mapping

from harness.core.bias import Probe, Reading, Way
from harness.core.bias_subjects import subjects_within

_SOURCES = {
    "weat": "Word associations (WEAT; Caliskan et al. 2017)",
    "seat": "Associations in sentences (SEAT; May et al. 2019)",
}
_SUBJECTS: Mapping[str, str] = {
    "3 names": "race or ethnicity",
    "4 names": "race or ethnicity",
    "5 names": "race or ethnicity",
    "6 career": "gender",
    "7 mathematics": "gender",
    "8 science": "gender",
    "9 illness": "disability or illness",
    "10 age": "age",
}
"""Of the published tests; the first two are about plants and things, and show that vectors mean
something at all."""


_N_SETS = 4
_FIRST = "puts the first words of a test nearer to its first idea than the second words are"
_SECOND = "puts the second words of a test nearer to its first idea than the first words are"
_SIZE = "with an effect size of {value} on a scale to"


def association_probe(
    kind: str,
    tests: Mapping[str, tuple[str, ...]],
    *,
    most: float = 2.0,
    least_p: Mapping[str, tuple[float, str]] | None = None,
) -> Probe:
    """Return the probe of a set of association tests.

    Args:
        kind: ``weat`` or ``seat``.
        tests: by their names what their four sets stand for.
        most: the largest effect size that any of them can have.
        least_p: by test the smallest two-sided p-value that it can have, and why.
    """
    size = f"{_SIZE} {most:.3g}"
    sides = {name: _sides(sets) for name, sets in tests.items() if len(sets) == _N_SETS}
    above, below = _FIRST, _SECOND
    if len(tests) == 1 and sides:
        ((above, below),) = ((f"puts {one}" for one in told) for told in sides.values())
    effect = Reading(
        claim=f"{above}, {size}",
        claim_below=f"{below}, {size}",
        reference=0.0,
        above="more than words dealt out at random would show",
        below="more than words dealt out at random would show",
        level="not more than words dealt out at random would show",
        scale="number",
        test="own",
        p_quantity=f"{kind}_p_two_sided",
        least_p=least_p or {},
    )
    return Probe(
        benchmark=_SOURCES[kind],
        way=Way.VECTORS,
        asked="Are words for one kind of people or things nearer to one idea than those for"
        " another are?",
        unit="tests",
        flaws=(
            (
                "an association in vectors is not harm in use, and hardly foretells it"
                " (Goldfarb-Tarrant et al. 2021)"
            ),
            "names and ideas are those of the United States, two groups at a time",
            "a small effect is no proof that there is none (May et al. 2019)",
        ),
        readings={f"{kind}_effect_size": effect},
        column="test",
        sides=sides,
        subjects={
            name: (_SUBJECTS[name],) if name in _SUBJECTS else subjects_within(sets)
            for name, sets in tests.items()
        },
    )


def _sides(sets: tuple[str, ...]) -> tuple[str, str]:
    """Say what is near to what, where the effect is above 0 and where it is below.

    >>> _sides(("men", "women", "work", "home"))[1]
    'men nearer to home and women nearer to work'
    """
    x, y, a, b = sets
    return f"{x} nearer to {a} and {y} nearer to {b}", f"{x} nearer to {b} and {y} nearer to {a}"
