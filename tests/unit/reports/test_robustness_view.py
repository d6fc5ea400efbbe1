"""Disturbed suites in a report: what a release manager reads, and what programs read."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest
from fakes.synthetic_robustness import (
    CLEAN,
    attacked,
    change,
    disturbed,
    disturbed_run,
    record,
    success_rate,
    synthetic_robustness,
)

from harness.core.robustness import Attacks, Drop, final_text
from harness.reports.csv import CsvRenderer
from harness.reports.disturbed_suites import disturbed_suites, twins_words
from harness.reports.html import HtmlRenderer
from harness.reports.json import JsonRenderer
from harness.reports.markdown import MarkdownRenderer
from harness.reports.robustness_attacks import attack_sentences, attack_table
from harness.reports.robustness_examples import example_rows, shortened, strange_signs
from harness.reports.robustness_overview import overview_table
from harness.reports.robustness_panel import panel_words, robustness_panel
from harness.reports.robustness_table import drop_table, headline_quantities
from harness.reports.robustness_words import Effect, judged, sentences, verdict_words
from harness.reports.word_difference import Segment
from harness.suites.metrics.attack_gradients import AttackGradients


def test_the_gravest_is_told_first() -> None:
    told = list(sentences(synthetic_robustness()))

    assert told[0] == (
        "accuracy goes from 0.800 to 0.600 (−0.200 [−0.24, −0.16]) under typos, "  # noqa: RUF001 - the sign as shown
        "the costliest of 2 perturbations"
    )
    assert told[1] == ("No drop is shown for ocr; it may still cost up to 0.06 (95 % confidence)")
    assert told[2] == "Not put to the test, for no text was changed: casing"
    assert "negation (another answer to 12 of 90 changed texts)" in told[3]
    assert told[4].startswith("Answered on the original and not answered, or not readable")
    assert "7 of 100 under ocr" in told[4]
    assert told[5].startswith(
        "55 of 100 samples are right on the original and on every variant (0.550 [0.45, 0.65]), "
        "80 on the original"
    )
    assert "(7 samples without every answer left out)" in told[5]


def test_the_verdict_counts_what_was_put_to_the_test() -> None:
    found = synthetic_robustness()

    assert verdict_words(found) == "accuracy drops under 1 of 2"
    spared = replace(found, disturbed=found.disturbed[1:])
    assert verdict_words(spared) == "no drop of accuracy shown"
    assert next(sentences(spared)) == "None of 1 perturbation is shown to make accuracy worse"
    assert verdict_words(replace(found, disturbed=found.disturbed[2:])) == (
        "nothing was put to the test"
    )
    assert verdict_words(replace(found, disturbed=())) == ""


def test_each_effect_has_its_name() -> None:
    found = replace(
        synthetic_robustness(),
        disturbed=(
            *synthetic_robustness().disturbed,
            disturbed("filler", 0.1, 0.01),
            replace(
                disturbed("gone", 0.0, None),
                drops=(Drop(difference=change(0.0, difference=None, interval=None)),),
            ),
        ),
    )

    assert [one.effect for one in judged(found, "accuracy")] == [
        Effect.DROPS,
        Effect.NOT_SHOWN,
        Effect.NO_TEXT,
        Effect.OTHER_MEANING,
        Effect.GAINS,
        Effect.UNKNOWN,
    ]


def test_a_row_says_what_was_compared() -> None:
    found = synthetic_robustness()
    table = drop_table(found, headline_quantities(found))

    assert [row[0].text for row in table.rows] == [
        "typos",
        "ocr",
        "casing",
        "negation",
        "worst of each sample",
        "mean of all",
    ]
    assert [cell.text for cell in table.rows[0]] == [
        "typos",
        "drops",
        "0.800",
        "0.600",
        "−0.200 [−0.24, −0.16]",  # noqa: RUF001 - the sign as shown
        "< 0.001",
        "0.120 [0.07, 0.20]",
        "90 of 100",
        "100",
    ]
    assert table.rows[1][-1].remark == "7 left out"


def test_the_drawing_leaves_out_what_was_not_put_to_the_test() -> None:
    panel = robustness_panel(synthetic_robustness())

    assert panel is not None
    dots = [stroke for stroke in panel.strokes if stroke.name.startswith("dot")]
    assert [dot.name for dot in dots] == ["dot s0", "dot s0 missed", "dot s1", "dot s1"]
    assert "casing" not in panel_words(synthetic_robustness())
    assert robustness_panel(replace(synthetic_robustness(), disturbed=(), overall=())) is None


def test_an_attack_is_told_with_its_denominator() -> None:
    found = synthetic_robustness()

    assert list(attack_sentences(found)) == [
        (
            "The attack pwws turns 68 of 80 right answers (0.850 [0.75, 0.92]): accuracy under "
            "attack is 0.120"
        )
    ]
    (row,) = attack_table(found).rows
    texts = [cell.text for cell in row]
    assert texts == ["pwws", "0.850 [0.75, 0.92]", "0.120 [0.06, 0.20]", "80", "0"]
    assert "of the right; n 80" in row[1].note


def test_samples_that_could_not_be_attacked_are_told() -> None:
    found = synthetic_robustness()
    shaky = replace(found, attacks=(replace(found.attacks[0], n_failed=57),))

    (_, doubt) = attack_sentences(shaky)
    assert doubt.startswith("57 samples could not be attacked by pwws to the end, and are left out")
    assert attack_table(shaky).rows[0][-1].text == "57"


def test_texts_with_nothing_to_change_are_not_said_to_have_taken_many_queries() -> None:
    found = synthetic_robustness()
    idle = replace(found.attacks[0], n_failed=4, n_undisturbed=4)
    (_, doubt) = attack_sentences(replace(found, attacks=(idle,)))
    assert doubt.startswith("The attack pwws has nothing to change in 4 texts that the model is")
    assert "queries" not in doubt
    cell = attack_table(replace(found, attacks=(idle,))).rows[0][-1]
    assert (cell.text, cell.remark) == ("4", "nothing to change in 4")

    both = replace(found.attacks[0], n_failed=61, n_undisturbed=4)
    (_, own, other) = attack_sentences(replace(found, attacks=(both,)))
    assert own == doubt
    assert other.startswith("57 samples could not be attacked by pwws to the end, and are left out")


def test_an_attack_that_keeps_the_label_turns_no_answer() -> None:
    kept = Attacks(suite="s ! input_reduction", attack="reduction", estimates=(success_rate(),))
    found = replace(synthetic_robustness(), attacks=(kept,))

    assert list(attack_sentences(found)) == [
        "The attack reduction succeeds on 68 of 80 samples answered rightly (0.850 [0.75, 0.92])"
    ]
    assert overview_table([found]).rows[0][8].remark == ""


def test_an_attack_that_crashed_is_not_called_survived() -> None:
    broken = Attacks(
        suite="s ! pwws", attack="pwws", estimates=(success_rate(None),), note="it crashed."
    )
    found = replace(synthetic_robustness(), attacks=(broken,))

    assert list(attack_sentences(found)) == ["The attack pwws could not be carried out: it crashed"]


def test_several_models_are_put_beside_each_other() -> None:
    one = synthetic_robustness()
    table = overview_table([one, replace(one, model="other", overall=(), attacks=())])

    assert [cell.text for cell in table.rows[0]][:7] == [
        CLEAN,
        "reviews-lr",
        "accuracy drops under 1 of 2",
        "accuracy",
        "0.800",
        "0.550 [0.45, 0.65]",
        "0.690 [0.63, 0.75]",
    ]
    assert table.rows[0][7].remark == "typos"
    assert table.rows[0][8].remark == "pwws"


def test_letters_that_look_alike_are_named() -> None:
    typos, pwws, ocr = example_rows(synthetic_robustness())

    assert [segment.text for segment in typos.clean.segments if segment.is_changed] == ["good"]
    assert typos.remarks == (
        "only here: U+043E CYRILLIC SMALL LETTER O, U+202E RIGHT-TO-LEFT OVERRIDE",
    )
    changed = [segment.text for segment in pwws.disturbed.segments if segment.is_changed]
    assert (changed, pwws.disturbed.answer.text) == (["honest"], "bad")
    assert ocr.disturbed.answer.text.startswith("timeout: ")


@pytest.mark.parametrize(
    ("after", "named"),
    [
        ("plain", ""),
        ("e\u0301", "only here: U+0301 COMBINING ACUTE ACCENT"),
        ("\ue000", "only here: U+E000 without a name"),
    ],
)
def test_signs_are_named_where_they_are_new(after: str, named: str) -> None:
    assert strange_signs("plain", after) == named


def test_many_strange_signs_are_counted() -> None:
    assert strange_signs("", "äöüéèê").endswith(" and 1 more")


def test_an_attacks_text_is_the_one_that_it_found() -> None:
    assert final_text(record("s", "before", attacked("after"))) == "after"


def test_long_stretches_that_are_the_same_are_cut() -> None:
    same = Segment("x" * 1000, is_changed=False)
    found = shortened([same, Segment("new", is_changed=True), same])

    assert [len(segment.text) < 120 for segment in found] == [True, True, True]
    assert found[0].text.startswith(" … x")
    assert found[2].text.endswith("x … ")
    assert shortened([Segment(" \n", is_changed=True)])[0].text == "␣⏎\n"
    assert len(shortened([same])[0].text) == 601


def test_disturbed_suites_stand_below_their_clean_one() -> None:
    run = disturbed_run()

    assert set(disturbed_suites(run.manifest).values()) == {CLEAN}
    assert twins_words(run.manifest, CLEAN) == "4 perturbations, 1 attack"
    page = HtmlRenderer().render(run)
    summary = page.split('<section id="summary"')[1].split("</section>")[0]
    assert f"{CLEAN} ~ typos" not in summary
    nav = page.split("<nav")[1].split("</nav>")[0]
    assert '<a href="#robustness">Robustness</a>' in nav
    assert " ~ " not in nav
    assert "(4 perturbations, 1 attack)" in page


def test_where_nothing_was_worked_out_every_suite_is_in_the_summary() -> None:
    text = MarkdownRenderer().render(replace(disturbed_run(), robustness=()))

    assert r"movie sentiment \~ typos" in text
    assert "### Robustness" not in text


def test_hostile_texts_are_shown_and_not_obeyed() -> None:
    page = HtmlRenderer(max_samples=0).render(disturbed_run())
    section = page.split('<section id="robustness"')[1].split("</section>")[0]

    assert "<img" not in section
    assert "\u202e" not in section
    assert "⟨U+202E⟩" in section
    assert "&lt;/script&gt;&lt;img" in section


def test_warnings_about_disturbed_suites_are_one_at_the_top() -> None:
    page = HtmlRenderer(max_samples=0).render(disturbed_run())

    header = page.split("<main")[0]
    assert header.count("few texts were changed") == 1
    assert "(1 more of disturbed suites below)" in header
    assert page.count("few texts were changed") == 3


def test_markdown_has_the_sentences_and_the_table() -> None:
    text = MarkdownRenderer().render(disturbed_run())

    assert "### Robustness: movie sentiment, reviews-lr" in text
    assert "- Accuracy goes from 0.800 to 0.600" in text
    assert "| accuracy ↑ higher | typos | drops |" in text
    assert "| pwws | 0.850 [0.75, 0.92] | 0.120 [0.06, 0.20] | 80 |" in text


def test_csv_rows_go_on_with_the_change() -> None:
    rows = list(csv.DictReader(io.StringIO(CsvRenderer().render(disturbed_run()))))

    (typos,) = (row for row in rows if row["suite"] == f"{CLEAN} ~ typos")
    told = [typos[name] for name in ("disturbed_by", "clean_suite", "change", "finding")]
    assert told == ["typos", CLEAN, "-0.2", "drops"]
    (worst,) = (row for row in rows if row["disturbed_by"] == "(worst of each sample)")
    assert (worst["suite"], worst["value"], worst["n_unscored"]) == (CLEAN, "0.55", "7")
    (attack,) = (row for row in rows if row["suite"] == f"{CLEAN} ! pwws")
    assert (attack["disturbed_by"], attack["change"]) == ("pwws", "")
    plain = CsvRenderer().render(replace(disturbed_run(), robustness=()))
    assert "disturbed_by" not in plain


def test_json_names_examples_by_id() -> None:
    document = json.loads(JsonRenderer().render(disturbed_run()))

    (found,) = document["robustness"]
    assert found["quantity"] == "accuracy"
    assert found["disturbed"][0]["flipped"]["value"] == 0.12
    assert found["examples"][0] == {
        "by": "typos",
        "suite": f"{CLEAN} ~ typos",
        "sample_id": "r1",
        "measured": None,
    }
    assert "robustness" not in json.loads(
        JsonRenderer().render(replace(disturbed_run(), robustness=()))
    )


def test_undecided_searches_have_a_column_where_there_are_any() -> None:
    found = synthetic_robustness()
    (pwws,) = found.attacks
    rate = success_rate(0.0)
    for value, n_columns in ((0.0, 0), (0.1, 1)):
        quantity = replace(rate.quantity, id="undecided_rate")
        undecided = replace(rate, quantity=quantity, value=value)
        told = replace(found, attacks=(replace(pwws, estimates=(*pwws.estimates, undecided)),))
        titles = [column.title for column in attack_table(told).columns]
        assert titles.count("Undecided") == n_columns


def test_gradients_have_a_column_where_there_are_any() -> None:
    found = synthetic_robustness()
    (attack,) = found.attacks
    quantity = AttackGradients().quantities[0]
    count = replace(attack.estimates[0], quantity=quantity, value=3.5, interval=None)
    white = replace(found, attacks=(replace(attack, estimates=(*attack.estimates, count)),))
    plain, open_ = attack_table(found), attack_table(white)
    assert [column.title for column in open_.columns if column not in plain.columns] == [
        "Gradients"
    ]
    place = [column.title for column in open_.columns].index("Gradients")
    assert open_.rows[0][place].text.startswith("3.5")
