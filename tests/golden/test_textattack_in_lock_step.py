"""TextAttack's own classes in this engine's lock step, beside TextAttack alone.

Runs where TextAttack is installed: `tox -e textattack`.
"""

from __future__ import annotations

import json
import pickle
import random
import threading
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes.attacked_reviews import Review, reviews
from fakes.attacks import LABELS, CountingSession, LabelledTexts, written

from harness.core.attacked import Attacked, Outcome
from harness.core.capability import Capability
from harness.core.response import Classification, Failure, FailureKind, Response
from harness.core.silence import silenced
from harness.engine.attacked_task import AttackedTask
from harness.engine.lock_step import Room
from harness.registry import find
from harness.suites.attacks.textattack import TextAttackRecipe
from harness.suites.attacks.textattack.catalogue import CATALOGUE

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(
        find_spec("textattack") is None,
        reason="TextAttack is not installed: it needs transformers 4, run `tox -e textattack`",
    ),
]

LOGGER = "textattack.shared.utils.install"
EVERY = 212
"""Of 10,605 reviews each of so many is attacked (51 of them), and all others are learned from."""
KINDS = {
    Outcome.SUCCEEDED: "Successful",
    Outcome.FAILED: "Failed",
    Outcome.SKIPPED: "Skipped",
}


@cache
def attacked() -> tuple[Review, ...]:
    return reviews()[::EVERY]


@cache
def victim() -> Any:
    """Return the scikit-learn victim of ``benchmarks/attacks.py``."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    learned = [each for place, each in enumerate(reviews()) if place % EVERY]
    pipeline = make_pipeline(TfidfVectorizer(), LogisticRegression(max_iter=1000))
    return pipeline.fit([each.text for each in learned], [each.label for each in learned])


def rightly_read(label: int) -> tuple[Review, ...]:
    """Return those with a label that the victim gives them."""
    told = victim().predict([each.text for each in attacked()])
    pairs = zip(attacked(), told, strict=True)
    return tuple(each for each, said in pairs if said == each.label == label)


class Batching(CountingSession):
    """Answers with the victim, a call at a time."""

    def respond(self, requests: Sequence[Any]) -> Iterator[Any]:
        texts = [request.payload.text for request in requests]
        shares = victim().predict_proba(texts).tolist()
        known = {
            text: Response(output=Classification(labels=LABELS, scores=scores, is_probability=True))
            for text, scores in zip(texts, shares, strict=True)
        }
        self.answer = known.__getitem__
        return super().respond(requests)


def in_lock_step(
    recipe: Any,
    texts: Mapping[str, str],
    session: Any = None,
    capability: Capability = Capability.CLASSIFIES,
    room: int = 512,
) -> dict[str, Any]:
    """Return by text what each sample came to."""
    task = AttackedTask(
        task=LabelledTexts(texts),
        attack=recipe,
        seed=0,
        room=Room(most=room, most_weight=1e12, weigh=lambda _: 1.0),
    )
    driven = task.drive(task.samples(), session or Batching(), capability, lambda _: None)
    return {
        sample.text: answer.output if isinstance(answer, Response) else answer
        for sample, answer in driven
    }


def seeds(recipe: Any, texts: Mapping[str, str]) -> dict[str, int]:
    """Return by text the number that the lock step seeds TextAttack's generators with."""
    samples = LabelledTexts(texts).samples()
    return {
        sample.text: random.Random(f"0/{recipe.label}/{sample.id}").getrandbits(32)
        for sample in samples
    }


def alone(recipe: TextAttackRecipe, texts: Mapping[str, str]) -> dict[str, tuple[str, str, int]]:
    """Return by text what TextAttack says by itself: outcome, text, queries."""
    import torch

    from harness.suites.attacks.textattack.importing import no_nltk_download, textattack

    package = textattack()

    class Wrapped(package.models.wrappers.ModelWrapper):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            self.model = self

        def __call__(self, text_input_list: Sequence[str], **_: object) -> Any:
            return victim().predict_proba(list(text_input_list))

    entry = CATALOGUE[recipe.recipe]
    with silenced(LOGGER), no_nltk_download():
        attack = getattr(package.attack_recipes, entry.cls).build(Wrapped(), **entry.build)
    if recipe.budget is not None:
        attack.goal_function.query_budget = recipe.budget
    found = {}
    for text, seed in seeds(recipe, texts).items():
        random.seed(seed)
        np.random.seed(seed)  # noqa: NPY002 - TextAttack's own generator
        torch.manual_seed(seed)
        with silenced(LOGGER):
            result = attack.attack(text, LABELS.index(texts[text]))
        kind = type(result).__name__.removesuffix("AttackResult")
        found[text] = kind, result.perturbed_text(), result.num_queries
    return found


def summary(recipe: TextAttackRecipe, outcome: Attacked) -> tuple[str, str, int]:
    is_maximized = recipe.keeps_label and outcome.outcome is not Outcome.SKIPPED
    kind = "Maximized" if is_maximized else KINDS[outcome.outcome]
    return kind, outcome.text, outcome.n_queries


@pytest.mark.parametrize(
    ("name", "n", "options"),
    [
        ("pwws", 51, {}),
        ("pwws", 51, {"budget": 60}),
        ("deepwordbug", 51, {}),
        ("deepwordbug", 51, {"budget": 20}),
        ("pruthi", 50, {}),
        ("input-reduction", 51, {}),
        ("leap", 8, {}),
        ("leap", 8, {"budget": 300}),
        ("bad-characters-invisible", 4, {}),
        ("bad-characters-deletions", 4, {}),
        ("bad-characters-reorderings", 4, {}),
    ],
)
def test_outcome_text_and_queries_are_those_of_textattack_alone(
    name: str, n: int, options: dict[str, Any]
) -> None:
    recipe = TextAttackRecipe(recipe=name, **options)
    # "Bad characters" is aimed at class 0, which anything wrong is here, and which is "bad" there;
    # it attacks what is wrong already, too.
    chosen = rightly_read(1) if name.startswith("bad-") else attacked()
    texts = {each.text: LABELS[each.label] for each in chosen[:n]}
    session = Batching()
    ours = in_lock_step(recipe, texts, session)
    theirs = alone(recipe, texts)
    assert {text: summary(recipe, outcome) for text, outcome in ours.items()} == theirs
    assert {text for text, outcome in ours.items() if outcome.outcome is not Outcome.SKIPPED}
    n_queries = sum(outcome.n_queries for outcome in ours.values())
    assert len(session.calls) < n_queries / 4
    assert max(session.asked.values()) == 1


def test_neither_order_nor_company_has_a_part_in_it() -> None:
    recipe = TextAttackRecipe(recipe="deepwordbug")
    texts = {each.text: LABELS[each.label] for each in attacked()[:16]}
    together = in_lock_step(recipe, texts)
    one_by_one = in_lock_step(recipe, texts, room=1)
    assert {text: summary(recipe, each) for text, each in one_by_one.items()} == {
        text: summary(recipe, each) for text, each in together.items()
    }


def test_the_same_changes_as_our_own_recipe_but_for_chance() -> None:
    texts = {each.text: LABELS[each.label] for each in attacked()[:20]}
    ours, theirs = (
        in_lock_step(recipe, texts)
        for recipe in (find("attacks", "pwws", "recipe")(), TextAttackRecipe(recipe="pwws"))
    )
    for text, outcome in theirs.items():
        other = ours[text]
        assert (outcome.text, outcome.n_queries) == (other.text, other.n_queries)
        assert (outcome.n_changed, outcome.n_words) == (other.n_changed, other.n_words)
        assert (outcome.control is None) == (other.control is None)


def test_a_defect_of_textattack_is_a_failure_of_its_sample_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from harness.suites.attacks.textattack.importing import textattack

    package = textattack()
    bad, good = (each.text for each in rightly_read(1)[:2])
    goal_results = package.goal_functions.GoalFunction.get_results

    def broken(self: Any, texts: Any, check_skip: bool = False) -> Any:  # noqa: FBT001, FBT002 - as it is there
        if self.initial_attacked_text.text == bad and not check_skip:
            raise IndexError("list index out of range")
        return goal_results(self, texts, check_skip=check_skip)

    monkeypatch.setattr(package.goal_functions.GoalFunction, "get_results", broken)
    came = in_lock_step(TextAttackRecipe(recipe="deepwordbug"), {bad: "good", good: "good"})
    failure = came[bad]
    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.CRASHED
    assert "the attack textattack:deepwordbug broke down" in failure.message
    assert "IndexError: list index out of range" in failure.message
    assert isinstance(came[good], Attacked)


def test_searches_that_are_broken_off_leave_no_greenlet_waiting() -> None:
    import gc

    from greenlet import greenlet

    def waiting() -> int:
        gc.collect()
        return sum(type(each) is greenlet and not each.dead for each in gc.get_objects())

    before = waiting()
    texts = {each.text: LABELS[each.label] for each in rightly_read(1)[:8]}
    session = Batching()
    task = AttackedTask(
        task=LabelledTexts(texts),
        attack=TextAttackRecipe(recipe="pwws"),
        seed=0,
    )
    driven: Any = task.drive(task.samples(), session, Capability.CLASSIFIES, lambda _: None)
    next(driven)
    assert waiting() > before
    driven.close()
    del driven
    assert waiting() == before


def test_vectors_in_textattacks_cache_make_a_recipe_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from harness.suites.attacks.textattack import building
    from harness.suites.attacks.textattack.importing import textattack

    words = ["good", "dull", "bad", "fine"]
    folder = tmp_path / "word_embeddings" / "paragramcf"
    folder.mkdir(parents=True)
    vectors = np.array([[1, 0.1], [1, 0.2], [1, 0.3], [1, 0.4]], dtype=np.float32)
    np.save(folder / "paragram.npy", vectors)
    np.save(folder / "nn.npy", np.array([[0, 1, 2], [1, 2, 0], [2, 1, 0], [3, 0, 1]]))
    (folder / "wordlist.pickle").write_bytes(
        pickle.dumps({word: place for place, word in enumerate(words)})
    )
    for name in ("mse_dist.p", "cos_sim.p"):
        (folder / name).write_bytes(
            pickle.dumps({one: dict.fromkeys(range(4), 0.1) for one in range(4)})
        )
    package = textattack()
    monkeypatch.setenv("TA_CACHE_DIR", str(tmp_path))
    # It reads the variable once, at its import.
    monkeypatch.setattr(package.shared.utils.install, "TEXTATTACK_CACHE_DIR", str(tmp_path))
    building._built.cache_clear()
    recipe = TextAttackRecipe(recipe="iga")
    assert str(Path("word_embeddings/paragramcf")) in recipe.signature
    text = "A good film with a plot of its own and a cast that is really good in it."
    (came,) = in_lock_step(recipe, {text: "good"}).values()
    assert isinstance(came, Attacked)
    assert came.n_queries > 10
    assert came.text != text
    building._built.cache_clear()


def test_a_language_model_that_only_writes_is_attacked_too() -> None:
    def wrote(prompt: str) -> Response:
        return written("good" if "good" in prompt.split() else "bad")

    session = CountingSession(wrote)
    texts = {
        "A good and warm film .": "good",
        "A dull film .": "bad",
        "A bad film , a good one .": "bad",
    }
    came = in_lock_step(
        TextAttackRecipe(recipe="pwws"), texts, session, capability=Capability.GENERATES
    )
    good, dull, wrong = (came[text] for text in texts)
    assert good.outcome is Outcome.SUCCEEDED
    assert "good" not in good.text.split()
    assert dull.outcome is Outcome.FAILED
    assert wrong.outcome is Outcome.SKIPPED


class _Chat(BaseHTTPRequestHandler):
    """Answers a chat with the word "good" where the text has it, else with "bad"."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        words = body["messages"][-1]["content"].split()
        choice = {
            "index": 0,
            "finish_reason": "stop",
            "message": {"role": "assistant", "content": "good" if "good" in words else "bad"},
        }
        answer = json.dumps({"object": "chat.completion", "choices": [choice]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_a_model_behind_http_is_attacked_too() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Chat)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    adapter = find("adapters", "openai", "adapter")(
        base_url=f"http://127.0.0.1:{server.server_port}/v1", model="toy"
    )
    session = adapter.open()
    try:
        texts = {"A good and warm film .": "good", "A dull film .": "bad"}
        recipe = TextAttackRecipe(recipe="deepwordbug", budget=30)
        came = in_lock_step(recipe, texts, session, capability=Capability.GENERATES)
    finally:
        session.close()
        server.shutdown()
        server.server_close()
    good, dull = (came[text] for text in texts)
    assert good.outcome is Outcome.SUCCEEDED
    assert "good" not in good.text.split()
    assert dull.outcome is Outcome.FAILED
