"""Paths on a host where file systems are mounted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_PATH: Final = re.compile(r"(?:/[A-Za-z0-9_.-]+)+")
# A file system over one of these hides what the host runs from.
_TAKEN: Final = frozenset(
    {
        *("/bin", "/boot", "/dev", "/etc", "/home", "/lib", "/lib64", "/media", "/mnt", "/opt", "/proc", "/root"),
        *("/run", "/sbin", "/srv", "/sys", "/tmp", "/usr", "/var", "/var/lib", "/var/log", "/var/tmp"),  # noqa: S108
        *("/var/lib/docker", "/var/lib/containerd", "/var/lib/ecs", "/var/lib/kubelet", "/var/lib/cloud"),
    }
)
_SYSTEM: Final = tuple(
    f"/{name}/" for name in ("bin", "boot", "dev", "etc", "lib", "lib64", "proc", "run", "sbin", "sys", "usr")
)


def mount_path_problems(path: object, *, field: str = "path") -> Sequence[Problem]:
    """Find a path where no file system can be mounted, or where one would hide the host's own files."""
    allowed = "an absolute path of letters, digits, ., - and _, apart from the system's own"
    if not isinstance(path, str) or not _PATH.fullmatch(path) or {".", ".."} & set(path.split("/")):
        return [Problem(field, path, allowed, "Use a path such as '/scratch'.")]
    if path in _TAKEN or path.startswith(_SYSTEM):
        docker = path in {"/var/lib/docker", "/var/lib/containerd"}
        fix = "Mount at '/scratch' with docker_root=True." if docker else "Use a path such as '/scratch'."
        return [Problem(field, path, allowed, fix)]
    return []


def claim_problems(claims: Sequence[tuple[str, Sequence[str]]]) -> Sequence[Problem]:
    """Find what two parts of a host both take: a path, one inside the other, a device name, Docker's data.

    Args:
        claims: Each part's name with what it takes.
    """
    found: list[Problem] = []
    owners: dict[str, str] = {}
    for owner, names in claims:
        for name in names:
            other = owners.get(name)
            if other is not None:
                fix = "Leave one of the two out, or give it a place of its own."
                found.append(Problem("parts", f"{other} and {owner}", f"one part for {name}", fix))
            owners.setdefault(name, owner)
    return [*found, *_nested(owners)]


def _nested(owners: Mapping[str, str]) -> list[Problem]:
    paths = [name for name in owners if name.startswith("/") and not name.startswith("/dev/")]
    return [
        Problem(
            "parts",
            f"{owners[outer]} at {outer} and {owners[inner]} at {inner}",
            "no path inside another",
            f"Give {owners[inner]} a path beside {outer}.",
        )
        for outer in paths
        for inner in paths
        if inner.startswith(f"{outer}/")
    ]
