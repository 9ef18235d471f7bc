"""As whom a container runs, and what it may do to its host."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from batchwright.model.arguments import kind_problems
from batchwright.model.container_users import user_problems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batchwright.model import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerSecurity:
    """As whom a container runs, and what it may do.

    Attributes:
        user: A user of the image: `1000`, `1000:1000` or `app`; the image's own by default. On Managed Instances jobs
            share the host's network, so there another than root is advised.
        privileged: Whether it is root on its host too. Almost nothing needs it; never on Fargate.
        read_only_root: Whether it may write to volumes and tmpfs only.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_ContainerProperties.html
    """

    user: str | None = None
    privileged: bool | None = None
    read_only_root: bool | None = None

    def problems(self, field: str = "security") -> Sequence[Problem]:
        """Find what Docker would refuse."""
        found = [*user_problems(self.user, field=f"{field}.user")]
        for name in ("privileged", "read_only_root"):
            found.extend(kind_problems(f"{field}.{name}", getattr(self, name), bool, fix="Use True or False."))
        return found

    def given(self) -> dict[str, Any]:
        """What is set, by the name of the attribute: for platforms that do not have some of it."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in values.items() if value is not None}
