"""Executions that are run to their end, with jobs whose ends the test decides."""

from __future__ import annotations

import itertools
import json
import time
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from support.local_server import LocalServer

from batchwright.local import LocalAwsError
from batchwright.local.executions.runner import ExecutionRunner

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.local.executions.execution import JobRun


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    running = LocalServer()
    try:
        yield running
    finally:
        running.close()


@pytest.fixture(scope="module")
def place(server: LocalServer) -> tuple[str, str]:
    """A queue and a definition."""
    return server.batch_queue("running")


def task(place: tuple[str, str], name: str, *, then: str | None = None, **parameters: Any) -> dict[str, Any]:  # noqa: ANN401
    queue, definition = place
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::batch:submitJob.sync",
        "Parameters": {"JobName": name, "JobQueue": queue, "JobDefinition": definition, **parameters},
        "ResultPath": None,
        **({"Next": then} if then else {"End": True}),
    }


def code(number: int) -> dict[str, Any]:
    return {"ContainerOverrides": {"Environment": [{"Name": "CODE", "Value": str(number)}]}}


def waiting() -> dict[str, Any]:
    return {"ContainerOverrides": {"Environment": [{"Name": "WAIT", "Value": "1"}]}}


@pytest.fixture
def machine(server: LocalServer) -> Any:  # noqa: ANN401
    """Makes a state machine from its states, the first of which it starts at; returns its name."""

    def make(states: dict[str, Any], **options: Any) -> str:  # noqa: ANN401
        name = f"m-{uuid.uuid4().hex[:8]}"
        server.client("stepfunctions").create_state_machine(
            name=name,
            definition=json.dumps({"StartAt": next(iter(states)), "States": states}),
            roleArn=f"arn:aws:iam::{server.aws.account}:role/machine",
            **options,
        )
        return name

    return make


def test_the_output_and_the_jobs_of_a_good_run(server: LocalServer, place: tuple[str, str], machine: Any) -> None:  # noqa: ANN401
    states = {"One": task(place, "one", then="Two"), "Two": task(place, "two", ArrayProperties={"Size": 3})}

    run = server.aws.run(machine(states), {"n": [1, None]})

    assert run.succeeded
    assert run.output == {"n": [1, None]}
    assert [(job.name, job.status, job.children) for job in run.jobs] == [
        ("one", "SUCCEEDED", {}),
        ("two", "SUCCEEDED", {"SUCCEEDED": 3}),
    ]
    assert (run.failed_jobs, run.error, run.cause) == ((), "", "")


def test_no_input_is_an_empty_object(server: LocalServer, machine: Any) -> None:  # noqa: ANN401
    assert server.aws.run(machine({"Only": {"Type": "Succeed"}})).output == {}


def test_a_failed_job_is_shown_with_what_it_wrote(server: LocalServer, place: tuple[str, str], machine: Any) -> None:  # noqa: ANN401
    runner = server.runner
    before = len(runner.attempts)
    name = machine({"Bad": task(place, "bad", **code(7))})
    first = server.aws.run(name)
    attempt = runner.attempts[before]
    logs = server.client("logs")
    stream = attempt.log_stream_name(attempt.container)
    logs.create_log_group(logGroupName="/aws/batch/job")
    logs.create_log_stream(logGroupName="/aws/batch/job", logStreamName=stream)
    now = int(time.time() * 1000)
    lines = [{"timestamp": now, "message": f"line {number}"} for number in range(30)]
    logs.put_log_events(logGroupName="/aws/batch/job", logStreamName=stream, logEvents=lines)

    (job,) = ExecutionRunner(server.client).report_of(first.arn).failed_jobs

    assert not first.succeeded
    assert job.output == tuple(f"line {number}" for number in range(30))
    shown = ExecutionRunner(server.client).report_of(first.arn).report().splitlines()
    assert shown[0].endswith("FAILED: States.TaskFailed")
    assert "bad (" in shown[1]
    assert "exit code 7" in shown[1]
    assert shown[2:] == [f"    | line {number}" for number in range(10, 30)]


def test_children_that_failed_follow_their_array(server: LocalServer, place: tuple[str, str], machine: Any) -> None:  # noqa: ANN401
    run = server.aws.run(machine({"All": task(place, "all", ArrayProperties={"Size": 12}, **code(1))}))

    array, *children = run.jobs
    assert array.children == {"FAILED": 12}
    assert len(children) == 10
    assert run.failed_jobs == tuple(children)
    assert {child.job_id.partition(":")[0] for child in children} == {array.job_id}


def test_jobs_of_failed_iterations_of_a_distributed_map_are_shown(
    server: LocalServer,
    place: tuple[str, str],
    machine: Any,  # noqa: ANN401
) -> None:
    inner = {"Work": task(place, "work", **code(3))}
    processor = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "Work"}
    states = {"Each": {"Type": "Map", "ItemProcessor": {**processor, "States": inner}, "End": True}}

    run = server.aws.run(machine(states), [1])

    assert not run.succeeded
    assert [job.name for job in run.failed_jobs] == ["work"]


def test_a_cause_in_words_is_in_the_report(server: LocalServer, machine: Any) -> None:  # noqa: ANN401
    run = server.aws.run(machine({"No": {"Type": "Fail", "Error": "Mine", "Cause": "there is nothing"}}))

    assert str(run).splitlines()[0].endswith("FAILED: Mine")
    assert str(run).splitlines()[1] == "  there is nothing"


def test_the_jobs_are_watched_as_they_change(server: LocalServer, place: tuple[str, str], machine: Any) -> None:  # noqa: ANN401
    seen: list[list[JobRun]] = []
    name = machine({"One": task(place, "one", then="Pause"), "Pause": {"Type": "Wait", "Seconds": 1, "End": True}})

    ExecutionRunner(server.client).run(name, watch=lambda jobs: seen.append(list(jobs)))

    assert seen[-1][0].status == "SUCCEEDED"
    assert all(one != other for one, other in itertools.pairwise(seen))


def test_a_run_without_an_end_says_where_it_stands(server: LocalServer, place: tuple[str, str], machine: Any) -> None:  # noqa: ANN401
    name = machine({"Long": task(place, "long", **waiting())})

    with pytest.raises(
        LocalAwsError, match=r"after 0\.5 s it has not ended and goes on: .* RUNNING\n  long \("
    ) as error:
        server.aws.run(name, timeout=0.5)

    assert "RUNNING" in str(error.value)
    machines = server.client("stepfunctions")
    arn = ExecutionRunner(server.client).find(name)
    (execution,) = machines.list_executions(stateMachineArn=arn)["executions"]
    machines.stop_execution(executionArn=execution["executionArn"])


def test_a_state_machine_is_found_by_its_name_or_a_part_of_it(server: LocalServer, machine: Any) -> None:  # noqa: ANN401
    name = machine({"Only": {"Type": "Succeed"}})
    runner = ExecutionRunner(server.client)

    arn = runner.find(name)

    assert runner.find(arn) == runner.find(name[2:]) == arn


@pytest.mark.parametrize(("asked", "words"), [(None, "which state machine is meant"), ("m-", "'m-' is not the name")])
def test_a_state_machine_that_could_be_several_is_asked_for(
    server: LocalServer,
    machine: Any,  # noqa: ANN401
    asked: str | None,
    words: str,
) -> None:
    names = sorted([machine({"Only": {"Type": "Succeed"}}), machine({"Only": {"Type": "Succeed"}})])

    with pytest.raises(LocalAwsError, match=words) as error:
        ExecutionRunner(server.client).find(asked)

    assert all(name in str(error.value) for name in names)


def test_what_is_no_json_is_refused(server: LocalServer, machine: Any) -> None:  # noqa: ANN401
    name = machine({"Only": {"Type": "Succeed"}})

    for state in ({"a": {1, 2}}, float("nan")):
        with pytest.raises(LocalAwsError, match="must be what JSON can hold"):
            server.aws.run(name, state)


def test_an_express_machine_is_refused_with_what_to_call(server: LocalServer, machine: Any) -> None:  # noqa: ANN401
    name = machine({"Only": {"Type": "Succeed"}}, type="EXPRESS")

    with pytest.raises(LocalAwsError, match=f"{name} is EXPRESS: call StartSyncExecution"):
        server.aws.run(name)


def test_without_any_state_machine_it_says_so() -> None:
    class Nothing:
        def get_paginator(self, _: str) -> Nothing:
            return self

        def paginate(self) -> list[dict[str, Any]]:
            return [{"stateMachines": []}]

    with pytest.raises(LocalAwsError, match="there is no state machine; deploy an app that has one"):
        ExecutionRunner(lambda _: Nothing()).find(None)
