from __future__ import annotations

import pytest
from support.checks import violations
from support.small_templates import OPEN, environment, queue, template
from support.submitted_jobs import Json, job, state_machine

from batchwright.checks.rules.bw408_retries_multiply import RULE

ALL = {"ErrorEquals": ["States.ALL"]}
TWICE = job(RetryStrategy={"Attempts": 2})


def retried(definition: Json, *retry: Json, resource: object = None, **request: object) -> Json:
    others = {} if resource is None else {"resource": resource}
    machine = state_machine(request, Retry=list(retry), **others)
    return template(Job=definition, Queue=queue("Environment"), Environment=environment(), Machine=machine)


@pytest.mark.parametrize(
    ("case", "attempts"),
    [
        (retried(TWICE, ALL), 8),
        (retried(TWICE, {"ErrorEquals": ["States.TaskFailed"], "MaxAttempts": 1}), 4),
        (retried(TWICE, {"ErrorEquals": ["Batch.ServerException"]}, {**ALL, "MaxAttempts": 2}), 6),
        (retried(job(), ALL, RetryStrategy={"Attempts": 5}), 20),
        (
            retried(TWICE, ALL, resource={"Fn::Sub": "arn:${AWS::Partition}:states:::batch:submitJob.sync"}),
            8,
        ),
    ],
)
def test_retries_in_both_places_are_found(case: Json, attempts: int) -> None:
    (violation,) = violations(RULE, case)
    assert violation.resource.logical_id == "Machine"
    assert violation.path.startswith("Definition.States.Submit0.Retry[")
    assert f"up to {attempts} attempts" in str(violation.problem.value)


@pytest.mark.parametrize(
    "case",
    [
        retried(TWICE),
        retried(job(), ALL),
        retried(TWICE, {"ErrorEquals": ["Batch.AWSBatchException", "Batch.ServerException"]}),
        retried(TWICE, {**ALL, "MaxAttempts": 0}),
        retried(TWICE, {"ErrorEquals": ["States.TaskFailed"], "MaxAttempts": 0}, ALL),
        retried(TWICE, ALL, RetryStrategy={"Attempts": 1}),
        retried(TWICE, ALL, **{"RetryStrategy.$": "$.retries"}),
        retried(job(RetryStrategy={"Attempts": OPEN}), ALL),
        # It does not wait: the state only fails when the submission does.
        retried(TWICE, ALL, resource="arn:aws:states:::batch:submitJob"),
        retried(TWICE, {"ErrorEquals": "States.ALL"}),
    ],
)
def test_retries_in_one_place_are_accepted(case: Json) -> None:
    assert not violations(RULE, case)
