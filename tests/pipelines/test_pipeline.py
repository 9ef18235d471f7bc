"""The construct around the definition: role, logs, grants, events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import assertions
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from support.pipelines import ACCOUNT, REGION, FakeQueue, resolve, statements_of
from support.synthesis import new_stack, synthesize

from batchwright.model import ConfigurationError
from batchwright.notifications.topic import NotificationTopic
from batchwright.pipelines.array_step import ArrayStep
from batchwright.pipelines.batch_step import BatchStep
from batchwright.pipelines.lambda_step import LambdaStep
from batchwright.pipelines.parallel import Parallel
from batchwright.pipelines.pass_step import Pass
from batchwright.pipelines.pipeline import Pipeline
from batchwright.pipelines.raw_state import RawState
from batchwright.pipelines.submit_options import SubmitOptions
from batchwright.wildcards import WILDCARD_REASONS

if TYPE_CHECKING:
    from support.pipelines import FakeJob, NewFunction, NewJob

JOBS = f"arn:aws:batch:{REGION}:{ACCOUNT}:job/*"
EVENTS_RULE = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/StepFunctionsGetEventsForBatchJobsRule"


def definition_arn(name: str) -> str:
    return f"arn:aws:batch:{REGION}:{ACCOUNT}:job-definition/{name}:*"


def steps_statements(stack: cdk.Stack) -> list[dict[str, Any]]:
    template = synthesize(stack)
    role = template.only("AWS::IAM::Role")
    return resolve(role["Policies"][0]["PolicyDocument"]["Statement"], template)


def test_a_waiting_step_may_do_exactly_this(stack: cdk.Stack, job: FakeJob) -> None:
    Pipeline(stack, "Run", steps=BatchStep(job))
    assert steps_statements(stack) == [
        {
            "Action": "batch:SubmitJob",
            "Effect": "Allow",
            "Resource": [job.queue.job_queue_arn, definition_arn("Embed")],
        },
        {"Action": "batch:DescribeJobs", "Effect": "Allow", "Resource": "*"},
        {"Action": "batch:TerminateJob", "Effect": "Allow", "Resource": JOBS},
        {
            "Action": ["events:DescribeRule", "events:PutRule", "events:PutTargets"],
            "Effect": "Allow",
            "Resource": EVENTS_RULE,
        },
    ]


def test_a_step_that_does_not_wait_may_only_submit(stack: cdk.Stack, job: FakeJob) -> None:
    Pipeline(stack, "Run", steps=BatchStep(job, wait=False))
    assert [statement["Action"] for statement in steps_statements(stack)] == ["batch:SubmitJob"]


def test_tags_need_a_permission_of_their_own(stack: cdk.Stack, job: FakeJob) -> None:
    Pipeline(stack, "Run", steps=ArrayStep(job, size="$.n", options=SubmitOptions(tags={"a": "b"})))
    found = steps_statements(stack)
    tagging = [s for s in found if "batch:TagResource" in s["Action"]]
    assert [s["Resource"] for s in tagging] == [JOBS]


def test_another_queue_is_allowed_in_place_of_the_jobs_own(stack: cdk.Stack, job: FakeJob) -> None:
    Pipeline(stack, "Run", steps=BatchStep(job, options=SubmitOptions(queue=FakeQueue("other"))))
    assert steps_statements(stack)[0]["Resource"] == [FakeQueue("other").job_queue_arn, definition_arn("Embed")]


def test_permissions_of_all_steps_add_up_handlers_too(
    stack: cdk.Stack, new_job: NewJob, new_function: NewFunction
) -> None:
    handler = LambdaStep(new_function("Tell"))
    steps = Parallel(BatchStep(new_job("A")).catch(handler), BatchStep(new_job("B")), name="Both")
    pipeline = Pipeline(stack, "Run", steps=steps)
    template = synthesize(stack)
    found = statements_of(template, logical_id_prefix="RunRole")
    submit = next(s for s in found if s["Action"] == "batch:SubmitJob")
    assert {definition_arn("A"), definition_arn("B")} < set(submit["Resource"])
    invoke = next(s for s in found if s["Action"] == "lambda:InvokeFunction")
    assert invoke["Resource"].startswith("<Tell")
    assert pipeline.role is not None


def test_an_alias_is_allowed_by_its_own_arn(stack: cdk.Stack, new_function: NewFunction) -> None:
    alias = lambda_.Alias(stack, "Live", alias_name="live", version=new_function("F").current_version)
    Pipeline(stack, "Run", steps=LambdaStep(alias, name="Call"))
    found = statements_of(synthesize(stack), logical_id_prefix="RunRole")
    invoke = next(s for s in found if s["Action"] == "lambda:InvokeFunction")
    assert invoke["Resource"].startswith("<Live")


def test_given_statements_are_added(stack: cdk.Stack) -> None:
    statement = iam.PolicyStatement(actions=["sns:Publish"], resources=["arn:aws:sns:eu-west-1:1:t"])
    Pipeline(stack, "Run", steps=RawState("Tell", {"Type": "Pass"}, policies=[statement]))
    assert steps_statements(stack) == [
        {"Action": "sns:Publish", "Effect": "Allow", "Resource": "arn:aws:sns:eu-west-1:1:t"}
    ]


def test_every_action_on_everything_has_a_reason(stack: cdk.Stack, job: FakeJob, new_function: NewFunction) -> None:
    steps = LambdaStep(new_function("F")) >> ArrayStep(job, size="$.n", options=SubmitOptions(tags={"a": "b"}))
    Pipeline(stack, "Run", steps=steps).notify(NotificationTopic(stack, "Topic").topic)
    for statement in statements_of(synthesize(stack)):
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        if statement["Resource"] == "*":
            assert set(actions) <= WILDCARD_REASONS.keys()


def test_every_reason_is_one_and_names_its_source() -> None:
    assert all(len(reason) > 40 and "https://" in reason for reason in WILDCARD_REASONS.values())


def test_a_given_role_gets_what_the_steps_need(stack: cdk.Stack, job: FakeJob) -> None:
    role = iam.Role(stack, "Mine", assumed_by=iam.ServicePrincipal("states.amazonaws.com"))
    pipeline = Pipeline(stack, "Run", steps=BatchStep(job), role=role)
    template = synthesize(stack)
    assert pipeline.role is role
    assert len(template.of_type("AWS::IAM::Role")) == 1
    actions = [statement["Action"] for statement in statements_of(template)]
    assert "batch:SubmitJob" in actions
    (machine,) = template.raw("AWS::StepFunctions::StateMachine")
    policies = [logical_id for logical_id in template.of_type("AWS::IAM::Policy") if logical_id.startswith("RunSteps")]
    assert set(policies) <= set(machine["DependsOn"])


def test_a_given_role_that_may_not_be_changed_is_left_alone(stack: cdk.Stack, job: FakeJob) -> None:
    role = iam.Role.from_role_arn(stack, "Mine", "arn:aws:iam::111122223333:role/mine", mutable=False)
    Pipeline(stack, "Run", steps=BatchStep(job), role=role)
    template = synthesize(stack)
    assert not template.of_type("AWS::IAM::Policy")
    (machine,) = template.raw("AWS::StepFunctions::StateMachine")
    assert machine["Properties"]["RoleArn"] == role.role_arn


def test_logs_and_traces_are_on_without_inputs_and_outputs(stack: cdk.Stack, job: FakeJob) -> None:
    Pipeline(stack, "Run", steps=BatchStep(job))
    template = synthesize(stack)
    properties = template.only("AWS::StepFunctions::StateMachine")
    assert properties["LoggingConfiguration"]["Level"] == "ALL"
    assert properties["LoggingConfiguration"]["IncludeExecutionData"] is False
    assert properties["TracingConfiguration"] == {"Enabled": True}
    assert template.only("AWS::Logs::LogGroup")["RetentionInDays"] == 90
    assert "StateMachineType" not in properties


def test_logs_may_be_other_ones(stack: cdk.Stack, job: FakeJob) -> None:
    group = logs.LogGroup(stack, "Mine", retention=logs.RetentionDays.ONE_WEEK)
    pipeline = Pipeline(stack, "Run", steps=BatchStep(job), log_group=group, log_execution_data=True, tracing=False)
    template = synthesize(stack)
    assert pipeline.log_group is group
    properties = template.only("AWS::StepFunctions::StateMachine")
    assert properties["LoggingConfiguration"]["IncludeExecutionData"] is True
    assert properties.get("TracingConfiguration", {}).get("Enabled") is not True
    assert template.only("AWS::Logs::LogGroup")["RetentionInDays"] == 7


def test_others_can_grant_the_pipeline_something(stack: cdk.Stack) -> None:
    pipeline = Pipeline(stack, "Run", steps=Pass("P", values={}))
    s3.Bucket(stack, "Bucket").grant_read(pipeline)
    assert any("s3:GetObject*" in s["Action"] for s in statements_of(synthesize(stack), logical_id_prefix="RunRole"))


def test_starting_can_be_granted(stack: cdk.Stack) -> None:
    user = iam.Role(stack, "Caller", assumed_by=iam.AccountRootPrincipal())
    Pipeline(stack, "Run", steps=Pass("P", values={})).grant_start_execution(user)
    (statement,) = statements_of(synthesize(stack), logical_id_prefix="Caller")
    assert statement["Action"] == "states:StartExecution"
    assert statement["Resource"].startswith("<RunStateMachine")


@pytest.mark.parametrize("name", ["started", "succeeded", "failed", "timed_out", "aborted", "time"])
def test_metrics(stack: cdk.Stack, name: str) -> None:
    pipeline = Pipeline(stack, "Run", steps=Pass("P", values={}))
    metric = getattr(pipeline, f"metric_{name}")(period=cdk.Duration.minutes(1))
    assert metric.namespace == "AWS/States"
    assert metric.period.to_seconds() == 60


def test_a_change_of_status_goes_to_any_target(stack: cdk.Stack) -> None:
    pipeline = Pipeline(stack, "Run", steps=Pass("P", values={}))
    pipeline.on_status_change("Failed", statuses=["FAILED"], target=targets.SqsQueue(sqs.Queue(stack, "Queue")))
    template = synthesize(stack)
    pattern = resolve(template.only("AWS::Events::Rule")["EventPattern"], template)
    (machine_id,) = template.of_type("AWS::StepFunctions::StateMachine")
    assert pattern == {
        "source": ["aws.states"],
        "detail-type": ["Step Functions Execution Status Change"],
        "detail": {"stateMachineArn": [f"<{machine_id}>"], "status": ["FAILED"]},
    }


def test_a_notification_is_a_sentence_published_by_a_role(stack: cdk.Stack) -> None:
    topic = sns.Topic(stack, "Topic", master_key=cdk.aws_kms.Key(stack, "Key"))
    pipeline = Pipeline(stack, "Run", steps=Pass("P", values={}))
    assert pipeline.notify(topic) is pipeline
    template = synthesize(stack)
    rule = template.only("AWS::Events::Rule")
    assert rule["EventPattern"]["detail"]["status"] == ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"]
    (target,) = rule["Targets"]
    text = target["InputTransformer"]["InputTemplate"]
    assert text.startswith('"Pipeline Run: execution <')
    assert "\n" not in text
    assert set(target["InputTransformer"]["InputPathsMap"].values()) == {
        "$.time",
        "$.detail.name",
        "$.detail.status",
        "$.detail.executionArn",
    }
    actions = [s["Action"] for s in statements_of(template, logical_id_prefix="RunNotify")]
    assert actions == ["sns:Publish", ["kms:Decrypt", "kms:GenerateDataKey*"]]
    assert not template.of_type("AWS::SNS::TopicPolicy")


def test_several_notifications(stack: cdk.Stack) -> None:
    topics = [sns.Topic(stack, name) for name in "AB"]
    Pipeline(stack, "Run", steps=Pass("P", values={})).notify(topics[0]).notify(topics[1], on=["FAILED"])
    assert len(synthesize(stack).of_type("AWS::Events::Rule")) == 2


@pytest.mark.parametrize("statuses", [[], ["FAILED", "BROKEN"]])
def test_wrong_statuses(stack: cdk.Stack, statuses: list[str]) -> None:
    pipeline = Pipeline(stack, "Run", steps=Pass("P", values={}))
    with pytest.raises(ConfigurationError, match="on = "):
        pipeline.notify(sns.Topic(stack, "T"), on=statuses)
    with pytest.raises(ConfigurationError, match="statuses = "):
        pipeline.on_status_change("X", statuses=statuses, target=targets.SqsQueue(sqs.Queue(stack, "Q")))


def test_a_stack_with_a_fixed_account_has_no_pseudo_parameters(stack: cdk.Stack) -> None:
    from support.pipelines import FakeJob

    fixed = new_stack("Fixed", account=ACCOUNT, region=REGION)
    Pipeline(fixed, "Run", steps=BatchStep(FakeJob(fixed, "Embed")))
    properties = synthesize(fixed).only("AWS::StepFunctions::StateMachine")
    assert "${Account}" not in properties["DefinitionString"]
    assert set(properties.get("DefinitionSubstitutions", {})) <= {"Partition"}


def test_jobs_of_another_stack_give_a_warning() -> None:
    app = cdk.App()
    jobs, pipelines = cdk.Stack(app, "Jobs"), cdk.Stack(app, "Pipelines")
    from support.pipelines import FakeJob

    Pipeline(jobs, "Own", steps=BatchStep(FakeJob(jobs, "Near")))
    Pipeline(pipelines, "Foreign", steps=BatchStep(FakeJob(jobs, "Embed")))
    text = assertions.Match.string_like_regexp("^Jobs/Embed: of another stack")
    assertions.Annotations.from_stack(pipelines).has_warning("/Pipelines/Foreign", text)
    assertions.Annotations.from_stack(jobs).has_no_warning("*", assertions.Match.any_value())
