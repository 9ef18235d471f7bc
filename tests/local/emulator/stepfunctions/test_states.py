"""States as the interpreter runs them: data, variables, time limits, and ends that come from outside."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from support.local_server import eventually

if TYPE_CHECKING:
    from support.local_server import LocalServer


def chain(**states: dict[str, Any]) -> dict[str, Any]:
    """Return a machine whose states follow one another."""
    names = [*states, None]
    for name, following in zip(states, names[1:], strict=True):
        if states[name]["Type"] not in ("Fail", "Succeed", "Choice"):
            states[name] |= {"End": True} if following is None else {"Next": following}
    return {"StartAt": names[0], "States": states}


def output(server: LocalServer, machine: dict[str, Any], data: Any = None) -> Any:  # noqa: ANN401
    ended = server.run_machine(machine, data)
    assert ended["status"] == "SUCCEEDED", (ended.get("error"), ended.get("cause"))
    return json.loads(ended["output"])


def batch(queue: str, definition: str, **fields: Any) -> dict[str, Any]:  # noqa: ANN401
    wait = {"ContainerOverrides": {"Environment": [{"Name": "WAIT", "Value": "1"}]}}
    parameters = {"JobName": "waits", "JobQueue": queue, "JobDefinition": definition, **wait}
    return {"Type": "Task", "Resource": "arn:aws:states:::batch:submitJob.sync", "Parameters": parameters, **fields}


@pytest.fixture(scope="module")
def queue(server: LocalServer) -> tuple[str, str]:
    return server.batch_queue("states")


@pytest.fixture(scope="module")
def letters(server: LocalServer) -> str:
    return str(server.client("sqs").create_queue(QueueName="tokens")["QueueUrl"])


def callback(url: str, **fields: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": url, "MessageBody": {"token.$": "$$.Task.Token"}},
        **fields,
    }


@pytest.mark.parametrize(
    ("state", "cause"),
    [
        ({"Type": "Pass", "Parameters": {"x.$": "$.missing"}}, "'$.missing' specified for the field 'x.$'"),
        ({"Type": "Pass", "Parameters": {"x": [{"y.$": "$.list[7]"}]}}, "'$.list[7]' specified for the field 'y.$'"),
        ({"Type": "Pass", "Parameters": {"x.$": "plain"}}, "must be a valid JSONPath"),
        ({"Type": "Pass", "Parameters": {"x.$": "$unset.a"}}, "'$unset.a' specified"),
        ({"Type": "Pass", "InputPath": "$.missing"}, "Invalid path '$.missing'"),
        ({"Type": "Pass", "OutputPath": "$.missing"}, "Invalid path '$.missing'"),
        ({"Type": "Wait", "SecondsPath": "$.missing"}, "Invalid path '$.missing'"),
        ({"Type": "Wait", "TimestampPath": "$.list"}, "The Timestamp to wait for is none"),
        (
            {"Type": "Map", "ItemProcessor": chain(X={"Type": "Pass"}), "ItemsPath": "$.number"},
            'Reference path "$.number" must point to array',
        ),
    ],
)
def test_what_is_not_there_fails_the_state(server: LocalServer, state: dict[str, Any], cause: str) -> None:
    ended = server.run_machine(chain(First={"Type": "Pass"}, Second=state), {"list": [1], "number": 5})

    assert (ended["status"], ended["error"]) == ("FAILED", "States.Runtime")
    assert ended["cause"].startswith(
        "An error occurred while executing the state 'Second' (entered at the event id #4)."
    )
    assert cause in ended["cause"]


def test_an_intrinsic_function_that_fails_can_be_caught(server: LocalServer) -> None:
    inner = chain(Bad={"Type": "Pass", "Parameters": {"x.$": "States.StringToJson($.text)"}})
    catch = [{"ErrorEquals": ["States.IntrinsicFailure"], "Next": "Caught"}]
    parallel = {"Type": "Parallel", "Branches": [inner], "Catch": catch, "Next": "Caught"}
    machine = {"StartAt": "P", "States": {"P": parallel, "Caught": {"Type": "Pass", "End": True}}}

    assert output(server, machine, {"text": "{"})["Error"] == "States.IntrinsicFailure"


def test_variables_in_jsonpath(server: LocalServer) -> None:
    machine = chain(
        Set={"Type": "Pass", "Assign": {"order.$": "$.order", "fixed": 1}, "Result": "gone"},
        Inner={
            "Type": "Parallel",
            "Branches": [chain(Hidden={"Type": "Pass", "Assign": {"fixed": 2}, "Parameters": {"id.$": "$order.id"}})],
        },
        Use={"Type": "Pass", "Parameters": {"id.$": "$order.id", "fixed.$": "$fixed", "branch.$": "$[0].id"}},
    )
    machine["States"]["Set"] = {"Type": "Pass", "Assign": {"order.$": "$.order", "fixed": 1}, "Next": "Inner"}

    assert output(server, machine, {"order": {"id": 7}}) == {"id": 7, "fixed": 1, "branch": 7}


def test_the_parts_of_a_jsonata_machine(server: LocalServer) -> None:
    double = {
        "StartAt": "Double",
        "States": {"Double": {"Type": "Pass", "Output": "{% $states.input.n * 2 %}", "End": True}},
    }
    machine = chain(
        Both={
            "Type": "Parallel",
            "Arguments": {"n": "{% $states.input.n + 1 %}"},
            "Branches": [double],
            "Output": {"sum": "{% $sum($states.result) %}"},
            "Assign": {"results": "{% $states.result %}"},
        },
        Done={"Type": "Succeed", "Output": {"sum": "{% $states.input.sum %}", "results": "{% $results %}"}},
    )

    assert output(server, {"QueryLanguage": "JSONata", **machine}, {"n": 2}) == {"sum": 6, "results": [6]}


def test_a_state_machine_has_a_time_limit(server: LocalServer, queue: tuple[str, str]) -> None:
    before = len(server.runner.stops)
    ended = server.run_machine({**chain(Run=batch(*queue)), "TimeoutSeconds": 1})

    assert ended["status"] == "TIMED_OUT"
    history = server.client("stepfunctions").get_execution_history(executionArn=ended["executionArn"])["events"]
    assert history[-1]["type"] == "ExecutionTimedOut"
    assert eventually(lambda: server.runner.stops[before:] or None) == ["Execution timed out in Step Functions"]


def test_a_time_limit_by_path_terminates_the_job_and_can_be_caught(server: LocalServer, queue: tuple[str, str]) -> None:
    before = len(server.runner.stops)
    catch = [{"ErrorEquals": ["States.Timeout"], "ResultPath": "$.why", "Next": "Late"}]
    run = batch(*queue, TimeoutSecondsPath="$.limit", Catch=catch)

    result = output(server, chain(Run=run, Late={"Type": "Pass"}), {"limit": 1})

    assert result["why"]["Error"] == "States.Timeout"
    assert eventually(lambda: server.runner.stops[before:] or None) == ["Task timed out in Step Functions"]


def test_a_branch_that_fails_ends_the_others_and_their_jobs(server: LocalServer, queue: tuple[str, str]) -> None:
    before = len(server.runner.stops)
    submitted = len(server.runner.attempts)
    slow = chain(Slow=batch(*queue))
    fails = chain(
        # Until the job of the other branch runs.
        Later={"Type": "Wait", "Seconds": 1},
        Fails={"Type": "Fail", "Error": "Boom", "Cause": "it broke"},
    )
    ended = server.run_machine(chain(Both={"Type": "Parallel", "Branches": [slow, fails]}))

    assert (ended["status"], ended["error"], ended["cause"]) == ("FAILED", "Boom", "it broke")
    assert len(server.runner.attempts) == submitted + 1
    assert len(server.runner.stops) == before + 1
    assert "Another branch or item" in server.runner.stops[-1]


def test_items_run_at_most_forty_at_once_and_keep_their_order(server: LocalServer) -> None:
    each = chain(Each={"Type": "Pass", "Parameters": {"twice.$": "States.MathAdd($, $)"}})
    machine = chain(All={"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": each})

    assert output(server, machine, {"items": list(range(100))}) == [{"twice": 2 * number} for number in range(100)]
    assert output(server, machine, {"items": []}) == []


@pytest.mark.parametrize(
    ("fields", "error"),
    [({"HeartbeatSeconds": 1}, "States.HeartbeatTimeout"), ({"TimeoutSeconds": 1}, "States.Timeout")],
)
def test_a_callback_that_never_comes(server: LocalServer, letters: str, fields: dict[str, int], error: str) -> None:
    ended = server.run_machine(chain(Ask=callback(letters, **fields)))

    assert (ended["status"], ended["error"]) == ("FAILED", error)


def test_a_callback_that_comes(server: LocalServer, letters: str) -> None:
    server.client("sqs").purge_queue(QueueUrl=letters)
    started = server.run_machine(chain(Ask=callback(letters, TimeoutSeconds=30)), wait=False)
    states = server.client("stepfunctions")
    token = server.messages(letters, until=bool)[0]["token"]

    with pytest.raises(states.exceptions.InvalidOutput):
        states.send_task_success(taskToken=token, output="{")
    states.send_task_heartbeat(taskToken=token)
    states.send_task_success(taskToken=token, output='{"ok": true}')

    assert json.loads(server.ended(started["executionArn"])["output"]) == {"ok": True}
    with pytest.raises(states.exceptions.TaskTimedOut):
        states.send_task_success(taskToken=token, output="{}")


@pytest.mark.parametrize("what", ["wait", "callback", "activity"])
def test_nothing_waits_on_after_a_stop(server: LocalServer, letters: str, what: str) -> None:
    states = server.client("stepfunctions")
    activity = states.create_activity(name=f"nobody-{what}")["activityArn"]
    state: dict[str, Any] = {
        "wait": {"Type": "Wait", "Seconds": 3_000},
        "callback": callback(letters),
        "activity": {"Type": "Task", "Resource": activity},
    }[what]
    started = server.run_machine(chain(Long=state), wait=False)
    executions = server.aws._machinery.emulator._executions
    eventually(lambda: True if executions.is_active(started["executionArn"]) else None)

    states.stop_execution(executionArn=started["executionArn"], error="E", cause="enough")

    assert server.ended(started["executionArn"])["status"] == "ABORTED"
    eventually(lambda: None if executions.is_active(started["executionArn"]) else True, seconds=5)
    history = states.get_execution_history(executionArn=started["executionArn"])["events"]
    assert history[-1]["type"] == "ExecutionAborted"
    assert history[-1]["executionAbortedEventDetails"] == {"error": "E", "cause": "enough"}


def test_a_nested_execution_ends_with_its_parent(server: LocalServer) -> None:
    states = server.client("stepfunctions")
    child = server.run_machine(chain(Long={"Type": "Wait", "Seconds": 3_000}), wait=False)
    states.stop_execution(executionArn=child["executionArn"])
    run = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": child["stateMachineArn"], "Name": "nested", "Input": {"a": 1}},
    }
    parent = server.run_machine(chain(Run=run), wait=False)
    nested = child["executionArn"].rpartition(":")[0] + ":nested"

    def running() -> bool | None:
        found = states.list_executions(stateMachineArn=child["stateMachineArn"], statusFilter="RUNNING")["executions"]
        return True if [one["executionArn"] for one in found] == [nested] else None

    eventually(running)
    states.stop_execution(executionArn=parent["executionArn"])

    assert server.ended(nested)["status"] == "ABORTED"


def test_a_result_that_is_too_large_fails_and_nothing_catches_it_by_all(server: LocalServer) -> None:
    grow = {"Type": "Pass", "Parameters": {"twice.$": "States.Array($, $)"}}
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "Never"}]
    parallel = {"Type": "Parallel", "Branches": [chain(Grow=grow)], "Catch": catch, "Next": "Never"}
    machine = {"StartAt": "P", "States": {"P": parallel, "Never": {"Type": "Pass", "End": True}}}

    ended = server.run_machine(machine, {"text": "x" * 200_000})

    assert (ended["status"], ended["error"]) == ("FAILED", "States.DataLimitExceeded")
