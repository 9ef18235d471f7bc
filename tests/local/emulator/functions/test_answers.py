"""What a function answers that fails, is killed, cannot be loaded, or says too much."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from support.zip_function import zip_function

from batchwright.local.emulator.functions.answers import MAX_RESPONSE_BYTES, Call, failure, init_failure, too_large
from batchwright.local.emulator.functions.init_traces import MARK

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


@pytest.mark.parametrize(
    ("trace", "kind"),
    [
        ("Traceback (most recent call last):\n  File 'app.py', line 1, in <module>\nKeyError: 'TABLE'", "KeyError"),
        ("Traceback (most recent call last):\n  File 'app.py'\nbotocore.exceptions.NoRegionError: x", "NoRegionError"),
        ("TypeError: 'TABLE'\n    at Object.<anonymous> (app.js:1:7)", "TypeError"),
    ],
)
def test_an_exception_while_loading_has_its_own_name(trace: str, kind: str) -> None:
    told = init_failure(f"Worker init failed: 'TABLE'{MARK}{trace}", "app.handler")

    assert told is not None
    assert (told["errorType"], told["errorMessage"]) == (kind, "'TABLE'")


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


def test_a_function_that_raises_while_it_is_loaded(server: LocalServer) -> None:
    arn = zip_function(server, "keyless", "import os\nTABLE = os.environ['TABLE']")

    answer = server.client("lambda").invoke(FunctionName=arn)

    told = json.loads(answer["Payload"].read())
    assert (told["errorType"], told["errorMessage"]) == ("KeyError", "'TABLE'")
    assert "TABLE = os.environ" in "".join(told["stackTrace"])


def test_a_state_machine_names_a_function_that_cannot_be_loaded(server: LocalServer) -> None:
    arn = zip_function(server, "unloadable", "import nothing_like_it")
    parameters = {"FunctionName": arn, "Payload": {}}
    task = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": parameters, "End": True}

    ended = server.run_machine({"StartAt": "Call", "States": {"Call": task}})

    assert ended["error"] == "Runtime.ImportModuleError"
    assert json.loads(ended["cause"])["errorMessage"].endswith("No module named 'nothing_like_it'")
