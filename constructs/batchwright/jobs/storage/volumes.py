"""Storage that containers mount: folders of the host, scratch space, and the contract of all kinds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from aws_cdk import aws_batch as batch

from batchwright.model import Platform
from batchwright.model.arguments import kind_problems, required_problems
from batchwright.model.fargate_settings import fargate_setting_problems
from batchwright.model.linux_parameters import container_path_problems

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aws_cdk import aws_iam as iam

    from batchwright.model import Problem


@runtime_checkable
class Volume(Protocol):
    """Something that a container can mount. Containers of one job share those that are equal."""

    def problems(self, field: str, *, platform: Platform) -> Sequence[Problem]:
        """Find what AWS would refuse, or what the platform does not have."""

    def render(self, name: str) -> batch.CfnJobDefinition.VolumesProperty:
        """Render as one of a job's `Volumes`."""

    def grant_mount(self, job_role: iam.IRole, *, read_only: bool) -> None:
        """Allow the job role what mounting needs."""


@dataclass(frozen=True, slots=True)
class HostVolume:
    """A folder of the host, which all its jobs share and which lasts as long as the host does.

    It is how a file system that the host mounts, such as FSx for Lustre, reaches the container. Docker makes the
    folder when it is missing. For space of an attempt's own use a `ScratchVolume`.

    Attributes:
        path: The folder on the host, such as `/fsx`.
    """

    path: str

    def problems(self, field: str, *, platform: Platform) -> Sequence[Problem]:
        """Find a relative path, and Fargate, which has no host to look into."""
        if platform is Platform.FARGATE:
            return fargate_setting_problems("host_path", self.path, field=f"{field}.path")
        return container_path_problems(self.path, field=f"{field}.path")

    def render(self, name: str) -> batch.CfnJobDefinition.VolumesProperty:
        """Render as one of a job's `Volumes`."""
        host = batch.CfnJobDefinition.VolumesHostProperty(source_path=self.path)
        return batch.CfnJobDefinition.VolumesProperty(name=name, host=host)

    def grant_mount(self, job_role: iam.IRole, *, read_only: bool) -> None:
        """Do nothing: whoever may run a container on a host may mount its folders."""


@dataclass(frozen=True, slots=True, eq=False)
class ScratchVolume:
    """An empty folder for each attempt, which no other job sees and which goes after the attempt.

    On EC2 Docker makes it where it keeps images, so it is as large and as fast as that disk: the root volume, or the
    host's NVMe disks where Docker has been put on them. On Fargate it is part of the ephemeral storage. A path on the
    host cannot hold a job's id, so a shared host folder would need its own clean-up in every program.

    Containers of a multi-container job share it when they mount the same `ScratchVolume`; two of them are two folders.
    """

    def problems(self, field: str, *, platform: Platform) -> Sequence[Problem]:  # noqa: ARG002 - the contract's
        """Find nothing: every platform has it."""
        return []

    def render(self, name: str) -> batch.CfnJobDefinition.VolumesProperty:
        """Render as one of a job's `Volumes`, of which Docker chooses the place."""
        return batch.CfnJobDefinition.VolumesProperty(name=name)

    def grant_mount(self, job_role: iam.IRole, *, read_only: bool) -> None:
        """Do nothing: it is the attempt's own."""


@dataclass(frozen=True, slots=True)
class Mount:
    """Where a container sees a volume.

    Attributes:
        volume: A `HostVolume`, `ScratchVolume`, `EfsVolume` or `S3FilesVolume`.
        path: The folder in the container, such as `/data`.
        read_only: Whether the container may only read it; then it is granted no more either.
    """

    volume: Volume
    path: str
    read_only: bool = False

    def problems(self, field: str, *, platform: Platform) -> Sequence[Problem]:
        """Find what AWS would refuse."""
        found = [
            *container_path_problems(self.path, field=f"{field}.path"),
            *kind_problems(f"{field}.read_only", self.read_only, bool, fix="Use True or False."),
            *required_problems(f"{field}.volume", self.volume, Volume, fix="Use ScratchVolume(), for example."),
        ]
        return found or self.volume.problems(f"{field}.volume", platform=platform)

    def render(self, names: Mapping[Volume, str]) -> batch.CfnJobDefinition.MountPointsProperty:
        """Render as one of `ContainerProperties`' `MountPoints`; `names` are what the job calls its volumes."""
        return batch.CfnJobDefinition.MountPointsProperty(**self._point(names))

    def render_in_task(self, names: Mapping[Volume, str]) -> batch.CfnJobDefinition.MountPointProperty:
        """Render as one of a container's `MountPoints` in `EcsProperties`, for which CDK has another type."""
        return batch.CfnJobDefinition.MountPointProperty(**self._point(names))

    def _point(self, names: Mapping[Volume, str]) -> dict[str, Any]:
        return {"container_path": self.path, "source_volume": names[self.volume], "read_only": self.read_only}


def volume_names(mounts: Iterable[Mount]) -> dict[Volume, str]:
    """Name the volumes of all containers of a job, each once."""
    volumes = dict.fromkeys(mount.volume for mount in mounts)
    return {volume: f"volume{number}" for number, volume in enumerate(volumes, 1)}


def render_volumes(names: Mapping[Volume, str]) -> list[batch.CfnJobDefinition.VolumesProperty] | None:
    """Render a job's volumes; None for a job without any."""
    return [volume.render(name) for volume, name in names.items()] or None


def grant_mounts(mounts: Iterable[Mount], job_role: iam.IRole) -> None:
    """Allow the job role to mount each volume, to write only where some container does."""
    writable: dict[Volume, bool] = {}
    for mount in mounts:
        writable[mount.volume] = writable.get(mount.volume, False) or not mount.read_only
    for volume, write in writable.items():
        volume.grant_mount(job_role, read_only=not write)
