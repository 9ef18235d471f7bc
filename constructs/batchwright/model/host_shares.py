"""Parts of a host that jobs can have at the same time."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Final, cast

from batchwright.model import instances
from batchwright.model.instances import Size, usable_memory_mib
from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batchwright.model.instances import InstanceType

# 1/3 is no number of a computer; it is read as the fraction that it stands for.
_FINEST: Final = 1024


def host_share_problems(instance_type: object, share: object) -> Sequence[Problem]:
    """Find an instance type that is not known, and a share of it that no job can have."""
    host = instances.instance_type(instance_type) if isinstance(instance_type, str) else None
    found = []
    if host is None:
        allowed = "an instance type of EC2, such as c7g.4xlarge"
        found.append(Problem("instance_type", instance_type, allowed, "Name one type, with its size."))
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share <= 1:
        return [*found, Problem("share", share, "above 0 and up to 1", "Use 1/4 for four jobs on a host.")]
    if host is None:
        return found
    part = _part(host, share)
    if part.vcpus < 1:
        fix = f"Use 1/{host.vcpus}, or a larger type."
        found.append(Problem("share", share, f"at least one vCPU of the {host.vcpus} of {host.name}", fix))
    if host.gpus and part.gpus < 1:
        allowed = f"at least one GPU of the {host.gpus} of {host.name}; jobs do not share one"
        found.append(Problem("share", share, allowed, f"Use 1/{host.gpus}, or a type without GPUs."))
    return found


def host_share(instance_type: str, share: float) -> Size:
    """The most that jobs of an equal share of a host have each; the type must be known."""
    return _part(cast("InstanceType", instances.instance_type(instance_type)), share)


def _part(host: InstanceType, share: float) -> Size:
    exact = Fraction(share).limit_denominator(_FINEST)
    # Jobs of half a host and a bit are one on each: what does not divide is left over, never shared out.
    return Size(
        vcpus=math.floor(host.vcpus * exact),
        memory_mib=math.floor(usable_memory_mib(host.memory_mib) * exact),
        gpus=math.floor(host.gpus * exact),
    )
