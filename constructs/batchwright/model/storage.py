"""Volumes and disks of a job."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from batchwright.model.numbers import is_whole, tidy
from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

# Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_EphemeralStorage.html
MIN_EPHEMERAL_GIB: Final = 21
MAX_EPHEMERAL_GIB: Final = 200
# Source of all on EFS: https://docs.aws.amazon.com/batch/latest/APIReference/API_EFSVolumeConfiguration.html
_MAX_PORT: Final = 65_535
_EFS_PLATFORM: Final = (1, 4, 0)
_S3_FILE_SYSTEM: Final = re.compile(r"arn:aws[-a-z]*:s3files:[0-9a-z:-]+:file-system/fs-[0-9a-f]{17,40}")
_S3_ACCESS_POINT: Final = re.compile(_S3_FILE_SYSTEM.pattern + r"/access-point/fsap-[0-9a-f]{17,40}")
_VERSION: Final = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,4}){2}")


def s3_files_arn_problems(arn: object, *, field: str, access_point: bool = False) -> Sequence[Problem]:
    """Find what is no ARN of a file system of S3 Files, or of an access point of one; None is left out.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_S3FilesVolumeConfiguration.html
    """
    if arn is None and access_point:
        return []
    pattern = _S3_ACCESS_POINT if access_point else _S3_FILE_SYSTEM
    if isinstance(arn, str) and ("${Token[" in arn or pattern.fullmatch(arn)):
        return []
    tail = "/access-point/fsap-..." if access_point else ""
    allowed = f"arn:aws:s3files:<region>:<account>:file-system/fs-...{tail}"
    return [Problem(field, arn, allowed, "Copy it from the console, or take it from the resource.")]


def ephemeral_storage_problems(size_gib: float, *, field: str = "ephemeral_storage") -> Sequence[Problem]:
    """Find a Fargate disk that is too small or too large."""
    if MIN_EPHEMERAL_GIB <= size_gib <= MAX_EPHEMERAL_GIB and is_whole(size_gib):
        return []
    allowed = f"{MIN_EPHEMERAL_GIB} to {MAX_EPHEMERAL_GIB} GiB"
    fix = "Leave it out for Fargate's own 20 GiB; use EFS or S3 for more than 200 GiB."
    return [Problem(field, f"{tidy(size_gib)} GiB", allowed, fix)]


def ephemeral_storage_on_ec2_problems() -> Sequence[Problem]:
    """Say that only Fargate has ephemeral storage of a chosen size."""
    fix = "Give the hosts a larger root volume in the launch template, or name FARGATE in PlatformCapabilities."
    return [Problem("ephemeral_storage", "set", "nothing on EC2, only on Fargate", fix)]


def efs_root_problems(root: str, *, field: str = "root_directory") -> Sequence[Problem]:
    """Find a root directory beside an access point, which brings its own."""
    if root in ("", "/"):
        return []
    return [Problem(field, root, "/ with an access point", "Leave it out; the access point has its own.")]


def efs_encryption_problems(transit_encryption: str, *, reason: str) -> Sequence[Problem]:
    """Find traffic in the clear where EFS takes none; `reason` is what asks for encryption."""
    if transit_encryption.upper() == "ENABLED":
        return []
    return [Problem("transit_encryption", transit_encryption, f"ENABLED with {reason}", "Set it to ENABLED.")]


def efs_role_problems() -> Sequence[Problem]:
    """Say that EFS authorization by IAM needs a role to authorize."""
    return [Problem("job_role", None, "a job role with Iam: ENABLED", "Set the job role, or leave Iam out.")]


def efs_port_problems(port: float) -> Sequence[Problem]:
    """Find a port that is none."""
    if 0 <= port <= _MAX_PORT and is_whole(port):
        return []
    fix = "Leave it out; the mount helper finds a free one."
    return [Problem("transit_encryption_port", tidy(port), f"0 to {_MAX_PORT}", fix)]


def efs_platform_problems(version: str) -> Sequence[Problem]:
    """Find a Fargate platform that cannot mount EFS."""
    if not _VERSION.fullmatch(version) or tuple(map(int, version.split("."))) >= _EFS_PLATFORM:
        return []
    return [Problem("platform_version", version, "1.4.0 or later with EFS", "Leave it out, or use LATEST.")]
