"""Several containers an attempt, and several nodes a job, as processes."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from local.runners.harness import Run, after, make_container, make_task

from batchwright.local.engine import (
    ClaimVolume,
    EmptyVolume,
    FileSystemVolume,
    HostVolume,
    LogTarget,
    Mount,
    Node,
    SecretVolume,
)

if TYPE_CHECKING:
    import pytest
    from local.runners.harness import RecordingAws

    from batchwright.local.engine import Volume
    from batchwright.local.runners.process.runner import ProcessRunner

UNTIL_TERM = "trap 'echo asked; exit 5' TERM; echo up; while :; do sleep 0.02; done"


def test_an_essential_end_stops_the_others(process_runner: ProcessRunner, aws: RecordingAws) -> None:
    side = make_container(UNTIL_TERM, name="side", image="shell", essential=False)
    line = 'until [ -e "$FLAG" ]; do sleep 0.02; done; exit 3'
    main = make_container(
        line, name="main", image="shell", environment={"FLAG": "/share/flag"},
        mounts=(Mount(volume="v", path="/share"),), depends_on=(after("side", "START"),),
    )  # fmt: skip
    flag = make_container(
        'touch "$0"', "/share/flag", name="flag", image="shell",
        mounts=(Mount(volume="v", path="/share"),), essential=False, depends_on=(after("main", "START"),),
    )  # fmt: skip
    run = Run(process_runner, make_task(side, main, flag, volumes=(EmptyVolume(name="v"),)), aws)
    run.wait_for_line("up", of="side")
    assert run.exit().exit_code == 3
    assert (run.ends()["side"], run.ends()["main"]) == ((5, None), (3, None))
    # A shell may tell of the signal too.
    assert run.lines_of("side")[-1] == "asked"


def test_a_failed_dependency(process_runner: ProcessRunner, aws: RecordingAws) -> None:
    check = make_container("exit 2", name="check", image="shell", essential=False)
    main = make_container("true", name="main", image="shell", depends_on=(after("check", "SUCCESS"),))
    ended = Run(process_runner, make_task(check, main), aws).exit()
    assert (ended.exit_code, ended.status_reason) == (None, "Task failed to start")
    assert "[check] for target [main] as dependency did not exit successfully" in (ended.reason or "")


def test_nodes_find_the_main_one_on_loopback(process_runner: ProcessRunner, aws: RecordingAws) -> None:
    serve = (
        "import socket; s = socket.create_server(('127.0.0.1', 0)); print(s.getsockname()[1]); "
        "c, _ = s.accept(); print(c.recv(9).decode())"
    )
    main = Run(
        process_runner,
        make_task(make_container(serve), network="job-1", node=Node(index=0, count=2, main_index=0)),
        aws,
    )
    with aws.changed:
        assert aws.changed.wait_for(lambda: main.lines, 60)
    port = main.lines[0]
    send = (
        "import os, socket, sys; where = os.environ['AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS']; "
        f"socket.create_connection((where, {port})).sendall(os.environ['AWS_BATCH_JOB_NODE_INDEX'].encode())"
    )
    where = Node(index=1, count=2, main_index=0, main_address=main.address)
    other = Run(process_runner, make_task(make_container(send), network="job-1", node=where), aws)
    assert [other.exit().exit_code, main.exit().exit_code] == [0, 0]
    assert main.lines == [port, "1"]
    assert main.address == "127.0.0.1"
    process_runner.release("job-1")


def shell(
    runner: ProcessRunner, aws: RecordingAws, line: str, volume: Volume, sub_path: str | None = None
) -> list[str]:
    mount = Mount(volume=volume.name, path="/v", sub_path=sub_path)
    container = make_container(
        line, "/v", "--out=/v/x", "/vx", name="c", image="shell", mounts=(mount,), environment={"V": "/v/f"}
    )
    run = Run(runner, make_task(container, volumes=(volume,)), aws)
    assert run.exit().exit_code == 0, run.lines
    return run.lines_of("c")


def test_paths_of_mounts_become_folders(process_runner: ProcessRunner, aws: RecordingAws) -> None:
    folder, option, other, variable = shell(
        process_runner, aws, 'echo "$0"; echo "$1"; echo "$2"; echo "$V"', EmptyVolume(name="v")
    )
    assert folder != "/v"
    assert (option, other, variable) == (f"--out={folder}/x", "/vx", f"{folder}/f")
    process_runner.close()
    assert not Path(folder).exists()


def test_shared_volumes_outlive_jobs_and_go_with_the_runner(
    process_runner: ProcessRunner, aws: RecordingAws, tmp_path: Path
) -> None:
    aws.access_points["fsap-1"] = {"RootDirectory": {"Path": "/in"}}
    (tmp_path / "here").mkdir()
    whole = FileSystemVolume(name="v", file_system_id="fs-1")
    volumes: list[tuple[Volume, Volume, str]] = [
        (whole, whole, "f"),
        (FileSystemVolume(name="v", file_system_id="fs-1", access_point_id="fsap-1"), whole, "in/f"),
        (FileSystemVolume(name="v", file_system_id="fs-1", root_directory="/../../deep"), whole, "f"),
        (ClaimVolume(name="v", claim_name="data"), ClaimVolume(name="v", claim_name="data"), "f"),
        (HostVolume(name="v", path="/not-here"), HostVolume(name="v", path="/not-here"), "f"),
        (HostVolume(name="v", path=f"{tmp_path}/here"), HostVolume(name="v", path=str(tmp_path)), "here/f"),
    ]
    for number, (writes, reads, name) in enumerate(volumes):
        shell(process_runner, aws, f'echo {number} > "$0/f"', writes)
        assert shell(process_runner, aws, f'cat "$0/{name}"', reads) == [str(number)]
    (folder,) = shell(process_runner, aws, 'echo "$0"', whole, sub_path="a/b")
    assert folder.endswith("/fs-1/a/b")
    process_runner.close()
    assert not Path(folder).exists()
    assert (tmp_path / "here" / "f").exists()


def test_a_secret_of_a_pod_is_a_folder_of_files(process_runner: ProcessRunner, aws: RecordingAws) -> None:
    aws.secrets["keys"] = '{"a": "1", "../b": "2"}'
    volume = SecretVolume(name="v", secret_name="keys")
    assert shell(process_runner, aws, 'cat "$0/a"; ls "$0"', volume)[0].startswith("1")
    task = make_task(make_container("true", image="shell"), volumes=(SecretVolume(name="v", secret_name="none"),))
    assert 'secret "none" not found' in (Run(process_runner, task, aws).exit().reason or "")


def test_what_processes_cannot_do_is_said_once(
    process_runner: ProcessRunner, aws: RecordingAws, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    asked = make_container(
        "true",
        image="shell",
        gpus=1,
        user="1000",
        ulimits=({"name": "nofile", "softLimit": 1, "hardLimit": 2},),
        linux_parameters={"sharedMemorySize": 64, "initProcessEnabled": False},
        log=LogTarget(group="/mine", prefix="prefix", create_group=False, driver="splunk"),
    )
    for container in (asked, asked, make_container("true", image="shell", readonly_root_filesystem=True)):
        assert Run(process_runner, make_task(container), aws).exit().exit_code == 0
    assert [record.message for record in caplog.records if record.name.endswith("process.runner")] == [
        "jobs run as processes of this machine, without Docker there is no: memory limits, vCPU limits, GPUs, users, "
        "ulimits, the log driver splunk, the size of shared memory",
        "jobs run as processes of this machine, without Docker there is no: a read-only file system",
    ]


def test_an_entry_point_replaces_the_programs_own(process_runner: ProcessRunner, aws: RecordingAws) -> None:
    run = Run(process_runner, make_task(make_container("a", "b", image="none", entry_point=("echo", "it"))), aws)
    assert run.exit().exit_code == 0
    assert run.lines == ["it a b"]
