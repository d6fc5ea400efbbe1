"""Tiny models with random weights, and plain unbatched computations to compare with."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

os.environ["HF_HUB_OFFLINE"] = "1"

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from harness.adapters.transformers import TransformersAdapter  # noqa: E402 - torch may be absent
from harness.core.request import Payload, Request  # noqa: E402
from harness.core.response import Failure, Response  # noqa: E402

TEXT = """The quick brown fox jumps over the lazy dog. Paris is the capital of France, and Rome
that of Italy. A model that reads forward predicts each word from the words before it; one that
fills gaps looks both ways. It was the best of times, it was the worst of times, was it not?"""
CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{% if message.role == 'system' %}{{ raise_exception('no system turns') }}{% endif %}"
    "<s>{{ message.role }}: {{ message.content }}\n{% if not loop.last %}</s>{% endif %}"
    "{% endfor %}"
    "{% if add_generation_prompt %}<s>assistant:\n{% endif %}"
)
WINDOW = 64


def byte_tokenizer(kind: str) -> Any:
    """Train a byte-level BPE tokenizer; ``kind`` decides the special tokens around a text."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

    special = {
        "bos": ["<s>", "</s>", "<pad>"],
        "plain": ["<s>", "</s>", "<pad>"],
        "end": ["<pad>", "</s>", "<unk>"],
        "bert": ["[PAD]", "[CLS]", "[SEP]", "[MASK]"],
    }[kind]
    core = Tokenizer(models.BPE())
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    core.train_from_iterator([TEXT], trainer)
    around = {
        "bos": ("<s> $A", ["<s>"]),
        "end": ("$A </s>", ["</s>"]),
        "bert": ("[CLS] $A [SEP]", ["[CLS]", "[SEP]"]),
    }.get(kind)
    if around is not None:
        ids = [(token, core.token_to_id(token)) for token in around[1]]
        core.post_processor = processors.TemplateProcessing(single=around[0], special_tokens=ids)
    names: dict[str, Any] = {
        "bos": {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>"},
        "plain": {"bos_token": "<s>", "eos_token": "</s>"},
        "end": {"eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"},
        "bert": {
            "cls_token": "[CLS]",
            "sep_token": "[SEP]",
            "mask_token": "[MASK]",
            "pad_token": "[PAD]",
        },
    }[kind]
    return transformers.PreTrainedTokenizerFast(tokenizer_object=core, **names)


def _build(kind: str) -> tuple[Any, Any]:
    t = transformers
    # Weights far larger than usual, so that answers hang on every token of the context.
    small = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4}
    wide = {**small, "intermediate_size": 48, "max_position_embeddings": WINDOW}
    spread = {"initializer_range": 0.4}
    if kind == "llama":
        tokenizer = byte_tokenizer("bos")
        config = t.LlamaConfig(**wide, **spread, **_sizes(tokenizer), num_key_value_heads=2)
        return t.LlamaForCausalLM(config), tokenizer
    if kind == "gemma":
        tokenizer = byte_tokenizer("bos")
        config = t.GemmaConfig(
            **wide, **spread, **_sizes(tokenizer), num_key_value_heads=1, head_dim=8
        )
        return t.GemmaForCausalLM(config), tokenizer
    if kind == "gpt2":
        tokenizer = byte_tokenizer("plain")
        config = t.GPT2Config(
            n_embd=32, n_layer=2, n_head=4, n_positions=WINDOW, **spread, **_sizes(tokenizer)
        )
        return t.GPT2LMHeadModel(config), tokenizer
    if kind == "t5":
        tokenizer = byte_tokenizer("end")
        config = t.T5Config(
            d_model=32, d_kv=8, d_ff=48, num_layers=2, num_heads=4, initializer_factor=1.5,
            decoder_start_token_id=0, **_sizes(tokenizer),
        )  # fmt: skip
        return t.T5ForConditionalGeneration(config), tokenizer
    tokenizer = byte_tokenizer("bert")
    labels = {"id2label": {0: "bad", 1: "fair", 2: "good"}}
    config = t.BertConfig(**wide, **spread, **_sizes(tokenizer), **labels)
    model = {
        "bert_masked": t.BertForMaskedLM,
        "bert_classifier": t.BertForSequenceClassification,
        "bert_encoder": t.BertModel,
    }[kind](config)
    return model, tokenizer


def _sizes(tokenizer: Any) -> dict[str, Any]:
    return {
        "vocab_size": len(tokenizer),
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return the folder of a tiny model of some kind, made once."""
    made: dict[str, Path] = {}

    def make(kind: str) -> Path:
        if kind not in made:
            torch.manual_seed(len(kind))
            model, tokenizer = _build(kind)
            if kind in ("llama", "gpt2"):
                tokenizer.chat_template = CHAT_TEMPLATE
            made[kind] = tmp_path_factory.mktemp(kind)
            model.save_pretrained(made[kind])
            tokenizer.save_pretrained(made[kind])
        return made[kind]

    return make


TASKS = {
    "t5": "seq2seq",
    "bert_masked": "masked",
    "bert_classifier": "classifier",
    "bert_encoder": "encoder",
}


class Opened:
    """A session with short ways to ask it."""

    def __init__(self, folder: Path, options: dict[str, Any]) -> None:
        self.session = TransformersAdapter(path=str(folder), device="cpu", **options).open()

    @property
    def model(self) -> Any:
        """The model inside."""
        return next(iter(self.session._responders.values()))._loaded.model  # type: ignore[attr-defined]

    def answers(self, *payloads: Payload) -> list[Response | Failure]:
        """Ask all at once; answers in the order of the questions."""
        requests = [Request(f"r{at}", payload) for at, payload in enumerate(payloads)]
        exchanges = list(self.session.respond(requests))
        assert sorted(each.request.id for each in exchanges) == sorted(r.id for r in requests)
        by_id = {each.request.id: each.answer for each in exchanges}
        return [by_id[request.id] for request in requests]

    def output(self, payload: Payload) -> Any:
        """Ask one question that must be answered."""
        (answer,) = self.answers(payload)
        assert isinstance(answer, Response), answer
        return answer.output

    def outputs(self, *payloads: Payload) -> list[Any]:
        """Ask questions that must all be answered."""
        answers = self.answers(*payloads)
        assert all(isinstance(answer, Response) for answer in answers), answers
        return [answer.output for answer in answers if isinstance(answer, Response)]

    def limit_batch(self, most: int) -> list[int]:
        """Let batches of more rows than ``most`` run out of memory; returns the sizes tried."""
        sizes: list[int] = []

        def check(_model: Any, _args: Any, kwargs: dict[str, Any]) -> None:
            rows = kwargs["input_ids"]
            sizes.append(rows.shape[0])
            if rows.shape[0] > most:
                raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried 9 bytes")

        self.model.register_forward_pre_hook(check, with_kwargs=True)
        return sizes


@pytest.fixture
def opened(model_folder: Callable[[str], Path]) -> Iterator[Callable[..., Opened]]:
    """Open a tiny model of some kind with the given options."""
    sessions: list[Any] = []

    def make(kind: str, **options: Any) -> Opened:
        one = Opened(model_folder(kind), {"task": TASKS.get(kind, "causal"), **options})
        sessions.append(one.session)
        return one

    yield make
    for session in sessions:
        session.close()
