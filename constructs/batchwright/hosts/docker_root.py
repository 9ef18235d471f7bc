"""Docker's data on a scratch file system, for all parts that make one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.hosts.part import Section, Stage
from batchwright.hosts.sections import section

if TYPE_CHECKING:
    from collections.abc import Sequence

_CLAIM: Final = "Docker's images and containers (docker_root)"


def docker_root_sections(path: str, *, moved: bool) -> Sequence[Section]:
    """Move what Docker and containerd keep below a path; nothing unless `moved`."""
    return [section("docker-root", {"STORAGE_PATH": path}, stage=Stage.DOCKER)] if moved else []


def docker_root_claims(*, moved: bool) -> Sequence[str]:
    """Claim Docker's data, which can be in one place only; nothing unless `moved`."""
    return [_CLAIM] if moved else []
