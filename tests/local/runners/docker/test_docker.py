from __future__ import annotations

import re
from typing import TYPE_CHECKING

import docker
import pytest
from local.runners.harness import RecordingAws, Run, left_behind, make_attempt

from batchwright.local.engine import EmptyVolume, Exit, HostVolume, Mount
from batchwright.local.runners.docker.owner import SERVER_LABEL
from batchwright.local.runners.docker.runner import DockerRunner

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.docker


def test_exit_code_output_and_environment(docker_runner: DockerRunner, aws: RecordingAws, image: str) -> None:
    attempt = make_attempt(
        "sh", "-c", "echo $AWS_BATCH_JOB_ARRAY_INDEX $AWS_ENDPOINT_URL $OWN $AWS_ACCESS_KEY_ID; echo err >&2; exit 3",
        image=image, environment={"OWN": "own"}, job_role_arn="arn:aws:iam::1:role/job",
    )  # fmt: skip
    run = Run(docker_runner, attempt, aws)
    assert run.exit() == Exit(exit_code=3)
    assert sorted(run.lines_at_exit) == ["7 http://127.0.0.1:4566 own AK", "err"]
    assert run.started.is_set()


def test_lines_are_shipped_while_the_container_runs(docker_runner: DockerRunner, aws: RecordingAws, image: str) -> None:
    attempt = make_attempt("sh", "-c", "trap 'echo bye; exit 4' TERM; echo live; sleep 600 & wait", image=image)
    run = Run(docker_runner, attempt, aws)
    run.wait_for_line("live")
    run.handle.stop("enough", 60)
    run.handle.stop("enough", 60)
    assert run.exit().exit_code == 4
    assert run.lines_at_exit == ["live", "bye"]


def test_a_container_that_ignores_sigterm_is_killed(docker_runner: DockerRunner, aws: RecordingAws, image: str) -> None:
    run = Run(docker_runner, make_attempt("sh", "-c", "trap '' TERM; echo live; sleep 600", image=image), aws)
    run.wait_for_line("live")
    run.handle.stop("enough", 0.1)
    assert run.exit() == Exit(exit_code=137)


def test_too_much_memory(docker_runner: DockerRunner, aws: RecordingAws, image: str) -> None:
    run = Run(docker_runner, make_attempt("tail", "/dev/zero", image=image, memory_mib=16), aws)
    assert run.exit() == Exit(exit_code=137, reason="OutOfMemoryError: Container killed due to memory usage")


@pytest.mark.parametrize(
    ("name", "command", "reason"),
    [
        (
            "123456789012.dkr.ecr.us-east-1.amazonaws.com/none:1",
            "true",
            "CannotPullContainerError: pull image manifest",
        ),
        ("localhost:1/none:1", "true", "CannotPullContainerError: Error response from daemon"),
        (None, "no-such-program", 'CannotStartContainerError: Error response from daemon: .*"no-such-program"'),
    ],
)
def test_starts_that_fail(
    docker_runner: DockerRunner, aws: RecordingAws, image: str, name: str | None, command: str, reason: str
) -> None:
    run = Run(docker_runner, make_attempt(command, image=name or image), aws)
    ended = run.exit()
    assert (ended.exit_code, ended.status_reason) == (None, "Task failed to start")
    assert re.match(reason, ended.reason or "")


def test_container_settings(docker_runner: DockerRunner, aws: RecordingAws, image: str, tmp_path: Path) -> None:
    (tmp_path / "given").write_text("from the host")
    line = """
    id -u
    touch /file 2>/dev/null || echo read-only
    cat /host/given; echo
    touch /host/x 2>/dev/null || echo host read-only
    ulimit -n
    df -m /dev/shm | tail -1 | awk '{print $2}'
    df -m /tmp | tail -1 | awk '{print $2}'
    cat /proc/1/comm
    """
    attempt = make_attempt(
        "sh", "-c", line,
        image=image,
        user="1000:1000",
        readonly_root_filesystem=True,
        linux_parameters={
            "initProcessEnabled": True,
            "sharedMemorySize": 32,
            "tmpfs": [{"containerPath": "/tmp", "size": 16, "mountOptions": ["mode=1777"]}],
        },
        volumes=(HostVolume(name="host", path=str(tmp_path)),),
        mounts=(Mount(volume="host", path="/host", read_only=True),),
        ulimits=({"name": "nofile", "softLimit": 100, "hardLimit": 200},),
        platform="FARGATE",
        vcpus=0.25,
    )  # fmt: skip
    tmp_path.chmod(0o755)
    run = Run(docker_runner, attempt, aws)
    run.exit()
    assert run.lines[:4] == ["1000", "read-only", "from the host", "host read-only"]
    assert {"100", "32", "16"} <= set(run.lines)
    assert run.lines[-1] in {"docker-init", "tini"}


def test_an_empty_volume_is_shared_by_its_mounts_and_goes_with_the_attempt(
    docker_runner: DockerRunner, aws: RecordingAws, image: str, label: str
) -> None:
    attempt = make_attempt(
        "sh", "-c", "echo shared > /a/one; cat /b/one; trap 'exit 0' TERM; sleep 600 & wait",
        image=image,
        volumes=(EmptyVolume(name="v"),),
        mounts=(Mount(volume="v", path="/a"), Mount(volume="v", path="/b")),
    )  # fmt: skip
    run = Run(docker_runner, attempt, aws)
    run.wait_for_line("shared")
    assert len(left_behind(label)) == 2
    run.handle.stop("enough", 60)
    assert run.exit().exit_code == 0
    docker_runner.close()
    assert left_behind(label) == []


def test_close_stops_what_runs(docker_runner: DockerRunner, aws: RecordingAws, image: str, label: str) -> None:
    line = "trap 'exit 6' TERM; echo up; sleep 600 & wait"
    runs = [Run(docker_runner, make_attempt("sh", "-c", line, image=image), aws) for _ in range(2)]
    for run in runs:
        run.wait_for_line("up")
    docker_runner.close()
    docker_runner.close()
    assert [run.exit().exit_code for run in runs] == [6, 6]
    assert left_behind(label) == []


def test_leftovers_are_removed_by_label_only(docker_runner: DockerRunner, image: str, label: str) -> None:
    engine = docker.from_env()
    other = f"{label}-other"
    kept = engine.containers.create(image, "true", labels={SERVER_LABEL: other})
    try:
        engine.containers.create(image, "true", labels={SERVER_LABEL: label})
        engine.volumes.create(f"v-{label}", labels={SERVER_LABEL: label})
        assert docker_runner.remove_leftovers() == 2
        assert left_behind(label) == []
        assert len(left_behind(other)) == 1
    finally:
        kept.remove(force=True)
        engine.close()


def test_close_removes_what_the_janitor_missed(
    docker_runner: DockerRunner, aws: RecordingAws, image: str, label: str
) -> None:
    assert Run(docker_runner, make_attempt("true", image=image), aws).exit().exit_code == 0
    docker_runner._docker.containers.create(image, "true", labels={SERVER_LABEL: label})
    docker_runner.close()
    assert left_behind(label) == []


def test_without_an_engine_the_reason_is_clear(aws: RecordingAws, tmp_path: Path) -> None:
    client = docker.DockerClient(base_url=f"unix://{tmp_path}/none.sock", version="1.41")
    runner = DockerRunner(client=aws.client, region="us-east-1", endpoint="http://x", label="x", docker_client=client)
    try:
        ended = Run(runner, make_attempt("true"), aws).exit()
    finally:
        runner.close()
        client.close()
    assert ended.status_reason == "Task failed to start"
    assert "CannotCreateContainerError: the Docker engine does not answer" in (ended.reason or "")
