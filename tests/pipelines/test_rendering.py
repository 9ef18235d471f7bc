"""How steps look in the state machine: exact shapes, names, tokens."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import aws_cdk as cdk
import pytest
from support.pipelines import FakeQueue, definition, definition_in
from support.synthesis import synthesize

from batchwright.jobs.retries import RetryRule, RetryStrategy
from batchwright.pipelines.array_step import ArrayStep
from batchwright.pipelines.batch_step import BatchStep
from batchwright.pipelines.choice import Choice
from batchwright.pipelines.conditions import When
from batchwright.pipelines.fail import Fail
from batchwright.pipelines.lambda_step import LambdaStep
from batchwright.pipelines.parallel import Parallel
from batchwright.pipelines.pass_step import Pass
from batchwright.pipelines.pipeline import Pipeline
from batchwright.pipelines.raw_state import RawState
from batchwright.pipelines.submit_options import SubmitOptions
from batchwright.pipelines.succeed import Succeed

if TYPE_CHECKING:
    from support.pipelines import FakeJob, NewFunction, NewJob, Render


@pytest.mark.parametrize(
    ("strategy", "rules"),
    [
        (RetryStrategy.interruptions(attempts=5), 5),
        (RetryStrategy(attempts=5, rules=(RetryRule(action="RETRY", on_exit_code="75"),)), 1),
    ],
)
def test_a_submission_has_a_retry_strategy_with_its_rules(
    job: FakeJob, machine: Render, strategy: RetryStrategy, rules: int
) -> None:
    step = BatchStep(job, name="S", options=SubmitOptions(retries=strategy))
    rendered = machine(step)["States"]["S"]["Parameters"]["RetryStrategy"]
    assert rendered["Attempts"] == 5
    assert len(rendered["EvaluateOnExit"]) == rules
    first = (
        {"Action": "RETRY", "OnExitCode": "75"} if rules == 1 else {"Action": "RETRY", "OnStatusReason": "Host EC2*"}
    )
    assert rendered["EvaluateOnExit"][0] == first


def test_a_batch_step_is_one_task(job: FakeJob, machine: Render) -> None:
    rendered = machine(BatchStep(job))
    assert rendered == {
        "StartAt": "Embed",
        "States": {
            "Embed": {
                "Type": "Task",
                "Resource": "arn:aws:states:::batch:submitJob.sync",
                "Parameters": {
                    "JobName": "Embed",
                    "JobDefinition": job.job_definition_arn,
                    "JobQueue": job.queue.job_queue_arn,
                },
                "ResultSelector": {"JobId.$": "$.JobId", "JobName.$": "$.JobName", "Status.$": "$.Status"},
                "ResultPath": "$.Embed",
                "Retry": [
                    {
                        "ErrorEquals": [
                            "Batch.AWSBatchException",
                            "Batch.ServerException",
                            "Batch.TooManyRequestsException",
                        ],
                        "IntervalSeconds": 2,
                        "BackoffRate": 2,
                        "MaxAttempts": 10,
                        "MaxDelaySeconds": 60,
                        "JitterStrategy": "FULL",
                    }
                ],
                "End": True,
            }
        },
        "TimeoutSeconds": 86_400,
    }


def test_every_option_of_a_submission_arrives(job: FakeJob, machine: Render) -> None:
    options = SubmitOptions(
        job_name="run-$",
        queue=FakeQueue("other", fair_share=True),
        vcpus=2.0,
        memory=cdk.Size.gibibytes(2),
        gpus="$.gpus",
        retries=RetryStrategy.never(),
        timeout=cdk.Duration.minutes(5),
        share_identifier="teamA",
        scheduling_priority=10,
        tags={"Team": "a", "Run": "$$.Execution.Name"},
    )
    options = SubmitOptions(**{name: getattr(options, name) for name in options.__slots__} | {"job_name": "$.name"})
    parameters = machine(BatchStep(job, name="Do it", options=options))["States"]["Do it"]["Parameters"]
    assert parameters == {
        "JobName.$": "$.name",
        "JobDefinition": job.job_definition_arn,
        "JobQueue": FakeQueue("other").job_queue_arn,
        "ContainerOverrides": {
            "ResourceRequirements": [
                {"Type": "VCPU", "Value": "2"},
                {"Type": "MEMORY", "Value": "2048"},
                {"Type": "GPU", "Value.$": "States.Format('{}', $.gpus)"},
            ]
        },
        "ShareIdentifier": "teamA",
        "SchedulingPriorityOverride": 10,
        "RetryStrategy": {"Attempts": 1},
        "Timeout": {"AttemptDurationSeconds": 300},
        "Tags": {"Team": "a", "Run.$": "States.Format('{}', $$.Execution.Name)"},
        "PropagateTags": True,
    }


def test_a_fixed_size_is_one_task(job: FakeJob, machine: Render) -> None:
    states = machine(ArrayStep(job, size=12))["States"]
    assert list(states) == ["Embed"]
    assert states["Embed"]["Parameters"]["ArrayProperties"] == {"Size": 12}


def test_a_function_is_called_by_its_own_arn(new_function: NewFunction, machine: Render) -> None:
    state = machine(LambdaStep(new_function("Split")))["States"]["Split"]
    assert state["Resource"].startswith("<Split")
    assert state["Retry"][0]["ErrorEquals"] == [
        "Lambda.ServiceException",
        "Lambda.AWSLambdaException",
        "Lambda.SdkClientException",
        "Lambda.TooManyRequestsException",
    ]
    assert "Parameters" not in state


@pytest.mark.parametrize(
    ("name", "key"), [("embed", "embed"), ("Embed images", "EmbedImages"), ("2nd-try", "_2ndTry"), ("é", "é")]
)
def test_the_key_of_a_result_comes_from_the_name(job: FakeJob, name: str, key: object) -> None:
    expected = "$._" if key == "é" else f"$.{key}"
    assert BatchStep(job, name=name).result_path == expected


def test_a_job_name_is_cleaned(job: FakeJob, machine: Render) -> None:
    state = machine(BatchStep(job, name="Embed: all images!"))["States"]["Embed: all images!"]
    assert state["Parameters"]["JobName"] == "Embed-all-images"


def test_a_parallel_with_many_branches_keeps_results_apart(machine: Render) -> None:
    branches = [Pass(f"P{n}", values={"n": n}) for n in range(12)]
    state = machine(Parallel(*branches, name="All", result_path="$.all"))["States"]["All"]
    assert len(state["Branches"]) == 12
    assert state["ResultPath"] == "$.all"


def test_a_raw_state_stands_as_it_is(machine: Render) -> None:
    wait = RawState("Wait", {"Type": "Wait", "Seconds": 5})
    assert machine(wait >> Succeed("Done"))["States"] == {
        "Wait": {"Type": "Wait", "Seconds": 5, "Next": "Done"},
        "Done": {"Type": "Succeed"},
    }


def test_a_raw_state_keeps_its_own_handlers(machine: Render) -> None:
    raw = RawState("Call", {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Catch": []}).catch(
        Fail("Bad", error="E", cause="$.error.Cause"), errors=["States.Timeout"]
    )
    states = machine(raw)["States"]
    assert states["Call"]["Catch"] == [{"ErrorEquals": ["States.Timeout"], "ResultPath": "$.error", "Next": "Bad"}]
    assert states["Bad"] == {"Type": "Fail", "Error": "E", "CausePath": "$.error.Cause"}


def test_comment_and_timeout(stack: cdk.Stack, job: FakeJob) -> None:
    pipeline = Pipeline(stack, "Run", steps=BatchStep(job), comment="Embeds", timeout=cdk.Duration.hours(2))
    rendered = definition(pipeline)
    assert rendered["Comment"] == "Embeds"
    assert rendered["TimeoutSeconds"] == 7200


def test_the_definition_stays_one_readable_text(stack: cdk.Stack, new_function: NewFunction) -> None:
    bucket = cdk.aws_s3.Bucket(stack, "Bucket")
    size = cdk.CfnParameter(stack, "Size", type="Number")
    steps = LambdaStep(new_function("Split")) >> Pass(
        "Where", values={"uri": f"s3://{bucket.bucket_name}/in/{bucket.bucket_name}", "size": size.value_as_number}
    )
    Pipeline(stack, "Run", steps=steps)
    template = synthesize(stack)
    properties = template.only("AWS::StepFunctions::StateMachine")
    assert isinstance(properties["DefinitionString"], str)
    assert '"uri":"s3://${Whereuri}/in/${Whereuri}","size":${Wheresize}' in properties["DefinitionString"]
    assert properties["DefinitionSubstitutions"].keys() == {"SplitResource", "Whereuri", "Wheresize"}
    assert properties["DefinitionSubstitutions"]["Wheresize"] == {"Ref": "Size"}


def test_a_dollar_and_a_brace_of_the_user_are_no_substitution(stack: cdk.Stack, job: FakeJob) -> None:
    command = ("sh", "-c", 'echo ${HOME} "${Partition}" \\')
    Pipeline(stack, "Run", steps=BatchStep(job, command=command))
    template = synthesize(stack)
    text = template.only("AWS::StepFunctions::StateMachine")["DefinitionString"]
    assert "${HOME}" not in text
    states = definition_in(template)["States"]
    assert states["Embed"]["Parameters"]["ContainerOverrides"]["Command"] == list(command)


def test_substitutions_of_equal_fields_get_different_names(stack: cdk.Stack, job: FakeJob) -> None:
    topics = [cdk.aws_sns.Topic(stack, f"Topic{n}") for n in range(2)]
    environment = {f"T{n}": topic.topic_arn for n, topic in enumerate(topics)}
    rendered = definition(Pipeline(stack, "Run", steps=BatchStep(job, environment=environment)))
    values = rendered["States"]["Embed"]["Parameters"]["ContainerOverrides"]["Environment"]
    assert [value["Value"][:7] for value in values] == ["<Topic0", "<Topic1"]


def test_the_same_steps_render_the_same_text_every_time(new_job: NewJob) -> None:
    def text() -> str:
        from support.pipelines import FakeJob
        from support.synthesis import new_stack

        stack = new_stack()
        a, b = FakeJob(stack, "A"), FakeJob(stack, "B")
        choice = Choice("?").when(When.equals("$.x", 1), BatchStep(a)).otherwise(BatchStep(b))
        return json.dumps(definition(Pipeline(stack, "Run", steps=choice >> Succeed("Done"))))

    assert text() == text()


def test_the_same_steps_may_be_in_two_pipelines(stack: cdk.Stack, job: FakeJob) -> None:
    step = BatchStep(job)
    first, second = (Pipeline(stack, name, steps=step) for name in ("One", "Two"))
    assert first.state_machine.node.path != second.state_machine.node.path


def test_handlers_hold_for_the_chain_they_were_set_on(new_job: NewJob, machine: Render) -> None:
    inner = BatchStep(new_job("A")) >> BatchStep(new_job("B"))
    whole = inner >> BatchStep(new_job("C"))
    inner.catch(Fail("Bad", error="E", cause="C"))
    states = machine(whole)["States"]
    assert set(states) == {"A to B: try", "Bad", "C"}
    assert set(states["A to B: try"]["Branches"][0]["States"]) == {"A", "B"}
    assert states["A to B: try"]["Next"] == "C"


def test_only_steps_can_follow_steps(job: FakeJob) -> None:
    with pytest.raises(TypeError, match=">>"):
        BatchStep(job) >> "next"
