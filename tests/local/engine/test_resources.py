"""What containers may ask for, in the words of AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from local.engine.shapes import container, group, nodes, several

from batchwright.local.engine import BatchError

if TYPE_CHECKING:
    from local.engine.harness import Batch

FARGATE = {"platformCapabilities": ["FARGATE"]}


def sizes(**amounts: str) -> list[dict[str, str]]:
    return [{"type": kind, "value": value} for kind, value in amounts.items()]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {"VCPU": "1.0"},
            "Value 1.0 for type VCPU in resourceRequirement is not valid. Please provide a numeric value",
        ),
        ({"VCPU": "0.5"}, "Value 0.5 for type VCPU"),
        ({"VCPU": "0"}, "whole vCPUs from 1"),
        ({"VCPU": "many"}, "Value many for type VCPU"),
        ({"VCPU": "nan"}, "Value nan for type VCPU"),
        ({"MEMORY": "512.5"}, "Value 512.5 for type MEMORY"),
        ({"MEMORY": "-1"}, "Value -1 for type MEMORY"),
        ({"MEMORY": "3"}, "4 MiB or more"),
        ({"GPU": "0.5"}, "Value 0.5 for type GPU"),
    ],
)
def test_amounts_that_ec2_does_not_take(batch: Batch, change: dict[str, str], words: str) -> None:
    asked = {"resourceRequirements": sizes(**{"VCPU": "1", "MEMORY": "512", **change})}
    with pytest.raises(BatchError, match=words):
        batch.register("d", asked)
    with pytest.raises(BatchError, match=words):
        batch.register_as("d", type="multinode", nodeProperties=nodes(2, group(":", **asked)))
    with pytest.raises(BatchError, match=words):
        batch.submit(containerOverrides={"resourceRequirements": sizes(**change)})


def test_one_container_of_several_takes_a_part_of_a_vcpu(batch: Batch) -> None:
    batch.register_as("d", ecsProperties=several(container("a", vcpus="0.5"), container("b", vcpus=".25")))
    batch.submit(jobDefinition="d")
    batch.clock.run()
    assert [each.vcpus for each in batch.runner.attempts[0].containers] == [0.5, 0.25]


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        ({"vcpus": 1, "memory": 2048}, "vcpus is not applicable for Fargate. Use resource requirements instead."),
        ({"resourceRequirements": sizes(VCPU="1", MEMORY="2048"), "memory": 2048}, "memory is not applicable"),
        (
            {"resourceRequirements": sizes(VCPU="1", MEMORY="4000")},
            r"Fargate resource requirements \(1.00 vCPU, 4000 MiB\) not valid",
        ),
        ({"resourceRequirements": sizes(VCPU="1", MEMORY="2048", GPU="1")}, "GPU is not supported"),
    ],
)
def test_amounts_that_fargate_does_not_take(batch: Batch, properties: dict[str, Any], words: str) -> None:
    batch.environment("fargate", 16, "FARGATE")
    batch.queue("fargate", "fargate")
    base = {"image": "i", "executionRoleArn": "r"}
    with pytest.raises(BatchError, match=words):
        batch.register_as("d", containerProperties={**base, **properties}, **FARGATE)
    right = sizes(VCPU="1", MEMORY="2048")
    batch.register_as("d", containerProperties={**base, "resourceRequirements": right}, **FARGATE)
    with pytest.raises(BatchError, match=words):
        batch.submit(jobDefinition="d", jobQueue="fargate", containerOverrides=properties)


def test_the_old_members_override_each_other(batch: Batch) -> None:
    batch.register_as("old", containerProperties={"image": "i", "vcpus": 2, "memory": 100})
    shown = batch.job(batch.submit(jobDefinition="old", containerOverrides={"memory": 200}))["container"]
    assert (shown["vcpus"], shown["memory"], shown["resourceRequirements"]) == (2, 200, [])


def test_the_old_members_override_no_requirement(batch: Batch) -> None:
    job = batch.submit(containerOverrides={"vcpus": 8, "memory": 9_000})
    batch.clock.run()
    shown, ran = batch.job(job)["container"], batch.runner.attempts[0].container
    assert (ran.vcpus, ran.memory_mib) == (1, 512)
    assert "vcpus" not in shown
    assert shown["resourceRequirements"] == sizes(VCPU="1", MEMORY="512")


def test_a_requirement_overrides_an_old_member(batch: Batch) -> None:
    batch.register_as("old", containerProperties={"image": "i", "vcpus": 2, "memory": 100})
    batch.submit(jobDefinition="old", containerOverrides={"resourceRequirements": sizes(MEMORY="300")})
    batch.clock.run()
    ran = batch.runner.attempts[0].container
    assert (ran.vcpus, ran.memory_mib) == (2, 300)
