"""What a first deployment leaves for the CDK's own command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.assemblies import Assembly, queue

if TYPE_CHECKING:
    from pathlib import Path

    from support.local_server import LocalServer


def test_a_deployment_bootstraps_as_the_cdk_does(server: LocalServer, tmp_path: Path) -> None:
    Assembly(tmp_path).stack("Any", {"Resources": {"Q": queue("any-q")}})

    server.aws.deploy(tmp_path)
    server.aws.deploy(tmp_path)

    place = f"{server.aws.account}-{server.aws.region}"
    stack = server.client("cloudformation").describe_stacks(StackName="CDKToolkit")["Stacks"][0]
    outputs = server.outputs(stack)
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert (outputs["BucketName"], outputs["BootstrapVersion"]) == (f"cdk-hnb659fds-assets-{place}", "30")
    repositories = server.client("ecr").describe_repositories()["repositories"]
    assert [one["repositoryName"] for one in repositories] == [f"cdk-hnb659fds-container-assets-{place}"]


def test_what_cdk_bootstrap_made_is_left_alone(server: LocalServer, tmp_path: Path) -> None:
    Assembly(tmp_path).stack("Any", {"Resources": {"Q": queue("any-q")}})
    server.aws.deploy(tmp_path)
    ssm = server.client("ssm")
    ssm.put_parameter(Name="/cdk-bootstrap/hnb659fds/version", Value="31", Type="String", Overwrite=True)

    server.aws.deploy(tmp_path)

    assert ssm.get_parameter(Name="/cdk-bootstrap/hnb659fds/version")["Parameter"]["Value"] == "31"
