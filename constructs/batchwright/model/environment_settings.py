"""What the settings of an environment of EC2 or Spot instances may be, each alone and together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence


def desired_vcpu_problems(*, desired: float, minimum: float, maximum: float) -> Sequence[Problem]:
    """Find a desired number of vCPUs that is outside the environment's own range.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_ComputeResource.html (desiredvCpus)
    """
    if minimum <= desired <= maximum:
        return []
    fix = "Leave it out: Batch sets it by the jobs that wait."
    return [Problem("desired_vcpus", desired, f"min_vcpus ({minimum}) to max_vcpus ({maximum})", fix)]


def tag_problems(tags: dict[str, str], *, field: str) -> Sequence[Problem]:
    """Find tags that EC2 would refuse: reserved names, and what is too long.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html (tag restrictions)
    """
    found = []
    for name, value in tags.items():
        if not 1 <= len(name) <= 128 or name.lower().startswith("aws:"):
            allowed = "a name of 1 to 128 characters that does not begin with aws:"
            found.append(Problem(f"{field}[{name!r}]", value, allowed, "Give the tag another name."))
        elif len(value) > 256:
            found.append(Problem(f"{field}[{name!r}]", value, "up to 256 characters", "Shorten it."))
    return found
