"""An EFS file system on the hosts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam

from batchwright.hosts.part import Contribution, HostAccess, Stage
from batchwright.hosts.reach import let_hosts_call
from batchwright.hosts.sections import section
from batchwright.model.arguments import flags_problems, like_problems
from batchwright.model.host_paths import mount_path_problems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_efs as efs
    from constructs import Construct

    from batchwright.model import Problem

# NFS, the one port of EFS.
_PORT: Final = 2049
_MOUNT: Final = "elasticfilesystem:ClientMount"
_WRITE: Final = "elasticfilesystem:ClientWrite"
_ROOT: Final = "elasticfilesystem:ClientRootAccess"


@dataclass(frozen=True, slots=True, kw_only=True)
class EfsMount:
    """An EFS file system, mounted on the host with TLS and authorized by the hosts' role.

    All jobs of the host share the mount and its permissions. A job definition's own EFS volume gives each job its
    own; this is for reference data, and for hosts whose jobs come and go too fast for a mount each.

    Attributes:
        file_system: The file system. Its security group lets the hosts in.
        path: Where jobs find it on the host, for a host volume of the job definition.
        access_point: Enforces a user and a folder; the whole file system by default.
        read_only: Whether hosts may only read.
        root_access: Whether root on the host is root on the file system.

    Source: https://docs.aws.amazon.com/efs/latest/ug/efs-mount-helper.html
    """

    file_system: efs.IFileSystem
    path: str = "/mnt/efs"
    access_point: efs.IAccessPoint | None = None
    read_only: bool = False
    root_access: bool = False

    def problems(self) -> Sequence[Problem]:
        """Find a path that cannot be mounted at, and what is no file system."""
        found = [*mount_path_problems(self.path)]
        fix = "Pass the file system itself, or efs.FileSystem.from_file_system_attributes(...)."
        system = self.file_system
        found += like_problems(
            "file_system", system, "file_system_id", kind="an efs.IFileSystem", fix=fix, required=True
        )
        if self.access_point is not None:
            fix = "Pass the access point itself, or efs.AccessPoint.from_access_point_attributes(...)."
            point = self.access_point
            found += like_problems("access_point", point, "access_point_id", kind="an efs.IAccessPoint", fix=fix)
        return [*found, *flags_problems(read_only=self.read_only, root_access=self.root_access)]

    def contribution(self, scope: Construct) -> Contribution:  # noqa: ARG002
        """Add the script that mounts it."""
        options = ["_netdev", "noresvport", "tls", "iam", *(["ro"] if self.read_only else [])]
        if self.access_point is not None:
            options.append(f"accesspoint={self.access_point.access_point_id}")
        mount = section(
            "network-mount",
            {
                "MOUNT_PATH": self.path,
                "TYPE": "efs",
                "SOURCE": f"{self.file_system.file_system_id}:/",
                "OPTIONS": ",".join(options),
                "PROGRAM": "mount.efs",
                "PACKAGE": "amazon-efs-utils",
            },
            stage=Stage.MOUNTS,
        )
        return Contribution(sections=[mount], claims=[self.path])

    def permit(self, access: HostAccess) -> None:
        """Let the hosts mount it, and reach it."""
        actions = [_MOUNT, *([] if self.read_only else [_WRITE]), *([_ROOT] if self.root_access else [])]
        point = self.access_point
        conditions = (
            {} if point is None else {"StringEquals": {"elasticfilesystem:AccessPointArn": point.access_point_arn}}
        )
        # Before there is a way to mount it, a host fails, and takes no jobs then.
        access.scope.node.add_dependency(self.file_system.mount_targets_available)
        access.role.add_to_principal_policy(
            iam.PolicyStatement(actions=actions, resources=[self.file_system.file_system_arn], conditions=conditions)
        )
        let_hosts_call(
            self.file_system.connections, access.connections, ec2.Port.tcp(_PORT), "Batch hosts that mount it"
        )
