from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from support.local_server import eventually

if TYPE_CHECKING:
    from support.local_server import LocalServer


def submit(queue: str, definition: str, *, sync: bool = True, **fields: Any) -> dict[str, Any]:  # noqa: ANN401
    form = ".sync" if sync else ""
    return {
        "StartAt": "Run",
        "States": {
            "Run": {
                "Type": "Task",
                "Resource": f"arn:aws:states:::batch:submitJob{form}",
                "Parameters": {"JobName": "job", "JobQueue": queue, "JobDefinition": definition, **fields},
                "End": True,
            }
        },
    }


def code(value: int) -> dict[str, Any]:
    return {"ContainerOverrides": {"Environment": [{"Name": "CODE", "Value": str(value)}]}}


WAIT = {"ContainerOverrides": {"Environment": [{"Name": "WAIT", "Value": "1"}]}}


@pytest.fixture(scope="module")
def batch(server: LocalServer) -> tuple[str, str]:
    return server.batch_queue("machines")


def test_sync_waits_and_gives_the_job(server: LocalServer, batch: tuple[str, str]) -> None:
    ended = server.run_machine(submit(*batch, Parameters={"key": "v"}, Tags={"team": "search"}))

    assert ended["status"] == "SUCCEEDED"
    job = json.loads(ended["output"])
    assert (job["Status"], job["JobName"], job["Container"]["ExitCode"]) == ("SUCCEEDED", "job", 0)
    assert job["Parameters"]["key"] == "v"


def test_without_sync_the_answer_is_the_submission(server: LocalServer, batch: tuple[str, str]) -> None:
    ended = server.run_machine(submit(*batch, sync=False))

    assert set(json.loads(ended["output"])) == {"JobArn", "JobId", "JobName"}


def test_an_array_job_is_waited_for(server: LocalServer, batch: tuple[str, str]) -> None:
    ended = server.run_machine(submit(*batch, ArrayProperties={"Size": 3}))

    assert json.loads(ended["output"])["ArrayProperties"]["StatusSummary"]["SUCCEEDED"] == 3


def test_a_failed_job_fails_the_task_with_the_job_as_cause(server: LocalServer, batch: tuple[str, str]) -> None:
    ended = server.run_machine(submit(*batch, **code(3)))

    assert (ended["status"], ended["error"]) == ("FAILED", "States.TaskFailed")
    assert json.loads(ended["cause"])["Container"]["ExitCode"] == 3


def test_a_failed_job_can_be_caught(server: LocalServer, batch: tuple[str, str]) -> None:
    machine = submit(*batch, **code(4))
    machine["States"]["Run"]["Catch"] = [{"ErrorEquals": ["States.TaskFailed"], "Next": "Told"}]
    machine["States"]["Told"] = {
        "Type": "Pass",
        "Parameters": {"code.$": "States.StringToJson($.Cause)"},
        "OutputPath": "$.code.Container.ExitCode",
        "End": True,
    }

    assert server.run_machine(machine)["output"] == "4"


def test_a_refused_submission_has_the_name_of_its_error(server: LocalServer, batch: tuple[str, str]) -> None:
    ended = server.run_machine(submit("missing", batch[1]))

    assert (ended["status"], ended["error"]) == ("FAILED", "Batch.ClientException")
    assert "missing" in ended["cause"]


def test_an_unknown_field_is_refused(server: LocalServer, batch: tuple[str, str]) -> None:
    ended = server.run_machine(submit(*batch, Colour="red"))

    assert (ended["error"], ended["cause"]) == (
        "States.Runtime",
        'The field "Colour" is not supported by Step Functions',
    )


def test_jsonata_arguments(server: LocalServer, batch: tuple[str, str]) -> None:
    machine = {
        "QueryLanguage": "JSONata",
        "StartAt": "Run",
        "States": {
            "Run": {
                "Type": "Task",
                "Resource": "arn:aws:states:::batch:submitJob.sync",
                "Arguments": {
                    "JobName": "{% $states.input.name %}",
                    "JobQueue": batch[0],
                    "JobDefinition": batch[1],
                    "ArrayProperties": {"Size": "{% $count($states.input.items) %}"},
                },
                "Output": "{% $states.result.ArrayProperties.Size %}",
                "End": True,
            }
        },
    }

    assert server.run_machine(machine, {"name": "n", "items": [1, 2, 3, 4]})["output"] == "4"


def test_stopping_the_execution_terminates_the_job(server: LocalServer, batch: tuple[str, str]) -> None:
    started = server.run_machine(submit(*batch, **WAIT), wait=False)
    client = server.client("batch")

    def running() -> str | None:
        found = client.list_jobs(jobQueue=batch[0], jobStatus="RUNNING")["jobSummaryList"]
        return str(found[0]["jobId"]) if found else None

    job = eventually(running)
    server.client("stepfunctions").stop_execution(executionArn=started["executionArn"], cause="enough")

    def failed() -> str | None:
        found = client.describe_jobs(jobs=[job])["jobs"][0]
        return str(found["statusReason"]) if found["status"] == "FAILED" else None

    assert eventually(failed) == "Execution aborted in Step Functions"
    assert server.ended(started["executionArn"])["status"] == "ABORTED"


def test_a_timeout_of_the_task_terminates_the_job(server: LocalServer, batch: tuple[str, str]) -> None:
    machine = submit(*batch, **WAIT)
    machine["States"]["Run"]["TimeoutSeconds"] = 1

    ended = server.run_machine(machine)

    assert ended["error"] == "States.Timeout"
    client = server.client("batch")
    eventually(lambda: True if not client.list_jobs(jobQueue=batch[0], jobStatus="RUNNING")["jobSummaryList"] else None)


def task(action: str, parameters: dict[str, Any]) -> dict[str, Any]:
    resource = f"arn:aws:states:::aws-sdk:{action}"
    return {
        "StartAt": "Call",
        "States": {"Call": {"Type": "Task", "Resource": resource, "Parameters": parameters, "End": True}},
    }


def test_aws_sdk_reaches_batch(server: LocalServer, batch: tuple[str, str]) -> None:
    ended = server.run_machine(task("batch:describeJobQueues", {"JobQueues": [batch[0]]}))

    assert json.loads(ended["output"])["JobQueues"][0]["JobQueueArn"] == batch[0]


def test_aws_sdk_writes_and_reads_objects(server: LocalServer) -> None:
    server.client("s3").create_bucket(Bucket="machine-data")

    put = server.run_machine(task("s3:putObject", {"Bucket": "machine-data", "Key": "k", "Body": {"a": 1}}))
    got = server.run_machine(task("s3:getObject", {"Bucket": "machine-data", "Key": "k"}))
    listed = server.run_machine(task("s3:listObjectsV2", {"Bucket": "machine-data"}))

    assert put["status"] == "SUCCEEDED"
    assert json.loads(json.loads(got["output"])["Body"]) == {"a": 1}
    assert json.loads(listed["output"])["KeyCount"] == 1


@pytest.mark.parametrize(
    ("action", "parameters", "error"),
    [
        ("ssm:getParameter", {"Name": "missing"}, "Ssm.ParameterNotFoundException"),
        ("s3:getObject", {"Bucket": "machine-data-2", "Key": "k"}, "S3.NoSuchBucketException"),
        ("batch:submitJob", {"JobName": "x", "JobQueue": "q", "JobDefinition": "d"}, "Batch.ClientException"),
        ("batch:toast", {}, "States.Runtime"),
    ],
)
def test_aws_sdk_errors_have_the_names_of_step_functions(
    server: LocalServer, action: str, parameters: dict[str, Any], error: str
) -> None:
    ended = server.run_machine(task(action, parameters))

    assert (ended["status"], ended["error"]) == ("FAILED", error)


@pytest.mark.parametrize("field", [None, "ItemBatcher", "ResultWriter"])
def test_a_distributed_map_runs_or_says_what_is_missing(
    server: LocalServer, batch: tuple[str, str], field: str | None
) -> None:
    state: dict[str, Any] = {
        "Type": "Map",
        "ItemsPath": "$.items",
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            **submit(*batch),
        },
        "End": True,
    }
    if field:
        state[field] = {"MaxItemsPerBatch": 2}

    ended = server.run_machine({"StartAt": "Each", "States": {"Each": state}}, {"items": [{"n": 1}, {"n": 2}]})

    if field:
        assert (ended["error"], ended["cause"]) == (
            "States.Runtime",
            f"the local AWS does not have {field} of Distributed Map",
        )
    else:
        assert [job["Status"] for job in json.loads(ended["output"])] == ["SUCCEEDED", "SUCCEEDED"]
