"""Explanations in a report: what a reviewer reads and sees, and what programs read."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest
from fakes.explained_reviews import (
    MODEL,
    SUITE,
    explained,
    explained_reviews,
    explained_run,
    explained_samples,
    method,
    shown,
)
from fakes.synthetic_run import HOSTILE

from harness.core.attention import AttentionMap, MappedTokens
from harness.core.estimate import Interval
from harness.core.explained import Attribution, Explained, LeftOut
from harness.core.explanations import (
    TRIALS,
    Explanations,
    Kind,
    Leak,
    Method,
    Paraphrased,
    ShownSample,
    TrialTest,
)
from harness.core.robustness import Share
from harness.reports.attention_panel import MAX_TOKENS, attention_panel, attention_words
from harness.reports.coloured_text import coloured_text
from harness.reports.csv import CsvRenderer
from harness.reports.disturbed_suites import explained_suites, twins_words
from harness.reports.explanation_examples import coloured_rows
from harness.reports.explanation_mass import mass_table
from harness.reports.explanation_tables import (
    agreement_table,
    leak_table,
    method_table,
    word_table,
)
from harness.reports.explanation_words import and_list, mass_sentences, sentences, verdict_words
from harness.reports.html import HtmlRenderer
from harness.reports.json import JsonRenderer
from harness.reports.markdown import MarkdownRenderer
from harness.reports.number_format import ABSENT
from harness.reports.paraphrase_table import paraphrase_table
from harness.suites.explanations.attribution_mass import MassOnIdentity
from harness.suites.explanations.parts import parts_of

FOUND = explained_reviews()
RUN = explained_run()


def of_values(text: str, values: list[float], **more: object) -> Explained:
    """Return an explanation of one answer, a value for each word."""
    words = text.split(" ")
    starts = [sum(len(word) + 1 for word in words[:i]) for i in range(len(words))]
    ends = [*starts[1:], len(text)]
    known = replace(
        explained("a film", "dice"),
        outputs=("no", "yes"),
        chosen=1,
        spans=tuple(zip(starts, ends, strict=True)),
        attribution=Attribution(values=tuple((-value, value) for value in values)),
    )
    return replace(known, **more)  # type: ignore[arg-type]


def test_the_verdicts_come_first_and_say_what_to_do() -> None:
    told = list(sentences(FOUND))

    assert told[0].startswith(
        "occlusion deserves trust here: masking the words ranked first takes 0.300 of probability "
        "from what the model chose, random words take 0.061 (difference 0.239 [0.22, 0.26]); "
        "those words alone fall 0.0487 short of the whole text"
    )
    assert "(by" not in told[0]
    assert told[1].startswith("dice is not shown to be better here than words picked at random")
    assert told[1].endswith("such values are no reasons")
    assert told[2].startswith("backwards is worse here than words picked at random")
    assert verdict_words(FOUND) == "1 of 3 methods deserve trust"


def test_shortcuts_are_told_beside_words_drawn_at_random() -> None:
    (told,) = (one for one in sentences(FOUND) if "alone keeps" in one)

    assert "the first word of occlusion alone keeps the model's choice" in told
    assert FOUND.shortcuts is not None
    # A share of the texts, after counts of them: no bare number.
    expected = f"a word drawn at random does on {100 * FOUND.shortcuts.by_chance:.0f} % of them"
    assert expected in told
    assert "(good, 1)" not in told


def test_that_no_mask_moves_an_answer_is_no_want_of_texts() -> None:
    def tested(label: str, n_telling: int, n_units: int) -> Method:
        tests = tuple(
            TrialTest(quantity=one, side=0, p_value=None, n_telling=n_telling, n_units=n_units)
            for one in TRIALS
        )
        return replace(method("occlusion"), label=label, tests=tests)

    methods = (tested("shap", 0, 22), tested("few", 0, 7), tested("some", 3, 22))
    found = replace(FOUND, methods=(*methods, tested("lime", 0, 22)))
    told = [one for one in sentences(found) if "told apart" in one]

    assert len(told) == 2
    assert told[0].startswith("few and some cannot be told apart here from words picked at random")
    assert told[0].endswith("explain more texts before you read such values as reasons")
    assert told[1] == (
        "shap and lime cannot be told apart here from words picked at random: on none of 22 texts "
        "did it matter to the answer which words were masked; such values are no reasons"
    )


def test_methods_of_one_verdict_are_told_together() -> None:
    two = replace(FOUND, methods=(method("occlusion"), method("occlusion", label="shap")))

    first = next(sentences(two))

    assert first.startswith("occlusion and shap deserve trust here: ")
    assert first.endswith("(by occlusion)")
    assert and_list(["one"]) == "one"


def test_a_method_that_explained_nothing_is_told_with_its_reason() -> None:
    broken = method("dice", n_explained=0, estimates=(), tests=(), note="the model is gone.")
    found = replace(FOUND, methods=(broken,), agreements=(), shortcuts=None)

    assert list(sentences(found)) == ["dice has explained no sample: the model is gone"]
    assert found.lead is None
    assert verdict_words(found) == "no method was tried"
    (row,) = method_table(found).rows
    assert (row[0].remark, row[1].text) == ("the model is gone.", "not tried")


def test_a_row_has_the_trial_beside_random_words() -> None:
    table = method_table(FOUND)

    assert [row[0].text for row in table.rows] == ["occlusion", "backwards", "dice"]
    first = table.rows[0]
    assert (first[2].text, first[2].remark) == ("0.300 [0.27, 0.33]", "random 0.061")
    capped = method_table(replace(FOUND, methods=(method("dice", n_capped=3, n_failed=2),)))
    assert capped.rows[0][-1].remark == "24 of 24 tell; 2 failed; 3 cut short by the budget"


PARAPHRASED = Paraphrased(by="filler", n=20, left_out={LeftOut.TURNED: 2, LeftOut.UNCHANGED: 1})


def steady(label: str, stability: float | None, told: Paraphrased = PARAPHRASED) -> Method:
    """Return a method that was tried on texts in other words."""
    tried = method(label)
    number = replace(
        tried.estimates[0],
        quantity=replace(tried.estimates[0].quantity, id="paraphrase_stability"),
        value=stability,
        interval=None
        if stability is None
        else Interval(low=stability - 0.1, high=stability + 0.1, level=0.95, method="hall-t"),
        n=told.n_compared,
    )
    return replace(tried, estimates=(*tried.estimates, number), paraphrased=told)


def test_steadiness_in_other_words_is_told_with_what_was_left_out() -> None:
    found = replace(FOUND, methods=(steady("occlusion", 0.8), steady("dice", 0.02)))

    table = paraphrase_table(found)
    assert [column.title for column in table.columns] == [
        "Method",
        "Same order",
        "Words",
        "Texts",
        "No other words found",
        "Taken for something else",
    ]
    assert "random ranks come to 0" in table.columns[1].note
    cells = [row[1] for row in table.rows]
    assert [cell.text for cell in cells] == [
        "0.800 [0.70, 0.90]",
        "0.020 [\N{MINUS SIGN}0.08, 0.12]",
    ]
    told = [tuple(cell.text for cell in row[2:]) for row in table.rows]
    assert told == [(ABSENT, "17 of 20", "1", "2")] * 2
    assert list(sentences(found))[-1] == (
        "Put in other words (filler), words that stay keep their order best by occlusion "
        f"(Spearman {cells[0].text}), worst by dice ({cells[1].text}); words ranked at random "
        "come to 0"
    )
    run = replace(RUN, explanations=(found,))
    data = json.loads(JsonRenderer().render(run))["explanations"][0]["methods"][0]
    assert data["quantities"]["paraphrase_stability"]["value"] == 0.8
    assert data["paraphrased"] == {
        "by": "filler",
        "n": 20,
        "n_compared": 17,
        "left_out": {"taken for something else": 2, "no other words found": 1},
    }
    assert "Taken for something else" in HtmlRenderer(max_samples=0, charts=False).render(run)


def test_where_no_text_in_other_words_tells_anything_that_is_said_and_is_no_0() -> None:
    nothing = Paraphrased(by="filler", n=2, left_out={LeftOut.UNEXPLAINED: 2})
    found = replace(FOUND, methods=(steady("occlusion", None, nothing),))

    (row,) = paraphrase_table(found).rows
    assert [cell.text for cell in row] == ["occlusion", ABSENT, ABSENT, "0 of 2", "2"]
    assert list(sentences(found))[-1] == (
        "Put in other words (filler), no text could be explained alike"
    )


def test_methods_that_were_not_tried_in_other_words_say_nothing_of_it() -> None:
    assert not paraphrase_table(FOUND).rows
    assert not [one for one in sentences(FOUND) if "other words" in one]
    told = json.loads(JsonRenderer().render(RUN))["explanations"][0]["methods"][0]
    assert told["paraphrased"] is None


def test_words_and_agreement_have_their_tables() -> None:
    words = word_table(FOUND)

    assert [group.title for group in words.groups] == ["Speaks for bad", "Speaks for good"]
    assert words.groups[0].rows[0][0].text == "awful"
    assert [row[0].text for row in agreement_table(FOUND).rows] == [
        "occlusion and backwards",
        "occlusion and dice",
        "backwards and dice",
    ]


def test_each_number_of_agreement_has_its_own_count() -> None:
    (agreement, *_) = FOUND.agreements
    mixed = replace(agreement, correlation=replace(agreement.correlation, n=16))
    table = agreement_table(replace(FOUND, agreements=(mixed,)))

    told = dict(zip((column.title for column in table.columns), table.rows[0], strict=True))
    assert told["Same order"].remark == "n 16"
    assert told["Same first words"].remark == f"n {agreement.overlap.n}"
    assert list(told) == ["Methods", "Same order", "Same first words", "By chance"]


def test_the_strongest_words_are_marked_by_more_than_colour() -> None:
    text = "This is a truly wonderful film, not a dull one"
    found = of_values(text, [0, 0.001, 0, 0.2, 0.8, 0.05, -0.3, 0, -0.5, 0])

    coloured = coloured_text(text, found, 1)

    assert coloured is not None
    marks = [(part.text, part.mark) for part in coloured.stretches if part.mark]
    assert marks == [("truly", "f2"), ("wonderful", "f4"), ("not", "a2"), ("dull", "a3")]
    assert "".join(part.text for part in coloured.stretches) == text
    assert coloured.speaks_for == "wonderful +0.8, truly +0.2"
    assert coloured.speaks_against == "dull −0.5, not −0.3"  # noqa: RUF001 - the sign as shown
    turned = coloured_text(text, found, 0)
    assert turned is not None
    assert turned.speaks_for == "dull +0.5, not +0.3"


def test_words_without_spaces_are_marked_with_their_marks() -> None:
    text = "ที่นี่ดี มาก!"
    spans = parts_of(text)
    assert [text[slice(*span)] for span in spans] == ["ที่", "นี่", "ดี ", "มาก!"]
    own = of_values("a b c d", [0.4, -0.2, 0.3, 0])

    coloured = coloured_text(text, replace(own, spans=spans), 1)

    assert coloured is not None
    assert [(part.text, part.mark) for part in coloured.stretches] == [
        ("ที่", "f4"),
        ("นี่", "a3"),
        ("ดี", "f3"),
        (" มาก!", ""),
    ]
    assert (coloured.speaks_for, coloured.speaks_against) == ("ที่ +0.4, ดี +0.3", "นี่ −0.2")  # noqa: RUF001 - the sign as shown


def test_long_texts_are_cut_where_nothing_is_marked() -> None:
    words = ["word"] * 3000
    values = [0.0] * 3000
    values[1500] = 1.0
    text = " ".join(words)

    coloured = coloured_text(text, of_values(text, values), 1)

    assert coloured is not None
    assert len("".join(part.text for part in coloured.stretches)) < 200
    assert [part.mark for part in coloured.stretches] == ["", "f4", ""]


def test_a_page_of_marks_comes_to_an_end() -> None:
    text = " ".join(f"{'x' * 100}{i}" for i in range(100))

    coloured = coloured_text(text, of_values(text, [1.0] * 100), 1)

    assert coloured is not None
    assert 10 < sum(bool(part.mark) for part in coloured.stretches) <= 24
    assert coloured.n_cut > 5000
    assert max(len(part.text) for part in coloured.stretches if part.mark) == 60
    assert len(coloured.speaks_for) < 500


@pytest.mark.parametrize("value", [0.0, float("nan"), float("inf")])
def test_values_that_say_nothing_mark_nothing(value: float) -> None:
    coloured = coloured_text("one two", of_values("one two", [value, 0.0]), 1)

    assert coloured is not None
    assert [part.mark for part in coloured.stretches] == [""]


def test_a_model_that_no_word_moves_does_not_look_moved() -> None:
    little = of_values("one two", [0.004, 0.012])
    own_unit = replace(little, attribution=replace(little.attribution, is_in_output_unit=False))

    for found, marks in ((little, ["f1"]), (own_unit, ["f2", "f4"])):
        coloured = coloured_text("one two", found, 1)
        assert coloured is not None
        assert [part.mark for part in coloured.stretches if part.mark] == marks


def test_an_output_that_was_not_explained_has_no_colours() -> None:
    one = Attribution(values=((0.5,), (0.1,)), columns=(1,))
    found = of_values("one two", [0, 0], attribution=one)

    assert coloured_text("one two", found, 0) is None
    assert coloured_text("one two", found, 1) is not None


def test_an_error_shows_what_speaks_for_the_target_beside_the_choice() -> None:
    values = ((0.1, 0.2, -0.3), (0.0, -0.6, 0.6))
    three = of_values(
        "one two", [0, 0], outputs=("a", "b", "c"), chosen=2, whole=(0.1, 0.3, 0.6),
        blank=(0.3, 0.3, 0.4), attribution=Attribution(values=values),
    )  # fmt: skip
    wrong = ShownSample(
        kind=Kind.WRONG, id="x", text="one two", targets=("b",), explained={"occlusion": three}
    )

    (row,) = coloured_rows(FOUND, [wrong])

    assert [side.title for side in row.sides] == [
        "Why “c”, by occlusion",
        "What speaks for “b”, by occlusion",
    ]
    assert [side.value for side in row.sides] == ["probability 0.6", "probability 0.3"]
    # Both have one scale: 0.2 beside 0.6 is no strongest mark.
    marks = [[part.mark for part in side.text.stretches if part.mark] for side in row.sides]
    assert marks == [["a3", "f4"], ["f2", "a4"]]


def test_a_method_that_is_not_trusted_is_not_shown_beside() -> None:
    (row,) = coloured_rows(FOUND, [FOUND.examples[-1]])
    assert [side.title for side in row.sides] == ["Why “bad”, by occlusion"]

    trusted = replace(
        FOUND, methods=(method("occlusion"), method("occlusion", label="dice"), FOUND.methods[1])
    )
    (row,) = coloured_rows(trusted, [FOUND.examples[-1]])
    assert len(row.sides) == 2


def test_without_a_method_to_believe_a_sentence_stands_in_place_of_colours() -> None:
    lucky = method("occlusion", label="random mask_token=-")
    none = replace(FOUND, methods=(lucky, *FOUND.methods[1:]))

    assert none.lead is None
    assert not list(coloured_rows(none, FOUND.examples))
    assert any(told.startswith("no text is shown in colours") for told in sentences(none))
    assert not any("no text is shown in colours" in told for told in sentences(FOUND))
    page = HtmlRenderer(max_samples=0, charts=False).render(replace(RUN, explanations=(none,)))
    section = page.split('<section id="explanations"')[1].split("</section>")[0]
    assert "<mark" not in section
    assert "No text is shown in colours" in section


def test_a_written_answer_is_explained_as_one_output() -> None:
    one = of_values(
        "one two", [0, 0], outputs=("Paris",), chosen=0, whole=(-1.2,), blank=(-5.0,),
        unit="log-probability", attribution=Attribution(values=((2.0,), (-1.0,))),
    )  # fmt: skip
    sample = ShownSample(
        kind=Kind.UNJUDGED, id="x", text="one two", targets=("Paris",), explained={"occlusion": one}
    )

    (row,) = coloured_rows(FOUND, [sample])

    assert row.sides[0].title == "Why it wrote “Paris”, by occlusion"
    assert row.sides[0].value == "log-probability −1.2"  # noqa: RUF001 - the sign as shown
    marked = replace(sample, explained={"occlusion": replace(one, is_read_as_written=False)})
    (row,) = coloured_rows(FOUND, [marked])
    assert row.sides[0].value.endswith("1.2, read in other tokens than it was written in")
    assert row.sides[0].text.speaks_against == "two −1"  # noqa: RUF001 - the sign as shown


def test_identity_terms_that_weigh_more_than_their_share_are_told() -> None:
    quantities = {one.id: one for one in MassOnIdentity.quantities}
    base = method("occlusion").estimates[0]
    numbers = [
        replace(base, quantity=quantities["mass_on_identity"], value=0.4, n=9),
        replace(base, quantity=quantities["share_of_identity"], value=0.1, n=9),
        replace(
            base, quantity=quantities["excess_on_identity"], value=0.3, n=9,
            interval=Interval(low=0.2, high=0.4, level=0.95, method="t"),
        ),
    ]  # fmt: skip
    heavy = method("occlusion", estimates=(*method("occlusion").estimates, *numbers))

    (told,) = mass_sentences(heavy)
    assert told.startswith("Identity terms take 0.4")
    assert "on the 9 texts that have any" in told
    (row,) = mass_table(replace(FOUND, methods=(heavy,))).rows
    assert row[-1].text == "9"
    assert not mass_table(FOUND).rows
    assert not list(mass_sentences(method("occlusion")))


def test_leaks_name_their_target() -> None:
    share = Share(n_hits=9, n=9, interval=Interval(low=0.7, high=1.0, level=0.95, method="wilson"))
    leak = Leak(word="good", label="good", share=share, base=0.5, n_leant=3, is_name=True)

    (row,) = leak_table(replace(FOUND, leaks=(leak,))).rows

    assert [cell.text for cell in row] == ["good", "good", "1.000 [0.70, 1.00]", "0.5", "9", "3"]
    assert row[0].remark == "the name of a label"


def mapped(n: int, n_left_out: int = 0) -> MappedTokens:
    rows = tuple(tuple(1.0 if j == (i + 1) % n else 0.0 for j in range(n)) for i in range(n))
    return MappedTokens(
        tokens=tuple(f"t{i}" for i in range(n)),
        n_left_out=n_left_out,
        maps=(AttentionMap(layer=1, rows=rows), AttentionMap(layer=2, rows=rows)),
    )


def test_attention_is_drawn_by_size_and_told_in_words() -> None:
    panel = attention_panel(mapped(3))

    assert panel is not None
    assert panel.strokes[1].path.count("M") == 3
    words = attention_words(mapped(3))
    assert words.startswith("Attention, layer 2: each row looks at the columns. Most: 3 “t2” at 1 ")
    large = mapped(MAX_TOKENS + 5, n_left_out=7)
    assert "12 more tokens are not drawn" in attention_words(large)
    assert len([one for one in attention_panel(large).labels if one.name == "name"]) == MAX_TOKENS  # type: ignore[union-attr]
    assert attention_panel(replace(mapped(3), maps=())) is None


def test_a_map_is_shown_where_a_sample_carries_one() -> None:
    sample = FOUND.examples[0]
    own = sample.explained["occlusion"]
    with_map = replace(own, attribution=replace(own.attribution, attention=mapped(3)))
    seen = replace(sample, explained={"occlusion": with_map})
    page = HtmlRenderer(max_samples=0).render(
        replace(RUN, explanations=(replace(FOUND, examples=(seen,)),))
    )

    assert f"Attention on {sample.id}, by occlusion" in page
    assert '<path class="attention"' in page


def hostile() -> Explanations:
    """Return explanations of hostile texts, whose outputs are hostile as well."""
    samples = []
    for number, text in enumerate(HOSTILE):
        found = explained(text, "dice")
        samples.append(
            ShownSample(
                kind=Kind.WRONG,
                id=f"{number} {text[:50]}",
                text=text,
                targets=(text[:50],),
                explained={"occlusion": replace(found, outputs=(HOSTILE[0], HOSTILE[1]))},
            )
        )
    return replace(FOUND, examples=tuple(samples))


def test_hostile_texts_are_shown_and_not_obeyed() -> None:
    page = HtmlRenderer(max_samples=0, charts=False).render(replace(RUN, explanations=(hostile(),)))
    section = page.split('<section id="explanations"')[1].split("</section>")[0]

    assert "<img" not in section
    assert "<svg onload" not in section
    assert "\u202e" not in section
    assert "\x1b" not in section
    assert "&lt;img src=x" in section
    assert len(section) < 80_000


def test_the_section_stays_small() -> None:
    with_it = HtmlRenderer(max_samples=0, charts=False).render(RUN)
    without = HtmlRenderer(max_samples=0, charts=False).render(replace(RUN, explanations=()))

    assert len(with_it) - len(without) < 40_000
    assert 'id="explanations"' not in without


def test_methods_are_kept_below_the_suite_that_they_explain() -> None:
    assert set(explained_suites(RUN.manifest).values()) == {SUITE}
    assert twins_words(RUN.manifest, SUITE) == "3 explanations"
    page = HtmlRenderer(max_samples=0, charts=False).render(RUN)
    nav = page.split("<nav")[1].split("</nav>")[0]
    assert '<a href="#explanations">Explanations</a>' in nav
    assert " ? " not in nav


def test_markdown_has_the_sentences_and_the_tables() -> None:
    text = MarkdownRenderer().render(RUN)

    assert f"### Explanations: {SUITE}, {MODEL}" in text
    assert "- Occlusion deserves trust here: " in text
    assert "| occlusion | deserves trust | 0.300 [0.27, 0.33] (random 0.061) |" in text
    assert "| Speaks for bad | awful |" in text


def test_csv_names_the_method_and_its_verdict() -> None:
    rows = list(csv.DictReader(io.StringIO(CsvRenderer().render(RUN))))

    own = [row for row in rows if row["suite"] == f"{SUITE} ? occlusion"]
    assert {(row["explained_by"], row["explained_suite"], row["trust"]) for row in own} == {
        ("occlusion", SUITE, "deserves trust")
    }
    pairs = [row for row in rows if row["metric"] == "agreement"]
    assert [row["explained_by"] for row in pairs[:2]] == ["occlusion and backwards"] * 2
    assert (pairs[0]["quantity"], float(pairs[0]["value"]) < 0) == ("spearman", True)
    assert "explained_by" not in CsvRenderer().render(replace(RUN, explanations=()))


def test_json_names_examples_by_id() -> None:
    (found,) = json.loads(JsonRenderer().render(RUN))["explanations"]

    assert found["lead"] == "occlusion"
    assert [one["trust"] for one in found["methods"]] == [
        "deserves trust",
        "worse than random",
        "not shown to be better",
    ]
    assert found["shortcuts"]["found"]["value"] == 1.0
    assert found["examples"][0] == {"kind": "sure and wrong", "sample_id": FOUND.examples[0].id}
    assert "explanations" not in json.loads(JsonRenderer().render(replace(RUN, explanations=())))


def test_kinds_without_a_sample_have_no_heading() -> None:
    only = replace(FOUND, examples=(shown(explained_samples()[0], Kind.RIGHT),))
    page = HtmlRenderer(max_samples=0, charts=False).render(replace(RUN, explanations=(only,)))

    assert "Right, drawn at random" in page
    assert "Wrong, the surest first" not in page
