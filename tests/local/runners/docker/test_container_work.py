from __future__ import annotations

import logging
import socket
import struct
from typing import TYPE_CHECKING, Any

import docker
import pytest
import requests
from docker.errors import APIError, ImageNotFound, NotFound
from local.runners.harness import RecordingAws, Run, make_attempt, make_container, make_task

from batchwright.local.engine import Exit, LogTarget, Router
from batchwright.local.runners.docker import engine as faults
from batchwright.local.runners.docker.runner import DockerRunner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Engine:
    """The few calls that one container needs; its output ends at once, as when the engine goes away."""

    def __init__(self) -> None:
        self.api = self
        self.waits: list[Callable[[], dict[str, int]]] = []
        self.environment: dict[str, str] = {}
        self.killed: list[str] = []
        self.creations: list[Exception] = []
        self.created: list[str] = []
        self.removed: list[str] = []
        self.out_of_memory = False

    def ping(self) -> bool:
        return True

    def info(self) -> dict[str, int]:
        return {"NCPU": 2}

    create_host_config = docker.APIClient.create_host_config
    _version = "1.41"

    def create_container(self, *, environment: dict[str, str], name: str, **_: Any) -> dict[str, str]:  # noqa: ANN401
        if self.creations:
            raise self.creations.pop(0)
        self.created.append(name)
        self.environment = environment
        return {"Id": "c"}

    def attach_socket(self, *_: Any, **__: Any) -> socket.socket:  # noqa: ANN401
        ours, theirs = socket.socketpair()
        theirs.sendall(struct.pack(">BxxxL", 1, 3) + b"hi\n")
        theirs.close()
        return ours

    def start(self, _: str) -> None:
        pass

    def wait(self, _: str) -> dict[str, int]:
        return self.waits.pop(0)()

    def inspect_container(self, _: str) -> dict[str, Any]:
        return {"State": {"OOMKilled": self.out_of_memory}}

    def remove_container(self, name: str, **_: Any) -> None:  # noqa: ANN401
        self.removed.append(name)

    def containers(self, **_: Any) -> list[dict[str, str]]:  # noqa: ANN401
        return []

    def volumes(self, **_: Any) -> dict[str, Any]:  # noqa: ANN401
        return {"Volumes": None}

    def networks(self, **_: Any) -> list[dict[str, str]]:  # noqa: ANN401
        return []

    def images(self, **_: Any) -> list[dict[str, str]]:  # noqa: ANN401
        return []


def absent() -> dict[str, int]:
    raise requests.ConnectionError("no engine")


def removed() -> dict[str, int]:
    raise NotFound("No such container: c")


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def runner(engine: Engine, aws: RecordingAws, monkeypatch: pytest.MonkeyPatch) -> Iterator[DockerRunner]:
    monkeypatch.setattr(faults, "_PAUSE_SECONDS", 0)
    made = DockerRunner(
        client=aws.client,
        region="us-east-1",
        endpoint="http://172.17.0.1:4566",
        label="x",
        docker_client=engine,  # type: ignore[arg-type]
    )
    yield made
    made.close()


def test_a_container_outlives_a_short_absence_of_the_engine(
    runner: DockerRunner, engine: Engine, aws: RecordingAws
) -> None:
    engine.waits = [absent, absent, lambda: {"StatusCode": 4}]

    run = Run(runner, make_attempt("true"), aws)

    assert run.exit().exit_code == 4
    assert "the Docker engine was away while the container ran" in (run.exit().reason or "")
    assert run.lines_at_exit == ["hi"]


def test_an_engine_that_restarts_costs_no_attempt(runner: DockerRunner, engine: Engine, aws: RecordingAws) -> None:
    engine.creations = [requests.ConnectionError("no engine"), requests.ConnectionError("no engine")]
    engine.waits = [lambda: {"StatusCode": 0}]

    assert Run(runner, make_attempt("true"), aws).exit() == Exit(exit_code=0)
    # Its answers may have been lost only: what it made before is removed.
    assert engine.removed[:2] == engine.created * 2


def test_an_engine_that_is_away_keeps_a_job_from_starting(
    runner: DockerRunner, engine: Engine, aws: RecordingAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faults, "_AWAY_SECONDS", 0)
    engine.creations = [requests.ConnectionError("no engine")]

    ended = Run(runner, make_attempt("true"), aws).exit()

    assert (ended.exit_code, ended.status_reason) == (None, "Task failed to start")
    assert ended.reason == "CannotCreateContainerError: the Docker engine does not answer: no engine"


def test_a_name_that_is_none_is_an_image_that_cannot_be_pulled(
    runner: DockerRunner, engine: Engine, aws: RecordingAws
) -> None:
    engine.creations = [APIError("400", explanation="invalid reference format")]

    ended = Run(runner, make_attempt("true"), aws).exit()

    assert ended.reason == "CannotPullContainerError: Error response from daemon: invalid reference format"


def test_an_image_that_must_not_be_pulled(runner: DockerRunner, engine: Engine, aws: RecordingAws) -> None:
    engine.creations = [ImageNotFound("no such image")]

    ended = Run(runner, make_attempt("true", image="mine:1", never_pull=True), aws).exit()

    assert ended.reason == ('ErrImageNeverPull: Container image "mine:1" is not present with pull policy of Never')


def test_a_program_may_outlive_a_child_that_took_too_much_memory(
    runner: DockerRunner, engine: Engine, aws: RecordingAws
) -> None:
    engine.out_of_memory = True
    engine.waits = [lambda: {"StatusCode": 5}]

    reason = "OutOfMemoryError: Container killed due to memory usage"
    assert Run(runner, make_attempt("true"), aws).exit() == Exit(exit_code=5, reason=reason)


def test_an_engine_that_stays_away_is_the_reason(
    runner: DockerRunner, engine: Engine, aws: RecordingAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faults, "_AWAY_SECONDS", 0)
    engine.waits = [absent]

    ended = Run(runner, make_attempt("true"), aws).exit()

    assert (ended.exit_code, ended.status_reason) == (None, "Task was lost: the Docker engine stopped answering")
    assert ended.reason == ("DockerEngineError: the Docker engine does not answer: no engine, while the container ran")


def test_a_container_that_somebody_removed(runner: DockerRunner, engine: Engine, aws: RecordingAws) -> None:
    engine.waits = [removed]

    ended = Run(runner, make_attempt("true"), aws).exit()

    assert ended.exit_code is None
    assert "the container was removed while it ran" in (ended.reason or "")


def test_proxies_of_the_docker_configuration_leave_the_local_aws_alone(
    runner: DockerRunner, engine: Engine, aws: RecordingAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    configuration = {"proxies": {"default": {"httpProxy": "http://proxy", "noProxy": "intranet"}}}
    monkeypatch.setattr("batchwright.local.runners.docker.runner.load_general_config", lambda: configuration)
    engine.waits = [lambda: {"StatusCode": 0}] * 2

    Run(runner, make_attempt("true"), aws).exit()
    assert engine.environment["NO_PROXY"] == engine.environment["no_proxy"] == "intranet,172.17.0.1"

    Run(runner, make_attempt("true", environment={"HTTPS_PROXY": "http://own", "NO_PROXY": "mine"}), aws).exit()
    assert engine.environment["NO_PROXY"] == "mine,172.17.0.1"


def test_what_differs_from_aws_is_said_once(
    runner: DockerRunner, engine: Engine, aws: RecordingAws, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    log = LogTarget(group="/mine", prefix="prefix", create_group=False, driver="awsfirelens")
    router = Router(kind="fluentbit", options={})
    engine.waits = [lambda: {"StatusCode": 0}] * 2

    for _ in range(2):
        task = make_task(
            make_container(log=log, router=router),
            execute_command=True,
            service_account="jobs",
            image_pull_secrets=("registry",),
        )
        assert Run(runner, task, aws).exit().exit_code == 0

    assert [record.message for record in caplog.records] == [
        "output of containers with the log driver awsfirelens goes to CloudWatch Logs here",
        "`aws ecs execute-command` has no way into local jobs: use `docker exec`",
        "imagePullSecrets are not read here: images are pulled as `docker login` allows",
        "pods have no AWS credentials of service account jobs here",
    ]
    assert (engine.environment["FLUENT_HOST"], engine.environment["FLUENT_PORT"]) == ("127.0.0.1", "24224")
