"""EBS volumes of a host: what gp3 takes.

Source: https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final

from batchwright.model.numbers import is_whole
from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_GIBIBYTES: Final = 65_536
MIN_IOPS: Final = 3_000
MAX_IOPS: Final = 80_000
MIN_THROUGHPUT: Final = 125
MAX_THROUGHPUT: Final = 2_000
_IOPS_PER_GIBIBYTE: Final = 500
# AWS changes a volume up to four times a day, each time after the one before has completed.
# Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVolume.html
_CHANGES_A_DAY: Final = 4
# Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/device_naming.html
_ROOT_DEVICES: Final = ("/dev/xvda", "/dev/sda1")
_DEVICE: Final = re.compile(r"/dev/sd[f-p]")


def gp3_problems(
    *, gibibytes: float | None, iops: float | None, throughput_mibps: float | None, minimum: int = 1, prefix: str = ""
) -> Sequence[Problem]:
    """Find what EBS refuses of a gp3 volume; None is known only at deployment.

    Args:
        gibibytes: Its size.
        iops: Its operations a second.
        throughput_mibps: Its MiB a second.
        minimum: The smallest size that serves the purpose.
        prefix: What stands before the names of the fields, such as `root_volume.`.
    """
    found = [
        problem
        for name, value, low, high in (
            ("gibibytes", gibibytes, minimum, MAX_GIBIBYTES),
            ("iops", iops, MIN_IOPS, MAX_IOPS),
            ("throughput_mibps", throughput_mibps, MIN_THROUGHPUT, MAX_THROUGHPUT),
        )
        for problem in whole_number_problems(f"{prefix}{name}", value, low, high)
    ]
    return found or _ratio_problems(gibibytes, iops, throughput_mibps, prefix)


def whole_number_problems(field: str, value: object, low: int, high: int) -> Sequence[Problem]:
    """Find what is no whole number between two others; None is known only at deployment."""
    allowed = f"{low:,} to {high:,}"
    if value is None:
        return []
    if isinstance(value, bool) or not isinstance(value, int | float):
        return [Problem(field, value, allowed, f"Use a whole number, such as {low}.")]
    if is_whole(value) and low <= value <= high:
        return []
    nearest = low if not value > low else high if value > high else int(value)
    return [Problem(field, value, allowed, f"Use {nearest}.")]


def device_name_problems(name: object) -> Sequence[Problem]:
    """Find a device name that EC2 does not keep for data volumes of a user's own."""
    if isinstance(name, str) and _DEVICE.fullmatch(name):
        return []
    return [Problem("device_name", name, "/dev/sdf to /dev/sdp", "Use '/dev/sdf'; the host finds the volume by it.")]


def root_device_problems(field: str, name: object) -> Sequence[Problem]:
    """Find a device name that no image has its root disk under."""
    if name in _ROOT_DEVICES:
        return []
    return [Problem(field, name, " or ".join(_ROOT_DEVICES), "Look it up: `aws ec2 describe-images` (RootDeviceName).")]


def growth_problems(*, initial_gibibytes: float | None, max_gibibytes: float | None) -> Sequence[Problem]:
    """Find a volume that could not grow."""
    if initial_gibibytes is None or max_gibibytes is None or max_gibibytes > initial_gibibytes:
        return []
    fix = "Raise it, or use EbsScratch for a volume of one size."
    return [Problem("max_gibibytes", max_gibibytes, f"more than initial_gibibytes ({initial_gibibytes:,})", fix)]


def growth_percent(*, initial_gibibytes: float | None, max_gibibytes: float | None) -> int:
    """How large a volume becomes at each step, in percent: at least the double, and the maximum after four steps."""
    if not initial_gibibytes or not max_gibibytes:
        return 200
    step: float = (max_gibibytes / initial_gibibytes) ** (1 / _CHANGES_A_DAY)
    return max(200, math.ceil(round(step * 100, 6)))


def _ratio_problems(
    gibibytes: float | None, iops: float | None, throughput_mibps: float | None, prefix: str
) -> list[Problem]:
    found: list[Problem] = []
    if iops is None:
        return found
    if throughput_mibps is not None and throughput_mibps > iops / 4:
        allowed = f"at most a quarter of the IOPS ({int(iops) // 4})"
        fix = f"Raise iops to {int(throughput_mibps) * 4}."
        found.append(Problem(f"{prefix}throughput_mibps", throughput_mibps, allowed, fix))
    # The first 3,000 come with any size.
    if gibibytes is not None and iops > max(MIN_IOPS, gibibytes * _IOPS_PER_GIBIBYTE):
        allowed = f"at most {_IOPS_PER_GIBIBYTE} IOPS a GiB ({max(MIN_IOPS, int(gibibytes) * _IOPS_PER_GIBIBYTE):,})"
        fix = f"Raise gibibytes to {-(-int(iops) // _IOPS_PER_GIBIBYTE)}."
        found.append(Problem(f"{prefix}iops", iops, allowed, fix))
    return found
