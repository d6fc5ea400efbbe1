"""Answers with their documents, as the lines of lm-evaluation-harness's files of samples."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.core.response import Response
from harness.core.run import Record
from harness.core.transcript import Transcript
from harness.suites.lm_eval.chat_text import context_of
from harness.suites.lm_eval.loaded_tasks import LoadedTask, LoadedTasks
from harness.suites.lm_eval.questions import Question
from harness.suites.lm_eval.quiet import quiet
from harness.suites.lm_eval.values import failure_of, filtered, processed


def transcripts_of(
    found: LoadedTasks, questions: Mapping[str, Question], records: Sequence[Record]
) -> dict[str, Transcript]:
    """Return one transcript for each task.

    lm-eval has no form for a question that was not answered: those are left out.

    Args:
        found: the tasks.
        questions: by sample id.
        records: one model's answers to them.
    """
    by_task: dict[str, list[Record]] = {name: [] for name in found.tasks}
    first = next(iter(found.tasks))
    for record in records:
        if record.sample.id in questions and isinstance(record.answer, Response):
            by_task[record.sample.id.rpartition("/")[0] or first].append(record)
    return {
        name: _transcript(found.tasks[name], questions, answered)
        for name, answered in by_task.items()
    }


def _transcript(
    loaded: LoadedTask, questions: Mapping[str, Question], records: Sequence[Record]
) -> Transcript:
    from lm_eval.utils import handle_non_serializable, hash_string

    with quiet():
        by_filter: dict[str, list[dict[str, Any]]] = {}
        for record in records:
            for line in _lines(loaded, questions[record.sample.id], record):
                by_filter.setdefault(line["filter"], []).append(line)
    lines = [line for of_filter in by_filter.values() for line in of_filter]
    dumped = [
        json.dumps(line, default=handle_non_serializable, ensure_ascii=False) for line in lines
    ]
    hashes = (line["doc_hash"] + line["prompt_hash"] + line["target_hash"] for line in lines)
    config = json.dumps(dict(loaded.task.dump_config()), default=handle_non_serializable)
    return Transcript(
        text="".join(f"{line}\n" for line in dumped),
        hash=hash_string("".join(hashes)),
        config=json.loads(config),
        n_documents=len(loaded.docs),
    )


def _lines(loaded: LoadedTask, question: Question, record: Record) -> Iterator[dict[str, Any]]:
    """Yield one line for each filter, with the fields that lm-eval's own tracker writes."""
    from lm_eval.utils import handle_non_serializable, hash_string, sanitize_list

    task, number = loaded.task, int(record.sample.id.rpartition("/")[2])
    doc = loaded.docs[number]
    assert isinstance(record.answer, Response)
    made = processed(task, doc, record.answer.output)
    for reason in made.failed.values():
        raise failure_of(loaded.name, str(number), reason)
    requests, _ = filtered(task, doc, record.answer.output)
    target = task.doc_to_target(doc)
    arguments = [_as_texts(each) for each in question.arguments]
    whole = json.dumps(doc, indent=2, default=handle_non_serializable, ensure_ascii=False)
    for name in requests[0].filtered_resps:
        answers = [request.filtered_resps[name] for request in requests]
        values = {metric: value for (metric, of), value in made.values.items() if of == name}
        yield {
            "doc_id": number,
            "doc": doc,
            "target": str(target),
            "arguments": {
                f"gen_args_{i}": {f"arg_{j}": part for j, part in enumerate(each)}
                for i, each in enumerate(arguments)
            },
            "resps": sanitize_list([request.resps for request in requests]),
            "filtered_resps": sanitize_list(answers),
            "filter": name,
            "metrics": list(values),
            "doc_hash": hash_string(whole),
            "prompt_hash": hash_string(arguments[0][0]),
            "target_hash": hash_string(str(target)),
            **values,
        }


def _as_texts(arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    return (context_of(arguments[0]), *arguments[1:])
