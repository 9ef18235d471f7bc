"""With IAM enforced, what acts inside the server has no more rights than the role that it was given."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from support.local_server import LocalServer, eventually

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    running = LocalServer(iam=True)
    try:
        yield running
    finally:
        running.close()


@pytest.fixture(scope="module")
def queue(server: LocalServer) -> tuple[str, str]:
    return server.batch_queue("roles")


def allow(*actions: str, on: str = "*") -> list[dict[str, Any]]:
    return [{"Effect": "Allow", "Action": list(actions), "Resource": on}]


def run(server: LocalServer, role: str, resource: str, parameters: dict[str, Any]) -> dict[str, Any]:
    states = server.client("stepfunctions")
    task = {"Type": "Task", "Resource": resource, "Parameters": parameters, "End": True}
    definition = json.dumps({"StartAt": "T", "States": {"T": task}})
    name = f"m-{uuid.uuid4().hex}"
    arn = states.create_state_machine(name=name, roleArn=role, definition=definition)["stateMachineArn"]
    return server.ended(states.start_execution(stateMachineArn=arn)["executionArn"])


def test_a_state_machine_submits_what_its_role_allows(server: LocalServer, queue: tuple[str, str]) -> None:
    submit = "arn:aws:states:::batch:submitJob.sync"
    job = {"JobName": "j", "JobQueue": queue[0], "JobDefinition": queue[1]}
    service = "states.amazonaws.com"
    none = server.role("sfn-none", service=service, statements=allow("s3:GetObject"))
    other = server.role("sfn-other", service=service, statements=allow("batch:SubmitJob", on=f"{queue[0]}-other"))
    both = server.role("sfn-both", service=service, statements=allow("batch:SubmitJob"))

    for role in (none, other):
        ended = run(server, role, submit, job)
        assert ended["error"] == "Batch.AWSBatchException"
        assert "is not authorized to perform: batch:SubmitJob on resource: arn:aws:batch:" in ended["cause"]
    assert run(server, both, submit, job)["status"] == "SUCCEEDED"


@pytest.mark.parametrize(
    ("resource", "parameters", "error"),
    [
        ("aws-sdk:batch:listJobs", {"JobQueue": "q"}, "Batch.BatchException"),
        ("aws-sdk:sqs:listQueues", {}, "Sqs.SqsException"),
        ("sqs:sendMessage", {"QueueUrl": "http://x/1/q", "MessageBody": "m"}, "SQS.AmazonSQSException"),
        ("sns:publish", {"TopicArn": "arn:aws:sns:us-east-1:123456789012:t", "Message": "m"}, "SNS.AmazonSNSException"),
        ("lambda:invoke", {"FunctionName": "f"}, "Lambda.AWSLambdaException"),
        ("dynamodb:putItem", {"TableName": "t", "Item": {"id": {"S": "1"}}}, "DynamoDB.AmazonDynamoDBException"),
        (
            "events:putEvents",
            {"Entries": [{"Source": "s", "DetailType": "d", "Detail": "{}"}]},
            "EventBridge.AmazonEventBridgeException",
        ),
    ],
)
def test_every_other_task_is_judged(server: LocalServer, resource: str, parameters: dict[str, Any], error: str) -> None:
    role = server.role(f"nothing-{error.replace('.', '-')}", service="states.amazonaws.com")

    ended = run(server, role, f"arn:aws:states:::{resource}", parameters)

    assert ended["error"] == error
    assert "is not authorized to perform: " in ended["cause"]


def test_a_task_puts_events_on_the_buses_that_its_role_may_use(server: LocalServer) -> None:
    server.client("events").create_event_bus(Name="team")
    bus = f"arn:aws:events:{server.aws.region}:{server.aws.account}:event-bus/team"
    service = "states.amazonaws.com"
    role = server.role("one-bus", service=service, statements=allow("events:PutEvents", on=bus))
    put, entry = "arn:aws:states:::events:putEvents", {"Source": "s", "DetailType": "d", "Detail": {}}

    states = [
        run(server, role, put, {"Entries": [{**entry, "EventBusName": name} for name in names]})["status"]
        for names in (["team"], [bus])
    ]
    server.client("iam").delete_role_policy(RoleName="one-bus", PolicyName="inline")
    denied = run(server, role, put, {"Entries": [{**entry, "EventBusName": "team"}]})

    assert states == ["SUCCEEDED", "SUCCEEDED"]
    assert f"on resource: {bus}" in denied["cause"]


@pytest.mark.parametrize("field", ["ItemReader", "ResultWriter"])
def test_a_map_reads_and_writes_as_the_role(server: LocalServer, field: str) -> None:
    store, states = server.client("s3"), server.client("stepfunctions")
    bucket = f"of-role-{field.lower()}"
    store.create_bucket(Bucket=bucket)
    store.put_object(Bucket=bucket, Key="items.json", Body=b"[1]")
    role = server.role(f"map-{field}", service="states.amazonaws.com", statements=allow("sqs:SendMessage"))
    action = "getObject" if field == "ItemReader" else "putObject"
    place = {"Bucket": bucket, "Key": "items.json"} if field == "ItemReader" else {"Bucket": bucket}
    processor = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}, "StartAt": "P"}
    state = {
        "Type": "Map",
        "ItemProcessor": {**processor, "States": {"P": {"Type": "Pass", "End": True}}},
        "ItemsPath": "$.items",
        field: {"Resource": f"arn:aws:states:::s3:{action}", "Parameters": place},
        "End": True,
    }
    if field == "ItemReader":
        del state["ItemsPath"]
    definition = json.dumps({"StartAt": "M", "States": {"M": state}})
    arn = states.create_state_machine(name=f"map-{field}", roleArn=role, definition=definition)["stateMachineArn"]

    started = states.start_execution(stateMachineArn=arn, input='{"items": [1]}')["executionArn"]

    ended = server.ended(started)
    assert ended["error"] == f"States.{field}Failed"
    assert "AccessDenied" in ended["cause"]


@pytest.mark.parametrize("kind", ["batch", "states"])
def test_a_rule_delivers_what_the_role_of_its_target_allows(
    server: LocalServer, queue: tuple[str, str], kind: str
) -> None:
    sqs, events = server.client("sqs"), server.client("events")
    url = sqs.create_queue(QueueName=f"letters-{kind}")["QueueUrl"]
    letters = f"arn:aws:sqs:{server.aws.region}:{server.aws.account}:letters-{kind}"
    role = server.role(f"rule-{kind}", service="events.amazonaws.com", statements=allow("s3:GetObject"))
    machine = f"arn:aws:states:{server.aws.region}:{server.aws.account}:stateMachine:m"
    batch = {"Arn": queue[0], "BatchParameters": {"JobName": "by-rule", "JobDefinition": queue[1]}}
    target = batch if kind == "batch" else {"Arn": machine}
    events.put_rule(Name=kind, EventPattern=json.dumps({"source": [f"my.{kind}"]}))
    events.put_targets(
        Rule=kind, Targets=[{"Id": "t", "RoleArn": role, "DeadLetterConfig": {"Arn": letters}, **target}]
    )

    events.put_events(Entries=[{"Source": f"my.{kind}", "DetailType": "d", "Detail": "{}"}])

    def letter() -> dict[str, Any] | None:
        found = sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"]).get("Messages")
        return dict(found[0]["MessageAttributes"]) if found else None

    told = eventually(letter)
    assert told["ERROR_CODE"]["StringValue"] == "NO_PERMISSIONS"
    action = "batch:SubmitJob" if kind == "batch" else "states:StartExecution"
    assert f"is not authorized to perform: {action}" in told["ERROR_MESSAGE"]["StringValue"]
