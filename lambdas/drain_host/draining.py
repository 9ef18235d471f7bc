"""Drains hosts of an Auto Scaling group, and lets those go on which nothing runs any more."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


_log = logging.getLogger(__name__)
_log.setLevel(logging.INFO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The hosts.

    Attributes:
        cluster: ARN of their ECS cluster.
        name: Their Auto Scaling group.
        hook: The group's lifecycle hook for hosts that end.
    """

    cluster: str
    name: str
    hook: str


class Drain:
    """Drains the hosts of a group.

    Args:
        group: The hosts.
        ecs: Client of ECS.
        autoscaling: Client of Auto Scaling.
    """

    def __init__(self, group: Group, *, ecs: Any, autoscaling: Any) -> None:  # noqa: ANN401 - boto3's clients
        self._group = group
        self._ecs = ecs
        self._autoscaling = autoscaling

    def host_ends(self, instance: str) -> None:
        """Take a host out of placement; let it go at once when it has no jobs, or never joined the cluster.

        Raises:
            RuntimeError: ECS did not take it out of placement.
        """
        found = self._ecs.list_container_instances(cluster=self._group.cluster, filter=f"ec2InstanceId == {instance}")
        arns = found["containerInstanceArns"]
        hosts = self._describe(arns)
        # ECS drains no host in another state; one that Spot takes back drains already.
        active = [host["containerInstanceArn"] for host in hosts if host["status"] == "ACTIVE"]
        if active:
            hosts = self._stop_placement(active)
        if not any(map(_has_tasks, hosts)):
            self.let_go(instance)

    def let_go(self, instance: str) -> None:
        """Let Auto Scaling end a host, if it wants to."""
        try:
            self._autoscaling.complete_lifecycle_action(
                AutoScalingGroupName=self._group.name,
                LifecycleHookName=self._group.hook,
                InstanceId=instance,
                LifecycleActionResult="CONTINUE",
            )
        except ClientError as error:
            # It drains for another reason, such as Spot's; or it has been let go already.
            if error.response["Error"]["Code"] != "ValidationError":
                raise
            _log.info("%s is not waited for: %s", instance, error)

    def _describe(self, arns: Sequence[str]) -> Sequence[Mapping[str, Any]]:
        if not arns:
            return []
        found = self._ecs.describe_container_instances(cluster=self._group.cluster, containerInstances=list(arns))
        return list(found["containerInstances"])

    def _stop_placement(self, arns: Sequence[str]) -> Sequence[Mapping[str, Any]]:
        """Drain hosts, and tell what they are like then: to ask again might give an earlier answer."""
        changed = self._ecs.update_container_instances_state(
            cluster=self._group.cluster, containerInstances=list(arns), status="DRAINING"
        )
        if changed.get("failures"):
            message = f"ECS does not drain {', '.join(arns)}: {changed['failures']}"
            raise RuntimeError(message)
        return list(changed["containerInstances"])


def _has_tasks(host: Mapping[str, Any]) -> bool:
    return bool(host["runningTasksCount"] + host["pendingTasksCount"])
