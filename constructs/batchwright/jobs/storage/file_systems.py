"""What EFS and S3 Files ask of a volume alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchwright.model.linux_parameters import container_path_problems
from batchwright.model.storage import efs_root_problems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batchwright.model import Problem


def root_directory_problems(root: str | None, *, access_point: bool, field: str) -> Sequence[Problem]:
    """Find a root directory that is no path, or that stands beside an access point, which brings its own."""
    if root is None:
        return []
    check = efs_root_problems if access_point else container_path_problems
    return check(root, field=f"{field}.root_directory")


def client_actions(service: str, *, read_only: bool, root_access: bool) -> list[str]:
    """Name the actions of a client that mounts: to write unless it only reads, to be root if that is asked."""
    wanted = {"ClientMount": True, "ClientWrite": not read_only, "ClientRootAccess": root_access}
    return [f"{service}:{action}" for action, asked in wanted.items() if asked]
