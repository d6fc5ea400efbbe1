"""``harness noise``: runs of one checkpoint, and how far they lie apart."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import sqrt
from pathlib import Path
from statistics import mean, stdev

import pytest
from fakes.toy_models import ToyAdapter, ToySession
from fakes.toy_spec import toy_spec
from fakes.toy_suite import ToySuite
from fakes.workplace import Workplace
from scipy import stats

from harness import load_run
from harness.adapters.echo import EchoAdapter, EchoSession
from harness.api import Silent
from harness.core.capability import Capability
from harness.core.errors import ConfigError, HarnessError
from harness.core.identity import Identity
from harness.core.noise import Noise, NoiseStudy
from harness.core.request import Generate, Request
from harness.core.response import AnswerGroup, Exchange, Generation, Response
from harness.core.spec import ModelSpec, RunSpec
from harness.engine import attacked_task, explained_pairs_task, explained_task
from harness.noise_study import study_noise
from harness.store.noise_studies import read_studies, read_study

EXAMPLES = Path(__file__).parents[2] / "examples"

PROGRAM = """
def first_is_wrong(prompts):
    return ["wrong" if place == 0 else "right" for place, _ in enumerate(prompts)]

def tells_its_seed(prompt, seed):
    return str(seed)
"""
SPEC = """
name = "batches"

[[model]]
name = "m"
adapter = "python"
target = "{module}:{function}"
path = "."
{options}

[[suite]]
name = "questions"
suite = "generation"
data = "questions.csv"
columns = {{ text = "question", target = "answer", id = "id" }}
metrics = ["exact_match"]
temperature = {temperature}
"""
N = 8


@pytest.fixture
def module(place: Workplace) -> str:
    """Return the name of a module that no other test has imported."""
    name = f"noisy_{place.folder.name}"
    place.write(f"{name}.py", PROGRAM)
    rows = "".join(f"q{i},question {i},right\n" for i in range(N))
    place.write("questions.csv", f"id,question,answer\n{rows}")
    return name


def the_study(place: Workplace) -> NoiseStudy:
    (study,) = read_studies(place.folder / "runs").studies
    return study


def exact_match(study: NoiseStudy) -> Noise:
    (noise,) = (each for each in study.noise if each.quantity == "exact_match")
    return noise


def run_folders(place: Workplace) -> list[Path]:
    return [folder for folder in place.runs if (folder / "manifest.json").exists()]


def test_a_model_that_depends_on_its_batches(place: Workplace, module: str) -> None:
    """The first question of each batch goes wrong: batches of 4, then of 2, then of 8."""
    options = "batch = true\nbatch_size = 4"
    place.write(
        "spec.toml",
        SPEC.format(module=module, function="first_is_wrong", options=options, temperature=0.0),
    )
    outcome = place.harness("noise", "spec.toml")

    assert outcome.code == 0, outcome.err
    study = the_study(place)
    assert study.varied == ("batch size", "order")
    noise = exact_match(study)
    assert noise.values == (6 / 8, 4 / 8, 7 / 8)
    assert noise.spread == pytest.approx(stdev([6 / 8, 4 / 8, 7 / 8]), rel=1e-12)
    assert noise.floor == pytest.approx(stats.t.ppf(0.975, 2) * sqrt(2) * noise.spread, rel=1e-9)
    assert noise.n == N
    # Which questions came first is told by the runs; the flips are counted from them anew.
    right = [_right(place.folder / "runs" / run_id) for run_id in study.run_ids]
    shares = [sum(a[q] != b[q] for q in a) / N for a, b in combinations(right, 2)]
    assert noise.flip_rate == pytest.approx(mean(shares), rel=1e-12)
    assert min(shares) > 0

    assert "batches  3 runs; varied: batch size, order" in outcome.out
    row = next(line for line in outcome.out.splitlines() if "exact_match" in line)
    cells = [cell.strip() for cell in row.strip("│ ").split("│")]
    assert cells[1:] == ["0.7083", "0.191", "1.16", f"{noise.flip_rate:.2%}", "8"]
    assert outcome.out.splitlines()[-1].startswith("noise study: runs/noise/2")


def _right(folder: Path) -> dict[str, float]:
    samples = load_run(folder).samples()
    return dict(zip(samples["sample_id"], samples["exact_match.exact_match"], strict=True))


def test_each_repeat_is_a_run_that_tells_what_it_is(place: Workplace, module: str) -> None:
    options = "batch = true\nbatch_size = 4"
    place.write(
        "spec.toml",
        SPEC.format(module=module, function="first_is_wrong", options=options, temperature=0.0),
    )
    place.harness("noise", "spec.toml")

    manifests = [place.manifest(folder) for folder in run_folders(place)]
    assert [one["name"] for one in manifests] == [f"batches (A/A {i} of 3)" for i in (1, 2, 3)]
    assert [one["spec"]["model"][0]["batch_size"] for one in manifests] == [4, 2, 8]
    assert {one["status"] for one in manifests} == {"complete"}
    assert all(one["is_repeat"] for one in manifests)
    assert manifests[0]["warnings"] == []
    assert all("repeat of a noise study" in one["warnings"][0] for one in manifests[1:])
    done = [one["evaluations"][0] for one in manifests]
    for key in ("suite_hash", "data_hash", "model_fingerprint"):
        assert len({one[key] for one in done}) == 1
    page = (run_folders(place)[1] / "report.html").read_text(encoding="utf-8")
    assert "repeat of a noise study" in page

    noise = exact_match(the_study(place))
    studied = (noise.suite_hash, noise.data_hash, noise.fingerprint)
    assert studied == tuple(
        done[0][key] for key in ("suite_hash", "data_hash", "model_fingerprint")
    )


@pytest.mark.parametrize(
    ("temperature", "varied", "n_seeds"), [(0.0, ("order",), 1), (0.8, ("order", "seed"), 3)]
)
def test_the_seed_is_varied_where_tokens_are_drawn(
    place: Workplace, module: str, temperature: float, varied: tuple[str, ...], n_seeds: int
) -> None:
    text = SPEC.format(
        module=module, function="tells_its_seed", options="", temperature=temperature
    )
    place.write("spec.toml", text)
    outcome = place.harness("noise", "spec.toml", "--limit", 5)

    assert outcome.code == 0, outcome.err
    assert the_study(place).varied == varied
    runs = [load_run(folder).samples() for folder in run_folders(place)]
    seeds = [{answer["text"] for answer in run["answer"]} for run in runs]
    assert all(len(own) == 1 for own in seeds)
    assert len(set.union(*seeds)) == n_seeds
    assert seeds[0] == {"0"}  # the first run is the spec's own
    # The spec's seed draws the limit's samples, and they must stay.
    assert len({tuple(run["sample_id"]) for run in runs}) == 1
    assert len(runs[0]) == 5


def test_the_generation_seed_leaves_the_payload_otherwise_alone(
    place: Workplace, module: str
) -> None:
    place.write(
        "spec.toml",
        SPEC.format(module=module, function="tells_its_seed", options="", temperature=0.8),
    )
    place.harness("noise", "spec.toml")

    payloads = [
        {
            record.sample.id: (record.sample.index, _without_seed(record.payload))
            for record in load_run(folder).run.records
        }
        for folder in run_folders(place)
    ]
    assert payloads[0] == payloads[1] == payloads[2]


def _without_seed(payload: object) -> tuple[object, ...]:
    assert isinstance(payload, Generate)
    return (payload.prompt, payload.max_new_tokens, payload.stop, payload.temperature)


def test_samples_are_asked_in_another_order_each_time(tmp_path: Path) -> None:
    path = study_noise(toy_spec(tmp_path, ToyAdapter()), Silent(), n_repeats=4)

    asked = [tuple(ToySession.asked[start : start + 10]) for start in range(0, 40, 10)]
    assert len(ToySession.asked) == 40
    assert len(set(asked)) == 4
    assert {frozenset(own) for own in asked} == {frozenset(f"id-{i}" for i in range(10))}
    study = read_study(path)
    assert study.varied == ("order",)
    assert {noise.spread for noise in study.noise} == {0.0}
    flips = {noise.quantity: noise.flip_rate for noise in study.noise}
    assert flips == {"right": 0.0, "length": 0.0, "variety": None}


def test_one_sample_has_no_order(tmp_path: Path) -> None:
    path = study_noise(toy_spec(tmp_path, ToyAdapter(), suites=(ToySuite(n=1),)), Silent())

    assert read_study(path).varied == ()


def test_an_example(place: Workplace) -> None:
    shutil.copytree(EXAMPLES / "data", place.folder / "data")
    shutil.copy(EXAMPLES / "sentiment.toml", place.folder)
    outcome = place.harness("noise", "sentiment.toml", "--repeats", 2, "--limit", 10)

    assert outcome.code == 0, outcome.err
    study = the_study(place)
    assert len(study.run_ids) == 2
    assert study.varied == ("batch size", "order")
    assert {noise.floor for noise in study.noise} == {0.0}
    assert {noise.flip_rate for noise in study.noise} == {0.0, None}
    n_sliced = sum(noise.slice is not None for noise in study.noise)
    assert n_sliced
    assert f"and {n_sliced} numbers of slices, in the file" in outcome.out


def spec_of_toys(place: Workplace, habit: str) -> None:
    place.write(
        "toys.toml",
        f"""
        [[model]]
        name = "toy model"
        adapter = "toy"
        habit = "{habit}"

        [[suite]]
        name = "toy suite"
        suite = "toy"
        """,
    )


@pytest.mark.usefixtures("toys")
def test_an_incomplete_run_ends_the_study(place: Workplace) -> None:
    spec_of_toys(place, "fails once in three")
    outcome = place.harness("noise", "toys.toml")

    assert outcome.code == 3
    (error,) = outcome.errors
    assert error.startswith("A/A 1 of 3 (runs/")
    assert (
        "the run is incomplete: toy suite on toy model: 70% of its samples have a score;"
        " see its report, then repeat the study"
    ) in error
    assert len(run_folders(place)) == 1
    assert not (place.folder / "runs" / "noise").exists()


@pytest.mark.usefixtures("toys")
def test_a_model_that_is_lost_ends_the_study(place: Workplace) -> None:
    spec_of_toys(place, "cannot be loaded")
    outcome = place.harness("noise", "toys.toml")

    assert outcome.code == 3
    assert "toy suite on toy model: toy: the weights are gone" in outcome.errors[0]


@pytest.mark.usefixtures("toys")
def test_an_interruption_keeps_the_runs(place: Workplace) -> None:
    spec_of_toys(place, "is interrupted")
    outcome = place.harness("noise", "toys.toml")

    assert outcome.code == 130
    assert "interrupted; runs that are whole are kept, the study is not" in outcome.err
    assert place.manifest(run_folders(place)[0])["status"] == "interrupted"
    assert not (place.folder / "runs" / "noise").exists()


@dataclass(frozen=True, slots=True, kw_only=True)
class TellTaleAdapter:
    """A model whose identity changes with its batch size, as it should not."""

    batch_size: int = 4

    @property
    def capabilities(self) -> frozenset[Capability]:
        return frozenset({Capability.GENERATES})

    def open(self) -> TellTaleSession:
        return TellTaleSession(self.batch_size)


class TellTaleSession:
    def __init__(self, batch_size: int) -> None:
        self.identity = Identity({"weights": str(batch_size)})
        self._echo = EchoSession(EchoAdapter())

    def respond(self, requests: Sequence[Request]) -> Iterator[Exchange]:
        return self._echo.respond(requests)

    def close(self) -> None: ...


def test_another_checkpoint_is_no_repeat(tmp_path: Path) -> None:
    spec = toy_spec(tmp_path, ToyAdapter())
    changing = ModelSpec(name="model0", adapter_name="x", adapter=TellTaleAdapter())
    spec = RunSpec(name="x", models=(changing,), suites=spec.suites, out=str(tmp_path))

    with pytest.raises(HarnessError, match="'model0' is not what it was in the first run") as told:
        study_noise(spec, Silent())
    assert told.value.exit_code == 3
    assert str(told.value).startswith("A/A 2 of 3 (")


def test_the_gate_allows_what_the_noise_explains(place: Workplace, module: str) -> None:
    options = "batch = true\nbatch_size = 4"
    place.write(
        "spec.toml",
        SPEC.format(module=module, function="first_is_wrong", options=options, temperature=0.0),
    )
    assert place.harness("run", "spec.toml").code == 0
    assert place.harness("baseline", "set", "main", "latest").code == 0
    assert place.harness("noise", "spec.toml").code == 0
    assert place.harness("run", "spec.toml").code == 0
    candidate = run_folders(place)[-1]
    assert place.harness("gate", candidate.name, "--baseline", "main").code == 0

    judged = json.loads((candidate / "judgement.json").read_text(encoding="utf-8"))
    finding = judged["findings"][0]
    assert finding["difference"]["quantity"]["id"] == "exact_match"
    floor = exact_match(the_study(place)).floor
    assert finding["noise_floor"] == floor > 1
    assert finding["margin"] == 0.01


def test_attacks_explanations_and_requests_sent_again_are_repeated_too(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    for engine in (attacked_task, explained_task, explained_pairs_task):
        monkeypatch.setattr(engine, "kept_answers", lambda _: pytest.fail("of an earlier run"))
    module = f"talker_{place.folder.name}"
    place.write(
        f"{module}.py",
        "def weigh(text):\n"
        "    share = 0.3 * text.count('good')\n"
        "    return {'bad': 1 - share, 'good': share}\n\n"
        "def tell(prompt, seed):\n"
        "    return f'{prompt} {seed}'\n",
    )
    rows = "".join(f"a good good film number {i},good\n" for i in range(2))
    rows += "dull,bad\n"
    place.write("films.csv", f"text,label\n{rows}")
    place.write(
        "driven.toml",
        f"""
        reuse_answers = true

        [[model]]
        name = "judge"
        adapter = "python"
        target = "{module}:weigh"
        path = "."
        capability = "classifies"

        [[model]]
        name = "teller"
        adapter = "python"
        target = "{module}:tell"
        path = "."

        [[suite]]
        name = "films"
        suite = "classification"
        models = ["judge"]
        data = "films.csv"
        columns = {{ text = "text", target = "label" }}
        attack = ["deepwordbug"]
        explain = ["occlusion"]

        [[suite]]
        name = "again"
        suite = "determinism"
        models = ["teller"]
        data = "films.csv"
        columns = {{ text = "text" }}
        temperature = 0.5
        """,
    )
    outcome = place.harness("noise", "driven.toml", "--repeats", 2)

    assert outcome.code == 0, outcome.err
    study = the_study(place)
    assert study.varied == ("order", "seed")
    values = {(one.suite, one.quantity): one.values for one in study.noise if one.slice is None}
    suites = ("films ! deepwordbug", "films ? occlusion", "films ! deepwordbug ? occlusion")
    for suite in suites[:2]:
        first, other = values[suite, "queries_sent"]
        assert other == first > 0, "no repeat takes what the one before was told"
    assert values[suites[0], "success_rate"] == (2 / 3, 2 / 3)
    assert set(suites) <= {suite for suite, _ in values}
    assert values["again", "identical"] == (1.0, 1.0)
    seeds = [_told_seeds(folder) for folder in run_folders(place)]
    assert [len(own) for own in seeds] == [1, 1]
    assert len(set.union(*seeds)) == 2


def _told_seeds(folder: Path) -> set[str]:
    """Return the last word of every answer to a request that was sent again."""
    found = set()
    for record in load_run(folder).run.records:
        if isinstance(record.answer, Response) and isinstance(record.answer.output, AnswerGroup):
            for answer in record.answer.output.answers:
                assert isinstance(answer, Generation)
                found.add(answer.text.rpartition(" ")[2])
    return found


def test_one_run_is_no_study(place: Workplace, tmp_path: Path) -> None:
    place.films()
    assert place.harness("noise", "films.toml", "--repeats", 1).code == 2
    with pytest.raises(ConfigError, match="must be at least 2, not 1"):
        study_noise(toy_spec(tmp_path, ToyAdapter()), Silent(), n_repeats=1)
    assert place.runs == []


def test_a_broken_spec_is_told_before_anything_runs(place: Workplace) -> None:
    place.films()
    assert place.harness("noise", "films.toml", "--suite", "filns").code == 2
    (place.folder / "films.csv").unlink()
    assert place.harness("noise", "films.toml").code == 2
    assert place.runs == []
