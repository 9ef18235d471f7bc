from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam
from hypothesis import given, settings
from hypothesis import strategies as st
from support.api_shapes import api_problems
from support.cloudformation_schema import schema_problems
from support.problems import fields, named, refused
from support.synthesis import new_stack, synthesize

from batchwright import FairShare, QueueMetric, QuotaShare, Sharing, TimeLimits, TrainingQueue
from batchwright.environments.service import ServiceEnvironment

QUEUE = "AWS::Batch::JobQueue"
SHARE = "AWS::Batch::QuotaShare"
POLICY = "AWS::Batch::SchedulingPolicy"
SMALL, LARGE = "ml.g6.xlarge", "ml.p5.48xlarge"


def training(
    *shares: QuotaShare,
    stack: cdk.Stack | None = None,
    instances: Any = None,  # noqa: ANN401
    **options: Any,  # noqa: ANN401
) -> TrainingQueue:
    stack = stack or new_stack()
    machines = ServiceEnvironment(stack, "Machines", instances=instances or ({SMALL: 8, LARGE: 2} if shares else 4))
    return TrainingQueue(stack, "Training", environment=machines, quota_shares=shares, **options)


def share(name: Any = "vision", **options: Any) -> QuotaShare:  # noqa: ANN401
    return QuotaShare(**{"name": name, "instances": {SMALL: 4}, **options})


def test_first_come_first_served_by_default() -> None:
    stack = new_stack()
    training(stack=stack, priority=7, enabled=False, tags={"team": "vision"})
    template = synthesize(stack)
    properties = template.only(QUEUE)
    (environment_id,) = template.of_type("AWS::Batch::ServiceEnvironment")
    assert properties["JobQueueType"] == "SAGEMAKER_TRAINING"
    assert properties["ServiceEnvironmentOrder"] == [
        {"Order": 1, "ServiceEnvironment": {"Fn::GetAtt": [environment_id, "ServiceEnvironmentArn"]}}
    ]
    assert (properties["Priority"], properties["State"]) == (7, "DISABLED")
    assert "SchedulingPolicyArn" not in properties
    assert not api_problems("CreateJobQueue", properties, jobQueueName="name")


@pytest.mark.parametrize("shared", [False, True])
def test_jobs_that_can_never_start_are_terminated(shared: bool) -> None:
    stack = new_stack()
    limits = TimeLimits(capacity_seconds=7_200, misconfiguration_seconds=3_600)
    training(*([share()] if shared else []), stack=stack, time_limits=limits)
    actions = synthesize(stack).only(QUEUE)["JobStateTimeLimitActions"]
    assert {(action["State"], action["Action"]) for action in actions} == {("RUNNABLE", "TERMINATE")}
    quota = {"MISCONFIGURATION:QUOTA_MANAGEMENT_LIMIT_EXCEEDED": 3_600} if shared else {}
    assert {action["Reason"]: action["MaxTimeSeconds"] for action in actions} == {
        "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY": 7_200,
        "MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE": 3_600,
        **quota,
    }


def test_quota_shares_divide_the_queue() -> None:
    stack = new_stack()
    queue = training(
        share(sharing=Sharing.LEND_AND_BORROW, borrow_limit_percent=50, preempts=True),
        share("speech", instances={LARGE: 2}, enabled=False),
        stack=stack,
    )
    template = synthesize(stack)
    (queue_id,), (policy_id,) = template.of_type(QUEUE), template.of_type(POLICY)
    assert template.only(POLICY) == {"QuotaSharePolicy": {"IdleResourceAssignmentStrategy": "FIFO"}}
    assert template.only(QUEUE)["SchedulingPolicyArn"] == {"Fn::GetAtt": [policy_id, "Arn"]}
    shares = {each["QuotaShareName"]: each for each in template.of_type(SHARE).values()}
    assert shares["vision"] == {
        "QuotaShareName": "vision",
        "JobQueue": {"Fn::GetAtt": [queue_id, "JobQueueArn"]},
        "CapacityLimits": [{"CapacityUnit": SMALL, "MaxCapacity": 4}],
        "ResourceSharingConfiguration": {"Strategy": "LEND_AND_BORROW", "BorrowLimit": 50},
        "PreemptionConfiguration": {"InSharePreemption": "ENABLED"},
        "State": "ENABLED",
    }
    assert shares["speech"]["ResourceSharingConfiguration"] == {"Strategy": "LEND"}
    assert shares["speech"]["State"] == "DISABLED"
    assert list(queue.quota_shares) == ["vision", "speech"]
    for each in shares.values():
        assert not api_problems("CreateQuotaShare", each)


def test_borrowing_has_no_limit_unless_told() -> None:
    stack = new_stack()
    training(share(sharing=Sharing.LEND_AND_BORROW), stack=stack)
    assert synthesize(stack).only(SHARE)["ResourceSharingConfiguration"]["BorrowLimit"] == -1


def test_each_way_of_sharing_is_a_queue_of_its_own() -> None:
    def logical_id(*shares: QuotaShare, fair_share: FairShare | None = None) -> str:
        stack = new_stack()
        training(*shares, stack=stack, fair_share=fair_share)
        (queue_id,) = synthesize(stack).of_type(QUEUE)
        return queue_id

    assert len({logical_id(), logical_id(share()), logical_id(fair_share=FairShare())}) == 3
    assert logical_id(share()) == logical_id(share("speech"), share("other"))


def test_callers_get_what_they_need() -> None:
    stack = new_stack()
    queue = training(share(), stack=stack)
    caller = iam.Role(stack, "Caller", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    for grant in (queue.grant_submit, queue.grant_describe, queue.grant_terminate, queue.grant_snapshot):
        assert grant(caller).success
    template = synthesize(stack)
    statements = template.only("AWS::IAM::Policy")["PolicyDocument"]["Statement"]
    (submit,) = [statement for statement in statements if statement["Action"] == "batch:SubmitServiceJob"]
    (share_id,) = template.of_type(SHARE)
    assert {"Fn::GetAtt": [share_id, "QuotaShareArn"]} in submit["Resource"]
    assert len(submit["Resource"]) == 3
    everywhere = [statement["Action"] for statement in statements if statement["Resource"] == "*"]
    assert everywhere == [["batch:DescribeServiceJob", "batch:ListServiceJobs"]]


def test_events_are_those_of_service_jobs() -> None:
    stack = new_stack()
    queue = training(stack=stack)
    queue.on_job_state_change("Failed", states=["SCHEDULED", "FAILED"])
    queue.on_blocked("Blocked")
    rules = synthesize(stack).of_type("AWS::Events::Rule").values()
    assert sorted(rule["EventPattern"]["detail-type"][0] for rule in rules) == [
        "Batch Service Job Queue Blocked",
        "Batch Service Job State Change",
    ]
    assert fields(refused(lambda: queue.on_job_state_change("Lost", states=["LOST"]))) == ["states"]


def test_it_has_metrics_and_an_interface() -> None:
    queue = training(share())
    assert queue.metric(QueueMetric.PREEMPTED).metric_name == "JobsPreempted"
    assert queue.job_queue is queue.job_queue
    assert queue.resource.job_queue_type == "SAGEMAKER_TRAINING"
    assert queue.job_queue_arn


@pytest.mark.parametrize(
    ("shares", "options", "field"),
    [
        ([], {"instances": {SMALL: 4}}, "environment"),
        ([share()], {"instances": 4}, "environment"),
        ([share()], {"fair_share": FairShare()}, "fair_share"),
        ([share(), share()], {}, "quota_shares.name"),
        ([share("a b")], {}, "quota_shares.name"),
        ([share(7)], {}, "quota_shares.name"),
        ([share(f"s{n}") for n in range(21)], {}, "quota_shares"),
        (["vision"], {}, "quota_shares[0]"),
        ([share(instances={"ml.m5.large": 1})], {}, "quota_shares['vision'].instances"),
        ([share(instances={"g6.xlarge": 1})], {}, "quota_shares['vision'].instances"),
        ([share(instances={})], {}, "quota_shares['vision'].instances"),
        ([share(instances={SMALL: 0})], {}, f"quota_shares['vision'].instances[{SMALL!r}]"),
        ([share(instances={SMALL: "1"})], {}, f"quota_shares['vision'].instances[{SMALL!r}]"),
        ([share(instances=4)], {}, "quota_shares['vision'].instances"),
        ([share(sharing="STEAL")], {}, "quota_shares['vision'].sharing"),
        ([share(borrow_limit_percent=10)], {}, "quota_shares['vision'].borrow_limit_percent"),
        (
            [share(sharing=Sharing.LEND_AND_BORROW, borrow_limit_percent=-2)],
            {},
            "quota_shares['vision'].borrow_limit_percent",
        ),
        (
            [share(sharing=Sharing.LEND_AND_BORROW, borrow_limit_percent="all")],
            {},
            "quota_shares['vision'].borrow_limit_percent",
        ),
        (
            [share(sharing=Sharing.LEND_AND_BORROW, borrow_limit_percent=float("nan"))],
            {},
            "quota_shares['vision'].borrow_limit_percent",
        ),
        ([share(preempts="yes")], {}, "quota_shares['vision'].preempts"),
        ([share(enabled=None)], {}, "quota_shares['vision'].enabled"),
        ([], {"enabled": "no"}, "enabled"),
        ([], {"priority": 1001}, "priority"),
        ([], {"time_limits": 60}, "time_limits"),
    ],
)
def test_what_cannot_work_is_named(shares: list[Any], options: dict[str, Any], field: str) -> None:
    assert fields(refused(lambda: training(*shares, **options))) == [field]


def test_an_environment_of_containers_is_none() -> None:
    stack = new_stack()
    wrong: Any = "arn:aws:batch:us-east-1:123456789012:service-environment/a"
    assert fields(refused(lambda: TrainingQueue(stack, "Training", environment=wrong))) == ["environment"]


@given(
    counts=st.lists(st.integers(-1, 9), max_size=3),
    sharing=st.sampled_from(Sharing),
    limit=st.sampled_from([None, -2, -1, 0, 200]),
)
@settings(max_examples=25, deadline=None, derandomize=True)
def test_accepted_or_named(counts: list[int], sharing: Sharing, limit: int | None) -> None:
    stack = new_stack()
    shares = [
        share(f"s{number}", instances={SMALL: count}, sharing=sharing, borrow_limit_percent=limit)
        for number, count in enumerate(counts)
    ]
    found = named(lambda: training(*shares, stack=stack))
    assert all(field.startswith("quota_shares") for field in found)
    borrows = sharing is Sharing.LEND_AND_BORROW
    wrong_limit = bool(counts) and limit is not None and (not borrows or limit < -1)
    assert bool(found) is (any(count < 1 for count in counts) or wrong_limit)
    if not found:
        assert not schema_problems(synthesize(stack).body)
