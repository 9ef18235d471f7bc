"""What a function answers that fails, is killed, cannot be loaded, or says too much."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from support.local_server import eventually
from support.zip_function import zip_function

from batchwright.local.emulator.lambda_answers import MAX_RESPONSE_BYTES, Call, failure, init_failure, too_large

if TYPE_CHECKING:
    from support.local_server import LocalServer

CALL = Call(handler="app.handler", request_id="r-1")


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("No module named 'x'", "ImportModuleError", "Unable to import module 'app': No module named 'x'"),
        (
            "Cannot find module './app'\nRequire stack:",
            "ImportModuleError",
            "Cannot find module './app'\nRequire stack:",
        ),
        ("invalid syntax (app.py, line 1)", "UserCodeSyntaxError", "Syntax error in module 'app': invalid syntax"),
        ("module 'app' has no attribute 'handler'", "HandlerNotFound", "Handler 'handler' missing on module 'app'"),
        ("division by zero", "Unknown", "division by zero"),
    ],
)
def test_what_cannot_be_loaded(text: str, kind: str, message: str) -> None:
    told = init_failure(f"Worker init failed: {text}", "app.handler")

    assert told is not None
    assert told["errorType"] == f"Runtime.{kind}"
    assert told["errorMessage"].startswith(message)


def test_other_troubles_of_a_worker_are_no_fault_of_the_function() -> None:
    assert init_failure("No JSON init response from worker", "app.handler") is None


@pytest.mark.parametrize(
    ("code", "how"),
    [
        (3, "exited with error: exit status 3"),
        (-9, "exited with error: signal: 9"),
        (0, "exited without providing a reason"),
        (None, "exited without providing a reason"),
    ],
)
def test_a_process_that_ended(code: int | None, how: str) -> None:
    died = Call(handler="app.handler", request_id="r-1", exit_code=code)

    told = failure({"status": "error", "error": "Worker process died"}, died)

    assert told == {"errorType": "Runtime.ExitError", "errorMessage": f"RequestId: r-1 Error: Runtime {how}"}


def test_a_time_limit_and_a_result_that_is_no_json() -> None:
    late = failure({"status": "error", "error": "Task timed out after 3.00 seconds"}, CALL)
    text = "Object of type set is not JSON serializable"
    unreadable = failure({"status": "error", "error": text, "trace": "Traceback\nTypeError: x"}, CALL)

    assert late == {
        "errorType": "Sandbox.Timedout",
        "errorMessage": "RequestId: r-1 Error: Task timed out after 3.00 seconds",
    }
    assert unreadable is not None
    assert unreadable["errorType"] == "Runtime.MarshalError"
    assert failure({"status": "ok", "result": 1}, CALL) is None


def test_an_answer_may_be_filled_to_the_last_byte() -> None:
    assert too_large("x" * MAX_RESPONSE_BYTES) is None
    assert (too_large("x" * (MAX_RESPONSE_BYTES + 1)) or {})["errorType"] == "Function.ResponseSizeTooLarge"
    assert too_large(None) is None


FAULTS = """
import os, time
def handler(event, context):
    if event["do"] == "exit": os._exit(3)
    if event["do"] == "wait": time.sleep(60)
    if event["do"] == "large": return "x" * 7_000_000
    return {1, 2}
"""


@pytest.mark.parametrize(
    ("do", "kind", "said"),
    [
        ("exit", "Runtime.ExitError", "exit status 3"),
        ("wait", "Sandbox.Timedout", "Task timed out after 1.00 seconds"),
        ("large", "Function.ResponseSizeTooLarge", "(6291556 bytes)"),
        ("set", "Runtime.MarshalError", "not JSON serializable"),
    ],
)
def test_faults_of_a_function(server: LocalServer, do: str, kind: str, said: str) -> None:
    arn = zip_function(server, f"faults-{do}", FAULTS, timeout=1)

    answer = server.client("lambda").invoke(FunctionName=arn, Payload=json.dumps({"do": do}))

    assert answer["FunctionError"] == "Unhandled"
    told = json.loads(answer["Payload"].read())
    assert told["errorType"] == kind
    assert said in told["errorMessage"]


def test_a_state_machine_names_a_function_that_cannot_be_loaded(server: LocalServer) -> None:
    arn = zip_function(server, "unloadable", "import nothing_like_it")
    parameters = {"FunctionName": arn, "Payload": {}}
    task = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": parameters, "End": True}

    ended = server.run_machine({"StartAt": "Call", "States": {"Call": task}})

    assert ended["error"] == "Runtime.ImportModuleError"
    assert json.loads(ended["cause"])["errorMessage"].endswith("No module named 'nothing_like_it'")


def received(server: LocalServer, url: str) -> dict[str, Any]:
    def one() -> dict[str, Any] | None:
        found = server.client("sqs").receive_message(QueueUrl=url, MessageAttributeNames=["All"]).get("Messages")
        return dict(found[0]) if found else None

    return eventually(one)


FICKLE = "def handler(event, context):\n    if event.get('bad'): raise ValueError('no')\n    return 5"


@pytest.mark.parametrize("bad", [True, False])
def test_the_result_of_an_asynchronous_call_reaches_its_destination(server: LocalServer, bad: bool) -> None:
    name = f"destined-{bad}"
    functions, sqs = server.client("lambda"), server.client("sqs")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    queue = {"Destination": f"arn:aws:sqs:{server.aws.region}:{server.aws.account}:{name}"}
    arn = zip_function(server, name, FICKLE)
    functions.put_function_event_invoke_config(
        FunctionName=name, MaximumRetryAttempts=0, DestinationConfig={"OnSuccess": queue, "OnFailure": queue}
    )

    functions.invoke(FunctionName=arn, InvocationType="Event", Payload=json.dumps({"bad": bad}))

    record = json.loads(received(server, url)["Body"])
    assert record["requestPayload"] == {"bad": bad}
    asked = record["requestContext"]
    assert (asked["condition"], asked["approximateInvokeCount"]) == ("RetriesExhausted" if bad else "Success", 1)
    assert record["responsePayload"] == 5 or record["responsePayload"]["errorType"] == "ValueError"


def test_a_dead_letter_is_the_event_itself(server: LocalServer) -> None:
    functions, sqs, events = server.client("lambda"), server.client("sqs"), server.client("events")
    url = sqs.create_queue(QueueName="dead")["QueueUrl"]
    letters = {"TargetArn": f"arn:aws:sqs:{server.aws.region}:{server.aws.account}:dead"}
    arn = zip_function(server, "dead", "def handler(event, context): raise ValueError('no')", DeadLetterConfig=letters)
    functions.put_function_event_invoke_config(FunctionName="dead", MaximumRetryAttempts=0)
    events.put_rule(Name="dead", EventPattern=json.dumps({"source": ["my.app"]}))
    events.put_targets(Rule="dead", Targets=[{"Id": "f", "Arn": arn, "Input": '{"from": "a rule"}'}])

    events.put_events(Entries=[{"Source": "my.app", "DetailType": "d", "Detail": "{}"}])

    letter = received(server, url)
    assert json.loads(letter["Body"]) == {"from": "a rule"}
    assert letter["MessageAttributes"]["ErrorMessage"]["StringValue"] == "no"
