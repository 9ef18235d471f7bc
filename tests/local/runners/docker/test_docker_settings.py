"""Settings of single containers, in real ones."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import docker
import pytest
from local.runners.harness import PATIENCE, Run, left_behind, make_attempt, make_container, make_task

from batchwright.local.engine import LogTarget
from batchwright.local.runners.docker.owner import OWNER_LABEL, SERVER_LABEL

if TYPE_CHECKING:
    from local.runners.harness import RecordingAws

    from batchwright.local.runners.docker.runner import DockerRunner

pytestmark = pytest.mark.docker


def test_privileges_devices_and_entry_point(docker_runner: DockerRunner, aws: RecordingAws, image: str) -> None:
    attempt = make_attempt(
        "grep NoNewPrivs /proc/self/status; test -c /dev/mine && echo device",
        image=image,
        entry_point=("bash", "-c"),
        no_new_privileges=True,
        linux_parameters={
            "devices": [{"hostPath": "/dev/null", "containerPath": "/dev/mine", "permissions": ["READ"]}]
        },
    )
    run = Run(docker_runner, attempt, aws)
    assert run.exit().exit_code == 0
    assert run.lines == ["NoNewPrivs:\t1", "device"]


def test_swap_and_cpu_in_the_engine(docker_runner: DockerRunner, aws: RecordingAws, image: str, label: str) -> None:
    attempt = make_attempt(
        "bash", "-c", "trap 'exit 0' TERM; echo up; while :; do sleep 0.05; done",
        image=image,
        memory_mib=64,
        vcpus=0.5,
        cpu_limit=0.5,
        linux_parameters={"maxSwap": 32, "swappiness": 10},
        platform="EKS",
    )  # fmt: skip
    run = Run(docker_runner, attempt, aws)
    run.wait_for_line("up")
    engine = docker.from_env()
    try:
        (container,) = engine.api.containers(filters={"label": f"{SERVER_LABEL}={label}"})
        host = engine.api.inspect_container(container["Id"])["HostConfig"]
    finally:
        engine.close()
    run.handle.stop("enough", 60)
    assert run.exit().exit_code == 0
    assert (host["Memory"] >> 20, host["MemorySwap"] >> 20, host["MemorySwappiness"]) == (64, 96, 10)
    assert host["NanoCpus"] == 500_000_000


def test_a_gpu_where_there_is_none(docker_runner: DockerRunner, aws: RecordingAws, image: str) -> None:
    ended = Run(docker_runner, make_attempt("true", image=image, gpus=1), aws).exit()
    if ended.exit_code == 0:
        pytest.skip("the engine of this machine has GPUs")
    assert ended.status_reason == "Task failed to start"
    assert (ended.reason or "").startswith("CannotStartContainerError: Error response from daemon: ")
    assert "the Docker engine of this machine has no GPUs" in (ended.reason or "")


@pytest.mark.parametrize(
    ("user", "reason"),
    [(None, "image will run as root"), ("0:5", "runAsUser breaks non-root policy"), ("1000", None)],
)
def test_a_pod_that_must_not_run_as_root(
    docker_runner: DockerRunner, aws: RecordingAws, image: str, user: str | None, reason: str | None
) -> None:
    attempt = make_attempt("true", image=image, user=user, non_root=True, platform="EKS")
    ended = Run(docker_runner, attempt, aws).exit()
    assert ended.exit_code == (0 if reason is None else None)
    assert (reason or "") in (ended.reason or "")


def test_an_image_that_cannot_be_pulled_again_is_used_as_it_is(
    docker_runner: DockerRunner, aws: RecordingAws, image: str
) -> None:
    engine = docker.from_env()
    name = "localhost:1/batchwright-test:1"
    try:
        engine.images.get(image).tag(name)
        ended = Run(docker_runner, make_attempt("true", image=name, always_pull=True), aws).exit()
    finally:
        engine.images.remove(name)
        engine.close()
    assert ended.exit_code == 0


def test_secrets_are_read_with_the_execution_role(docker_runner: DockerRunner, aws: RecordingAws, image: str) -> None:
    container = make_container(
        "sh", "-c", "echo $DB $PARAMETER $FLUENT_PORT-",
        image=image,
        secrets={"DB": "arn:aws:secretsmanager:us-east-1:1:secret:db:password::", "PARAMETER": "name"},
        execution_role_arn="arn:aws:iam::1:role/execution",
        job_role_arn="arn:aws:iam::1:role/job",
        log=LogTarget(
            group="/mine", prefix="prefix", create_group=False, driver="splunk", secret_options={"splunk-token": "name"}
        ),
    )  # fmt: skip
    task = make_task(container)
    run = Run(docker_runner, task, aws)
    assert run.exit().exit_code == 0
    assert run.lines == ["p1 v1 -"]
    assert set(aws.keys_used) == {"AK"}
    assert aws.sessions == [("arn:aws:iam::1:role/execution", task.task_id), ("arn:aws:iam::1:role/job", task.job_id)]


def test_what_a_killed_process_left_is_removed_by_the_next(docker_runner: DockerRunner, image: str, label: str) -> None:
    """A process makes one of each and is killed; those of a process that lives stay."""
    code = f"""
import docker, os, signal
from batchwright.local.processes import own_mark
api = docker.from_env().api
labels = {{"{SERVER_LABEL}": "{label}-killed", "{OWNER_LABEL}": own_mark()}}
api.create_container("{image}", "true", labels=labels)
api.create_volume("v-{label}", labels=labels)
api.create_network("n-{label}", labels=labels)
os.kill(os.getpid(), signal.SIGKILL)
"""
    ended = subprocess.run([sys.executable, "-c", code], env={**os.environ}, check=False, timeout=PATIENCE)
    assert ended.returncode == -9
    assert len(left_behind(f"{label}-killed")) == 3
    mine = docker_runner._tools.api.create_volume(f"mine-{label}", labels=dict(docker_runner._tools.labels))
    assert docker_runner._janitor.remove_abandoned() >= 3
    assert left_behind(f"{label}-killed") == []
    assert left_behind(label) == [mine["Name"]]
    docker_runner.remove_leftovers()
