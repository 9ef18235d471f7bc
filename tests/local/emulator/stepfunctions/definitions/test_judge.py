from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from batchwright.local.emulator.stepfunctions.definitions.judge import judge

if TYPE_CHECKING:
    from support.local_server import LocalServer

PASS = {"Type": "Pass", "End": True}
BATCH = {"JobName": "j", "JobQueue": "q", "JobDefinition": "d"}


def one(state: dict[str, Any], **top: Any) -> str:  # noqa: ANN401
    return json.dumps({"StartAt": "A", "States": {"A": state, "B": PASS}, **top})


def task(resource: str, **fields: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"Type": "Task", "Resource": resource, "End": True, **fields}


def codes(text: str, *, express: bool = False) -> list[str]:
    return [found.code for found in judge(text, express=express)]


GOOD: list[dict[str, Any]] = [
    PASS,
    task("arn:aws:states:::batch:submitJob", Parameters=BATCH),
    task("arn:aws:states:::batch:submitJob.sync", Parameters={**BATCH, "JobName.$": "$.name", "Tags": {"any": "x"}}),
    task("arn:aws:states:::lambda:invoke.waitForTaskToken", HeartbeatSeconds=5, TimeoutSecondsPath="$.t"),
    {"Type": "Wait", "Seconds": 1, "Next": "B"},
    {"Type": "Choice", "Choices": [{"Variable": "$.x", "IsPresent": True, "Next": "B"}], "Default": "B"},
    {"Type": "Fail", "Error": "E"},
    {"Type": "Parallel", "Branches": [{"StartAt": "X", "States": {"X": PASS}}], "End": True},
    {
        "Type": "Map",
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "X",
            "States": {"X": PASS},
        },
        "Label": "label",
        "End": True,
    },
    {"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% 1 %}", "End": True},
]


@pytest.mark.parametrize("state", GOOD)
def test_what_is_taken(state: dict[str, Any]) -> None:
    assert judge(one(state)) == []


SCHEMA = "SCHEMA_VALIDATION_FAILED"
BAD: list[tuple[dict[str, Any], str]] = [
    ({"Type": "Pass"}, SCHEMA),
    ({"Type": "Pass", "Next": "B", "End": True}, SCHEMA),
    ({"Type": "Pass", "Next": "Nowhere"}, "MISSING_TRANSITION_TARGET"),
    ({"Type": "Walk", "End": True}, SCHEMA),
    ({"Type": "Pass", "Resource": "x", "End": True}, SCHEMA),
    ({"Type": "Task", "End": True}, SCHEMA),
    (task("no-arn"), "INVALID_RESOURCE"),
    (task("arn:aws:states:::batch:submitJob.waitForTaskToken"), SCHEMA),
    (task("arn:aws:states:::batch:terminateJob"), SCHEMA),
    (task("arn:aws:states:::batch:submitJob", Parameters={**BATCH, "Colour": 1}), SCHEMA),
    (task("arn:aws:states:::batch:submitJob", Parameters={**BATCH, "ContainerOverrides": {"Colour.$": "$"}}), SCHEMA),
    (task("arn:aws:states:::sns:publish", Arguments={}), SCHEMA),
    (task("arn:aws:states:::sns:publish", QueryLanguage="JSONata", Parameters={}), SCHEMA),
    (task("arn:aws:states:::sns:publish", Retry=[{"ErrorEquals": []}]), SCHEMA),
    (task("arn:aws:states:::sns:publish", Retry=[{"ErrorEquals": ["E"], "IntervalSeconds": 0}]), SCHEMA),
    (task("arn:aws:states:::sns:publish", Retry=[{"ErrorEquals": ["E"], "BackoffRate": 0.5}]), SCHEMA),
    (task("arn:aws:states:::sns:publish", Retry=[{"ErrorEquals": ["E"], "MaxDelaySeconds": 1}]), SCHEMA),
    (task("arn:aws:states:::sns:publish", Retry=[{"ErrorEquals": ["E"], "JitterStrategy": "HALF"}]), SCHEMA),
    (task("arn:aws:states:::sns:publish", Catch=[{"ErrorEquals": ["States.ALL", "E"], "Next": "B"}]), SCHEMA),
    (task("arn:aws:states:::sns:publish", Catch=[{"ErrorEquals": ["E"], "Next": "C"}]), "MISSING_TRANSITION_TARGET"),
    ({"Type": "Wait", "End": True}, SCHEMA),
    ({"Type": "Wait", "Seconds": 1, "SecondsPath": "$.x", "End": True}, SCHEMA),
    ({"Type": "Choice", "Choices": [{"Next": "C"}]}, "MISSING_TRANSITION_TARGET"),
    ({"Type": "Parallel", "Branches": [{"StartAt": "X", "States": {}}], "End": True}, SCHEMA),
    ({"Type": "Parallel", "Branches": [{"StartAt": "B", "States": {"B": PASS}}], "End": True}, "DUPLICATE_STATE_NAME"),
    ({"Type": "Map", "End": True}, SCHEMA),
    ({"Type": "Map", "ItemProcessor": {"StartAt": "X", "States": {"X": PASS}}, "ItemBatcher": {}, "End": True}, SCHEMA),
]


@pytest.mark.parametrize(("state", "code"), BAD)
def test_what_is_refused(state: dict[str, Any], code: str) -> None:
    assert code in codes(one(state))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "MISSING_DESCRIPTION"),
        ("{", "INVALID_JSON_DESCRIPTION"),
        ("[]", SCHEMA),
        ("{}", SCHEMA),
        ('{"States": {"A": {"Type": "Succeed"}}}', SCHEMA),
        ('{"StartAt": "B", "States": {"A": {"Type": "Succeed"}}}', "MISSING_TRANSITION_TARGET"),
        ('{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "A"}}}', "MISSING_END_STATE"),
        ('{"StartAt": "A", "States": {"A": 1}}', SCHEMA),
    ],
)
def test_what_is_no_definition(text: str, code: str) -> None:
    assert code in codes(text)


def test_express_state_machines_wait_for_nothing() -> None:
    text = one(task("arn:aws:states:::batch:submitJob.sync", Parameters=BATCH))

    assert codes(text) == []
    assert codes(text, express=True) == [SCHEMA]


def test_the_api_says_all_that_is_wrong(server: LocalServer) -> None:
    states = server.client("stepfunctions")
    text = one({"Type": "Pass", "Next": "Nowhere", "Colour": 1})

    answer = states.validate_state_machine_definition(definition=text)

    assert answer["result"] == "FAIL"
    assert {found["location"] for found in answer["diagnostics"]} == {"/States/A/Next", "/States/A/Colour"}
    assert states.validate_state_machine_definition(definition=one(PASS))["result"] == "OK"
    with pytest.raises(ClientError, match=r"InvalidDefinition.*Missing 'Next' target: Nowhere at /States/A/Next"):
        states.create_state_machine(name="bad", definition=text, roleArn="arn:aws:iam::123456789012:role/r")


def test_a_stack_with_a_bad_definition_fails(server: LocalServer) -> None:
    properties = {"RoleArn": "arn:aws:iam::123456789012:role/r", "DefinitionString": one({"Type": "Pass"})}
    template = {"Resources": {"Machine": {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}}}

    stack = server.stack("bad-machine", template)

    assert stack["StackStatus"].startswith("ROLLBACK")
    events = server.client("cloudformation").describe_stack_events(StackName="bad-machine")["StackEvents"]
    assert any("Exactly one of Next and End" in event.get("ResourceStatusReason", "") for event in events)
