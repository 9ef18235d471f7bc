from __future__ import annotations

import io
import json
import os
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from support.local_server import LocalServer

PYTHON = """
import json, os
import boto3

class BadInput(Exception):
    pass

def handler(event, context):
    if event.get("fail"):
        raise BadInput("no such prefix")
    if event.get("bug"):
        return {}["missing"]
    names = [bucket["Name"] for bucket in boto3.client("s3").list_buckets()["Buckets"]]
    arn = boto3.client("sts").get_caller_identity()["Arn"]
    return {"buckets": names, "arn": arn, "profile": os.environ.get("AWS_PROFILE"), "mode": os.environ["MODE"]}
"""
NODE = """
exports.handler = async (event) => {
  if (event.fail) { const error = new Error("no"); error.name = "BadInput"; throw error; }
  return { doubled: event.n * 2 };
};
"""


def function(server: LocalServer, name: str, runtime: str, file: str, source: str) -> str:
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr(file, source)
    role = server.role(f"{name}-role", service="lambda.amazonaws.com")
    answer = server.client("lambda").create_function(
        FunctionName=name,
        Runtime=runtime,
        Role=role,
        Handler="index.handler",
        Timeout=20,
        Environment={"Variables": {"MODE": "test"}},
        Code={"ZipFile": package.getvalue()},
    )
    return str(answer["FunctionArn"])


@pytest.fixture(scope="module")
def python(server: LocalServer) -> str:
    os.environ["AWS_PROFILE"] = "of-the-user"
    try:
        server.client("s3").create_bucket(Bucket="seen-by-lambda")
        arn = function(server, "python", "python3.13", "index.py", PYTHON)
        invoke(server, arn, {})
        return arn
    finally:
        del os.environ["AWS_PROFILE"]


def invoke(server: LocalServer, arn: str, event: dict[str, Any]) -> Any:  # noqa: ANN401
    answer = server.client("lambda").invoke(FunctionName=arn, Payload=json.dumps(event))
    return json.loads(answer["Payload"].read())


def test_a_function_calls_this_server_as_its_role(server: LocalServer, python: str) -> None:
    answer = invoke(server, python, {})

    assert "seen-by-lambda" in answer["buckets"]
    assert ":assumed-role/python-role/" in answer["arn"]
    assert (answer["profile"], answer["mode"]) == (None, "test")


@pytest.mark.parametrize(("event", "name"), [({"fail": True}, "BadInput"), ({"bug": True}, "KeyError")])
def test_an_exception_keeps_its_name(server: LocalServer, python: str, event: dict[str, Any], name: str) -> None:
    answer = invoke(server, python, event)

    assert answer["errorType"] == name
    assert answer["stackTrace"]


def test_retry_and_catch_find_the_name(server: LocalServer, python: str) -> None:
    machine = {
        "StartAt": "Call",
        "States": {
            "Call": {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke",
                "Parameters": {"FunctionName": python, "Payload": {"fail": True}},
                "Catch": [
                    {"ErrorEquals": ["KeyError"], "Next": "Wrong"},
                    {"ErrorEquals": ["BadInput"], "Next": "Right"},
                ],
                "End": True,
            },
            "Wrong": {"Type": "Fail"},
            "Right": {"Type": "Pass", "OutputPath": "$.Error", "End": True},
        },
    }

    ended = server.run_machine(machine)

    assert (ended["status"], ended.get("output")) == ("SUCCEEDED", '"BadInput"')


def test_node_functions_run(server: LocalServer) -> None:
    arn = function(server, "node", "nodejs22.x", "index.js", NODE)

    assert invoke(server, arn, {"n": 21}) == {"doubled": 42}
    assert invoke(server, arn, {"fail": True})["errorType"] == "BadInput"


def task(function: str, **payload: bool) -> dict[str, Any]:
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": function, "Payload": payload},
        "End": True,
    }


def test_a_throttled_function_has_the_name_of_its_error(server: LocalServer) -> None:
    arn = function(server, "throttled", "python3.13", "index.py", PYTHON)
    server.client("lambda").put_function_concurrency(FunctionName="throttled", ReservedConcurrentExecutions=0)

    ended = server.run_machine({"StartAt": "Call", "States": {"Call": task(arn)}})

    assert ended["error"] == "Lambda.TooManyRequestsException"


def test_a_missing_function_has_the_name_of_its_error(server: LocalServer) -> None:
    ended = server.run_machine({"StartAt": "Call", "States": {"Call": task("missing")}})

    assert ended["error"] == "Lambda.ResourceNotFoundException"


@pytest.mark.usefixtures("quick_waits")
def test_a_retry_by_name_tries_again(server: LocalServer, python: str) -> None:
    state = task(python, fail=True)
    state["Retry"] = [
        {"ErrorEquals": ["KeyError"], "MaxAttempts": 5, "IntervalSeconds": 1},
        {"ErrorEquals": ["BadInput"], "MaxAttempts": 2, "IntervalSeconds": 1},
    ]

    ended = server.run_machine({"StartAt": "Call", "States": {"Call": state}})

    history = server.client("stepfunctions").get_execution_history(executionArn=ended["executionArn"])["events"]
    assert [one["type"] for one in history].count("TaskFailed") == 3
    assert json.loads(ended["cause"])["errorMessage"] == "no such prefix"


def test_a_process_has_the_variables_of_lambda(server: LocalServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    names = ["TZ", "_HANDLER", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_EXECUTION_ENV"]
    source = f"import os\ndef handler(event, context): return [os.environ.get(name) for name in {names}]"

    arn = function(server, "variables", "python3.13", "index.py", source)

    assert invoke(server, arn, {}) == [":UTC", "index.handler", "/aws/lambda/variables", "AWS_Lambda_python3.13"]
