from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam
from aws_cdk.assertions import Annotations, Match
from hypothesis import given, settings
from hypothesis import strategies as st
from support.api_shapes import api_problems
from support.parts import KINDS, SERVERLESS, environment_of, vpc_of
from support.problems import fields, named, refused
from support.synthesis import new_stack, synthesize

from batchwright import (
    Architecture,
    CapacityOption,
    Instances,
    JobQueue,
    ManagedInstancesEnvironment,
    Platform,
    TimeLimits,
)
from batchwright.contracts import Queue

QUEUE = "AWS::Batch::JobQueue"


def queue_over(*kinds: str, stack: cdk.Stack | None = None, **options: Any) -> JobQueue:  # noqa: ANN401
    stack = stack or new_stack()
    environments = [environment_of(stack, kind, construct_id=f"Environment{n}") for n, kind in enumerate(kinds)]
    return JobQueue(stack, "Queue", environments=environments, **options)


@pytest.mark.parametrize(
    "kinds", [("EC2",), ("SPOT", "EC2"), ("FARGATE_SPOT", "FARGATE"), ("SPOT", "EC2", "EC2"), ("FARGATE",)]
)
def test_environments_are_tried_in_the_order_given(kinds: tuple[str, ...]) -> None:
    stack = new_stack()
    queue = queue_over(*kinds, stack=stack)
    template = synthesize(stack)
    properties = template.only(QUEUE)
    environments = template.of_type("AWS::Batch::ComputeEnvironment")
    order = properties["ComputeEnvironmentOrder"]
    assert [entry["Order"] for entry in order] == list(range(1, len(kinds) + 1))
    assert [
        environments[entry["ComputeEnvironment"]["Fn::GetAtt"][0]]["ComputeResources"]["Type"] for entry in order
    ] == list(kinds)
    assert [capacity.kind for capacity in queue.capacities] == list(kinds)
    assert not api_problems("CreateJobQueue", properties, jobQueueName="name")
    assert "JobQueueName" not in properties


@pytest.mark.parametrize("kind", KINDS)
def test_it_keeps_the_contract(kind: str) -> None:
    queue = queue_over(kind)
    assert isinstance(queue, Queue)
    fargate = kind in SERVERLESS
    assert queue.platform is (Platform.FARGATE if fargate else Platform.EC2)
    assert queue.architecture is (None if fargate else Architecture.X86_64)


def test_jobs_that_can_never_start_are_cancelled() -> None:
    stack = new_stack()
    queue_over("EC2", stack=stack)
    actions = synthesize(stack).only(QUEUE)["JobStateTimeLimitActions"]
    assert {action["Reason"]: action["MaxTimeSeconds"] for action in actions} == {
        "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY": 14_400,
        "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE": 3_600,
        "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT": 3_600,
    }
    assert {(action["State"], action["Action"]) for action in actions} == {("RUNNABLE", "CANCEL")}


def test_options_reach_the_template() -> None:
    stack = new_stack()
    limits = TimeLimits(capacity_seconds=600, misconfiguration_seconds=1_800)
    queue_over("EC2", stack=stack, priority=1000, enabled=False, time_limits=limits)
    properties = synthesize(stack).only(QUEUE)
    assert properties["Priority"] == 1000
    assert properties["State"] == "DISABLED"
    assert sorted(a["MaxTimeSeconds"] for a in properties["JobStateTimeLimitActions"]) == [600, 1_800, 1_800]


def test_plain_cdk_code_can_go_on_with_it() -> None:
    stack = new_stack()
    queue = queue_over("EC2", stack=stack)
    assert queue.job_queue is queue.job_queue
    assert stack.resolve(queue.job_queue.job_queue_arn) == stack.resolve(queue.job_queue_arn)
    queue.resource.add_property_override("Tags", {"team": "a"})
    assert synthesize(stack).only(QUEUE)["Tags"] == {"team": "a"}


def test_submitting_is_granted_on_this_queue_alone() -> None:
    stack = new_stack()
    queue = queue_over("EC2", stack=stack)
    role = iam.Role(stack, "Caller", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    assert queue.grant_submit(role).success
    template = synthesize(stack)
    (statement,) = template.only("AWS::IAM::Policy")["PolicyDocument"]["Statement"]
    (queue_id,) = template.of_type(QUEUE)
    assert statement == {
        "Action": "batch:SubmitJob",
        "Effect": "Allow",
        "Resource": {"Fn::GetAtt": [queue_id, "JobQueueArn"]},
    }


@pytest.mark.parametrize("kinds", [(), ("EC2",) * 4, ("EC2", "FARGATE"), ("SPOT", "FARGATE_SPOT", "EC2")])
def test_a_mix_that_batch_refuses_is_refused(kinds: tuple[str, ...]) -> None:
    assert fields(refused(lambda: queue_over(*kinds))) == ["environments"]


def test_two_architectures_are_refused() -> None:
    stack = new_stack()
    intel = environment_of(stack, "SPOT", construct_id="Intel")
    graviton = environment_of(stack, "EC2", construct_id="Graviton", instances=Instances.graviton())
    error = refused(lambda: JobQueue(stack, "Queue", environments=[intel, graviton]))
    assert [problem.value for problem in error.problems] == ["arm64 and x86_64"]


@pytest.mark.parametrize("priority", [-1, 1001])
def test_the_priority_is_0_to_1000(priority: int) -> None:
    assert fields(refused(lambda: queue_over("EC2", priority=priority))) == ["priority"]


@pytest.mark.parametrize(
    ("limits", "field"),
    [
        (TimeLimits(capacity_seconds=599), "time_limits.capacity_seconds"),
        (TimeLimits(capacity_seconds=86_401), "time_limits.capacity_seconds"),
        (TimeLimits(misconfiguration_seconds=599), "time_limits.misconfiguration_seconds"),
        (TimeLimits(misconfiguration_seconds=86_401), "time_limits.misconfiguration_seconds"),
    ],
)
def test_time_limits_have_their_ranges(limits: TimeLimits, field: str) -> None:
    assert fields(refused(lambda: queue_over("EC2", time_limits=limits))) == [field]


@pytest.mark.parametrize(("seconds", "warned"), [(600, True), (1_799, True), (1_800, False)])
def test_hasty_time_limits_are_taken_with_a_warning(seconds: int, warned: bool) -> None:
    stack = new_stack()
    queue_over("EC2", stack=stack, time_limits=TimeLimits(misconfiguration_seconds=seconds))
    warnings, text = Annotations.from_stack(stack), Match.string_like_regexp("may be cancelled")
    if warned:
        warnings.has_warning("/Stack/Queue", text)
    else:
        warnings.has_no_warning("*", text)


def test_all_problems_at_once() -> None:
    limits = TimeLimits(capacity_seconds=1, misconfiguration_seconds=1)
    error = refused(lambda: queue_over("EC2", "FARGATE", "EC2", "SPOT", priority=-1, time_limits=limits))
    assert fields(error) == [
        "environments",
        "environments",
        "priority",
        "time_limits.capacity_seconds",
        "time_limits.misconfiguration_seconds",
    ]
    assert error.where == "JobQueue 'Stack/Queue'"


def test_numbers_known_at_deployment_are_not_judged() -> None:
    stack = new_stack()
    number = cdk.CfnParameter(stack, "Number", type="Number").value_as_number
    limits = TimeLimits(capacity_seconds=number, misconfiguration_seconds=number)  # type: ignore[arg-type]
    queue_over("EC2", stack=stack, priority=number, time_limits=limits)
    properties = synthesize(stack).only(QUEUE)
    assert properties["Priority"] == {"Ref": "Number"}
    assert {str(a["MaxTimeSeconds"]) for a in properties["JobStateTimeLimitActions"]} == {"{'Ref': 'Number'}"}


@given(
    kinds=st.lists(st.sampled_from(KINDS), max_size=4),
    priority=st.integers(-10, 1100),
    capacity=st.sampled_from([0, 600, 14_400, 86_400, 90_000]),
)
@settings(max_examples=25, deadline=None, derandomize=True)
def test_accepted_or_named(kinds: list[str], priority: int, capacity: int) -> None:
    wrong = set()
    if not 1 <= len(kinds) <= 3 or len({kind in SERVERLESS for kind in kinds}) > 1:
        wrong.add("environments")
    if not 0 <= priority <= 1000:
        wrong.add("priority")
    if not 600 <= capacity <= 86_400:
        wrong.add("time_limits.capacity_seconds")
    stack = new_stack()
    limits = TimeLimits(capacity_seconds=capacity)
    assert named(lambda: queue_over(*kinds, stack=stack, priority=priority, time_limits=limits)) == wrong
    if not wrong:
        assert not api_problems("CreateJobQueue", synthesize(stack).only(QUEUE), jobQueueName="name")


@pytest.mark.parametrize(
    ("options", "wrong"),
    [
        ((CapacityOption.ON_DEMAND, CapacityOption.SPOT), []),
        ((CapacityOption.ON_DEMAND, CapacityOption.ON_DEMAND, CapacityOption.SPOT), []),
        ((CapacityOption.SPOT,), []),
        ((CapacityOption.SPOT, CapacityOption.ON_DEMAND), ["environments"]),
        ((CapacityOption.ON_DEMAND, CapacityOption.SPOT, CapacityOption.ON_DEMAND), ["environments"]),
    ],
)
def test_on_demand_stands_before_spot_on_managed_instances(
    options: tuple[CapacityOption, ...], wrong: list[str]
) -> None:
    stack = new_stack()
    vpc = vpc_of(stack)
    environments = [
        ManagedInstancesEnvironment(stack, f"Environment{number}", vpc=vpc, capacity=option)
        for number, option in enumerate(options)
    ]
    build = lambda: JobQueue(stack, "Queue", environments=environments)  # noqa: E731
    if wrong:
        assert fields(refused(build)) == wrong
    else:
        assert build().capacities[-1].is_spot is (options[-1] is CapacityOption.SPOT)
