from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from support.parts import queue_of
from support.problems import fields, refused
from support.synthesis import Template, new_stack, synthesize

from batchwright import JobQueue, Platform, QueueMetric
from batchwright.wildcards import WILDCARD_REASONS

if TYPE_CHECKING:
    from collections.abc import Sequence

QUEUE = "AWS::Batch::JobQueue"
RULE = "AWS::Events::Rule"


@pytest.fixture
def stack() -> cdk.Stack:
    return new_stack()


@pytest.fixture
def queue(stack: cdk.Stack) -> JobQueue:
    return queue_of(stack, "FARGATE")


def arn_of(template: Template) -> dict[str, Any]:
    (queue_id,) = template.of_type(QUEUE)
    return {"Fn::GetAtt": [queue_id, "JobQueueArn"]}


@pytest.mark.parametrize(
    ("grant", "actions", "scope"),
    [
        ("submit", ["batch:SubmitJob"], "queue"),
        ("snapshot", ["batch:GetJobQueueSnapshot"], "queue"),
        ("update", ["batch:UpdateJobQueue"], "queue"),
        ("terminate", ["batch:CancelJob", "batch:TerminateJob"], "jobs"),
        ("tag", ["batch:TagResource"], "jobs"),
        ("describe", ["batch:DescribeJobQueues", "batch:DescribeJobs", "batch:ListJobs"], "*"),
    ],
)
def test_each_grant_allows_one_thing(
    stack: cdk.Stack, queue: JobQueue, grant: str, actions: Sequence[str], scope: str
) -> None:
    caller = iam.Role(stack, "Caller", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    assert getattr(queue, f"grant_{grant}")(caller).success
    template = synthesize(stack)
    (statement,) = template.only("AWS::IAM::Policy")["PolicyDocument"]["Statement"]
    assert statement["Action"] == (actions if len(actions) > 1 else actions[0])
    if scope == "queue":
        assert statement["Resource"] == arn_of(template)
    elif scope == "jobs":
        assert str(statement["Resource"]).endswith("':job/*']]}")
    else:
        assert statement["Resource"] == "*"
        assert set(actions) <= WILDCARD_REASONS.keys()


@pytest.mark.parametrize(
    ("metric", "name", "statistic"),
    [
        ("submitted", "JobsSubmitted", "Sum"),
        ("succeeded", "JobsMovedToSucceeded", "Sum"),
        ("failed", "JobsMovedToFailed", "Sum"),
        ("retried", "JobsRetried", "Sum"),
        ("waiting_time", "JobAttemptRunnableToStartingDuration", "p90"),
    ],
)
def test_metrics_are_those_of_aws_batch(
    stack: cdk.Stack, queue: JobQueue, metric: str, name: str, statistic: str
) -> None:
    getattr(queue, f"metric_{metric}")().create_alarm(stack, "Alarm", threshold=1, evaluation_periods=1)
    template = synthesize(stack)
    alarm = template.only("AWS::CloudWatch::Alarm")
    assert (alarm["Namespace"], alarm["MetricName"], alarm["Period"]) == ("AWS/Batch", name, 300)
    assert alarm.get("Statistic", alarm.get("ExtendedStatistic")) == statistic
    (dimension,) = alarm["Dimensions"]
    assert dimension["Name"] == "JobQueueName"
    # The name is what follows the slash of the queue's ARN.
    assert dimension["Value"]["Fn::Select"][0] == 1
    assert str(arn_of(template)) in str(dimension["Value"])


@pytest.mark.parametrize("name", QueueMetric)
def test_every_metric_can_be_named(queue: JobQueue, name: QueueMetric) -> None:
    metric = queue.metric(name, statistic="max", period=cdk.Duration.hours(1))
    assert (metric.metric_name, metric.statistic, metric.period.to_hours()) == (name.value, "Maximum", 1)


def test_another_metric_is_refused(queue: JobQueue) -> None:
    wrong: Any = "JobsLost"
    assert fields(refused(lambda: queue.metric(wrong))) == ["name"]


def test_metrics_and_grants_make_nothing(stack: cdk.Stack, queue: JobQueue) -> None:
    queue.metric_failed()
    assert len(synthesize(stack).resources) == len(synthesize(new_stack_like()).resources)


def new_stack_like() -> cdk.Stack:
    stack = new_stack()
    queue_of(stack, "FARGATE")
    return stack


def test_failed_jobs_of_this_queue_alone(stack: cdk.Stack, queue: JobQueue) -> None:
    queue.on_job_state_change("Failed")
    template = synthesize(stack)
    assert template.only(RULE)["EventPattern"] == {
        "source": ["aws.batch"],
        "detail-type": ["Batch Job State Change"],
        "detail": {
            "status": ["FAILED"],
            "jobQueue": [arn_of(template)],
            "arrayProperties": {"index": [{"exists": False}]},
        },
    }


def test_states_children_and_targets(stack: cdk.Stack, queue: JobQueue) -> None:
    inbox = sqs.Queue(stack, "Inbox")
    rule = queue.on_job_state_change(
        "Done", states=["SUCCEEDED"], include_array_children=True, target=targets.SqsQueue(inbox)
    )
    rule.add_target(targets.SqsQueue(inbox, message=cdk.aws_events.RuleTargetInput.from_text("done")))
    properties = synthesize(stack).only(RULE)
    assert set(properties["EventPattern"]["detail"]) == {"status", "jobQueue"}
    assert len(properties["Targets"]) == 2


def test_a_blocked_queue(stack: cdk.Stack, queue: JobQueue) -> None:
    queue.on_blocked("Blocked", target=targets.SqsQueue(sqs.Queue(stack, "Inbox")))
    template = synthesize(stack)
    assert template.only(RULE)["EventPattern"] == {
        "source": ["aws.batch"],
        "detail-type": ["Batch Job Queue Blocked"],
        "detail": {"jobQueue": [arn_of(template)]},
    }


@pytest.mark.parametrize("states", [[], ["DONE"], "FAILED", ["SCHEDULED"]])
def test_states_that_do_not_exist_are_refused(queue: JobQueue, states: list[str]) -> None:
    assert fields(refused(lambda: queue.on_job_state_change("Rule", states=states))) == ["states"]


def test_tags_are_those_of_the_queue(stack: cdk.Stack) -> None:
    environments: Any = queue_of(stack, "FARGATE").node.scope
    environment = environments.node.find_child("Environment")
    JobQueue(stack, "Tagged", environments=[environment], tags={"DefaultQueue": "true"})
    template = synthesize(stack)
    assert [queue["Tags"] for queue in template.of_type(QUEUE).values() if "Tags" in queue] == [
        {"DefaultQueue": "true"}
    ]
    assert "Tags" not in template.only("AWS::Batch::ComputeEnvironment")


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"environments": None}, "environments"),
        ({"environments": "arn:aws:batch:us-east-1:123456789012:compute-environment/a"}, "environments"),
        ({"environments": ["a"]}, "environments"),
        ({"priority": "1"}, "priority"),
        ({"priority": None}, "priority"),
        ({"priority": float("nan")}, "priority"),
        ({"priority": 1.5}, "priority"),
        ({"time_limits": 3_600}, "time_limits"),
        ({"enabled": "no"}, "enabled"),
        ({"enabled": None}, "enabled"),
        ({"tags": ["team"]}, "tags"),
        ({"tags": {"team": 7}}, "tags['team']"),
        ({"tags": {str(number): "" for number in range(51)}}, "tags"),
    ],
)
def test_wrong_kinds_are_named(stack: cdk.Stack, queue: JobQueue, options: dict[str, Any], field: str) -> None:
    environment: Any = stack.node.find_child("Environment")
    given = {"environments": [environment], **options}
    assert fields(refused(lambda: JobQueue(stack, "Second", **given))) == [field]


def test_wrong_metrics_states_and_targets_are_named(queue: JobQueue) -> None:
    wrong: Any = "x"
    nothing: Any = None
    five: Any = 5
    assert fields(refused(lambda: queue.metric(QueueMetric.FAILED, period=five, statistic=five))) == [
        "period",
        "statistic",
    ]
    assert fields(refused(lambda: queue.on_job_state_change("A", states=nothing, target=wrong))) == ["states", "target"]
    assert fields(refused(lambda: queue.on_job_state_change("B", states=[five]))) == ["states[0]"]
    assert fields(refused(lambda: queue.on_blocked("C", target=wrong))) == ["target"]


def test_one_environment_is_no_list(stack: cdk.Stack, queue: JobQueue) -> None:
    environment: Any = stack.node.find_child("Environment")
    assert fields(refused(lambda: JobQueue(stack, "Second", environments=environment))) == ["environments"]


def test_ecs_and_eks_do_not_mix(stack: cdk.Stack, queue: JobQueue) -> None:
    from batchwright import Capacity

    class Cluster:
        compute_environment_arn = "arn:aws:batch:us-east-1:123456789012:compute-environment/eks"
        capacity = Capacity(kind="EC2", platform=Platform.EKS, max_vcpus=16, namespace="batch")

    environment: Any = stack.node.find_child("Environment")
    error = refused(lambda: JobQueue(stack, "Second", environments=[environment, Cluster()]))
    assert "ECS and EKS" in [problem.value for problem in error.problems]
    assert JobQueue(stack, "Pods", environments=[Cluster()]).platform is Platform.EKS
