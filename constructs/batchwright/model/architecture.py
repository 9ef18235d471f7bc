"""CPU architectures, and which one an EC2 instance type has."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence


class Architecture(StrEnum):
    """The CPU architecture of an image or an environment; an image runs only on its own."""

    X86_64 = "x86_64"
    ARM64 = "arm64"


# Series, generation, options, and a size unless a family is named: m7g.large, c6gn, m7i-flex, u-6tb1.metal,
# u7in-16tb.224xlarge, p6-b200.48xlarge, m7g.metal-48xl. Not the Macs (mac2-m2.metal): they run no container of Batch.
_FAMILY = re.compile(
    r"(?!mac)(?P<series>[a-z]+|u-\d+tb)(?P<generation>\d+)(?P<options>[a-z]*(?:-[a-z0-9]+)?)"
    r"(?:\.(?:nano|micro|small|medium|large|\d*xlarge|metal(?:-\d+xl)?))?"
)
_CLASSES = {
    "optimal": Architecture.X86_64,
    "default_x86_64": Architecture.X86_64,
    "default_arm64": Architecture.ARM64,
}


def architecture_of(instance_type: str) -> Architecture | None:
    """Tell the architecture of an instance type, a family or one of Batch's instance classes.

    A `g` among the options after the generation marks Graviton (`m7g`, `c6gn`, `x2gd`, `im4gn`) or, in
    `p6e-gb200`, Grace; `a1` is the one older family. Source: https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html

    Returns:
        The architecture, or None when the text is not an instance type's name.
    """
    known = _CLASSES.get(instance_type)
    if known:
        return known
    match = _FAMILY.fullmatch(instance_type)
    if match is None:
        return None
    graviton = "g" in match["options"] or f"{match['series']}{match['generation']}" == "a1"
    return Architecture.ARM64 if graviton else Architecture.X86_64


def mixed_type_problems(instance_types: Sequence[str]) -> Sequence[Problem]:
    """Find that an environment's instance types have more than one architecture; unknown names are not judged.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_ComputeResource.html (instanceTypes)
    """
    if len({architecture for name in instance_types if (architecture := architecture_of(name))}) <= 1:
        return []
    fix = "Make one environment and one queue for each architecture."
    return [Problem("types", list(instance_types), "types of one CPU architecture", fix)]
