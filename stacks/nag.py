"""Findings of cdk-nag's AwsSolutions pack that were reviewed and left as they are: one list, each with its reason.

`acknowledge` sets them aside at the resources of a deployable stack that they concern. A new kind of finding is on no
list and stops the synthesis.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from aws_cdk import Acknowledgment, CfnResource, Stack, Validations
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_PACK: Final = "AwsSolutions"
# Partition, Region or account: a name, or what stands for it until deployment.
_PART: Final = r"(?:<[\w:]+>|[\w-]+)"
_BATCH: Final = f"arn:{_PART}:batch:{_PART}:{_PART}"


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A finding that stays.

    Attributes:
        finding: A regular expression of the rule with what it names, such as `IAM5[Action::s3:List*]`.
        reason: Why it stays.
    """

    finding: str
    reason: str

    def covers(self, finding: str) -> bool:
        """Whether it speaks of this finding."""
        return re.fullmatch(self.finding, finding.removeprefix(f"{_PACK}-")) is not None


REVIEWED: Final[Sequence[Reviewed]] = (
    Reviewed(
        rf"IAM4\[Policy::arn:{_PART}:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role\]",
        "What the ECS agent on a host may do; AWS keeps it in step with the agent. Jobs have roles of their own.",
    ),
    Reviewed(
        rf"IAM4\[Policy::arn:{_PART}:iam::aws:policy/AmazonECS(Infrastructure|Instance)RolePolicyForManagedInstances\]",
        "What ECS may do to manage instances, and what they may do; AWS keeps both in step with the service.",
    ),
    Reviewed(
        rf"IAM4\[Policy::arn:{_PART}:iam::aws:policy/service-role/AWSBatchServiceRole\]",
        "What Batch may do for an unmanaged environment; AWS keeps it in step with the service.",
    ),
    Reviewed(
        rf"IAM4\[Policy::arn:{_PART}:iam::aws:policy/"
        r"(AmazonEKSWorkerNodePolicy|AmazonEC2ContainerRegistryPullOnly|AmazonEKS_CNI_Policy)\]",
        "What AWS documents for nodes of EKS, and keeps in step with their agents. Pods have roles of their own.",
    ),
    Reviewed(
        rf"IAM5\[Resource::arn:{_PART}:ecs:{_PART}:{_PART}:container-instance/[^*]+/\*\]",
        "The hosts of one ECS cluster, to drain them: their ids are known only at run time.",
    ),
    Reviewed(
        rf"IAM5\[Resource::arn:{_PART}:autoscaling:{_PART}:{_PART}:autoScalingGroup:\*:autoScalingGroupName/[^*]+\]",
        "One Auto Scaling group by its name: CloudFormation does not tell the id in its ARN.",
    ),
    Reviewed(
        rf"IAM5\[Resource::arn:{_PART}:eks:{_PART}:{_PART}:access-entry/[^*]+/role/{_PART}/\*AWSServiceRoleForBatch/\*\]",
        "The access entry of Batch's own role on one EKS cluster: its id is known only once Batch has made it.",
    ),
    Reviewed(
        rf"IAM5\[Resource::arn:{_PART}:ec2:{_PART}:{_PART}:volume/\*\]",
        "The volumes of one launch template, by the tag that it gives them: their ids are known only at run time.",
    ),
    Reviewed(
        rf"IAM5\[Resource::arn:{_PART}:logs:{_PART}:{_PART}:log-group:[^*]+:\*\]",
        "The streams of one log group: their names are made at run time.",
    ),
    Reviewed(
        r"EC26",
        "The rule does not see the launch template of an Auto Scaling group, which encrypts every disk.",
    ),
    Reviewed(
        r"AS3",
        "A host that starts or ends is nothing to act on: jobs wait or are tried again, and the queue reports those.",
    ),
    Reviewed(
        r"IAM5\[Resource::\*\]",
        "Only actions that know no resources; batchwright.wildcards gives the reason of each.",
    ),
    Reviewed(
        rf"IAM5\[Resource::{_BATCH}:job-definition/[^*]+:\*\]",
        "Every revision of one job definition: each deployment makes a new one.",
    ),
    Reviewed(
        rf"IAM5\[Resource::{_BATCH}:(service-)?job/\*\]",
        "Jobs to be ended, tagged or submitted: their ids are known only at run time.",
    ),
    Reviewed(
        rf"IAM5\[Resource::(<\w+\.Arn>|arn:{_PART}:s3:::[\w.-]+)/([\w/-]+/)?\*\]",
        "The objects of one bucket, or of one prefix of it.",
    ),
    Reviewed(
        r"IAM5\[Action::s3:(GetBucket|GetObject|List|Abort|DeleteObject)\*\]",
        "The CDK's grants for reading and writing objects, on one bucket alone.",
    ),
    Reviewed(
        r"IAM5\[Action::kms:(GenerateDataKey|ReEncrypt)\*\]",
        "The CDK's grant for encrypting, on one key alone.",
    ),
    Reviewed(
        r"EC23",
        "The rule cannot read the address range of a VPC of the same stack, which is all that the group lets in.",
    ),
    Reviewed(
        r"SQS3",
        "It is the dead-letter queue of an EventBridge target, which the rule does not see.",
    ),
)
"""All findings that stay, in this repository's constructs and stacks."""


def acknowledge(stack: Stack) -> None:
    """Set the reviewed findings of a stack aside, each at its resource and with its reason.

    Call it last: what is granted afterwards is not seen.
    """
    for node in stack.node.find_all():
        if isinstance(node, CfnResource):
            for finding in _possible_findings(stack, node):
                for reviewed in REVIEWED:
                    if reviewed.covers(finding):
                        Validations.of(node).acknowledge(
                            Acknowledgment(id=f"{_PACK}::{_PACK}-{finding}", reason=reviewed.reason)
                        )


def _possible_findings(stack: Stack, resource: CfnResource) -> Iterator[str]:
    if isinstance(resource, iam.CfnPolicy):
        yield from _document_findings(stack.resolve(resource.policy_document))
    elif isinstance(resource, iam.CfnRole):
        for policy in stack.resolve(resource.policies) or []:
            yield from _document_findings(policy["policyDocument"])
        for arn in stack.resolve(resource.managed_policy_arns) or []:
            yield f"IAM4[Policy::{_text(arn)}]"
    elif isinstance(resource, sqs.CfnQueue) and "DeadLetters" in resource.node.path:
        yield "SQS3"
    elif isinstance(resource, ec2.CfnSecurityGroup):
        rules = stack.resolve(resource.security_group_ingress) or []
        if not any(isinstance(rule.get("cidrIp"), str) for rule in rules):
            yield "EC23"


def _document_findings(document: dict[str, Any]) -> Iterator[str]:
    for statement in document["Statement"]:
        for kind in ("Action", "Resource"):
            values = statement.get(kind, [])
            for value in values if isinstance(values, list) else [values]:
                if "*" in _text(value):
                    yield f"IAM5[{kind}::{_text(value)}]"


def _text(value: object) -> str:
    """Write what is known only at deployment as cdk-nag does: `<Bucket.Arn>/*`."""
    match value:
        case str():
            return value
        case {"Ref": name}:
            return f"<{name}>"
        case {"Fn::GetAtt": [name, attribute]}:
            return f"<{name}.{attribute}>"
        case {"Fn::Join": [separator, parts]}:
            return str(separator).join(_text(part) for part in parts)
    return json.dumps(value, separators=(",", ":"))
