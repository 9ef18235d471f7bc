"""What the tests of the runners share: a recording AWS, attempts, and a way to wait for their ends."""

from __future__ import annotations

import threading
from collections import defaultdict
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import docker
from botocore.exceptions import ClientError

from batchwright.local.engine import (
    Attempt,
    Condition,
    Container,
    ContainerDependency,
    Exit,
    Handle,
    LogTarget,
    Runner,
    Started,
    Volume,
)
from batchwright.local.runners.docker.owner import SERVER_LABEL

if TYPE_CHECKING:
    from collections.abc import Mapping

PATIENCE = 60.0


def refused(operation: str, code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": f"{code} of the test"}}, operation)


class RecordingAws:
    """The few calls that runners make, kept in memory; an instance is every service's client."""

    def __init__(self) -> None:
        self.groups = {"/mine"}
        self.streams: set[tuple[str, str]] = set()
        self.lines: dict[str, list[str]] = defaultdict(list)
        self.batches: list[list[Mapping[str, Any]]] = []
        self.sessions: list[tuple[str, str]] = []
        self.secrets = {"arn:aws:secretsmanager:us-east-1:1:secret:db": '{"password": "p1", "port": 5432}'}
        self.parameters = {"name": "v1", "/path/name": "v2"}
        self.access_points: dict[str, dict[str, Any]] = {}
        self.keys_used: list[str] = []
        self.changed = threading.Condition()
        self.log_error: ClientError | None = None

    def client(self, service: str) -> RecordingAws:
        assert service in {"logs", "sts", "secretsmanager", "ssm", "efs"}
        return self

    def connect(self, like: RecordingAws, keys: Mapping[str, str]) -> RecordingAws:
        """Stand in for a client with the keys of a role."""
        assert like is self
        self.keys_used.append(keys["AccessKeyId"])
        return self

    def describe_access_points(self, *, AccessPointId: str) -> dict[str, Any]:  # noqa: N803
        if AccessPointId not in self.access_points:
            raise refused("DescribeAccessPoints", "AccessPointNotFound")
        return {"AccessPoints": [self.access_points[AccessPointId]]}

    def create_log_group(self, *, logGroupName: str) -> None:  # noqa: N803
        if logGroupName in self.groups:
            raise refused("CreateLogGroup", "ResourceAlreadyExistsException")
        self.groups.add(logGroupName)

    def create_log_stream(self, *, logGroupName: str, logStreamName: str) -> None:  # noqa: N803
        if logGroupName not in self.groups:
            raise refused("CreateLogStream", "ResourceNotFoundException")
        self.streams.add((logGroupName, logStreamName))

    def put_log_events(
        self,
        *,
        logGroupName: str,  # noqa: N803
        logStreamName: str,  # noqa: N803
        logEvents: list[Mapping[str, Any]],  # noqa: N803
    ) -> None:
        if self.log_error is not None:
            raise self.log_error
        assert (logGroupName, logStreamName) in self.streams
        with self.changed:
            self.batches.append(logEvents)
            self.lines[logStreamName] += [event["message"] for event in logEvents]
            self.changed.notify_all()

    def assume_role(self, *, RoleArn: str, RoleSessionName: str, SourceIdentity: str) -> dict[str, Any]:  # noqa: N803
        assert SourceIdentity == "ecs-tasks.amazonaws.com"
        if "forbidden" in RoleArn:
            raise refused("AssumeRole", "AccessDenied")
        self.sessions.append((RoleArn, RoleSessionName))
        return {"Credentials": {"AccessKeyId": "AK", "SecretAccessKey": "SK", "SessionToken": "ST"}}

    def get_secret_value(self, *, SecretId: str, **_: str) -> dict[str, str]:  # noqa: N803
        if SecretId not in self.secrets:
            raise refused("GetSecretValue", "ResourceNotFoundException")
        return {"SecretString": self.secrets[SecretId]}

    def get_parameter(self, *, Name: str, WithDecryption: bool) -> dict[str, Any]:  # noqa: N803
        if Name not in self.parameters or not WithDecryption:
            raise refused("GetParameter", "ParameterNotFound")
        return {"Parameter": {"Value": self.parameters[Name]}}

    def wait_for_line(self, stream: str, line: str) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: line in self.lines[stream], PATIENCE), self.lines[stream]


def make_container(
    *command: str,
    name: str = "default",
    image: str = "image",
    group: str = "/mine",
    create_group: bool = False,
    log: LogTarget | None = None,
    **members: Any,  # noqa: ANN401 - those of Container
) -> Container:
    values: dict[str, Any] = {
        "environment": {},
        "secrets": {},
        "job_role_arn": None,
        "execution_role_arn": None,
        "vcpus": 1,
        "memory_mib": 256,
        "gpus": 0,
        "user": None,
        "privileged": False,
        "readonly_root_filesystem": False,
        "linux_parameters": {},
        "mounts": (),
        "ulimits": (),
        "platform": "EC2",
        "raw": {},
        **members,
    }
    log = log or LogTarget(group=group, prefix="prefix", create_group=create_group)
    return Container(name=name, image=image, command=command, log=log, **values)


def make_task(
    *containers: Container,
    volumes: tuple[Volume, ...] = (),
    job_id: str = "",
    **members: Any,  # noqa: ANN401 - those of Attempt
) -> Attempt:
    task_id = uuid4().hex
    job_id = job_id or str(uuid4())
    return Attempt(
        job_id=job_id,
        job_arn=f"arn:aws:batch:us-east-1:123456789012:job/{job_id}",
        job_name="job",
        number=1,
        queue_name="queue",
        environment_name="environment",
        task_id=task_id,
        task_arn=f"arn:aws:ecs:us-east-1:123456789012:task/x/{task_id}",
        containers=containers,
        volumes=volumes,
        tags={},
        **members,
    )


def make_attempt(
    *command: str,
    volumes: tuple[Volume, ...] = (),
    **members: Any,  # noqa: ANN401 - those of make_container
) -> Attempt:
    container = make_container(*command, **members)
    return make_task(container, volumes=volumes, job_id=f"{uuid4()}:7", array_index=7, array_size=10)


def after(name: str, condition: str) -> ContainerDependency:
    return ContainerDependency(name=name, condition=Condition(condition))


class Run:
    """An attempt handed to a runner, and what it told."""

    def __init__(self, runner: Runner, attempt: Attempt, aws: RecordingAws) -> None:
        self.attempt = attempt
        self.aws = aws
        self.exits: list[Exit] = []
        self.address: str | None = None
        self.started = threading.Event()
        self.lines_at_exit: list[str] = []
        self._ended = threading.Event()
        self.handle: Handle = runner.start(attempt, on_started=self._on_started, on_exit=self._on_exit)

    def _on_started(self, started: Started) -> None:
        assert started.log_stream_name == self.stream
        assert not self.exits
        self.address = started.address
        self.started.set()

    def _on_exit(self, exited: Exit) -> None:
        self.lines_at_exit = list(self.lines)
        self.exits.append(exited)
        self._ended.set()

    @property
    def stream(self) -> str:
        return self.attempt.log_stream_name(self.attempt.container)

    @property
    def lines(self) -> list[str]:
        return self.aws.lines[self.stream]

    def lines_of(self, name: str) -> list[str]:
        return self.aws.lines[f"prefix/{name}/{self.attempt.task_id}"]

    def ends(self) -> dict[str, tuple[int | None, str | None]]:
        return {one.name: (one.exit_code, one.reason) for one in self.exit().containers}

    def exit(self) -> Exit:
        assert self._ended.wait(PATIENCE)
        assert len(self.exits) == 1
        return self.exits[0]

    def wait_for_line(self, line: str, *, of: str | None = None) -> None:
        self.aws.wait_for_line(f"prefix/{of}/{self.attempt.task_id}" if of else self.stream, line)


def left_behind(label: str) -> list[str]:
    """Return the names of containers, volumes, networks and images that still carry a label."""
    engine = docker.from_env()
    try:
        filters = {"label": f"{SERVER_LABEL}={label}"}
        containers = engine.api.containers(all=True, filters=filters)
        volumes = engine.api.volumes(filters=filters)["Volumes"] or []
        networks = engine.api.networks(filters=filters)
        images = engine.api.images(filters=filters)
        names = [c["Names"][0] for c in containers] + [one["Name"] for one in (*volumes, *networks)]
        return names + [image["RepoTags"][0] for image in images]
    finally:
        engine.close()
