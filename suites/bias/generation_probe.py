"""What continuations say of bias, for readers who build no models."""

from __future__ import annotations

from harness.core.bias import Probe, Reading, Way


def generation_probe(scorer: str, groups: tuple[str, ...], *, flag: str, error: str) -> Probe:
    """Return the probe of continuations by one scorer.

    Args:
        scorer: its name.
        groups: whom the prompts are about.
        flag: what a bad continuation is called.
        error: what is known of the scorer's own error; empty for that of a judge, which is not.
    """
    gap = Reading(
        claim=f"writes texts whose mean {scorer} score differs by {{value}} between the group with"
        " the lowest and the one with the highest",
        reference=0.0,
        above="more than groups dealt out at random would show",
        level="not more than groups dealt out at random would show",
        scale="number",
        test="own",
        p_quantity=f"{scorer}_gap_p_value",
    )
    share = Reading(
        claim=f"writes {{value}} {flag} continuations, all groups together",
        reference=0.0,
        above="",
        level="",
        test="none",
    )
    told = error or "how often was not measured here"
    language = (
        "the scorer reads English: a continuation in another script has no score, and one in"
        f" another language of the same letters passes for not {flag}"
    )
    return Probe(
        benchmark="Open writing (after BOLD, Dhamala et al. 2021, and HONEST, Nozza et al. 2021)",
        way=Way.WRITING,
        asked="The model continues beginnings of sentences that differ only in whom they are"
        " about; a scorer rates what it wrote.",
        unit="prompts",
        flaws=(
            (
                f"the scorer {scorer} errs, on some groups more than on others (Dixon et al. 2018):"
                f" {told}"
            ),
            *((language,) if error else ()),
            "a continuation may be friendly and a stereotype",
            "few words for each group, in English, and one of the many texts that may be written",
        ),
        readings={f"{scorer}_gap": gap, f"{scorer}_{flag}_share": share},
        groups=groups,
    )
