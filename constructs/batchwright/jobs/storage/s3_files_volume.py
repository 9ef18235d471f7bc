"""A file system of Amazon S3 Files as a job's volume."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aws_cdk import aws_batch as batch
from aws_cdk import aws_iam as iam

from batchwright.jobs.storage.file_systems import client_actions, root_directory_problems
from batchwright.model.arguments import flag_problems
from batchwright.model.storage import s3_files_arn_problems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batchwright.model import Platform, Problem

_SERVICE: Final = "s3files"


@dataclass(frozen=True, slots=True, kw_only=True)
class S3FilesVolume:
    """A bucket as a file system (S3 Files), mounted with the job role's permission, which is granted.

    Large files are read from the bucket itself when the role may: `bucket.grant_read(job)` as well. The hosts or tasks
    need a way to its mount targets.

    Attributes:
        file_system_arn: ARN of the file system; `CfnFileSystem.attr_file_system_arn` of `aws_s3files`.
        access_point_arn: ARN of an access point, which brings its own root folder and user.
        root_directory: A folder of it to mount; its root by default. Not with an access point.
        root_access: Whether root in the container is root on the file system; needed to change owners.

    Source: https://docs.aws.amazon.com/batch/latest/userguide/s3files-volumes.html
    """

    file_system_arn: str
    access_point_arn: str | None = None
    root_directory: str | None = None
    root_access: bool = False

    def problems(self, field: str, *, platform: Platform) -> Sequence[Problem]:  # noqa: ARG002 - the contract of volumes
        """Find what AWS would refuse."""
        found = [
            *flag_problems(f"{field}.root_access", self.root_access),
            *s3_files_arn_problems(self.file_system_arn, field=f"{field}.file_system_arn"),
            *s3_files_arn_problems(self.access_point_arn, field=f"{field}.access_point_arn", access_point=True),
        ]
        has_access_point = self.access_point_arn is not None
        root = root_directory_problems(self.root_directory, access_point=has_access_point, field=field)
        return [*found, *root]

    def render(self, name: str) -> batch.CfnJobDefinition.VolumesProperty:
        """Render as one of a job's `Volumes`."""
        definition = batch.CfnJobDefinition
        return definition.VolumesProperty(
            name=name,
            s3_files_volume_configuration=definition.S3FilesVolumeConfigurationProperty(
                file_system_arn=self.file_system_arn,
                access_point_arn=self.access_point_arn,
                root_directory=self.root_directory,
            ),
        )

    def grant_mount(self, job_role: iam.IRole, *, read_only: bool) -> None:
        """Allow the job role to mount it, to write unless it is mounted to be read, and to be root if that is asked."""
        actions = client_actions(_SERVICE, read_only=read_only, root_access=self.root_access)
        iam.Grant.add_to_principal(grantee=job_role, actions=actions, resource_arns=[self.file_system_arn])
