"""What is loaded, what it is called, and what is refused with which sentence."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import dynamic_module_utils

from harness.adapters.transformers import TransformersAdapter, gguf_cache
from harness.conformance import check_adapter
from harness.core.capability import Capability
from harness.core.errors import AdapterError, ConfigError, HarnessError
from harness.core.identity import hash_file
from harness.core.request import Generate, LogLikelihood

ASKED = LogLikelihood(prompt="It was the best", continuations=(" of", " times"))


@pytest.fixture
def copied(model_folder: Callable[[str], Path], tmp_path: Path) -> Callable[[str], Path]:
    return lambda kind: Path(shutil.copytree(model_folder(kind), tmp_path / kind))


def test_naming_the_adapter_imports_no_heavy_library() -> None:
    code = (
        "import sys; from harness.adapters.transformers import TransformersAdapter as T;"
        "T(path='x').capabilities;"
        "sys.exit(bool({'torch', 'transformers', 'numpy'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("task", "words"),
    [
        ("causal", {"generates", "scores", "differentiates", "attends"}),
        ("seq2seq", {"generates", "scores"}),
        ("masked", {"scores", "fills"}),
        ("classifier", {"classifies", "differentiates", "attends"}),
        ("encoder", {"embeds"}),
    ],
)
def test_the_task_tells_the_capabilities_unloaded(task: Any, words: set[str]) -> None:
    adapter = TransformersAdapter(path="nowhere", task=task)
    assert adapter.capabilities == {Capability(word) for word in words}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"max_batch_tokens": 0}, "max_batch_tokens"),
        ({"max_length": 1}, "max_length"),
        ({"too_long": "truncate"}, "with task = 'causal' this end of a text is never cut"),
        ({"too_long": "truncate_left", "task": "encoder"}, "with task = 'encoder' this end"),
    ],
)
def test_impossible_options_are_refused_unloaded(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        TransformersAdapter(path="x", **options)


def refusal(options: dict[str, Any]) -> HarnessError:
    with pytest.raises(HarnessError) as caught:
        TransformersAdapter(**options).open()
    assert "\n" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"path": "no/such/folder"}, "no such file or folder"),
        ({"hub": "owner/name", "revision": "main"}, "not a commit hash"),
        ({"hub": "owner/name", "path": "x"}, "path and hub"),
        ({}, "no place"),
    ],
)
def test_a_place_that_is_none_is_a_config_error(options: dict[str, Any], words: str) -> None:
    error = refusal(options)
    assert isinstance(error, ConfigError)
    assert words in str(error)


def test_a_folder_without_a_model_is_a_config_error(tmp_path: Path) -> None:
    assert "no weights" in str(refusal({"path": str(tmp_path)}))
    (tmp_path / "model.safetensors").write_bytes(b"")
    assert "config.json" in str(refusal({"path": str(tmp_path)}))
    (tmp_path / "notes.txt").write_text("x")
    assert "no GGUF" in str(refusal({"path": str(tmp_path / "notes.txt")}))


def test_damaged_weights_are_an_adapter_error(copied: Callable[[str], Path]) -> None:
    folder = copied("llama")
    (folder / "model.safetensors").write_bytes(b"not safetensors")
    assert isinstance(refusal({"path": str(folder)}), AdapterError)


@pytest.mark.parametrize(
    ("kind", "task", "fitting"),
    [
        ("bert_masked", "causal", "masked"),
        ("bert_masked", "classifier", "masked"),
        ("t5", "causal", "seq2seq"),
        ("llama", "seq2seq", "causal"),
        ("llama", "masked", "causal"),
        ("bert_classifier", "masked", "classifier"),
    ],
)
def test_a_task_that_the_model_was_not_made_for_names_the_fitting_one(
    kind: str, task: str, fitting: str, model_folder: Callable[[str], Path]
) -> None:
    error = refusal({"path": str(model_folder(kind)), "task": task})
    assert isinstance(error, ConfigError)
    assert f"task = {fitting!r}" in str(error)


@pytest.mark.parametrize("task", ["classifier", "masked"])
def test_weights_that_would_be_random_are_refused(
    task: str, model_folder: Callable[[str], Path]
) -> None:
    error = refusal({"path": str(model_folder("bert_encoder")), "task": task})
    assert isinstance(error, AdapterError)
    assert "would be random" in str(error)


def test_an_encoder_may_lack_the_pooler_that_is_not_used(opened: Callable[..., Any]) -> None:
    # A masked model's file holds no pooler.
    session = opened("bert_masked", task="encoder").session
    assert session.identity.parts["settings"].count("task:encoder") == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"variant": "bnb-8bit"}, "needs CUDA"),
        ({"variant": "bnb-4bit"}, "needs CUDA"),
        ({"device": "abacus"}, "cannot be used here"),
        ({"max_length": 65}, "window is 64"),
        ({"chat_template": "no/such.jinja"}, "cannot be read"),
        ({"tokenizer": "no/such/folder"}, "cannot load it"),
    ],
)
def test_options_that_do_not_fit_are_refused(
    options: dict[str, Any], words: str, model_folder: Callable[[str], Path]
) -> None:
    given = {"path": str(model_folder("llama")), "device": "cpu", **options}
    assert words in str(refusal(given))


def test_bitsandbytes_must_be_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    from harness.adapters.transformers import precision, variant_fitness

    monkeypatch.setattr(variant_fitness, "find_spec", lambda _name: None)
    options = TransformersAdapter(path="x", variant="bnb-4bit")
    with pytest.raises(ConfigError, match="pip install bitsandbytes"):
        variant_fitness.check_variant_fits(options, "cuda")
    monkeypatch.setattr(variant_fitness, "find_spec", lambda _name: object())
    variant_fitness.check_variant_fits(options, "cuda:1")
    arguments = precision.load_arguments(options, "cuda:1")
    assert arguments["quantization_config"].load_in_4bit
    assert arguments["device_map"] == {"": "cuda:1"}


def test_code_beside_the_weights_runs_only_when_allowed(
    copied: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dynamic_module_utils, "HF_MODULES_CACHE", str(tmp_path / "modules"))
    folder = copied("llama")
    mark = folder / "was_run"
    config = json.loads((folder / "config.json").read_text())
    config["model_type"] = "strange"
    config["auto_map"] = {
        "AutoConfig": "strange.StrangeConfig",
        "AutoModelForCausalLM": "strange.StrangeModel",
    }
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "strange.py").write_text(
        f"import pathlib; pathlib.Path({str(mark)!r}).touch()\n"
        "from transformers import LlamaConfig, LlamaForCausalLM\n"
        "class StrangeConfig(LlamaConfig):\n    model_type = 'strange'\n"
        "class StrangeModel(LlamaForCausalLM):\n    config_class = StrangeConfig\n"
    )
    assert "trust_remote_code = true" in str(refusal({"path": str(folder)}))
    assert not mark.exists()
    trusting = TransformersAdapter(path=str(folder), device="cpu", trust_remote_code=True)
    identity = trusting.open().identity
    assert mark.exists()
    assert trusting.open().identity == identity

    with (folder / "strange.py").open("a") as code:
        code.write("# another model\n")
    assert trusting.open().identity.fingerprint != identity.fingerprint


def test_the_identity_is_the_contents_and_not_the_place(
    opened: Callable[..., Any], copied: Callable[[str], Path]
) -> None:
    folder = copied("llama")
    here = opened("llama").session.identity
    there = TransformersAdapter(path=str(folder), device="cpu", max_batch_tokens=7).open().identity
    assert here == there
    assert here.parts["weights"] == hash_file(folder / "model.safetensors")
    assert "float32" in here.parts["settings"]


def test_whatever_changes_answers_changes_the_identity(opened: Callable[..., Any]) -> None:
    variants: list[dict[str, Any]] = [
        {},
        {"dtype": "bfloat16"},
        {"variant": "dynamic-int8"},
        {"max_length": 32},
        {"attention": "eager"},
        {"chat_template": "{{ messages[0].content }}"},
    ]
    prints = [opened("llama", **options).session.identity.fingerprint for options in variants]
    assert len(set(prints)) == len(variants)


def test_another_tokenizer_is_another_model(
    opened: Callable[..., Any], model_folder: Callable[[str], Path]
) -> None:
    own = opened("llama").session.identity.parts
    other = opened("llama", tokenizer=str(model_folder("gpt2"))).session.identity.parts
    assert own["weights"] == other["weights"]
    assert own["tokenizer"] != other["tokenizer"]


def test_shards_are_hashed_together(model_folder: Callable[[str], Path], tmp_path: Path) -> None:
    import transformers

    model = transformers.AutoModelForCausalLM.from_pretrained(model_folder("llama"))
    model.save_pretrained(tmp_path, max_shard_size="50KB")
    for file in model_folder("llama").glob("tokenizer*"):
        shutil.copy(file, tmp_path)
    shards = sorted(tmp_path.glob("*.safetensors"))
    assert len(shards) > 1
    before = TransformersAdapter(path=str(tmp_path), device="cpu").open().identity.parts["weights"]
    changed = bytearray(shards[-1].read_bytes())
    changed[-1] ^= 1
    shards[-1].write_bytes(changed)
    after = TransformersAdapter(path=str(tmp_path), device="cpu").open().identity.parts["weights"]
    assert before != after


@pytest.mark.parametrize("attention", ["eager", "sdpa"])
def test_attention_kernels_agree(attention: str, opened: Callable[..., Any]) -> None:
    expected = opened("gemma").output(ASKED)
    found = opened("gemma", attention=attention).output(ASKED)
    for one, other in zip(expected.scores, found.scores, strict=True):
        assert one.log_likelihood == pytest.approx(other.log_likelihood, abs=1e-4)


def test_int8_layers_are_near_and_not_the_same(opened: Callable[..., Any]) -> None:
    exact = opened("llama").output(ASKED).scores[1].log_likelihood
    model = opened("llama", variant="dynamic-int8")
    rough = model.output(ASKED).scores[1].log_likelihood
    assert rough != exact
    assert rough == pytest.approx(exact, rel=0.2)
    assert model.output(Generate(prompt="It was", max_new_tokens=3)).text


def test_bfloat16_is_near_and_not_the_same(opened: Callable[..., Any]) -> None:
    exact = opened("llama").output(ASKED).scores[1].log_likelihood
    rough = opened("llama", dtype="bfloat16").output(ASKED).scores[1].log_likelihood
    assert rough != exact
    assert rough == pytest.approx(exact, rel=0.2)


def test_pickled_weights_that_are_more_than_tensors_are_refused(
    copied: Callable[[str], Path], tmp_path: Path
) -> None:
    folder, mark = copied("llama"), tmp_path / "was_run"

    class Trap:
        def __reduce__(self) -> tuple[Any, ...]:
            return Path.touch, (mark,)

    (folder / "model.safetensors").unlink()
    torch.save({"model.norm.weight": Trap()}, folder / "pytorch_model.bin")
    assert isinstance(refusal({"path": str(folder), "device": "cpu"}), AdapterError)
    assert not mark.exists()


def test_decoding_habits_of_the_makers_are_left_out(copied: Callable[[str], Path]) -> None:
    folder = copied("llama")
    plain = TransformersAdapter(path=str(folder), device="cpu").open()
    habits = json.loads((folder / "generation_config.json").read_text())
    habits |= {"repetition_penalty": 50.0, "no_repeat_ngram_size": 1, "do_sample": True}
    (folder / "generation_config.json").write_text(json.dumps(habits))
    loaded = TransformersAdapter(path=str(folder), device="cpu").open()
    from harness.core.request import Request

    requests = [Request("a", Generate(prompt="It was", max_new_tokens=20))]
    (one,), (other,) = (list(session.respond(requests)) for session in (plain, loaded))
    assert one.answer.output == other.answer.output  # type: ignore[union-attr]


def test_nothing_is_written_to_the_terminal(
    opened: Callable[..., Any], capfd: pytest.CaptureFixture[str]
) -> None:
    model = opened("llama")
    model.answers(ASKED, Generate(prompt="It was", max_new_tokens=70), Generate(prompt="w " * 200))
    captured = capfd.readouterr()
    assert captured.out == captured.err == ""


def test_a_closed_session_answers_no_more(opened: Callable[..., Any]) -> None:
    session = opened("llama").session
    session.close()
    session.close()
    with pytest.raises(AdapterError, match="closed"):
        list(session.respond([]))


def test_a_damaged_gguf_file_is_an_adapter_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "cache"))
    file = tmp_path / "broken.gguf"
    file.write_bytes(b"GGUF and nothing more")
    error = refusal({"path": str(file), "device": "cpu"})
    assert isinstance(error, AdapterError)
    assert "cannot be read as GGUF" in str(error)
    assert not list((tmp_path / "cache" / "gguf").iterdir())


def test_a_broken_model_ends_the_session_with_an_adapter_error(opened: Callable[..., Any]) -> None:
    model = opened("llama")

    def fail(_model: Any, _inputs: Any) -> None:
        raise RuntimeError("device-side assert triggered")

    model.model.register_forward_pre_hook(fail)
    with pytest.raises(AdapterError, match="device-side assert"):
        model.answers(ASKED)


@pytest.mark.parametrize(
    "kind", ["llama", "gpt2", "t5", "bert_masked", "bert_classifier", "bert_encoder"]
)
def test_the_promises_of_an_adapter_are_kept(
    kind: str, model_folder: Callable[[str], Path]
) -> None:
    task: Any = TASKS.get(kind, "causal")
    check_adapter(TransformersAdapter(path=str(model_folder(kind)), task=task, device="cpu"))


TASKS = {
    "t5": "seq2seq",
    "bert_masked": "masked",
    "bert_classifier": "classifier",
    "bert_encoder": "encoder",
}


def test_a_converted_model_that_changed_in_the_cache_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def convert(file: Path, folder: Path) -> None:
        folder.mkdir()
        (folder / "model.safetensors").write_bytes(file.read_bytes())

    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(gguf_cache, "_convert", convert)
    (tmp_path / "m.gguf").write_bytes(b"weights")
    folder = gguf_cache.converted(tmp_path / "m.gguf", "0" * 64)
    assert gguf_cache.converted(tmp_path / "m.gguf", "0" * 64) == folder
    (folder / "model.safetensors").write_bytes(b"weighty")
    with pytest.raises(AdapterError, match="converted model is damaged; delete the folder"):
        gguf_cache.converted(tmp_path / "m.gguf", "0" * 64)
