"""Several containers an attempt, and several nodes a job, in real containers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from local.runners.harness import Run, after, left_behind, make_container, make_task

from batchwright.local.engine import EmptyVolume, Mount, Node

if TYPE_CHECKING:
    from local.runners.harness import RecordingAws

    from batchwright.local.runners.docker.runner import DockerRunner

pytestmark = pytest.mark.docker

SERVE = r"""
use strict; use warnings; use IO::Socket::INET; $| = 1;
my $server = IO::Socket::INET->new(LocalPort => 5000, Listen => 9, ReuseAddr => 1) or die $!;
print "listening\n";
for (1 .. $ARGV[0]) { my $client = $server->accept; my $line = <$client>; print "got $line"; print $client "thanks\n"; }
"""
SEND = 'until exec 3<>"/dev/tcp/$0/5000"; do sleep 0.05; done 2>/dev/null; echo "$1" >&3; cat <&3'
UNTIL_TERM = "trap 'echo asked; exit 5' TERM; echo up; while :; do sleep 0.05; done"


def test_an_essential_end_stops_a_sidecar_that_main_waited_for(
    docker_runner: DockerRunner, aws: RecordingAws, image: str
) -> None:
    side = make_container("bash", "-c", UNTIL_TERM, name="side", image=image, essential=False, stop_timeout=1)
    main = make_container("bash", "-c", "exit 3", name="main", image=image, depends_on=(after("side", "START"),))
    run = Run(docker_runner, make_task(side, main), aws)

    ended = run.exit()

    assert (ended.exit_code, ended.status_reason) == (3, "Essential container in task exited")
    assert run.ends()["main"] == (3, None)
    # Asked before its trap was set, the shell dies of SIGTERM, or as process 1 ignores it.
    assert run.ends()["side"][0] in (5, 137, 143)


def test_localhost_is_shared_and_outlives_the_first_container(
    docker_runner: DockerRunner, aws: RecordingAws, image: str
) -> None:
    first = make_container("true", name="first", image=image, essential=False)
    server = make_container(
        "perl", "-e", SERVE, "1", name="server", image=image, essential=False, depends_on=(after("first", "SUCCESS"),)
    )
    main = make_container(
        "bash", "-c", SEND, "localhost", "hello",
        name="main", image=image, depends_on=(after("server", "START"),),
    )  # fmt: skip
    run = Run(docker_runner, make_task(first, server, main), aws)

    assert run.exit().exit_code == 0
    assert run.lines_of("main") == ["thanks"]
    assert run.lines_of("server") == ["listening", "got hello"]
    assert run.ends()["first"] == (0, None)


def test_a_volume_is_shared_in_the_order_of_the_dependencies(
    docker_runner: DockerRunner, aws: RecordingAws, image: str, label: str
) -> None:
    mounts = (Mount(volume="disk", path="/disk"), Mount(volume="memory", path="/memory"))
    write = make_container(
        "bash", "-c", "echo one > /disk/f; echo two > /memory/f; exit 9",
        name="write", image=image, essential=False, mounts=mounts,
    )  # fmt: skip
    read = make_container(
        "bash", "-c", "cat /disk/f /memory/f; df -m /memory | tail -1 | awk '{print $2}'",
        name="read", image=image, mounts=mounts, depends_on=(after("write", "COMPLETE"),),
    )  # fmt: skip
    volumes = (EmptyVolume(name="disk"), EmptyVolume(name="memory", memory=True, size_mib=8))
    run = Run(docker_runner, make_task(write, read, volumes=volumes), aws)

    assert run.exit().exit_code == 0
    assert run.lines_of("read") == ["one", "two", "8"]
    assert run.ends()["write"] == (9, None)
    docker_runner.close()
    assert left_behind(label) == []


def test_a_failed_dependency_fails_the_task_with_the_agents_reason(
    docker_runner: DockerRunner, aws: RecordingAws, image: str
) -> None:
    check = make_container("false", name="check", image=image, essential=False)
    main = make_container("true", name="main", image=image, depends_on=(after("check", "SUCCESS"),))
    run = Run(docker_runner, make_task(check, main), aws)

    ended = run.exit()

    assert (ended.exit_code, ended.status_reason) == (None, "Task failed to start")
    assert ended.reason == (
        "CannotStartContainerError: dependency graph: failed to resolve container ordering dependency [check] for "
        "target [main] as dependency did not exit successfully."
    )
    assert run.ends() == {"check": (1, None), "main": (None, ended.reason)}
    assert not run.started.is_set()


def test_the_end_of_a_container_that_is_not_essential_changes_nothing(
    docker_runner: DockerRunner, aws: RecordingAws, image: str
) -> None:
    side = make_container("bash", "-c", "exit 7", name="side", image=image, essential=False)
    main = make_container(
        "bash", "-c", "echo on; exit 0", name="main", image=image, depends_on=(after("side", "COMPLETE"),)
    )
    run = Run(docker_runner, make_task(main, side), aws)

    assert run.exit().exit_code == 0
    assert run.ends() == {"main": (0, None), "side": (7, None)}


def test_stopping_reaches_every_container_and_kills_the_deaf(
    docker_runner: DockerRunner, aws: RecordingAws, image: str
) -> None:
    deaf = make_container(
        "bash", "-c", "trap '' TERM; echo up; sleep 600", name="deaf", image=image, stop_timeout=0, essential=False
    )
    main = make_container("bash", "-c", UNTIL_TERM, name="main", image=image)
    run = Run(docker_runner, make_task(deaf, main), aws)
    run.wait_for_line("up", of="deaf")
    run.wait_for_line("up", of="main")

    run.handle.stop("enough", 60)

    assert run.exit().exit_code == 5
    assert run.ends() == {"deaf": (137, None), "main": (5, None)}
    assert run.lines_of("main") == ["up", "asked"]


def test_out_of_memory_is_the_reason_of_the_container_that_used_it(
    docker_runner: DockerRunner, aws: RecordingAws, image: str
) -> None:
    greedy = make_container("tail", "/dev/zero", name="greedy", image=image, memory_mib=16, essential=False)
    main = make_container("true", name="main", image=image, depends_on=(after("greedy", "COMPLETE"),))
    run = Run(docker_runner, make_task(greedy, main), aws)

    assert run.exit().exit_code == 0
    assert run.ends()["greedy"] == (137, "OutOfMemoryError: Container killed due to memory usage")


def test_process_ids_and_shared_memory_of_a_task(docker_runner: DockerRunner, aws: RecordingAws, image: str) -> None:
    side = make_container(
        "bash", "-c", f"echo x > /dev/shm/f; {UNTIL_TERM}",
        name="side", image=image, essential=False, linux_parameters={"sharedMemorySize": 32},
    )  # fmt: skip
    line = (
        "until cat /dev/shm/f; do sleep 0.05; done 2>/dev/null; cat /proc/1/comm; df -m /dev/shm | awk 'END {print $2}'"
    )
    main = make_container("bash", "-c", line, name="main", image=image, depends_on=(after("side", "START"),))
    run = Run(docker_runner, make_task(side, main, ipc_mode="task", pid_mode="task"), aws)

    assert run.exit().exit_code == 0
    assert run.lines_of("main") == ["x", "pause", "32"]


def test_nodes_exchange_data_over_tcp(docker_runner: DockerRunner, aws: RecordingAws, image: str, label: str) -> None:
    main = Run(
        docker_runner,
        make_task(
            make_container("perl", "-e", SERVE, "2", image=image),
            network="job-1",
            node=Node(index=0, count=3, main_index=0),
        ),
        aws,
    )
    main.wait_for_line("listening")
    assert main.address

    def node(index: int) -> Run:
        line = SEND.replace("$0", "$AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS").replace(
            "$1", "$AWS_BATCH_JOB_NODE_INDEX"
        )
        where = Node(index=index, count=3, main_index=0, main_address=main.address)
        return Run(
            docker_runner, make_task(make_container("bash", "-c", line, image=image), network="job-1", node=where), aws
        )

    others = [node(1), node(2)]

    assert [run.exit().exit_code for run in (main, *others)] == [0, 0, 0]
    assert sorted(main.lines) == ["got 1", "got 2", "listening"]
    assert [run.lines for run in others] == [["thanks"], ["thanks"]]
    assert len({run.address for run in (main, *others)}) == 3
    docker_runner.release("job-1")
    docker_runner.close()
    assert left_behind(label) == []


def test_a_network_nobody_released_goes_with_the_runner(
    docker_runner: DockerRunner, aws: RecordingAws, image: str, label: str
) -> None:
    task = make_task(make_container("true", image=image), network="job-2", node=Node(index=0, count=2, main_index=0))
    assert Run(docker_runner, task, aws).exit().exit_code == 0
    assert any("job-2" in name for name in left_behind(label))
    docker_runner.release("unknown")
    docker_runner.close()
    assert left_behind(label) == []


def test_more_containers_than_places_wait_for_each_other(
    docker_runner: DockerRunner, aws: RecordingAws, image: str
) -> None:
    def task() -> Run:
        line = "until exec 3<>/dev/tcp/localhost/5000; do sleep 0.05; done 2>/dev/null; echo x >&3; cat <&3"
        parts = [make_container("bash", "-c", line, name=f"c{n}", image=image, essential=False) for n in range(2)]
        main = make_container("perl", "-e", SERVE, "2", name="main", image=image)
        return Run(docker_runner, make_task(main, *parts), aws)

    runs = [task() for _ in range(3)]
    assert [run.exit().exit_code for run in runs] == [0, 0, 0]
