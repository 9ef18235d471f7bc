"""File systems, folders of the host, secrets and claims in real containers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import docker
import pytest
from local.runners.harness import Run, left_behind, make_attempt, make_container, make_task

from batchwright.local.engine import ClaimVolume, EmptyVolume, FileSystemVolume, HostVolume, Mount, SecretVolume

if TYPE_CHECKING:
    from local.runners.harness import RecordingAws

    from batchwright.local.engine import Volume
    from batchwright.local.runners.docker.runner import DockerRunner

pytestmark = pytest.mark.docker


class Shell:
    """Runs shell lines in containers that see one volume at /v."""

    def __init__(self, runner: DockerRunner, aws: RecordingAws, image: str) -> None:
        self._runner = runner
        self._aws = aws
        self._image = image

    def __call__(self, line: str, volume: Volume, **members: Any) -> list[str]:  # noqa: ANN401
        mount = Mount(volume=volume.name, path="/v", sub_path=members.pop("sub_path", None))
        attempt = make_attempt("sh", "-c", line, image=self._image, mounts=(mount,), volumes=(volume,), **members)
        run = Run(self._runner, attempt, self._aws)
        assert run.exit().exit_code == 0, (run.exit(), run.lines)
        return run.lines


@pytest.fixture
def shell(docker_runner: DockerRunner, aws: RecordingAws, image: str) -> Shell:
    return Shell(docker_runner, aws, image)


def test_a_file_system_outlives_jobs_and_a_root_directory_is_a_folder_of_it(
    shell: Shell, docker_runner: DockerRunner, label: str
) -> None:
    whole = FileSystemVolume(name="all", file_system_id="fs-1")
    part = FileSystemVolume(name="part", file_system_id="fs-1", root_directory="/data/in")
    other = FileSystemVolume(name="all", file_system_id="fs-2")
    assert shell("mkdir -p /v/data/in; echo kept > /v/data/in/f", whole) == []
    assert shell("cat /v/f; echo more > /v/g", part) == ["kept"]
    assert shell("cat /v/data/in/g", whole) == ["more"]
    assert shell("ls /v", other) == []
    docker_runner.close()
    assert left_behind(label) == []


def test_an_access_point_has_its_folder_owner_and_permissions(shell: Shell, aws: RecordingAws) -> None:
    creation = {"OwnerUid": 1000, "OwnerGid": 1001, "Permissions": "750"}
    aws.access_points["fsap-1"] = {"RootDirectory": {"Path": "/a/b", "CreationInfo": creation}}
    aws.access_points["fsap-2"] = {
        "RootDirectory": {"Path": "/c", "CreationInfo": creation},
        "PosixUser": {"Uid": 1000, "Gid": 1001},
    }
    first = FileSystemVolume(name="f", file_system_id="fs-1", access_point_id="fsap-1")
    second = FileSystemVolume(name="f", file_system_id="fs-1", access_point_id="fsap-2")
    assert shell("stat -c '%u %g %a' /v; touch /v/mine", first, user="1000:1001") == ["1000 1001 750"]
    # Whoever comes is the point's user, so anybody may write.
    assert shell("stat -c '%u %g %a' /v; touch /v/x", second, user="2000:2000") == ["1000 1001 777"]
    # A second mount keeps what is there.
    assert shell("ls /v", first) == ["mine"]
    assert shell("ls /v", FileSystemVolume(name="f", file_system_id="fs-1")) == ["a", "c"]


def test_an_unknown_access_point_has_a_folder_of_its_own(shell: Shell) -> None:
    volume = FileSystemVolume(
        name="f", file_system_id="arn:aws:s3files:us-east-1:1:file-system/fs-9", access_point_id="arn:aws:x:y/fsap-9"
    )
    shell("touch /v/f", volume, user="1000")
    assert shell("ls /v", volume) == ["f"]


def test_a_folder_of_the_host_that_is_not_here_is_shared_between_jobs(shell: Shell) -> None:
    volume = HostVolume(name="scratch", path="/scratch-of-an-instance/x")
    shell("echo kept > /v/f", volume)
    assert shell("cat /v/f", volume) == ["kept"]


def test_a_claim_is_shared_and_sub_paths_are_its_folders(shell: Shell) -> None:
    volume = ClaimVolume(name="claim", claim_name="data")
    shell("echo kept > /v/f", volume, sub_path="a/b", platform="EKS")
    assert shell("cat /v/a/b/f", volume, platform="EKS") == ["kept"]


@pytest.mark.parametrize("sub_path", [None, "a"])
def test_a_claim_that_may_only_be_read(shell: Shell, sub_path: str | None) -> None:
    line = "touch /v/x 2>/dev/null && echo written || echo refused"
    volume = ClaimVolume(name="files", claim_name="data", read_only=True)

    assert shell(line, volume, sub_path=sub_path, platform="EKS") == ["refused"]
    assert shell(line, ClaimVolume(name="files", claim_name="data"), platform="EKS") == ["written"]


def test_an_empty_volume_of_a_pod_takes_nothing_from_the_image(shell: Shell, image: str) -> None:
    attempt = {"platform": "EKS"}
    assert shell("ls /v", EmptyVolume(name="e"), **attempt) == []


def test_a_secret_is_a_file_for_each_key(shell: Shell, aws: RecordingAws) -> None:
    aws.secrets["credentials"] = '{"user": "me", "token": "s3cret"}'
    lines = shell("for f in /v/*; do echo $f=$(cat $f); done", SecretVolume(name="s", secret_name="credentials"))
    assert lines == ["/v/token=s3cret", "/v/user=me"]


def test_a_missing_secret_fails_the_pod_unless_it_is_optional(
    shell: Shell, docker_runner: DockerRunner, aws: RecordingAws, image: str, label: str
) -> None:
    assert shell("ls /v", SecretVolume(name="s", secret_name="none", optional=True)) == []
    task = make_task(make_container("true", image=image), volumes=(SecretVolume(name="s", secret_name="none"),))
    ended = Run(docker_runner, task, aws).exit()
    assert ended.exit_code is None
    assert 'MountVolume.SetUp failed for volume "s" : secret "none" not found' in (ended.reason or "")
    docker_runner.close()
    assert left_behind(label) == []


def test_a_part_of_a_volume_in_memory_is_refused(docker_runner: DockerRunner, aws: RecordingAws, image: str) -> None:
    container = make_container("true", image=image, mounts=(Mount(volume="m", path="/m", sub_path="a"),))
    task = make_task(container, volumes=(EmptyVolume(name="m", memory=True),))
    assert "CreateContainerConfigError: a folder (a) of volume m" in (Run(docker_runner, task, aws).exit().reason or "")


def test_a_full_volume_is_the_programs_own_error(docker_runner: DockerRunner, aws: RecordingAws, image: str) -> None:
    container = make_container(
        "dd", "if=/dev/zero", "of=/m/f", "bs=1M", "count=4", image=image, mounts=(Mount(volume="m", path="/m"),)
    )
    task = make_task(container, volumes=(EmptyVolume(name="m", memory=True, size_mib=1),))
    run = Run(docker_runner, task, aws)
    assert run.exit().exit_code == 1
    assert any("No space left on device" in line for line in run.lines)


def test_a_shared_volume_has_the_servers_name_and_label(docker_runner: DockerRunner, shell: Shell, label: str) -> None:
    shell("echo x > /v/f", FileSystemVolume(name="f", file_system_id="fs-1"))
    engine = docker.from_env()
    try:
        names = [volume.name for volume in engine.volumes.list(filters={"label": f"batchwright.server={label}"})]
    finally:
        engine.close()
    assert names == [f"batchwright-{label}-file-system-fs-1"]
