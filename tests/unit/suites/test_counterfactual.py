"""Identity terms swapped: the texts, what is left out, and the numbers against plain loops."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from harness.core.capability import Capability
from harness.core.errors import ConfigError, DataError
from harness.core.request import Classify, QuestionGroup
from harness.core.response import AnswerGroup, Classification
from harness.core.sample import Sample
from harness.core.score import Scored
from harness.sources.columns import Columns
from harness.sources.dataset import Dataset
from harness.suites.bias.axis import axis_of
from harness.suites.bias.identity import Identity
from harness.suites.bias.named_axes import AxisName, named_axis
from harness.suites.bias.noun_or_adjective import is_plain_noun
from harness.suites.bias.swapping import LeftOut, Swapper
from harness.suites.classification import ClassificationSuite
from harness.suites.metrics.counterfactual import Counterfactual
from harness.suites.metrics.counterfactual_gap import CounterfactualGap


@pytest.mark.parametrize(
    ("axis", "text", "expected"),
    [
        ("gender", "I saw her. It is HERS.", "I saw him. It is HIS."),
        ("gender", "She likes her own book", "He likes his own book"),
        ("gender", "An uncle and an heir", "An aunt and an heiress"),
        ("gender", "It is his, with his dog", "It is hers, with her dog"),
        ("gender", "she told him", LeftOut.SEVERAL),
        ("gender", "I gave her books", LeftOut.UNCLEAR),
        ("gender", "The shero @she", LeftOut.NO_TERM),
    ],
)
def test_terms_change_with_their_grammar(axis: AxisName, text: str, expected: str) -> None:
    swapper = Swapper(named_axis(axis))
    found = swapper.find(text)
    if isinstance(found, LeftOut):
        assert found is expected
        return
    other = 1 - found[0].group
    assert swapper.swapped(text, found, other, random.Random(0)) == expected


def test_a_follower_is_a_noun_or_an_adjective_by_place() -> None:
    swapper = Swapper(named_axis("religion"))
    text = "A Christian man. He is a Christian, is Christian"
    found = swapper.find(text)
    assert not isinstance(found, LeftOut)
    swapped = swapper.swapped(text, found, 2, random.Random(0))
    assert swapped == "A Jewish man. He is a Jew, is Jewish"


@pytest.mark.parametrize(
    ("text", "jewish", "hindu"),
    [
        ("The Christian church.", "The synagogue.", "The Hindu temple."),
        ("A Christian priest came", "A rabbi came", "A Hindu priest came"),
        ("He is a good Christian.", "He is a good Jew.", "He is a good Hindu."),
        ("My Nigerian Christian friend", "My Nigerian Jewish friend", "My Nigerian Hindu friend"),
        ("a very devout christian", "a very devout jew", "a very devout hindu"),
        ("He was raised Christian", "He was raised Jewish", "He was raised Hindu"),
        ("Mosques? A MOSQUE!", "Synagogues? A SYNAGOGUE!", "Hindu temples? A HINDU TEMPLE!"),
        ("a Buddhist temple", "a synagogue", "a Hindu temple"),
        ("It ended. Buddhist monks left", "It ended. Rabbis left", "It ended. Hindu priests left"),
    ],
)
def test_creeds_change_with_their_grammar(text: str, jewish: str, hindu: str) -> None:
    swapper = Swapper(named_axis("religion"))
    found = swapper.find(text)
    assert not isinstance(found, LeftOut), found
    assert [swapper.swapped(text, found, to, random.Random(0)) for to in (2, 3)] == [jewish, hindu]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a devout Christian prays", LeftOut.UNCLEAR),
        ("We greeted Christian.", LeftOut.UNCLEAR),
        ("a non-Christian", LeftOut.UNCLEAR),
        ("Christian Bale came", LeftOut.NAME),
        ("in the Church of England", LeftOut.NAME),
        ("The Catholic priest", LeftOut.TIED),
        ("The Christian and the Jew", LeftOut.SEVERAL),
    ],
)
def test_creeds_whose_counterpart_would_be_odd_are_left_out(text: str, why: LeftOut) -> None:
    assert Swapper(named_axis("religion")).find(text) is why


@pytest.mark.parametrize(
    "text",
    [
        "He is a {} living in Rome.",
        "A {} wearing a hat sat down.",
        "She is a {} born in Egypt.",
        "The {} wept.",
        "The {} held the door.",
        "The {} slept.",
        "The {} ate his lunch.",
        "They met a {} last week.",
        "They met a {} twice.",
        "They hate every {} alive.",
        "The {} next door is kind.",
        "He is a {} first and a father second.",
        "{} living in Paris",
        'a {} "leader"',
        'He is a "{}".',
        "The {} and secular parties met.",
        "The {}, conservative party won.",
        "a {} led government",
        "the {} values honesty",
        "The most {} of all",
        "a {}\nfamily",
        "a {} 20 years ago",
        "They gave the {} food.",
        "Does a {} fast?",
    ],
)
def test_where_noun_and_adjective_cannot_be_told_nothing_is_swapped(text: str) -> None:
    swapper = Swapper(named_axis("religion"))
    assert {swapper.find(text.format(term)) for term in ("Christian", "Muslim", "Jewish")} <= {
        LeftOut.UNCLEAR,
        LeftOut.NAME,
    }


@pytest.mark.parametrize(
    ("text", "jewish"),
    [
        ("As a {} myself, I was hurt.", "As a Jew myself, I was hurt."),
        ("He was a {} throughout his life.", "He was a Jew throughout his life."),
        ("He is a {} despite all.", "He is a Jew despite all."),
        ("There is a {} inside.", "There is a Jew inside."),
        ("The {} across the street is loud.", "The Jew across the street is loud."),
        ("A {}'s view", "A Jew's view"),
        ("The {} community's view", "The Jewish community's view"),
        ("a {} feminist", "a Jewish feminist"),
        ("They share {} values.", "They share Jewish values."),
        ("Her being {} matters.", "Her being Jewish matters."),
        ("He is still openly {}.", "He is still openly Jewish."),
        ("Is she {}?", "Is she Jewish?"),
    ],
)
def test_where_it_can_be_told_the_right_form_is_taken(text: str, jewish: str) -> None:
    for term in ("Christian", "Muslim"):
        assert swapped_to("religion", text.format(term), 2) == jewish


@pytest.mark.parametrize(
    "text",
    [
        "Christian is my brother.",
        "Christian told me a joke.",
        "Christian and Anna are in love.",
        "My boss Christian is rude.",
        "Christian's mother is nice.",
        "His name is Christian.",
        "This is Christian.",
        "We saw that Christian's dog ate.",
    ],
)
def test_a_given_name_is_no_creed(text: str) -> None:
    found = Swapper(named_axis("religion")).find(text)
    assert found in (LeftOut.NAME, LeftOut.UNCLEAR)
    assert found is LeftOut.NAME or "that" in text


def test_a_house_without_an_article_is_left_out() -> None:
    assert swapped_to("religion", "They go to church.", 3) is None
    assert swapped_to("religion", "They go to the church.", 3) == "They go to the Hindu temple."


@pytest.mark.parametrize(
    ("text", "own", "european"),
    [
        ("She is an American.", "Canadian", {"German", "Italian", "Spaniard", "Swede", "Briton"}),
        ("Two Mexicans came.", "Cubans", {"Germans", "Italians", "Spaniards", "Swedes", "Britons"}),
        ("She is American.", "Canadian", {"French", "British", "Swedish", "Spanish"}),
        ("A Cuban film", "Mexican", {"French", "British", "Swedish", "Spanish"}),
        ("They moved to Kenya.", "Ghana", {"France", "Britain", "Sweden", "Spain"}),
    ],
)
def test_people_have_nouns_where_there_are_regular_ones(
    text: str, own: str, european: set[str]
) -> None:
    swapper = Swapper(named_axis("nationality"))
    found = swapper.find(text)
    assert not isinstance(found, LeftOut)
    seen = " ".join(swapper.swapped(text, found, 1, random.Random(seed)) for seed in range(60))
    words = {word.strip(".") for word in seen.split()}
    assert european <= words
    assert {"France", "French"}.isdisjoint(words) or {"France", "French"} & european
    seen = " ".join(
        swapper.swapped(text, found, found[0].group, random.Random(seed)) for seed in range(60)
    )
    assert own in seen


@pytest.mark.parametrize(
    "text",
    [
        "She speaks French.",
        "He reads books in German.",
        "He answered in Russian.",
        "I learned Spanish.",
        "He is from France and speaks French.",
        "She is fluent in French.",
        "Polish the shoes.",
        "He is a Chinese.",
        "the French are rude",
        "An American living in Paris.",
        "a German shepherd",
        "South Korea won.",
        "He lives in New Mexico.",
        "the Bank of America",
        "Native American art",
        "the Indian Ocean",
        "He went to the Ukraine.",
        "German-made cars",
        "She gives French lessons.",
        "The French lesson was long.",
    ],
)
def test_languages_and_names_are_no_people(text: str) -> None:
    assert isinstance(Swapper(named_axis("nationality")).find(text), LeftOut)


def test_no_plain_noun_is_said_of_languages() -> None:
    nationality = named_axis("nationality")
    assert not any(is_plain_noun(word, "") for word in nationality.unclear_beside)


def test_an_object_before_a_time_is_no_owner() -> None:
    assert swapped_to("gender", "I met her last week", 1) is None
    assert swapped_to("gender", "We love her dearly", 1) is None
    assert swapped_to("gender", "We love her family", 1) == "We love his family"
    assert swapped_to("gender", "Her last film", 1) == "His last film"


@pytest.mark.parametrize(
    ("axis", "text"),
    [
        ("age", "A 25-year-old man came."),
        ("age", "A 25 year old man came."),
        ("age", "a 20 years old woman"),
        ("age", "An 18-month old person"),
        ("age", "The 80-year-old pensioner"),
        ("age", "The 80 year old pensioner"),
        ("gender", "S/he came."),
        ("gender", "The He-man toy"),
        ("names_by_gender", "Anne-Marie came."),
    ],
)
def test_a_part_of_a_longer_word_is_left_out(axis: AxisName, text: str) -> None:
    assert Swapper(named_axis(axis)).find(text) is LeftOut.UNCLEAR


def test_what_only_looks_like_a_part_is_swapped() -> None:
    assert swapped_to("age", "Today an old man came.", 0) == "Today a young man came."
    assert swapped_to("age", "Ten years ago an old man came.", 0) is not None
    assert swapped_to("gender", "It rained--she left.", 1) == "It rained--he left."
    assert swapped_to("gender", "-She left.", 1) == "-He left."
    assert Swapper(named_axis("gender")).find("he/she left") is LeftOut.SEVERAL


@pytest.mark.parametrize(
    ("axis", "text"),
    [
        ("nationality", "South Africa and Nigeria"),
        ("nationality", "A Turkish man and a German woman"),
        ("nationality", "An Englishman and a German."),
        ("religion", "Sikhs and Hindus live here"),
        ("religion", "The bishop and the Christian priest"),
        ("religion", "An atheist and a Muslim."),
    ],
)
def test_a_text_with_a_group_that_has_no_terms_is_left_out(axis: AxisName, text: str) -> None:
    assert Swapper(named_axis(axis)).find(text) is LeftOut.TIED


@pytest.mark.parametrize("axis", ["nationality", "religion"])
def test_no_term_ties_its_own_text(axis: AxisName) -> None:
    found = named_axis(axis)
    members = [each for group in (found.members or {}).values() for each in group]
    terms = [term for each in (*members, *(row.terms for row in found.rows)) for term in each]
    assert found.unclear_beside.isdisjoint(word.lower() for term in terms for word in term.split())


@pytest.mark.parametrize(
    ("text", "group", "expected"),
    [
        ("He is a king.", 0, "She is a queen."),
        ("the queen and her mother", 1, "the king and his father"),
        ("A witch and her cat", 1, "A wizard and his cat"),
        ("The empress is here", 1, "The emperor is here"),
        ("My mum left", 1, "My dad left"),
        ("My dad left", 0, "My mom left"),
        ("Stephen King and his books", 0, None),
        ("stephen king and his books", 0, None),
        ("King Arthur and his men", 0, None),
        ("The King is his idol", 0, None),
        ("She has a king size bed", 1, None),
        ("It was a witch hunt, she said", 1, None),
        ("the lion king and his son", 0, None),
    ],
)
def test_kings_are_swapped_where_they_are_no_names(
    text: str, group: int, expected: str | None
) -> None:
    assert swapped_to("gender", text, group) == expected


def swapped_to(axis: AxisName, text: str, group: int) -> str | None:
    """Return a text with the terms of another group, or nothing where it is left out."""
    swapper = Swapper(named_axis(axis))
    found = swapper.find(text)
    if isinstance(found, LeftOut):
        return None
    return swapper.swapped(text, found, group, random.Random(0))


def test_forms_of_members_are_checked() -> None:
    table = {"groups": ["a", "b"], "form_places": [["alone"], ["as_noun"]]}
    with pytest.raises(DataError, match="without a member of as many forms"):
        axis_of({**table, "members": {"a": [["x", "y"]], "b": ["z"]}}, "mine.toml")
    with pytest.raises(DataError, match="no such place"):
        axis_of(
            {**table, "form_places": [["nowhere"]], "members": {"a": ["x"], "b": ["z"]}},
            "mine.toml",
        )


PETS = {"groups": ["cats", "dogs"], "members": {"cats": ["cat", "Tom"], "dogs": ["dog", "hound"]}}


def test_a_control_is_never_the_text_itself(tmp_path: Path) -> None:
    swapper = Swapper(axis_of(PETS, "mine.toml"))
    for text, other in (("The cat sleeps.", "The Tom sleeps."), ("A TOM sleeps.", "A CAT sleeps.")):
        found = swapper.find(text)
        assert not isinstance(found, LeftOut)
        assert {swapper.swapped(text, found, 0, random.Random(i)) for i in range(9)} == {other}
    assert swapper.find("A tom and a cat.") is LeftOut.ALL

    written = 'groups = ["cats", "dogs"]\nmembers = {cats = ["cat", "Tom"], dogs = ["dog", "pug"]}'
    (tmp_path / "pets.toml").write_text(written, encoding="utf-8")
    made = suite(tmp_path, "a cat and a tom,no\na dog,yes\n")
    vary = Identity(path=str(tmp_path / "pets.toml"))
    task = vary.task_of(made, made.prepare(limit=None, seed=0), seed=0)
    assert dict(task.left_out) == {LeftOut.ALL.value: 1}
    assert [sample.text for sample in task.samples()] == ["a dog"]


def test_a_group_of_one_member_is_refused() -> None:
    table = {**PETS, "members": {"cats": ["cat", "Tom"], "dogs": ["dog", "dog"]}}
    with pytest.raises(DataError, match="one member of 'dogs', and no other"):
        axis_of(table, "mine.toml")


def test_a_model_that_dislikes_broken_english_dislikes_no_creed() -> None:
    """Each group's counterparts are what one would write of it in the first place."""
    swapper = Swapper(named_axis("religion"))
    nouns = ("Christian", "Muslim", "Jew", "Hindu", "Buddhist")
    for frame in ("Our cook is a devout {}.", "She met a kind {} there.", "A {}, and an aunt"):
        for noun in nouns:
            found = swapper.find(frame.format(noun))
            assert not isinstance(found, LeftOut)
            made = [
                swapper.swapped(frame.format(noun), found, to, random.Random(0)) for to in range(5)
            ]
            assert made == [frame.format(counterpart) for counterpart in nouns]


def suite(folder: Path, rows: str) -> ClassificationSuite:
    path = folder / "rows.csv"
    path.write_text(f"text,label\n{rows}", encoding="utf-8")
    columns = Columns(text="text", target="label")
    return ClassificationSuite(data=Dataset(path=str(path)), columns=columns)


def test_texts_without_one_group_are_not_asked_about(tmp_path: Path) -> None:
    made = suite(tmp_path, "she came,no\nit rained,yes\nshe saw him,yes\n")
    task = Identity(axis="gender").task_of(made, made.prepare(limit=None, seed=0), seed=0)
    (sample,) = task.samples()
    assert sample.slices == {"identity": "female"}
    assert dict(task.left_out) == {"names no group": 1, "names several groups": 1}
    asked = task.ask(sample, Capability.CLASSIFIES)
    assert asked == QuestionGroup((Classify(text="she came"), Classify(text="he came")))
    answers = tuple(
        Classification(labels=("no", "yes"), scores=(1 - p, p), is_probability=True)
        for p in (0.25, 0.75)
    )
    read = task.read(sample, AnswerGroup(answers))
    assert isinstance(read, AnswerGroup)
    labels, gaps = (metric.measure(sample, read) for metric in task.metrics)
    assert labels == Scored((0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0))
    assert gaps == Scored((0.0, 0.5, 0.5, 0.0, 0.0, 0.5, 0.0, 0.5))
    (figure,) = task.draw([(sample, read)])
    assert figure.data["n_changed"] == 1


def test_what_cannot_be_is_refused(tmp_path: Path) -> None:
    made = suite(tmp_path, "it rained,no\nit snowed,yes\n")
    clean = made.prepare(limit=None, seed=0)
    with pytest.raises(DataError, match="no text names exactly one group"):
        Identity(axis="gender").task_of(made, clean, seed=0)
    with pytest.raises(ConfigError, match="'maybe' is not among the labels"):
        Identity(axis="gender", positive="maybe").task_of(made, clean, seed=0)
    with pytest.raises(ConfigError, match="either axis or path"):
        Identity()
    with pytest.raises(DataError, match="a row of 1 terms"):
        axis_of({"groups": ["a", "b"], "rows": [["x"]]}, "mine.toml")


def test_gaps_are_weighted_means_by_pair() -> None:
    metric = CounterfactualGap(groups=("a", "b", "c"), label="x")
    draw = np.random.default_rng(0)
    rows = draw.uniform(-1.0, 1.0, (40, 10))
    rows[:, 0] = draw.integers(0, 3, 40)
    weights = draw.integers(0, 3, (5, 40)).astype(np.float64)
    found = metric.reduce(rows, weights)
    for b, weight in enumerate(weights):
        for place, (own, other) in enumerate(metric.pairs):
            of_own = [(w, row) for w, row in zip(weight, rows, strict=True) if row[0] == own and w]
            total = sum(w for w, _ in of_own)
            signed, mean = (
                sum(w * row[first + other] for w, row in of_own) / total for first in (4, 7)
            )
            expected = (signed, mean, max(row[7 + other] for _, row in of_own))
            assert found[b, 3 + 3 * place : 6 + 3 * place] == pytest.approx(expected, abs=1e-12)


def test_the_size_of_a_gap_is_told_for_each_pair() -> None:
    """Changes that cancel out have no sign, and are as large as they are."""
    metric = CounterfactualGap(groups=("a", "b"), label="x")
    rows = np.array([scored(metric, "a", changed) for changed in (0.25, -0.25, 0.5, -0.5)])
    rows = np.vstack((rows, [scored(metric, "b", 0.125)] * 2))
    values = metric.reduce(rows, np.ones((1, 6)))[0].tolist()
    found = dict(zip([quantity.id for quantity in metric.quantities], values, strict=True))
    intervals = metric.intervals(rows, None, 0.95)

    assert found["signed_gap[a to b]"] == 0
    assert found["gap_mean[a to b]"] == 0.375
    assert found["gap_max[a to b]"] == 0.5
    assert found["gap_mean[b to a]"] == found["gap_max[b to a]"] == 0.125
    interval = intervals["gap_mean[a to b]"]
    assert interval.low < 0.375 < interval.high
    assert metric.parts(rows)["gap_max[a to b]"].tolist() == [True] * 4 + [False] * 2
    no_b = metric.reduce(rows, np.array([[1.0] * 4 + [0.0] * 2]))[0].tolist()
    assert np.isnan(no_b[-1])


def test_the_worst_of_a_pair_is_of_single_draws() -> None:
    """A mean over draws hides the one name that changes everything."""
    changes = (0.25, -0.25, 0.0, 0.125, 0.5, 0.125)  # three names of a, three of b
    values = {}
    for is_by_draw in (True, False):
        metric = CounterfactualGap(
            groups=("a", "b"), label="x", is_drawn=True, n=3, is_by_draw=is_by_draw
        )
        sample = Sample(id="1", index=0, text="", slices={"identity": "a"})
        answers = (probability(0.5), *(probability(0.5 + change) for change in changes))
        score = metric.measure(sample, AnswerGroup(answers))
        assert isinstance(score, Scored)
        assert len(score.statistics) == len(metric.columns)
        found = metric.reduce(np.array([score.statistics]), np.ones((1, 1)))[0].tolist()
        values[is_by_draw] = dict(zip((each.id for each in metric.quantities), found, strict=True))

    assert values[True]["gap_max[a to b]"] == 0.5 == values[True]["gap_max"]
    assert values[True]["gap_max[a to a]"] == 0.25
    assert values[True]["gap_mean[a to b]"] == 0.25
    # Runs of before have kept no more than the means, and are read as they were.
    assert values[False]["gap_max[a to b]"] == 0.25
    assert {name for name in values[True] if values[True][name] == values[False][name]} >= {
        "gap_max", "gap_mean", "gap_worst", "signed_gap[a to b]"
    }  # fmt: skip


@pytest.mark.parametrize("n", [1, 2])
def test_single_draws_are_kept_where_there_are_several(tmp_path: Path, n: int) -> None:
    made = suite(tmp_path, "James came,no\nMary saw it,yes\nit rained,yes\n")
    clean = made.prepare(limit=None, seed=0)
    *_, gaps = Identity(axis="names_by_gender", n=n).task_of(made, clean, seed=0).metrics
    assert ("largest_1" in gaps.columns) == (n > 1)
    assert ("largest" in gaps.signature) == (n > 1), "others stay comparable with runs of before"
    definitions = {each.id: each.definition for each in gaps.quantities}
    worst = definitions["gap_max[male to female]"]
    assert ("in any single draw of any sample where" in worst) == (n > 1)


def scored(metric: CounterfactualGap, own: str, changed: float) -> tuple[float, ...]:
    """Return the statistics of a text whose probability changes by so much in the one swap."""
    sample = Sample(id="1", index=0, text="", slices={"identity": own})
    score = metric.measure(sample, AnswerGroup((probability(0.5), probability(0.5 + changed))))
    assert isinstance(score, Scored)
    return score.statistics


def probability(value: float) -> Classification:
    return Classification(labels=("x", "y"), scores=(value, 1 - value), is_probability=True)


def test_the_control_is_of_as_many_swaps_as_what_it_controls() -> None:
    """A model that flips each text by chance alone does so alike within groups and between."""
    metric = Counterfactual(groups=("a", "b", "c"), label="x", is_drawn=True, n=3)
    sample = Sample(id="1", index=0, text="", slices={"identity": "a"})
    rng = np.random.default_rng(2)
    rows = []
    for _ in range(600):
        answers = tuple(labelled(is_flipped=rng.random() < 0.2) for _ in range(9))
        score = metric.measure(sample, AnswerGroup((labelled(is_flipped=False), *answers)))
        assert isinstance(score, Scored)
        rows.append(score.statistics)
    values = metric.reduce(np.array(rows), np.ones((1, 600)))[0].tolist()
    found = dict(zip([quantity.id for quantity in metric.quantities], values, strict=True))

    assert found["flip_rate_within"] == pytest.approx(1 - 0.8**3, abs=0.06)
    assert found["flip_rate_between"] == pytest.approx(1 - 0.8**3, abs=0.06)
    assert found["flip_rate"] == pytest.approx(1 - 0.8**6, abs=0.06)
    assert "any of 3 swaps" in metric.probe.readings["flip_rate_within"].claim


def labelled(*, is_flipped: bool) -> Classification:
    scores = (0.0, 1.0) if is_flipped else (1.0, 0.0)
    return Classification(labels=("x", "y"), scores=scores, is_probability=True)
