"""Environments of every kind, and which definitions run on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from local.engine.harness import CLUSTER
from local.engine.shapes import SIZE, Json

from batchwright.local.engine import BatchError

if TYPE_CHECKING:
    from local.engine.harness import Batch

PROVIDER = {
    "infrastructureRoleArn": "arn:aws:iam::123456789012:role/infrastructure",
    "instanceLaunchTemplate": {
        "ec2InstanceProfileArn": "arn:aws:iam::123456789012:instance-profile/hosts",
        "networkConfiguration": {"subnets": ["subnet-1"], "securityGroups": ["sg-1"]},
    },
}
MANAGED_INSTANCES = {"type": "ECS_MANAGED_INSTANCES", "maxvCpus": 8, "managedInstancesProvider": PROVIDER}
BAD_NAMESPACE = {"eksClusterArn": CLUSTER, "kubernetesNamespace": "default"}
EKS = {"eksClusterArn": CLUSTER, "kubernetesNamespace": "jobs"}


def create(batch: Batch, resources: Json | None, kind: str = "MANAGED", **members: Any) -> Json:  # noqa: ANN401
    given = {} if resources is None else {"computeResources": resources}
    batch("CreateComputeEnvironment", computeEnvironmentName="new", type=kind, **given, **members)
    (found,) = batch("DescribeComputeEnvironments", computeEnvironments=["new"])["computeEnvironments"]
    return dict(found)


def runs_on(batch: Batch, platform: str | None) -> str:
    batch.queue("new", "new")
    members = {} if platform is None else {"platformCapabilities": [platform]}
    batch.register("on", {"resourceRequirements": SIZE}, **members)
    job = batch.submit(jobDefinition="on", jobQueue="new")
    batch.clock.run()
    container = batch.runner.attempts[0].container
    variables = batch.runner.attempts[0].environment(container)
    assert batch.status(job) == "SUCCEEDED"
    return variables["AWS_EXECUTION_ENV"]


def test_managed_instances(batch: Batch) -> None:
    shown = create(batch, MANAGED_INSTANCES)
    assert "minvCpus" not in shown["computeResources"]
    assert runs_on(batch, "MANAGED_INSTANCES") == "AWS_ECS_MANAGED_INSTANCES"
    with pytest.raises(BatchError, match="is for EC2, but"):
        batch.submit(jobQueue="new")


def test_unmanaged(batch: Batch) -> None:
    shown = create(batch, None, "UNMANAGED", serviceRole="role", unmanagedvCpus=4)
    assert (shown["type"], shown["unmanagedvCpus"]) == ("UNMANAGED", 4)
    assert runs_on(batch, None) == "AWS_ECS_EC2"


def test_eks(batch: Batch) -> None:
    shown = create(batch, {"type": "EC2", "maxvCpus": 8, "subnets": ["s"]}, eksConfiguration=EKS)
    assert shown["containerOrchestrationType"] == "EKS"
    assert shown["eksConfiguration"] == EKS
    assert "ecsClusterArn" not in shown


@pytest.mark.parametrize(
    ("resources", "kind", "members", "words"),
    [
        ({"type": "ECS_MANAGED_INSTANCES", "maxvCpus": 8}, "MANAGED", {}, "managedInstancesProvider"),
        ({"type": "EC2", "maxvCpus": 8, "managedInstancesProvider": PROVIDER}, "MANAGED", {}, "nothing with type EC2"),
        ({"type": "EC2", "maxvCpus": 8, "capacityTags": {"a": "b"}}, "MANAGED", {}, "capacityTags"),
        ({"type": "EC2", "maxvCpus": 8}, "UNMANAGED", {"serviceRole": "r"}, "computeResources"),
        (None, "UNMANAGED", {}, "role"),
        ({"type": "EC2", "maxvCpus": 8}, "MANAGED", {"unmanagedvCpus": 4}, "unmanagedvCpus"),
        (None, "UNMANAGED", {"serviceRole": "r", "eksConfiguration": EKS}, "must be MANAGED"),
        ({"type": "FARGATE", "maxvCpus": 8}, "MANAGED", {"eksConfiguration": EKS}, "EC2, SPOT on Amazon EKS"),
        (
            {"type": "EC2", "maxvCpus": 8},
            "MANAGED",
            {"eksConfiguration": {**EKS, "kubernetesNamespace": "A"}},
            "namespace",
        ),
    ],
)
def test_refused(batch: Batch, resources: Json | None, kind: str, members: Json, words: str) -> None:
    with pytest.raises(BatchError, match=words):
        create(batch, resources, kind, **members)
    assert batch("DescribeComputeEnvironments", computeEnvironments=["new"])["computeEnvironments"] == []


@pytest.mark.parametrize(
    ("resources", "members", "words"),
    [
        (MANAGED_INSTANCES, {}, "EC2 and Managed Instances"),
        ({"type": "EC2", "maxvCpus": 8, "subnets": ["s"]}, {"eksConfiguration": EKS}, "EC2 and EKS"),
        ({"type": "FARGATE_SPOT", "maxvCpus": 8, "subnets": ["s"]}, {}, "EC2 and Fargate"),
    ],
)
def test_a_queue_has_environments_of_one_platform(batch: Batch, resources: Json, members: Json, words: str) -> None:
    create(batch, resources, **members)
    with pytest.raises(BatchError, match=words):
        batch.queue("mixed", "environment", "new")


@pytest.mark.parametrize("driver", ["json-file", "syslog", "splunk", "fluentd", "gelf", "journald", "awsfirelens"])
def test_other_log_drivers_are_passed_on(batch: Batch, driver: str) -> None:
    batch.register("d", {"logConfiguration": {"logDriver": driver, "options": {"tag": "t"}}})
    batch.submit(jobDefinition="d")
    batch.clock.run()
    log = batch.runner.attempts[0].container.log
    assert (log.driver, log.options, log.group, log.prefix) == (driver, {"tag": "t"}, "/aws/batch/job", "d")


@pytest.mark.parametrize("vcpus", ["0.3", "1", "64"])
def test_sizes_that_fargate_does_not_have(batch: Batch, vcpus: str) -> None:
    size = [{"type": "VCPU", "value": vcpus}, {"type": "MEMORY", "value": "512"}]
    container = {"resourceRequirements": size, "executionRoleArn": "role"}
    with pytest.raises(BatchError, match="on Fargate"):
        batch.register("d", container, platformCapabilities=["FARGATE"])
