"""Which accounts the app deploys to, read from the context `targets` of cdk.json."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import aws_cdk as cdk

from batchwright.model import Problems

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Target:
    """One account and region to deploy to.

    Attributes:
        name: Prefix of the stacks' names; empty for the account that the CDK CLI is signed in to.
        environment: The account and region; None for those of the CDK CLI.
    """

    name: str = ""
    environment: cdk.Environment | None = None

    def stack_name(self, system: str) -> str:
        """Name a system's stack in this target: `Prod-ImageEmbeddings`."""
        return f"{self.name}-{system}" if self.name else system


def deployment_targets(app: cdk.App) -> Sequence[Target]:
    """Read the targets; without any, the one that the CDK CLI is signed in to.

    The context looks so; the zones are named because nothing is looked up in an account during synthesis:

    ```json
    {"targets": {"Prod": {"account": "123456789012", "region": "eu-central-1",
                          "zones": ["eu-central-1a", "eu-central-1b"]}}}
    ```

    Raises:
        ConfigurationError: A target lacks a field, or its zones are no list.
    """
    configured = app.node.try_get_context("targets") or {}
    if not configured:
        return [Target()]
    problems = Problems("cdk.json context 'targets'")
    for name, fields in configured.items():
        for field in ("account", "region", "zones"):
            problems.check(
                isinstance(fields, dict) and bool(fields.get(field)),
                field=f"targets.{name}.{field}",
                value=fields.get(field) if isinstance(fields, dict) else fields,
                allowed="a value",
                fix=f"Name the {field}.",
            )
        zones = fields.get("zones") if isinstance(fields, dict) else None
        problems.check(
            not zones or (isinstance(zones, list) and all(isinstance(zone, str) for zone in zones)),
            field=f"targets.{name}.zones",
            value=zones,
            allowed="a list of names",
            fix='Write it as ["eu-central-1a", "eu-central-1b"].',
        )
    problems.raise_if_any()
    return [_target(app, name, fields) for name, fields in configured.items()]


def _target(app: cdk.App, name: str, fields: dict[str, object]) -> Target:
    account, region = str(fields["account"]), str(fields["region"])
    # What a lookup would have written to cdk.context.json.
    app.node.set_context(f"availability-zones:account={account}:region={region}", fields["zones"])
    return Target(name, cdk.Environment(account=account, region=region))
