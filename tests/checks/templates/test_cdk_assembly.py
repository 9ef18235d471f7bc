"""What the CDK itself writes for nested stacks, stages and references across stacks."""

from __future__ import annotations

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_batch as batch
from aws_cdk import aws_ec2 as ec2

from batchwright.checks import load


class Queues(cdk.NestedStack):
    """A queue of its own, on an environment of its parent."""

    def __init__(self, scope: cdk.Stack, construct_id: str, environment: batch.CfnComputeEnvironment) -> None:
        super().__init__(scope, construct_id)
        self.queue = batch.CfnJobQueue(
            self,
            "Queue",
            priority=1,
            compute_environment_order=[
                batch.CfnJobQueue.ComputeEnvironmentOrderProperty(
                    compute_environment=environment.attr_compute_environment_arn, order=1
                )
            ],
        )


def test_links_across_stacks_stages_and_nested_stacks(tmp_path: Path) -> None:
    app = cdk.App(outdir=str(tmp_path / "out"), analytics_reporting=False)
    stage = cdk.Stage(app, "Prod", env=cdk.Environment(region="us-gov-west-1"))
    network = cdk.Stack(stage, "Network")
    vpc = ec2.CfnVPC(network, "Vpc", cidr_block="10.0.0.0/16")
    subnet = ec2.CfnSubnet(network, "Subnet", vpc_id=vpc.ref, cidr_block="10.0.0.0/24")
    compute = cdk.Stack(stage, "Compute")
    environment = batch.CfnComputeEnvironment(
        compute,
        "Environment",
        type="managed",
        compute_resources=batch.CfnComputeEnvironment.ComputeResourcesProperty(
            type="fargate", maxv_cpus=4, subnets=[subnet.ref], security_group_ids=["sg-1"]
        ),
    )
    nested = Queues(compute, "Queues", environment)
    job = batch.CfnJobDefinition(compute, "Job", type="container")
    job.add_metadata("batchwright", {"queue": nested.queue.attr_job_queue_arn, "architecture": "arm64"})
    app.synth()

    system = load([tmp_path / "out"])
    (found,) = system.environments
    assert (found.managed, found.kind, found.all_subnets_known) == (True, "FARGATE", True)
    assert found.subnets[0].vpc is system.of_type("AWS::EC2::VPC")[0]
    (queue,) = system.queues
    assert queue.environments == (found,)
    assert queue.complete
    (definition,) = system.definitions
    assert definition.queues == (queue,)
    assert definition.architecture == "arm64"
    assert definition.resource.construct == "Prod/Compute/Job"
    assert queue.resource.construct == "Prod/Compute/Queues/Queue"
    assert Path(queue.resource.template).name.endswith(".nested.template.json")
