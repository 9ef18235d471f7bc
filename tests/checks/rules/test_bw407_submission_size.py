from __future__ import annotations

import pytest
from support.checks import violations
from support.submitted_jobs import found, job, submitted

from batchwright.checks.rules.bw407_submission_size import RULE


def test_a_long_submission_is_found() -> None:
    request = {"Parameters": {"text": "x" * 31_000}}
    assert found(RULE, submitted(job(), request=request)) == [("Machine", "Definition.States.Submit0.Parameters")]


def test_bytes_count_and_not_characters() -> None:
    request = {"Parameters": {"text": "ü" * 16_000}}
    assert len(violations(RULE, submitted(job(), request=request))) == 1


def test_short_and_open_ones_are_accepted() -> None:
    assert not violations(RULE, submitted(job(), request={"Parameters": {"text": "x" * 29_000}}))
    variables = [{"Name": "DATA", "Value.$": "x" * 31_000}]
    assert not violations(RULE, submitted(job(), request={"ContainerOverrides": {"Environment": variables}}))


def told(size: int) -> dict[str, object]:
    return {"Command": ["python", "main.py"], "Environment": [{"Name": "DATA", "Value": "x" * size}]}


AT = "Definition.States.Submit0.Parameters."
TASK_PLACES = {
    "ContainerOverrides": "ContainerOverrides",
    "several containers": "EcsPropertiesOverride.TaskProperties[0]",
    "nodes": "NodeOverrides.NodePropertyOverrides[0].ContainerOverrides",
}


def of_task(kind: str, size: int) -> dict[str, object]:
    container = told(size)
    if kind == "several containers":
        return {"EcsPropertiesOverride": {"TaskProperties": [{"Containers": [{"Name": "app", **container}]}]}}
    if kind == "nodes":
        ranges = [{"TargetNodes": "0:", "ContainerOverrides": container}]
        return {"NodeOverrides": {"NodePropertyOverrides": ranges}}
    return {"ContainerOverrides": container}


@pytest.mark.parametrize("kind", TASK_PLACES)
def test_what_ecs_is_told_of_a_task_is_shorter_than_the_submission_may_be(kind: str) -> None:
    assert not violations(RULE, submitted(job(), request=of_task(kind, 8_000)))
    assert found(RULE, submitted(job(), request=of_task(kind, 8_192))) == [("Machine", AT + TASK_PLACES[kind])]


def test_what_pods_are_told_has_no_limit_of_its_own() -> None:
    container = {"Name": "main", "Env": [{"Name": "DATA", "Value": "x" * 9_000}]}
    request = {"EksPropertiesOverride": {"PodProperties": {"Containers": [container]}}}
    assert not violations(RULE, submitted(job(), request=request))
