from __future__ import annotations

import json

import pytest
from support.submissions import (
    JOB,
    QUEUE,
    SUBMIT,
    cut,
    is_linked,
    machine,
    state_machine,
    submissions,
    task,
    the_submission,
)

from batchwright.checks.templates import Reference, Unknown

TEXT = json.dumps(machine(task("<job>", "<queue>", ArrayProperties={"Size": 2})))


def test_a_definition_joined_with_references() -> None:
    found = state_machine(DefinitionString=cut(TEXT, job=JOB, queue=QUEUE))
    assert is_linked(found)
    assert (found.kind, found.path) == ("state", "DefinitionString.States.Run")
    assert found.request["ArrayProperties"] == {"Size": 2}
    assert isinstance(found.request["JobDefinition"], Reference)
    assert found.state["End"] is True


def test_a_definition_with_an_open_partition_and_numbers() -> None:
    text = TEXT.replace("arn:aws:", "arn:<partition>:").replace("2}", "<size>}")
    found = state_machine(
        DefinitionString=cut(text, job=JOB, queue=QUEUE, partition={"Ref": "AWS::Partition"}, size={"Ref": "X"})
    )
    assert is_linked(found)
    assert isinstance(found.request["ArrayProperties"]["Size"], Unknown)  # type: ignore[index, call-overload]


def test_a_definition_with_sub() -> None:
    text = TEXT.replace("<job>", "${Job}").replace("<queue>", "${Queue}")
    assert is_linked(state_machine(DefinitionString={"Fn::Sub": text}))


def test_definition_substitutions() -> None:
    text = TEXT.replace("<job>", "${JobArn}").replace("<queue>", "${QueueArn}").replace("2}", "${Size}}")
    values = {"JobArn": JOB, "QueueArn": QUEUE, "Size": 7}
    found = state_machine(DefinitionString=text, DefinitionSubstitutions=values)
    assert is_linked(found)
    assert found.request["ArrayProperties"] == {"Size": 7}


def test_a_definition_as_an_object() -> None:
    resource = {"Fn::Sub": "arn:${AWS::Partition}:states:::batch:submitJob.sync"}
    state = task(JOB, "${QueueArn}") | {"Resource": resource}
    values = {"QueueArn": QUEUE}
    assert is_linked(state_machine(Definition=machine(state), DefinitionSubstitutions=values))
    serverless = the_submission(
        "AWS::Serverless::StateMachine", Definition=machine(state), DefinitionSubstitutions=values
    )
    assert is_linked(serverless)


@pytest.mark.parametrize(
    ("job", "queue"),
    [
        ("job", "queue"),
        ("arn:aws:batch:us-east-1:111122223333:job-definition/job", "arn:aws:batch:us-east-1:1:job-queue/queue"),
        (
            {"Fn::Sub": "arn:aws:batch:${AWS::Region}:${AWS::AccountId}:job-definition/job"},
            {"Fn::Sub": "arn:aws:batch:${AWS::Region}:${AWS::AccountId}:job-queue/queue"},
        ),
        ({"Fn::Select": [1, {"Fn::Split": ["/", {"Fn::Select": [5, {"Fn::Split": [":", JOB]}]}]}]}, {"Ref": "Queue"}),
    ],
)
def test_the_ways_to_name_job_and_queue(job: object, queue: object) -> None:
    assert is_linked(state_machine(Definition=machine(task(job, queue))))


@pytest.mark.parametrize("job", ["job:3", "other", {"Ref": "X"}, "$.job", 3, None, {"Ref": "Queue"}])
def test_a_job_that_is_not_certain_is_not_linked(job: object) -> None:
    found = state_machine(Definition=machine(task(job, QUEUE)))
    assert found.definition is None
    assert found.queue is not None


def test_paths_in_the_input_are_unknown() -> None:
    state = task(JOB, QUEUE)
    state["Parameters"] = {
        "JobDefinition.$": "$.job",
        "JobQueue": QUEUE,
        "ContainerOverrides": {"Environment": [{"Name": "A", "Value.$": "$.a"}]},
        "Parameters": {"lower.$": "$.x", "kept": "as it is"},
        "Tags": {"owner": "me"},
    }
    found = state_machine(Definition=machine(state))
    unknown = Unknown("a path in the input")
    assert found.request["JobDefinition"] == unknown
    assert found.request["ContainerOverrides"] == {"Environment": [{"Name": "A", "Value": unknown}]}
    assert found.request["Parameters"] == {"lower": unknown, "kept": "as it is"}
    assert found.request["Tags"] == {"owner": "me"}


def test_jsonata_is_unknown() -> None:
    state = task(JOB, QUEUE)
    state["Arguments"] = {**state.pop("Parameters"), "ShareIdentifier": "{% $states.input.team %}"}  # type: ignore[dict-item]
    found = state_machine(Definition=machine(state) | {"QueryLanguage": "JSONata"})
    assert is_linked(found)
    assert isinstance(found.request["ShareIdentifier"], Unknown)
    state["Arguments"] = "{% $states.input %}"
    assert submissions("AWS::StepFunctions::StateMachine", Definition=machine(state)) == []


@pytest.mark.parametrize(
    "resource",
    [SUBMIT, "arn:aws-cn:states:::batch:submitJob", "arn:aws:states:::aws-sdk:batch:submitJob", SUBMIT + ":2"],
)
def test_integrations_that_submit(resource: str) -> None:
    state = task(JOB, QUEUE) | {"Resource": resource}
    state["Parameters"] = {"jobDefinition": JOB, "jobQueue": QUEUE, "arrayProperties": {"size": 3}}
    found = state_machine(Definition=machine(state))
    assert is_linked(found)
    assert found.request["ArrayProperties"] == {"Size": 3}


def test_other_states_do_not_submit() -> None:
    for resource in ("arn:aws:states:::lambda:invoke", "arn:aws:states:::aws-sdk:batch:describeJobs", 3, None):
        state = task(JOB, QUEUE) | {"Resource": resource}
        assert submissions("AWS::StepFunctions::StateMachine", Definition=machine(state)) == []


def test_states_inside_states() -> None:
    inner = machine(task(JOB, QUEUE))
    mapped = {"Type": "Map", "ItemProcessor": inner}
    older = {"Type": "Map", "Iterator": inner}
    outer = machine({"Type": "Parallel", "Branches": [machine(mapped), machine(older)]})
    found = submissions("AWS::StepFunctions::StateMachine", Definition=outer)
    assert {each.path for each in found} == {
        "Definition.States.Run.Branches[0].States.Run.ItemProcessor.States.Run",
        "Definition.States.Run.Branches[1].States.Run.Iterator.States.Run",
    }


@pytest.mark.parametrize(
    "properties",
    [
        {"DefinitionUri": "s3://bucket/key"},
        {"DefinitionS3Location": {"Bucket": "b", "Key": "k"}},
        {"DefinitionString": {"Ref": "X"}},
        {"DefinitionString": "{"},
        {"DefinitionString": "[" * 5_000},
        {"DefinitionString": cut("<a>", a={"Ref": "X"})},
        {"Definition": []},
        {"Definition": {"States": []}},
        {"Definition": {"States": {"A": 3, "B": {"Branches": 3, "Iterator": "x"}}}},
        {"DefinitionString": "\ue0009\ue001"},
        {},
    ],
)
def test_definitions_that_tell_nothing(properties: dict[str, object]) -> None:
    assert submissions("AWS::StepFunctions::StateMachine", **properties) == []


def test_marks_in_the_text_itself_are_text() -> None:
    text = json.dumps(machine(task("job", "queue", JobName="\ue0007\ue001")))
    assert state_machine(DefinitionString=text).request["JobName"] == "\ue0007\ue001"
