"""Instance-store drives as scratch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from batchwright.hosts.docker_root import docker_root_claims, docker_root_sections
from batchwright.hosts.part import Contribution, HostAccess, Stage
from batchwright.hosts.sections import section
from batchwright.model.arguments import flags_problems
from batchwright.model.host_paths import mount_path_problems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

    from batchwright.model import Problem

_DRIVES: Final = "the instance-store drives"


@dataclass(frozen=True, slots=True, kw_only=True)
class NvmeScratch:
    """The NVMe drives that an instance type brings (m5d, c6id, i4i, g5, p5, ...) as one XFS file system.

    Any number of drives: one alone, several as RAID0, so that the path is the same on every size of a family. What is
    on them goes with the host, so jobs copy their results elsewhere.

    Several drives need `mdadm`, which is installed from Amazon Linux's repositories if the image lacks it; a network
    without a way to the internet reaches those through its S3 gateway endpoint.

    Attributes:
        path: Where jobs find it on the host, for a host volume of the job definition. Anyone may write to it.
        docker_root: Whether images and containers lie on it too, instead of on the root disk.
        required: Whether a host without such a drive takes no jobs. With False the path is a folder of the root disk
            there.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/InstanceStorage.html
    """

    path: str = "/scratch"
    docker_root: bool = False
    required: bool = True

    def problems(self) -> Sequence[Problem]:
        """Find a path that cannot be mounted at."""
        flags = flags_problems(docker_root=self.docker_root, required=self.required)
        return [*mount_path_problems(self.path), *flags]

    def contribution(self, scope: Construct) -> Contribution:  # noqa: ARG002
        """Add the script that assembles and mounts them."""
        required = "1" if self.required else "0"
        return Contribution(
            sections=[
                section("nvme-scratch", {"MOUNT_PATH": self.path, "REQUIRED": required}, stage=Stage.DRIVES),
                *docker_root_sections(self.path, moved=self.docker_root),
            ],
            claims=[self.path, _DRIVES, *docker_root_claims(moved=self.docker_root)],
            needs_drives=self.required,
        )

    def permit(self, access: HostAccess) -> None:
        """Nothing: the drives are the host's own."""
