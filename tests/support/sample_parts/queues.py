"""Samples of queues, networks and capacity over time: what snapshots, invariants and rule packs look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from support.parts import environment_of, vpc_of

from batchwright import (
    CapacityBudget,
    CapacityChange,
    CapacitySchedule,
    FairShare,
    Instances,
    JobQueue,
    Network,
    Platform,
    QuotaShare,
    Share,
    Sharing,
    SpotThenOnDemand,
    TimeLimits,
    TrainingQueue,
    VpcEndpoints,
)
from batchwright.environments.service import ServiceEnvironment

if TYPE_CHECKING:
    from collections.abc import Callable


def _caller(stack: cdk.Stack) -> iam.Role:
    return iam.Role(stack, "Caller", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))


def _fair_share_full(stack: cdk.Stack) -> None:
    shares = [Share("research", relative=4), Share("ci*", relative=0.5), Share("guests")]
    queue = JobQueue(
        stack,
        "Queue",
        environments=[environment_of(stack, "FARGATE")],
        fair_share=FairShare(shares, decay=cdk.Duration.days(1), reservation_percentage=10),
        tags={"DefaultQueue": "true"},
    )
    caller = _caller(stack)
    queue.grant_submit(caller)
    queue.grant_describe(caller)
    queue.grant_terminate(caller)
    queue.grant_tag(caller)
    queue.grant_snapshot(caller)
    queue.grant_update(caller)
    queue.on_job_state_change("Failed", states=["SUCCEEDED", "FAILED"], include_array_children=True)
    queue.on_blocked("Blocked")
    queue.metric_failed().create_alarm(stack, "Alarm", threshold=1, evaluation_periods=1)
    queue.metric_waiting_time().create_alarm(stack, "Slow", threshold=600_000, evaluation_periods=3)


def _spot_then_on_demand_full(stack: cdk.Stack) -> None:
    SpotThenOnDemand(
        stack,
        "Capacity",
        vpc=vpc_of(stack),
        instances=Instances.graviton(),
        max_vcpus=1024,
        on_demand_max_vcpus=64,
        security_groups=[ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-00000001")],
        priority=5,
        time_limits=TimeLimits(capacity_seconds=7_200),
        fair_share=FairShare(),
    )


def _training_full(stack: cdk.Stack) -> None:
    machines = ServiceEnvironment(stack, "Machines", instances={"ml.g6.xlarge": 8, "ml.p5.48xlarge": 1})
    queue = TrainingQueue(
        stack,
        "Training",
        environment=machines,
        quota_shares=[
            QuotaShare(
                name="vision",
                instances={"ml.g6.xlarge": 5, "ml.p5.48xlarge": 1},
                sharing=Sharing.LEND_AND_BORROW,
                borrow_limit_percent=50,
                preempts=True,
            ),
            QuotaShare(name="speech", instances={"ml.g6.xlarge": 3}, sharing=Sharing.RESERVE, enabled=False),
        ],
        priority=10,
        time_limits=TimeLimits(capacity_seconds=86_400, misconfiguration_seconds=1_800),
        tags={"team": "research"},
    )
    caller = _caller(stack)
    queue.grant_submit(caller)
    queue.grant_describe(caller)
    queue.grant_terminate(caller)
    queue.grant_snapshot(caller)
    queue.on_job_state_change("Failed")
    queue.on_blocked("Blocked")


def _schedule_full(stack: cdk.Stack) -> None:
    CapacitySchedule(
        stack,
        "OfficeHours",
        environment=environment_of(stack, "EC2"),
        changes=[
            CapacityChange(at="cron(45 7 ? * MON-FRI *)", min_vcpus=32, max_vcpus=512),
            CapacityChange(at="cron(0 18 ? * MON-FRI *)", min_vcpus=0),
            CapacityChange(at="at(2030-01-31T08:00:00)", max_vcpus=1_024),
        ],
        time_zone=cdk.TimeZone.EUROPE_BERLIN,
        enabled=False,
    )


def _budget(stack: cdk.Stack) -> CapacityBudget:
    return CapacityBudget(
        stack,
        "Budget",
        environment=environment_of(stack, "SPOT"),
        monthly_budget_usd=2_000,
        tag_key="team",
        tag_value="vision",
        reduced_vcpus=16,
    )


def _endpoints_full(stack: cdk.Stack) -> None:
    VpcEndpoints(
        stack,
        "Endpoints",
        vpc=vpc_of(stack),
        endpoints_for=[Platform.FARGATE, Platform.EKS],
        endpoints=["ssm", "ssmmessages"],
        without=["s3", "logs"],
        subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS),
        security_group=ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-00000001"),
    )


def _existing_vpc(stack: cdk.Stack) -> None:
    vpc = ec2.Vpc(
        stack,
        "Vpc",
        nat_gateways=0,
        subnet_configuration=[ec2.SubnetConfiguration(name="Jobs", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED)],
        restrict_default_security_group=False,
    )
    vpc.add_flow_log("Rejected", traffic_type=ec2.FlowLogTrafficType.REJECT)
    VpcEndpoints(stack, "Endpoints", vpc=vpc)


def _targets(stack: cdk.Stack) -> None:
    queue = JobQueue(stack, "Queue", environments=[environment_of(stack, "EC2")])
    topic = sns.Topic.from_topic_arn(stack, "Topic", "arn:aws:sns:us-east-1:123456789012:jobs")
    queue.on_blocked("Blocked", target=targets.SnsTopic(topic))
    inbox = sqs.Queue.from_queue_arn(stack, "Inbox", "arn:aws:sqs:us-east-1:123456789012:jobs")
    queue.on_job_state_change("Finished", states=["SUCCEEDED", "FAILED"], target=targets.SqsQueue(inbox))


SAMPLES: Final[dict[str, Callable[[cdk.Stack], object]]] = {
    "queue-fair-share-full": _fair_share_full,
    "queue-events": _targets,
    "spot-then-on-demand-minimal": lambda stack: SpotThenOnDemand(stack, "Capacity", vpc=vpc_of(stack)),
    "spot-then-on-demand-full": _spot_then_on_demand_full,
    "training-queue-minimal": lambda stack: TrainingQueue(
        stack, "Training", environment=ServiceEnvironment(stack, "Machines", instances=4)
    ),
    "training-queue-full": _training_full,
    "capacity-schedule-minimal": lambda stack: CapacitySchedule(
        stack,
        "Nights",
        environment=environment_of(stack, "FARGATE"),
        changes=[CapacityChange(at="cron(0 20 * * ? *)", max_vcpus=16)],
    ),
    "capacity-schedule-full": _schedule_full,
    "capacity-budget": _budget,
    "network-fargate": lambda stack: Network(stack, "Network", endpoints_for=[Platform.FARGATE]),
    "network-eks": lambda stack: Network(stack, "Network", endpoints_for=[Platform.EKS], endpoints=["ssmmessages"]),
    "vpc-endpoints-minimal": _existing_vpc,
    "vpc-endpoints-full": _endpoints_full,
}
"""Each builds into an empty stack."""
