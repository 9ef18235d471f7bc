"""Functions and state machines whose role does not trust their service."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.local_server import LocalServer

PASS = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}})
FUNCTION_REFUSAL = "The role defined for the function cannot be assumed by Lambda"
MACHINE_REFUSAL = "Neither the global service principal states.amazonaws.com"


@pytest.fixture(autouse=True)
def enforced(server: LocalServer) -> Iterator[None]:
    server.aws.enforce_iam(True)
    yield
    server.aws.enforce_iam(False)


def package() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("index.py", "def handler(event, context): pass")
    return content.getvalue()


def make_function(server: LocalServer, name: str, role: str) -> Any:  # noqa: ANN401
    return server.client("lambda").create_function(
        FunctionName=name, Runtime="python3.13", Role=role, Handler="index.handler", Code={"ZipFile": package()}
    )


def gone(server: LocalServer) -> str:
    return f"arn:aws:iam::{server.aws.account}:role/there-is-none"


def test_a_function_needs_a_role_that_trusts_lambda(server: LocalServer) -> None:
    tasks = server.role("f-tasks", service="ecs-tasks.amazonaws.com")
    good = server.role("f-good", service="lambda.amazonaws.com")

    for role in (tasks, gone(server)):
        with pytest.raises(ClientError, match=FUNCTION_REFUSAL):
            make_function(server, "refused", role)
    make_function(server, "taken", good)
    with pytest.raises(ClientError, match=FUNCTION_REFUSAL):
        server.client("lambda").update_function_configuration(FunctionName="taken", Role=tasks)


def test_a_state_machine_needs_a_role_that_trusts_step_functions(server: LocalServer) -> None:
    states = server.client("stepfunctions")
    tasks = server.role("m-tasks", service="ecs-tasks.amazonaws.com")
    good = server.role("m-good", service="states.amazonaws.com")

    for role in (tasks, gone(server)):
        with pytest.raises(ClientError, match=MACHINE_REFUSAL) as refused:
            states.create_state_machine(name="refused", definition=PASS, roleArn=role)
        assert refused.value.response["Error"]["Code"] == "AccessDeniedException"
    machine = states.create_state_machine(name="taken", definition=PASS, roleArn=good)["stateMachineArn"]
    with pytest.raises(ClientError, match=MACHINE_REFUSAL):
        states.update_state_machine(stateMachineArn=machine, roleArn=tasks)


def test_what_a_service_says_of_itself_is_not_asked_for_yet(server: LocalServer) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "states.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": server.aws.account}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    role = server.client("iam").create_role(RoleName="m-narrow", AssumeRolePolicyDocument=policy)["Role"]["Arn"]

    assert server.client("stepfunctions").create_state_machine(name="narrow", definition=PASS, roleArn=role)


@pytest.mark.parametrize(
    ("resource", "refusal"),
    [
        (
            {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "Runtime": "python3.13",
                    "Handler": "index.handler",
                    "Code": {"ZipFile": "def handler(event, context): pass"},
                    "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                },
            },
            FUNCTION_REFUSAL,
        ),
        (
            {
                "Type": "AWS::StepFunctions::StateMachine",
                "Properties": {"DefinitionString": PASS, "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]}},
            },
            MACHINE_REFUSAL,
        ),
    ],
    ids=["function", "machine"],
)
def test_a_stack_says_so_too(server: LocalServer, resource: dict[str, Any], refusal: str) -> None:
    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = {
        "Type": "AWS::IAM::Role",
        "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]}},
    }
    name = f"trusting-{resource['Type'].rsplit(':', 1)[-1]}"

    server.stack(name, {"Resources": {"Role": role, "Thing": resource}})

    events = server.client("cloudformation").describe_stack_events(StackName=name)["StackEvents"]
    assert any(event.get("ResourceStatusReason", "").startswith(refusal) for event in events)


def test_without_enforcement_nobody_asks(server: LocalServer) -> None:
    server.aws.enforce_iam(False)

    assert make_function(server, "unasked", gone(server))
