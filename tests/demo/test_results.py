from __future__ import annotations

import io
import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from tools.demo.execution import Finished
from tools.demo.results import Summary, explain_failure
from tools.demo.stack import Stack

if TYPE_CHECKING:
    from tools.demo.job_log import JobLog


def stack(**clients: Any) -> Stack:  # noqa: ANN401 - stand-ins of boto3 clients
    return Stack(bucket="bucket", table="table", state_machine="machine", topic="topic", client=clients.__getitem__)


def logs(*lines: str) -> SimpleNamespace:
    events = [{"message": line} for line in lines]
    return SimpleNamespace(
        get_log_events=lambda **_: {"events": events}, exceptions=SimpleNamespace(ResourceNotFoundException=KeyError)
    )


def failed(jobs: JobLog, *, cause: str = "a cause") -> Finished:
    return Finished(status="FAILED", error="Embeddings.JobFailed", cause=cause, steps=(), jobs=jobs)


def test_a_failed_run_is_explained_with_the_end_of_a_job_s_log(recorded: JobLog) -> None:
    lines = [f"line {number}" for number in range(40)]
    error = explain_failure(stack(logs=logs(*lines)), failed(recorded))
    assert error.what.startswith("The pipeline ended FAILED. Embeddings.JobFailed: a cause\n")
    assert "embed [2] failed: no manifest (exit code 21)" in error.what
    assert error.what.endswith("line 39")
    assert "line 24\n" not in error.what
    assert "exit_code.py" in error.fix


def test_of_a_function_s_error_only_the_message_is_shown(recorded: JobLog) -> None:
    cause = json.dumps({"errorType": "NoImages", "errorMessage": "no key begins so", "stackTrace": ["a", "b"]})
    error = explain_failure(stack(logs=logs()), failed(recorded, cause=cause))
    assert "Embeddings.JobFailed: no key begins so\n" in error.what
    assert "stackTrace" not in error.what
    assert "(it is empty)" in error.what


def test_the_summary_is_read_with_the_reasons_of_all_jobs() -> None:
    objects = {
        "summaries/demo.json": json.dumps(
            {"images": 9, "embedded": 7, "failed": 2, "children": 2, "seconds": 1.5, "images_per_second": 6.0, "x": 1}
        ),
        "failed/demo/0.jsonl": '{"key": "images/a.jpg", "reason": "empty"}\n',
        "failed/demo/1.jsonl": '{"key": "images/b.jpg", "reason": "cut short"}\n',
        "failed/demo-2/0.jsonl": '{"key": "images/of-another-run.jpg", "reason": "empty"}\n',
    }
    s3 = SimpleNamespace(
        get_object=lambda *, Bucket, Key: {"Body": io.BytesIO(objects[Key].encode())},  # noqa: ARG005, N803
        get_paginator=lambda _: SimpleNamespace(
            paginate=lambda *, Bucket, Prefix: [  # noqa: ARG005, N803
                {"Contents": [{"Key": key} for key in sorted(objects) if key.startswith(Prefix)]}
            ]
        ),
    )
    summary = Summary.read(stack(s3=s3), run="demo")
    assert (summary.images, summary.embedded, summary.failed, summary.images_per_second) == (9, 7, 2, 6.0)
    assert summary.reasons == ("images/a.jpg: empty", "images/b.jpg: cut short")
