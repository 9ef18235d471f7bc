"""Managed and unmanaged environments, and which parts each has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence


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
