"""The root disk of Batch hosts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from batchwright.model import Problem
from batchwright.tokens import is_token, within

if TYPE_CHECKING:
    from collections.abc import Sequence

_MAX_IOPS_PER_GIBIBYTE: Final = 500


@dataclass(frozen=True, slots=True)
class RootVolume:
    """The root disk of a host: images and containers of all its jobs share it. Encrypted gp3.

    Attributes:
        gibibytes: Size, 30 to 65,536 GiB. 100 by default: the image's own 30 GB are full after a few large images.
        iops: 3,000 (included in the price) to 80,000, at most 500 a GiB.
        throughput_mibps: 125 (included in the price) to 2,000 MiB/s, at most a quarter of the IOPS; 250 by default,
            because unpacking images is what a fresh host waits for.

    Source: https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html
    """

    gibibytes: int = 100
    iops: int = 3000
    throughput_mibps: int = 250

    def problems(self) -> Sequence[Problem]:
        """Find what AWS would refuse."""
        found = [
            Problem(f"root_volume.{field}", value, f"{low:,} to {high:,}", f"Use {min(max(value, low), high)}.")
            for field, value, low, high in (
                ("gibibytes", self.gibibytes, 30, 65_536),
                ("iops", self.iops, 3_000, 80_000),
                ("throughput_mibps", self.throughput_mibps, 125, 2_000),
            )
            if not within(value, low, high)
        ]
        return found or self._ratio_problems()

    def _ratio_problems(self) -> list[Problem]:
        found: list[Problem] = []
        if is_token(self.iops):
            return found
        if not is_token(self.throughput_mibps) and self.throughput_mibps > self.iops / 4:
            found.append(
                Problem(
                    "root_volume.throughput_mibps",
                    self.throughput_mibps,
                    f"at most a quarter of the IOPS ({self.iops // 4})",
                    f"Raise iops to {self.throughput_mibps * 4}.",
                )
            )
        if not is_token(self.gibibytes) and self.iops > self.gibibytes * _MAX_IOPS_PER_GIBIBYTE:
            found.append(
                Problem(
                    "root_volume.iops",
                    self.iops,
                    f"at most {_MAX_IOPS_PER_GIBIBYTE} IOPS a GiB ({self.gibibytes * _MAX_IOPS_PER_GIBIBYTE:,})",
                    f"Raise gibibytes to {-(-self.iops // _MAX_IOPS_PER_GIBIBYTE)}.",
                )
            )
        return found
