from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
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


@pytest.mark.parametrize("field", ["Colour", "Colour.$"])
def test_an_unknown_field_is_refused(server: LocalServer, batch: tuple[str, str], field: str) -> None:
    with pytest.raises(ClientError, match=rf'The field "{re.escape(field)}" is not supported by Step Functions'):
        server.run_machine(submit(*batch, **{field: "$.red"}))


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


@pytest.mark.parametrize(
    ("fields", "place", "expected"),
    [
        (
            {"ContainerOverrides": {"Command": ["a"], "Environment": [{"Name": "N", "Value": "v"}]}},
            ("Container", "Command"),
            ["a"],
        ),
        ({"Timeout": {"AttemptDurationSeconds": 61}}, ("Timeout", "AttemptDurationSeconds"), 61),
        ({"RetryStrategy": {"Attempts": 2}}, ("RetryStrategy", "Attempts"), 2),
        ({"Tags": {"a-Key": "v"}}, ("Tags",), {"a-Key": "v"}),
        (
            {
                "ConsumableResourcePropertiesOverride": {
                    "ConsumableResourceList": [{"ConsumableResource": "license", "Quantity": 2}]
                }
            },
            ("ConsumableResourceProperties", "ConsumableResourceList", 0, "Quantity"),
            2,
        ),
    ],
)
def test_overrides_reach_the_job(
    server: LocalServer, batch: tuple[str, str], fields: dict[str, Any], place: tuple[Any, ...], expected: object
) -> None:
    client = server.client("batch")
    if not client.list_consumable_resources()["consumableResources"]:
        client.create_consumable_resource(
            consumableResourceName="license", totalQuantity=5, resourceType="REPLENISHABLE"
        )
    ended = server.run_machine(submit(*batch, **fields))

    assert ended["status"] == "SUCCEEDED", ended
    value = json.loads(ended["output"])
    for key in place:
        value = value[key]
    assert value == expected


EC2 = {
    "name": "main",
    "image": "busybox",
    "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "64"}],
}


@pytest.fixture(scope="module")
def hosts(server: LocalServer) -> str:
    client = server.client("batch")
    environment = client.create_compute_environment(
        computeEnvironmentName="hosts",
        type="MANAGED",
        computeResources={
            "type": "EC2",
            "minvCpus": 0,
            "maxvCpus": 16,
            "instanceTypes": ["optimal"],
            "subnets": ["subnet-1"],
            "securityGroupIds": ["sg-1"],
            "instanceRole": "ecsInstanceRole",
        },
    )["computeEnvironmentArn"]
    order = [{"order": 1, "computeEnvironment": environment}]
    return str(
        client.create_job_queue(jobQueueName="hosts-queue", priority=1, computeEnvironmentOrder=order)["jobQueueArn"]
    )


def test_overrides_of_several_containers(server: LocalServer, hosts: str) -> None:
    properties = {"taskProperties": [{"containers": [{**EC2, "essential": True}]}]}
    definition = server.client("batch").register_job_definition(
        jobDefinitionName="several", type="container", ecsProperties=properties
    )["jobDefinitionArn"]
    override = {"TaskProperties": [{"Containers": [{"Name": "main", "Environment": [{"Name": "CODE", "Value": "6"}]}]}]}

    ended = server.run_machine(submit(hosts, definition, EcsPropertiesOverride=override))

    assert ended["error"] == "States.TaskFailed"
    job = json.loads(ended["cause"])
    assert job["EcsProperties"]["TaskProperties"][0]["Containers"][0]["ExitCode"] == 6
    assert {"JobId", "JobArn", "JobQueue", "JobDefinition", "Attempts", "CreatedAt", "StartedAt", "StoppedAt"} <= set(
        job
    )


def test_overrides_of_nodes(server: LocalServer, hosts: str) -> None:
    container = {key: value for key, value in EC2.items() if key != "name"}
    nodes = {
        "mainNode": 0,
        "numNodes": 2,
        "nodeRangeProperties": [{"targetNodes": "0:", "container": container}],
    }
    definition = server.client("batch").register_job_definition(
        jobDefinitionName="nodes", type="multinode", nodeProperties=nodes
    )["jobDefinitionArn"]
    override = {
        "NumNodes": 3,
        "NodePropertyOverrides": [
            {"TargetNodes": "0:2", "ContainerOverrides": {"Environment": [{"Name": "A", "Value": "b"}]}}
        ],
    }

    ended = server.run_machine(submit(hosts, definition, NodeOverrides=override))

    assert ended["status"] == "SUCCEEDED", ended
    assert json.loads(ended["output"])["NodeProperties"]["NumNodes"] == 3
    started = [one for one in server.runner.attempts if one.node is not None]
    assert {one.environment(one.container)["A"] for one in started} == {"b"}


def test_overrides_of_a_pod(server: LocalServer) -> None:
    client = server.client("batch")
    environment = client.create_compute_environment(
        computeEnvironmentName="pods",
        type="MANAGED",
        eksConfiguration={
            "eksClusterArn": f"arn:aws:eks:us-east-1:{server.aws.account}:cluster/c",
            "kubernetesNamespace": "jobs",
        },
        computeResources={
            "type": "EC2",
            "minvCpus": 0,
            "maxvCpus": 16,
            "instanceTypes": ["m5.large"],
            "subnets": ["subnet-1"],
            "securityGroupIds": ["sg-1"],
            "instanceRole": "eksInstanceRole",
        },
    )["computeEnvironmentArn"]
    order = [{"order": 1, "computeEnvironment": environment}]
    queue = client.create_job_queue(jobQueueName="pods-queue", priority=1, computeEnvironmentOrder=order)["jobQueueArn"]
    limits = {"limits": {"cpu": "1", "memory": "64Mi"}}
    definition = client.register_job_definition(
        jobDefinitionName="pod",
        type="container",
        eksProperties={"podProperties": {"containers": [{"name": "main", "image": "busybox", "resources": limits}]}},
    )["jobDefinitionArn"]
    override = {"PodProperties": {"Containers": [{"Name": "main", "Env": [{"Name": "CODE", "Value": "7"}]}]}}

    ended = server.run_machine(submit(queue, definition, EksPropertiesOverride=override))

    assert json.loads(ended["cause"])["EksProperties"]["PodProperties"]["Containers"][0]["ExitCode"] == 7


def test_a_stopped_execution_submits_nothing_more(server: LocalServer, batch: tuple[str, str]) -> None:
    state = submit(*batch, **WAIT)["States"]["Run"]
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "Run",
        "States": {"Run": {**state, "Parameters": {**state["Parameters"], "JobName": "of-a-map"}}},
    }
    each = {"Type": "Map", "MaxConcurrency": 1, "ItemProcessor": processor, "End": True}
    started = server.run_machine({"StartAt": "Each", "States": {"Each": each}}, [1, 2, 3], wait=False)
    client = server.client("batch")
    filters = [{"name": "JOB_NAME", "values": ["of-a-map"]}]

    def jobs() -> list[dict[str, Any]]:
        return list(client.list_jobs(jobQueue=batch[0], filters=filters)["jobSummaryList"])

    eventually(lambda: [one for one in jobs() if one["status"] == "RUNNING"] or None)
    server.client("stepfunctions").stop_execution(executionArn=started["executionArn"])

    eventually(lambda: [one for one in jobs() if one["status"] == "FAILED"] or None)
    states = server.client("stepfunctions")
    run = states.list_map_runs(executionArn=started["executionArn"])["mapRuns"][0]["mapRunArn"]
    found = eventually(lambda: _settled(states.describe_map_run(mapRunArn=run)))
    assert (found["itemCounts"]["aborted"], found["itemCounts"]["pending"]) == (1, 2)
    assert len(jobs()) == 1


def _settled(run: dict[str, Any]) -> dict[str, Any] | None:
    return run if run["status"] == "ABORTED" else None
