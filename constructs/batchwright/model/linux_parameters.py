"""Swap, tmpfs and the like of a container on an EC2 host."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from batchwright.model.numbers import is_whole, tidy
from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

# Source of all: https://docs.aws.amazon.com/batch/latest/APIReference/API_LinuxParameters.html
_MAX_SWAPPINESS: Final = 100
# Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_Ulimit.html
_ULIMITS: Final = [
    "core",
    "cpu",
    "data",
    "fsize",
    "locks",
    "memlock",
    "msgqueue",
    "nice",
    "nofile",
    "nproc",
    "rss",
    "rtprio",
    "rttime",
    "sigpending",
    "stack",
]
# Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_Tmpfs.html
_TMPFS_OPTIONS: Final = frozenset(
    [
        "defaults",
        "ro",
        "rw",
        "suid",
        "nosuid",
        "dev",
        "nodev",
        "exec",
        "noexec",
        "sync",
        "async",
        "dirsync",
        "remount",
        "mand",
        "nomand",
        "atime",
        "noatime",
        "diratime",
        "nodiratime",
        "bind",
        "rbind",
        "unbindable",
        "runbindable",
        "private",
        "rprivate",
        "shared",
        "rshared",
        "slave",
        "rslave",
        "relatime",
        "norelatime",
        "strictatime",
        "nostrictatime",
        "mode",
        "uid",
        "gid",
        "nr_inodes",
        "nr_blocks",
        "mpol",
    ]
)
# Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_Device.html
_PERMISSIONS: Final = ("READ", "WRITE", "MKNOD")
_ABSOLUTE: Final = re.compile(r"/[^:\x00]*")


def swappiness_problems(swappiness: float, *, field: str = "swappiness") -> Sequence[Problem]:
    """Find a swappiness outside 0 to 100."""
    if 0 <= swappiness <= _MAX_SWAPPINESS and is_whole(swappiness):
        return []
    allowed = f"whole numbers from 0 to {_MAX_SWAPPINESS}"
    return [Problem(field, tidy(swappiness), allowed, "60 is Docker's default; 0 swaps only to survive.")]


def unused_swappiness_problems(swappiness: float, *, field: str = "swappiness") -> Sequence[Problem]:
    """Say that swappiness without `maxSwap` does nothing."""
    allowed = "a swappiness with max_swap; without it AWS ignores swappiness"
    return [Problem(field, tidy(swappiness), allowed, "Set MaxSwap too, or leave Swappiness out.")]


def max_swap_problems(max_swap: float, *, field: str = "max_swap") -> Sequence[Problem]:
    """Find a negative amount of swap."""
    if max_swap >= 0:
        return []
    return [Problem(field, f"{max_swap:g} MiB", "0 MiB or more", "Use 0 for no swap at all.")]


def tmpfs_size_problems(size: float, *, field: str = "tmpfs size") -> Sequence[Problem]:
    """Find a tmpfs without a size."""
    if size > 0:
        return []
    return [Problem(field, f"{size:g} MiB", "more than 0 MiB", "Say how much memory it may take.")]


def large_tmpfs_problems(size: float, memory_mib: float, *, field: str = "tmpfs size") -> Sequence[Problem]:
    """Find a tmpfs that cannot be filled, as what lies in it counts as the container's memory."""
    if size <= memory_mib:
        return []
    allowed = f"up to the container's memory ({memory_mib:g} MiB), which it is part of"
    return [Problem(field, f"{size:g} MiB", allowed, "Make it smaller, or give the container more memory.")]


def shared_memory_problems(
    size: float, memory_mib: float | None = None, *, field: str = "shared_memory"
) -> Sequence[Problem]:
    """Find shared memory of no size, or more than the container's memory, which it is part of; None is open."""
    if size <= 0:
        return [Problem(field, f"{size:g} MiB", "more than 0 MiB", "Leave it out for Docker's 64 MiB.")]
    if memory_mib is None or size <= memory_mib:
        return []
    allowed = f"up to the container's memory ({memory_mib:g} MiB), which it is part of"
    return [Problem(field, f"{size:g} MiB", allowed, "Make it smaller, or give the container more memory.")]


def container_path_problems(path: object, *, field: str) -> Sequence[Problem]:
    """Find what is no absolute path of Linux."""
    if isinstance(path, str) and ("${Token[" in path or _ABSOLUTE.fullmatch(path)):
        return []
    return [Problem(field, path, "an absolute path without a colon", "Begin it with /, as in /data.")]


def tmpfs_option_problems(options: Sequence[str], *, field: str) -> Sequence[Problem]:
    """Find mount options that a tmpfs does not have; those with a value, such as `uid=1000`, go by their name."""
    wrong = [option for option in options if str(option).partition("=")[0] not in _TMPFS_OPTIONS]
    if not wrong:
        return []
    return [Problem(field, wrong, ", ".join(sorted(_TMPFS_OPTIONS)), "Leave the others out.")]


def device_permission_problems(permissions: Sequence[str], *, field: str) -> Sequence[Problem]:
    """Find what is no permission for a device."""
    if isinstance(permissions, str) or any(each not in _PERMISSIONS for each in permissions):
        return [Problem(field, permissions, f"a list of {', '.join(_PERMISSIONS)}", "Leave it out for all of them.")]
    return []


def ulimit_name_problems(name: object, *, field: str) -> Sequence[Problem]:
    """Find what no limit is called."""
    if name in _ULIMITS:
        return []
    return [Problem(field, name, ", ".join(_ULIMITS), "Use one of them.")]


def ulimit_problems(soft: float | None, hard: float | None, *, field: str) -> Sequence[Problem]:
    """Find a soft limit above the hard one; -1 is no limit, and None is known only at deployment."""
    found = [
        Problem(field, tidy(limit), "whole numbers, or -1 for no limit", "Use -1 for no limit.")
        for limit in dict.fromkeys((soft, hard))
        if limit is not None and not (limit >= -1 and is_whole(limit))
    ]
    if found or soft is None or hard is None or hard == -1 or (soft != -1 and soft <= hard):
        return found
    return [Problem(field, tidy(soft), f"up to the hard limit ({tidy(hard)})", "Raise the hard limit too.")]
