"""The root disk of Batch hosts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from batchwright.model.host_arguments import key_problems, missing_problems
from batchwright.model.volumes import gp3_problems, root_device_problems
from batchwright.tokens import known

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_kms as kms

    from batchwright.model import Problem

# The Amazon Linux 2023 images of Batch are 30 GiB large.
_IMAGE_GIBIBYTES: Final = 30


@dataclass(frozen=True, slots=True)
class RootVolume:
    """The root disk of a host: images and containers of all its jobs share it. Encrypted gp3.

    Attributes:
        gibibytes: Size, 30 to 65,536 GiB. 100 by default: the image's own 30 GB are full after a few large images.
        iops: 3,000 (included in the price) to 80,000, at most 500 a GiB.
        throughput_mibps: 125 (included in the price) to 2,000 MiB/s, at most a quarter of the IOPS; 250 by default,
            because unpacking images is what a fresh host waits for.
        encryption_key: The KMS key; EBS's own by default. A key of yours must let the service-linked role of Auto
            Scaling use it, or no host starts.
        device_name: The image's root device: `/dev/xvda` on Amazon Linux, `/dev/sda1` on Ubuntu and most other
            systems. Under another name than the image's, hosts would get an empty second disk.

    Source: https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html
    """

    gibibytes: int = 100
    iops: int = 3000
    throughput_mibps: int = 250
    encryption_key: kms.IKey | None = None
    device_name: str = "/dev/xvda"

    def problems(self) -> Sequence[Problem]:
        """Find what AWS would refuse."""
        sizes = gp3_problems(
            gibibytes=known(self.gibibytes),
            iops=known(self.iops),
            throughput_mibps=known(self.throughput_mibps),
            minimum=_IMAGE_GIBIBYTES,
            prefix="root_volume.",
        )
        amounts = {"gibibytes": self.gibibytes, "iops": self.iops, "throughput_mibps": self.throughput_mibps}
        return [
            *sizes,
            *missing_problems(**{f"root_volume.{name}": value for name, value in amounts.items()}),
            *key_problems("root_volume.encryption_key", self.encryption_key),
            *root_device_problems("root_volume.device_name", self.device_name),
        ]
