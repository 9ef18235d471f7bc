from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from support.lambda_functions import load_handler

if TYPE_CHECKING:
    from types import ModuleType

HOST = "i-0123456789abcdef0"
JOINED = "arn:aws:ecs:us-east-1:123456789012:container-instance/own/1"


@pytest.fixture(scope="module")
def function() -> ModuleType:
    return load_handler("drain_host")


class Cloud:
    """ECS and Auto Scaling with one host."""

    def __init__(self, *, joined: bool = True, tasks: int = 0, status: str = "ACTIVE", failure: str = "") -> None:
        self.joined, self.tasks, self.status, self.failure = joined, tasks, status, failure
        self.refused: list[dict[str, str]] = []
        self.let_go: list[str] = []

    @property
    def host(self) -> dict[str, Any]:
        counts = {"runningTasksCount": self.tasks, "pendingTasksCount": 0}
        return {"containerInstanceArn": JOINED, "ec2InstanceId": HOST, "status": self.status, **counts}

    def list_container_instances(self, **request: str) -> dict[str, Any]:
        assert request == {"cluster": "own", "filter": f"ec2InstanceId == {HOST}"}
        return {"containerInstanceArns": [JOINED] if self.joined else []}

    def update_container_instances_state(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401
        assert request["containerInstances"] == [JOINED]
        if self.status != "ACTIVE":
            raise ClientError({"Error": {"Code": "InvalidParameterException", "Message": "no"}}, "Update")
        if self.refused:
            return {"containerInstances": [], "failures": self.refused}
        self.status = request["status"]
        return {"containerInstances": [self.host], "failures": []}

    def describe_container_instances(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401
        assert request["containerInstances"] == [JOINED]
        return {"containerInstances": [self.host]}

    def complete_lifecycle_action(self, **request: str) -> None:
        if self.failure:
            raise ClientError({"Error": {"Code": self.failure, "Message": "no"}}, "CompleteLifecycleAction")
        assert request["AutoScalingGroupName"] == "hosts"
        assert request["LifecycleHookName"] == "hook"
        assert request["LifecycleActionResult"] == "CONTINUE"
        self.let_go.append(request["InstanceId"])


def drain(function: ModuleType, cloud: Cloud) -> Any:  # noqa: ANN401
    return function.Drain(function.Group(cluster="own", name="hosts", hook="hook"), ecs=cloud, autoscaling=cloud)


def test_an_idle_host_goes_at_once(function: ModuleType) -> None:
    cloud = Cloud()
    drain(function, cloud).host_ends(HOST)
    assert (cloud.status, cloud.let_go) == ("DRAINING", [HOST])


def test_a_busy_host_takes_no_more_jobs_and_goes_with_its_last(function: ModuleType) -> None:
    cloud = Cloud(tasks=1)
    drain(function, cloud).host_ends(HOST)
    assert (cloud.status, cloud.let_go) == ("DRAINING", [])
    drain(function, cloud).let_go(HOST)
    assert cloud.let_go == [HOST]


@pytest.mark.parametrize(
    ("status", "tasks", "goes"), [("DRAINING", 1, False), ("DRAINING", 0, True), ("REGISTERING", 0, True)]
)
def test_a_host_in_another_state_is_not_drained_again(
    function: ModuleType, status: str, tasks: int, goes: bool
) -> None:
    cloud = Cloud(status=status, tasks=tasks)
    drain(function, cloud).host_ends(HOST)
    assert (cloud.status, cloud.let_go) == (status, [HOST] if goes else [])


def test_a_host_that_ecs_does_not_drain_is_tried_again(function: ModuleType) -> None:
    cloud = Cloud()
    cloud.refused = [{"arn": JOINED, "reason": "MISSING"}]
    with pytest.raises(RuntimeError, match="MISSING"):
        drain(function, cloud).host_ends(HOST)
    assert cloud.let_go == []


def test_a_host_that_never_joined_goes_at_once(function: ModuleType) -> None:
    cloud = Cloud(joined=False)
    drain(function, cloud).host_ends(HOST)
    assert cloud.let_go == [HOST]


def test_a_host_that_drains_for_another_reason_is_no_error(function: ModuleType) -> None:
    cloud = Cloud(status="DRAINING", failure="ValidationError")
    drain(function, cloud).let_go(HOST)
    assert cloud.let_go == []


def test_another_error_is_tried_again(function: ModuleType) -> None:
    with pytest.raises(ClientError):
        drain(function, Cloud(failure="ServiceUnavailable")).host_ends(HOST)


def test_each_event_finds_its_way(function: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    cloud = Cloud(tasks=1)
    for name, value in {"CLUSTER": "own", "GROUP": "hosts", "HOOK": "hook"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(function.boto3, "client", lambda _service: cloud)
    function._drain.cache_clear()
    function.handler({"source": "aws.autoscaling", "detail": {"EC2InstanceId": HOST}}, None)
    assert cloud.let_go == []
    function.handler({"source": "aws.ecs", "detail": {"ec2InstanceId": HOST}}, None)
    function._drain.cache_clear()
    assert cloud.let_go == [HOST]
