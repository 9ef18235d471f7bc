"""A further EBS volume of Batch hosts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from batchwright.model import Problem
from batchwright.model.host_arguments import key_problems, missing_problems, text_problems
from batchwright.model.volumes import device_name_problems, gp3_problems
from batchwright.tokens import is_token, known

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_kms as kms


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockDevice:
    """An encrypted gp3 volume that each host gets beside its root disk, and that is deleted with the host.

    It comes as EBS delivers it; `EbsScratch` also formats and mounts one.

    Attributes:
        gibibytes: Size, 1 to 65,536 GiB.
        device_name: `/dev/sdf` to `/dev/sdp`.
        iops: 3,000 (included in the price) to 80,000, at most 500 a GiB.
        throughput_mibps: 125 (included in the price) to 2,000 MiB/s, at most a quarter of the IOPS.
        snapshot_id: What is on it at first; nothing by default.
        encryption_key: The KMS key; EBS's own by default. A key of yours must let the service-linked role of Auto
            Scaling use it, or no host starts.

    Source: https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html
    """

    gibibytes: int
    device_name: str = "/dev/sdf"
    iops: int = 3000
    throughput_mibps: int = 125
    snapshot_id: str | None = None
    encryption_key: kms.IKey | None = None

    def problems(self) -> Sequence[Problem]:
        """Find what AWS would refuse."""
        return [
            *self._name_problems(),
            *gp3_problems(
                gibibytes=known(self.gibibytes),
                iops=known(self.iops),
                throughput_mibps=known(self.throughput_mibps),
            ),
            *missing_problems(gibibytes=self.gibibytes, iops=self.iops, throughput_mibps=self.throughput_mibps),
            *text_problems("snapshot_id", self.snapshot_id, example="snap-0123456789abcdef0"),
            *key_problems("encryption_key", self.encryption_key),
        ]

    def _name_problems(self) -> Sequence[Problem]:
        name: object = self.device_name
        if not isinstance(name, str):
            return [Problem("device_name", name, "text", "Use '/dev/sdf'.")]
        return [] if is_token(name) else device_name_problems(name)
