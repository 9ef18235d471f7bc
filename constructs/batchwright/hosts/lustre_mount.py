"""An FSx for Lustre file system on the hosts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aws_cdk import aws_ec2 as ec2

from batchwright.hosts.part import Contribution, HostAccess, Stage
from batchwright.hosts.reach import let_hosts_call, let_servers_call
from batchwright.hosts.sections import section
from batchwright.model import Problem
from batchwright.model.arguments import flag_problems, like_item_problems
from batchwright.model.host_arguments import is_text
from batchwright.model.host_paths import mount_path_problems
from batchwright.tokens import is_token

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_fsx as fsx
    from constructs import Construct

# Source: https://docs.aws.amazon.com/fsx/latest/LustreGuide/limit-access-security-groups.html
_PORT: Final = 988
_PORTS: Final = (1018, 1023)
# Source: https://docs.aws.amazon.com/fsx/latest/LustreGuide/mounting-ec2-instance.html
_OPTIONS: Final = "relatime,flock,_netdev"


@dataclass(frozen=True, slots=True, kw_only=True)
class LustreMount:
    """An FSx for Lustre file system, mounted on the host.

    The client is installed from Amazon Linux's repositories; a network without a way to the internet reaches those
    through its S3 gateway endpoint.

    Attributes:
        dns_name: The file system's DNS name.
        mount_name: Its mount name, which AWS chooses.
        security_groups: Its security groups, which let the hosts in and are let in by them. Left out, the network is
            yours to open: TCP 988 and 1018 to 1023, both ways.
        path: Where jobs find it on the host, for a host volume of the job definition.
        read_only: Whether hosts may only read.

    Source: https://docs.aws.amazon.com/fsx/latest/LustreGuide/mounting-ecs.html
    """

    dns_name: str
    mount_name: str
    security_groups: Sequence[ec2.ISecurityGroup] = ()
    path: str = "/fsx"
    read_only: bool = False

    @classmethod
    def of(cls, file_system: fsx.LustreFileSystem, *, path: str = "/fsx", read_only: bool = False) -> LustreMount:
        """Mount a file system of this app."""
        return cls(
            dns_name=file_system.dns_name,
            mount_name=file_system.mount_name,
            security_groups=file_system.connections.security_groups,
            path=path,
            read_only=read_only,
        )

    def problems(self) -> Sequence[Problem]:
        """Find a path that cannot be mounted at, and names that are none."""
        found = [*mount_path_problems(self.path)]
        for field, value, example in (
            ("dns_name", self.dns_name, "fs-0123456789abcdef0.fsx.us-east-1.amazonaws.com"),
            ("mount_name", self.mount_name, "abcdefgh"),
        ):
            if not is_text(value) or not (is_token(value) or _is_name(value)):
                found.append(Problem(field, value, "a name without spaces, @ and /", f"Use one like {example!r}."))
        fix = "Use [ec2.SecurityGroup.from_security_group_id(...)]."
        groups = self.security_groups
        found += like_item_problems("security_groups", groups, "security_group_id", kind="a security group", fix=fix)
        return [*found, *flag_problems("read_only", self.read_only)]

    def contribution(self, scope: Construct) -> Contribution:  # noqa: ARG002
        """Add the script that installs the client and mounts it."""
        mount = section(
            "network-mount",
            {
                "MOUNT_PATH": self.path,
                "TYPE": "lustre",
                "SOURCE": f"{self.dns_name}@tcp:/{self.mount_name}",
                "OPTIONS": f"{_OPTIONS},ro" if self.read_only else _OPTIONS,
                "PROGRAM": "mount.lustre",
                "PACKAGE": "lustre-client",
            },
            stage=Stage.MOUNTS,
        )
        return Contribution(sections=[mount], claims=[self.path])

    def permit(self, access: HostAccess) -> None:
        """Open Lustre's ports between the hosts and the file system, which both call each other."""
        if not self.security_groups:
            return
        servers = ec2.Connections(security_groups=list(self.security_groups))
        for port in (ec2.Port.tcp(_PORT), ec2.Port.tcp_range(*_PORTS)):
            let_hosts_call(servers, access.connections, port, "Lustre clients on Batch hosts")
            let_servers_call(access.connections, servers, port, "Lustre servers to Batch hosts")


def _is_name(value: str) -> bool:
    return bool(value) and not any(letter.isspace() or letter in "@/,'\"" for letter in value)
