"""How many subnets and security groups an environment takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

# Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_ComputeResource.html (subnets)
_MAX_SUBNETS: Final = 16
# Source: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html (securityGroups)
_MAX_SECURITY_GROUPS: Final = 5


def subnet_problems(count: int) -> Sequence[Problem]:
    """Find too few or too many subnets."""
    if 1 <= count <= _MAX_SUBNETS:
        return []
    fix = "Narrow the selection, for example by subnet_group_name." if count else "Name the subnets of a VPC."
    return [Problem("subnets", f"{count} subnets", f"1 to {_MAX_SUBNETS} subnets", fix)]


def security_group_problems(count: int) -> Sequence[Problem]:
    """Find too few or too many security groups."""
    if 1 <= count <= _MAX_SECURITY_GROUPS:
        return []
    fix = "Put their rules into fewer groups." if count else "Name a group; one that lets nothing in is enough."
    return [Problem("security_groups", f"{count} groups", f"1 to {_MAX_SECURITY_GROUPS} groups", fix)]
