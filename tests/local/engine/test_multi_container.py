from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from local.engine.harness import Plan
from local.engine.shapes import MAIN, SIDE, Json, container, several

from batchwright.local.engine import (
    BatchError,
    Condition,
    ContainerDependency,
    ContainerExit,
    EmptyVolume,
    Exit,
    FileSystemVolume,
    HostVolume,
    Mount,
    Router,
)

if TYPE_CHECKING:
    from local.engine.harness import Batch


def run(batch: Batch, properties: Json, **members: object) -> str:
    batch.register_as("several", ecsProperties=properties)
    job = batch.submit(jobDefinition="several", **members)
    batch.clock.run()
    return job


def test_the_runner_gets_all_containers_with_what_they_wait_for(batch: Batch) -> None:
    run(batch, several(MAIN, SIDE, ipcMode="task", pidMode="task", enableExecuteCommand=True), parameters={"file": "x"})
    (attempt,) = batch.runner.attempts
    assert [c.name for c in attempt.containers] == ["main", "side"]
    assert attempt.container.name == "main"
    assert attempt.container.command == ("run", "x")
    assert attempt.container.depends_on == (ContainerDependency(name="side", condition=Condition.START),)
    assert [c.essential for c in attempt.containers] == [True, False]
    assert (attempt.ipc_mode, attempt.pid_mode, attempt.execute_command) == ("task", "task", True)
    streams = [attempt.log_stream_name(c) for c in attempt.containers]
    assert streams == [f"several/main/{attempt.task_id}", f"several/side/{attempt.task_id}"]


def test_roles_volumes_and_settings_of_containers(batch: Batch) -> None:
    efs = {
        "fileSystemId": "fs-1",
        "transitEncryption": "ENABLED",
        "authorizationConfig": {"accessPointId": "ap", "iam": "ENABLED"},
    }
    s3 = {"fileSystemArn": "arn:fs", "rootDirectory": "/r"}
    volumes = [
        {"name": "host", "host": {"sourcePath": "/data"}},
        {"name": "empty"},
        {"name": "efs", "efsVolumeConfiguration": efs},
        {"name": "s3", "s3filesVolumeConfiguration": s3},
    ]
    main = container(
        "main",
        mountPoints=[
            {"sourceVolume": "host", "containerPath": "/h", "readOnly": True},
            {"sourceVolume": "efs", "containerPath": "/e"},
        ],
        secrets=[{"name": "S", "valueFrom": "arn:secret"}],
        repositoryCredentials={"credentialsParameter": "arn:registry"},
        startTimeout=30,
        stopTimeout=10,
        user="1000",
        privileged=True,
        logConfiguration={
            "logDriver": "awsfirelens",
            "options": {"Name": "s3"},
            "secretOptions": [{"name": "key", "valueFrom": "arn:key"}],
        },
    )
    router = container(
        "router",
        essential=False,
        firelensConfiguration={"type": "fluentbit", "options": {"option": "t"}},
    )
    task = several(main, router, volumes=volumes, taskRoleArn="arn:task", executionRoleArn="arn:execution")
    run(batch, task)
    (attempt,) = batch.runner.attempts
    assert attempt.volumes == (
        HostVolume(name="host", path="/data"),
        EmptyVolume(name="empty"),
        FileSystemVolume(name="efs", file_system_id="fs-1", access_point_id="ap", transit_encryption=True, iam=True),
        FileSystemVolume(name="s3", file_system_id="arn:fs", root_directory="/r", transit_encryption=True, iam=True),
    )
    first, second = attempt.containers
    assert first.mounts == (Mount(volume="host", path="/h", read_only=True), Mount(volume="efs", path="/e"))
    assert first.secrets == {"S": "arn:secret"}
    assert (first.registry_credentials, first.start_timeout, first.stop_timeout) == ("arn:registry", 30, 10)
    assert (first.user, first.privileged, first.job_role_arn) == ("1000", True, "arn:task")
    assert (first.log.driver, first.log.options, first.log.secret_options) == (
        "awsfirelens",
        {"Name": "s3"},
        {"key": "arn:key"},
    )
    assert second.execution_role_arn == "arn:execution"
    assert second.router == Router(kind="fluentbit", options={"option": "t"})


def test_describe_jobs_shows_each_container(batch: Batch) -> None:
    ends = (ContainerExit(name="side", exit_code=137, reason="killed"), ContainerExit(name="main", exit_code=0))
    batch.runner.plan = lambda _: Plan(exit=Exit(exit_code=0, containers=ends))
    job = batch.job(run(batch, several(MAIN, SIDE)))
    assert job["status"] == "SUCCEEDED"
    assert job["statusReason"] == "Essential container in task exited"
    assert "container" not in job
    (task,) = job["ecsProperties"]["taskProperties"]
    (attempt,) = job["attempts"]
    (attempted,) = attempt["taskProperties"]
    assert task["taskArn"] == attempted["taskArn"]
    for shown in (task["containers"], attempted["containers"]):
        by_name = {c["name"]: c for c in shown}
        assert by_name["main"]["exitCode"] == 0
        assert (by_name["side"]["exitCode"], by_name["side"]["reason"]) == (137, "killed")
        assert by_name["side"]["logStreamName"].startswith("several/side/")
    batch.check_events()


@pytest.mark.parametrize(
    ("codes", "status", "attempts"), [((0,), "SUCCEEDED", 1), ((1, 0), "SUCCEEDED", 2), ((1, 1, 1), "FAILED", 3)]
)
def test_the_essential_container_decides_and_is_retried(
    batch: Batch, codes: tuple[int, ...], status: str, attempts: int
) -> None:
    def plan(attempt: Any) -> Plan:  # noqa: ANN401
        code = codes[attempt.number - 1]
        ends = (ContainerExit(name="main", exit_code=code), ContainerExit(name="side", exit_code=9))
        return Plan(exit=Exit(exit_code=code, containers=ends))

    batch.runner.plan = plan
    job = batch.job(run(batch, several(MAIN, SIDE), retryStrategy={"attempts": 3}))
    assert (job["status"], len(job["attempts"])) == (status, attempts)


def test_the_reason_of_the_essential_container_reaches_the_retry_strategy(batch: Batch) -> None:
    oom = "OutOfMemoryError: Container killed due to memory usage"
    ends = (ContainerExit(name="main", exit_code=137, reason=oom), ContainerExit(name="side", exit_code=None))
    batch.runner.plan = lambda _: Plan(exit=Exit(exit_code=137, reason=oom, containers=ends))
    conditions = [{"onReason": "OutOfMemoryError*", "action": "EXIT"}, {"onReason": "*", "action": "RETRY"}]
    job = batch.job(run(batch, several(MAIN, SIDE), retryStrategy={"attempts": 5, "evaluateOnExit": conditions}))
    assert len(job["attempts"]) == 1
    shown = {c["name"]: c for c in job["attempts"][0]["taskProperties"][0]["containers"]}
    assert shown["main"]["reason"] == oom
    assert "exitCode" not in shown["side"]


def test_overrides_go_to_the_container_they_name(batch: Batch) -> None:
    override = several(
        {
            "name": "side",
            "command": ["other"],
            "environment": [{"name": "B", "value": "2"}],
            "resourceRequirements": [{"type": "MEMORY", "value": "1024"}],
        }
    )
    job = batch.job(run(batch, several(MAIN, SIDE), ecsPropertiesOverride=override))
    main, side = batch.runner.attempts[0].containers
    assert (main.environment, main.memory_mib) == ({"A": "1"}, 512)
    assert (side.command, side.environment, side.memory_mib, side.vcpus) == (("other",), {"B": "2"}, 1024, 0.5)
    shown = job["ecsProperties"]["taskProperties"][0]["containers"][1]
    assert shown["command"] == ["other"]


def test_a_single_container_needs_no_name(batch: Batch) -> None:
    override = several({"command": ["other"]})
    run(batch, several(container(None)), ecsPropertiesOverride=override)
    assert batch.runner.attempts[0].container.command == ("other",)


def test_capacity_is_that_of_all_containers(batch: Batch) -> None:
    batch.environment("small", 3)
    batch.queue("small", "small")
    batch.register_as("several", ecsProperties=several(MAIN, SIDE))
    for _ in range(4):
        batch.submit(jobDefinition="several", jobQueue="small")
    batch.clock.run()
    assert batch.runner.most_running == 2


def test_a_job_larger_than_its_environment_says_why_it_waits(batch: Batch) -> None:
    batch.environment("small", 1)
    batch.queue("small", "small")
    batch.register_as("several", ecsProperties=several(MAIN, SIDE))
    job = batch.submit(jobDefinition="several", jobQueue="small")
    batch.clock.run()
    reason = "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE - CE(s) associated with the job queue cannot meet"
    assert batch.job(job)["statusReason"].startswith(reason)


def test_terminate_a_job_of_several_containers(batch: Batch) -> None:
    batch.register_as("several", ecsProperties=several(MAIN, SIDE))
    job = batch.submit(jobDefinition="several")
    batch.clock.advance(2)
    batch("TerminateJob", jobId=job, reason="enough")
    batch.clock.run()
    shown = batch.job(job)
    assert (shown["status"], shown["statusReason"], shown["isTerminated"]) == ("FAILED", "enough", True)


def test_an_array_of_several_containers(batch: Batch) -> None:
    job = run(batch, several(MAIN, SIDE), arrayProperties={"size": 3})
    assert batch.status(job) == "SUCCEEDED"
    assert sorted(a.array_index for a in batch.runner.attempts if a.array_index is not None) == [0, 1, 2]


def test_fargate_takes_any_sum_up_to_its_largest_size(batch: Batch) -> None:
    batch.environment("fargate", 64, "FARGATE")
    batch.queue("fargate", "fargate")
    fargate = {"platformCapabilities": ["FARGATE"]}
    batch.register_as("f", ecsProperties=several(MAIN, SIDE, executionRoleArn="r"), **fargate)
    batch.submit(jobDefinition="f", jobQueue="fargate")
    batch.clock.run()
    assert batch.runner.attempts[0].platform == "FARGATE"
    large = several(container("a", vcpus="20"), container("b", vcpus="20"), executionRoleArn="r")
    with pytest.raises(BatchError, match="vcpus is"):
        batch.register_as("g", ecsProperties=large, **fargate)
