"""What the words of a compared report mean."""

from __future__ import annotations

from harness.core.judgement import Judgement
from harness.core.verdict import GRAVEST_FIRST, Verdict
from harness.reports.number_format import TIMES, format_level, format_number
from harness.reports.table import Cell, Column, Table, text_table
from harness.reports.verdict_badge import badge

_VERDICTS = {
    Verdict.REGRESSED: "The adjusted p is at most alpha, the change is for the worse and larger "
    "than the noise floor, and the interval does not lie wholly within the margin.",
    Verdict.INVALID: "Nothing may be said: the two sides do not answer the same question, or too "
    "few samples were scored.",
    Verdict.INCONCLUSIVE: "No loss is proven, and one as large as the margin is not ruled out: "
    "more samples are needed. Or the change is proven and within run-to-run noise.",
    Verdict.IMPROVED: "As regressed, with the change for the better.",
    Verdict.EQUIVALENT: "No worse: the interval holds no loss as large as the margin.",
}


def comparison_definitions(judgement: Judgement) -> Table:
    """Return the words of the page with their meanings, figures of this comparison among them."""
    policy, level = judgement.policy, format_level(judgement.comparison.level)
    family = "Holm's, over all gates" if policy.correction == "holm" else "none, for the gates"
    alpha, rate = format_number(policy.alpha), format_number(policy.slice_rate)
    words = {
        "Difference": "Candidate less baseline, on the samples that both sides have scored. The "
        "two values stand beside it with as many digits as it has.",
        "Interval": f"{level} confidence interval of the difference, from the same samples in "
        "pairs; clusters of samples count as one.",
        "Adjusted p": "Two-sided p of no difference, corrected for how many numbers were looked "
        f"at: {family}; Benjamini and Hochberg's, over all that is only watched.",
        "Detectable": "Smallest true difference that this test would have seen with a chance of "
        "80 %. A smaller one may be there unseen.",
        "Margin": "A loss smaller than this does not matter, by the policy. The bars are measured "
        "in it, and better is on the right.",
        "Noise floor": "Difference that two runs of one and the same checkpoint reach once in "
        "twenty, from a study of its noise; absent where none was made. A change no larger is "
        "neither a loss nor a gain.",
        "Gate": "A number that decides. All of them together raise a false alarm with a chance "
        f"of at most {alpha} where nothing changed.",
        "Watched": "A number that only informs and can never fail a candidate. It is pointed out "
        f"where its adjusted p is at most {rate}.",
        "Flips": "Samples whose own score got better (▲) and worse (▼).",
        "Needs n": "Samples with which an inconclusive number would probably be decided.",
    }
    if any(finding.difference.quantity.unit == "round" for finding in judgement.findings):
        words |= {
            "Ratio": f"Of what is timed, as {TIMES}1.05: the candidate's value over the "
            "baseline's, each the geometric mean over rounds, with Student's interval of the log "
            "ratio over pairs of rounds that took turns on one machine.",
        }
    rows = [(Cell(word), meaning) for word, meaning in words.items()]
    rows += [
        (Cell(f"{badge(each).symbol} {each.value}"), _VERDICTS[each]) for each in GRAVEST_FIRST
    ]
    columns = (Column(title="Word"), Column(title="Meaning"))
    return text_table("Words of the comparison", columns, rows)
