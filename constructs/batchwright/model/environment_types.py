"""Managed and unmanaged environments, and which parts each has."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from batchwright.model.numbers import is_whole, tidy
from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

_MIN_DRAIN_SECONDS: Final = 30
_MAX_DRAIN_SECONDS: Final = 7_200
_MAX_TYPES: Final = 40


def environment_type_problems(
    *, managed: bool, resources: bool | None, role: bool | None, vcpus: bool | None
) -> Sequence[Problem]:
    """Find parts that a managed or an unmanaged environment lacks, or must not have.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateComputeEnvironment.html

    Args:
        managed: Whether Batch manages its capacity.
        resources: Whether it has `ComputeResources`; None when open, and so the others.
        role: Whether it has a `ServiceRole`.
        vcpus: Whether it has `UnmanagedvCpus`.
    """
    if managed:
        return [*_lack(resources), *_surplus_vcpus(vcpus)]
    return [*_surplus_resources(resources), *_role(role)]


def _lack(resources: bool | None) -> Sequence[Problem]:
    if resources is not False:
        return []
    fix = "Add ComputeResources, or make the environment UNMANAGED."
    return [Problem("compute_resources", None, "what a managed environment may launch", fix)]


def _surplus_vcpus(vcpus: bool | None) -> Sequence[Problem]:
    if not vcpus:
        return []
    fix = "Use ComputeResources.MaxvCpus instead."
    return [Problem("unmanaged_vcpus", "set", "nothing on a managed environment", fix)]


def _surplus_resources(resources: bool | None) -> Sequence[Problem]:
    if not resources:
        return []
    fix = "Leave ComputeResources out, or make the environment MANAGED."
    return [Problem("compute_resources", "set", "nothing on an unmanaged environment: you launch its hosts", fix)]


def _role(role: bool | None) -> Sequence[Problem]:
    if role is not False:
        return []
    allowed = "a role: AWS makes its own only for managed environments"
    fix = "Add a role that batch.amazonaws.com may assume, with AWSBatchServiceRole."
    return [Problem("service_role", None, allowed, fix)]


def host_count_problems(*, least: float | None, most: float | None) -> Sequence[Problem]:
    """Find a number of own hosts outside its range; None is known only at deployment.

    An unmanaged environment never grows by itself: without a host its jobs wait.
    Source: https://github.com/aws/containers-roadmap/issues/1814
    """
    found = []
    if most is not None and not (is_whole(most) and most >= 1):
        found.append(Problem("max_hosts", tidy(most), "whole hosts, 1 or more", "Use enabled=False to keep it idle."))
    ceiling = math.inf if most is None else max(most, 0)
    if least is not None and not (is_whole(least) and 0 <= least <= ceiling):
        allowed = "whole hosts from 0" if most is None else f"whole hosts, 0 to max_hosts ({tidy(most)})"
        fix = "Use 1: with none, jobs wait until something else adds one."
        found.append(Problem("min_hosts", tidy(least), allowed, fix))
    return found


def drain_problems(seconds: float) -> Sequence[Problem]:
    """Find a wait for the jobs of a host that is outside the range of a lifecycle hook.

    Source: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutLifecycleHook.html (HeartbeatTimeout)
    """
    if is_whole(seconds) and _MIN_DRAIN_SECONDS <= seconds <= _MAX_DRAIN_SECONDS:
        return []
    allowed = f"whole seconds, {_MIN_DRAIN_SECONDS} to {_MAX_DRAIN_SECONDS:,}"
    return [Problem("drain_for", tidy(seconds), allowed, "Use Duration.hours(2) for long jobs.")]


def own_host_type_problems(types: Sequence[str], *, field: str = "instances") -> Sequence[Problem]:
    """Find what an Auto Scaling group cannot launch: only whole instance types, up to 40.

    Source: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_LaunchTemplateOverrides.html
    """
    allowed = "instance types with their size, which is all that an Auto Scaling group launches"
    fix = "Name types, as in Instances.of('m7i.2xlarge', 'm6i.2xlarge')."
    found = [Problem(field, name, allowed, fix) for name in types if "." not in name]
    if len(types) > _MAX_TYPES:
        found.append(Problem(field, f"{len(types)} types", f"up to {_MAX_TYPES} types", "Leave some out."))
    return found
