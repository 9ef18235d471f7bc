"""What a container of a pod may do on its node."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from batchwright.model.arguments import kind_problems, number_problems
from batchwright.model.pods import escalation_problems, root_user_problems, user_id_problems
from batchwright.tokens import known

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batchwright.model import Problem

_FLAGS = ("non_root", "privileged", "read_only_root", "allow_privilege_escalation")


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityContext:
    """Who a container runs as, and what it may do; what is left out is Kubernetes' and Batch's default.

    These are all that CloudFormation has. Capabilities, seccomp profiles and a security context of the whole pod are
    set for the namespace: with Pod Security admission, or with a mutating webhook of the cluster.
    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_EksContainerSecurityContext.html

    Attributes:
        user: User id; the image's by default.
        group: Group id; the image's by default.
        non_root: Whether the container is refused when it would run as root.
        privileged: Whether it may do all that root of the node may.
        read_only_root: Whether it cannot write outside its volumes.
        allow_privilege_escalation: Whether a process may get more rights than its parent; Batch's default is no.
    """

    user: int | None = None
    group: int | None = None
    non_root: bool | None = None
    privileged: bool | None = None
    read_only_root: bool | None = None
    allow_privilege_escalation: bool | None = None

    def problems(self, field: str) -> Sequence[Problem]:
        """Find what Kubernetes would refuse."""
        found: list[Problem] = []
        for name, number in (("user", self.user), ("group", self.group)):
            if number is not None:
                wrong = number_problems(f"{field}.{name}", number, fix="Use a number, such as 1000.")
                found += wrong or user_id_problems(f"{field}.{name}", known(number))
        for name in _FLAGS:
            found += kind_problems(f"{field}.{name}", getattr(self, name), bool, fix="Use True or False.")
        found += root_user_problems(f"{field}.user", user=self.user, non_root=self.non_root)
        found += escalation_problems(
            f"{field}.allow_privilege_escalation",
            privileged=self.privileged,
            escalation=self.allow_privilege_escalation,
        )
        return found
