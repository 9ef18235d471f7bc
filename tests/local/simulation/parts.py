"""Templates for simulations, put together by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from batchwright.local.simulation import Report, Simulation


def job_definition(vcpus: str = "1", **properties: object) -> dict[str, Any]:
    requirements = [{"Type": "VCPU", "Value": vcpus}, {"Type": "MEMORY", "Value": "512"}]
    container = {"Image": {"Ref": "AWS::StackName"}, "ResourceRequirements": requirements}
    return {
        "Type": "AWS::Batch::JobDefinition",
        "Properties": {"Type": "container", "ContainerProperties": container, **properties},
    }


def fargate_definition() -> dict[str, Any]:
    definition = job_definition(PlatformCapabilities=["FARGATE"])
    container = definition["Properties"]["ContainerProperties"]
    container["ExecutionRoleArn"] = "arn:aws:iam::123456789012:role/execution"
    container["ResourceRequirements"][1]["Value"] = "2048"
    return definition


def environment(vcpus: object, kind: str = "EC2", **resources: object) -> dict[str, Any]:
    compute = {"Type": kind, "MaxvCpus": vcpus, "Subnets": ["subnet-1"], **resources}
    if kind in ("EC2", "SPOT"):
        compute = {"InstanceRole": "role", "InstanceTypes": ["c7i.xlarge"], "MinvCpus": 0, **compute}
    return {
        "Type": "AWS::Batch::ComputeEnvironment",
        "Properties": {"Type": "managed", "ComputeResources": compute},
    }


def queue(*environments: str, **properties: object) -> dict[str, Any]:
    order = [{"ComputeEnvironment": {"Ref": name}, "Order": n} for n, name in enumerate(environments, 1)]
    return {
        "Type": "AWS::Batch::JobQueue",
        "Properties": {"Priority": 1, "ComputeEnvironmentOrder": order, **properties},
    }


class Run(Protocol):
    """Runs streams of jobs on 4 vCPUs, or on the resources that are given instead."""

    def __call__(self, *jobs: dict[str, Any], resources: dict[str, Any] | None = None, **members: object) -> Report: ...


class Prepare(Protocol):
    """Makes a simulation likewise, and does not run it."""

    def __call__(
        self, *jobs: dict[str, Any], resources: dict[str, Any] | None = None, **members: object
    ) -> Simulation: ...
