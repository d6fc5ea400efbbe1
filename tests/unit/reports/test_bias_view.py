"""The section on bias: what a reviewer who builds no models reads, and what programs read."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace

import pytest
from fakes.synthetic_run import HOSTILE, synthetic_run

from harness.core.bias import Bias, Effect, Move, Moved, Probed, Reading, Shown
from harness.core.comparison import Difference, GapEnds, TurnedGap
from harness.core.estimate import Estimate, Interval
from harness.core.request import LogLikelihood
from harness.core.response import ContinuationScore, Generation, LogLikelihoods, Response
from harness.core.run import Record, Run
from harness.core.sample import Sample
from harness.core.score import Direction, Quantity
from harness.reports.bias_examples import bias_examples
from harness.reports.bias_moves import bias_moves, move_sentences
from harness.reports.bias_table import effect_table, overview_table
from harness.reports.bias_view import bias_view
from harness.reports.bias_words import (
    effect_sentence,
    examples_words,
    scope_words,
    sentences,
    verdict_words,
)
from harness.reports.csv import CsvRenderer
from harness.reports.html import HtmlRenderer
from harness.reports.json import JsonRenderer
from harness.reports.markdown import MarkdownRenderer
from harness.suites.bias.bbq_probe import bbq_probe
from harness.suites.bias.pair_probes import crows_pairs_probe

MINUS = "\N{MINUS SIGN}"
NAME = "crows_pairs_causal"
PROBE = crows_pairs_probe(NAME)
READING = PROBE.readings[NAME]


def effect(
    value: float | None,
    half: float = 0.05,
    shown: Shown = Shown.ABOVE,
    group: str = "",
    reading: Reading = READING,
) -> Effect:
    interval = value if value is None else Interval(
        low=value - half, high=value + half, level=0.95, method="wilson"
    )  # fmt: skip
    quantity = Quantity(id=NAME, direction=Direction.NEITHER, definition="", is_headline=True)
    estimate = Estimate(
        model="small",
        suite="crows",
        metric=NAME,
        quantity=quantity,
        value=value,
        interval=interval,
        stderr=None if value is None else half / 1.96,
        n=100,
        n_unscored=0,
        n_clusters=100,
        slice=("bias_type", group) if group else None,
    )
    return Effect(estimate=estimate, reading=reading, group=group, p_adjusted=0.02, shown=shown)


def probed(*effects: Effect, texts: tuple[str, str] = ("Men drive.", "Women drive.")) -> Probed:
    sample = Sample(id="one", index=0, text=texts[0], choices=texts, slices={"bias_type": "gender"})
    scores = tuple(
        ContinuationScore(log_likelihood=value, n_tokens=2, is_greedy=False)
        for value in (-1.0, -2.0)
    )
    record = Record(
        model="small",
        suite="crows",
        sample=sample,
        payload=LogLikelihood(prompt="", continuations=texts),
        answer=Response(output=LogLikelihoods(scores=scores)),
    )
    return Probed(
        model="small",
        suite="crows",
        probe=PROBE,
        flaws=PROBE.flaws,
        n_samples=100,
        n_failed=2,
        n_unreadable=0,
        groups=("age", "gender"),
        subjects=("gender", "age"),
        effects=effects,
        examples=(record,),
        n_examples=61,
        n_other=37,
        behind=effects[0] if effects else None,
    )


WHOLE = effect(0.61)
GROUPS = (
    effect(0.75, 0.1, group="age"),
    effect(0.52, 0.1, Shown.NOT_SHOWN, "gender"),
)


def test_a_number_is_said_in_one_plain_sentence() -> None:
    assert effect_sentence(WHOLE) == (
        "the model finds the more stereotypical of two sentences likelier in 61 % of pairs"
        " (56 to 66 %, n = 100): more than the 50 % of a model without preference"
    )
    assert effect_sentence(effect(0.5, shown=Shown.NOT_SHOWN)).endswith(
        "no preference is shown (a model without one would have 50 %)"
    )


def test_a_value_below_nothing_is_told_by_its_size() -> None:
    reading = bbq_probe().readings["s_amb"]
    told = effect_sentence(effect(-0.2, 0.1, Shown.BELOW, reading=reading))

    assert told.startswith("the model leans against the stereotype by 0.200 on a scale to 1")
    assert "(0.1 to 0.3, n = 100): it falls back on the opposite" in told


@pytest.mark.parametrize(("value", "shown"), [(0.2, Shown.ABOVE), (-0.2, Shown.BELOW)])
def test_a_lean_in_a_text_that_tells_is_one_of_the_answers_that_name_somebody(
    value: float, shown: Shown
) -> None:
    # Half of the questions are non-negative ones, where the other person fits the stereotype.
    told = effect_sentence(effect(value, 0.1, shown, reading=bbq_probe().readings["s_dis"]))

    assert ": when it names somebody, its answer" in told
    assert "target" not in told


@pytest.mark.parametrize(
    ("effects", "verdict"),
    [
        ((WHOLE, *GROUPS), "shown in 2 of 3 numbers"),
        ((GROUPS[1],), "nothing shown"),
        ((replace(WHOLE, shown=Shown.UNTESTED),), "not tested"),
        ((effect(None, shown=Shown.UNKNOWN),), "not measured"),
    ],
)
def test_the_verdict_never_says_that_there_is_no_bias(
    effects: tuple[Effect, ...], verdict: str
) -> None:
    assert verdict_words(probed(*effects)) == verdict


def test_groups_are_told_together_and_the_lost_are_counted() -> None:
    found = probed(WHOLE, *GROUPS)

    assert list(sentences(found))[1] == (
        f"By bias type, 1 of 2 differs from 50 % beyond doubt ({NAME}, Holm's correction):"
        " age 75 % (65 to 85 %), n = 100"
    )
    assert (
        scope_words(found) == "100 pairs (2 failed; they are left out); by bias type: age, gender"
    )
    nothing = replace(probed(), error="the model is gone.")
    assert list(sentences(nothing)) == ["Nothing was measured: the model is gone"]
    failed = replace(probed(), error="nothing was measured: all 9 samples failed")
    assert list(sentences(failed)) == ["Nothing was measured: all 9 samples failed"]
    assert scope_words(replace(failed, n_samples=1, n_failed=0, groups=())).startswith("1 pair; ")


def test_ends_that_round_alike_are_told_apart() -> None:
    reading = replace(READING, scale="number")
    told = effect_sentence(effect(1.9937, 0.0021, reading=reading))

    assert "(1.99 to 2, n = 100)" in told


def test_the_table_has_the_value_without_bias_in_each_row() -> None:
    rows = effect_table(probed(WHOLE, *GROUPS), 0.95).rows

    assert [row[0].text for row in rows] == ["all", "age", "gender"]
    assert {row[3].text for row in rows} == {"50 %"}
    bars = [row[4].bar for row in rows]
    assert all(bar and bar.reference == pytest.approx(148.0) for bar in bars)
    assert {bar.ends for bar in bars if bar} == {("0 %", "100 %")}
    assert [row[-1].text for row in rows] == ["higher", "higher", "not shown"]


def test_a_scale_has_nothing_that_no_number_can_be() -> None:
    reading = bbq_probe().readings["s_amb"]
    quantity = replace(WHOLE.estimate.quantity, low=-1.0, high=1.0)
    wide = effect(0.9, 0.1, reading=reading)
    wide = replace(wide, estimate=replace(wide.estimate, quantity=quantity))
    ((bar,),) = [[row[4].bar] for row in effect_table(probed(wide), 0.95).rows]

    assert bar is not None
    assert bar.ends[1] == "1"


def test_a_gap_is_told_beside_what_chance_would_make_of_it() -> None:
    reading = replace(READING, scale="points", reference=0.0, test="own")
    gap = replace(effect(0.21, 0.02, Shown.NOT_SHOWN, reading=reading), most_by_chance=0.4)
    found = probed(gap)
    (row,), (lead,) = effect_table(found, 0.95).rows, overview_table(bias_of(found)).rows

    assert "(groups alike would show up to 40 points, n = 100)" in effect_sentence(gap)
    assert "(groups alike would show up to 40 points)" in lead[5].text
    assert row[2].text == "groups alike would show up to 40 points"
    assert row[4].bar is not None
    assert row[4].bar.low is None


def bias_of(found: Probed) -> Bias:
    return Bias(level=0.95, probed=(found,))


@pytest.mark.parametrize("n", [95, 47])
def test_the_overview_counts_the_samples_of_its_number(n: int) -> None:
    lead = replace(WHOLE, estimate=replace(WHOLE.estimate, n=n))
    found = bias_of(replace(probed(lead), n_unreadable=3))
    (row,) = overview_table(found).rows

    assert (row[4].text, row[4].remark) == (str(n), "of 100")


def test_the_overview_counts_the_scored_where_no_number_has_a_value() -> None:
    found = bias_of(replace(probed(effect(None, shown=Shown.UNKNOWN)), n_unreadable=3))
    (row,) = overview_table(found).rows

    assert (row[4].text, row[4].remark) == ("95", "of 100")


def test_a_pair_is_shown_with_what_differs_marked() -> None:
    (example,) = bias_examples(probed(WHOLE))

    assert (example.about, example.asked.text) == ("gender", "")
    assert [side.title for side in example.sides] == [
        "The more stereotypical sentence, found likelier",
        "The less stereotypical sentence",
    ]
    changed = [[s.text for s in side.segments if s.is_changed] for side in example.sides]
    assert changed == [["Men"], ["Women"]]


def test_what_was_not_probed_is_said() -> None:
    view = bias_view(run_with(probed(WHOLE)))

    assert view is not None
    first, second, _ = view.not_probed
    assert first.startswith("No suite tells people apart by race or ethnicity, religion")
    assert "gender" not in first
    assert "(bbq, bbq_generated)" in second
    assert "crows_pairs" not in second
    assert bias_view(synthetic_run(n=5)) is None


def run_with(found: Probed, *moves: Move) -> Run:
    estimates = tuple(each.estimate for each in found.effects)
    run = replace(synthetic_run(n=5), bias=Bias(level=0.95, probed=(found,), moves=moves))
    return replace(run, estimates=(*run.estimates, *estimates))


def test_programs_read_the_same() -> None:
    run = run_with(probed(WHOLE, *GROUPS))
    document = json.loads(JsonRenderer().render(run))["bias"]
    (one,) = document["probed"]
    rows = list(csv.DictReader(io.StringIO(CsvRenderer().render(run))))
    told = {row["slice_value"]: row for row in rows if row["bias_finding"]}
    lines = MarkdownRenderer().render(run)

    assert one["effects"][0]["sentence"] == effect_sentence(WHOLE)
    assert one["effects"][1]["group"] == "age"
    assert one["examples"] == ["one"]
    assert one["example_texts"] == [
        {
            "id": "one",
            "about": "gender",
            "asked": "",
            "answered": "",
            "right_answer": "",
            "sides": [
                {
                    "title": "The more stereotypical sentence, found likelier",
                    "text": "Men drive.",
                },
                {"title": "The less stereotypical sentence", "text": "Women drive."},
            ],
        }
    ]
    assert "religion" in document["subjects_not_probed"]
    assert list(told) == ["", "age", "gender"]
    assert told["gender"]["bias_finding"] == "not shown"
    assert {row["bias_reference"] for row in told.values()} == {"0.5"}
    assert "Known flaws: the authors themselves warn of much noise" in lines
    assert "bias_finding" not in CsvRenderer().render(synthetic_run(n=5))


def test_markdown_has_the_table_and_the_samples_that_it_speaks_of() -> None:
    many = [effect(0.6 + 0.01 * place) for place in range(7)]
    written = MarkdownRenderer().render(run_with(probed(*many, *GROUPS)))

    assert "1 more is beyond doubt, in the table below" in written
    head = "| Quantity | About | Value | 95 % interval | Without bias | p, adjusted | n |"
    table = written.partition(head)[2].partition("\n\n")[0].splitlines()
    assert len(table) == 2 + 7 + 2
    assert table[-1] == (
        "| crows\\_pairs\\_causal | gender | 52 % | 42 to 62 % | 50 % | 0.020 | 100 | not shown |"
    )
    title = (
        "1 of the 61 pairs with the more stereotypical sentence likelier"
        " \\(crows\\_pairs\\_causal\\), drawn at random; 37 the other way:"
    )
    line = (
        "- `one` (gender): The more stereotypical sentence, found likelier: “Men drive.”;"
        " The less stereotypical sentence: “Women drive.”"
    )
    assert f"{title}\n\n{line}\n" in written


def test_markdown_shows_what_was_asked_answered_and_right() -> None:
    found = probed(effect(0.61))
    (record,) = found.examples
    asked = Sample(id="two", index=0, text=f"Who? {'so ' * 90}", targets=("nobody",))
    answered = Response(output=Generation(text="the <b>woman</b>\nof course", finish_reason="stop"))
    told = replace(record, sample=asked, answer=answered)
    plain = replace(found.probe, choices=(), column="")
    question = replace(found, probe=plain, examples=(told,), examples_are="pairs answered wrongly")
    written = MarkdownRenderer().render(run_with(question))
    (line,) = [line for line in written.splitlines() if line.startswith("- `two`: ")]

    assert line.startswith("- `two`: “Who? so so")
    assert " …”; answered: “the \\<b\\>woman\\</b\\> of course”; right answer: “nobody”" in line
    assert len(line) < 300
    (one,) = json.loads(JsonRenderer().render(run_with(question)))["bias"]["probed"]
    assert one["example_texts"][0]["answered"] == "the <b>woman</b>\nof course"
    assert one["example_texts"][0]["right_answer"] == "nobody"


@pytest.mark.parametrize(
    ("n", "words"),
    [
        (1, "1 of the 1 sample of f wrongly taken for 'yes'"),
        (9, "1 of the 9 samples of f wrongly taken for 'yes'"),
    ],
)
def test_examples_are_called_what_the_metric_calls_them(n: int, words: str) -> None:
    reading = replace(READING, leanings=())
    found = replace(probed(effect(0.61, reading=reading)), n_examples=n)
    found = replace(
        found,
        probe=replace(found.probe, unit="samples"),
        examples_are="samples of f wrongly taken for 'yes'",
    )

    assert examples_words(found) == f"{words} (crows_pairs_causal), drawn at random"


def test_a_table_tells_where_numbers_went() -> None:
    away = replace(moved(0.5, 0.6), moved=Moved.FURTHER, p_adjusted=0.01)
    rows = list(csv.DictReader(io.StringIO(CsvRenderer().render(run_with(probed(WHOLE), away)))))
    told = [row for row in rows if row["bias_moved"]]

    assert [row["quantity"] for row in told] == [NAME]
    assert (told[0]["bias_moved"], told[0]["bias_move_p_adjusted"]) == ("further", "0.01")
    assert told[0]["bias_move_sentence"].startswith(f"in crows on small, {NAME} goes from 50 %")
    still = replace(away, moved=Moved.NOT_SHOWN)
    text = CsvRenderer().render(run_with(probed(WHOLE), still))
    (row,) = [row for row in csv.DictReader(io.StringIO(text)) if row["bias_moved"]]
    assert (row["bias_moved"], row["bias_move_sentence"]) == ("not shown", "")
    assert "bias_moved" not in CsvRenderer().render(run_with(probed(WHOLE)))


def test_a_test_of_words_is_told_by_its_sets() -> None:
    effects = [replace(effect, shown=Shown.ABOVE) for effect in GROUPS]
    found = probed(WHOLE, *effects)
    sides = {"age": ("young nearer to good", "young nearer to bad")}
    named = replace(found, probe=replace(found.probe, sides=sides))

    assert "age (young nearer to good) " in list(sentences(named))[-1]
    assert "(young" not in list(sentences(found))[-1]


def test_hostile_texts_stay_texts() -> None:
    for hostile in HOSTILE:
        page = HtmlRenderer(charts=False).render(
            run_with(probed(WHOLE, texts=(hostile[:500], "other")))
        )
        section = page.partition('<section id="bias"')[2].partition("</section>")[0]
        assert "<img" not in section
        assert "<script" not in section
        assert "<svg onload" not in section
        written = MarkdownRenderer().render(run_with(probed(WHOLE, texts=(hostile[:500], "other"))))
        lines = [line for line in written.splitlines() if line.startswith("- `one` ")]
        assert len(lines) == 1, "a text begins no line of its own"
        assert not re.search(r"(?<!\\)[<\[]", re.sub("`+[^`]*`+", "", lines[0]))


def test_moves_are_told_worst_first() -> None:
    away, back, still = moved(0.5, 0.6), moved(0.7, 0.6), moved(0.5, 0.51)
    over = moved(0.35, 0.65)
    found = bias_moves(
        Bias(
            level=0.95,
            probed=(),
            moves=(
                replace(back, moved=Moved.NEARER),
                replace(still, moved=Moved.NOT_SHOWN),
                replace(over, moved=Moved.CROSSED),
                replace(away, moved=Moved.FURTHER),
            ),
        )
    )

    assert found is not None
    first, other_way, second, rest = found.sentences
    assert other_way.endswith(": now on the other side of the 50 % of a model without bias")
    assert first.endswith(
        "goes from 50 % to 60 % (+10 points, n = 100): further from the 50 % of a model without"
        " bias"
    )
    assert second.startswith(f"in crows on small, {NAME} goes from 70 % to 60 %")
    assert "nearer to the 50 %" in second
    assert rest == "for 1 other number no move is shown"
    assert bias_moves(Bias(level=0.95, probed=())) is None
    assert bias_moves(None) is None


def test_moves_without_a_sentence_are_where_they_are_said_to_be() -> None:
    moves = [replace(moved(0.5, 0.6), moved=Moved.FURTHER)] * 8

    assert list(move_sentences(moves))[6] == "2 more moved, in the table below"
    assert list(move_sentences(moves, "in the HTML report"))[6] == (
        "2 more moved, in the HTML report"
    )


def test_a_gap_that_turned_round_names_the_groups() -> None:
    turned = TurnedGap(
        low="m",
        high="f",
        baseline=0.52,
        candidate=-0.57,
        difference=-1.09,
        interval=Interval(low=-1.2, high=-0.98, level=0.95, method="percentile"),
        p_value=0.001,
        test="paired-bootstrap",
    )
    one = moved(0.52, 0.57)
    ends = GapEnds(baseline="m to f", candidate="f to m", turned=turned)
    gap = replace(one.reading, reference=0.0, scale="points")
    one = replace(
        one,
        reading=gap,
        difference=replace(one.difference, ends=ends),
        moved=Moved.TURNED,
    )
    found = bias_moves(Bias(level=0.95, probed=(), moves=(one,)))

    assert found is not None
    (sentence,) = found.sentences
    assert sentence == (
        f"in crows on small, {NAME} goes from 52 points, m to f, to 57 points, f to m (f less m: 52"
        f" to {MINUS}57, a change of {MINUS}120 to {MINUS}98, n = 100): it is now m that is higher"
    )
    ((_, _, before, after, _, change, interval, *_, verdict),) = found.table.groups[0].rows
    assert verdict.text == "to the other group"
    assert (before.text, after.text) == ("52 points, m to f", "57 points, f to m")
    assert (change.text, change.remark) == (f"{MINUS}109 points", ", f less m")
    assert interval.text == f"{MINUS}120 to {MINUS}98"


@pytest.mark.parametrize(
    ("value", "shown", "start", "end"),
    [
        (
            0.61,
            Shown.ABOVE,
            "1 of the 61 pairs with the more stereotypical sentence likelier",
            "; 37 the other way",
        ),
        (
            0.39,
            Shown.NOT_SHOWN,
            "1 of the 61 pairs with the less stereotypical sentence likelier",
            "; 37 the other way; nothing is shown beyond doubt",
        ),
    ],
)
def test_examples_are_called_what_they_are(
    value: float, shown: Shown, start: str, end: str
) -> None:
    found = probed(effect(value, shown=shown))

    assert examples_words(found) == f"{start} (crows_pairs_causal), drawn at random{end}"
    (example,) = bias_examples(found)
    ours, theirs = (each.title for each in example.sides)
    assert ours.endswith("found likelier") == (value > 0.5)
    assert theirs.endswith("found likelier") == (value < 0.5)


def test_a_lean_that_is_not_shown_is_not_asserted() -> None:
    reading = bbq_probe().readings["s_amb"]
    vague = effect(-0.83, 0.3, Shown.NOT_SHOWN, reading=reading)

    assert effect_sentence(vague).startswith(
        f"no lean is shown where the text does not tell who is meant (value {MINUS}0.8"
    )
    assert "leans" not in effect_sentence(vague)
    assert "leans against" in effect_sentence(replace(vague, shown=Shown.BELOW))


def test_a_number_that_no_test_could_show_says_why() -> None:
    one = replace(moved(-0.13, 2.0), moved=Moved.UNTESTED, p_adjusted=None)
    found = bias_moves(Bias(level=0.95, probed=(), moves=(one,)))

    assert found is not None
    ((*_, verdict),) = found.table.groups[0].rows
    assert (verdict.text, verdict.remark) == (
        "not tested",
        "too few samples or clusters for a test",
    )


def moved(baseline: float, candidate: float) -> Move:
    difference = Difference(
        suite="crows",
        model="small",
        metric=NAME,
        quantity=WHOLE.estimate.quantity,
        baseline=baseline,
        candidate=candidate,
        difference=candidate - baseline,
        interval=None,
        stderr=None,
        p_value=0.01,
        test="",
        detectable=None,
        n=100,
        n_clusters=100,
        n_unpaired=0,
    )
    return Move(difference=difference, reading=READING, p_adjusted=0.01)
