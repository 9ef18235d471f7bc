"""What differs between the AWS::Batch resource types."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchKind:
    """What differs from one type to the next.

    Attributes:
        create: Operation that creates one.
        update: Operation that changes one; empty where only a new revision can be made.
        delete: Operation that removes one.
        name: Property with the user's own name.
        arn: Member of the answer with the ARN, which is also what Ref gives.
        key: Member by which update and delete name the resource.
        attribute: What Fn::GetAtt calls the ARN.
        only_cloudformation: Properties that the API does not have.
        create_only: Properties that an update does not send.
        disable: Whether it has to be disabled before it can be deleted.
        defaults: What an update sends for a property that the template no longer has.
    """

    create: str
    update: str
    delete: str
    name: str
    arn: str
    key: str
    attribute: str
    only_cloudformation: frozenset[str] = frozenset()
    create_only: frozenset[str] = frozenset()
    disable: bool = False
    defaults: Mapping[str, Any] = field(default_factory=dict)


_ENABLED = {"State": "ENABLED"}

KINDS = {
    "AWS::Batch::ComputeEnvironment": BatchKind(
        create="CreateComputeEnvironment",
        update="UpdateComputeEnvironment",
        delete="DeleteComputeEnvironment",
        name="ComputeEnvironmentName",
        arn="computeEnvironmentArn",
        key="computeEnvironment",
        attribute="ComputeEnvironmentArn",
        only_cloudformation=frozenset({"ReplaceComputeEnvironment", "UpdatePolicy"}),
        create_only=frozenset({"Type", "Tags", "EksConfiguration"}),
        disable=True,
        defaults=_ENABLED,
    ),
    "AWS::Batch::JobQueue": BatchKind(
        create="CreateJobQueue",
        update="UpdateJobQueue",
        delete="DeleteJobQueue",
        name="JobQueueName",
        arn="jobQueueArn",
        key="jobQueue",
        attribute="JobQueueArn",
        create_only=frozenset({"Tags", "JobQueueType"}),
        disable=True,
        defaults={**_ENABLED, "JobStateTimeLimitActions": []},
    ),
    "AWS::Batch::JobDefinition": BatchKind(
        create="RegisterJobDefinition",
        update="",
        delete="DeregisterJobDefinition",
        name="JobDefinitionName",
        arn="jobDefinitionArn",
        key="jobDefinition",
        attribute="JobDefinitionArn",
        only_cloudformation=frozenset({"ResourceRetentionPolicy"}),
    ),
    "AWS::Batch::SchedulingPolicy": BatchKind(
        create="CreateSchedulingPolicy",
        update="UpdateSchedulingPolicy",
        delete="DeleteSchedulingPolicy",
        name="Name",
        arn="arn",
        key="arn",
        attribute="Arn",
        create_only=frozenset({"Tags"}),
    ),
    "AWS::Batch::ConsumableResource": BatchKind(
        create="CreateConsumableResource",
        update="UpdateConsumableResource",
        delete="DeleteConsumableResource",
        name="ConsumableResourceName",
        arn="consumableResourceArn",
        key="consumableResource",
        attribute="ConsumableResourceArn",
        create_only=frozenset({"Tags", "ResourceType"}),
    ),
    "AWS::Batch::ServiceEnvironment": BatchKind(
        create="CreateServiceEnvironment",
        update="UpdateServiceEnvironment",
        delete="DeleteServiceEnvironment",
        name="ServiceEnvironmentName",
        arn="serviceEnvironmentArn",
        key="serviceEnvironment",
        attribute="ServiceEnvironmentArn",
        create_only=frozenset({"Tags", "ServiceEnvironmentType"}),
        disable=True,
        defaults=_ENABLED,
    ),
    "AWS::Batch::QuotaShare": BatchKind(
        create="CreateQuotaShare",
        update="UpdateQuotaShare",
        delete="DeleteQuotaShare",
        name="QuotaShareName",
        arn="quotaShareArn",
        key="quotaShareArn",
        attribute="QuotaShareArn",
        create_only=frozenset({"Tags", "JobQueue"}),
        disable=True,
        defaults=_ENABLED,
    ),
}
