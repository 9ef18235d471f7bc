"""CPU architectures, and which one an EC2 instance type has."""

from __future__ import annotations

import re
from enum import StrEnum


class Architecture(StrEnum):
    """The CPU architecture of an image or an environment; an image runs only on its own."""

    X86_64 = "x86_64"
    ARM64 = "arm64"


# Series, generation, options, and a size unless a family is named: m7g.large, c6gn, m7i-flex, u-6tb1.metal,
# u7in-16tb.224xlarge, p6-b200.48xlarge, m7g.metal-48xl.
_FAMILY = re.compile(
    r"(?P<series>[a-z]+|u-\d+tb)(?P<generation>\d+)(?P<options>[a-z]*(?:-[a-z0-9]+)?)"
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
