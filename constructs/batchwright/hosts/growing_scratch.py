"""An EBS volume as scratch that grows at run time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from aws_cdk import Names, Stack
from aws_cdk import aws_iam as iam

from batchwright.hosts.block_device import BlockDevice
from batchwright.hosts.docker_root import docker_root_claims, docker_root_sections
from batchwright.hosts.ebs_scratch import mount_section
from batchwright.hosts.part import Contribution, HostAccess, Section, Stage
from batchwright.hosts.sections import program, section
from batchwright.model.arguments import flag_problems
from batchwright.model.host_arguments import missing_problems
from batchwright.model.host_paths import mount_path_problems
from batchwright.model.volumes import MAX_GIBIBYTES, growth_percent, growth_problems, whole_number_problems
from batchwright.tokens import as_text, known

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_kms as kms
    from constructs import Construct

    from batchwright.model import Problem

_TAG: Final = "batchwright:growing-scratch"
_CLAIM: Final = "the scratch volume that grows"


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowingScratch:
    """A gp3 volume as scratch that is made larger in place whenever it fills up, up to a maximum.

    A timer on the host looks at the free space and asks EC2 for a larger volume; the file system follows while jobs
    run. EC2 changes a volume up to four times a day, so each step at least doubles it, and four reach the maximum.
    A change takes seconds to begin, and the next one waits until it has completed. A volume does not shrink.

    Hosts ask EC2's API, so a network without a way to the internet needs its endpoint: `endpoints=["ec2"]`.

    Attributes:
        max_gibibytes: Size that it grows to at most, up to 65,536 GiB. It bounds the bill of each host.
        initial_gibibytes: Size of a fresh host's.
        path: Where jobs find it on the host, for a host volume of the job definition. Anyone may write to it.
        grow_at_percent: How full it is when it grows, 10 to 95.
        check_seconds: How often the free space is looked at, 5 to 3,600.
        iops: 3,000 (included in the price) to 80,000, at most 500 a GiB of the initial size.
        throughput_mibps: 125 (included in the price) to 2,000 MiB/s, at most a quarter of the IOPS.
        docker_root: Whether images and containers lie on it too, instead of on the root disk.
        device_name: `/dev/sdf` to `/dev/sdp`; another one for each volume.
        encryption_key: The KMS key; EBS's own by default. A key of yours must let the service-linked role of Auto
            Scaling use it, or no host starts.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVolume.html
    """

    max_gibibytes: int
    initial_gibibytes: int = 100
    path: str = "/scratch"
    grow_at_percent: int = 80
    check_seconds: int = 30
    iops: int = 3000
    throughput_mibps: int = 125
    docker_root: bool = False
    device_name: str = "/dev/sdf"
    encryption_key: kms.IKey | None = None

    def problems(self) -> Sequence[Problem]:
        """Find a path that cannot be mounted at, what EBS refuses, and a size that cannot grow."""
        sizes = [
            replace(problem, field="initial_gibibytes") if problem.field == "gibibytes" else problem
            for problem in self._volume().problems()
        ]
        maximum = whole_number_problems("max_gibibytes", known(self.max_gibibytes), 1, MAX_GIBIBYTES)
        return [
            *mount_path_problems(self.path),
            *sizes,
            *(maximum or ([] if sizes else self._growth_problems())),
            *whole_number_problems("grow_at_percent", known(self.grow_at_percent), 10, 95),
            *whole_number_problems("check_seconds", known(self.check_seconds), 5, 3_600),
            *missing_problems(
                max_gibibytes=self.max_gibibytes,
                grow_at_percent=self.grow_at_percent,
                check_seconds=self.check_seconds,
            ),
            *flag_problems("docker_root", self.docker_root),
        ]

    def contribution(self, scope: Construct) -> Contribution:
        """Add the volume, the script that mounts it and the program that lets it grow."""
        return Contribution(
            sections=[
                mount_section(self.path, self.device_name),
                *docker_root_sections(self.path, moved=self.docker_root),
                section(
                    "growing-scratch",
                    {
                        "MOUNT_PATH": self.path,
                        "INTERVAL_SECONDS": as_text(self.check_seconds),
                        "PROGRAM": program("GrowingScratch", self._growth()),
                    },
                    stage=Stage.SERVICES,
                ),
            ],
            block_devices=[self._volume()],
            volume_tags={_TAG: Names.unique_id(scope)},
            claims=[self.path, _CLAIM, *docker_root_claims(moved=self.docker_root)],
        )

    def permit(self, access: HostAccess) -> None:
        """Let the hosts change the volumes that come from this launch template, which are known by their tag."""
        volumes = Stack.of(access.scope).format_arn(service="ec2", resource="volume", resource_name="*")
        statement = iam.PolicyStatement(
            actions=["ec2:ModifyVolume"],
            resources=[volumes],
            conditions={"StringEquals": {f"aws:ResourceTag/{_TAG}": Names.unique_id(access.scope)}},
        )
        access.role.add_to_principal_policy(statement)

    def _growth_problems(self) -> Sequence[Problem]:
        return growth_problems(initial_gibibytes=self._known_initial(), max_gibibytes=known(self.max_gibibytes))

    def _growth(self) -> Section:
        percent = growth_percent(initial_gibibytes=self._known_initial(), max_gibibytes=known(self.max_gibibytes))
        return section(
            "grow-scratch",
            {
                "MOUNT_PATH": self.path,
                "GROW_AT_PERCENT": as_text(self.grow_at_percent),
                "GROWTH_PERCENT": str(percent),
                "MAX_GIBIBYTES": as_text(self.max_gibibytes),
            },
            stage=Stage.SERVICES,
            essential=False,
        )

    def _known_initial(self) -> float | None:
        return known(self.initial_gibibytes)

    def _volume(self) -> BlockDevice:
        return BlockDevice(
            gibibytes=self.initial_gibibytes,
            device_name=self.device_name,
            iops=self.iops,
            throughput_mibps=self.throughput_mibps,
            encryption_key=self.encryption_key,
        )
