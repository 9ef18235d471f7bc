"""What the launch template of hosts is put together from."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_ec2 as ec2
    from aws_cdk import aws_iam as iam
    from constructs import Construct

    from batchwright.hosts.block_device import BlockDevice
    from batchwright.model import Problem


class Stage(IntEnum):
    """When a script runs; those of an earlier stage come first, whatever the order of the parts.

    The first two run at every boot, before Docker starts; the others once, before the ECS agent starts.
    """

    DRIVES = 1
    """File systems on the host's own drives."""
    DOCKER = 2
    """What Docker reads when it starts."""
    MOUNTS = 3
    """Network file systems and drivers."""
    AGENT = 4
    """Settings of the ECS agent."""
    SERVICES = 5
    """Programs beside the jobs."""

    @property
    def before_docker(self) -> bool:
        """Whether its scripts are boot hooks: run at every boot, while Docker waits for the network."""
        return self <= Stage.DOCKER


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One script of the user data.

    A line that fails ends it, with a message on the console. `log TEXT` and `fail TEXT` are there to be called.

    Attributes:
        script: Lines of bash, without a first line of their own.
        variables: Values that the script sees under these names; any text, also one known only at deployment.
        stage: When it runs.
        essential: Whether a host on which it fails takes no jobs.
    """

    script: str
    variables: Mapping[str, str] = field(default_factory=dict)
    stage: Stage = Stage.SERVICES
    essential: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What one part adds to a launch template.

    Attributes:
        sections: Scripts of the user data.
        block_devices: EBS volumes.
        volume_tags: Tags of all volumes of the host.
        claims: What only one part of a host can have: paths, device names, Docker's data.
        needs_drives: Whether hosts must have instance-store drives.
    """

    sections: Sequence[Section] = ()
    block_devices: Sequence[BlockDevice] = ()
    volume_tags: Mapping[str, str] = field(default_factory=dict)
    claims: Sequence[str] = ()
    needs_drives: bool = False


@dataclass(frozen=True, slots=True)
class HostAccess:
    """Whom a part's permissions are for.

    Attributes:
        scope: The launch template.
        role: The hosts' role.
        connections: The hosts' security groups.
    """

    scope: Construct
    role: iam.IRole
    connections: ec2.Connections


@runtime_checkable
class HostPart(Protocol):
    """A part of hosts, such as `NvmeScratch` or `EfsMount`; write a class of your own with these for another."""

    def problems(self) -> Sequence[Problem]:
        """Find what cannot work about its own values."""

    def contribution(self, scope: Construct) -> Contribution:
        """Say what it adds to the launch template `scope`."""

    def permit(self, access: HostAccess) -> None:
        """Let the hosts do and reach what its scripts need."""
