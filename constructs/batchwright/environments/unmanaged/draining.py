"""Lets jobs end before Auto Scaling ends their host."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from constructs import Construct

from batchwright.functions import ShippedFunction

if TYPE_CHECKING:
    from aws_cdk import aws_autoscaling as autoscaling


class HostDraining(Construct):
    """Waits with the end of a host until its jobs have ended, or a time is over.

    Auto Scaling asks before it ends a host (a lifecycle hook); a function takes the host out of ECS's placement, and
    answers when the host's last task has stopped. What has not ended by then, or runs on a host whose agent is dead, is
    stopped.

    Args:
        scope: The parent.
        construct_id: The id below it.
        group: The hosts.
        cluster_arn: The ECS cluster that they have joined.
        cluster_name: Its name.
        timeout: How long to wait, 30 s to 2 h.

    Attributes:
        function: The function.
        hook: The lifecycle hook.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        group: autoscaling.CfnAutoScalingGroup,
        cluster_arn: str,
        cluster_name: str,
        timeout: cdk.Duration,
    ) -> None:
        super().__init__(scope, construct_id)
        # Here, as loading it takes longer than all that most applications build.
        from aws_cdk import aws_autoscaling as autoscaling

        self.hook = autoscaling.CfnLifecycleHook(
            self,
            "Hook",
            auto_scaling_group_name=group.ref,
            lifecycle_transition="autoscaling:EC2_INSTANCE_TERMINATING",
            heartbeat_timeout=timeout.to_seconds(),
            default_result="CONTINUE",
        )
        self.function = ShippedFunction(
            self,
            "Function",
            name="drain_host",
            environment={"CLUSTER": cluster_arn, "GROUP": group.ref, "HOOK": self.hook.ref},
        )
        self._permit(group.ref, cluster_arn=cluster_arn, cluster_name=cluster_name)
        self._call_on("HostEnds", _host_ends(group.ref))
        self._call_on("HostDrained", _host_drained(cluster_arn))

    def _permit(self, group: str, *, cluster_arn: str, cluster_name: str) -> None:
        stack = cdk.Stack.of(self)
        hosts = stack.format_arn(service="ecs", resource="container-instance", resource_name=f"{cluster_name}/*")
        own = stack.format_arn(
            service="autoscaling",
            resource="autoScalingGroup",
            resource_name=f"*:autoScalingGroupName/{group}",
            arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
        )
        for actions, resource in (
            (["ecs:ListContainerInstances"], cluster_arn),
            (["ecs:DescribeContainerInstances", "ecs:UpdateContainerInstancesState"], hosts),
            (["autoscaling:CompleteLifecycleAction"], own),
        ):
            iam.Grant.add_to_principal(grantee=self.function, actions=actions, resource_arns=[resource])

    def _call_on(self, construct_id: str, pattern: events.EventPattern) -> None:
        target = targets.LambdaFunction(self.function.function, retry_attempts=20, max_event_age=cdk.Duration.hours(1))
        events.Rule(self, construct_id, event_pattern=pattern, targets=[target])


def _host_ends(group: str) -> events.EventPattern:
    return events.EventPattern(
        source=["aws.autoscaling"],
        detail_type=["EC2 Instance-terminate Lifecycle Action"],
        detail={"AutoScalingGroupName": [group]},
    )


def _host_drained(cluster_arn: str) -> events.EventPattern:
    """Match the end of the last task on a host that drains; ECS tells of a host's tasks with the host itself.

    Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_container_instance_events.html
    """
    idle = {"status": ["DRAINING"], "runningTasksCount": [0], "pendingTasksCount": [0]}
    return events.EventPattern(
        source=["aws.ecs"],
        detail_type=["ECS Container Instance State Change"],
        detail={"clusterArn": [cluster_arn], **idle},
    )
