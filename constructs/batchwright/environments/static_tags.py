"""Tags of an environment: a change of them would replace it, so that they change only on purpose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import aws_cdk as cdk
import jsii

from batchwright.model.arguments import mapping_problems
from batchwright.model.environment_settings import tag_problems
from batchwright.model.tags import tag_count_problems

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_batch as batch
    from constructs import IConstruct

    from batchwright.model import Problem

# After those that set tags, whatever priority they have.
_LAST: Final = 1_000_000


def environment_tag_problems(tags: object) -> Sequence[Problem]:
    """Find tags of an environment that AWS would refuse."""
    if tags is None:
        return []
    kinds = mapping_problems("tags", tags, str, fix="Use {'team': 'imaging'}.")
    if kinds or not isinstance(tags, dict):
        return kinds
    return [*tag_count_problems(len(tags)), *tag_problems(tags, field="tags")]


def keep_tags(resource: batch.CfnComputeEnvironment, tags: Mapping[str, str] | None) -> None:
    """Give an environment these tags and no others.

    `Tags.of(app).add(...)` reaches every resource below. Here it must not: CloudFormation replaces an environment whose
    tags change, and with a tag such as a commit's that is each deployment.
    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-batch-computeenvironment.html
    """
    if tags:
        cdk.Aspects.of(resource).add(_Only(tags), priority=_LAST)
    else:
        resource.add_property_deletion_override("Tags")


@jsii.implements(cdk.IAspect)
class _Only:
    """Sets tags, and takes all others away."""

    def __init__(self, tags: Mapping[str, str]) -> None:
        self._tags = dict(tags)

    def visit(self, node: IConstruct) -> None:
        manager = cdk.TagManager.of(node)
        if manager is None:
            return
        for name in manager.tag_values():
            if name not in self._tags:
                manager.remove_tag(name, _LAST)
        for name, value in self._tags.items():
            manager.set_tag(name, value, _LAST)
