"""A file system of EFS as a job's volume."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aws_cdk import aws_batch as batch

from batchwright.jobs.storage.file_systems import client_actions, root_directory_problems
from batchwright.model import Problem
from batchwright.model.arguments import flag_problems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_efs as efs
    from aws_cdk import aws_iam as iam

    from batchwright.model import Platform

_SERVICE: Final = "elasticfilesystem"


@dataclass(frozen=True, slots=True, kw_only=True)
class EfsVolume:
    """A file system of EFS, mounted over TLS with the job role's permission, which is granted.

    The hosts or tasks need a way to it: `file_system.connections.allow_default_port_from(environment)`.

    Attributes:
        file_system: The file system.
        access_point: An access point, which brings its own root folder and user.
        root_directory: A folder of it to mount; its root by default. Not with an access point.
        root_access: Whether root in the container is root on the file system; needed to change owners.

    Source: https://docs.aws.amazon.com/batch/latest/userguide/efs-volumes.html
    """

    file_system: efs.IFileSystem
    access_point: efs.IAccessPoint | None = None
    root_directory: str | None = None
    root_access: bool = False

    def problems(self, field: str, *, platform: Platform) -> Sequence[Problem]:  # noqa: ARG002 - the contract of volumes
        """Find what AWS would refuse. Every platform has it; Windows containers do not."""
        found = [*flag_problems(f"{field}.root_access", self.root_access)]
        if not hasattr(self.file_system, "file_system_id"):
            fix = "Use an efs.FileSystem, or one of FileSystem.from_file_system_attributes(...)."
            found.append(Problem(f"{field}.file_system", self.file_system, "a file system of EFS", fix))
        if self.access_point is not None and not hasattr(self.access_point, "access_point_id"):
            fix = "Use file_system.add_access_point(...)."
            found.append(Problem(f"{field}.access_point", self.access_point, "an access point of EFS", fix))
        has_access_point = self.access_point is not None
        root = root_directory_problems(self.root_directory, access_point=has_access_point, field=field)
        return [*found, *root]

    def render(self, name: str) -> batch.CfnJobDefinition.VolumesProperty:
        """Render as one of a job's `Volumes`."""
        definition = batch.CfnJobDefinition
        return definition.VolumesProperty(
            name=name,
            efs_volume_configuration=definition.EfsVolumeConfigurationProperty(
                file_system_id=self.file_system.file_system_id,
                root_directory=self.root_directory,
                transit_encryption="ENABLED",
                authorization_config=definition.AuthorizationConfigProperty(
                    access_point_id=None if self.access_point is None else self.access_point.access_point_id,
                    iam="ENABLED",
                ),
            ),
        )

    def grant_mount(self, job_role: iam.IRole, *, read_only: bool) -> None:
        """Allow the job role to mount it, to write unless it is mounted to be read, and to be root if that is asked."""
        actions = client_actions(_SERVICE, read_only=read_only, root_access=self.root_access)
        self.file_system.grant(job_role, *actions)
