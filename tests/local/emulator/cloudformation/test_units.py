"""CloudFormation types against a recorded engine, where the engine does not matter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from batchwright.local.emulator.cloudformation.batch_kinds import KINDS
from batchwright.local.emulator.cloudformation.batch_resource import BatchResource

if TYPE_CHECKING:
    from collections.abc import Mapping


class Types:
    def stack_tags(self, stack: str) -> dict[str, str]:
        del stack
        return {}

    def physical_name(self, stack: str, logical_id: str) -> str:
        return f"{stack}-{logical_id}-1"

    def new_physical_name(self, stack: str, logical_id: str) -> str:
        return f"{stack}-{logical_id}-2"


class Engine:
    def __init__(self, **answers: dict[str, Any]) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self._answers = answers

    def handle(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        self.calls.append((operation, dict(request)))
        return self._answers.get(operation, {})


def resource(name: str, engine: Engine) -> BatchResource:
    return BatchResource(name=name, kind=KINDS[name], handle=engine.handle, types=Types())  # type: ignore[arg-type]


def test_a_consumable_resource() -> None:
    details = {"availableQuantity": 5, "createdAt": 1, "inUseQuantity": 0}
    engine = Engine(CreateConsumableResource={"consumableResourceArn": "arn:c"}, DescribeConsumableResource=details)
    kind = resource("AWS::Batch::ConsumableResource", engine)

    created = kind.create("License", {"TotalQuantity": "5", "Tags": {"a": "b"}}, "stack")
    kind.update("arn:c", {"TotalQuantity": 5}, {"TotalQuantity": 7}, "stack", "License")
    kind.delete("arn:c", {})

    attributes = {"ConsumableResourceArn": "arn:c", "AvailableQuantity": 5, "CreatedAt": 1, "InUseQuantity": 0}
    assert created == ("arn:c", attributes)
    sent = [call for call in engine.calls if call[0] != "DescribeConsumableResource"]
    assert sent == [
        (
            "CreateConsumableResource",
            {"consumableResourceName": "stack-License-1", "totalQuantity": 5, "tags": {"a": "b"}},
        ),
        ("UpdateConsumableResource", {"operation": "SET", "quantity": 7, "consumableResource": "arn:c"}),
        ("DeleteConsumableResource", {"consumableResource": "arn:c"}),
    ]


@pytest.mark.parametrize(
    ("kind", "before", "after", "replaced"),
    [
        ("EC2", {"MaxvCpus": 1}, {"MaxvCpus": 2}, False),
        ("EC2", {"Subnets": ["a"]}, {"Subnets": ["b"]}, True),
        ("FARGATE", {"Subnets": ["a"]}, {"Subnets": ["b"]}, False),
        ("EC2", {"InstanceTypes": ["optimal"]}, {"InstanceTypes": ["c7g"]}, True),
    ],
)
def test_when_an_environment_is_replaced(
    kind: str,
    before: dict[str, Any],
    after: dict[str, Any],
    replaced: bool,
) -> None:
    engine = Engine(CreateComputeEnvironment={"computeEnvironmentArn": "arn:new"})
    old = {"Type": "managed", "ComputeResources": {"Type": kind, **before}}
    new = {"Type": "managed", "ComputeResources": {"Type": kind, **after}}
    environment = resource("AWS::Batch::ComputeEnvironment", engine)

    physical_id, _ = environment.update("arn:old", old, new, "stack", "Env")
    assert physical_id == ("arn:new" if replaced else "arn:old")
    kept, _ = environment.update("arn:old", old, {**new, "ReplaceComputeEnvironment": False}, "stack", "Env")
    assert kept == "arn:old"


def test_a_named_environment_is_not_replaced() -> None:
    old = {"ComputeEnvironmentName": "mine", "ComputeResources": {"Type": "EC2", "InstanceTypes": ["optimal"]}}
    new = {"ComputeEnvironmentName": "mine", "ComputeResources": {"Type": "EC2", "InstanceTypes": ["c7g"]}}

    with pytest.raises(ValueError, match="Rename mine and update the stack again"):
        resource("AWS::Batch::ComputeEnvironment", Engine()).update("arn:old", old, new, "stack", "Env")


def test_what_only_updates_know_is_not_sent_at_creation() -> None:
    engine = Engine(CreateComputeEnvironment={"computeEnvironmentArn": "arn:new"})
    props = {
        "Type": "managed",
        "ReplaceComputeEnvironment": False,
        "UpdatePolicy": {"TerminateJobsOnUpdate": False},
        "ComputeResources": {"Type": "EC2", "MaxvCpus": 4, "UpdateToLatestImageVersion": True},
    }

    resource("AWS::Batch::ComputeEnvironment", engine).create("Env", props, "stack")

    assert engine.calls[0][1] == {
        "computeEnvironmentName": "stack-Env-1",
        "type": "managed",
        "computeResources": {"type": "EC2", "maxvCpus": 4},
    }
