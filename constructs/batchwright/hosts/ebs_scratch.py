"""An EBS volume as scratch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from batchwright.hosts.block_device import BlockDevice
from batchwright.hosts.docker_root import docker_root_claims, docker_root_sections
from batchwright.hosts.part import Contribution, HostAccess, Section, Stage
from batchwright.hosts.sections import section
from batchwright.model.arguments import flag_problems
from batchwright.model.host_paths import mount_path_problems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_kms as kms
    from constructs import Construct

    from batchwright.model import Problem


def mount_section(path: str, device_name: str) -> Section:
    """Mount the volume of a device mapping at a path."""
    return section("ebs-scratch", {"MOUNT_PATH": path, "DEVICE_NAME": device_name}, stage=Stage.DRIVES)


@dataclass(frozen=True, slots=True, kw_only=True)
class EbsScratch:
    """A gp3 volume of its own as scratch, formatted with XFS, encrypted, deleted with the host.

    Attributes:
        gibibytes: Size, 1 to 65,536 GiB.
        path: Where jobs find it on the host, for a host volume of the job definition. Anyone may write to it.
        iops: 3,000 (included in the price) to 80,000, at most 500 a GiB.
        throughput_mibps: 125 (included in the price) to 2,000 MiB/s, at most a quarter of the IOPS.
        docker_root: Whether images and containers lie on it too, instead of on the root disk.
        device_name: `/dev/sdf` to `/dev/sdp`; another one for each volume. The host finds the volume by it.
        snapshot_id: A snapshot with reference data, formatted already; empty by default.
        encryption_key: The KMS key; EBS's own by default. A key of yours must let the service-linked role of Auto
            Scaling use it, or no host starts.

    Source: https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html
    """

    gibibytes: int
    path: str = "/scratch"
    iops: int = 3000
    throughput_mibps: int = 125
    docker_root: bool = False
    device_name: str = "/dev/sdf"
    snapshot_id: str | None = None
    encryption_key: kms.IKey | None = None

    def problems(self) -> Sequence[Problem]:
        """Find a path that cannot be mounted at, and what EBS refuses."""
        flags = flag_problems("docker_root", self.docker_root)
        return [*mount_path_problems(self.path), *self._volume().problems(), *flags]

    def contribution(self, scope: Construct) -> Contribution:  # noqa: ARG002
        """Add the volume and the script that mounts it."""
        return Contribution(
            sections=[
                mount_section(self.path, self.device_name),
                *docker_root_sections(self.path, moved=self.docker_root),
            ],
            block_devices=[self._volume()],
            claims=[self.path, *docker_root_claims(moved=self.docker_root)],
        )

    def permit(self, access: HostAccess) -> None:
        """Nothing: EC2 attaches the volume."""

    def _volume(self) -> BlockDevice:
        return BlockDevice(
            gibibytes=self.gibibytes,
            device_name=self.device_name,
            iops=self.iops,
            throughput_mibps=self.throughput_mibps,
            snapshot_id=self.snapshot_id,
            encryption_key=self.encryption_key,
        )
