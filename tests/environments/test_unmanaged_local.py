"""An unmanaged environment on the local AWS: its hosts get the cluster that Batch has made for it."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING

import aws_cdk as cdk
import pytest
from support.local_server import LocalServer
from support.sample_parts.environment_kinds import unmanaged_of
from support.synthesis import new_stack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright import UnmanagedEnvironment


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    running = LocalServer()
    try:
        yield running
    finally:
        running.close()


def test_its_hosts_join_the_cluster_that_batch_has_made(server: LocalServer) -> None:
    stack = new_stack("Own", account=server.aws.account, region=server.aws.region)
    environment: UnmanagedEnvironment = unmanaged_of(stack, "Own")
    for name, value in {
        "Environment": environment.compute_environment_arn,
        "Cluster": environment.cluster_arn,
        "Template": environment.launch_template.launch_template_id,
    }.items():
        cdk.CfnOutput(stack, name, value=value)
    app = stack.node.root
    assert isinstance(app, cdk.App)
    folder = Path(app.synth().directory)

    outputs = server.aws.deploy(folder)["Own"]

    batch = server.client("batch")
    (found,) = batch.describe_compute_environments(computeEnvironments=[outputs["Environment"]])["computeEnvironments"]
    assert found["type"] == "UNMANAGED"
    assert outputs["Cluster"] == found["ecsClusterArn"]
    ec2 = server.client("ec2")
    (version,) = ec2.describe_launch_template_versions(LaunchTemplateId=outputs["Template"], Versions=["$Latest"])[
        "LaunchTemplateVersions"
    ]
    user_data = base64.b64decode(version["LaunchTemplateData"]["UserData"]).decode()
    assert f"ECS_CLUSTER={found['ecsClusterArn']}" in user_data
    server.aws.destroy(folder)
    left = batch.describe_compute_environments()["computeEnvironments"]
    assert outputs["Environment"] not in [each["computeEnvironmentArn"] for each in left]
