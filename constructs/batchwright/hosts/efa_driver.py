"""The driver of Elastic Fabric Adapters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from batchwright.hosts.part import Contribution, HostAccess, Stage
from batchwright.hosts.sections import section
from batchwright.model.host_settings import version_problems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

    from batchwright.model import Problem

_CLAIM: Final = "the EFA driver"


@dataclass(frozen=True, slots=True, kw_only=True)
class EfaDriver:
    """The kernel module that hosts with `efa_interfaces` need; their images need not have it.

    The image's own module is loaded where there is one; otherwise AWS's installer is downloaded and run, for which
    the network needs a way to the internet. An image of your own with the driver saves each host a minute or more.

    Attributes:
        version: The installer's version; `latest` by default, a number such as `1.43.2` for hosts that stay the same.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa-start.html
    """

    version: str = "latest"

    def problems(self) -> Sequence[Problem]:
        """Find what is no version."""
        return version_problems(self.version)

    def contribution(self, scope: Construct) -> Contribution:  # noqa: ARG002
        """Add the script that loads or installs it."""
        return Contribution(
            sections=[section("efa-driver", {"VERSION": self.version}, stage=Stage.MOUNTS)], claims=[_CLAIM]
        )

    def permit(self, access: HostAccess) -> None:
        """Nothing."""
