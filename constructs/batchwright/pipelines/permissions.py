"""What a pipeline's role may do: the sum of what its steps say they need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Site:
    """Where a pipeline is deployed; each part may be known only at deployment.

    Attributes:
        partition: `aws`, `aws-cn`, `aws-us-gov`, ...
        region: The Region.
        account: The account.
    """

    partition: str
    region: str
    account: str

    def names(self) -> dict[str, str]:
        """Its parts by their names."""
        return {"Partition": self.partition, "Region": self.region, "Account": self.account}

    def arn(self, service: str, resource: str) -> str:
        """ARN of a resource in this account and Region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def integration(self, action: str) -> str:
        """ARN of an integration of Step Functions, such as `batch:submitJob.sync`."""
        return f"arn:{self.partition}:states:::{action}"


@dataclass(frozen=True, slots=True)
class Permission:
    """Actions that are allowed on resources.

    Attributes:
        actions: IAM actions.
        resources: ARNs. `*` only for actions that `batchwright.wildcards` lists.
    """

    actions: tuple[str, ...]
    resources: tuple[str, ...]


def statements(permissions: Iterable[Permission]) -> list[dict[str, Any]]:
    """Merge permissions to policy statements: one for each set of actions, resources in order of appearance."""
    merged: dict[tuple[str, ...], dict[str, None]] = {}
    for permission in permissions:
        merged.setdefault(permission.actions, {}).update(dict.fromkeys(permission.resources))
    return [
        {"Effect": "Allow", "Action": list(actions), "Resource": list(resources)}
        for actions, resources in merged.items()
    ]
