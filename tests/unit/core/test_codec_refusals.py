import pytest

from harness.core.codec import decode_answer, decode_output, decode_payload


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"kind": "Translate", "text": "x"},
        {"kind": "Generate", "prompt": "x"},
        {"kind": "Generate", "prompt": 3},
        {"kind": "FitAndClassify", "text": "x", "training": "t1"},
    ],
)
def test_what_is_no_payload_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="not an encoded payload"):
        decode_payload(data)


@pytest.mark.parametrize(
    "data",
    [
        {"kind": "Nothing"},
        {"kind": "Generation", "text": "x"},
        {"kind": "Embedding", "values": ["one"]},
        {"kind": "LogLikelihoods", "scores": [[-1.0, 2]]},
    ],
)
def test_what_is_no_output_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="not an encoded output"):
        decode_output(data)


@pytest.mark.parametrize(
    "data",
    [
        {"kind": "Failure", "failure": "bad luck", "message": "", "n_attempts": 1},
        {"kind": "Failure", "failure": "timeout"},
        {"kind": "Embedding", "values": [1.0], "usage": {"tokens": 3}},
    ],
)
def test_what_is_no_answer_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"not an encoded answer|not a valid FailureKind"):
        decode_answer(data)
