"""What is put on a model: load points, arrivals, prompts, and the options that they come from."""

from __future__ import annotations

import pickle
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from fakes.toy_rounds import PacedAdapter

from harness.adapters.echo import EchoAdapter
from harness.core.abilities import PartedTask
from harness.core.capability import Capability
from harness.core.errors import ConfigError, DataError
from harness.core.load import Arrivals, Load
from harness.core.request import LoadTest
from harness.sources.source import Source
from harness.suites.latency import LatencySuite
from harness.suites.latency.limits import Prices, Slo
from harness.suites.latency.metric import Latency
from harness.suites.latency.prompts import PromptMaker, TextLength, fitted_length
from harness.suites.latency.schedule import due_times, mean_rate, read_arrivals
from harness.suites.latency.task import LatencyTask
from harness.suites.latency.vocabulary import WORDS

OPEN = Load(n_requests=1, n_input_tokens=8, n_output_tokens=4, rate_per_s=4.0)


def prepared(*, limit: int | None = None, seed: int = 0, **options: Any) -> LatencyTask:
    return LatencySuite(**options).prepare(limit=limit, seed=seed)


def keys(task: LatencyTask, capability: Capability) -> list[str]:
    test = task.ask(next(task.samples()), capability)
    assert isinstance(test, LoadTest)
    return [point.key for point in test.points]


class TestLoadPoints:
    def test_lengths_are_crossed_with_loads(self) -> None:
        task = prepared(input_tokens=(8, 16), concurrency=(1, 4), rates=(2.0, 0.5))

        assert keys(task, Capability.GENERATES) == [
            f"{shape},in={n},out=32"
            for n in (8, 16)
            for shape in ("c=1", "c=4", "poisson=0.5", "poisson=2")
        ]
        assert keys(task, Capability.EMBEDS) == [f"b={b},in={n}" for n in (8, 16) for b in (1, 8)]

    def test_a_closed_loop_of_several_has_five_waves(self) -> None:
        loads = prepared(concurrency=(1, 2, 8, 64), requests=7, rates=(2.0,)).plan.generating

        assert [load.n_requests for load in loads] == [7, 24, 48, 320, 7]

    @pytest.mark.parametrize(
        ("attainment", "requests", "n"), [(0.9, 7, 29), (0.9, 40, 40), (0.95, 7, 59)]
    )
    def test_an_open_loop_can_prove_its_objective(
        self, attainment: float, requests: int, n: int
    ) -> None:
        slo = Slo(ttft_ms=100.0, attainment=attainment)
        loads = prepared(rates=(1.0, 4.0), requests=requests, slo=slo).plan.generating

        assert [load.n_requests for load in loads] == [requests, n, n]

    def test_an_objective_that_no_load_can_prove_is_refused(self) -> None:
        fine, strict = (Slo(e2e_ms=1.0, attainment=share) for share in (0.9997, 0.9998))
        assert prepared(rates=(1.0,), slo=fine).plan.generating[-1].n_requests == 9985
        with pytest.raises(ConfigError) as caught:
            LatencySuite(rates=(1.0,), slo=strict)
        assert str(caught.value) == (
            "slo.attainment: 0.9998 takes 14,978 requests a rate to prove, and a load has 10,000"
            " at most; write 0.9997 or less, or requests = 14978"
        )
        many = prepared(rates=(1.0,), slo=strict, requests=14_978).plan.generating[-1]
        assert many.n_requests == 14_978
        LatencySuite(slo=strict)  # nothing is swept

    def test_rounds_are_the_samples(self) -> None:
        samples = list(prepared(rounds=4, limit=2).samples())

        assert [(sample.id, sample.index) for sample in samples] == [("round 1", 0), ("round 2", 1)]

    def test_equal_options_are_equal_data(self) -> None:
        first = prepared()

        assert first.data_hash == prepared().data_hash
        assert first.data_hash == prepared(rounds=8).data_hash
        for other in (prepared(seed=1), prepared(requests=11), prepared(batch_sizes=(2,))):
            assert other.data_hash != first.data_hash

    def test_a_task_can_be_taken_to_another_process(self) -> None:
        task = prepared(rates=(1.0, 2.0), slo=Slo(ttft_ms=100.0))

        assert pickle.loads(pickle.dumps(task)) == task

    def test_each_number_is_measured_once(self) -> None:
        slo, prices = Slo(e2e_ms=1.0), Prices(input_per_million=1.0, output_per_million=1.0)
        names = [m.name for m in prepared(rates=(1.0,), slo=slo, prices=prices).metrics]

        assert len(names) == len(set(names))
        for name in ("tpot_p50@c=1,in=128,out=32", "knee@in=128,out=32", "load_s"):
            assert f"latency:{name}" in names
        assert "latency:goodput@poisson=1,in=128,out=32" in names
        assert "latency:cost@c=1,in=128,out=32" in names
        plain = [m.name for m in prepared().metrics]
        assert not [name for name in plain if "goodput" in name or "cost" in name or "knee" in name]
        assert not [name for name in plain if "lag" in name or "e2e_sched" in name]


@pytest.mark.parametrize(
    ("options", "where"),
    [
        ({"input_tokens": ()}, "input_tokens"),
        ({"output_tokens": (0,)}, "output_tokens"),
        ({"concurrency": (2, 2)}, "concurrency"),
        ({"concurrency": ()}, "concurrency"),
        ({"rates": (-1.0,)}, "rates"),
        ({"rates": (50.0, 50.0000001)}, "rates"),  # both would be called poisson=50
        ({"requests": 0}, "requests"),
        ({"rounds": 0}, "rounds"),
        ({"warm_up": 2}, "warm_up"),
        ({"min_duration_s": -1.0}, "min_duration_s"),
        ({"arrivals": "replay"}, "replay"),
        ({"replay": Source(path="x")}, "replay"),
    ],
)
def test_what_cannot_be_carried_out_is_refused(options: dict[str, Any], where: str) -> None:
    with pytest.raises(ConfigError) as caught:
        LatencySuite(**options)
    assert caught.value.where == where


@pytest.mark.parametrize(
    ("options", "where"),
    [
        ({}, ""),
        ({"ttft_ms": 0.0}, "ttft_ms"),
        ({"e2e_ms": 5.0, "attainment": 1.0}, "attainment"),
    ],
)
def test_an_objective_that_says_nothing_is_refused(options: dict[str, float], where: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Slo(**options)
    assert caught.value.where == where


def test_a_model_that_cannot_be_watched_has_one_stream_alone() -> None:
    suite = LatencySuite(rates=(2.0,))
    with pytest.raises(ConfigError, match="no rates for it"):
        suite.check_model(EchoAdapter(), Capability.GENERATES)
    suite.check_model(EchoAdapter(labels=("a",)), Capability.CLASSIFIES)  # it is given batches
    suite.check_model(PacedAdapter(path="x"), Capability.GENERATES)  # it does not foretell
    LatencySuite().check_model(EchoAdapter(), Capability.GENERATES)


def test_an_option_is_idle_that_was_written_and_holds_for_no_model() -> None:
    suite = LatencySuite(batch_sizes=(4,), rates=(2.0,), concurrency=(2,), requests=7)
    assert suite.idle_options({Capability.GENERATES}) == {"batch_sizes": ""}
    assert suite.idle_options({Capability.EMBEDS}) == {"concurrency": "", "rates": ""}
    assert suite.idle_options({Capability.EMBEDS, Capability.GENERATES}) == {}
    assert LatencySuite().idle_options({Capability.CLASSIFIES}) == {}


def test_a_replay_alone_takes_its_requests_and_its_length_from_its_file() -> None:
    options: dict[str, Any] = {
        "arrivals": "replay",
        "replay": Source(path="x"),
        "requests": 500,
        "min_duration_s": 60.0,
    }
    generating = {Capability.GENERATES}
    alone = LatencySuite(concurrency=(), **options)
    assert alone.idle_options(generating) == {
        "requests": "a replay has as many requests as its file has moments",
        "min_duration_s": "a replay lasts as long as its file",
    }
    assert LatencySuite(concurrency=(1,), **options).idle_options(generating) == {}
    both = {Capability.GENERATES, Capability.CLASSIFIES}
    assert alone.idle_options(both) == {}
    rest = options | {"requests": 10, "min_duration_s": 10.0}
    assert LatencySuite(concurrency=(), **rest).idle_options(generating) == {}


def test_a_knee_of_a_short_replay_wants_more_arrivals(tmp_path: Path) -> None:
    recorded = tmp_path / "arrivals.txt"
    recorded.write_text("\n".join(map(str, range(20))), encoding="utf-8")
    task = prepared(arrivals="replay", replay=Source(path=str(recorded)), concurrency=())

    (told,) = task.advice(Capability.GENERATES)

    assert told == "knee: 20 requests show only a gross overload; record 100 arrivals or more"
    slo = Slo(e2e_ms=1.0, attainment=0.95)
    task = prepared(arrivals="replay", replay=Source(path=str(recorded)), concurrency=(), slo=slo)
    strict = "knee: 20 arrivals cannot prove an attainment of 0.95; record 59 or more"
    assert task.advice(Capability.GENERATES) == (told, strict)


def test_a_model_has_the_metrics_of_its_own_loads() -> None:
    task = prepared(rates=(2.0,), concurrency=())
    assert isinstance(task, PartedTask)
    loads = {
        capability: {m.load for m in task.metrics_for(capability) if isinstance(m, Latency)}
        for capability in (Capability.GENERATES, Capability.EMBEDS)
    }
    assert loads[Capability.GENERATES] == {"", "poisson=2,in=128,out=32", "in=128,out=32"}
    assert loads[Capability.EMBEDS] == {"", "b=1,in=128", "b=8,in=128"}


def test_a_negative_price_is_refused() -> None:
    with pytest.raises(ConfigError, match="output_per_million"):
        Prices(input_per_million=1.0, output_per_million=-1.0)


class TestArrivals:
    def test_poisson_arrivals_have_the_rate_and_independent_gaps(self) -> None:
        times = due_times(OPEN, n=20_001, seed="s")
        gaps = [(b - a) / 1e9 for a, b in pairwise(times) if a is not None and b is not None]
        mean = sum(gaps) / len(gaps)

        assert mean == pytest.approx(0.25, rel=1e-6)
        spread = (sum((gap - mean) ** 2 for gap in gaps) / len(gaps)) ** 0.5
        assert spread == pytest.approx(mean, rel=0.05)  # of an exponential they are equal
        assert times == due_times(OPEN, n=20_001, seed="s")
        assert times != due_times(OPEN, n=20_001, seed="t")

    @pytest.mark.parametrize("arrivals", ["poisson", "constant"])
    @pytest.mark.parametrize(("rate", "n"), [(4.0, 41), (0.5, 10), (900.0, 9001)])
    def test_what_is_offered_is_what_it_is_called(
        self, arrivals: Arrivals, rate: float, n: int
    ) -> None:
        load = replace(OPEN, rate_per_s=rate, arrivals=arrivals)
        times = due_times(load, n=n, seed="s")

        assert (len(times), times[0]) == (n, 0)
        assert times[-1] == pytest.approx((n - 1) / rate * 1e9)
        assert due_times(load, n=1, seed="s") == (0,)

    def test_replayed_arrivals_are_stretched_to_the_rate(self, tmp_path: Path) -> None:
        file = tmp_path / "arrivals.txt"
        file.write_text("10\n10.5\n\n12\n", encoding="utf-8")
        replayed = read_arrivals(file)
        assert replayed == (0.0, 0.5, 2.0)
        assert mean_rate(replayed) == 1.0

        load = replace(OPEN, arrivals="replay")
        assert due_times(load, n=3, seed="", replayed=replayed) == (0, 125_000_000, 500_000_000)

    def test_a_replay_has_its_own_pace_without_a_rate(self, tmp_path: Path) -> None:
        file = tmp_path / "arrivals.txt"
        file.write_text("0\n1\n2\n", encoding="utf-8")

        task = prepared(arrivals="replay", replay=Source(path=str(file)), concurrency=())
        assert keys(task, Capability.GENERATES) == ["replay=1,in=128,out=32"]

    @pytest.mark.parametrize("text", ["", "1\n", "1\n1\n", "2\n1\n", "1\nsoon\n", "1\nnan\n"])
    def test_a_file_without_a_rate_is_refused(self, text: str, tmp_path: Path) -> None:
        file = tmp_path / "arrivals.txt"
        file.write_text(text, encoding="utf-8")
        with pytest.raises(DataError):
            read_arrivals(file)


class TestPrompts:
    MAKER = PromptMaker(words=WORDS, nonce="n", seed="s", prefix_cache="cold")

    def test_no_two_prompts_begin_alike(self) -> None:
        makers = [self.MAKER, replace(self.MAKER, nonce="m"), replace(self.MAKER, seed="t")]
        prompts = [
            maker.prompt(place, number, 20)
            for maker in makers[:2]
            for place in ("c=1/timed", "c=2/timed", "c=1/warm-up 0")
            for number in range(50)
        ]
        beginnings = {" ".join(prompt.split()[:4]) for prompt in prompts}

        assert len(beginnings) == len(prompts)
        assert {len(prompt.split()) for prompt in prompts} == {20}

    def test_models_that_take_turns_read_the_same_text_behind_the_nonce(self) -> None:
        mine, other = self.MAKER, replace(self.MAKER, nonce="m")

        assert mine.prompt("p", 1, 30).split()[8:] == other.prompt("p", 1, 30).split()[8:]
        assert mine.prompt("p", 1, 30).split()[:8] != other.prompt("p", 1, 30).split()[:8]

    def test_warm_prompts_share_all_but_their_ends(self) -> None:
        maker = replace(self.MAKER, prefix_cache="warm")
        first, second = (maker.prompt("p", number, 30).split() for number in (1, 2))

        assert first[:22] == second[:22]
        assert first[22:] != second[22:]

    def test_short_prompts_are_as_long_as_asked(self) -> None:
        assert len(self.MAKER.prompt("p", 0, 3).split()) == 3

    def test_words_are_cut_to_the_tokens_that_were_counted(self) -> None:
        length = fitted_length([(100, 2 * 100 + 5), (25, 2 * 25 + 5)])

        assert length == TextLength(2.0, 5.0, is_known=True)
        assert length.n_words(128) == 62
        assert fitted_length([]).n_words(128) == 128
        assert fitted_length([(10, 15)]).n_words(30) == 20
        cut = fitted_length([(100, 64), (25, 64)])  # by a model that reads no further
        assert cut.tokens_per_word == 0.64

    def test_the_vocabulary_is_plain(self) -> None:
        assert len(WORDS) == len(set(WORDS)) > 300
        assert all(word.isascii() and word.isalpha() and word.islower() for word in WORDS)

    def test_words_of_ones_own_are_taken(self, tmp_path: Path) -> None:
        file = tmp_path / "words.txt"
        own = [f"word{i}" for i in range(120)]
        file.write_text(" ".join(own), encoding="utf-8")
        assert prepared(text=Source(path=str(file))).plan.words == tuple(own)

        file.write_text("too few", encoding="utf-8")
        with pytest.raises(DataError, match="2 different words"):
            prepared(text=Source(path=str(file)))
