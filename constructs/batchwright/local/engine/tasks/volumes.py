"""Volumes that the containers of a task share."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class HostVolume:
    """A folder of the host, made when it does not exist."""

    name: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EmptyVolume:
    """A volume that begins empty and goes with the attempt.

    Attributes:
        name: Its name in the task.
        memory: True for one that is kept in memory (`medium: Memory`).
        size_mib: The most it may hold, None for no limit of its own.
    """

    name: str
    memory: bool = False
    size_mib: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSystemVolume:
    """A file system that outlives jobs: Amazon EFS, or an S3 Files file system.

    Attributes:
        name: Its name in the task.
        file_system_id: Id (EFS) or ARN (S3 Files); jobs that name the same one share their files.
        root_directory: The folder that is mounted as the root.
        access_point_id: Id (EFS) or ARN (S3 Files) of the access point, or None.
        transit_encryption: True when the mount is encrypted.
        iam: True when the job role is asked for permission.
    """

    name: str
    file_system_id: str
    root_directory: str = "/"
    access_point_id: str | None = None
    transit_encryption: bool = False
    iam: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretVolume:
    """A Kubernetes secret, a file for each of its keys.

    Attributes:
        name: Its name in the pod.
        secret_name: Name of the secret in the namespace.
        optional: True when the secret, or a key of it, may be missing.
    """

    name: str
    secret_name: str
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimVolume:
    """A Kubernetes persistent volume claim; jobs that name the same one share their files."""

    name: str
    claim_name: str
    read_only: bool = False


Volume = HostVolume | EmptyVolume | FileSystemVolume | SecretVolume | ClaimVolume


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """Where a container sees a volume.

    Attributes:
        volume: Name of a volume of the task.
        path: Absolute path in the container.
        read_only: True when the container may not write.
        sub_path: A folder of the volume to mount instead of its root, or None.
    """

    volume: str
    path: str
    read_only: bool = False
    sub_path: str | None = None
