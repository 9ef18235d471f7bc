from __future__ import annotations

import pytest
from support.checks import violations
from support.small_templates import OPEN, Json, maybe, queue, template

from batchwright.checks.rules.bw202_queue_order import RULE

SERVICE = {"Order": 1, "ServiceEnvironment": "arn:one"}
OTHER = {"Order": 2, "ServiceEnvironment": "arn:two"}
COMPUTE = {"Order": 1, "ComputeEnvironment": "arn:three"}
SAGEMAKER = "SAGEMAKER_TRAINING"


def service_queue(*services: object, **properties: object) -> Json:
    own = {"ComputeEnvironmentOrder": None, "JobQueueType": SAGEMAKER, "ServiceEnvironmentOrder": list(services)}
    return queue(**{**own, **properties})


@pytest.mark.parametrize(
    ("broken", "path"),
    [
        (queue(ComputeEnvironmentOrder=[COMPUTE, {**COMPUTE, "Order": "1"}]), "ComputeEnvironmentOrder"),
        (service_queue(SERVICE, ComputeEnvironmentOrder=[COMPUTE]), "ServiceEnvironmentOrder"),
        (service_queue(SERVICE, OTHER), "ServiceEnvironmentOrder"),
        (service_queue(SERVICE, JobQueueType=None), "JobQueueType"),
        (service_queue(SERVICE, JobQueueType="ECS"), "JobQueueType"),
        (queue(ComputeEnvironmentOrder=[COMPUTE], JobQueueType=SAGEMAKER), "JobQueueType"),
    ],
)
def test_what_does_not_go_together_is_found(broken: Json, path: str) -> None:
    (found,) = violations(RULE, template(Queue=broken))
    assert found.path == path


@pytest.mark.parametrize(
    "good",
    [
        queue(ComputeEnvironmentOrder=[COMPUTE, {**COMPUTE, "Order": 5}, {**COMPUTE, "Order": OPEN}]),
        queue(ComputeEnvironmentOrder=[COMPUTE], JobQueueType="EKS"),
        queue(ComputeEnvironmentOrder=[COMPUTE], ServiceEnvironmentOrder=[]),
        queue(ComputeEnvironmentOrder=[maybe(COMPUTE)], ServiceEnvironmentOrder=maybe([SERVICE])),
        service_queue(SERVICE),
        service_queue(SERVICE, JobQueueType="sagemaker_training"),
        service_queue(SERVICE, JobQueueType=OPEN),
        service_queue(maybe(SERVICE), maybe(OTHER)),
        queue(ComputeEnvironmentOrder="odd", JobQueueType=["odd"]),
    ],
)
def test_others_are_taken(good: Json) -> None:
    assert not violations(RULE, template(Queue=good))
