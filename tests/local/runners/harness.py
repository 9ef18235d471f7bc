"""What the tests of the runners share: a recording AWS, attempts, and a way to wait for their ends."""

from __future__ import annotations

import threading
from collections import defaultdict
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import docker
from botocore.exceptions import ClientError

from batchwright.local.engine import Attempt, Container, Exit, Handle, LogTarget, Platform, Runner, Started
from batchwright.local.runners.container_options import SERVER_LABEL

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
        self.changed = threading.Condition()
        self.log_error: ClientError | None = None

    def client(self, service: str) -> RecordingAws:
        assert service in {"logs", "sts", "secretsmanager", "ssm"}
        return self

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

    def assume_role(self, *, RoleArn: str, RoleSessionName: str) -> dict[str, Any]:  # noqa: N803
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


def make_attempt(
    *command: str,
    image: str = "image",
    environment: Mapping[str, str] | None = None,
    secrets: Mapping[str, str] | None = None,
    job_role_arn: str | None = None,
    vcpus: float = 1,
    memory_mib: int = 256,
    user: str | None = None,
    readonly_root_filesystem: bool = False,
    linux_parameters: Mapping[str, Any] | None = None,
    volumes: tuple[Mapping[str, Any], ...] = (),
    mount_points: tuple[Mapping[str, Any], ...] = (),
    ulimits: tuple[Mapping[str, Any], ...] = (),
    group: str = "/mine",
    create_group: bool = False,
    platform: Platform = "EC2",
) -> Attempt:
    task_id = uuid4().hex
    job_id = str(uuid4())
    container = Container(
        name="default",
        image=image,
        command=command,
        environment=environment or {},
        secrets=secrets or {},
        job_role_arn=job_role_arn,
        execution_role_arn=None,
        vcpus=vcpus,
        memory_mib=memory_mib,
        gpus=0,
        user=user,
        privileged=False,
        readonly_root_filesystem=readonly_root_filesystem,
        linux_parameters=linux_parameters or {},
        volumes=volumes,
        mount_points=mount_points,
        ulimits=ulimits,
        log=LogTarget(group=group, prefix="prefix", create_group=create_group),
        platform=platform,
        raw={},
    )
    return Attempt(
        job_id=f"{job_id}:7",
        job_arn=f"arn:aws:batch:us-east-1:123456789012:job/{job_id}:7",
        job_name="job",
        number=1,
        queue_name="queue",
        environment_name="environment",
        task_id=task_id,
        task_arn=f"arn:aws:ecs:us-east-1:123456789012:task/x/{task_id}",
        container=container,
        array_index=7,
        array_size=10,
        tags={},
    )


class Run:
    """An attempt handed to a runner, and what it told."""

    def __init__(self, runner: Runner, attempt: Attempt, aws: RecordingAws) -> None:
        self.attempt = attempt
        self.aws = aws
        self.exits: list[Exit] = []
        self.started = threading.Event()
        self.lines_at_exit: list[str] = []
        self._ended = threading.Event()
        self.handle: Handle = runner.start(attempt, on_started=self._on_started, on_exit=self._on_exit)

    def _on_started(self, started: Started) -> None:
        assert started.log_stream_name == self.attempt.log_stream_name
        assert not self.exits
        self.started.set()

    def _on_exit(self, exited: Exit) -> None:
        self.lines_at_exit = list(self.lines)
        self.exits.append(exited)
        self._ended.set()

    @property
    def lines(self) -> list[str]:
        return self.aws.lines[self.attempt.log_stream_name]

    def exit(self) -> Exit:
        assert self._ended.wait(PATIENCE)
        assert len(self.exits) == 1
        return self.exits[0]

    def wait_for_line(self, line: str) -> None:
        self.aws.wait_for_line(self.attempt.log_stream_name, line)


def left_behind(label: str) -> list[str]:
    """Return the names of containers and volumes that still carry a label."""
    engine = docker.from_env()
    try:
        filters = {"label": f"{SERVER_LABEL}={label}"}
        containers = engine.api.containers(all=True, filters=filters)
        volumes = engine.api.volumes(filters=filters)["Volumes"] or []
        return [c["Names"][0] for c in containers] + [v["Name"] for v in volumes]
    finally:
        engine.close()
