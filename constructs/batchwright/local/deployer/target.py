"""Where a deployment goes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Account and region, with which asset destinations are filled in.

    Attributes:
        account: Account number.
        region: Region.
        partition: Partition, "aws" in the local AWS.
    """

    account: str
    region: str
    partition: str = "aws"

    def fill(self, text: str) -> str:
        """Replace the three placeholders that the CDK leaves in asset manifests."""
        for name, value in (("AccountId", self.account), ("Region", self.region), ("Partition", self.partition)):
            text = text.replace(f"${{AWS::{name}}}", value)
        return text
