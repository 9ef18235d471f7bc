"""Other launch templates for some of an environment's instances."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk import aws_batch as batch

from batchwright.hosts.launch_template import HostLaunchTemplate
from batchwright.model import Problem
from batchwright.model.arguments import item_problems, kind_problems
from batchwright.model.launch_templates import overlap_problems, override_count_problems, override_target_problems

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchTemplateOverride:
    """A launch template for some of an environment's instances, in place of the environment's own.

    Attributes:
        instances: Types or families among the environment's; not Batch's classes. Each in one override only.
        template: Their launch template; it reaches the hosts in its newest version.
    """

    instances: Sequence[str]
    template: HostLaunchTemplate


def override_problems(field: str, overrides: object, instance_types: Sequence[str] | None) -> Sequence[Problem]:
    """Find overrides that Batch would refuse.

    Args:
        field: What the caller named them.
        overrides: The overrides as they were given.
        instance_types: The environment's types; None when they are not known.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_LaunchTemplateSpecificationOverride.html
    """
    found = list(item_problems(field, overrides, LaunchTemplateOverride, fix="Use [LaunchTemplateOverride(...)]."))
    if found or not isinstance(overrides, list | tuple):
        return found
    found.extend(_renamed(override_count_problems(len(overrides)), field))
    earlier: list[str] = []
    for number, override in enumerate(overrides):
        place = f"{field}[{number}]"
        template, fix = override.template, "Make a HostLaunchTemplate for them."
        found.extend(kind_problems(f"{place}.template", template, HostLaunchTemplate, fix=fix))
        if template is None:
            found.append(Problem(f"{place}.template", None, "a HostLaunchTemplate", fix))
        targets = item_problems(f"{place}.instances", override.instances, str, fix="Use ['g6', 'c7i.large'].")
        if targets or not override.instances:
            none = Problem(f"{place}.instances", override.instances, "one or more types or families", "Name some.")
            found.extend(targets or [none])
            continue
        for target in override.instances:
            wrong = [*override_target_problems(target, instance_types), *overlap_problems(target, earlier)]
            found.extend(_renamed(wrong, f"{place}.instances"))
            earlier.append(target)
    return found


def launch_template_specification(
    template: HostLaunchTemplate,
    overrides: Sequence[LaunchTemplateOverride] = (),
    userdata_type: str | None = None,
) -> batch.CfnComputeEnvironment.LaunchTemplateSpecificationProperty:
    """Name launch templates by version number: an edit of one reaches the hosts, which `$Default` would not do.

    Args:
        template: The environment's launch template.
        overrides: Those of some of its instances.
        userdata_type: How nodes of EKS start; None on ECS.
    """
    return batch.CfnComputeEnvironment.LaunchTemplateSpecificationProperty(
        launch_template_id=template.launch_template_id,
        version=template.latest_version,
        userdata_type=userdata_type,
        overrides=[
            batch.CfnComputeEnvironment.LaunchTemplateSpecificationOverrideProperty(
                launch_template_id=override.template.launch_template_id,
                version=override.template.latest_version,
                target_instance_types=list(override.instances),
                userdata_type=userdata_type,
            )
            for override in overrides
        ]
        or None,
    )


def _renamed(problems: Sequence[Problem], field: str) -> Sequence[Problem]:
    return [Problem(field, problem.value, problem.allowed, problem.fix) for problem in problems]
